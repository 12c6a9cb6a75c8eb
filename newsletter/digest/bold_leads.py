"""Titles in bold at the beginning of a text, and the words that can be one."""

from __future__ import annotations

import re

from .dates import read
from .inline import columns, without_links
from .markdown import plain_text
from .vocabulary import is_field

LONGEST_TITLE = 160  # characters of a sentence that serves as title; a longer one is cut.
SHORTEST_LEAD = 10  # columns; a shorter one names what the text is about
_SHORTEST_TITLE = 12  # columns of bold words with nothing between them and the text
ENDS_LINKED = re.compile(r"(?:\]\([^()\s]+\)|https?://[^\s()]+|>)[\s)）\]】*_.。|]*$")
# A bold beginning, and what parts it from the text behind it: "**A rope that floats** — it is …".
_BOLD_LEAD = re.compile(
    r"(?P<tag>[^\w\s*_\[(<]{0,4}\s*)(?P<mark>\*\*|__)(?=\S)(?P<name>(?:(?!(?P=mark))[^\[\]])+?)"
    r"(?<=\S)(?P=mark)(?:\s*[:：.。]|\s+[–—|-]{1,2}\s|\s*[–—]|(?<=[:：.。!！?？]..))\s*(?P<rest>\S.*)$",
    re.DOTALL,
)
# The same with nothing between, or with the link of the bold words.
_BOLD_TITLE = re.compile(
    r"[^\w\s*_\[(<]{0,4}\s*(?P<mark>\*\*|__)(?=\S)(?P<name>(?:(?!(?P=mark))[^\[\]\n])+?)(?<=\S)"
    r"(?P=mark)(?:\s+(?P<link>[(（]?(?:<?https?://[^\s()<>]+>?|\[[^\[\]]+\]\([^()\s]+\))[)）]?)"
    r"\s*(?:\n|[:：–—-]\s|——|：)|\s+)"
    r"(?P<said>\S.*)$",
    re.DOTALL,
)
_SAID = re.compile(r"[.!?。！？…]\W*$")  # the end of a sentence


def bold_lead(text: str) -> tuple[str, str] | None:
    """A run as (the bold words it begins with, what follows), when they are a title."""
    lead = _BOLD_LEAD.match(text)
    if lead is None:
        return None
    rest = lead.group("rest").strip()
    name = plain_text(f"{lead.group('tag')}{lead.group('name')}").strip(" :：")
    says = ENDS_LINKED.search(rest) is not None and re.search(r"[^\W\d_]", without_links(rest))
    return (name, rest) if is_headline(name, 4 if says else SHORTEST_LEAD) else None


def bold_opening(text: str) -> tuple[str, str] | None:
    """A run as (its title in bold, what is said of it), however they are parted."""
    lead = bold_lead(text)
    if lead is not None and re.search(r"[^\W\d_]", without_links(lead[1])):
        return lead
    return _bold_title(text)


def _bold_title(text: str) -> tuple[str, str] | None:
    """Bold words with a sentence of its own behind them, or with their link and then one."""
    match = _BOLD_TITLE.match(text)
    if match is None or not is_headline(
        name := plain_text(match.group("name")).strip(), _SHORTEST_TITLE
    ):
        return None
    said = match.group("said")
    told = without_links(said)
    if match.group("link") is None:
        begins = told[:1].isupper() or ord(told[:1] or " ") > 0x2E7F
        if not (begins and ENDS_LINKED.search(said) and _SAID.search(told)):
            return None
    return (name, said) if re.search(r"[^\W\d_]", told) else (name, "")


def is_headline(name: str, shortest: int) -> bool:
    """Whether a bold beginning is a title: words that are no date, no field and no single term."""
    if not shortest <= columns(name) <= LONGEST_TITLE or is_field(name):
        return False
    return (" " in name or columns(name) > len(name)) and read(name) == read("")
