"""The ledger: what became of every reader, as sums that always add up.

A chunk's row counts its (at most 500) readers, so the sums of a million readers are sums over
2,000 rows; those who get no mail were counted once, by reason, at the freeze.
"""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from newsletter.editions.corrected import HANDED_OVER
from newsletter.models import Chunk, Delivery, Edition, Issue, Outcome, Revision
from subscribers.models import Subscription

KEYS = (
    "recipients", "waiting", "in_flight", "sent", "deferred", "failed", "in_doubt", "skipped",
    "suppressed", "cancelled",
)  # fmt: skip
_COUNTED = ("sent", "deferred", "failed", "in_doubt", "skipped", "suppressed")


def ledger(issue: Issue) -> dict[str, int]:
    """The counts by KEYS; `recipients` is always the sum of the others."""
    fresh = (
        Issue.objects.filter(pk=issue.pk)
        .values_list("state", "recipients", "folded_at", *_COUNTED, "cancelled")
        .get()
    )
    state, recipients, folded, *stored = fresh
    if folded is not None:
        return dict(zip(KEYS, (recipients, 0, 0, *stored), strict=True))
    length = "jsonb_array_length" if connection.vendor == "postgresql" else "json_array_length"
    with connection.cursor() as cursor:
        # One statement, so that both are of one moment: the sums over all chunks, then the few
        # windows by the index of what is leased. Grouped in one pass it took twice as long.
        cursor.execute(
            f"""SELECT '', 0, {", ".join(f"coalesce(sum({name}), 0)" for name in _COUNTED)}
                FROM newsletter_chunk WHERE issue_id = %s
                UNION ALL
                SELECT takes, {length}("window"), {", ".join("0" for _name in _COUNTED)}
                FROM newsletter_chunk WHERE issue_id = %s AND state = 'leased'""",
            [issue.pk, issue.pk],
        )
        rows = cursor.fetchall()
    sums = dict.fromkeys(_COUNTED, 0)
    in_flight = 0
    for takes, flying, *counted in rows:
        for name, count in zip(_COUNTED, counted, strict=True):
            sums[name] += int(count)
        in_flight += int(flying)
        if takes in sums:
            # Until its new outcome is stored, a reader of a later round is still counted under
            # the old one: on the wire means in flight, not both.
            sums[takes] -= int(flying)
    for reason, readers in (
        Edition.objects.filter(issue_id=issue.pk)
        .exclude(none_because="")
        .values_list("none_because", "readers")
    ):
        sums["suppressed" if reason == Edition.NoneBecause.SUPPRESSED else "skipped"] += readers
    waiting = recipients - in_flight - sum(sums.values())
    cancelled = 0
    if state == Issue.State.CANCELLED:
        cancelled, waiting, sums["deferred"] = waiting + sums["deferred"], 0, 0
    found = {"recipients": recipients, "waiting": waiting, "in_flight": in_flight, **sums}
    return {**found, "cancelled": cancelled}


def store(issue_id: int) -> None:
    """Write the sums to the issue's own row, for lists; call it when they become final."""
    found = ledger(Issue(pk=issue_id))
    Issue.objects.filter(pk=issue_id).update(
        **{key: found[key] for key in (*_COUNTED, "cancelled")}
    )


def reasons(issue: Issue) -> dict[str, int]:
    """Readers who got no mail by the freeze's reason (Edition.NoneBecause)."""
    return dict(
        Edition.objects.filter(issue_id=issue.pk)
        .exclude(none_because="")
        .order_by("none_because")
        .values_list("none_because", "readers")
    )


