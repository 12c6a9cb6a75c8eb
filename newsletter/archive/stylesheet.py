"""A publication's colours on the web: its own stylesheet, `/PUB/look.css`.

The pages' policy allows no inline style, so an editor's colours reach them as a file. The sums
that keep text legible are those of the mail (`theme`); only the sheets differ.
"""

from __future__ import annotations

from collections.abc import Iterable

from newsletter import conf
from subscribers import styles, theme
from subscribers.models import Category, Publication


def stylesheet(publication: Publication, categories: Iterable[Category]) -> str:
    """The style's tokens and the accent, light and dark, and one class for each category.

    `chip-ID` is the category's colours; the style's structure is in site.css, by `.style-NAME`.
    """
    look = theme.load(publication.theme)
    light = [_fonts(look), _root(look.style.light, look.accent, 0.9)]
    dark = [_root(look.style.dark, look.dark_accent, 0.84)]
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
    return look if look.logo.startswith(conf.absolute("/")) else None


def _fonts(look: theme.Theme) -> str:
    face = look.typeface
    wide = ",".join(f":lang({code})" for code in ("zh", "ja", "ko"))
    return f":root{{--face:{face.stack(wide=False)}}}\n{wide}{{--face:{face.stack(wide=True)}}}"


def _root(ground: styles.Ground, accent: str, share: float) -> str:
    wash = theme.mix(accent, ground.paper, share)
    ink = accent
    for back in (ground.paper, ground.page, wash):  # Each step only moves further from all three.
        ink = theme.legible(ink, back)
    on = "#ffffff" if theme.contrast("#ffffff", ink) >= theme.ENOUGH else "#111111"
    return (
        f":root{{--accent:{ink};--on-accent:{on};--accent-wash:{wash};--paper:{ground.page};"
        f"--sheet:{ground.paper};--ink:{ground.ink};--soft:{ground.muted};--line:{ground.line}}}"
    )
