"""The repository lints itself: what no reader should have to check by eye."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [
    Path(name)
    for name in subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    if name and (ROOT / name).is_file()
]

REGISTRY = re.compile(r"""https?://[^\s"'<>]+(/simple\b|/packages/|/-/|\.whl|\.tgz|\.tar\.gz)""")
MACHINE_PATH = re.compile(r"(?<![\w.$~}*-])/(home|root|Users|work|tmp|farm)/\w")
VAGUE = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}
LONG = 500
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def read(path: Path) -> str:
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def hits(pattern: re.Pattern[str]) -> list[str]:
    return [f"{path}: {match[0]}" for path in FILES if (match := pattern.search(read(path)))]


def pins(requirements: str) -> dict[str, str]:
    return dict(PIN.findall(read(Path(requirements))))


def test_no_registry_is_named():
    assert hits(REGISTRY) == []


def test_no_path_of_one_machine_is_named():
    assert hits(MACHINE_PATH) == []


def test_no_name_postpones_a_decision():
    assert [str(path) for path in FILES if VAGUE & {*path.parts, path.stem}] == []


def test_a_source_file_holds_one_idea():
    sources = [path for path in FILES if path.suffix == ".py" and path.parts[0] == "src"]
    assert [f"{path}: {n}" for path in sources if (n := read(path).count("\n")) > LONG] == []


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-optimise.txt", "requirements-uv.txt"]
)
def test_requirements_are_pinned_by_hash_and_name_no_address(name):
    text = read(Path(name)).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    assert [line for line in lines if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []
    assert "://" not in text


def test_what_the_tests_run_is_what_users_run():
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()
    assert pins("requirements.txt").items() <= pins("requirements-optimise.txt").items()


def test_every_dependency_asked_for_is_pinned():
    project = tomllib.loads(read(Path("pyproject.toml")))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[<>=;\s]", requirement, maxsplit=1)[0] for requirement in asked}
    assert names - pins("requirements-dev.txt").keys() == set()


def test_an_old_python_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    for tool in ("sh", "dirname", "readlink", "cmp"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}" if Path(f"/bin/{tool}").exists() else f"/usr/bin/{tool}")
    script = tmp_path / "corridor"
    script.write_text(read(Path("corridor")))
    script.chmod(0o755)
    environment = {"PATH": str(tmp_path)}
    run = subprocess.run([script, "--help"], env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert "needs Python 3.11 or newer" in run.stderr
