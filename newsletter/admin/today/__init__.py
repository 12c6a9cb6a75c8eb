"""The first page after logging in: a board that says what goes next and how things went.

    waiting    what waits for the person who looks
    calendar   five weeks: slots, scheduled issues, drafts, round-ups
    plots      kept figures as plots, each with its table
    health     open alerts, in a line

Figures are kept, never counted here (`subscribers.readership`, `sending.figures`): the page costs
the same at a thousand and at a million readers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from subscribers import readership, times
from subscribers.admin.access import require, visible
from subscribers.admin.chrome import page
from subscribers.models import Publication
from subscribers.readership import Readership
from subscribers.roles import Act, may

from ... import sending
from ...models import Issue
from .. import roundups, standstill
from . import calendar, health, plots, waiting

State = Issue.State
# Issues on their way, drafts and sent issues that are shown.
_MOVING, _DRAFTS, _SENT = 20, 8, 12
# Days of the plot of readers.
DAYS = 30


def board(request: HttpRequest) -> TemplateResponse:
    """The board as a page of its own, for a project whose admin has another start page."""
    require(request, Act.SEE, None)
    context = dashboard(request, {})
    context.pop("crumbs")
    return page(request, "admin/sudi/today.html", **context)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the board shows, of one publication (`?publication=`) or of all the user may see."""
    now = timezone.now()
    every = list(visible(request))
    slug = request.GET.get("publication", "")
    chosen = next((one for one in every if one.slug == slug), None)
    shown = [chosen] if chosen else every
    scheduled, running = _on_the_way(shown)
    standing = standstill.of_issues([*scheduled, *running])
    since = times.day(now, None) - dt.timedelta(days=DAYS + 1)
    figures = readership.read([one.pk for one in shown], since)
    context.update(
        title=_("Today"),
        crumbs=[(_("Today"), "")],
        publications=every,
        chosen=chosen,
        next=[_next(request, issue, now, standing) for issue in scheduled],
        running=_running(running, standing),
        waiting=waiting.of(request, shown),
        drafts=_with_items(
            Issue.objects.filter(
                publication__in=shown, state=State.DRAFT, roundup__subscription__isnull=True
            )
            .select_related("publication", "ready")
            .order_by("-date", "-pk")[:_DRAFTS]
        ),
        readers=[_readers(one, figures, now) for one in shown],
        figures_behind=figures.behind,
        readers_plot=plots.of_readers(shown, figures, times.day(now, chosen), DAYS),
        issues_plot=plots.of_issues(shown, _SENT),
        calendar=calendar.weeks(shown, now, chosen, _senders(request, shown)),
        health=health.line(shown, now),
        may_edit=may(request.user, Act.EDIT, None),
        may_add_publication=request.user.is_superuser,
        import_address=reverse("admin:newsletter_issue_import"),
        roundups=roundups.notices(request, shown),
    )
    return context


def _on_the_way(publications: Sequence[Publication]) -> tuple[list[Issue], list[Issue]]:
    """Scheduled issues, the next first; and those being sent or paused."""
    rows = Issue.objects.select_related("publication").filter(
        publication__in=publications, rehearses__isnull=True, roundup__subscription__isnull=True
    )
    # Three lookups by equality: a partial index on the state serves each of them.
    by_state = {
        state: list(rows.filter(state=state).order_by("send_at", "pk")[:_MOVING])
        for state in (State.SCHEDULED, State.SENDING, State.PAUSED)
    }
    return by_state[State.SCHEDULED], by_state[State.SENDING] + by_state[State.PAUSED]


def _next(
    request: HttpRequest, issue: Issue, now: dt.datetime, standing: Mapping[int, list[str]]
) -> dict[str, Any]:
    assert issue.send_at is not None
    return {
        "issue": issue,
        "standing": standing[issue.pk],
        "seconds": max(0, int((issue.send_at - now).total_seconds())),
        "may_send": may(request.user, Act.SEND, issue.publication),
    }


def _senders(request: HttpRequest, publications: Sequence[Publication]) -> set[int]:
    """The publications whose releases the user may move."""
    return {one.pk for one in publications if may(request.user, Act.SEND, one)}


def _running(issues: Sequence[Issue], standing: Mapping[int, list[str]]) -> list[dict[str, Any]]:
    found = []
    for issue in issues:
        counts = sending.ledger(issue)
        open_ = counts["waiting"] + counts["in_flight"] + counts["deferred"]
        whole = counts["recipients"]
        found.append(
            {
                "issue": issue,
                "standing": standing[issue.pk],
                "counts": counts,
                "percent": 100 * (whole - open_) // whole if whole else 0,
            }
        )
    return found


def _with_items(issues: Any) -> list[dict[str, Any]]:
    """Drafts with how many items each shows, counted of these few alone."""
    rows = list(issues)
    shown = dict(
        Issue.objects.filter(pk__in=[issue.pk for issue in rows])
        .annotate(shown=Count("items", filter=Q(items__hidden=False)))
        .values_list("pk", "shown")
    )
    return [{"issue": issue, "shown": shown[issue.pk]} for issue in rows]


def _readers(publication: Publication, figures: Readership, now: dt.datetime) -> dict[str, Any]:
    """A publication's readers, and who came and went yesterday and today, by category."""
    today = times.day(now, publication)
    since = today - dt.timedelta(days=1)
    categories = publication.categories.filter(bit__isnull=False, retired_at__isnull=True)
    return {
        "publication": publication,
        "readers": figures.readers(publication.pk),
        "moved": figures.moved(publication.pk, since=since, until=today),
        "categories": [
            {
                "category": one,
                "readers": figures.readers(publication.pk, one.bit),
                "moved": figures.moved(publication.pk, one.pk, since=since, until=today),
            }
            for one in categories
        ],
    }
