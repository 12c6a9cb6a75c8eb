"""The three styles a publication may have, and the tokens mail and site share.

A style differs from the others in structure, not in colour alone: what stands in the masthead,
whether one story leads, whether there are contents. The templates of that name draw it
(`emails/styles/NAME.mjml`, `.style-NAME` in site.css); the numbers and stacks they share are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Ground:
    """What text stands on, and the greys that go with it; each #rrggbb."""

    paper: str
    page: str
    ink: str
    muted: str
    line: str


_WHITE = Ground("#ffffff", "#ffffff", "#1a1d21", "#5a636d", "#dfe3e7")
_BLACK = Ground("#15181b", "#15181b", "#e8eaed", "#a4adb6", "#343a40")
# A warmer sheet for long reading, with its own ground around it.
_CREAM = Ground("#fffdf8", "#f4f0e7", "#231f1a", "#665f55", "#e3dccd")
_UMBER = Ground("#1c1a17", "#131110", "#ebe6dd", "#b0a799", "#3a352e")


@dataclass(frozen=True, slots=True)
class Style:
    """One style. `measure` is the width of a mail in CSS pixels, `margin` what it has at each side.

    `typeface` is a key of TYPEFACES. `contents_from` is the number of items from which a mail has
    contents; 0 only when a mail had to be shortened, since they alone name what is left out.
    `leads` says whether the first item of an edition is set as its lead story.
    """

    name: str
    label: Promise
    purpose: Promise
    contents_from: int
    leads: bool = False
    typeface: str = "sans"
    light: Ground = _WHITE
    dark: Ground = _BLACK
    measure: int = 640
    margin: int = 28


STYLES: Mapping[str, Style] = {
    style.name: style
    for style in (
        Style(
            "daily",
            pgettext_lazy("style of a publication", "Daily"),
            pgettext_lazy("style of a publication", "A lead story, then briefs with contents."),
            contents_from=4,
            leads=True,
        ),
        Style(
            "essay",
            pgettext_lazy("style of a publication", "Essay"),
            pgettext_lazy("style of a publication", "Serif type, wide margins, room to read."),
            contents_from=8,
            typeface="serif",
            light=_CREAM,
            dark=_UMBER,
            measure=620,
            margin=56,
        ),
        Style(
            "links",
            pgettext_lazy("style of a publication", "Links"),
            pgettext_lazy("style of a publication", "A dense list: many items at one look."),
            contents_from=0,
        ),
    )
}
DEFAULT = "daily"
# Beyond so many items contents are folded into sections: categories, or so many items each.
UNFOLDED = 20
SECTION = 10


@dataclass(frozen=True, slots=True)
class Typeface:
    """Stacks of fonts that readers' systems have, for Latin and for Chinese texts.

    Unquoted, since they stand in attributes of mails too (CSS Fonts 4, 2.1: names of identifiers
    may be). In a Chinese stack the Latin fonts stand first: Chinese ones draw thin Latin letters.
    `outlook` is what Word's engine, which takes only the first name, is told.
    """

    label: Promise
    latin: str
    wide: str
    outlook: str
    outlook_wide: str

    def stack(self, wide: bool) -> str:
        """The stack for a language; `wide` for Chinese, Japanese, Korean."""
        return self.wide if wide else self.latin

    def for_outlook(self, wide: bool) -> str:
        """The stack for Outlook on Windows."""
        return self.outlook_wide if wide else self.outlook


TYPEFACES: Mapping[str, Typeface] = {
    "sans": Typeface(
        pgettext_lazy("typeface", "Sans serif"),
        "-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif",
        "-apple-system,Helvetica Neue,Arial,PingFang SC,Hiragino Sans GB,Microsoft YaHei,"
        "Noto Sans CJK SC,sans-serif",
        "Segoe UI,Arial,sans-serif",
        "Microsoft YaHei,Arial,sans-serif",
    ),
    "serif": Typeface(
        pgettext_lazy("typeface", "Serif"),
        "Charter,Iowan Old Style,Georgia,Cambria,serif",
        "Charter,Georgia,Songti SC,STSong,Source Han Serif SC,Noto Serif CJK SC,SimSun,serif",
        "Georgia,serif",
        "Georgia,SimSun,serif",
    ),
}
