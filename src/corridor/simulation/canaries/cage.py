"""A scratch copy of the checkout into which bugs are let, one at a time, and what the tests say of them."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from time import monotonic

import corridor
from corridor.simulation.canaries.bugs import BUGS, Bug
from corridor.simulation.tally import Canaries, Tally, Violation
from corridor.simulation.trials import Order, Tell

SAMPLE = 10
"""So many bugs are tried for each unit of scale: the sample moves on with the seed until all have had their turn."""
SOUND_FOR_S = 1800
"""The tests of the whole sample pass in this time without any bug, however busy the machine."""
SLOWER, MARGIN_S = 2, 60
"""A bug's tests may take so many times as long as those of the whole sample without one, and so many seconds more."""
SAID = 2_000
"""So many last characters of what sound tests said that failed are told."""
NAME = "canaries"
_PASSED, _FAILED = 0, 1
_FINDING = ("--hypothesis-profile", "hunt")  # a failure need not be made small here, which takes minutes


class Cage:
    """The copy. It is the code of one moment; a bug is taken out again before the next is let in."""

    def __init__(self, checkout: Path, directory: Path) -> None:
        self._directory = directory
        self.output = directory / "tests.log"
        for part in ("src", "tests", "docs", "schemas"):
            if (checkout / part).exists():
                shutil.copytree(
                    checkout / part, directory / part, ignore=shutil.ignore_patterns("__pycache__")
                )
        for file in ("pyproject.toml", "README.md", "CHANGELOG.md"):
            shutil.copy(checkout / file, directory)

    def passes(self, tests: tuple[str, ...], within_s: float) -> bool | None:
        """Say whether the tests pass in time on the copy as it is; None if they could not be run at all."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self._directory / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            with self.output.open("wb") as output:
                ran = subprocess.run(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "pytest",
                        "-x",
                        "-n0",
                        "-q",
                        f"--timeout={within_s:.0f}",  # a test that is slow on a busy machine has not failed
                        "-p",
                        "no:cacheprovider",
                        *_FINDING,
                        *tests,
                    ],
                    cwd=self._directory,
                    env=environment,
                    stdout=output,
                    stderr=output,
                    timeout=within_s,
                    check=False,
                )
        except subprocess.TimeoutExpired:
            return False  # a bug that hangs the tests is noticed
        return {_PASSED: True, _FAILED: False}.get(ran.returncode)

    def catches(self, bug: Bug, within_s: float) -> bool:
        """Say whether the tests notice the bug, by failing or by hanging."""
        path = self._directory / "src" / "corridor" / bug.file
        right = path.read_text()
        assert right.count(bug.was) == 1, (
            f"{bug.name}: its place in {bug.file} is not there, or not the only one"
        )
        path.write_text(right.replace(bug.was, bug.becomes))
        try:
            return self.passes(bug.caught_by, within_s) is False
        finally:
            path.write_text(right)


def checkout() -> Path | None:
    """Return the checkout that this code runs from, if it is one: an installed package has no tests with it."""
    root = Path(corridor.__file__).parents[2]
    return root if (root / "tests" / "unit").is_dir() and (root / "pyproject.toml").exists() else None


def choose(seed: int, scale: float) -> list[Bug]:
    """Return the bugs whose turn it is: one seed after the other goes through all of them, well mixed."""
    shuffled = sorted(BUGS, key=lambda bug: sha256(bug.name.encode()).digest())
    count = min(len(BUGS), round(SAMPLE * scale))
    return [shuffled[(seed * count + i) % len(BUGS)] for i in range(count)]


def run(order: Order, tell: Tell) -> Tally:
    """Let bugs in, one by one. One that nobody notices is a violation: the proof would not see its like."""
    root = checkout()
    if root is None:
        return Tally(not_run={NAME: "this is an installed package, without the tests"})
    cage = Cage(root, order.directory)
    chosen = choose(order.seed, order.scale)
    tests = tuple(sorted({test for bug in chosen for test in bug.caught_by}))
    started = monotonic()
    if not cage.passes(tests, SOUND_FOR_S):
        said = cage.output.read_text(errors="replace")[-SAID:]
        story = f"the tests fail, or take too long, without any bug:\n{said}"
        return Tally(violations=(Violation(NAME, NAME, order.seed, story),))
    within_s = MARGIN_S + SLOWER * (monotonic() - started)
    missed = []
    for bug in chosen:
        caught = cage.catches(bug, within_s)
        tell(f"{'caught' if caught else 'MISSED'}: {bug.name} ({bug.file})")
        if not caught:
            missed.append(Violation(NAME, NAME, order.seed, f"nobody noticed: {bug.name} ({bug.file})"))
    return Tally(canaries=Canaries(len(chosen), len(chosen) - len(missed)), violations=tuple(missed))
