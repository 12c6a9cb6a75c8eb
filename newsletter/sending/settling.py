"""What an issue's refusals come to: the one place where suppressions follow from them.

Turn, take-back and reports only store refusals, as waiting Bounce rows. The sweep finds them, so it
is the same under every engine: it weighs them per issue (`weighing`), carries them out, or holds
them in an open Incident until a person decides (`held`). A decision, its suppressions and the
rows it is about are one transaction under a lock of the publication: a crash leaves the refusals
waiting or settled, and two sweeps at once settle them once.

Of an issue that is paused or whose readers still wait for their first try, nothing is carried out;
its share is only watched, and too large a one pauses it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone, translation

from newsletter.models import PLACES, Bounce, Chunk, Issue
from subscribers import suppression
from subscribers.models import Incident, Publication, Subscription

from . import health, held, incidents, suppressing, tallies, weighing
from .health import Release
from .suppressing import Row
from .weighing import Decision, Tried, Weighed

log = logging.getLogger(__name__)

# Issues weighed together at most; what was not decided within so many is dropped.
_MOST_TOGETHER = 40

_WAITING = Bounce.Decision.WAITING


def settle_waiting(now: dt.datetime | None = None) -> None:
    """Weigh whatever waits, publication by publication. Cheap when nothing does."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT delivery_id / {PLACES} FROM newsletter_bounce
                WHERE decision = 'waiting' AND incident_id IS NULL"""
        )
        pks = [int(row[0]) for row in cursor.fetchall() if row[0] is not None]
    issues: dict[int, list[int]] = defaultdict(list)
    for pk, publication in Issue.objects.filter(pk__in=pks).values_list("pk", "publication_id"):
        issues[publication].append(pk)
    for publication in sorted(issues):
        ended = [pk for pk in issues[publication] if not _watch(pk)]
        while ended and _settle(publication, ended, now or timezone.now()):
            pass


def stop_for(issue: int | None, kind: str, text: str, refused: int = 0) -> None:
    """What a worker found: pause the issue (None: all), after weighing if it is a suspicion.

    `refused`: so many addresses, of which the database may not know all yet.
    """
    if kind == "refusals" and issue is not None:
        _watch(issue, refused)
    else:
        incidents.pause_for(issue, kind, text)


def _watch(pk: int, refused: int = 0) -> bool:
    """Whether the issue is under way; if too many are refused it is stopped and they are held."""
    with transaction.atomic():
        issue = Issue.objects.select_related("publication").get(pk=pk)
        _lock(issue.publication_id)
        if issue.rehearses_id is not None or not _is_under_way(issue):
            return False
        waiting = tallies.of_issue(pk).filter(decision=_WAITING, incident__isnull=True)
        incident = _open(issue)
        if incident is not None:
            # A person may have let it go on meanwhile: it is not paused once more.
            waiting.update(incident=incident)
            tallies.refresh(incident)
            return True
        usual = tallies.habit(issue)
        limit = weighing.threshold(usual)
        refused = max(refused, tallies.ended(pk))
        attempts = max(refused, tallies.of_issues([pk])[pk].attempts)
        if weighing.is_suspicious(attempts, refused, limit, under_way=True):
            found = Weighed(Decision.HOLD, attempts, refused, limit)
            _hold(issue, found, usual, list(waiting.values_list("pk", flat=True)))
        return True


def _lock(publication: int) -> None:
    """Settle a publication once at a time; a person's decision takes the same lock."""
    Publication.objects.select_for_update(no_key=True).get(pk=publication)


def _is_under_way(issue: Issue) -> bool:
    """Whether it is paused, or readers of it wait for their first try."""
    issue.refresh_from_db(fields=["state"])
    if issue.state != Issue.State.SENDING:
        return issue.state == Issue.State.PAUSED
    first_round = Chunk.objects.filter(issue=issue, round=1).exclude(state=Chunk.State.DONE)
    return first_round.exists()


# ---- what waits


