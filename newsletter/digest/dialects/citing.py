"""Citations by key: Pandoc's `[@meyer2020, p. 3]`, `[-@li2019]`, `@li2019 [p. 4]`, also LaTeX's.

A site looks the keys up in a bibliography that mail has not. Most keys are made of a name and a
year, and these stand in mail as Pandoc's own style has them: "(Meyer 2020, p. 3)"; others go.
`[@ann]` alone may be a person: it is a citation where the document has a bibliography, or where the
key has a year or stands beside a page.
https://pandoc.org/MANUAL.html#citation-syntax
"""

from __future__ import annotations

import re
from functools import partial

from ..marking import gettext_noop
from ..prose import Prose

NAME = "citation"
LABEL = gettext_noop("A citation by its key ([@name2020])")
ORDER = 26

_KEY = r"-?@(?:\{[^{}\s]{1,80}\}|\w(?:[\w:.#$%&+?<>~/-]{0,78}\w)?)"
_GROUP = re.compile(
    rf"[ \t\u00a0]?(?<!\\)(?<!!)\[([^\[\]@]{{0,120}}{_KEY}[^\[\]]{{0,300}})\](?![\[(:{{])"
)
_ONE = re.compile(_KEY)
_SAID = re.compile(
    r"(?<![\w@/.\[\\-])@([a-zA-Z][\w:-]{1,60})"
    r"(?:[ \t]\[((?:(?:p|pp|ch|chap|sec|fig|vol|S|art)\.?[ \t])?"
    r"\d[^\[\]@]{0,40})\](?!\())?"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?!\d)")
_NAME_AND_YEAR = re.compile(
    r"([^\W\d_]{2,40})[\w:-]{0,20}?((?:1[5-9]|20)\d\d)[a-z]?(?:[\w:-]{0,30})$"
)
_PAGES = re.compile(r",\s*(?:(?:pp?|ch|chap|sec|fig|vol|S|art)\.?\s*)?\d|;\s*(?:see\s+)?-?@")
_LATEX = re.compile(r"[ \t~]?\\(?:no)?cite[a-z]{0,8}\*?(?:\[[^\[\]]{0,80}\]){0,2}\{[^{}]{1,300}\}")
_LATEX_LIST = re.compile(
    r"[ \t]*\\(?:bibliography(?:style)?\{[^{}]*\}|printbibliography(?:\[[^\[\]]*\])?)[ \t]*$"
)
_BIBLIOGRAPHY = re.compile(
    r"\s{0,3}(?:bibliography|references|csl|citations?)\s{0,3}[:=]", re.IGNORECASE
)
_LIST = re.compile(r":{3,}\s*\{[^{}]*#refs")
_DEFINED = re.compile(r" {0,3}\[(@[^\[\]]+)\]:")


def _name(key: str) -> str:
    """ "Li 2019" of `li2019`, `li:2019` and `li2019ropes`; nothing of other keys."""
    named = _NAME_AND_YEAR.match(key)
    return f"{named[1][:1].upper()}{named[1][1:]} {named[2]}" if named is not None else ""


def _named_in(part: str) -> str:
    """One part of a group, its key as name and year; of `-@li2019` only the year."""
    match = _ONE.search(part)
    name = _name(match.group().lstrip("-@").strip("{}")) if match is not None else ""
    if match is None or not name:
        return ""
    name = name.split()[-1] if match.group().startswith("-") else name
    return f"{part[: match.start()]}{name}{part[match.end() :]}".strip()


def settle(prose: Prose) -> None:
    """Write names and years for the keys; one warning for those that say neither."""
    if not any("@" in line or "\\" in line for line in prose.lines):
        return
    listed = any(_BIBLIOGRAPHY.match(line) for line in prose.lines[: prose.start]) or any(
        _LIST.match(line) for _index, line in prose.rows("#refs")
    )
    defined = {match[1] for line in prose.lines if (match := _DEFINED.match(line))}
    keys: set[str] = set()

    def group(index: int, match: re.Match[str]) -> str:
        inside = match[1]
        found = [key.lstrip("-@").strip("{}") for key in _ONE.findall(inside)]
        sure = listed or any(_YEAR.search(key) for key in found) or _PAGES.search(inside)
        if inside.strip() in defined or not sure or not found:
            return match.group()
        keys.update(found)
        parts = [_named_in(part) for part in inside.split(";")]
        if not all(parts):
            prose.tell(NAME, index)
            return ""
        text = "; ".join(parts)
        wide = match.string[: match.start()][-1:] > "\u2e7f"
        return f"（{text}）" if wide else f" ({text})"

    def grouped(index: int, run: str) -> str:
        return _GROUP.sub(partial(group, index), run)

    for index, _line in prose.rows("@"):
        prose.change_line(index, partial(grouped, index))

    def said(match: re.Match[str]) -> str:
        key, place = match[1], match[2]
        if key not in keys and not (listed and _YEAR.search(key)) and not place:
            return match.group()
        name = _name(key) or key
        return f"{name} ({place})" if place else name

    if keys or listed:
        prose.change("@", lambda run: _SAID.sub(said, run))
    prose.change("\\", lambda run: _LATEX.sub("", _LATEX_LIST.sub("", run)), NAME)
