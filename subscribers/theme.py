"""How a publication's mail looks: `Publication.theme` checked, completed, and made legible.

An editor gives an accent colour and perhaps a logo. Whatever colours that leaves open are computed
here, so that text keeps a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3) in the light and in the dark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from . import conf, styles
from .styles import Style, Typeface

# The same as the site's own (site.css): a mail and its page are one publication.
ACCENT, DARK_ACCENT = "#0a6558", "#62cbb8"
ENOUGH = 4.5
# Links in the dark: thin bright strokes on black read worse than the formula says.
ENOUGH_IN_THE_DARK = 6.5

# Tints of chips are mixed with these, whatever the style.
_CHIP_PAPER, _CHIP_DARK_PAPER = "#ffffff", "#1b1f23"
# For categories without a colour of their own, by their bit, so a category keeps its colour.
PALETTE = (
    "#2f6fb0", "#b4551d", "#3a7d44", "#8a4fa3", "#b03a5b", "#0f7c85", "#8b6b12", "#5560b8",
    "#a0522d", "#4d7c0f", "#9d3a94", "#37718e",
)  # fmt: skip

KEYS = (
    "style", "typeface", "accent", "accent_dark", "logo", "logo_alt", "logo_width", "logo_height",
)  # fmt: skip
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_WIDEST_LOGO, _HIGHEST_LOGO = 560, 200
# A picture that is given as a file is shown no larger than this; its numbers can be changed.
_USUAL_LOGO_HEIGHT = 96
_MOST = {"logo_width": _WIDEST_LOGO, "logo_height": _HIGHEST_LOGO}


@dataclass(frozen=True, slots=True)
class Chip:
    """Colours of one category: text and background, light and dark; each #rrggbb."""

    text: str
    back: str
    dark_text: str
    dark_back: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A complete look. Colours are #rrggbb; `logo` is an absolute address or empty.

    `band` is the accent as it was given, for a ground with `on_band` upon it; `accent` is made
    legible as text on paper.
    """

    style: Style
    typeface: Typeface
    band: str
    on_band: str
    band_muted: str
    accent: str
    dark_band: str
    on_dark_band: str
    dark_band_muted: str
    dark_accent: str
    call_out: str
    dark_call_out: str
    logo: str
    logo_alt: str
    logo_width: int
    logo_height: int


def problems(theme: Any) -> list[str]:
    """What is wrong with a `Publication.theme`, in the words of the active language.

    Empty for a good one. Keys: `style`, `typeface` (names of `styles`), `accent`, `accent_dark`
    (#rrggbb), `logo` (https address or a path on this site), `logo_alt`, `logo_width`,
    `logo_height` (CSS pixels).
    """
    return [sentence for _key, sentence in faults(theme, {})]


def faults(theme: Any, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """The same with the key of each, or "", and keys said by their labels where there are any."""
    if not isinstance(theme, Mapping):
        return [("", _("The look must be a set of names and values."))]
    found = [(key, _("Unknown setting “%(name)s”.")) for key in theme if key not in KEYS]
    for key in ("accent", "accent_dark"):
        value = theme.get(key, "")
        if value and not (isinstance(value, str) and _COLOUR.match(value)):
            found.append((key, _("“%(name)s”: write a colour as #rrggbb.")))
    for key, known in (("style", styles.STYLES), ("typeface", styles.TYPEFACES)):
        value = theme.get(key, "")
        if value and not (isinstance(value, str) and value in known):
            found.append((key, _("“%(name)s”: choose one of %(known)s.")))
    logo = theme.get("logo", "")
    if logo and not _logo_address(logo):
        found.append(("logo", _("“%(name)s”: write an https address or a path on this site.")))
    if logo and not str(theme.get("logo_alt", "")).strip():
        found.append(("logo_alt", _("“%(name)s”: say in words what the logo shows.")))
    for key, most in _MOST.items():
        value = theme.get(key)
        if value is None and not logo:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            found.append((key, _("“%(name)s”: write a whole number from 1 to %(most)d.")))
    choices = {"style": ", ".join(styles.STYLES), "typeface": ", ".join(styles.TYPEFACES)}
    return [
        (
            key,
            sentence
            % {
                "name": labels.get(key, key),
                "known": choices.get(key, ""),
                "most": _MOST.get(key, 0),
            },
        )
        for key, sentence in found
    ]


def load(theme: Any) -> Theme:
    """The complete look of a stored theme. A setting that is not valid counts as not given."""
    given = theme if isinstance(theme, Mapping) else {}

    def colour(key: str) -> str:
        value = given.get(key, "")
        return value.lower() if isinstance(value, str) and _COLOUR.match(value) else ""

    style = style_of(given)
    paper, dark_paper = style.light.paper, style.dark.paper
    band = colour("accent") or ACCENT
    # Links stand on paper and in the call-out, whose tint has a little less contrast.
    call_out = mix(band, paper, 0.93)
    accent = legible(legible(band, paper), call_out)
    dark = colour("accent_dark") or (band if colour("accent") else DARK_ACCENT)
    dark_accent = legible(dark, dark_paper)
    dark_call_out = mix(dark_accent, dark_paper, 0.92)
    dark_accent = legible(dark_accent, dark_call_out, ENOUGH_IN_THE_DARK)
    # A band as bright as paper would glare at night: it is dimmed, text on it follows.
    dark_band = colour("accent_dark") or band
    while luminance(dark_band) > 0.18:
        dark_band = mix(dark_band, "#000000", 0.1)
    width, height = given.get("logo_width"), given.get("logo_height")
    logo = _logo_address(given.get("logo", ""))
    alt = str(given.get("logo_alt", "")).strip()
    usable = bool(logo and alt and _pixels(width, _WIDEST_LOGO) and _pixels(height, _HIGHEST_LOGO))
    return Theme(
        style=style,
        typeface=_typeface(given, style),
        band=band,
        on_band=on(band),
        band_muted=legible(mix(on(band), band, 0.2), band),
        accent=accent,
        dark_band=dark_band,
        on_dark_band=on(dark_band),
        dark_band_muted=legible(mix(on(dark_band), dark_band, 0.2), dark_band),
        dark_accent=dark_accent,
        call_out=call_out,
        dark_call_out=dark_call_out,
        logo=logo if usable else "",
        logo_alt=alt,
        logo_width=_pixels(width, _WIDEST_LOGO) if usable else 0,
        logo_height=_pixels(height, _HIGHEST_LOGO) if usable else 0,
    )


def logo_size(width: int, height: int) -> tuple[int, int]:
    """CSS pixels (width, height) at which a picture of so many pixels is shown as a logo."""
    scale = min(1.0, _WIDEST_LOGO / width, _USUAL_LOGO_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def style_of(stored: Any) -> Style:
    """The style of a stored theme, the default one where none or an unknown one is named."""
    name = stored.get("style") if isinstance(stored, Mapping) else None
    known = styles.STYLES.get(name) if isinstance(name, str) else None
    return known or styles.STYLES[styles.DEFAULT]


def _typeface(given: Mapping[str, Any], style: Style) -> Typeface:
    name = given.get("typeface")
    known = styles.TYPEFACES.get(name) if isinstance(name, str) else None
    return known or styles.TYPEFACES[style.typeface]


def chip(colour: str, bit: int | None) -> Chip:
    """The chip of a category: its own colour, else one of the palette by its bit.

    Fitted to white and to the darkest paper there is, it is legible on every style's.
    """
    base = colour.lower() if _COLOUR.match(colour) else PALETTE[(bit or 0) % len(PALETTE)]
    back, dark_back = mix(base, _CHIP_PAPER, 0.88), mix(base, _CHIP_DARK_PAPER, 0.74)
    return Chip(legible(base, back), back, legible(base, dark_back), dark_back)


def contrast(one: str, other: str) -> float:
    """Contrast of two #rrggbb colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mix(one: str, other: str, share: float) -> str:
    """`one` with `share` (0 to 1) of `other` in it."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def legible(colour: str, back: str, enough: float = ENOUGH) -> str:
    """`colour`, moved towards black or white until it can be read on `back`."""
    towards = "#000000" if luminance(back) > 0.18 else "#ffffff"
    share = 0.0
    found = colour
    while contrast(found, back) < enough and share < 1:
        share = min(1.0, share + 0.04)
        found = mix(colour, towards, share)
    return found


def on(back: str) -> str:
    """White where it can be read, else black: one of them always can (4.58 to 1 at worst)."""
    return "#ffffff" if contrast("#ffffff", back) >= ENOUGH else "#000000"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _pixels(value: Any, most: int) -> int:
    fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
    return int(value) if fits else 0


def _logo_address(value: Any) -> str:
    """An absolute address, or empty if `value` cannot be one."""
    if not isinstance(value, str) or re.search(r"[\s<>\"'\\]", value):
        return ""
    if value.startswith("/") and not value.startswith("//"):
        return conf.absolute(value)
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    ours = value.startswith(conf.absolute("/"))
    return value if (parts.scheme == "https" and parts.hostname) or ours else ""