def _settle(publication: int, ended: list[int], now: dt.datetime) -> bool:
    """One transaction about issues that are not under way; True: there is more to do at once."""
    with transaction.atomic():
        _lock(publication)
        order = health.releases(publication)
        rows = _able(_undecided(_waiting(ended)), order, now)
        tired = _tired(publication, rows, order)
        rows = [row for row in rows if row.hard or row.reader in tired]
        if not rows:
            return False
        waiting = {row.issue for row in rows}
        first = next(number for number, one in enumerate(order) if one.pk in waiting)
        more, together = False, []
        for one in _tried(publication, order[first:], rows, tired, now):
            together.append(one)
            if one.attempts >= weighing.ENOUGH or one.issue == order[-1].pk:
                if any(each.refused for each in together):
                    more |= _decide(together, rows)
                together = []
        return more


def _waiting(issues: Sequence[int]) -> list[Row]:
    """The refusals of these issues that nobody has decided about."""
    found: list[Row] = []
    for issue in issues:
        rows = tallies.of_issue(issue).filter(decision=_WAITING, incident__isnull=True)
        found += suppressing.rows(rows.order_by("pk").iterator(chunk_size=2000))
    return found


def _undecided(rows: list[Row]) -> list[Row]:
    """Those about whose issue nothing was decided; the others follow what was.

    An open incident takes them up; a person who dropped an issue's refusals, or lifted what they
    suppressed, has said that this issue's are not to be believed.
    """
    of_issue: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        of_issue[row.issue].append(row.pk)
    abouts = {f"issue:{pk}": pk for pk in of_issue}
    decided: set[int] = set()
    stands = Incident.objects.filter(about__in=abouts).exclude(state=Incident.State.CARRIED_OUT)
    for incident in stands.order_by("-id"):
        issue = abouts[incident.about]
        if issue in decided:
            continue
        decided.add(issue)
        is_open = incident.state == Incident.State.OPEN
        suppressing.mark(
            of_issue[issue], _WAITING if is_open else Bounce.Decision.DROPPED, incident
        )
        if is_open:
            tallies.refresh(incident)
    return [row for row in rows if row.issue not in decided]


def _able(rows: list[Row], order: Sequence[Release], now: dt.datetime) -> list[Row]:
    """Those that may still end anything: of this address of the reader, and not of long ago."""
    lately = {
        release.pk
        for release in order[-_MOST_TOGETHER:]
        if now - release.frozen_at <= weighing.LOOK_BACK_FOR
    }
    outdated = suppressing.outdated(rows)
    suppressing.mark(sorted(outdated), "")
    old = [row.pk for row in rows if row.issue not in lately and row.pk not in outdated]
    suppressing.mark(old, Bounce.Decision.DROPPED)
    return [row for row in rows if row.issue in lately and row.pk not in outdated]


def _tired(publication: int, rows: list[Row], order: Sequence[Release]) -> set[int]:
    """Readers whose health is at its end; the soft refusals of the others decide nothing."""
    soft = [row for row in rows if not row.hard]
    found = health.tired(publication, {row.reader for row in soft}, order)
    suppressing.mark([row.pk for row in soft if row.reader not in found], "")
    return found


def _tried(
    publication: int,
    order: Sequence[Release],
    rows: list[Row],
    tired: set[int],
    now: dt.datetime,
) -> list[Tried]:
    """Every issue from the oldest with a waiting refusal on, as it is weighed."""
    sums = tallies.of_issues([release.pk for release in order])
    # Reports of one issue come one by one: those that were carried out count with the new ones.
    large = [pk for pk, tally in sums.items() if tally.attempts >= weighing.ENOUGH]
    refused = tallies.carried_out(large)
    weak: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        refused[row.issue].add(row.reader)
        if not row.hard:
            weak[row.issue].add(row.reader)
    ties = dict(
        Subscription.objects.filter(
            publication=publication,
            subscriber__in={row.reader for row in rows if row.issue not in large},
        ).values_list("pk", "subscriber_id")
    )
    found = []
    for number, release in enumerate(order):
        # Only what waits from a small issue can be taken back by a later one.
        may_clear = bool(ties) and number and number + 1 < len(order) and not release.folded
        found.append(
            Tried(
                release.pk,
                sums[release.pk].attempts,
                sums[release.pk].accepted,
                frozenset(refused[release.pk]),
                frozenset(weak[release.pk]),
                frozenset(health.took(release.pk, ties, now) if may_clear else ()),
            )
        )
    return found


