"""Kept figures as plots (the theme's chart component) and as the tables they open into."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from subscribers import times
from subscribers.models import Publication
from subscribers.readership import Readership

from ...digest import markdown
from ...models import Issue
from ...sending import figures
from ...sending.figures import Row

# Each has 3:1 and more on the light and on the dark ground (WCAG 1.4.11).
BLUE, RED, AMBER, VIOLET, GREEN = "#3b7ddd", "#e5484d", "#b7791f", "#8b5cf6", "#15935f"
_INK = "#7d8590"


@dataclass(frozen=True, slots=True)
class Table:
    """The same as text: `head` of the columns, each row (text, address or "", numbers)."""

    head: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[str | int]]]


@dataclass(frozen=True, slots=True)
class Plot:
    """`data` and `options` are the JSON that the chart component takes."""

    title: str
    kind: str
    data: str
    options: str
    table: Table
    # Nothing but noughts: the table alone says so, a plot of it looks broken.
    flat: bool = False
    notes: Sequence[str] = field(default=())


def plot(
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, str, Sequence[int]]],
    table: Table,
    *,
    kind: str = "bar",
) -> Plot:
    """A plot of whole numbers; `series`: (name, colour, one number for each label)."""
    data = {
        "labels": list(labels),
        "datasets": [
            {
                "label": name,
                "data": list(numbers),
                "backgroundColor": colour,
                "borderColor": colour,
                "borderWidth": 2 if kind == "line" else 0,
                "borderRadius": 4,
                "maxBarThickness": 22,
                "pointRadius": 0,
            }
            for name, colour, numbers in series
        ],
    }
    ticks = {"color": _INK, "precision": 0, "maxTicksLimit": 6}
    options = {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {
            "legend": {
                "display": len(series) > 1,
                "align": "start",
                "position": "bottom",
                "labels": {"color": _INK, "boxWidth": 10, "boxHeight": 10},
            }
        },
        "scales": {
            "x": {"grid": {"display": False}, "ticks": {**ticks, "maxTicksLimit": 12}},
            "y": {"beginAtZero": True, "grid": {"display": True}, "ticks": ticks},
        },
    }
    flat = not any(any(numbers) for _name, _colour, numbers in series)
    return Plot(title, kind, json.dumps(data), json.dumps(options), table, flat)


def of_readers(
    publications: Sequence[Publication], kept: Readership, today: dt.date, days: int
) -> Plot | None:
    """Readers won and lost on each of the last days; None while nothing has moved."""
    span = [today - dt.timedelta(days=n) for n in reversed(range(days))]
    moved = [[kept.moved(one.pk, since=day, until=day) for one in publications] for day in span]
    won = [sum(one.won for one in row) for row in moved]
    lost = [sum(one.lost for one in row) for row in moved]
    if not any(won) and not any(lost):
        return None
    names = (pgettext("readers", "won"), pgettext("readers", "lost"))
    table = Table(
        [_("Day"), *names],
        [
            (times.say_day(day), "", [w, n])
            for day, w, n in zip(reversed(span), reversed(won), reversed(lost), strict=True)
            if w or n
        ],
    )
    return plot(
        _("Readers won and lost, by day"),
        [f"{day:%m-%d}" for day in span],
        [(names[0], GREEN, won), (names[1], RED, [-one for one in lost])],
        table,
    )


def names() -> dict[str, str]:
    """The columns of how an issue went, in words."""
    return {
        "sent": pgettext("figures", "handed over"),
        "deferred": pgettext("figures", "deferred"),
        "failed": pgettext("figures", "refused"),
        "hard": pgettext("figures", "bounced hard"),
        "soft": pgettext("figures", "bounced soft"),
        "complained": pgettext("figures", "complained"),
        "left": pgettext("figures", "left"),
    }


def of_issues(publications: Sequence[Publication], most: int) -> Plot | None:
    """How the last issues went, out of what is kept of them; None before the first."""
    rows = (
        Issue.objects.select_related("publication", "figures")
        .defer("figures__editions", "figures__domains", "intro", "extra")
        .filter(
            publication__in=publications,
            state__in=[Issue.State.SENT, Issue.State.SENDING, Issue.State.PAUSED],
            frozen_at__isnull=False,
            rehearses__isnull=True,
            roundup__subscription__isnull=True,
        )
        .order_by("-date", "-pk")[:most]
    )
    found = [(issue, row_of(issue)) for issue in rows]
    if not found:
        return None
    words = names()
    table = Table(
        [_("Issue"), *words.values()],
        [
            (
                f"{times.say_day(issue.date)} {markdown.plain_text(issue.title, links=False)}",
                reverse("admin:newsletter_issue_went", args=[issue.pk]),
                [row[name] for name in words],
            )
            for issue, row in found
        ],
    )
    shown: list[tuple[str, str]] = [
        ("hard", RED), ("soft", AMBER), ("complained", VIOLET), ("left", BLUE)
    ]  # fmt: skip
    return plot(
        _("Bounces, complaints and leavings of the last issues"),
        [f"{issue.date:%m-%d}" for issue, _row in reversed(found)],
        [
            (words[name], colour, [row[name] for _issue, row in reversed(found)])
            for name, colour in shown
        ],
        table,
    )


def row_of(issue: Issue) -> Row:
    """What is kept of an issue; before its first count, what its own row says."""
    kept: Any = getattr(issue, "figures", None)
    if kept is not None:
        return figures.row_of(kept.totals)
    return Row(sent=issue.sent, deferred=issue.deferred, failed=issue.failed)
