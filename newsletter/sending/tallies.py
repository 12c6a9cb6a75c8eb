"""Attempts and refusals of issues as figures: what `weighing` needs to know of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, QuerySet, Sum

from newsletter.models import PLACES, Bounce, Chunk, Issue
from subscribers.models import Incident

from . import weighing

# Who decides where no person has to.
BY_RULE = "worker"


@dataclass(frozen=True, slots=True)
class Tally:
    """`attempts`: readers with an outcome that is sent, deferred, failed or in doubt. `accepted`:
    those a server took and no report is about."""

    attempts: int
    accepted: int


def of_issues(issues: Collection[int]) -> dict[int, Tally]:
    """The tally of each; by the sums of its chunks, or those that folding kept."""
    sums: dict[int, tuple[int, int]] = {
        pk: (sent + failed + in_doubt, sent)
        for pk, sent, failed, in_doubt in Issue.objects.filter(
            pk__in=issues, folded_at__isnull=False
        ).values_list("pk", "sent", "failed", "in_doubt")
    }
    rows = (
        Chunk.objects.filter(issue__in=[pk for pk in issues if pk not in sums])
        .order_by()
        .values("issue_id")
        .annotate(all_sent=Sum("sent"), others=Sum(F("failed") + F("in_doubt") + F("deferred")))
    )
    for row in rows:
        sums[row["issue_id"]] = (row["all_sent"] + row["others"], row["all_sent"])
    found = {}
    for pk in issues:
        attempts, sent = sums.get(pk, (0, 0))
        reported = of_issue(pk).exclude(via="smtp").values("delivery").distinct().count()
        found[pk] = Tally(attempts, max(0, sent - reported))
    return found


def of_issue(issue: int) -> QuerySet[Bounce]:
    """The refusals and reports of an issue, by the range of its deliveries."""
    return Bounce.objects.filter(delivery__gte=issue * PLACES, delivery__lt=(issue + 1) * PLACES)


def ended(issue: int) -> int:
    """How many addresses the refusals of an issue would end, decided or not."""
    rows = of_issue(issue).filter(kind=Bounce.Kind.HARD)
    rows = rows.exclude(decision__in=["", Bounce.Decision.DROPPED])
    return rows.values("subscriber").distinct().count()


def carried_out(issues: Collection[int]) -> dict[int, set[int]]:
    """The readers whom the refusals of each issue have suppressed."""
    found: dict[int, set[int]] = defaultdict(set)
    for pk in issues:
        rows = of_issue(pk).filter(decision=Bounce.Decision.CARRIED_OUT, subscriber__isnull=False)
        found[pk] = set(rows.values_list("subscriber_id", flat=True))
    return found


def habit(before: Issue) -> float:
    """The publication's usual share of refusals, by the issues before this one.

    Only those the rule settled count: an issue that a person had to decide about, or that waits,
    is no habit.
    """
    assert before.frozen_at is not None
    earlier = Issue.objects.filter(
        publication=before.publication_id,
        rehearses__isnull=True,
        frozen_at__lt=before.frozen_at,
        frozen_at__gte=before.frozen_at - weighing.LOOK_BACK_FOR,
    ).order_by("-frozen_at", "-pk")
    pks = list(earlier.values_list("pk", flat=True)[: 3 * weighing.LOOK_BACK])
    asked = Incident.objects.filter(about__in=[f"issue:{pk}" for pk in pks]).exclude(
        state=Incident.State.CARRIED_OUT, decided_by=BY_RULE
    )
    strange = set(asked.values_list("about", flat=True))
    settled: list[int] = []
    for pk in pks:
        waits = of_issue(pk).filter(decision=Bounce.Decision.WAITING).exists()
        if f"issue:{pk}" not in strange and not waits:
            settled.append(pk)
        if len(settled) == weighing.LOOK_BACK:
            break
    readers = carried_out(settled)
    return weighing.habit(
        sum(tally.attempts for tally in of_issues(settled).values()),
        len(set().union(*readers.values())),
    )


def refresh(incident: Incident) -> None:
    """Write down anew what an open incident is about; refusals go on coming."""
    rows = Bounce.objects.filter(incident=incident)
    refusals = rows.values("subscriber").distinct().count()
    issue = int(incident.about.removeprefix("issue:"))
    attempts = max(incident.attempts, of_issues([issue])[issue].attempts)
    Incident.objects.filter(pk=incident.pk).update(
        refusals=max(incident.refusals, refusals), attempts=attempts
    )
