"""Titles and headings: without numbers and ornament, as a category, with the link they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .bold_leads import ENDS_LINKED, LONGEST_TITLE, SHORTEST_LEAD, bold_lead, bold_opening
from .dates import read
from .html import is_tags
from .inline import (
    INLINE_LINK,
    ORNAMENT,
    columns,
    find_links,
    label_text,
    only_link,
    unescaped,
    without_links,
)
from .labels import is_placeholder
from .markdown import plain_text
from .outline import Section
from .reading import Reading
from .sources import split_trailer, title_above_address
from .times import time_in_front
from .title_lines import titled_line
from .value import Link
from .vocabulary import either

_NUMBERED_TITLE = re.compile(
    r"(?:\d{1,3}(?:[.)][ \t\u3000]+|[、．]\s*|\s*[—–|｜／·]\s+|\s-\s+)"
    r"|(?:(?:\d\ufe0f?\u20e3)+|\U0001f51f)\s*)(?=\S)"
)  # the latter are keycaps
_SECTION_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,2}|[IVX]{1,4}|[一二三四五六七八九十]{1,3})"
    r"(?:[.)、．:：][ \t\u3000]*|[ \t\u3000]+)"
    r"(?=\W*[^\W\d])"
)
_COUNT = re.compile(
    rf"(?<!\s)\s*+[(（]\s*\d+\s*(?:{either('counters')})?\s*[)）]\s*$", re.IGNORECASE
)
_OPENING_LINK = re.compile(
    r"(?P<tag>(?:(?P<bold>\*\*|__)?[\[(【][^\[\]()【】]{1,24}[\])】](?(bold)(?P=bold))\s*(?!\()|[^\w\s\[(*_`!]++\s*+)*+)"
    r"(?P<mark>\*{1,3}|_{1,3})?\[(?P<label>(?>[^\[\]\\]++|\\.|\[[^\[\]]*+\])*+)\]"
    r"\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+(?:\s+\"[^\"]*+\")?\)"
)
# A heading all of which is emphasised: that is its look, as the heading's is.
_EMPHASISED = re.compile(r"^(\*{1,3}|_{1,3})(?=\S)([^*_`\[\]]+)(?<=\S)\1$")
_COUNTED = re.compile(
    r"(?:[#!№]|gh-|PR\s*#?)\s*\d{1,7}", re.IGNORECASE
)  # a number and no name: what is said of it is the title
# "A new PR" and its like name nothing; what is said of it is the title.
_ONE_OF_MANY = re.compile(
    r"(?:an?|this|these|another|here|some|ein(?:e[mnrs]?)?|diese[mnrs]?|un[ea]?|uno|des|cet?(?:te)?|est[ea]"
    r"|quest[oa]|uma?|een|deze|dit)\b.{0,24}$",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"[*_` ]*@[\w.-]+[*_` ]*$")  # a person, where "@scope/name" is a package
# The page of a person or a team where people have such: what they wrote is linked behind it.
_PROFILE = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:(?:twitter|x|github|gitlab|instagram|facebook)\.com/@?[\w.-]+/?$"
    r"|linkedin\.com/in/[^/]+/?$|bsky\.app/profile/[\w.-]+/?$|[\w.-]+/@[\w.@-]+/?$)",
    re.IGNORECASE,
)
_DAY = (
    r"(?:\d{4}\s*[-./年년]\s*\d{1,2}\s*[-./月월]\s*\d{1,2}\s*[日号號일]?"
    r"|\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{1,2}\s*[月월]\s*\d{1,2}\s*[日号號일])"
)
_DAY_BESIDE = re.compile(
    rf"[\s,，:：|｜·–—(（\[【-]*(?<![A-Za-z\d.]){_DAY}\s*[)）\]】]?$"
    rf"|^[(（\[【]?{_DAY}[)）\]】]?[\s,，:：|｜·–—-]+(?=\S)"
)
_IN_BRACKETS = re.compile(r"\s*[(（\[【]([^()（）\[\]【】]{6,40})[)）\]】]$")
_SHORTEST_LINK = 14  # columns of a link at the beginning of a text that is its title
_BYLINE = re.compile(rf"(?:{either('bylines')})\b")
_ADDRESS = re.compile(r"<?https?://[^\s<>\"'`、，。；：！？（）「」【】《》|｜]++>?", re.IGNORECASE)
_CLOSING_LINK = re.compile(
    r"\s*(?P<open>[(（\[【]\s*)?(?:\[[^\[\]]*\]\([^()\s]+\)|<?https?://[^\s<>()（）]+>?)\s*[)）\]】]?[.。]?$",
    re.IGNORECASE,
)
_TIED = re.compile(
    r"\s+[–—-]{1,2}\s|\s*[:：|｜·]|[–—]"
)  # what parts a title from what is said of it
# What stands between a title and the rest: punctuation, also escaped by exporters (`\\-`), breaks.
_TIES = re.compile(
    r"^(?:\\?[,:;|–—-]|[\s：，。；、｜·]|\.(?![a-zA-Z0-9])|<br\s*/?>)+", re.IGNORECASE
)
_LINKED = re.compile(r"\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_STRESSED = re.compile(r"[*_`]{1,3}([^*_`]+)[*_`]{1,3}")
# A sentence; an initial ("Gavin M. Roy") ends none.
_SENTENCE = re.compile(r"[^\n]{3,}?(?:[。！？]|(?<!\b[A-ZА-ЯΑ-Ω])[.!?](?=\s|$))|[^\n]+")


def item_title(text: str) -> str:
    """A heading without its running number."""
    return _NUMBERED_TITLE.sub("", text, count=1).strip() or text


def is_numbered(text: str) -> bool:
    """Whether a heading starts with a running number."""
    return _NUMBERED_TITLE.match(text) is not None


def is_numbered_section(text: str) -> bool:
    """Whether a section's heading starts with a running number: "1 News", "一、要闻"."""
    return _SECTION_NUMBER.match(ORNAMENT.sub("", text)) is not None


