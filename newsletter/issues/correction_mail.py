"""The mail that tells readers of a correction: an issue of its own, old and new side by side.

It holds one item, a copy of what was corrected, and is released like any issue: with its own plan,
time to undo, canary and ledger. Who gets it is read from what was delivered
(`editions.corrected`).
"""

from __future__ import annotations

import difflib
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.digest.value import Bullet, Digest, Link
from newsletter.digest.value import Item as ItemText
from newsletter.editions.published import zone_of
from newsletter.models import Issue, Item, Revision
from newsletter.rendering import words

from . import item_links
from .corrections import Head, NotCorrected, part
from .revisions import value_of

_LONGEST_TITLE = 300
# What makes a line a heading, a quote or a list: nothing of it may stand in a cell.
_BLOCK = re.compile(r"^\s*(?:#{1,6}|>|[-*+]|\d{1,9}[.)])\s+")


def make(revision: Revision) -> Issue:
    """The draft of the mail for a correction; call it in a transaction that holds the issue.

    NotCorrected where there can be none, with the reason.
    """
    issue, item = revision.issue, revision.item
    if revision.mail_id is not None:
        raise NotCorrected(_("There is a mail about this correction already."))
    if reason := impossible(issue):
        raise NotCorrected(reason)
    new = value_of(revision)
    old = value_of(_before(revision))
    with translation.override(words.language_code(issue.language)):
        title = _("Correction: %(title)s") % {"title": part(issue, new, item).title}
        mistake = _("There was a mistake in our issue of %(date)s.") % {
            "date": words.date(issue.date)
        }
        table = side_by_side(part(issue, old, item), part(issue, new, item))
        if not table:
            raise NotCorrected(_("Nothing was changed that a mail could show."))
        mail = Issue.objects.create(
            publication=issue.publication,
            kind=Issue.Kind.CORRECTION,
            corrects=issue,
            slug=_free_slug(issue),
            date=timezone.localdate(timezone=zone_of(issue.publication)),
            language=issue.language,
            title=title[:_LONGEST_TITLE],
            subject=title[:_LONGEST_TITLE],
            preheader=words.plain(revision.note)[:_LONGEST_TITLE],
            intro=f"{mistake} {revision.note}",
            entry_id=f"urn:uuid:{uuid.uuid4()}",
            # The site has the corrected text with the note, and that is where its links lead.
            listed=False,
        )
        copy = Item.objects.create(
            issue=mail,
            number=1,
            anchor="item-1" if item is None else item.anchor,
            entry_id=f"urn:uuid:{uuid.uuid4()}",
            title=issue.title if item is None else item.title,
            category=None if item is None else item.category,
            copied_from=item,
            body=table,
        )
    if item is not None:
        item_links.write_sources(copy, _sources(new, issue, item))
    item_links.write_body_links(copy)
    Revision.objects.filter(pk=revision.pk).update(mail=mail)
    return mail


def impossible(issue: Issue) -> str:
    """Why there can be no mail about corrections of this issue; empty if there can be one."""
    if issue.kind == Issue.Kind.CORRECTION:
        return _("This is a correction mail itself: correct the issue it is about.")
    if issue.frozen_at is None:
        return _("The issue was never mailed: there is nobody to tell.")
    if issue.folded_at is not None:
        return _(
            "Who had what of this issue was folded away after two months; only its sums are kept,"
            " so nobody can be told by mail. The site and the feeds can still be corrected."
        )
    return ""


def _before(revision: Revision) -> Revision:
    """The text as it was: of the newest revision before it that readers could have."""
    earlier = revision.issue.revisions.filter(number__lt=revision.number)
    return earlier.exclude(kind=Revision.Kind.PROPOSAL).latest("number")


def _free_slug(issue: Issue) -> str:
    start = f"{issue.slug[:25]}-correction"
    taken = set(
        issue.publication.issues.filter(slug__startswith=start).values_list("slug", flat=True)
    )
    return next(s for s in (start, *(f"{start}-{n}" for n in range(2, 10_000))) if s not in taken)


def _sources(digest: Digest, issue: Issue, item: Item) -> list[tuple[str, str]]:
    text = part(issue, digest, item)
    return [(link.label, link.url) for link in text.sources] if isinstance(text, ItemText) else []


# ---- old and new


def side_by_side(old: ItemText | Head, new: ItemText | Head) -> str:
    """A Markdown table of what is different, line beside line, in the active language.

    What is the same on both sides is left out: the mail is to be short. Empty if all of it is.
    """
    rows = [
        f"| {_cell(before)} | {_cell(after)} |"
        for name in _PARTS
        for before, after in _pairs(_lines(old, name), _lines(new, name))
    ]
    if not rows:
        return ""
    heads = (pgettext("correction", "It said"), pgettext("correction", "It should say"))
    return "\n".join((f"| {heads[0]} | {heads[1]} |", "| --- | --- |", *rows))


# In the order in which an item and an issue are read. The category is none of them: a mail keeps
# the one it was released under.
_PARTS = (
    "title", "subject", "preheader", "date", "sources", "intro", "insight", "bullets",
    "body", "tail_title", "tail_links",
)  # fmt: skip


def _lines(text: ItemText | Head, name: str) -> list[str]:
    """A part of a text as the lines that are compared."""
    value: Any = getattr(text, name, "")
    if name == "bullets":
        return list(_bullet_lines(value))
    if name in ("sources", "tail_links"):
        return [_link(link) for link in value]
    return [line for line in str(value or "").splitlines() if line.strip()]


def _bullet_lines(bullets: Sequence[Bullet]) -> Iterator[str]:
    for bullet in bullets:
        lead = f"**{bullet.lead}:** " if bullet.lead else ""
        yield f"{lead}{bullet.text}"
        yield from _bullet_lines(bullet.children)


def _link(link: Link) -> str:
    return f"[{link.label or link.url}]({link.url})" if link.url else link.label


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Lines that differ, each beside the one that took its place; "" where there is none."""
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for place in range(max(b - a, d - c)):
            yield (
                old[a + place] if a + place < b else "",
                new[c + place] if c + place < d else "",
            )


def _cell(text: str) -> str:
    """A line as a cell: of one run, where a bar would begin the next one (GFM 4.10)."""
    return " ".join(_BLOCK.sub("", text).split()).replace("|", "\\|") or "–"
