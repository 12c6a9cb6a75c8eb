"""What of an issue had reached each of its readers before, in another issue, and is left out.

Where the publication says so (`leave_out_told`), an item whose story an earlier item told is left
out for whoever was handed that one, or may have been, in whatever edition: `Edition.items` says
what a mail held, and a copy in a round-up counts as its original does. A reader's *start* is then a
number of bits, one for each such item that had reached them; so two readers with one choice and one
start get one edition. What was folded away cannot be looked up, and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.models import PLACES, Delivery, Edition, Issue, Outcome
from subscribers.models import Subscription

from .corrected import copies_of
from .values import IssueView

_HANDED_OVER = (Outcome.State.SENT.value, Outcome.State.IN_DOUBT.value)


@dataclass(frozen=True, slots=True)
class Had:
    """An issue that held some of it: its editions, with the bits of what each held."""

    issue: int
    publication: int
    editions: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What an issue asks of the past of its readers. `masks` are those of `IssueView.mask_from`."""

    publication: int
    masks: tuple[int, ...]
    # A category's bit, and the bits of its items, where all of them were told.
    categories: tuple[tuple[int, int], ...]
    had: tuple[Had, ...]
    # Deliveries in the windows of workers.
    on_the_wire: tuple[int, ...] = ()


def told_of(issue: Issue, view: IssueView) -> Told | None:
    """What an issue asks whose view is marked with what was told; None where nothing was.

    Two queries for each item that was told, and one. Nobody is on the wire in it yet.
    """
    bits = view.told
    if not bits:
        return None
    held: dict[int, set[int]] = {}
    issues: set[int] = set()
    for item in view.items:
        if item.id in bits:
            for earlier in item.told_in:
                copies, of = copies_of(earlier)
                held.setdefault(bits[item.id], set()).update(copies)
                issues |= of
    rows = Edition.objects.filter(
        issue__in=issues - {issue.pk}, none_because="", issue__folded_at__isnull=True
    ).values_list("issue_id", "issue__publication_id", "pk", "items")
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for pk, publication, edition, items in rows.iterator():
        mine = sum(bit for bit, copies in held.items() if copies & set(items))
        if mine:
            found.setdefault((pk, publication), []).append((edition, mine))
    if not found:
        return None
    return Told(
        publication=issue.publication_id,
        masks=tuple(view.mask_from(start) for start in range(1 << len(bits))),
        categories=_categories(view),
        had=tuple(Had(*key, tuple(sorted(one))) for key, one in sorted(found.items())),
    )


def _categories(view: IssueView) -> tuple[tuple[int, int], ...]:
    """The categories of which nothing may be left, and the bits of their items."""
    bits = view.told
    found: dict[int, int] = {}
    for item in view.items:
        if item.category is None or item.category.bit is None:
            continue
        category = 1 << item.category.bit
        told = bits.get(item.id, 0)
        found[category] = found.get(category, 0) | told if told and found.get(category, 1) else 0
    return tuple(sorted((category, told) for category, told in found.items() if told))


def joined(told: Told) -> str:
    """A join of who had something, and its bits, as `y` to subscriptions `s`."""
    parts = [part for had in told.had for part in _parts(told, had)]
    every = 0
    for had in told.had:
        for _edition, bits in had.editions:
            every |= bits
    # Two issues may both have held an item: the bits are joined one by one.
    single = [1 << n for n in range(every.bit_length()) if every >> n & 1]
    start = " + ".join(f"max(bits & {bit})" for bit in single)
    return f"""LEFT JOIN (SELECT id, {start} AS start
        FROM ({" UNION ALL ".join(parts)}) z GROUP BY id) y ON y.id = s.id"""


def _parts(told: Told, had: Had) -> Iterable[str]:
    states = ", ".join(f"'{state}'" for state in _HANDED_OVER)
    reader, other, same = "d.subscription_id", "", ""
    if had.publication != told.publication:
        # The same person, by their subscription to this publication.
        reader = "c.id"
        other = "CROSS JOIN subscribers_subscription o CROSS JOIN subscribers_subscription c"
        same = f"""AND o.id = d.subscription_id AND c.subscriber_id = o.subscriber_id
            AND c.publication_id = {told.publication}"""
    first = had.issue * PLACES
    # A set for each bit: joined to a list of the editions SQLite reads the list for every outcome.
    bits = " + ".join(
        f"CASE WHEN d.edition_id IN ({_listed(editions)}) THEN {bit} ELSE 0 END"
        for bit, editions in _by_bit(had).items()
    )
    select = f"SELECT {reader} AS id, {bits} AS bits FROM"
    where = f"d.edition_id IN ({_listed(edition for edition, _bits in had.editions)}) {same}"
    # One pass over the outcomes, a delivery each. SQLite keeps the order of cross joins, and would
    # otherwise pass over them once for each edition.
    yield f"""{select} newsletter_outcome h CROSS JOIN newsletter_delivery d {other}
        WHERE d.id = h.delivery_id AND h.state IN ({states})
        AND h.delivery_id BETWEEN {first} AND {first + PLACES - 1} AND {where}"""
    wire = [pk for pk in told.on_the_wire if first <= pk < first + PLACES]
    if wire:
        yield f"""{select} newsletter_delivery d {other}
            WHERE d.id IN ({_listed(wire)}) AND {where}"""


def _by_bit(had: Had) -> dict[int, list[int]]:
    """Each bit, and the editions that have it."""
    found: dict[int, list[int]] = {}
    for edition, bits in had.editions:
        for place in range(bits.bit_length()):
            if bits >> place & 1:
                found.setdefault(1 << place, []).append(edition)
    return found


def _listed(keys: Iterable[int]) -> str:
    return ", ".join(map(str, keys))


def start_sql() -> str:
    """The start of subscription `s`, after `joined`."""
    return "coalesce(y.start, 0)"


def mask_sql(told: Told) -> str:
    """The mask of what is left for subscription `s`."""
    start, mask = start_sql(), told.masks[0]
    for category, _bits in told.categories:
        mask &= ~category
    left = [
        f"CASE WHEN ({start} & {bits}) = {bits} THEN 0 ELSE {category} END"
        for category, bits in told.categories
    ]
    return " | ".join([str(mask), *left])


def start_of(subscription: Subscription, told: Told) -> int:
    """The bits of what had reached one reader; one query for each issue that held some of it."""
    start = 0
    for had in told.had:
        bits = dict(had.editions)
        mine = Delivery.objects.filter(
            issue_id=had.issue, subscription__subscriber_id=subscription.subscriber_id
        )
        for pk, edition in mine.values_list("pk", "edition_id"):
            if edition in bits and _handed(pk, told):
                start |= bits[edition]
    return start


def _handed(delivery: int, told: Told) -> bool:
    outcomes = Outcome.objects.filter(delivery_id=delivery, state__in=_HANDED_OVER)
    return delivery in told.on_the_wire or outcomes.exists()
