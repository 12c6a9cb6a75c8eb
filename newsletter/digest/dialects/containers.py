"""Containers: `:::tip Title` … `:::`, leaf directives `::name[text]{…}`, blocks `/// note | Title`.

Docusaurus, VitePress, VuePress, Astro, the divs of Pandoc and Quarto, MyST's colon fences and the
blocks of PyMdown write call-outs so; they become quotations. Of a container that is no call-out
only the marks go. https://talk.commonmark.org/t/generic-directives-plugins-syntax/444
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import attributes, bold, link, quote, tab
from ..prose import Prose

NAME = "directive"
LABEL = gettext_noop("A directive (::name)")
ORDER = 15

_OPEN = re.compile(r"[ \t]{0,12}(:{3,}|/{3,})[ \t]*(\{[^{}]*\}|[A-Za-z][\w.-]{0,60})?(.*)$")
_NAME_IN_BRACES = re.compile(r"\{[ \t]*([A-Za-z][\w-]{0,60})[ \t]*\}|[\s{]\.([A-Za-z][\w-]{0,60})")
_LEAF = re.compile(r"[ \t]{0,12}::([A-Za-z][\w-]{0,40})(?:\[([^\[\]]*)\])?(?:\{([^{}]*)\})?[ \t]*$")
_INLINE = re.compile(r"(?<![\w:]):([a-z][\w-]{0,40})\[([^\[\]]*)\](?:\{[^{}]*\})?")
_ROLE = re.compile(r"\{[a-z][\w:-]{0,40}\}(?=`)")
_OPTION = re.compile(r"[ \t]{0,12}:[a-z][\w-]{0,40}:(?:[ \t].*)?$")
_NAMELESS = {"admonition", "callout", "details", "collapse", "spoiler", "aside"}
_DIAGRAMS = {"mermaid", "plantuml", "graphviz", "math"}
_TABS = re.compile(r"tab|tab-?item|tab-?panel|accordion-?item", re.IGNORECASE)
_SETS = re.compile(
    r"tabs?(?:-?(?:set|s|group|pane))?(?:#[\w-]+)?|code-(?:group|tabs)(?:#[\w-]+)?", re.IGNORECASE
)
_DEEPEST = 8  # containers in each other
_CALL_OUTS = re.compile(
    r"(?:callout[-.]?)?(note|tip|info|warning|danger|caution|important|hint|success|error|attention"
    r"|seealso|see-also|question|quote|abstract|summary|example|bug|failure|alert|admonition"
    r"|callout|aside|notice|todo|remark|warn|details|collapse|spoiler)",
    re.IGNORECASE,
)


def settle(prose: Prose) -> None:
    """Quote the call-outs, the inner ones of one first; take the marks of the others."""
    ends = _pairs(prose)
    for opening in sorted(ends, reverse=True):
        _settle_one(prose, opening, ends[opening])
    _settle_leaves(prose)


def _pairs(prose: Prose) -> dict[int, int | None]:
    """The lines that open a container, each with the one that closes it; None if none does."""
    ends: dict[int, int | None] = {}
    open_: list[tuple[int, str]] = []
    for index, line in prose.rows():
        if line.lstrip()[:3] not in {":::", "///"} or not (match := _OPEN.match(line)):
            continue
        mark, name, rest = match[1], match[2], match[3]
        if name is not None and (mark[0] == ":" or "|" in rest or not rest.strip()):
            if len(open_) < _DEEPEST:
                open_.append((index, mark))
                ends[index] = None
            else:
                prose.drop(index, NAME)
        elif name is None and not rest.strip(" \t:{}[]/"):
            # A longer mark closes those that were left open inside.
            place = next((n for n in range(len(open_) - 1, -1, -1) if open_[n][1] == mark), -1)
            if open_:
                ends[open_[place][0]] = index
                del open_[place:]
            else:
                prose.drop(index, NAME)
    return ends


def _settle_one(prose: Prose, opening: int, end: int | None) -> None:
    match = _OPEN.match(prose.lines[opening])
    if match is None or match[2] is None:
        return
    name = match[2]
    title = _title(match[3])
    if name.startswith("{"):  # Pandoc's classes, MyST's name
        found = _NAME_IN_BRACES.search(name)
        title = title or attributes(name).get("title", "")
        name = (found[1] or found[2]) if found else ""
    inside = list(range(opening + 1, end)) if end is not None else []
    if end is not None:
        prose.put(end, "")
    for index in inside:  # MyST: `:class: wide` below the mark.
        if not _OPTION.match(prose.lines[index]) or index in prose.code:
            break
        prose.put(index, "")
    if name in _DIAGRAMS and end is not None:
        prose.fence(opening, f"```{name}")
        prose.fence(end, "```")
        prose.dropped.discard(end + 1)
        prose.code |= set(inside)
        return
    if _TABS.fullmatch(name) and title and end is not None:
        prose.put(opening, f"- {bold(title)}")
        tab(prose, opening, end)
        return
    if _SETS.fullmatch(name):
        prose.put(opening, "")
        return
    kind = _CALL_OUTS.fullmatch(name)
    if kind is None or end is None:
        prose.put(opening, bold(title))
        return
    generic = kind[1].lower() in _NAMELESS
    quote(prose, opening, inside, title or ("" if generic else kind[1].capitalize()))


def _title(rest: str) -> str:
    rest = rest.strip().rstrip(":").strip()
    if rest.startswith("["):
        return rest[1:].partition("]")[0]
    if rest.startswith("|"):
        return rest[1:].strip()
    found = attributes(rest)
    if "title" in found:
        return found["title"]
    rest = rest.partition("{")[0].strip(" }")
    return "" if "=" in rest or rest.startswith(".") else rest.strip("\"'")


def _settle_leaves(prose: Prose) -> None:
    for index, line in prose.rows(":"):
        if line.lstrip().startswith("::") and (match := _LEAF.match(line)):
            found = attributes(match[3] or "")
            target = next((found[key] for key in ("href", "url", "link", "to") if key in found), "")
            text = match[2] or found.get("title", "")
            prose.put(index, link(target, text) if target else text)
            if not target and not text:
                prose.tell(NAME, index)
        elif "]" in line and ":" in line:
            prose.change_line(index, lambda run: _INLINE.sub(r"\2", run))
        if "}`" in prose.lines[index]:
            prose.put(index, _ROLE.sub("", prose.lines[index]))
