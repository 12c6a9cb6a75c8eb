"""Small changes of a source, by mutmut's operators: what `mutation` tries."""

from __future__ import annotations

import difflib
import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parent.parent


class Mutant(NamedTuple):
    """One change: the file, the lines (from 1) of the statement it is in, and the new source."""

    file: str
    lines: range
    source: str

    def diff(self) -> str:
        """The change as a unified diff without context."""
        old = (ROOT / self.file).read_text().splitlines()
        lines = difflib.unified_diff(old, self.source.splitlines(), lineterm="", n=0)
        return "\n".join([f"{self.file}:{self.lines.start}", *list(lines)[3:]])


class _Changes(cst.CSTVisitor):
    """Every change the operators know for a module: (lines of the statement, node, new node)."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[range, cst.CSTNode, cst.CSTNode]] = []
        self._statements: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _means_nothing(node):
            return False
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            self._statements.append(node)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                for new in operator(node):
                    self.found.append((self._lines(node), node, new))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._statements and self._statements[-1] is original_node:
            self._statements.pop()

    def _lines(self, node: cst.CSTNode) -> range:
        """The lines of the statement around a node; of a compound one those up to the node."""
        statement = self._statements[-1]
        of_all = self.get_metadata(PositionProvider, statement)
        if isinstance(statement, cst.SimpleStatementLine):
            return range(of_all.start.line, of_all.end.line + 1)
        own = self.get_metadata(PositionProvider, node, of_all)
        last = own.end.line if own is not of_all else of_all.start.line
        return range(of_all.start.line, last + 1)


def _means_nothing(node: cst.CSTNode) -> bool:
    """Whether changes inside a node cannot be a fault that a test should find.

    Imports, annotations and decorators fail or change nothing; sentences for people (gettext) and
    lines of a log are words, not rules.
    """
    if isinstance(node, cst.Import | cst.ImportFrom | cst.Annotation | cst.Decorator):
        return True
    if isinstance(node, cst.If) and isinstance(node.test, cst.Name):
        return node.test.value == "TYPE_CHECKING"
    if isinstance(node, cst.Assign):
        name = node.targets[0].target
        return isinstance(name, cst.Name) and name.value in ("__all__", "log")
    if isinstance(node, cst.Call):
        called = node.func.value if isinstance(node.func, cst.Attribute) else node.func
        return isinstance(called, cst.Name) and called.value in ("_", "gettext", "ngettext", "log")
    return False


def changes(file: str, text: str) -> list[Callable[[], Mutant | None]]:
    """Each change of a source as a function that makes its mutant; None: it is no other program."""
    wrapper = MetadataWrapper(cst.parse_module(text))
    visitor = _Changes()
    wrapper.visit(visitor)

    def make(lines: range, old: cst.CSTNode, new: cst.CSTNode) -> Mutant | None:
        changed = wrapper.module.deep_replace(old, new)
        source = changed.code if isinstance(changed, cst.Module) else ""
        try:
            same = compile(source, "", "exec") == compile(text, "", "exec")
        except SyntaxError:
            return None
        return None if same else Mutant(file, lines, source)

    return [lambda c=change: make(*c) for change in visitor.found]  # type: ignore[misc]


def pick(module: str, seed: int, count: int) -> list[Mutant]:
    """`count` mutants of a module or of all files of a package, the same for the same seed."""
    path = ROOT / module
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    makers = []
    for file in files:
        makers += changes(file.relative_to(ROOT).as_posix(), file.read_text())
    random.Random(f"{seed} {module}").shuffle(makers)
    made = (maker() for maker in makers)
    return [mutant for mutant, _ in zip(filter(None, made), range(count), strict=False)]
