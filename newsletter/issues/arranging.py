"""Items of a draft as an editor arranges them: added, copied, moved, joined, parted, taken out.

Each function is one step in the caller's transaction, with the draft locked (`steps.step`).
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.digest import markdown
from newsletter.models import Issue, Item, Link
from subscribers.models import Category

from . import item_links, steps

# More items than anybody writes by hand; the reader of documents has the same bound.
MOST_ITEMS = 2_000
_TITLE = 500
# Of a part's text that becomes a title.
_SHORT = 80


class NotPossible(ValueError):
    """Why an item cannot be arranged so; the message is for the editor."""


@functools.cache
def new_titles() -> frozenset[str]:
    """What an item is called until somebody names it, in every language of the desk."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(pgettext("item", "New item"))
    return frozenset(found)


def add(
    issue: Issue,
    after: Item | None = None,
    *,
    title: str = "",
    category: Category | None = None,
    sources: Sequence[tuple[str, str]] = (),
    **values: Any,
) -> Item:
    """A new item behind `after`, or as the last one; filed like the one it follows."""
    if issue.items.count() >= MOST_ITEMS:
        raise NotPossible(_("An issue holds at most %(most)d items.") % {"most": MOST_ITEMS})
    order = list(issue.items.order_by("number").values_list("entry_id", flat=True))
    last = issue.items.order_by("-number").first()
    if category is None and (neighbour := after or last) is not None:
        category = neighbour.category
        if category is not None and category.retired_at is not None:
            category = None
    row = Item.objects.create(
        issue=issue,
        number=(last.number if last else 0) + 1,
        anchor=steps.free_anchor(issue),
        entry_id=f"urn:uuid:{uuid.uuid4()}",
        category=category,
        title=(title or pgettext("item", "New item"))[:_TITLE],
        **values,
    )
    item_links.write_sources(row, sources)
    item_links.write_body_links(row)
    if after is not None:
        order.insert(order.index(after.entry_id) + 1, row.entry_id)
        steps.set_order(issue, order)
    row.refresh_from_db()
    return row


def _sources(item: Item) -> list[tuple[str, str]]:
    links = item.links.filter(kind=Link.Kind.SOURCE).order_by("number")
    return list(links.values_list("label", "url"))


def duplicate(item: Item) -> Item:
    """The same item once more, right behind it."""
    return add(
        item.issue,
        item,
        title=item.title,
        category=item.category,
        sources=_sources(item),
        date=item.date,
        insight=item.insight,
        bullets=item.bullets,
        body=item.body,
        score=item.score,
        extra=item.extra,
        hidden=item.hidden,
        picture=item.picture,
        picture_alt=item.picture_alt,
    )


def move_to(item: Item, place: int) -> bool:
    """Make it the item at `place`, from 1; beyond the ends it is the first or the last."""
    order = list(item.issue.items.order_by("number").values_list("entry_id", flat=True))
    before = list(order)
    order.remove(item.entry_id)
    order.insert(max(0, min(place - 1, len(order))), item.entry_id)
    steps.set_order(item.issue, order)
    return order != before


def take_out(item: Item) -> None:
    """Delete it; raises NotPossible where another issue holds a copy."""
    if item.copies.exists():
        raise NotPossible(_("A round-up holds a copy of this item. Hide it instead."))
    issue = item.issue
    item.delete()
    steps.set_order(issue, list(issue.items.order_by("number").values_list("entry_id", flat=True)))


def merge_up(item: Item) -> Item:
    """Join it to the item above, which keeps its title; nothing of the text is lost."""
    above = item.issue.items.filter(number__lt=item.number).order_by("-number").first()
    if above is None:
        raise NotPossible(_("There is no item above it."))
    sources = _sources(above)
    known = {url or label for label, url in sources}
    joined = sources + [one for one in _sources(item) if (one[1] or one[0]) not in known]
    values: dict[str, Any] = {"sources": [list(one) for one in joined]}
    if above.bullets or item.bullets:
        head = {"lead": item.title, "text": item.insight.replace("\n", " ")}
        values["bullets"] = [*above.bullets, {**head, "children": item.bullets}]
        parts = [above.body, item.body]
    else:
        parts = [above.body, f"**{item.title}**", item.insight, item.body]
    values["body"] = "\n\n".join(part for part in parts if part.strip())
    if item.picture and not above.picture:
        values |= {"picture": item.picture, "picture_alt": item.picture_alt}
    take_out(item)
    above.refresh_from_db()
    steps.write(above, values)
    return above


def parts(item: Item) -> list[str]:
    """What an item's text is made of, bullets first, then paragraphs; each can begin a new item."""
    return [
        *(_plain(f"{one.get('lead', '')} {one.get('text', '')}") for one in item.bullets),
        *(_plain(one) for one in markdown.blocks(item.body)),
    ]


def _plain(text: str) -> str:
    text = " ".join(markdown.plain_text(text, links=False).split())
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def split(item: Item, place: int) -> Item:
    """Make what begins at the part `place` (from 2, as `parts` counts) an item behind it."""
    found = parts(item)
    if not 2 <= place <= len(found):
        raise NotPossible(_("Choose the part that begins the new item."))
    at = place - 1
    bullets, paragraphs = item.bullets, markdown.blocks(item.body)
    first = at - len(bullets)
    moved = {
        "bullets": bullets[at:],
        "body": "\n\n".join(paragraphs[max(0, first) :]),
    }
    title = found[at]
    # A lead phrase is the natural title; the text behind it stays in the bullet.
    if at < len(bullets) and bullets[at].get("lead"):
        title = str(bullets[at]["lead"])
        moved["bullets"] = [{**bullets[at], "lead": ""}, *bullets[at + 1 :]]
    new = add(item.issue, item, title=title, category=item.category, date=item.date, **moved)
    steps.write(
        item,
        {"bullets": bullets[:at], "body": "\n\n".join(paragraphs[: max(0, first)])},
    )
    return new
