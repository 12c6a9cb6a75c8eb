"""The documents tell the truth: settings, commands, dependencies, and every place they refer to."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


SETTINGS = ROOT / "newsletter" / "config" / "README.md"
COMMANDS = ROOT / "newsletter" / "management" / "README.md"


def table_rows(text: str) -> set[str]:
    """First words in code marks of a document's table rows."""
    return set(re.findall(r"^\| `([\w.-]+)", text, re.MULTILINE))


def test_every_setting_is_in_the_table() -> None:
    source = (ROOT / "newsletter" / "config" / "settings.py").read_text()
    names = set(re.findall(r'_(?:text|flag|secret|number)\(\s*"([A-Z_]+)"', source)) | {"DATA_DIR"}
    assert names - table_rows(SETTINGS.read_text()) == set()


def test_every_command_is_in_the_table() -> None:
    names = {
        path.stem
        for app in ("newsletter", "subscribers")
        for path in (ROOT / app / "management" / "commands").glob("[a-z]*.py")
    }
    assert names - table_rows(COMMANDS.read_text()) == set()


def test_every_dependency_has_its_sentence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    product = [
        *project["dependencies"],
        *(line for e, lines in extras.items() if e != "dev" for line in lines),
    ]
    names = {re.split(r"[<>=\[]", line)[0].strip() for line in product} - {"sudi"}
    told = {name.lower() for name in table_rows(README)}
    assert {name for name in names if name.lower() not in told} == set()
    tools = {re.split(r"[<>=\[]", line)[0].strip() for line in extras["dev"]} - {"sudi"}
    assert {name for name in tools if f"`{name}`" not in README} == set()


def test_the_two_commands_are_there() -> None:
    assert (
        "python3 -m venv .venv && .venv/bin/pip install -e . "
        "&& .venv/bin/python manage.py quickstart" in README
    )
    assert (
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest" in README
    )


def test_the_version_is_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(
        rf"^## {re.escape(version)}", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )


# ---- what is referred to is there


def documents() -> list[Path]:
    """Every Markdown file of the project that people read."""
    skipped = {"data", "locale", "samples"}
    found = [*ROOT.glob("*.md")]
    for top in ("newsletter", "subscribers", "tests"):
        found += (ROOT / top).rglob("*.md")
    return [path for path in found if not skipped & set(path.relative_to(ROOT).parts)]


def spoken(path: Path) -> str:
    """The comments and docstrings of a module, nothing of its code."""
    source = path.read_text()
    said = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            said.append(ast.get_docstring(node) or "")
    return "\n".join(said)


def modules() -> list[Path]:
    tops = ("newsletter", "subscribers", "tests")
    return [path for top in tops for path in sorted((ROOT / top).rglob("*.py"))]


_PLACE = re.compile(
    r"(?<![\w./-])((?:newsletter|subscribers|templates|tests)/[\w./-]*[\w/])(?![\w*])"
)
_MODULE = re.compile(r"`((?:newsletter|subscribers|tests)(?:\.\w+)+)")


def missing(text: str) -> set[str]:
    """Paths and dotted names in `text` that lead nowhere."""
    gone = {place for place in _PLACE.findall(text) if not (ROOT / place).exists()}
    for dotted in _MODULE.findall(text):
        parts = dotted.split(".")
        # The last one or two parts may be a name in the module.
        heads = [parts[:end] for end in range(len(parts), max(0, len(parts) - 2), -1)]
        if not any(
            (ROOT.joinpath(*head)).is_dir() or ROOT.joinpath(*head).with_suffix(".py").exists()
            for head in heads
        ):
            gone.add(dotted)
    return gone


def test_every_place_a_document_names_is_there() -> None:
    assert {str(p.relative_to(ROOT)): gone for p in documents() if (gone := missing(p.read_text()))
            } == {}  # fmt: skip


def test_every_place_a_comment_names_is_there() -> None:
    found = {str(p.relative_to(ROOT)): missing(spoken(p)) for p in modules()}
    assert {path: gone for path, gone in found.items() if gone} == {}


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = []
    for path in documents():
        said = re.sub(r"`[^`\n]*`", "", path.read_text())  # What is shown leads nowhere.
        for target in re.findall(r"\]\(([^)#:\s]+)\)", said):
            if not (path.parent / target).exists():
                broken.append((path.name, target))
    assert broken == []


def test_comments_refer_to_nothing_outside_the_project() -> None:
    """A number of a step, or a paper nobody has, means something to who wrote it alone."""
    vague = re.compile(r"\bT[1-6]\b|the data model\b|the protocol below|SENDING\.md|MODEL\.md")
    found = {str(p.relative_to(ROOT)): vague.findall(spoken(p)) for p in modules()}
    assert {path: words for path, words in found.items() if words} == {}
