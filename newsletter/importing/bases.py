"""What a draft says now, and what the last import said of it: the two other sides of a merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.digest import from_json as digest_from_json
from newsletter.models import ImportBase, Issue, Item, Link, Revision

from .matching import pair
from .merging import Merged
from .versions import ItemVersion, Version, from_json, of_digest, to_json


def rows_of(issue: Issue) -> list[Item]:
    """The issue's items in order, with what `version_of` reads of them."""
    rows = issue.items.select_related("category").prefetch_related("links")
    return list(rows.order_by("number"))


def version_of(issue: Issue, rows: Sequence[Item]) -> Version:
    """The issue as its rows say it."""
    tail = issue.links.filter(kind=Link.Kind.TAIL).order_by("number").values_list("label", "url")
    own = {
        "title": issue.title,
        "introduction": issue.intro,
        "tail": [issue.extra.get("tail_title", ""), [list(link) for link in tail]],
        "subject": issue.subject,
        "preheader": issue.preheader,
        "front": issue.extra.get("front", {}),
    }
    return Version(own, tuple(_item(row) for row in rows))


def _item(row: Item) -> ItemVersion:
    sources = [
        [link.label, link.url]
        for link in sorted(row.links.all(), key=lambda link: link.number)
        if link.kind == Link.Kind.SOURCE
    ]
    values = {
        "title": row.title,
        "category": row.category_id,
        "sources": sources,
        "date": row.date.isoformat() if row.date else None,
        "insight": row.insight,
        "bullets": row.bullets,
        "body": row.body,
        "score": row.score,
        "extra": row.extra,
        "hidden": row.hidden,
        "picture": row.picture,
        "picture_alt": row.picture_alt,
    }
    return ItemVersion(values, row.entry_id, row.anchor, row.line or 0)


def base_of(issue: Issue, now: Version) -> Version | None:
    """What the last import said; None for an issue that no document was ever imported into."""
    kept = ImportBase.objects.filter(issue=issue).first()
    if kept is not None:
        return from_json(kept.said)
    last = issue.revisions.filter(kind=Revision.Kind.IMPORT).order_by("-number").first()
    if last is None or not last.digest.get("items"):
        return None
    return _of_revision(last, now)


def _of_revision(last: Revision, now: Version) -> Version:
    """From the document alone, for what was imported before bases were kept.

    Its rows are found as a merge finds them, and of an item's category nobody knows any more
    what the import made of it.
    """
    digest = digest_from_json(last.digest)
    said = of_digest(digest, [None] * len(digest.items))
    found = pair(now.items, said.items)
    items = []
    for place, item in enumerate(said.items):
        values = {name: value for name, value in item.values.items() if name != "category"}
        row = now.items[found[place]] if place in found else ItemVersion({})
        items.append(replace(item, values=values, key=row.key, name=row.name))
    return Version(said.issue, tuple(items))


def keep_base(issue: Issue, merged: Merged, rows: Sequence[Item]) -> None:
    """Keep what this import said; `rows` are those of `merged.items` in turn."""
    items = []
    for place, said in merged.said:
        if place is not None:
            said = replace(said, key=rows[place].entry_id, name=rows[place].anchor)
        items.append(said)
    version = Version(merged.said_of_issue, tuple(items))
    ImportBase.objects.update_or_create(issue=issue, defaults={"said": to_json(version)})
