"""What stands inside one run of text: links, names, segments, reference links.

Every function takes time linear in the length of its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape

from .markdown import safe_url
from .value import Link

# A label may hold one level of brackets; the address one level of parentheses. The quantifiers
# are possessive: a failing match never tries its text twice.
_INSIDE = r"(?>[^\[\]\\]++|\\.|\[[^\[\]]*+\])*+"
_TARGET = (
    r"\(\s*+(?:<([^<>\n]*+)>|([^\s()<>]*+(?:\([^\s()]*+\)[^\s()<>]*+)*+))"
    r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?\s*+\)"
)
INLINE_LINK = re.compile(rf"\[({_INSIDE})\]{_TARGET}", re.DOTALL)
_IMAGE = re.compile(rf"!\[({_INSIDE})\]{_TARGET}", re.DOTALL)
_LINK_WITH_IMAGE = re.compile(rf"\[\s*!\[({_INSIDE})\]{_TARGET}\s*\]{_TARGET}", re.DOTALL)
_ANGLE = re.compile(r"<((?:https?://|mailto:)[^\s<>]++)>", re.IGNORECASE)
# In brackets of a wiki or of Org mode the address ends with them: "[[https://…][name]]".
_BARE = re.compile(
    r"https?://(?:[^\s<>\"'`\]、，。；：！？（）「」【】《》|｜]|\](?![\[\]]))++", re.IGNORECASE
)
_ANY = re.compile(
    f"{INLINE_LINK.pattern}|{_ANGLE.pattern}|{_BARE.pattern}", re.IGNORECASE | re.DOTALL
)
# A colon behind a name alone makes it a definition; behind "[name][1]" it is only a colon.
_REFERENCE = re.compile(rf"\[({_INSIDE})\](?:\[([^\[\]]*+)\](?!\()|(?![(:]))", re.DOTALL)
_HTML_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?=[\s/>])[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKS = frozenset("<>*_`[]()\\#|~")
_BREAK = re.compile(r"<br\s*/?>|\\$", re.IGNORECASE)
_TICKS = re.compile(r"`+")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MASK = str.maketrans("[]", "\ue0f0\ue0f1")
_UNMASK = str.maketrans("\ue0f0\ue0f1", "[]")
# Pictographs and their joiners, marks and white space around a name.
_DRAWN = "[\\s\u2000-\u200f\u2028-\u206f\u2190-\u2bff\ufe0f\U0001f000-\U0001faff*_]"
ORNAMENT = re.compile(
    "^[\\s\u2000-\u200f\u2028-\u206f\u2190-\u2bff\u3030\u303d\ufe0f\U0001f000-\U0001faff#*_|·-]+"
    f"|(?<!{_DRAWN}){_DRAWN}++$"  # from where a run begins: from each of its signs is its square
)
# Marks of emphasis around nothing, as they are left when the link between them was taken out.
_BARE_MARKS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})\s*\1(?![\w*_])")
_BETWEEN_NAMES = re.compile(
    r"\s*(?:[、，;；|｜]|,(?!(?<=\d,)\d{3}(?!\d)))\s*|\s+[/·•&和与]\s+|\s+and\s+"
)
_BARS = re.compile(r"(?<!\s)(?:\s++[|｜·•]\s+|\s*+｜\s*)")


def find_links(text: str) -> list[Link]:
    """The links in a run, in order, pictures left out; one that leads nowhere safe has no url."""
    if "](" not in text and "://" not in text and "mailto:" not in text:
        return []
    found = []
    for match in _ANY.finditer(without_pictures(text)):
        label, angled, target, direct = (
            match.group(1),
            match.group(2),
            match.group(3),
            match.group(4),
        )
        if label is None:
            url = direct or match.group().rstrip(".,:;!?*_~)")
            found.append(Link(url.removeprefix("mailto:"), safe_url(url)))
        else:
            found.append(Link(label_text(label), safe_url(unescaped(angled or target or ""))))
    return found


def without_links(text: str) -> str:
    """What stands beside the links of a run."""
    return _BARE_MARKS.sub("", _ANY.sub("", text)).strip()


def holds_link(text: str) -> bool:
    """Whether a run holds a link of any kind (also a relative one, also one around a picture)."""
    if "](" not in text and "://" not in text and "mailto:" not in text:
        return False
    if "<" in text or "![" in text:
        text = without_pictures(text)
    if "](" in text and INLINE_LINK.search(text) is not None:
        return True
    return "://" in text or "mailto:" in text


def starts_with_link(text: str) -> bool:
    """Whether a run begins with a link (emphasis and symbols aside)."""
    start = re.match(r"[^\w\[<]{0,12}", text)
    return _ANY.match(text, start.end() if start else 0) is not None


def columns(text: str) -> int:
    """How wide a run is shown; a Chinese character has two columns."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def without_pictures(text: str, *, linked: bool = False) -> str:
    """`text` without pictures; a link around one keeps its place unless `linked` ones go, too.

    Tags of HTML go with them: an address in `src="…"` is no link.
    """
    if "<" in text:
        text = _HTML_TAG.sub("", text)
    if "![" not in text:
        return text
    if linked:
        text = _LINK_WITH_IMAGE.sub("", text)
    else:
        text = _LINK_WITH_IMAGE.sub(
            lambda m: f"[{m.group(1)}]({m.group(4) or m.group(5) or ''})", text
        )
    return _IMAGE.sub("", text)


