"""A correction: one item of an issue, or what belongs to it as a whole, as it ought to be.

The corrected text is a `Digest`, as revisions keep it, so that one made at once, one that waits
for another person and one out of a file are the same value and are written by the same lines. What
follows from it for the readers who still wait is `newsletter.sending.mending`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.digest import bullets_to_json, to_json
from newsletter.digest.value import Digest, Item, Link
from newsletter.editions import search
from newsletter.importing.stories import remember
from newsletter.models import Issue, Revision
from newsletter.models import Item as ItemRow
from subscribers import languages
from subscribers.models import Publication

from . import item_links
from .revisions import Change, add_revision, differences, digest_of, value_of


class NotCorrected(Exception):
    """Nothing was stored. `reasons` are sentences for the person who asked."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(languages.between_sentences().join(reasons))
        self.reasons = list(reasons)


class Stale(NotCorrected):
    """The text was changed since it was looked at."""


@dataclass(frozen=True, slots=True)
class Head:
    """What belongs to an issue as a whole and may be corrected."""

    title: str
    subject: str
    preheader: str
    intro: str
    tail_title: str
    tail_links: tuple[Link, ...]


def head_of(digest: Digest) -> Head:
    """The issue's own texts."""
    return Head(
        digest.title,
        str(digest.extra.get("subject", "")),
        str(digest.extra.get("preheader", "")),
        digest.intro,
        digest.tail_title,
        digest.tail_links,
    )


def item_of(issue: Issue, digest: Digest, item: ItemRow) -> Item:
    """The text of an item in the digest of its issue. NotCorrected if readers do not see it."""
    return digest.items[_place(issue, item)]


def _place(issue: Issue, item: ItemRow) -> int:
    """Items of what is released never change places, so a place names one in every revision."""
    keys = issue.items.filter(hidden=False).order_by("number").values_list("pk", flat=True)
    for place, pk in enumerate(keys):
        if pk == item.pk:
            return place
    raise NotCorrected(_("Readers do not see this item: it is hidden."))


def with_item(issue: Issue, digest: Digest, item: ItemRow, text: Item) -> Digest:
    """The issue's text with this one for the item."""
    place = _place(issue, item)
    return replace(digest, items=(*digest.items[:place], text, *digest.items[place + 1 :]))


def with_head(digest: Digest, head: Head) -> Digest:
    """The issue's text with these texts of its own."""
    words = {"subject": head.subject, "preheader": head.preheader}
    return replace(
        digest,
        title=head.title,
        intro=head.intro,
        tail_title=head.tail_title,
        tail_links=head.tail_links,
        extra={name: text for name, text in words.items() if text},
    )


def part(issue: Issue, digest: Digest, item: ItemRow | None) -> Item | Head:
    """What of the issue a correction of `item` is about; None is the issue as a whole."""
    if item is None:
        return head_of(digest)
    return replace(item_of(issue, digest, item), line=0, extra={}, score=None)


def mark(issue: Issue, digest: Digest, item: ItemRow | None) -> str:
    """A short name for the text a form was filled in for: another text has another."""
    text = repr(part(issue, digest, item))
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def store(
    issue: Issue,
    item: ItemRow | None,
    new: Digest,
    *,
    by: AbstractBaseUser | None,
    note: str,
    seen: str,
) -> Revision:
    """Write the correction and its revision; call it in a transaction that holds the issue.

    `seen` is the `mark` of the text it was made for: `Stale` if that was changed meanwhile. Of an
    issue that nobody has seen yet it is an edit, and says nothing in public.
    """
    _check(issue, item, digest_of(issue), new, seen)
    _keep_what_was(issue)
    if item is None:
        _write_head(issue, head_of(new))
    else:
        _write_item(item, item_of(issue, new, item), issue.publication)
    public = issue.published_at is not None
    if public:
        now = timezone.now()
        Issue.objects.filter(pk=issue.pk).update(corrected_at=now)
        if item is not None:
            ItemRow.objects.filter(pk=item.pk).update(corrected_at=now)
        Publication.objects.filter(pk=issue.publication_id).update(changed_at=now)
    issue.refresh_from_db()
    kind = Revision.Kind.CORRECTION if public else Revision.Kind.EDIT
    return add_revision(issue, kind, by, note=note, item=item)


