"""The handbook: chapters in Markdown, a folder a language, read in the admin under Help.

A chapter is `NN-name.md`. The number is its place and the name its address, the same in every
language; its first heading is its title. A link to `NN-name.md` leads to that chapter. A chapter
that a language lacks is shown in English. Written for an editor who has never seen Django, then for
who runs the site; what a developer needs stands beside the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static
from markdown_it import MarkdownIt
from markdown_it.token import Token

_FOLDER = Path(__file__).parent
_NAME = re.compile(r"\d\d-([a-z][a-z-]*)\.md")
_FIRST = "en"
# Chinese letters and stops stand behind it (Unicode, CJK Radicals and on), ours all of them.
_CHINESE = "\u2e80"
# These bring their own space.
_STOPS = tuple("。！？；：，、）」》”")
# From a chapter to the folder of static files.
_STATIC = "../../static/"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter in one language: its name in addresses, its title, and its Markdown."""

    name: str
    title: str
    text: str
    language: str


def chapters(language: str) -> tuple[Chapter, ...]:
    """Every chapter in order, in `language` (such as zh-hans) where it is written in it."""
    own = {chapter.name: chapter for chapter in _read(language.partition("-")[0].lower())}
    return tuple(own.get(chapter.name, chapter) for chapter in _read(_FIRST))


def html(chapter: Chapter) -> str:
    """The chapter as HTML. Raw HTML in the Markdown is shown as text."""
    # Examples may be wider than a phone: the keyboard must reach what scrolls.
    return str(_markdown().render(chapter.text)).replace("<pre>", '<pre tabindex="0">')


@cache
def _read(folder: str) -> tuple[Chapter, ...]:
    return tuple(_chapters(folder)) if folder.isalpha() else ()


def _chapters(folder: str) -> Iterator[Chapter]:
    for path in sorted((_FOLDER / folder).glob("*.md")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise ValueError(f"{path.name} is no name of a chapter, like 10-first-issue.md")
        text = path.read_text(encoding="utf-8")
        heading = text.partition("\n")[0]
        if not heading.startswith("# "):
            raise ValueError(f"{path.name} does not begin with its title")
        yield Chapter(match[1], heading.removeprefix("# ").strip(), text, folder)


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    # Chapters are pages beside each other: `20-import.md` is `../import/`.
    plain = markdown.normalizeLink
    markdown.normalizeLink = lambda url: plain(  # type: ignore[method-assign]
        re.sub(r"^\d\d-([a-z-]+)\.md(?=#|$)", r"../\1/", _on_site(url))
    )
    markdown.add_render_rule("softbreak", _line_end)
    return markdown


def _line_end(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    """A space, but none between Chinese letters nor behind a full-width stop."""
    before = next((one.content for one in reversed(tokens[:index]) if one.content), "")
    after = next((one.content for one in tokens[index + 1 :] if one.content), "")
    whole = before[-1:] >= _CHINESE and after[:1] >= _CHINESE
    return "" if whole or before.endswith(_STOPS) else "\n"


def _on_site(url: str) -> str:
    """A picture is a static file, named by where it lies, so that the Markdown shows it too."""
    name = url.removeprefix(_STATIC)
    return static(name) if name != url else url
