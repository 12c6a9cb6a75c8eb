"""Templates a person can read: no line to scroll, none that nothing uses, messages on one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from subscribers.styles import STYLES

from .conftest import ROOT

TEMPLATES = ROOT / "templates"
# djangofmt aims at 120; what it cannot break (a tag, a word of text) may be longer.
LONGEST = 160
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_line_needs_scrolling(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [n for n, line in enumerate(lines, 1) if len(line) > LONGEST] == []


# On our own site these stand before the admin's and its theme's, which ask for them by name.
OF_THE_THEME = re.compile(r"site/(?:admin/(?:index|base)\.html|unfold/)")
# Each style of mails is drawn by two files of its name.
OF_A_STYLE = {f"emails/styles/{style}.{kind}" for style in STYLES for kind in ("mjml", "css")}


def test_every_style_has_its_two_files_and_no_other_is_there() -> None:
    assert {name(path) for path in FILES if "styles/" in name(path)} == OF_A_STYLE


def test_every_template_is_used() -> None:
    """Named in code, or in another template, as one does to include, extend or import it."""
    code = [
        path.read_text(encoding="utf-8")
        for package in ("newsletter", "subscribers")
        for path in (ROOT / package).rglob("*.py")
    ]
    said = "\n".join(code)
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}

    def used(path: Path) -> bool:
        called = name(path)
        if OF_THE_THEME.match(called) or called in OF_A_STYLE:
            return True
        # Mail templates are named from their own folder, those of code by a part after a folder.
        mail = called.removeprefix("emails/").removeprefix("site/")
        quoted = re.compile(rf"[\"'](?:{re.escape(called)}|{re.escape(mail)})[\"',]")
        others = (text for other, text in texts.items() if other != path)
        return bool(quoted.search(said)) or any(quoted.search(text) for text in others)

    assert [name(path) for path in FILES if not used(path)] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_tag_ends_on_its_line(path: Path) -> None:
    """Django takes a tag over two lines for text, and makemessages loses its message in any."""
    lines = path.read_text(encoding="utf-8").splitlines()
    opened = re.compile(r"\{\{(?!.*\}\})|\{%(?!.*%\})")
    assert [n for n, line in enumerate(lines, 1) if opened.search(line)] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_time_is_said_with_its_zone(path: Path) -> None:
    """Hours are written by the filters of `clock`, or have their zone beside them."""
    for line in path.read_text(encoding="utf-8").splitlines():
        for shown in re.findall(r"\|(?:date|time):(?:_\()?\"([^\"]*)\"", line):
            if re.search("[aAgGhHisPfU]", re.sub(r"\\.", "", shown)):
                assert "time_zone" in line or "zone=" in line, line
