"""Values -> rows: the issue, its items and their links."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from newsletter.digest import Digest
from newsletter.digest.markdown import found_links
from newsletter.editions import search
from newsletter.models import Issue, Item, Link
from subscribers.models import Publication

from .stories import link_key, remember
from .versions import ItemVersion, Values, cut, value_of

# Numbers of items out of the way while new ones are given (the pair issue, number is unique).
_ASIDE = 1_000_000
_LONGEST_SLUG = 40
# Columns of an item that have the names of its fields.
_COLUMNS = ("title", "insight", "bullets", "body", "score", "extra", "hidden",
            "picture", "picture_alt")  # fmt: skip


def new_issue(publication: Publication, digest: Digest, edition: str, origin: str) -> Issue:
    """Insert an empty draft of the document's identity."""
    assert digest.date is not None
    return publication.issues.create(
        slug=_slug(publication, digest.date, edition),
        date=digest.date,
        language=digest.language,
        edition=edition,
        title=digest.title,
        origin=origin,
        entry_id=f"urn:uuid:{uuid.uuid4()}",
    )


def _slug(publication: Publication, date: dt.date, edition: str) -> str:
    """The day, with the edition's name or a number where the day is taken."""
    day = date.isoformat()
    taken = set(publication.issues.filter(slug__startswith=day).values_list("slug", flat=True))
    named = f"{day}-{slugify(edition)}"[:_LONGEST_SLUG].rstrip("-") if slugify(edition) else day
    return next(s for s in (named, *(f"{day}-{n}" for n in range(2, 10_000))) if s not in taken)


def archive(issue: Issue) -> None:
    """Published history: noon of its own day there is the same date nearly everywhere."""
    issue.state = Issue.State.ARCHIVED
    issue.published_at = dt.datetime.combine(
        issue.date, dt.time(12), tzinfo=ZoneInfo(issue.publication.time_zone)
    )
    Publication.objects.filter(pk=issue.publication_id).update(changed_at=timezone.now())


def write_issue(issue: Issue, values: Values) -> None:
    """Write the issue's own fields; its further links are written by `write_tail`."""
    title, _links = value_of(values, "tail")
    extra = {k: v for k, v in issue.extra.items() if k not in ("front", "tail_title")}
    if front := value_of(values, "front"):
        extra["front"] = front
    if title:
        extra["tail_title"] = title
    issue.extra = extra
    issue.title, issue.intro = value_of(values, "title"), value_of(values, "introduction")
    issue.subject, issue.preheader = value_of(values, "subject"), value_of(values, "preheader")
    issue.save(
        update_fields=[
            "title", "intro", "extra", "subject", "preheader", "state", "published_at",
            "approved_by",
        ]
    )  # fmt: skip


def write_tail(issue: Issue, values: Values) -> None:
    """Write the issue's further links."""
    _title, links = value_of(values, "tail")
    tail = issue.links.filter(kind=Link.Kind.TAIL)
    if [list(row) for row in tail.order_by("number").values_list("label", "url")] != links:
        tail.delete()
        Link.objects.bulk_create(_links(issue, None, Link.Kind.TAIL, links))


def write_items(
    issue: Issue, items: Sequence[ItemVersion], reserved: Iterable[str] = ()
) -> list[Item]:
    """Make the issue's items these, in this order: the rows of those that have a key, new ones
    for the others, with anchors that are not `reserved`. Returns the rows in turn.

    Raises ProtectedError when an item that is no longer there was copied into a round-up.
    """
    old = {row.entry_id: row for row in issue.items.prefetch_related("links")}
    kept = [item.key for item in items if item.key]
    issue.items.exclude(entry_id__in=kept).delete()
    issue.items.update(number=F("number") + _ASIDE)
    anchor = _free_anchors({*reserved, *(old[key].anchor for key in kept)})
    rows, fresh, renamed = [], [], []
    for number, item in enumerate(items, start=1):
        row = old.get(item.key)
        words = _words(row) if row is not None else None
        title = row.title if row is not None else None
        if row is None:
            row = Item(issue=issue, entry_id=f"urn:uuid:{uuid.uuid4()}", anchor=anchor(number))
        row.number = number
        row.line = item.line or None
        row.published_at = issue.published_at
        _fill(row, item.values)
        rows.append(row)
        if words != (item.values["sources"], _texts(item.values)):
            fresh.append((row, item))
        if title != row.title:
            renamed.append(row)
    Item.objects.bulk_create([row for row in rows if row.pk is None])
    Item.objects.bulk_update(
        [row for row in rows if row.entry_id in old],
        [*_COLUMNS, "number", "category", "date", "line", "published_at"],
    )
    _write_links(issue, fresh)
    remember(renamed)
    if issue.published_at is not None:
        search.write(rows)
    return rows


def _free_anchors(used: set[str]) -> Callable[[int], str]:
    """The number of an item -> an anchor that nothing has."""

    def anchor(number: int) -> str:
        wanted = (f"item-{n}" for n in itertools.chain([number], itertools.count(1)))
        found = next(one for one in wanted if one not in used)
        used.add(found)
        return found

    return anchor


def _fill(row: Item, values: Values) -> None:
    for name in _COLUMNS:
        setattr(row, name, value_of(values, name))
    row.category_id = value_of(values, "category")
    date = value_of(values, "date")
    row.date = dt.date.fromisoformat(date) if date else None


def _words(row: Item) -> tuple[list[list[str]], list[str]]:
    """What a row's links are made of."""
    sources = [
        [link.label, link.url]
        for link in sorted(row.links.all(), key=lambda link: link.number)
        if link.kind == Link.Kind.SOURCE
    ]
    values = {"insight": row.insight, "body": row.body, "bullets": row.bullets}
    return sources, _texts(values)


def _texts(values: Mapping[str, Any]) -> list[str]:
    """The texts that may hold links."""
    texts = [value_of(values, "insight"), value_of(values, "body")]
    queue = list(value_of(values, "bullets"))
    while queue:
        bullet = queue.pop(0)
        texts += [bullet["lead"], bullet["text"]]
        queue = [*bullet["children"], *queue]
    return texts


def _write_links(issue: Issue, items: Sequence[tuple[Item, ItemVersion]]) -> None:
    Link.objects.filter(issue=issue, item__in=[row.pk for row, _item in items]).delete()
    made: list[Link] = []
    for row, item in items:
        made += _links(issue, row, Link.Kind.SOURCE, item.values["sources"])
        made += _links(issue, row, Link.Kind.BODY, _body_links(item.values))
    Link.objects.bulk_create(made)


def _links(
    issue: Issue, item: Item | None, kind: Link.Kind, links: Iterable[Sequence[str]]
) -> Iterator[Link]:
    for number, (label, url) in enumerate(links, start=1):
        yield Link(
            issue=issue,
            item=item,
            kind=kind,
            number=number,
            label=cut(label),
            url=url,
            url_key=link_key(url),
        )


def _body_links(values: Values) -> Iterator[tuple[str, str]]:
    for text in _texts(values):
        if "](" in text or "://" in text or "<a" in text:
            yield from found_links(text)