def propose(
    issue: Issue,
    item: ItemRow | None,
    new: Digest,
    *,
    by: AbstractBaseUser | None,
    note: str,
    seen: str,
) -> Revision:
    """Keep a correction for another person to decide; else as `store`."""
    _check(issue, item, digest_of(issue), new, seen)
    _keep_what_was(issue)
    kind = Revision.Kind.PROPOSAL
    return add_revision(issue, kind, by, note=note, digest=to_json(new), item=item)


def _check(issue: Issue, item: ItemRow | None, old: Digest, new: Digest, seen: str) -> None:
    if mark(issue, old, item) != seen:
        raise Stale(_("Somebody changed this text meanwhile. Nothing was stored."))
    if not differences(old, new):
        raise NotCorrected(_("Nothing was different; a correction must change something."))


def proposals(issue: Issue) -> QuerySet[Revision]:
    """What waits for another person, oldest first."""
    return (
        issue.revisions.filter(kind=Revision.Kind.PROPOSAL)
        .select_related("by", "item")
        .order_by("number")
    )


def proposed(proposal: Revision) -> tuple[Digest, str]:
    """The issue's text with what was proposed, and the `mark` of the text it was made for.

    Only the part that it is about is taken over: another may have been corrected since.
    """
    issue, item = proposal.issue, proposal.item
    now, then = digest_of(issue), value_of(proposal)
    before = value_of(
        issue.revisions.exclude(kind=Revision.Kind.PROPOSAL)
        .filter(number__lt=proposal.number)
        .latest("number")
    )
    if item is None:
        return with_head(now, head_of(then)), mark(issue, before, None)
    return with_item(issue, now, item, item_of(issue, then, item)), mark(issue, before, item)


def changes(issue: Issue, new: Digest) -> list[Change]:
    """What is different in `new` from the issue as it is, in the words of the active language."""
    return differences(digest_of(issue), new)


def changed_fields(issue: Issue, item: ItemRow | None, new: Digest) -> list[str]:
    """Names of what a correction of `item`, or of the issue as a whole, changes; for the record."""
    old = part(issue, digest_of(issue), item)
    now = part(issue, new, item)
    return [
        field.name
        for field in fields(old)
        if getattr(old, field.name) != getattr(now, field.name, None)
    ]


def _keep_what_was(issue: Issue) -> None:
    """Without it nobody could tell later what the text was before."""
    if not issue.revisions.exclude(kind=Revision.Kind.PROPOSAL).exists():
        add_revision(issue, Revision.Kind.EDIT, None, note="")


def _write_item(row: ItemRow, text: Item, publication: Publication) -> None:
    category = None
    if text.category:
        category = publication.categories.filter(name=text.category).first()
        if category is None:
            raise NotCorrected(
                _("The publication has no category “%(name)s”.") % {"name": text.category}
            )
    if not text.title.strip():
        raise NotCorrected(_("An item needs a title."))
    row.category = category
    row.title = text.title
    row.date = text.date
    row.insight = text.insight
    row.bullets = bullets_to_json(text.bullets)
    row.body = text.body
    row.picture, row.picture_alt = text.picture, text.picture_alt
    row.save(
        update_fields=[
            "category", "title", "date", "insight", "bullets", "body", "picture", "picture_alt",
        ]
    )  # fmt: skip
    item_links.write_sources(row, _pairs(text.sources))
    item_links.write_body_links(row)
    remember([row])
    search.write([row])


def _write_head(issue: Issue, head: Head) -> None:
    extra = {**issue.extra, "tail_title": head.tail_title}
    Issue.objects.filter(pk=issue.pk).update(
        title=head.title,
        subject=head.subject,
        preheader=head.preheader,
        intro=head.intro,
        extra=extra if head.tail_title else {k: v for k, v in extra.items() if k != "tail_title"},
    )
    item_links.write_tail(issue, _pairs(head.tail_links))


def _pairs(links: Iterable[Link]) -> list[tuple[str, str]]:
    return [(link.label, link.url) for link in links]
