"""A document's values -> rows: the issue, its items and links, and the revision that keeps it."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone

from newsletter import search
from newsletter.digest import Digest, bullets_to_json
from newsletter.digest import Item as Parsed
from newsletter.digest import Link as ParsedLink
from newsletter.digest.markdown import found_links
from newsletter.models import Issue, Item, Link
from subscribers import languages
from subscribers.models import Category, Publication

from .stories import link_key, remember

# Numbers of items out of the way while new ones are given (the pair issue, number is unique).
_ASIDE = 1_000_000


def fields_of(digest: Digest, publication: Publication) -> dict[str, Any]:
    """The columns of an issue that a document decides."""
    extra: dict[str, Any] = {"front": dict(digest.extra)} if digest.extra else {}
    if digest.tail_title:
        extra["tail_title"] = digest.tail_title
    return {
        "title": digest.title,
        "date": digest.date,
        "language": languages.stored(digest.language) or publication.language,
        "intro": digest.intro,
        "extra": extra,
    }


def new_issue(publication: Publication, digest: Digest, origin: str, *, archived: bool) -> Issue:
    """Insert the issue; its items are written by `write_items`."""
    issue = Issue(
        publication=publication,
        slug=_slug(publication, digest, None),
        origin=origin,
        entry_id=f"urn:uuid:{uuid.uuid4()}",
        **fields_of(digest, publication),
    )
    if archived:
        _archive(issue)
    issue.save(force_insert=True)
    return issue


def _slug(publication: Publication, digest: Digest, issue: Issue | None) -> str:
    assert digest.date is not None
    day = digest.date.isoformat()
    others = publication.issues.filter(slug__startswith=day)
    if issue is not None:
        others = others.exclude(pk=issue.pk)
    taken = set(others.values_list("slug", flat=True))
    if issue is not None and issue.slug.startswith(day) and issue.slug not in taken:
        return issue.slug
    return next(s for s in (day, *(f"{day}-{n}" for n in range(2, 10_000))) if s not in taken)


def update_issue(issue: Issue, digest: Digest, *, archived: bool) -> None:
    """Write what the document says over a draft's columns."""
    for name, value in fields_of(digest, issue.publication).items():
        setattr(issue, name, value)
    issue.slug = _slug(issue.publication, digest, issue)
    if archived:
        _archive(issue)
    issue.approved_by = None  # It was for another text.
    issue.save(
        update_fields=[
            "title", "date", "language", "intro", "extra", "slug", "state", "published_at",
            "approved_by",
        ]
    )  # fmt: skip


def _archive(issue: Issue) -> None:
    """Published history: noon of its own day there is the same date nearly everywhere."""
    issue.state = Issue.State.ARCHIVED
    issue.published_at = dt.datetime.combine(
        issue.date, dt.time(12), tzinfo=ZoneInfo(issue.publication.time_zone)
    )
    Publication.objects.filter(pk=issue.publication_id).update(changed_at=timezone.now())


def write_items(
    issue: Issue,
    digest: Digest,
    pairs: Sequence[tuple[Parsed, Item | None]],
    categories: Sequence[Category],
    changed: set[int],
) -> None:
    """Make the issue's items what the document says; `pairs` are its items and their rows.

    `changed` are the keys of rows whose words differ: only their links are written again.
    Raises ProtectedError when an item that is no longer there was copied into a round-up.
    """
    kept = {row.pk for _parsed, row in pairs if row is not None}
    issue.items.exclude(pk__in=kept).delete()
    issue.items.update(number=F("number") + _ASIDE)
    rows = _rows(issue, pairs, categories)
    Item.objects.bulk_create([row for row in rows if row.pk is None])
    Item.objects.bulk_update(
        [row for row in rows if row.pk in kept],
        ["number", "category", "title", "date", "insight", "bullets", "body", "score", "extra",
         "line", "published_at"],
    )  # fmt: skip
    fresh = [
        (row, parsed)
        for row, (parsed, old) in zip(rows, pairs, strict=True)
        if old is None or row.pk in changed
    ]
    _write_links(issue, digest, fresh)
    remember([row for row, _parsed in fresh])
    if issue.published_at is not None:
        search.write(rows)


def _rows(
    issue: Issue,
    pairs: Sequence[tuple[Parsed, Item | None]],
    categories: Sequence[Category],
) -> list[Item]:
    anchors = {row.anchor for _parsed, row in pairs if row is not None}
    rows = []
    for number, ((parsed, old), category) in enumerate(
        zip(pairs, categories, strict=True), start=1
    ):
        row = old
        if row is None:
            wanted = (f"item-{n}" for n in itertools.chain([number], itertools.count(1)))
            anchor = next(one for one in wanted if one not in anchors)
            anchors.add(anchor)
            row = Item(issue=issue, anchor=anchor, entry_id=f"urn:uuid:{uuid.uuid4()}")
        row.number = number
        row.category = category
        row.title = parsed.title
        row.date = parsed.date
        row.insight = parsed.insight
        row.bullets = bullets_to_json(parsed.bullets)
        row.body = parsed.body
        row.score = parsed.score
        row.extra = dict(parsed.extra)
        row.line = parsed.line
        row.published_at = issue.published_at
        rows.append(row)
    return rows


def _write_links(issue: Issue, digest: Digest, rows: Sequence[tuple[Item, Parsed]]) -> None:
    Link.objects.filter(issue=issue, item__in=[row.pk for row, _parsed in rows]).delete()
    issue.links.filter(kind=Link.Kind.TAIL).delete()
    made = []
    for row, parsed in rows:
        made += [
            _link(issue, row, Link.Kind.SOURCE, number, link)
            for number, link in enumerate(parsed.sources, start=1)
        ]
        made += [
            _link(issue, row, Link.Kind.BODY, number, link)
            for number, link in enumerate(_body_links(parsed), start=1)
        ]
    made += [
        _link(issue, None, Link.Kind.TAIL, number, link)
        for number, link in enumerate(digest.tail_links, start=1)
    ]
    Link.objects.bulk_create(made)


def cut(link: ParsedLink) -> ParsedLink:
    """A link as its row can hold it."""
    label = link.label if len(link.label) <= 300 else link.label[:299] + "…"
    return ParsedLink(label, link.url)


def _link(issue: Issue, item: Item | None, kind: Link.Kind, number: int, link: ParsedLink) -> Link:
    return Link(
        issue=issue,
        item=item,
        kind=kind,
        number=number,
        label=cut(link).label,
        url=link.url,
        url_key=link_key(link.url),
    )


def _body_links(parsed: Parsed) -> list[ParsedLink]:
    texts = [parsed.insight, parsed.body]
    queue = list(parsed.bullets)
    while queue:
        bullet = queue.pop(0)
        texts += [bullet.lead, bullet.text]
        queue = [*bullet.children, *queue]
    return [
        ParsedLink(label, url)
        for text in texts
        if "](" in text or "://" in text or "<a" in text
        for label, url in found_links(text)
    ]
