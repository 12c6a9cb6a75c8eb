"""A round-up's draft: an issue whose items are copies of what appeared in a period.

The copies know their originals (`Item.copied_from`). A period is looked at once: its `Roundup` row
is its identity, so that the job, the command and the button make one draft, whoever comes first.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from newsletter.editions import published
from newsletter.models import Issue, Item, Link, Revision, Roundup
from subscribers import languages
from subscribers.models import Category, Publication, Subscription

from .revisions import add_revision
from .roundup_periods import Period, due, running

Order = Publication.RoundupOrder


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a period: its draft, or None where nothing had appeared in it."""

    issue: Issue | None
    created: bool
    row: Roundup | None = None


def newest_end(publication: Publication) -> dt.datetime | None:
    """When the last period ended that was looked at."""
    rows = Roundup.objects.filter(publication=publication, subscription__isnull=True)
    return rows.order_by("-ends_at").values_list("ends_at", flat=True).first()


def due_period(publication: Publication, now: dt.datetime) -> Period | None:
    """The period whose draft is to be made now, or None."""
    if publication.roundup == Publication.Roundup.OFF:
        return None
    return due(publication, newest_end(publication), now)


def running_period(publication: Publication, now: dt.datetime) -> Period:
    """What a round-up would be of that is made now.

    Asked for again on the same day, it is the period that was made then.
    """
    today = now.astimezone(ZoneInfo(publication.time_zone)).date()
    made = Roundup.objects.filter(publication=publication, subscription__isnull=True, until=today)
    if (row := made.filter(issue__isnull=False).order_by("-ends_at").first()) is not None:
        return Period(row.begins_at, row.ends_at, row.since, row.until)
    return running(publication, newest_end(publication), now)


def held(publication: Publication, period: Period) -> list[Item]:
    """The originals a round-up of this period holds, in its order, each with issue and category:
    the live one, where its own was merged into another.
    """
    found = list(
        Item.objects.filter(
            issue__in=published.issues(publication).filter(
                kind=Issue.Kind.REGULAR,
                published_at__gte=period.begins_at,
                published_at__lt=period.ends_at,
            ),
            hidden=False,
            category__isnull=False,
        )
        .select_related("category", "issue")
        .defer("bullets", "body", "insight", "extra")
        .order_by("issue__published_at", "issue_id", "number")
    )
    live = _live(publication)
    items = [item for item in found if item.category_id in live]
    for item in items:
        item.category = live[item.category_id or 0]
    return choose(items, publication)


def choose(items: Sequence[Item], publication: Publication) -> list[Item]:
    """The items that fit, in the publication's order; `items` are in the order of the issues."""
    ordered = list(items)
    if publication.roundup_order in (Order.STARRED, Order.NEWEST):
        # Newest issue first, each issue in its own order: sorting is stable.
        ordered.sort(key=lambda item: _appeared(item), reverse=True)
    if publication.roundup_order == Order.STARRED:
        ordered.sort(key=lambda item: not item.starred)
    of_category: dict[int | None, int] = {}
    chosen: list[Item] = []
    for item in ordered:
        count = of_category.get(item.category_id, 0)
        if publication.roundup_per_category and count >= publication.roundup_per_category:
            continue
        of_category[item.category_id] = count + 1
        chosen.append(item)
        if len(chosen) == publication.roundup_items:
            break
    return chosen


def make(
    publication: Publication, period: Period, *, goes: bool = False, empty_is_kept: bool = False
) -> Made:
    """Make the draft of a period, once: whoever asks again gets the one that is there.

    `goes` notes that it is to be released by itself. `empty_is_kept` writes down that nothing had
    appeared, which ends the period and tells the editors.
    """
    try:
        with transaction.atomic():
            return _make(publication, period, goes=goes, empty_is_kept=empty_is_kept)
    except IntegrityError:
        # Somebody was first.
        row = _row(publication, period)
        if row is None:
            raise
        return Made(row.issue, created=False, row=row)


def _make(publication: Publication, period: Period, *, goes: bool, empty_is_kept: bool) -> Made:
    row = _row(publication, period)
    if row is not None and row.issue is not None:
        return Made(row.issue, created=False, row=row)
    items = held(publication, period)
    if not items and not empty_is_kept:
        return Made(None, created=False, row=row)
    if row is None:
        row = Roundup.objects.create(
            publication=publication,
            since=period.since,
            until=period.until,
            begins_at=period.begins_at,
            ends_at=period.ends_at,
        )
    if not items:
        return Made(None, created=False, row=row)
    issue = _draft(publication, period, items)
    Roundup.objects.filter(pk=row.pk).update(issue=issue, goes=goes, made_at=timezone.now())
    row.refresh_from_db()
    return Made(issue, created=True, row=row)


