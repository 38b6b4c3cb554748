"""Draws docs/demo.svg: what `./corridor demo` shows in a terminal of 100 columns.

FORCE_COLOR=1 COLUMNS=100 ./corridor demo > demo.txt && .venv/bin/python tools/picture.py demo.txt
"""

import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

console = Console(record=True, width=100, file=Path("/dev/null").open("w"))  # noqa: SIM115
shown = re.sub(r"\x1b\[[0-9;?]*[A-HJKSThl]|\r", "", Path(sys.argv[1]).read_text())  # where the cursor went
lines = [line for line in shown.splitlines() if "payments both ways" not in line]
console.print(Text.from_ansi("\n".join(lines).strip()))
svg = re.sub(
    r"@font-face \{.*?\}\s*", "", console.export_svg(title="./corridor demo"), flags=re.DOTALL
)  # no downloads
Path("docs/demo.svg").write_text(svg)