def unescaped(text: str) -> str:
    """Without the backslashes that keep a sign from being a mark (CommonMark 0.31, section 2.4)."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def label_text(label: str) -> str:
    """A link's label without emphasis marks and escapes around it."""
    label = label.strip()
    for mark in ("**", "__", "*", "_", "`"):
        if len(label) > 2 * len(mark) and label.startswith(mark) and label.endswith(mark):
            label = label[len(mark) : -len(mark)].strip()
    if "&" in label:
        label = outside_code(label, without_entities)
    return re.sub(r"\\([\\\[\]()*_`#<>!|-])", r"\1", " ".join(label.split()))


def without_entities(text: str) -> str:
    """`text` with its character references as characters (CommonMark 0.31, 2.5).

    Those of marks stay: as characters they would be tags or emphasis.
    """

    def character(match: re.Match[str]) -> str:
        found = unescape(match.group()).replace("\u00a0", " ")
        again = found == "&" and _ENTITY.match(f"&{match.string[match.end() :][:34]}")
        kept = len(found) != 1 or found in _MARKS or not found.isprintable() or again
        return match.group() if kept else found

    return _ENTITY.sub(character, text) if "&" in text else text


def read_sources(text: str) -> list[Link]:
    """A source line's value: links, and names without one, in order."""
    found: list[Link] = []
    done = 0
    for match in _ANY.finditer(text):
        found += _names(text[done : match.start()])
        done = match.end()
        label = match.group(1)
        if label is None:
            raw = match.group(4) or match.group()
            url = raw if match.group(4) else raw.rstrip(".,:;!?*_~)")
            done -= len(raw) - len(url)
            found.append(Link(url.removeprefix("mailto:"), safe_url(url)))
        else:
            url = safe_url(unescaped(match.group(2) or match.group(3) or ""))
            found.append(Link(label_text(label) or url, url))
    return found + _names(text[done:])


def _names(text: str) -> list[Link]:
    names = (
        ORNAMENT.sub("", name).strip(" \t*_()（）:：-–—") for name in _BETWEEN_NAMES.split(text)
    )
    return [Link(name) for name in names if re.search(r"\w", name)]


def segments(text: str) -> list[str]:
    """Cut at ` | ` and ` · `, not inside brackets."""
    if not _BARS.search(text):
        return [text]
    parts: list[str] = []
    kept = ""
    done = 0
    for match in _BARS.finditer(text):
        kept += text[done : match.start()]
        if kept.count("[") > kept.count("]") or kept.count("(") > kept.count(")"):
            kept += match.group()
        else:
            parts.append(kept.strip())
            kept = ""
        done = match.end()
    parts.append((kept + text[done:]).strip())
    return [part for part in parts if part]


def only_link(text: str) -> Link | None:
    """The link, if the run is nothing but one link (emphasis, quotes and symbols aside)."""
    text = _BREAK.sub("", text)
    match = _ANY.search(text)
    if match is None or re.search(r"\w", text[: match.start()] + text[match.end() :]):
        return None
    links = find_links(match.group())
    return links[0] if links else None


def normal_reference(label: str) -> str:
    """How CommonMark compares reference labels."""
    return " ".join(label.split()).casefold()


def resolve(text: str, references: Mapping[str, str], used: set[str]) -> str:
    """`[text][ref]`, `[text][]` and `[text]` written as inline links (CommonMark 0.31, 6.3).

    The labels that were found are added to `used`.
    """
    if not references or "[" not in text:
        return text

    def inline(match: re.Match[str]) -> str:
        label, reference = match.group(1), match.group(2)
        key = normal_reference((reference or label).translate(_UNMASK))
        target = references.get(key)
        if target is None:
            if not reference and "[" in label:
                inner = _REFERENCE.sub(inline, label)
                return f"[{inner}]" + ("" if reference is None else "[]")
            return match.group()
        used.add(key)
        return f"[{label}]({target})"

    # Brackets in code spans are no links, but a label may hold a code span.
    masked = _in_code(text, lambda code: code.translate(_MASK))
    return _REFERENCE.sub(inline, masked).translate(_UNMASK)


def _in_code(text: str, change: Callable[[str], str]) -> str:
    """`change` applied to code spans."""
    return "".join(change(run) if code else run for code, run in _runs(text))


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """`change` applied to what stands outside code spans."""
    return "".join(run if code else change(run) for code, run in _runs(text))


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """(whether it is a code span, text) of each part."""
    if "`" not in text:
        yield False, text
        return
    runs = [match.span() for match in _TICKS.finditer(text)]
    # For each run of backticks, the next one of the same length; looked up from the right.
    closing: dict[int, int] = {}
    partner = [0] * len(runs)
    for place in range(len(runs) - 1, -1, -1):
        length = runs[place][1] - runs[place][0]
        partner[place] = closing.get(length, 0)
        closing[length] = place
    done = place = 0
    while place < len(runs):
        if end := partner[place]:
            yield False, text[done : runs[place][0]]
            yield True, text[runs[place][0] : runs[end][1]]
            done = runs[end][1]
            place = end
        place += 1
    yield False, text[done:]