def make_missed(tie: Subscription, period: Period, items: Sequence[Item]) -> Issue | None:
    """The one mail of "what you missed" for a pause; None if there was one already."""
    publication = tie.publication
    try:
        with transaction.atomic():
            row = Roundup.objects.create(
                publication=publication,
                subscription=tie,
                since=period.since,
                until=period.until,
                begins_at=period.begins_at,
                ends_at=period.ends_at,
            )
            issue = _draft(publication, period, items, missed=True)
            Roundup.objects.filter(pk=row.pk).update(issue=issue)
    except IntegrityError:
        return None
    return issue


def make_rest(row: Roundup, items: Sequence[Item]) -> Issue:
    """The mail of what a reader is still owed of a round-up: `items` are that one's, as edited.

    It goes by itself. Call it with the row locked.
    """
    period = Period(row.begins_at, row.ends_at, row.since, row.until)
    issue = _draft(row.publication, period, items, missed=True)
    Roundup.objects.filter(pk=row.pk).update(issue=issue, goes=True)
    return issue


def _row(publication: Publication, period: Period) -> Roundup | None:
    return (
        Roundup.objects.select_related("issue")
        .filter(
            publication=publication,
            subscription__isnull=True,
            since=period.since,
            until=period.until,
        )
        .first()
    )


def _draft(
    publication: Publication, period: Period, originals: Sequence[Item], *, missed: bool = False
) -> Issue:
    language = languages.of_publication(publication)
    with translation.override(language):
        name = languages.words(publication, language).name
        # By its name: a period of one day is no stretch of time.
        named = {"publication": name, "period": days(period)}
        if missed:
            title = _("What you missed: %(publication)s, %(period)s") % named
        else:
            title = _("%(publication)s: round-up, %(period)s") % named
    issue = Issue.objects.create(
        publication=publication,
        kind=Issue.Kind.ROUNDUP,
        slug=f"missed-{uuid.uuid4().hex[:20]}" if missed else _slug(publication, period),
        date=period.until,
        language=publication.language,
        title=title[:300],
        entry_id=f"urn:uuid:{uuid.uuid4()}",
        listed=not missed,
    )
    _copy(issue, originals)
    if not missed:
        add_revision(issue, Revision.Kind.EDIT, None, note="")
    return issue


def days(period: Period) -> str:
    """The period's days as the active language writes them."""
    first, last = (date_format(day, "DATE_FORMAT") for day in (period.since, period.until))
    return first if first == last else f"{first} – {last}"


def _slug(publication: Publication, period: Period) -> str:
    day = f"{period.until.isoformat()}-roundup"
    taken = set(publication.issues.filter(slug__startswith=day).values_list("slug", flat=True))
    return next(s for s in (day, *(f"{day}-{n}" for n in range(2, 10_000))) if s not in taken)


def _copy(issue: Issue, originals: Sequence[Item]) -> None:
    now = timezone.now()
    # In full: the choice was made without the wide columns. A copy hands on its own text.
    rows = Item.objects.in_bulk([item.pk for item in originals])
    copies = []
    for number, chosen in enumerate(originals, start=1):
        original = rows[chosen.pk]
        copies.append(
            Item(
                issue=issue,
                number=number,
                anchor=f"item-{number}",
                entry_id=f"urn:uuid:{uuid.uuid4()}",
                category=chosen.category,
                title=original.title,
                date=original.date,
                insight=original.insight,
                bullets=original.bullets,
                body=original.body,
                score=original.score,
                extra=original.extra,
                picture=original.picture,
                picture_alt=original.picture_alt,
                starred=original.starred,
                copied_from_id=original.copied_from_id or original.pk,
                copied_at=now,
            )
        )
    Item.objects.bulk_create(copies)
    made = {copy.number: copy for copy in issue.items.all()}
    copy_links(issue, {one.pk: made[number] for number, one in enumerate(originals, start=1)})


def copy_links(issue: Issue, copies: dict[int, Item]) -> None:
    """Give copies the links of their originals; `copies` are by the original's id."""
    links = Link.objects.filter(item__in=list(copies)).order_by("item_id", "kind", "number")
    Link.objects.bulk_create(
        Link(
            issue=issue,
            item=copies[link.item_id],
            kind=link.kind,
            number=link.number,
            label=link.label,
            url=link.url,
            url_key=link.url_key,
        )
        for link in links
        if link.item_id is not None
    )


def _live(publication: Publication) -> dict[int, Category]:
    """Id of a category -> the one with readers: itself, or what it was merged into."""
    rows = {category.pk: category for category in publication.categories.all()}
    found: dict[int, Category] = {}
    for category in rows.values():
        live: Category | None = category
        for _step in range(len(rows)):
            if live is None or live.merged_into_id is None:
                break
            live = rows.get(live.merged_into_id)
        if live is not None and live.bit is not None:
            found[category.pk] = live
    return found


def _appeared(item: Item) -> tuple[dt.datetime, int]:
    assert item.issue.published_at is not None
    return item.issue.published_at, item.issue_id