def section_name(text: str, *, numbered: bool = False) -> str:
    """A section's heading as the name of a category: no pictographs, no count, no link.

    With `numbered` a running number in front of it goes, too.
    """
    name = _LINKED.sub(r"\1", text)
    name = _STRESSED.sub(r"\1", name)
    name = unescaped(name)
    name = _COUNT.sub("", name.strip())
    name = ORNAMENT.sub("", name)
    if numbered:
        name = ORNAMENT.sub("", _SECTION_NUMBER.sub("", name, count=1))
    return " ".join(name.split()) or " ".join(text.split())


def title_text(text: str) -> str:
    """A document's title without the links in it: that of the issue's own page, as a rule."""
    if "](" in text:
        text = INLINE_LINK.sub(lambda match: match.group(1), text).strip()
    return _EMPHASISED.sub(r"\2", text)


def section_headings(
    section: Section, reading: Reading, *, own: bool = True
) -> list[tuple[str, bool]]:
    """The headings a section stands under, outermost first, claimed; with `own` its own, too.

    Each with whether its running number is none of its name.
    """
    path = [*section.above, section] if own else list(section.above)
    found = []
    for above in path:
        if above.heading is None or above.heading.number == reading.outline.title_line:
            continue
        reading.claim_section(above)
        numbered = above.heading.number in reading.numbered_sections
        found.append((reading.resolved(above.title), numbered))
    return found


def section_category(section: Section, reading: Reading, *, own: bool = True) -> str:
    """The section an item stands in, as a category: the nearest heading that is no link.

    A linked heading names a project or a piece, not a section (`### [uefi-rs](…)`). With `own`
    the section's own heading counts, else only those above it.
    """
    headings = section_headings(section, reading, own=own)
    for text, numbered in reversed(headings):
        if only_link(text) is None:
            return category_name(text, numbered=numbered)
    if headings:
        return section_name(headings[-1][0], numbered=headings[-1][1])
    return reading.front.category


def category_name(text: str, *, numbered: bool = False) -> str:
    """A section's name without a day beside it: next week it has another."""
    name = section_name(text, numbered=numbered)
    left = _DAY_BESIDE.sub("", name)
    said = _IN_BRACKETS.search(left)
    if said is not None and read(said[1]).date is not None:
        left = left[: said.start()]
    return left if re.search(r"[^\W\d_]", left) else name


def section_path(section: Section, reading: Reading, *, own: bool = True) -> str:
    """The headings above an item, outermost first, as one line; a link with a text below it names
    another piece."""
    pieces = {
        reading.resolved(above.title)
        for above in (*section.above, section)
        if above.holds_anything()
    }
    return " / ".join(
        section_name(text, numbered=numbered)
        for text, numbered in section_headings(section, reading, own=own)
        if only_link(text) is None or text not in pieces
    )


