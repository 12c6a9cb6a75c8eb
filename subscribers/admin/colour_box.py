"""A box for a colour; `static/newsletter/colours.js` gives it its picker and its contrast."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy

# What a colour is read against.
PAPER, DARK_PAPER = "#ffffff", "#14171a"


def attrs(ground: str = PAPER, **more: str) -> dict[str, Any]:
    """The attributes of a text box that takes a colour which stands on `ground`."""
    return {
        "data-colour": ground,
        "data-colour-pick": pgettext_lazy("colour", "Pick the colour"),
        "data-colour-good": pgettext_lazy("colour", "Contrast {ratio} : 1, easily read."),
        "data-colour-weak": pgettext_lazy(
            "colour", "Contrast {ratio} : 1. Text in it is drawn stronger, to be read."
        ),
        "spellcheck": "false",
        **more,
    }
