"""An issue as it stands -> the same value a parsed document is, for revisions and comparisons.

One form for what was imported, edited, corrected and compared: `Digest`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.digest import from_json, to_json
from newsletter.digest.value import Bullet, Digest, Item, Link
from newsletter.models import Issue, Revision
from newsletter.models import Item as ItemRow
from newsletter.models import Link as LinkRow

# Edits of one person that follow each other within this time are one revision.
_ONE_SITTING_SECONDS = 900


def digest_of(issue: Issue, *, hidden: bool = False) -> Digest:
    """The issue's rows as a Digest. Hidden items are left out: readers do not get them; or they
    are all it holds."""
    sources: dict[int, list[Link]] = {}
    tail: list[Link] = []
    for link in issue.links.exclude(kind=LinkRow.Kind.BODY).order_by("item_id", "number"):
        value = Link(link.label, link.url)
        if link.item_id is None:
            tail.append(value)
        else:
            sources.setdefault(link.item_id, []).append(value)
    items = tuple(
        Item(
            title=row.title,
            line=row.line or 0,
            category=row.category.name if row.category else "",
            sources=tuple(sources.get(row.pk, ())),
            date=row.date,
            insight=row.insight,
            bullets=bullets_of(row.bullets),
            body=row.body,
            picture=row.picture,
            picture_alt=row.picture_alt,
            score=row.score,
            extra={name: str(value) for name, value in row.extra.items()},
        )
        for row in issue.items.filter(hidden=hidden).select_related("category").order_by("number")
    )
    return Digest(
        shape="labelled",
        title=issue.title,
        date=issue.date,
        items=items,
        intro=issue.intro,
        tail_title=str(issue.extra.get("tail_title", "")),
        tail_links=tuple(tail),
        language=issue.language,
        slug=issue.slug,
        extra={
            name: value
            for name, value in (("subject", issue.subject), ("preheader", issue.preheader))
            if value
        },
    )


def bullets_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Bullet, ...]:
    """Item.bullets as stored -> values."""
    return tuple(
        Bullet(
            str(bullet.get("lead", "")),
            str(bullet.get("text", "")),
            bullets_of(bullet.get("children", ())),
        )
        for bullet in stored
    )


def note_edit(issue: Issue, by: AbstractBaseUser | None, what: str) -> Revision:
    """Keep the issue as it is now as a revision of kind edit. Call it in the edit's transaction.

    What one person changes in one sitting is one revision, so the history stays readable; but what
    was written in it and is written over again can be gone back to, so that begins another one.
    """
    digest = to_json(digest_of(issue))
    last = issue.revisions.order_by("-number").first()
    if (
        last is not None
        and last.kind == Revision.Kind.EDIT
        and by is not None
        and last.by_id == by.pk
        and (timezone.now() - last.at).total_seconds() < _ONE_SITTING_SECONDS
        and not _loses_words(issue, last, digest)
    ):
        last.digest = digest
        if what not in last.note.split("; "):
            last.note = f"{last.note}; {what}" if last.note else what
        last.save(update_fields=["digest", "note"])
        return last
    return add_revision(issue, Revision.Kind.EDIT, by, note=what, digest=digest)


def _loses_words(issue: Issue, last: Revision, digest: Any) -> bool:
    """Whether a text of `last` would be in no revision any more if `digest` took its place."""
    gone = _texts(last.digest) - _texts(digest)
    if not gone:
        return False
    gone -= _texts(to_json(digest_of(issue, hidden=True)))  # They stand there still.
    before = issue.revisions.filter(number__lt=last.number).order_by("-number").first()
    return bool(gone - (_texts(before.digest) if before is not None else set()))


def _texts(written: Any) -> set[str]:
    """Every text in a revision as it is stored. A category's name is nobody's words."""
    if isinstance(written, str):
        return {written}
    if isinstance(written, Mapping):
        written = [text for name, text in written.items() if name != "category"]
    elif not isinstance(written, list):
        return set()
    return {text for one in written for text in _texts(one)}


def add_revision(
    issue: Issue,
    kind: Revision.Kind,
    by: AbstractBaseUser | None,
    *,
    note: str,
    digest: Any = None,
    item: ItemRow | None = None,
) -> Revision:
    """The issue as it is now, or `digest`, as its next revision; `item` is what it is about."""
    last = issue.revisions.aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.create(
        issue=issue,
        number=last + 1,
        kind=kind,
        by_id=by.pk if by is not None else None,
        shape="",
        digest=to_json(digest_of(issue)) if digest is None else digest,
        note=note,
        item=item,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two states of an issue. `kind`: added, removed, changed, moved."""

    kind: str
    what: str
    before: str = ""
    after: str = ""


