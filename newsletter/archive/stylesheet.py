"""A publication's colours on the web: its own stylesheet, `/PUB/look.css`.

The pages' policy allows no inline style, so an editor's colours reach them as a file. The sums
that keep text legible are those of the mail (`theme`); only the sheets differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from newsletter import conf
from subscribers import theme
from subscribers.models import Category, Publication

# The grounds of static/newsletter/site.css: --sheet and --paper.
_LIGHT, _LIGHT_PAGE = "#ffffff", "#f5f6f4"
_DARK, _DARK_PAGE = "#1a1e1d", "#111413"


def stylesheet(publication: Publication, categories: Iterable[Category]) -> str:
    """The accent, light and dark, and one chip class for each category (`chip-ID`).

    Without an accent of the editor's choosing the site's own stays.
    """
    light, dark = [], []
    if accents := _accents(publication.theme):
        light.append(_root(accents[0], _LIGHT, _LIGHT_PAGE, 0.9))
        dark.append(_root(accents[1], _DARK, _DARK_PAGE, 0.84))
    for category in categories:
        chip = theme.chip(category.colour, category.bit)
        name = f".chip-{category.pk}"
        light.append(f"{name}{{background:{chip.back};color:{chip.text}}}")
        dark.append(f"{name}{{background:{chip.dark_back};color:{chip.dark_text}}}")
    night = "\n".join(dark)
    return "\n".join([*light, "@media (prefers-color-scheme:dark){", night, "}", ""])


def logo(publication: Publication) -> theme.Theme | None:
    """The look if it has a logo the pages may show: one that lies on this site."""
    look = theme.load(publication.theme)
    return look if look.logo.startswith(f"{conf.base_url()}/") else None


def _accents(stored: Any) -> tuple[str, str] | None:
    if not isinstance(stored, Mapping) or theme.problems({"accent": stored.get("accent", "")}):
        return None
    accent = stored.get("accent")
    look = theme.load(stored)
    return (look.accent, look.dark_accent) if accent else None


def _root(accent: str, sheet: str, page: str, share: float) -> str:
    wash = theme.mix(accent, sheet, share)
    ink = accent
    for ground in (sheet, page, wash):  # Each step only moves further from all three.
        ink = theme.legible(ink, ground)
    on = "#ffffff" if theme.contrast("#ffffff", ink) >= theme.ENOUGH else "#111111"
    return f":root{{--accent:{ink};--on-accent:{on};--accent-wash:{wash}}}"
