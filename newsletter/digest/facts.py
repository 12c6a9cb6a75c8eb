"""Facts beside an item: tags, authors, a score, a line of them between points or bars."""

from __future__ import annotations

import re

from .dates import find_date
from .inline import ORNAMENT, find_links, only_link, segments, without_links
from .value import Link

_CODE = re.compile(r"`([^`\n]+)`")
_BETWEEN_TAGS = re.compile(r"\s*[,，、;；|｜·•]\s*|\s+(?=#)")
_BETWEEN_PEOPLE = re.compile(r"\s*[,，、;；&|｜]\s*|\s+(?:and|und|et|y|e|и|和|与)\s+")
_TAGGED = re.compile(r"(?<=[^\s`])(?:\s+`#?(?=[^`\s]*[^\W\d_])[^`\s]{1,24}`)+\s*$")
_TAG_PAGE = re.compile(
    r"\[#?([^\[\]]{1,60})\]\(<?(?:\.{0,2}/)*(?:[\w-]+/)?(?:tags?|topics?|labels?|hashtags?)/[^()/]+/?>?\)",
    re.IGNORECASE,
)
_STARS = re.compile("[★⭐🌟]")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
# At the end of a title: "⭐️ 8.0/10", "(8/10)", "[9.5]", "🔥 93", "★★★★".
_BADGE = re.compile(
    r"\s*+(?:"
    r"[(（\[【]?\s*+(?:[⭐★🌟🔥]\ufe0f?\s*+)++(?P<a>\d{1,3}(?:\.\d+)?)?(?:\s*/\s*\d{1,3})?\s*[)）\]】]?"
    r"|[(（\[【]\s*(?P<b>\d{1,3}(?:\.\d+)?)\s*/\s*\d{1,3}\s*[)）\]】]"
    r"|(?<=[\s)）\]】])(?P<c>\d{1,2}(?:\.\d+)?)\s*/\s*(?:5|10|100)"
    r")\s*$"
)
_TIME = re.compile(
    r"\d{1,2}:\d{2}|\d{1,2}月\d{1,2}日|\d{1,2}[./]\d{1,2}\b|\d{1,2}\s?(?:h|min|[hd]) ago"
)
_MONTH_DAY = re.compile(r"\b[A-Za-z]{3,9}\.?\s+\d{1,2}\b|\b\d{1,2}\.?\s+[A-Za-z]{3,9}\b")
# A fact that says what it is names neither a publisher nor a person: "Status: preprint".
_NAMED_FACT = re.compile(r"\W{0,4}[^\W\d][^：:]{0,23}[：:]\s*\S")
_LONGEST_BADGE = 40  # characters; in a longer run of stars or blanks all ways would be tried
_LONGEST_FACT = 60  # characters
# How many or how long ago, beside a publisher's name: "4,200+ pts", "2h ago", "560 points". Behind
# the figure a name begins with stands a capital, or no blank: "36Kr", "20 Minuten".
_COUNT = re.compile(
    r"[~≈]?\d[\d.,]*(?:\s?[kKmM万萬千]?\+.{0,12}|\s?[kKmM]?\s[^\W\dA-Z_][^\WA-Z_]{0,14}(?:\s.{0,24})?"
    r"|\s?[a-z]{1,4}\sago.{0,24}|[\s\w]{0,4}(?:前|전|スター|星|赞|赞同|票|分|点|ポイント|점|评论|コメント))"
)


def read_tags(value: str) -> tuple[str, ...]:
    """Tags as people write them: `#a` `#b`, "a, b", "#a #b", links."""
    pieces = _CODE.findall(value)
    if not pieces:
        pieces = [link.label for link in find_links(value)] or _BETWEEN_TAGS.split(value)
    tags = (" ".join(piece.strip(" \t*_#`[]【】").split()) for piece in pieces)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def ends_tagged(title: str) -> bool:
    """Whether a title ends with words in code, as programs write a tag: "owner/name `tool`"."""
    return _TAGGED.search(title) is not None


def split_tags(title: str) -> tuple[str, tuple[str, ...]]:
    """A title without the tags at its end, and these."""
    match = _TAGGED.search(title)
    return (title[: match.start()], read_tags(match.group())) if match is not None else (title, ())


def tag_page(text: str) -> str:
    """The tag that a link of its own to the site's page about it names: `[Go](/tags/go/)`."""
    match = _TAG_PAGE.fullmatch(text.strip())
    return " ".join(match.group(1).split()) if match is not None else ""


def read_authors(value: str) -> tuple[str, ...]:
    """Names of people, separated as in prose; a link gives its label."""
    found = [link.label for link in find_links(value)]
    names = [*found, *_BETWEEN_PEOPLE.split(without_links(value))] if found else (
        _BETWEEN_PEOPLE.split(value)
    )  # fmt: skip
    cleaned = (ORNAMENT.sub("", name).strip(" \t@*_()（）.") for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if re.search(r"\w", name)))


def read_score(value: str) -> float | None:
    """A number, or how many stars."""
    number = _NUMBER.search(value)
    if number:
        return float(number.group())
    stars = len(_STARS.findall(value))
    return float(stars) if stars else None


def is_count(text: str) -> bool:
    """Whether a part of a line of facts says how many, or how long ago, and so names nobody."""
    return _COUNT.fullmatch(text.strip()) is not None


def split_badge(title: str) -> tuple[str, float | None, str]:
    """A title without the score at its end, the score, and the badge as it was written."""
    before = max(0, len(title) - _LONGEST_BADGE)
    match = _BADGE.search(title, before)
    if match is None or not title[: match.start()].strip():
        return title, None, ""
    badge = match.group().strip()
    number = match.group("a") or match.group("b") or match.group("c")
    if number is None and not _STARS.search(badge):
        return title, None, ""
    return title[: match.start()].rstrip(), read_score(number or badge), badge


def facts_of(text: str) -> list[tuple[str, str | Link]]:
    """A line such as `hackernews · alice · 2 Aug 01:35 · [discussion](…)` as (field, value) pairs.

    Empty when the line is none: it has at least three short parts, no sentence, and a time or a
    link among them. Who published comes first, who wrote follows.
    """
    if "\n" in text or not any(mark in text for mark in "·•|｜"):
        return []
    parts = segments(text)
    if len(parts) < 3 or any(len(without_links(part)) > _LONGEST_FACT for part in parts):
        return []
    found: list[tuple[str, str | Link]] = []
    plain = telling = 0
    for part in parts:
        link = only_link(part)
        if link is not None and link.url:
            found.append(("link", link))
            telling += 1
        elif find_date(part) or _TIME.search(part) or _MONTH_DAY.fullmatch(part.strip(" *_")):
            found.append(("date", part))
            telling += 1
        elif re.search(r"[。！？!?;；]|\.\s", part) or _NAMED_FACT.match(part) or find_links(part):
            return []
        else:
            plain += 1
            found.append(("source" if plain == 1 else "author" if plain == 2 else "note", part))
    return found if telling and found[0][0] == "source" else []