def differences(old: Digest, new: Digest) -> list[Change]:
    """What is different in `new`, in the words of the active language; empty if nothing is."""
    found = [
        Change("changed", name, before, after)
        for name, before, after in (
            (_("Title"), old.title, new.title),
            (_("Date"), str(old.date or ""), str(new.date or "")),
            (_("Subject"), str(old.extra.get("subject", "")), str(new.extra.get("subject", ""))),
            (
                _("Preheader"),
                str(old.extra.get("preheader", "")),
                str(new.extra.get("preheader", "")),
            ),
            (_("Introduction"), old.intro, new.intro),
            (_("Tail title"), old.tail_title, new.tail_title),
            (_("Tail links"), _links(old.tail_links), _links(new.tail_links)),
        )
        if before != after
    ]
    was, now = _by_identity(old.items), _by_identity(new.items)
    for key, item in was.items():
        if key not in now:
            found.append(Change("removed", item.title))
    for key, item in now.items():
        if key not in was:
            found.append(Change("added", item.title))
            continue
        found += _item_changes(was[key], item)
    kept = [key for key in was if key in now]
    if kept != [key for key in now if key in was]:
        found.append(
            Change(
                "moved",
                _("Order of the items"),
                " · ".join(was[key].title for key in kept),
                " · ".join(now[key].title for key in now if key in was),
            )
        )
    return found


def _item_changes(old: Item, new: Item) -> list[Change]:
    pairs = (
        (_("title"), old.title, new.title),
        (_("category"), old.category, new.category),
        (_("date"), str(old.date or ""), str(new.date or "")),
        (_("insight"), old.insight, new.insight),
        (_("bullets"), bullets_text(old.bullets), bullets_text(new.bullets)),
        (_("body"), old.body, new.body),
        (pgettext("item", "picture"), old.picture, new.picture),
        (pgettext("item", "what the picture shows"), old.picture_alt, new.picture_alt),
        (_("sources"), _links(old.sources), _links(new.sources)),
        (pgettext("item", "score"), _number(old.score), _number(new.score)),
        *(
            (_further_field(name), old.extra.get(name, ""), new.extra.get(name, ""))
            for name in sorted({*old.extra, *new.extra})
        ),
    )
    return [
        Change("changed", f"{new.title} – {name}", before, after)
        for name, before, after in pairs
        if before != after
    ]


def _further_field(name: str) -> str:
    return pgettext("item", "further field %(name)s") % {"name": name}


def _number(score: float | None) -> str:
    return "" if score is None else f"{score:g}"


def _links(links: Iterable[Link]) -> str:
    return "\n".join(f"{link.label} <{link.url}>" if link.url else link.label for link in links)


def _by_identity(items: Iterable[Item]) -> dict[tuple[str, int], Item]:
    """Items by their first source, else their title; the same one twice is counted."""
    found: dict[tuple[str, int], Item] = {}
    seen: dict[str, int] = {}
    for item in items:
        name = next((link.url for link in item.sources if link.url), "") or item.title
        seen[name] = seen.get(name, 0) + 1
        found[name, seen[name]] = item
    return found


def bullets_text(bullets: Iterable[Bullet], depth: int = 0) -> str:
    """Bullets as an editor writes them: `- **Lead:** text`, nested ones indented by two spaces."""
    lines = []
    for bullet in bullets:
        text = bullet.text.replace("\n", " ")
        lead = f"**{bullet.lead}:** " if bullet.lead else ""
        lines.append(f"{'  ' * depth}- {lead}{text}".rstrip())
        if bullet.children:
            lines.append(bullets_text(bullet.children, depth + 1))
    return "\n".join(lines)


def value_of(revision: Revision) -> Digest:
    """A revision's text as a Digest, whichever kind it is.

    A release keeps the frozen view (`editions.IssueView`), the others a Digest.
    """
    if revision.kind == Revision.Kind.RELEASE:
        return _of_view(revision.digest)
    return from_json(revision.digest)


def _of_view(view: Mapping[str, Any]) -> Digest:
    def links(found: Iterable[Mapping[str, Any]]) -> tuple[Link, ...]:
        return tuple(Link(str(one["label"]), str(one["url"])) for one in found)

    def day(text: str | None) -> dt.date | None:
        return dt.date.fromisoformat(text[:10]) if text else None

    return Digest(
        shape="labelled",
        title=str(view["title"]),
        date=day(view["date"]),
        items=tuple(
            Item(
                title=str(item["title"]),
                line=0,
                category=str((item["category"] or {}).get("name", "")),
                sources=links(item["sources"]),
                date=day(item["date"]),
                insight=str(item["insight"]),
                bullets=bullets_of(item["bullets"]),
                body=str(item["body"]),
                picture=str(item.get("picture", "")),
                picture_alt=str(item.get("picture_alt", "")),
                score=item["score"],
                extra={name: str(value) for name, value in item["extra"].items()},
            )
            for item in view["items"]
        ),
        intro=str(view["intro"]),
        tail_title=str(view["tail_title"]),
        tail_links=links(view["tail"]),
        language=str(view["language"]),
        slug=str(view["slug"]),
        extra={name: str(view[name]) for name in ("subject", "preheader") if view.get(name)},
    )
