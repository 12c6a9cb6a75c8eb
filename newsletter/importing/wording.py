"""The sentences for what the digest has to tell the editor, in the language of the moment.

The digest returns codes with values, since it knows no language. Here each code has its sentence,
which says what is wrong and what to do. A code with several has one for each `case`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy, ngettext_lazy

from newsletter.digest import Problem, dialects
from newsletter.digest.value import Level

from .own_sentences import OWN
from .written_sentences import WRITTEN

# By code, or `code/case`. Lazy: looked up in the language that is active when they are asked for.
SENTENCES: Mapping[str, Any] = {
    **WRITTEN,
    "comment-dropped": ngettext_lazy(
        "A comment was left out.",
        "%(count)d comments were left out; this is the first.",
        "count",
    ),
    "control-character/binary": ngettext_lazy(
        "There is a character that is no text (U+%(code)04X). Is this a text file?",
        "There are %(count)d characters that are no text; this is the first (U+%(code)04X). "
        "Is this a text file?",
        "count",
    ),
    "control-character/dropped": ngettext_lazy(
        "A character that is no text was left out here (U+%(code)04X).",
        "%(count)d characters that are no text were left out; this was the first (U+%(code)04X).",
        "count",
    ),
    "date-ambiguous/month": gettext_lazy(
        "“%(text)s” names a month but no day. Say which day the issue has."
    ),
    "date-ambiguous/order": gettext_lazy(
        "“%(text)s” can be read as %(readings)s. Say which day is meant."
    ),
    "date-ambiguous/several": gettext_lazy(
        "“%(text)s” names several dates: %(readings)s. Say which one is the issue's."
    ),
    "date-ambiguous/span": gettext_lazy(
        "“%(text)s” is a span of days: %(readings)s. Say which day is the issue's."
    ),
    "date-ambiguous/week": gettext_lazy(
        "“%(text)s” is a week: %(readings)s. Say which day is the issue's."
    ),
    "date-ambiguous/year": gettext_lazy("“%(text)s” names a day but no year. Write the year, too."),
    "date-differs": gettext_lazy("The issue is dated %(date)s, but %(where)s says %(other)s."),
    "date-impossible": gettext_lazy(
        "An issue cannot be of %(date)s. Write a year from 1900 to 2099."
    ),
    "date-missing": gettext_lazy(
        "No date was found in the title, the header or the file's name. Add one: "
        "“# Title - 2025-10-10”."
    ),
    "date-span": gettext_lazy(
        "The days %(first)s to %(last)s: the issue's date is the last one, as was said."
    ),
    "date-weekday": gettext_lazy(
        "%(date)s is a %(weekday)s, but another weekday stands beside it. Check the date."
    ),
    "date-unreadable": gettext_lazy("“%(value)s” is no date. Write it like 2025-10-10."),
    "dialect-dropped": ngettext_lazy(
        "%(dialect)s was left out: mail has nothing like it.",
        "%(dialect)s was left out in %(count)d places, of which this is the first: mail has "
        "nothing like it.",
        "count",
    ),
    "empty": gettext_lazy("The file holds no text below its header and headings."),
    "encoding/broken-utf-16": gettext_lazy(
        "The file starts like UTF-16 but is broken. Save it as UTF-8."
    ),
    "encoding/guessed": gettext_lazy(
        "The file is not UTF-8; it was read as %(encoding)s. Check that the text is right."
    ),
    "encoding/unknown": gettext_lazy(
        "The file is no text in UTF-8, UTF-16 or GB18030: it breaks off at this line. "
        "Save it as UTF-8."
    ),
    "few-sources": gettext_lazy(
        "%(count)d of %(items)d items have no link, although the document has links. If that is "
        "right, confirm it; otherwise look where their links are."
    ),
    "field-twice": gettext_lazy(
        "“%(name)s” stands twice in this item; the second was kept in the text."
    ),
    "field-unknown": ngettext_lazy(
        "“%(name)s” is no field we know; it was kept beside the item. Its name can be "
        "added to the publication's labels.",
        "“%(name)s” (%(count)d times) is no field we know; it was kept beside the items. "
        "Its name can be added to the publication's labels.",
        "count",
    ),
    "front-matter/keys": gettext_lazy("The front matter must be lines of the form “key: value”."),
    "front-matter/size": gettext_lazy(
        "The front matter is too long or too deeply nested. Shorten it."
    ),
    "front-matter/syntax": gettext_lazy(
        "The front matter cannot be read: %(reason)s. Mend it or take it out."
    ),
    "index-left-out": gettext_lazy("The list of titles here was left out: the items follow."),
    "item-empty/heading": gettext_lazy(
        "This heading has nothing below it. Write the item or take the heading out."
    ),
    "item-empty/item": gettext_lazy(
        "This item has neither insight nor text. Was the file cut off?"
    ),
    "item-incomplete": gettext_lazy(
        "This item has no %(part)s, as the others have. Was the file cut off?"
    ),
    "item-incomplete/alone": gettext_lazy(
        "This item has an insight and no bullets. Was the file cut off?"
    ),
    "json": gettext_lazy(
        "The file is JSON, not Markdown. Save the text inside it as a file of its own."
    ),
    "line-too-long": gettext_lazy("This line has %(size)d characters; the most is %(most)d."),
    "link-twice": gettext_lazy("The item in line %(line)d has the same source link."),
    "link-unsafe": gettext_lazy(
        "This link leads nowhere a reader could go. Write an address with https://."
    ),
    "merge-undecided": gettext_lazy(
        "Two versions stand here, down to line %(line)d, between the marks of a merge. Keep one,"
        " and take the marks (<<<<<<<, =======, >>>>>>>) away."
    ),
    "nesting/line": gettext_lazy("This line is nested too deeply."),
    "nesting/paragraph": gettext_lazy("There are too many brackets or tags in one paragraph."),
    "no-items": gettext_lazy("No item was found. An item is a heading with text below it."),
    "no-items/said": gettext_lazy(
        "The document says that there is nothing today, and it holds no item. There is nothing to "
        "import."
    ),
    "number-differs": gettext_lazy("The title says %(title)s%(unit)s, the text %(text)s%(unit)s."),
    "one-item": gettext_lazy(
        "The whole document would be one item, although %(count)d of its headings are links. If "
        "that is right, confirm it; otherwise choose how to read it."
    ),
    "one-item/parts": gettext_lazy(
        "The whole document would be one item, although %(count)d of its headings have text or "
        "links of their own below them. If that is right, confirm it; otherwise choose how to "
        "read it."
    ),
    "one-item/links": gettext_lazy(
        "The whole document would be one item, although %(count)d of its lines are nothing but a "
        "link, as titles are. If that is right, confirm it; otherwise choose how to read it."
    ),
    "one-item/ends": gettext_lazy(
        "The whole document would be one item, although %(count)d of its paragraphs end with a "
        "link of their own, as the entries of a list do. If that is right, confirm it; otherwise "
        "give each entry a heading, or make a list of them."
    ),
    "one-item/times": gettext_lazy(
        "The whole document would be one item, although %(count)d of its lines begin with a time, "
        "as the parts of a recording do. If that is right, confirm it; otherwise give each part a "
        "heading, or make a list of them."
    ),
    "reference-missing": ngettext_lazy(
        "This link has no address in the document; its words are kept as text.",
        "%(count)d links have no address in the document; their words are kept as text. This is "
        "the first.",
        "count",
    ),
    "reference-unused": ngettext_lazy(
        "This link definition is used nowhere.",
        "%(count)d link definitions are used nowhere; this is the first.",
        "count",
    ),
    "short": gettext_lazy("The whole text has fewer than %(least)d characters. Is this a test?"),
    "source-missing": gettext_lazy(
        "This item names no source. Add a line “来源：[name](address)” or “Source: …”."
    ),
    "source-placeholder": gettext_lazy(
        "“%(label)s” says nothing about who published it. Write the source's name."
    ),
    "source-unlinked": gettext_lazy("The source has no link. Write it as [name](address)."),
    "title-empty": gettext_lazy(
        "This heading has no text. Write the item's title behind the number signs."
    ),
    "title-json": gettext_lazy("The title looks like program data (JSON). Write it as words."),
    "title-missing": gettext_lazy(
        "The file has no title. Write one in its first line: “# Title - 2025-10-10”."
    ),
    "title-twice": gettext_lazy("The item in line %(line)d has the same title."),
    "too-large/bytes": gettext_lazy("The file has more than %(most)d MB. Divide it."),
    "too-large/characters": gettext_lazy(
        "The text has %(size)d characters; the most is %(most)d. Divide it."
    ),
    "too-large/lines": gettext_lazy("The file has more than %(most)d lines. Divide it."),
    "too-many-items": gettext_lazy(
        "The file has %(count)d items; the most is %(most)d. Divide it."
    ),
    # Two sentences: a language without a plural would say "lines 9 to 9".
    "unclaimed/line": gettext_lazy(
        "Line %(first)d belongs to no item. Say what it is: an item, part of the item above, "
        "introduction, tail, or left out."
    ),
    "unclaimed/lines": gettext_lazy(
        "Lines %(first)d to %(last)d belong to no item. Say what they are: an item, part of the "
        "item above, introduction, tail, or left out."
    ),
    "yaml-alias": gettext_lazy(
        "The front matter uses a YAML alias (*name). Write the value out instead."
    ),
}
# Values that are words themselves, by the parameter they stand in.
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "where": {
        "title": gettext_lazy("the title"),
        "file-name": gettext_lazy("the file's name"),
    },
    "dialect": {one.name: gettext_lazy(one.label) for one in dialects.known()},
    "weekday": {str(number): name for number, name in WEEKDAYS.items()},
    "part": {"insight": gettext_lazy("insight"), "bullets": gettext_lazy("bullets")},
}


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """A problem of an import in words, whether the digest or the database found it.

    `line` and `column` count from 1; 0 means the whole file. `pointer` names the value in a JSON
    document (RFC 6901).
    """

    line: int
    column: int
    level: Level
    code: str
    message: str
    pointer: str = ""


def sentence(problem: Problem) -> str:
    """What a problem says, in the active language."""
    if "message" in problem.params:  # Stored by 0.1.0, which kept the sentence itself.
        return str(problem.params["message"])
    case = problem.params.get("case")
    key = problem.code if case is None else f"{problem.code}/{case}"
    values = {
        name: _WORDS.get(name, {}).get(str(value), value) for name, value in problem.params.items()
    }
    if values.get("pointer") == "":
        values["pointer"] = "/"  # The whole document (RFC 6901), as it can be seen in a sentence.
    return str((SENTENCES.get(key) or OWN[key]) % values)


def in_words(problems: Iterable[Problem]) -> list[DocumentProblem]:
    """The digest's problems as those of an import, in the active language."""
    return [
        DocumentProblem(
            one.line,
            one.column,
            one.level,
            one.code,
            sentence(one),
            str(one.params.get("pointer", "")),
        )
        for one in problems
    ]
