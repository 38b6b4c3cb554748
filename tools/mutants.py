#!/usr/bin/env python3
"""Changes what decides about money in one place at a time, and counts the changes that its tests notice.

A mutant that no test notices is a rule that no test tells, or a change that means the same. What is changed: a
comparison, an operator, a number, a code; a condition is turned round; a statement, a branch of a match or a result
is left out. Assertions and prose stay as they are. Each mutant runs in a process of its own, which the unit tests of
its package watch; it counts as noticed if a test fails or if it takes far more processor time than they usually do.

    tools/mutants.py [--only ledger|instant|funding|codecs] [--sample N] [--seed N]
"""

import argparse
import ast
import copy
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple, NoReturn

import hypothesis
import lxml.etree  # noqa: F401  what no mutant is part of is loaded once: this, and what follows
import msgspec  # noqa: F401
import phonenumbers  # noqa: F401
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {
    "ledger": ("src/corridor/ledger", ("tests/unit/ledger", "tests/properties/test_ledger.py")),
    "instant": ("src/corridor/services/instant", ("tests/unit/services/instant",)),
    "funding": ("src/corridor/services/settlement/funding", ("tests/unit/services/settlement/funding",)),
    "codecs": ("src/corridor/codecs", ("tests/unit/codecs", "--ignore=tests/unit/codecs/test_schemas.py")),
}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
UNFIT = 77  # the mutant has to be there when its module is imported


class Place(NamedTuple):
    """A node that may be changed: `parent.field`, or one of those there; `function` is the outermost around it."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    function: str


class Mutant(NamedTuple):
    """One change: the place's number in its file, and the change's number there."""

    path: Path
    place: int
    choice: int
    line: int
    function: str
    change: str

    def tree(self) -> ast.Module:
        """Return the module that has the change."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        there = list(places(tree))[self.place]
        new = list(changes(there))[self.choice][1]
        if there.index is None:
            setattr(there.parent, there.field, new)
        else:
            getattr(there.parent, there.field)[there.index] = new
        return ast.fix_missing_locations(tree)


def places(node: ast.AST, name: str = "", function: str = "") -> Iterator[Place]:
    """Yield what runs, in the order of the file: no annotations, assertions, docstrings or imports."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        name = f"{name}.{node.name}" if name else node.name
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        inside = name if field == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.Assert | ast.Import | ast.ImportFrom):
                continue
            if isinstance(child, ast.JoinedStr) or _says_nothing(child):
                continue
            yield Place(node, field, index, child, function or inside)
            yield from places(child, name, function or inside)


def _says_nothing(node: ast.AST) -> bool:
    """A docstring, a list of exports, or what the type check proves is never reached."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case _:
            return False


def changes(place: Place) -> Iterator[tuple[str, ast.AST]]:
    """Yield what could stand in the node's place."""
    node = place.node
    if type(node) in SWAPS:
        other = SWAPS[type(node)]
        yield f"{type(node).__name__} -> {other.__name__}", other()
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"without not: {ast.unparse(operand)}", operand
        case ast.Constant(value=bool() as value):
            yield f"{value} -> {not value}", ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield f"{value} -> {value + 1}", ast.Constant(value + 1)
        case ast.Constant(value=str() as value) if value and " " not in value:
            yield f"{value!r} altered", ast.Constant(value + "X")
        case ast.Return(value=value) if value is not None and ast.unparse(value) != "None":
            yield f"{ast.unparse(node)[:60]} -> None", ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr() | ast.AugAssign() | ast.Continue() | ast.Break():
            yield f"left out: {ast.unparse(node)[:60]}", ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield f"left out: {ast.unparse(node)[:60]}", ast.Pass()
        case ast.match_case(pattern=pattern) if not isinstance(pattern, ast.MatchAs):
            never = ast.match_case(copy.deepcopy(pattern), ast.Constant(value=False), node.body)
            yield f"never: case {ast.unparse(pattern)}", never
    if place.field == "test" and not isinstance(node, ast.Compare | ast.UnaryOp):
        yield f"turned round: {ast.unparse(node)[:60]}", ast.UnaryOp(ast.Not(), node)


def mutants(path: Path) -> list[Mutant]:
    """Return every mutant of a file."""
    return [
        Mutant(path, number, choice, getattr(place.node, "lineno", getattr(place.parent, "lineno", 0)),
               place.function, change)
        for number, place in enumerate(places(ast.parse(path.read_text(encoding="utf-8"))))
        for choice, (change, _) in enumerate(changes(place))
    ]  # fmt: skip


