"""What the program's own text mentions, and where: the ground of `test_promises`.

A mention counts as use when it stands outside the definition itself, outside tests and outside
migrations. Names are compared as words, not resolved: two things of one name vouch for each other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_WORD = re.compile(r"[^\W\d]\w*")
_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|WHERE|AND|JOIN|CASE)\b|\bs\.\w|%\(\w+\)s")
_QUOTED = re.compile(r"'(\w+)'")
# What a template asks for, without the words it shows; and the names of its form fields.
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAMED = re.compile(r"\bname=\"(\w+)\"")
# `state`, `-created_at`, `publication__slug`, `newsletter.tasks.drain`; not `no-identity`.
_NAME = re.compile(r"-?\w+(\.\w+)*")


@dataclass(frozen=True)
class Definition:
    """One name that the program defines."""

    kind: str  # function, method, class, constant, field, choice, form field
    name: str
    path: Path
    lines: range
    owner: str = ""  # The class it stands in.
    value: str = ""  # Of a choice: what is stored.
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How the tables of the test name it."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.label} ({self.path.relative_to(ROOT)}:{self.lines.start})"


@dataclass
class Mentions:
    """Word -> places (path, line).

    `names` are loaded as Python names; `members` follow a dot, or are keywords; `texts` are the
    words of strings that name things (one word, or SQL); `values` are whole strings, and what
    stands in quotes within SQL. `templates` are the words of their code, not of their text.
    """

    names: dict[str, list[tuple[Path, int]]] = field(default_factory=dict)
    members: dict[str, list[tuple[Path, int]]] = field(default_factory=dict)
    texts: dict[str, list[tuple[Path, int]]] = field(default_factory=dict)
    values: dict[str, list[tuple[Path, int]]] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)


def modules() -> list[Path]:
    """The program's Python files, without its migrations."""
    found = [*(ROOT / "newsletter").rglob("*.py"), *(ROOT / "subscribers").rglob("*.py")]
    found.append(ROOT / "manage.py")
    return [path for path in sorted(found) if "migrations" not in path.parts]


def mentions() -> Mentions:
    """Everything the Python files and templates mention."""
    found = Mentions()
    for path in modules():
        tree = ast.parse(path.read_text())
        for node in _walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.names.setdefault(node.id, []).append((path, node.lineno))
            for name in _members(node):
                found.members.setdefault(name, []).append((path, node.lineno))
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                place = (path, node.lineno)
                sql = _SQL.search(node.value) is not None
                if sql or _NAME.fullmatch(node.value):
                    for word in _WORD.findall(node.value.replace("__", " ")):
                        found.texts.setdefault(word, []).append(place)
                for value in [node.value, *(_QUOTED.findall(node.value) if sql else ())]:
                    found.values.setdefault(value, []).append(place)
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            text = path.read_text()
            found.templates |= set(_NAMED.findall(text))
            for code in _CODE.findall(text):
                found.templates |= set(_WORD.findall(_STRING.sub("", code)))
    return found


def _members(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [node.attr]
    # `filter(name=…)` and `Edition(name=…)`; `issue__state` mentions both.
    if isinstance(node, ast.keyword) and node.arg is not None:
        return node.arg.split("__")
    return []


def _walk(tree: ast.AST) -> Iterator[ast.expr | ast.keyword]:
    """Nodes with a line, but for docstrings, `__all__`, and what a Meta says of its own model.

    The constraints and indexes there repeat names and values of fields: no use. Names of the module
    are one.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            yield from (one for one in ast.walk(node) if isinstance(one, ast.Name))
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            continue
        if isinstance(node, ast.expr | ast.keyword):
            yield node
        yield from _walk(node)


def definitions() -> Iterator[Definition]:
    """Every class, function, method, constant, field and choice."""
    for path in modules():
        for node in ast.parse(path.read_text()).body:
            yield from _defined(path, node, None)


def _defined(path: Path, node: ast.stmt, owner: ast.ClassDef | None) -> Iterator[Definition]:
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    name = owner.name if owner else ""
    bases = tuple(ast.unparse(base) for base in owner.bases) if owner else ()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        decorators = tuple(ast.unparse(one) for one in node.decorator_list)
        kind = "method" if owner else "function"
        yield Definition(kind, node.name, path, lines, name, "", decorators, bases)
    elif isinstance(node, ast.ClassDef):
        decorators = tuple(ast.unparse(one) for one in node.decorator_list)
        yield Definition("class", node.name, path, lines, name, "", decorators, bases)
        for inner in node.body:
            for one in _defined(path, inner, node):
                yield replace(one, owner=f"{name}.{one.owner}") if name else one
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield _assigned(path, target.id, node, lines, name, bases)


def _assigned(
    path: Path, target: str, node: ast.Assign | ast.AnnAssign, lines: range, owner: str,
    bases: tuple[str, ...],
) -> Definition:  # fmt: skip
    kind, value = "constant" if not owner else "attribute", ""
    called = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
    if bases == ("models.TextChoices",):
        kind = "choice"
        stored = node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
        value = str(stored.value) if isinstance(stored, ast.Constant) else ""
    elif (called.startswith("models.") and called.endswith(("Field", "Key"))) or called == "_hot":
        kind = "field"
    elif called.startswith("forms.") and called.endswith("Field"):
        kind = "form field"
    return Definition(kind, target, path, lines, owner, value, (), bases)