def split_linked_title(text: str) -> tuple[str, Link | None, str]:
    """A run as (title, link, rest).

    A run that starts with a link, tags and symbols aside, is titled by the link's label. Else
    the title is its first sentence, and the rest is the whole run when it says more. A time in
    front of such a link, or a day, goes to the rest.
    """
    text = text.strip()
    if (timed := _timed(text)) is not None:
        return timed
    if _ADDRESS.fullmatch(text):  # A line of addresses alone can be long; there is no title in it.
        link = find_links(text)[0]
        return link.label[:LONGEST_TITLE], link, ""
    links = find_links(text)
    if opened := _behind_address(text, links) or title_above_address(text, LONGEST_TITLE):
        return opened
    source = next((link for link in links if link.url), None)
    if source is not None and _is_person(source):  # Who said it; what is linked next.
        source = next((one for one in links if one.url and not _is_person(one)), source)
    match = _OPENING_LINK.match(text)
    if match is None and (lined := _lined(text, source)) is not None:
        return lined
    if match and _HANDLE.match(match.group("label")):
        tied = _TIED.match(text, match.end())
        behind = text[tied.end() :].strip() if tied is not None else ""
        inner = _OPENING_LINK.match(behind)
        if inner is not None and not _HANDLE.match(inner.group("label")):
            named, about, _said = split_linked_title(behind)
            return named, about, text
        # A person is the beginning of a sentence; what the sentence is about is linked next.
        source = next((one for one in links if one.url and not _is_person(one)), source)
    elif match and _says_who(text, match, links):
        pass  # "[Ann Lee](https://example.social/@ann) wrote about [rivers](…)": the same.
    elif match and is_placeholder(match.group("label")) and (said := _behind_name(text, match)):
        return said, next(iter(find_links(match.group())), source), text
    elif match and (label := label_text(match.group("label"))):
        return _titled_by_link(text, match, label, source)
    if (lead := bold_opening(text)) is not None:
        return lead[0], source, lead[1]
    if closed := _closing(text, links):
        return closed
    plain = plain_text(text.split("\n\n")[0], links=False).strip()
    title = _SENTENCE.match(plain)
    short = (title.group().strip() if title else plain)[:300]
    marked = text.startswith(("*", "_"))
    if title is not None and not marked and columns(short) < SHORTEST_LEAD:
        more = _SENTENCE.match(plain[title.end() :].lstrip())  # "Big news." says nothing yet.
        short = f"{short} {more.group().strip()}"[:300] if more is not None else short
    if len(short) > LONGEST_TITLE:
        short = short[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:，；：、") + "…"
    says_more = (
        len(links) > 1
        or " ".join(plain.split()) != " ".join(short.split())
        or (source is not None and not text.startswith("["))
        or "![" in text
    )
    if not short and not is_tags(text):
        short = text[:LONGEST_TITLE]
    return short, source, text if says_more else ""


def _behind_name(text: str, match: re.Match[str]) -> str:
    """The title behind a "Link" that a run begins with; empty when no words stand there."""
    behind = text[match.end() :].strip()
    return _first_sentence(behind) if re.match(r"[^\W\d_]{2}", behind) else ""


def _is_person(link: Link) -> bool:
    return _HANDLE.match(link.label) is not None or _PROFILE.match(link.url) is not None


def _says_who(text: str, match: re.Match[str], links: Sequence[Link]) -> bool:
    """Whether a sentence begins with a person's page, and goes on to another link."""
    behind = text[match.end() :].lstrip(" *_")
    first = find_links(match.group())
    others = any(one.url and not _is_person(one) for one in links[1:])
    return (
        bool(first)
        and _PROFILE.match(first[0].url) is not None
        and others
        and (behind[:1].islower())
    )


def _behind_address(text: str, links: Sequence[Link]) -> tuple[str, Link | None, str] | None:
    """A line that begins with its only address, as (what it says of that, link, the rest)."""
    match = _ADDRESS.match(text)
    said = text[match.end() :].strip(" \t-–—:：|·") if match is not None else ""
    if not re.search(r"[^\W\d_]", said) or len(links) != 1 or "\n" in text:
        return None
    title, _none, rest = split_linked_title(said)
    return title, links[0], rest


def _titled_by_link(
    text: str, match: re.Match[str], label: str, source: Link | None
) -> tuple[str, Link | None, str]:
    """A run as (title, link, rest) that `match` opens with a link of this label."""
    tag = match.group("tag").replace("**", "").replace("__", "")
    tag = tag.strip(" *_").removeprefix("▶").strip()
    after = (
        re.sub(r"^[*_]{1,3}(?=\W|$)", "", text[match.end() :])
        if match.group("mark")
        else (text[match.end() :])
    )
    rest = _rest(after)
    if _COUNTED.fullmatch(label) and (said := _first_sentence(rest)):
        return said, next(iter(find_links(match.group())), source), text
    if rest[:1].islower() and not (_BYLINE.match(rest) or _TIED.match(after)):
        rest = text  # The link is the beginning of a sentence, which stays whole.
        if _ONE_OF_MANY.match(label) and (said := _first_sentence(text)):
            return said, next(iter(find_links(match.group())), source), text
    opening = find_links(match.group())[0]  # One that leads nowhere from here is still a title.
    return f"{tag} {label}".strip(), opening if opening.url else source, rest


def _first_sentence(text: str) -> str:
    found = _SENTENCE.match(plain_text(text, links=False))
    return found.group().strip()[:LONGEST_TITLE] if found is not None else ""


def _timed(text: str) -> tuple[str, Link | None, str] | None:
    """A run that begins with a time, which goes to the rest; None where it is part of the title."""
    found = time_in_front(text)
    if found is None:
        return None
    when, end = found
    behind = text[end:].strip()
    title, link, rest = split_linked_title(behind)
    told = " · ".join(part for part in (when, rest) if part)
    return title, link, told if rest != behind else text


def is_led(text: str) -> bool:
    """Whether a text is a short piece: a title in bold and a link at its end, or a title that is a
    link, and what is said of it."""
    if (link := _OPENING_LINK.match(text)) is not None:
        label = label_text(link.group("label"))
        titled = columns(label) >= _SHORTEST_LINK and not label.startswith("@")
        return titled and _TIED.match(text[link.end() :]) is not None and not _ends_open(text)
    lead = bold_lead(text) if ENDS_LINKED.search(text) is not None else None
    return lead is not None and re.search(r"[^\W\d_]", without_links(lead[1])) is not None


def _ends_open(text: str) -> bool:
    return text.rstrip("*_ ").endswith((":", "："))


def _lined(text: str, source: Link | None) -> tuple[str, Link | None, str] | None:
    """A run whose first line is its title, with the source named there or at the end."""
    if (found := titled_line(text)) is None:
        return None
    first, below = found
    title, link, more = split_linked_title(first)
    left, trailer = split_trailer(below)
    if link is None and trailer and trailer[0].url:
        link, below = trailer[0], left
    rest = text if more.strip() == first else "\n".join(one for one in (more, below) if one)
    return title, link or source, rest.strip()


def _closing(text: str, links: Sequence[Link]) -> tuple[str, Link, str] | None:
    """A short run that ends with its only link, as (what stands before it, link, nothing more).

    The link is an address, names nobody, or stands in parentheses; else it is part of the sentence.
    """
    if len(links) != 1 or not links[0].url or "\n" in text:
        return None
    match = _CLOSING_LINK.search(text)
    if match is None or find_links(text[: match.start()]):
        return None
    link = links[0]
    if match.group("open") is None and not (is_placeholder(link.label) or "://" in link.label):
        return None
    before = plain_text(text[: match.start()]).strip(" *_-–—:：>→")
    sentences = _SENTENCE.findall(before)
    if not before or len(before) > LONGEST_TITLE or len(sentences) > 1:
        return None
    return before, link, ""


def _rest(text: str) -> str:
    """What follows a linked title, without the punctuation that tied it on."""
    rest = _TIES.sub("", text).strip()
    return rest if re.search(r"\w", rest) else ""


def title_of(section: Section, reading: Reading) -> str:
    """A section's heading as an item's title, claimed. An error when it is empty."""
    assert section.heading is not None
    reading.claim(section.heading)
    title = _EMPHASISED.sub(r"\2", reading.resolved(section.title))
    if not title:
        reading.problems.error("title-empty", line=section.heading.number)
    return title
