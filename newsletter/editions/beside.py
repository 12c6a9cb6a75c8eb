"""Two mails that hold the same and are on their way beside each other: nobody gets it twice.

A round-up and a single issue of its period, two round-ups whose periods lap over, an issue that is
mailed after a round-up brought it, a translation in a sister publication: when the second of the
two is frozen the first may be paused, held back by a rate limit or asked to try again later.

- *At the freeze* a mail that is still to come to a reader counts as if it had reached them, if they
  would get it as they are now (`ToCome`). One that would pass them by does not: who took to
  round-ups meanwhile gets of the round-up what the paused issue will not bring them.
- *In the turn* whoever changed their rhythm since the freeze, or left and came back, is asked about
  again (`brought`): the other mail may have reached them first, and they may want this one again.

A mail of ours is told by what it is about: the issues its items were first in, a translation as its
original. Later rather than twice: what a round-up that was left out would have brought besides, or
two that waited for each other, is mailed by itself (`sending.rest`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue, Item, Outcome, Roundup
from subscribers.rhythm import ROUNDUPS, Rhythm

# It was handed over, or may have been.
HANDED_OVER = (Outcome.State.SENT.value, Outcome.State.IN_DOUBT.value)
# Nobody is asked again after these.
_OVER = "'skipped', 'suppressed'"
# Whether an outcome `o` is the end of it: a refusal was not, where a person had it tried again.
_ENDS = f"""(o.state IN ({_OVER}) OR (o.state = 'failed'
    AND NOT EXISTS (SELECT 1 FROM newsletter_outcome l
                    WHERE l.delivery_id = o.delivery_id AND l.round > o.round)))"""
_KINDS = (Issue.Kind.REGULAR, Issue.Kind.ROUNDUP)


def windows(chunks: Q) -> tuple[int, ...]:
    """Deliveries in the windows of workers: they may be handed over before this is committed."""
    leased = Chunk.objects.filter(chunks, state=Chunk.State.LEASED)
    return tuple(
        sorted(
            issue * PLACES + place
            for issue, window in leased.values_list("issue_id", "window")
            for place in window
        )
    )


# ---- what is still to come

# Whether delivery `d` of "what you missed" `i` is still to come. It is for its one reader, whatever
# their rhythm is.
PERSONAL = f"""(i.state IN ('sending', 'paused') AND d.id IS NOT NULL
    AND EXISTS (SELECT 1 FROM newsletter_edition e WHERE e.id = d.edition_id
                AND e.none_because = '')
    AND NOT EXISTS (SELECT 1 FROM newsletter_outcome o
                    WHERE o.delivery_id = d.id AND {_ENDS}))"""


@dataclass(frozen=True, slots=True)
class ToCome:
    """A mail that is on its way, as readers who wait for it see it."""

    # Who gets it; None: whatever their rhythm is.
    rhythms: tuple[str, ...] | None
    # Its editions that are no mail.
    no_mail: tuple[int, ...] = ()
    # (first delivery, last, round) where a person has those tried again who were refused.
    again: tuple[tuple[int, int, int], ...] = ()

    def sql(self, tie: str) -> str:
        """Whether delivery `d` is still to come to its subscription `tie`."""
        suits = f"{tie}.state = 'active'"
        if self.rhythms is not None:
            rhythms = ", ".join(f"'{one}'" for one in self.rhythms)
            suits += f" AND {tie}.rhythm IN ({rhythms})"
        if self.no_mail:
            suits += f" AND d.edition_id NOT IN ({', '.join(map(str, self.no_mail))})"
        waits = [_without(_ENDS)]
        for first, last, number in self.again:
            unasked = _without(f"(o.state IN ({_OVER}) OR o.round >= {number})")
            waits.append(f"(d.id BETWEEN {first} AND {last} AND {unasked})")
        return f"({suits} AND ({' OR '.join(waits)}))"

    def holds(self, delivery: int) -> bool:
        """Whether this delivery is still to come."""
        return bool(self.among([delivery]))

    def among(self, deliveries: Sequence[int]) -> set[int]:
        """Those of some deliveries that are still to come."""
        if not deliveries:
            return set()
        keys = ", ".join(map(str, deliveries))
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT d.id FROM newsletter_delivery d
                    JOIN subscribers_subscription c ON c.id = d.subscription_id
                    WHERE d.id IN ({keys}) AND {self.sql("c")}"""
            )
            return {int(pk) for (pk,) in cursor.fetchall()}


def _without(condition: str) -> str:
    return f"""NOT EXISTS (SELECT 1 FROM newsletter_outcome o
        WHERE o.delivery_id = d.id AND {condition})"""


