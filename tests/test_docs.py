"""The README names every setting, every command and every dependency."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def table_rows() -> set[str]:
    """First words in code marks of the README's table rows."""
    return set(re.findall(r"^\| `([\w.-]+)", README, re.MULTILINE))


def test_every_setting_is_in_the_table() -> None:
    source = (ROOT / "newsletter" / "settings.py").read_text()
    names = set(re.findall(r'_(?:text|flag|secret|number)\(\s*"([A-Z_]+)"', source)) | {"DATA_DIR"}
    assert names - table_rows() == set()


def test_every_command_is_in_the_table() -> None:
    names = {
        path.stem
        for app in ("newsletter", "subscribers")
        for path in (ROOT / app / "management" / "commands").glob("[a-z]*.py")
    }
    assert names - table_rows() == set()


def test_every_dependency_has_its_sentence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    product = [
        *project["dependencies"],
        *(line for e, lines in extras.items() if e != "dev" for line in lines),
    ]
    names = {re.split(r"[<>=\[]", line)[0].strip() for line in product} - {"sudi"}
    told = {name.lower() for name in table_rows()}
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