class Changed(importlib.machinery.SourceFileLoader, importlib.abc.MetaPathFinder):
    """Lets one module be imported with its change."""

    def __init__(self, mutant: Mutant) -> None:
        module = ".".join(mutant.path.relative_to(ROOT / "src").with_suffix("").parts)
        super().__init__(module.removesuffix(".__init__"), str(mutant.path))
        self._code = compile(mutant.tree(), self.path, "exec")

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Know the one module."""
        known = name == self.name
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if known else None

    def get_code(self, _name: str) -> CodeType:
        """Return the changed code."""
        return self._code


def change_in_place(mutant: Mutant) -> None:
    """Give the functions that are in memory the changed code; whoever has them by name has it, too."""
    path = str(mutant.path)
    codes = {
        (code.co_qualname, code.co_firstlineno): code
        for code in _within(compile(mutant.tree(), path, "exec"))
    }
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and found.__code__.co_filename == path:
            new = codes.get((found.__code__.co_qualname, found.__code__.co_firstlineno))
            if new is not None and new != found.__code__:
                try:
                    found.__code__ = new
                except ValueError:  # it closes over other names than before
                    os._exit(UNFIT)


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _within(constant)


class Watch:
    """A plugin of pytest: collects the tests once, and lets a child of this process run them for each mutant.

    That is quick, but too late for what has run while the tests were collected: such a mutant is UNFIT.
    """

    def __init__(self, mutants: Sequence[Mutant], tell: Callable[[int, float], None]) -> None:
        self._mutants = mutants
        self._tell = tell
        self._called: set[tuple[str, str]] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        """Note which functions run."""
        sys.setprofile(self._note)
        yield
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            self._called.add((frame.f_code.co_filename, frame.f_code.co_qualname))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool | None:
        """Fork for each mutant, the first being none; the child returns None, so that pytest runs the tests."""
        limit_s = 600.0
        for mutant in (None, *self._mutants):
            status, used_s = UNFIT, 0.0
            if mutant is None or (
                mutant.function and (str(mutant.path), mutant.function) not in self._called
            ):
                child = os.fork()
                if not child:
                    limit(limit_s)
                    if mutant is not None:
                        change_in_place(mutant)
                    return None
                status, used_s = ended(child)
            if mutant is None:
                limit_s = 10 + 3 * used_s
            self._tell(status, limit_s)
        return True


def limit(seconds: float) -> None:
    """Let this process end itself when it has used so much processor time, or too much memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def ended(child: int) -> tuple[int, float]:
    """Wait for a process; return how it ended (0 is well) and the processor time it took."""
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def run_tests(tests: Sequence[str], *plugins: object) -> NoReturn:
    """Run them in this process, without a word, and end it."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    # Neither conftest nor plugins: these tests need none, and they cost more than the tests.
    options = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(ROOT)]
    os._exit(int(pytest.main([*options, *tests], plugins)))


def statuses(mutants: Sequence[Mutant], tests: Sequence[str]) -> Iterator[int]:
    """Yield how the tests ended for each mutant: 0, if none of them has noticed it."""
    reading, writing = os.pipe()
    if not os.fork():
        run_tests(tests, Watch(mutants, lambda *told: os.write(writing, b"%d %f\n" % told)))
    os.close(writing)
    with os.fdopen(reading) as lines:
        status, limit_s = map(float, next(lines).split())
        assert status == 0, "the tests fail without any change"
        for mutant, line in zip(mutants, lines, strict=True):
            status = int(line.split()[0])
            if status == UNFIT:  # in a process that has imported nothing yet
                child = os.fork()
                if not child:
                    limit(limit_s)
                    sys.meta_path.insert(0, Changed(mutant))
                    run_tests(tests)
                status, _ = ended(child)
            yield status
    os.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", choices=PACKAGES)
    parser.add_argument("--sample", type=int, default=200, help="mutants of each package; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        database=None,
        derandomize=True,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile("mutants")
    score: Counter[str] = Counter()
    for name in [asked.only] if asked.only else PACKAGES:
        folder, tests = PACKAGES[name]
        files = sorted((ROOT / folder).rglob("*.py"))
        known = [mutant for path in files for mutant in mutants(path)]
        size = min(asked.sample or len(known), len(known))
        drawn = sorted(random.Random(asked.seed).sample(known, size))
        noticed = 0
        for mutant, status in zip(drawn, statuses(drawn, tests), strict=True):
            noticed += status != 0
            if not status:
                print(f"{mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.change}", flush=True)
        score += Counter(drawn=len(drawn), noticed=noticed)
        print(f"{name}: {noticed} of {len(drawn)} noticed; there are {len(known)}", flush=True)
    print(f"{score['noticed']} of {score['drawn']} noticed: {score['noticed'] / score['drawn']:.1%}")


if __name__ == "__main__":
    main()
