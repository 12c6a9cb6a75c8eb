"""The short texts of an edition: subject, preheader, date, reading time, footer sentences.

Everything here speaks the active language; callers use `translation.override`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from subscribers import language_table, times

from ..digest.markdown import plain_text
from ..editions import ItemView
from .columns import shorten, width

if TYPE_CHECKING:
    from .cards import Card

SUBJECT, HEADLINE, PREHEADER = 78, 52, 110

_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_][\w’'-]*|\d[\d.,]*")
_HEAD = re.compile(r"^(.{4,}?)(?:：|:\s|\s[—–-]{1,2}\s|——|｜|\s\|\s|[。！？；;])")


def language_code(language: str) -> str:
    """A publication's language ("zh-Hans") as Django's ("zh-hans")."""
    return language.lower()


def plain(source: str) -> str:
    """Markdown as one line without addresses."""
    return " ".join(plain_text(source, links=False).split()) if source.strip() else ""


def update(item: ItemView) -> str:
    """What stands before the title of a follow-up, else nothing."""
    return pgettext("story", "Update") + _(": ") if item.follows is not None else ""


def earlier(item: ItemView) -> str:
    """What a follow-up says of the item it goes on with."""
    if item.follows is None:
        return ""
    return pgettext("story", "Earlier: %(title)s (%(date)s)") % {
        "title": shorten(plain(item.follows.title), HEADLINE),
        "date": times.say_day(item.follows.date),
    }


def paragraphs(source: str) -> str:
    """Markdown as paragraphs with addresses, not wrapped yet."""
    return plain_text(source) if source.strip() else ""


def seconds_to_read(source: str) -> float:
    """How long a text takes who reads the active language; either script, each at its speed."""
    reader = language_table.find(get_language()) or language_table.LANGUAGES[0]
    wide = len(_WIDE.findall(source))
    words = len(_WORD.findall(_WIDE.sub(" ", source)))
    return wide * 60 / reader.characters_a_minute + words * 60 / reader.words_a_minute


def date(day: dt.date) -> str:
    """A day with its weekday."""
    return str(date_format(day, pgettext("date format", "l, j F Y")))


def names_day(title: str, day: dt.date) -> bool:
    """Whether a title says its day already, as most digests' do: the year and the day are in it."""
    numbers = {int(number) for number in re.findall(r"\d{1,4}", title)}
    return {day.year, day.day} <= numbers


def meta(count: int, seconds: float) -> str:
    """Number of items and reading time."""
    minutes = max(1, round(seconds / 60))
    items = ngettext("%(count)d item", "%(count)d items", count) % {"count": count}
    time = ngettext("%(minutes)d min read", "%(minutes)d min read", minutes) % {"minutes": minutes}
    return f"{items} · {time}"


def headline(title: str, most: int = HEADLINE) -> str:
    """A title's first clause without markup, or its beginning."""
    title = plain(title)
    if width(title) > most and (match := _HEAD.match(title)) and width(match.group(1)) >= most // 4:
        title = match.group(1)
    return shorten(title, most)


def subject(given: str, cards: Sequence[Card]) -> str:
    """The editor's subject, else made from the items of this edition."""
    if given:
        return shorten(given, 200)
    if len(cards) == 1:
        return shorten(cards[0].name, SUBJECT)
    more = len(cards) - 1
    # Chinese tells the whole count. xgettext:no-python-format
    return ngettext("%(headline)s, and %(more)d more", "%(headline)s, and %(more)d more", more) % {
        "headline": cards[0].headline,
        "more": more,
        "count": len(cards),
    }


def preheader(given: str, cards: Sequence[Card]) -> str:
    """The editor's preheader, else the items the subject does not name, else what the one says."""
    if given:
        return shorten(given, 200)
    if len(cards) == 1:
        return shorten(cards[0].summary or cards[0].name, PREHEADER)
    found = cards[1].headline
    for card in cards[2:]:
        longer = f"{found} · {card.headline}"
        if width(longer) > PREHEADER:
            break
        found = longer
    return found


def summary(item: ItemView, most: int = 400) -> str:
    """One line on an item: its insight, else its first bullet, else the start of its body."""
    source = item.insight or item.body
    if not item.insight and item.bullets:
        bullet = item.bullets[0]
        source = bullet.lead + _(": ") + bullet.text if bullet.lead else bullet.text
    # A body may be long: only its beginning can show.
    return shorten(plain(source[: most * 8]), most)


def first_sentence(line: str, most: int) -> str:
    """The first sentence of a line, cut to `most` columns."""
    if match := re.match(r".{8,}?(?:[。！？]|[.!?](?=\s))", line):
        line = match.group()
    return shorten(line, most)


def categories(names: Sequence[str]) -> str:
    """The sentence that says what an edition was chosen by."""
    return _("Categories in this mail: %(names)s.") % {
        "names": pgettext("between names", ", ").join(names)
    }


def left_out(count: int) -> str:
    """The sentence on items of the issue that are not in this edition."""
    return ngettext(
        "%(count)d more item of this issue is in categories you have not chosen.",
        "%(count)d more items of this issue are in categories you have not chosen.",
        count,
    ) % {"count": count}


def not_in_your_language(language: str) -> str:
    """What a reader is told of an issue that there is none of in their language."""
    found = language_table.find(language)
    return pgettext(
        "mail", "There is no edition of this issue in the language you chose. This is %(language)s."
    ) % {"language": found.name if found is not None else language}


def shortened() -> str:
    """What a reader is told when the edition did not fit."""
    return _(
        "This issue is too long for a mail. Later items are shown in brief; "
        "each of them is complete on the web."
    )


def rest(count: int) -> str:
    """What stands above the items that are only named."""
    return ngettext(
        "%(count)d more item, by its title; it is complete on the web.",
        "%(count)d more items, by their titles; each of them is complete on the web.",
        count,
    ) % {"count": count}
