"""Times in templates: always a publication's, with its zone named."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .. import times

register = template.Library()


@register.filter
def clock(moment: dt.datetime | None, place: times.Zoned | str | None) -> str:
    """`{{ row.at|clock:publication }}`: day, time and zone; UTC for what is no publication's."""
    return "" if moment is None else times.say(moment, place or None)


@register.filter
def exact_clock(moment: dt.datetime | None, place: times.Zoned | str | None) -> str:
    """The same with seconds."""
    return "" if moment is None else times.say(moment, place or None, seconds=True)


@register.filter
def clock_in_words(moment: dt.datetime | None, place: times.Zoned | str | None) -> str:
    """As the active language writes it, for readers: `2 March 2026, 08:00 (Europe/Berlin)`."""
    if moment is None:
        return ""
    local = moment.astimezone(times.zone_of(place or None))
    words = date_format(local, _("j F Y, H:i"))
    return f"{words} ({times.name_of(place or None)})"


@register.filter
def clock_for_machines(moment: dt.datetime | None) -> str:
    """For `datetime` of an element `time`: whole seconds, since HTML knows at most a thousandth."""
    return "" if moment is None else moment.isoformat(timespec="seconds")


@register.filter
def clock_day(moment: dt.datetime | None, place: times.Zoned | str | None) -> str:
    """The day alone, as the publication counts days."""
    return "" if moment is None else times.say_day(times.day(moment, place or None))


@register.filter
def say_day(day: dt.date | None) -> str:
    """A day that is nobody's moment, such as an issue's; empty for none."""
    return "" if day is None or day == "" else times.say_day(day)
