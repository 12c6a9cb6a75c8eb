"""Every message of every page, mail and command is there in Simplified Chinese, and compiled."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import unfold
from django.utils import translation
from django.utils.translation import gettext as gettext_of

from .conftest import ROOT

_UNFOLD = re.compile(r"""{%\s*(?:trans|translate)\s+(["'])(.*?)\1""")
CATALOGUE = Path("newsletter/locale/zh_Hans/LC_MESSAGES")
pytestmark = pytest.mark.needs("msgfmt")


def messages(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        catalogue = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    catalogue.pop("", None)  # The header, with its dates.
    return catalogue


def test_the_compiled_catalogue_is_the_written_one(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    subprocess.run(
        ["msgfmt", "--check-format", "-o", compiled, ROOT / CATALOGUE / "django.po"], check=True
    )
    assert messages(compiled) == messages(ROOT / CATALOGUE / "django.mo")


def test_nothing_is_left_untranslated(tmp_path: Path) -> None:
    """Collect the messages anew in a copy: none may be new, changed or empty."""
    for name in ("newsletter", "subscribers", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-obsolete",
         "--no-location", "--extension", "html,txt,py,mjml"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    for kind in ("--untranslated", "--only-fuzzy"):
        left = subprocess.run(
            ["msgattrib", kind, "--no-wrap", tmp_path / CATALOGUE / "django.po"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        said = [
            line for line in left.splitlines() if line.startswith("msgid ") and line != 'msgid ""'
        ]
        assert said == [], kind


def test_the_words_of_unfold_are_in_our_catalogue() -> None:
    """It brings no translations; its extensions are not installed here."""
    ours = messages(ROOT / CATALOGUE / "django.mo")
    found = set()
    for file in (Path(unfold.__file__).parent / "templates").rglob("*.html"):
        found |= {text for _mark, text in _UNFOLD.findall(file.read_text())}
    with translation.override("zh-hans"):
        left = {text for text in found if text not in ours and gettext_of(text) == text}
    assert found
    assert left == set()


def test_no_message_stands_within_an_f_string() -> None:
    """Those are not collected, and stay English for good."""
    asks = ("_", "gettext", "pgettext", "ngettext", "npgettext")
    found = []
    for file in [*(ROOT / "newsletter").rglob("*.py"), *(ROOT / "subscribers").rglob("*.py")]:
        found += [
            f"{file.relative_to(ROOT)}:{call.lineno}"
            for text in ast.walk(ast.parse(file.read_bytes()))
            if isinstance(text, ast.JoinedStr)
            for call in ast.walk(text)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in asks
        ]
    assert found == []