def to_come(issues: Iterable[int]) -> dict[int, ToCome]:
    """Those of some issues that are on their way, paused or not; at most four queries."""
    undone = Chunk.objects.exclude(state=Chunk.State.DONE)
    welcome = undone.filter(kind=Chunk.Kind.WELCOME)
    found = Issue.objects.filter(
        Q(state__in=[Issue.State.SENDING, Issue.State.PAUSED])
        | Q(state=Issue.State.SENT, pk__in=welcome.values("issue_id")),
        pk__in=list(issues),
        kind__in=_KINDS,
        frozen_at__isnull=False,
    )
    kinds = dict(found.values_list("pk", "kind"))
    if not kinds:
        return {}
    alone = set(personal(kinds))
    reasons = Edition.objects.filter(issue__in=kinds).exclude(none_because="")
    refused = undone.filter(issue__in=kinds, takes=Outcome.State.FAILED).order_by("first")
    no_mail = list(reasons.order_by("pk").values_list("issue_id", "pk"))
    again = list(refused.values_list("issue_id", "first", "last", "round"))
    return {
        pk: ToCome(
            rhythms=None if pk in alone else _rhythms(kind),
            no_mail=tuple(edition for issue, edition in no_mail if issue == pk),
            again=tuple((first, last, n) for issue, first, last, n in again if issue == pk),
        )
        for pk, kind in kinds.items()
    }


def _rhythms(kind: str) -> tuple[str, ...]:
    return ROUNDUPS if kind == Issue.Kind.ROUNDUP else (Rhythm.EVERY.value,)


def personal(issues: Iterable[int]) -> list[int]:
    """Those of some issues that are "what you missed" of one reader."""
    rows = Roundup.objects.filter(issue__in=list(issues), subscription__isnull=False)
    return list(rows.values_list("issue_id", flat=True))


# ---- what was brought since


def brought(deliveries: Sequence[int]) -> set[int]:
    """Of deliveries about to be mailed, those whose reader has it from another mail since.

    Reckoned by person. Two queries for each issue if no other mail of the same was on its way
    since it was frozen, else some ten.
    """
    by_issue: dict[int, list[int]] = {}
    for pk in deliveries:
        by_issue.setdefault(pk // PLACES, []).append(pk)
    found: set[int] = set()
    for issue in Issue.objects.filter(pk__in=by_issue, kind__in=_KINDS).order_by("pk"):
        others = _others(issue)
        if others:
            found |= _brought(by_issue[issue.pk], others)
    return found


def _others(issue: Issue) -> list[int]:
    """Mails of the same that were on their way since this one was frozen."""
    if issue.kind == Issue.Kind.ROUNDUP:
        copied = Item.objects.filter(issue=issue, copied_from__isnull=False)
        of = copied.values_list("copied_from__issue_id", "copied_from__issue__original_id")
        roots = {original or pk for pk, original in of.distinct()}
    else:
        roots = {issue.original_id or issue.pk}
    copies = Item.objects.filter(
        Q(copied_from__issue__in=roots) | Q(copied_from__issue__original__in=roots),
        issue__kind=Issue.Kind.ROUNDUP,
    )
    rows = Issue.objects.filter(
        Q(pk__in=roots) | Q(original__in=roots) | Q(pk__in=copies.values("issue_id")),
        Q(finished_at__isnull=True) | Q(finished_at__gt=issue.frozen_at),
        kind__in=_KINDS,
        frozen_at__isnull=False,
        folded_at__isnull=True,
    ).exclude(pk=issue.pk)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _brought(asked: list[int], others: list[int]) -> set[int]:
    """Those of `asked`, of one issue, that one of `others` told or is still to tell its reader."""
    columns = ("pk", "edition_id", "subscription__subscriber_id")
    mine = list(Delivery.objects.filter(pk__in=asked).values_list(*columns))
    people = {person for _pk, _edition, person in mine}
    rows = Delivery.objects.filter(issue__in=others, subscription__subscriber__in=people)
    theirs = list(rows.values_list(*columns))
    keys = [pk for pk, _edition, _person in theirs]
    handed = Outcome.objects.filter(delivery_id__in=keys, state__in=HANDED_OVER)
    had = set(handed.values_list("delivery_id", flat=True))
    had.update(windows(Q(issue__in=others)))
    for issue, waiting in to_come(others).items():
        had |= waiting.among([pk for pk in keys if pk // PLACES == issue])
    theirs = [one for one in theirs if one[0] in had]
    about = _about({edition for _pk, edition, _person in (*mine, *theirs)})
    told: dict[int, set[int]] = {}
    for _pk, edition, person in theirs:
        told.setdefault(person, set()).update(about[edition])
    return {pk for pk, edition, person in mine if about[edition] & told.get(person, set())}


def _about(editions: set[int]) -> dict[int, set[int]]:
    """Edition -> the issues that its items were first in, a translation as its original."""
    held: dict[int, list[int]] = dict(
        Edition.objects.filter(pk__in=editions).values_list("pk", "items")
    )
    rows = Item.objects.filter(pk__in={item for items in held.values() for item in items})
    first: dict[int, Any] = {}
    for pk, *chain in rows.values_list(
        "pk",
        "copied_from__issue__original_id",
        "copied_from__issue_id",
        "issue__original_id",
        "issue_id",
    ):
        first[pk] = next(one for one in chain if one is not None)
    return {pk: {first[item] for item in items if item in first} for pk, items in held.items()}