# ---- the decision


def _decide(together: list[Tried], rows: list[Row]) -> bool:
    """Weigh issues together and do it; True: more of the same is left."""
    newest = Issue.objects.select_related("publication").get(pk=together[-1].issue)
    if _is_under_way(newest):
        return False
    usual = tallies.habit(newest)
    found = weighing.weigh(together, usual)
    issues = {one.issue for one in together}
    of_these = [row for row in rows if row.issue in issues]
    suppressing.mark(
        [row.pk for row in of_these if row.reader in found.cleared], Bounce.Decision.DROPPED
    )
    mine = [row for row in of_these if row.reader in found.readers]
    if found.decision is Decision.HOLD:
        _hold(newest, found, usual, [row.pk for row in mine])
    elif found.decision is Decision.CARRY_OUT:
        _carry_out(newest, found, usual, mine[: suppressing.BATCH])
        return len(mine) > suppressing.BATCH
    return False


def _hold(issue: Issue, found: Weighed, usual: float, rows: Sequence[int]) -> None:
    """Open an incident, pause the issue if it is being sent, suppress nobody.

    What the rule carried out of the same issue before it looked suspicious is taken back.
    """
    incident = _incident(issue, found, usual, Incident.State.OPEN)
    suppressing.mark(rows, _WAITING, incident)
    log.warning(
        "%s: %d of %d addresses were refused for good; they are held",
        incident.about, found.addresses, found.attempts,
    )  # fmt: skip
    with translation.override(issue.publication.language.lower()):
        incidents.pause_for(issue.pk, "refusals", held.sentence(incident))


def _of(issue: Issue, state: str, by: str) -> Incident | None:
    about = f"issue:{issue.pk}"
    found = Incident.objects.filter(publication=issue.publication_id, about=about, state=state)
    return found.filter(decided_by=by).first()


def _open(issue: Issue) -> Incident | None:
    """The incident in which the issue's refusals are held, if there is one."""
    return _of(issue, Incident.State.OPEN, "")


def _incident(issue: Issue, found: Weighed, usual: float, state: str) -> Incident:
    """The issue's incident that no person has decided about, brought to this state."""
    ours = Incident.objects.filter(publication=issue.publication_id, about=f"issue:{issue.pk}")
    incident = ours.filter(state=Incident.State.OPEN).first()
    if incident is None:
        incident = ours.filter(state=Incident.State.CARRIED_OUT, decided_by=tallies.BY_RULE).first()
    if incident is None:
        incident = Incident(publication_id=issue.publication_id, about=f"issue:{issue.pk}")
    elif incident.state != state:
        suppression.lift_all(incident, "worker: the issue came under suspicion")
        Bounce.objects.filter(incident=incident).update(decision=_WAITING)
    incident.attempts, incident.refusals = found.attempts, found.addresses
    incident.habit, incident.threshold = usual, found.threshold
    incident.state = state
    decided = state != Incident.State.OPEN
    incident.decided_by = tallies.BY_RULE if decided else ""
    incident.decided_at = timezone.now() if decided else None
    incident.save()
    return incident


def _carry_out(issue: Issue, found: Weighed, usual: float, rows: Sequence[Row]) -> None:
    incident = _incident(issue, found, usual, Incident.State.CARRIED_OUT)
    suppressing.suppress(incident, rows)
    log.info("%s: %d refusals were carried out", incident.about, len(rows))
