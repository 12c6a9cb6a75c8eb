"""A time zone by its city: typed in part and picked from a list, without a script."""

from __future__ import annotations

import unicodedata
import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy

from .cities import OTHER_NAMES
from .widgets import TextInput

# What names a city. The rest are the database's older names ("Mexico/General", "NZ", "Factory"):
# taken where somebody types one, and not proposed.
_AREAS = frozenset(
    [
        "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
        "Indian", "Pacific", "UTC",
    ]
)  # fmt: skip


@cache
def _cities() -> dict[str, tuple[str, ...]]:
    """City in small letters -> its zones: `berlin` -> `Europe/Berlin`. Names alone count, too."""
    found: dict[str, list[str]] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        found.setdefault(zone.replace("_", " ").lower(), []).append(zone)
        area, _slash, city = zone.rpartition("/")
        if area and area.split("/")[0] not in ("Etc", "SystemV", "US", "posix", "right"):
            found.setdefault(city.replace("_", " ").lower(), []).append(zone)
    for name, zone in OTHER_NAMES.items():
        found.setdefault(_plain(name), [zone])
    return {city: tuple(zones) for city, zones in found.items()}


def _plain(name: str) -> str:
    """As it is looked up: small letters, no accents, single spaces: `são  Paulo` -> `sao paulo`."""
    parts = unicodedata.normalize("NFKD", name.replace("_", " "))
    text = "".join(one for one in parts if not unicodedata.combining(one))
    return " ".join(text.split()).lower()


class ZoneBox(TextInput):
    """A line of text with the browser's own list of suggestions."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        suggestions = f"{name}_zones"
        attrs = {**(attrs or {}), "list": suggestions, "autocomplete": "off"}
        line = super().render(name, value, attrs, renderer)
        options = format_html_join(
            "",
            '<option value="{}">{}</option>',
            (
                *(
                    (zone, zone.rpartition("/")[2].replace("_", " "))
                    for zone in sorted(zoneinfo.available_timezones())
                    if zone.partition("/")[0] in _AREAS
                ),
                *((zone, name) for name, zone in OTHER_NAMES.items()),
            ),
        )
        return format_html('{}<datalist id="{}">{}</datalist>', line, suggestions, options)


class ZoneField(forms.CharField):
    """Takes a zone's name or its city, however it is written in capitals; gives the zone's name."""

    widget = ZoneBox

    def __init__(self, **kwargs: Any) -> None:
        help_text = pgettext_lazy(
            "time zone", "Type a city, like Berlin or Shanghai; a large one near you if yours is"
            " not known."
        )  # fmt: skip
        super().__init__(max_length=50, help_text=help_text, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        zones = _cities().get(_plain(text), ())
        if not zones:
            raise forms.ValidationError(
                pgettext("time zone", "No time zone has this name. Give a large city near you.")
            )
        if len(zones) > 1:
            raise forms.ValidationError(
                pgettext("time zone", "Several have this name: %(zones)s. Give one of them.")
                % {"zones": ", ".join(zones)}
            )
        return zones[0]
