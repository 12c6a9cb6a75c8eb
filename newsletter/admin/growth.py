"""How a publication's readership grows: readers, won and lost, and churn, by category."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from subscribers import readership, times
from subscribers.admin.access import find_publication
from subscribers.admin.chrome import page
from subscribers.readership import Moved
from subscribers.roles import Act

from .today import plots

# The spans one may choose, in days.
SPANS = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Line:
    """Readers now, won and lost in the span, and the shares of those there at its beginning."""

    name: str
    readers: int
    moved: Moved

    @property
    def before(self) -> int:
        """Readers when the span began, as far as it is known."""
        return max(0, self.readers - self.moved.won + self.moved.lost)

    @property
    def growth(self) -> str:
        """In percent of those at the beginning; empty if there were none."""
        return _percent(self.readers - self.before, self.before, sign=True)

    @property
    def churn(self) -> str:
        """Lost, in percent of those at the beginning."""
        return _percent(self.moved.lost, self.before)


def _percent(part: int, whole: int, *, sign: bool = False) -> str:
    if not whole:
        return ""
    return f"{100 * part / whole:+.1f} %" if sign else f"{100 * part / whole:.1f} %"


@require_safe
def growth(request: HttpRequest, publication: str) -> HttpResponseBase:
    """One publication over the last `?days=`; the figures are kept, so a year costs no more."""
    found = find_publication(request, publication, Act.SEE)
    typed = request.GET.get("days", "")
    days = int(typed) if typed in {str(span) for span in SPANS} else 30
    today = times.day(timezone.now(), found)
    since = today - dt.timedelta(days=days - 1)
    kept = readership.read([found.pk], since)

    def line(name: str, category: int, bit: int | None) -> Line:
        moved = kept.moved(found.pk, category, since=since, until=today)
        return Line(name, kept.readers(found.pk, bit), moved)

    categories = found.categories.filter(bit__isnull=False)
    return page(
        request,
        "admin/sudi/growth.html",
        title=pgettext("readers", "Growth"),
        crumbs=[
            (_("Publications"), reverse("admin:subscribers_publication_changelist")),
            (found.name, reverse("admin:subscribers_publication_change", args=[found.pk])),
        ],
        publication=found,
        days=days,
        spans=SPANS,
        whole=line(found.name, 0, readership.WHOLE),
        lines=[line(one.name, one.pk, one.bit) for one in categories],
        behind=kept.behind,
        plot=plots.of_readers([found], kept, today, days),
    )