def recount(issue: Issue) -> dict[str, int]:
    """The ledger counted anew from every single outcome: the truth check. Grows with the issue."""
    found = dict.fromkeys(KEYS, 0)
    found["recipients"] = Delivery.objects.filter(issue_id=issue.pk).count()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT CASE WHEN o.state = 'in_doubt' AND o.resolved_at IS NOT NULL
                           THEN 'sent' ELSE o.state END AS state, count(*)
               FROM newsletter_outcome o
               WHERE o.delivery_id BETWEEN %s AND %s AND NOT EXISTS (
                   SELECT 1 FROM newsletter_outcome n
                   WHERE n.delivery_id = o.delivery_id AND n.round > o.round)
               GROUP BY 1""",
            [issue.first_delivery, issue.last_delivery],
        )
        for state, count in cursor.fetchall():
            found[str(state)] = int(count)
        cursor.execute(
            """SELECT e.none_because, count(*) FROM newsletter_delivery d
               JOIN newsletter_edition e ON e.id = d.edition_id
               WHERE d.issue_id = %s AND e.none_because <> '' GROUP BY 1""",
            [issue.pk],
        )
        for reason, count in cursor.fetchall():
            found["suppressed" if reason == "suppressed" else "skipped"] += int(count)
    windows = Chunk.objects.filter(issue_id=issue.pk, state=Chunk.State.LEASED)
    for takes, window in windows.values_list("takes", "window"):
        found["in_flight"] += len(window)
        if takes in found and takes != "waiting":
            found[takes] -= len(window)
    found["waiting"] = found["recipients"] - sum(found[key] for key in KEYS[1:])
    state = Issue.objects.values_list("state", flat=True).get(pk=issue.pk)
    if state == Issue.State.CANCELLED:
        found["cancelled"] = found["waiting"] + found["deferred"]
        found["waiting"] = found["deferred"] = 0
    return found


def state_of(delivery: Delivery) -> tuple[str, Outcome | None]:
    """A delivery's derived state and its latest outcome.

    The latest outcome, else the window, else the issue: waiting, in_flight, sent, deferred,
    failed, in_doubt, skipped, suppressed, cancelled.
    """
    latest = Outcome.objects.filter(delivery_id=delivery.pk).order_by("-round").first()
    chunk = (
        Chunk.objects.filter(
            issue_id=delivery.issue_id, first__lte=delivery.pk, last__gte=delivery.pk
        )
        .order_by("-first")
        .first()
    )
    place = delivery.pk - delivery.issue_id * 2**32
    if chunk is not None and place in chunk.window:
        return "in_flight", latest
    issue_state = Issue.objects.values_list("state", flat=True).get(pk=delivery.issue_id)
    cancelled = issue_state == Issue.State.CANCELLED
    if latest is None:
        return ("cancelled" if cancelled else "waiting"), None
    if latest.state == Outcome.State.IN_DOUBT and latest.resolved_at is not None:
        return "sent", latest
    if latest.state == Outcome.State.DEFERRED and cancelled:
        return "cancelled", latest
    return latest.state, latest


def handed_over(issue: Issue, subscription: Subscription) -> tuple[Delivery, Outcome] | None:
    """This reader's delivery and the outcome that says they got it, or may have."""
    delivery = Delivery.objects.filter(issue_id=issue.pk, subscription_id=subscription.pk).first()
    if delivery is None:
        return None
    handed = Outcome.objects.filter(delivery_id=delivery.pk, state__in=HANDED_OVER)
    outcome = handed.order_by("-round").first()
    return None if outcome is None else (delivery, outcome)


def _which_text(issue: Issue, outcome: Outcome) -> str:
    """Of an issue that was corrected: whether a reader had the text before or after it."""
    newest = issue.revisions.filter(kind=Revision.Kind.CORRECTION).order_by("-number")
    numbers = newest.values_list("pk", "number").first()
    if numbers is None:
        return ""
    if outcome.revision_id is None or outcome.revision_id < numbers[0]:
        text = _("It was the text before the correction (revision %(had)s of %(newest)d).")
    else:
        text = _("It was the corrected text (revision %(had)s of %(newest)d).")
    had = outcome.revision_id or issue.frozen_id or 0
    number = issue.revisions.filter(pk=had).values_list("number", flat=True).first()
    return " " + text % {"had": "–" if number is None else number, "newest": numbers[1]}


def why(issue: Issue, subscription: Subscription) -> str:
    """One sentence that says what this reader got of the issue, or why nothing."""
    frozen_at, folded_at = Issue.objects.values_list("frozen_at", "folded_at").get(pk=issue.pk)
    if frozen_at is None:
        return _("The issue has not been sent yet.")
    delivery = Delivery.objects.filter(issue_id=issue.pk, subscription_id=subscription.pk).first()
    if delivery is None:
        if folded_at is not None:
            return _("The records of this issue were folded away; only its sums are kept.")
        if issue.original_id or issue.issue_translations.exists():
            return _("The reader gets this issue in another language, or was not active then.")
        return _("The reader was not active when the issue was frozen.")
    edition = Edition.objects.only("none_because", "items", "selection").get(pk=delivery.edition_id)
    none = {
        "no_item": _("No mail: the issue has nothing in the categories the reader chose."),
        "paused": _("No mail: the reader had paused."),
        "rhythm": _("No mail: the reader wants round-ups only."),
        "suppressed": _("No mail: the address was suppressed."),
    }
    if edition.none_because:
        return none[edition.none_because]
    state, latest = state_of(delivery)
    items = len(edition.items)
    detail = "" if latest is None else " ".join(filter(None, (latest.status, latest.detail)))
    sentences = {
        "waiting": _("Waiting to be sent (items: %(items)d)."),
        "in_flight": _("Being handed over right now (items: %(items)d)."),
        "sent": _("Handed over to the mail server (items: %(items)d)."),
        "deferred": _("The mail server asked to try again later: %(detail)s"),
        "failed": _("The mail server refused the mail: %(detail)s"),
        "in_doubt": _("Unknown: the mail was handed over and no answer was stored."),
        "skipped": _("No mail: before it was sent, %(left)s."),
        "suppressed": _("No mail: the address was suppressed before it was sent."),
        "cancelled": _("No mail: the issue was cancelled before it was sent."),
    }
    # What `store` writes as the detail of a skipped reader.
    left = {
        "paused": _("the reader had paused"),
        "categories dropped": _("the reader had dropped these categories"),
        "rhythm": _("the reader had changed to another rhythm"),
        "another mail brought it": _("another mail had brought it to the reader"),
    }.get(detail, _("the reader had left"))
    sentence = sentences[state] % {"items": items, "detail": detail, "left": left}
    if latest is not None and latest.state in HANDED_OVER:
        sentence += _which_text(issue, latest)
    if latest is not None and latest.resolved_at is not None:
        sentence += " " + _("(Resolved by %(who)s.)") % {"who": latest.resolved_by}
    return sentence.strip()
