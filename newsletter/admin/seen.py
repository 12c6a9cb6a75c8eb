"""What a person saw when they pressed the button: carried by the form, compared with what is now.

A send page may stay open for an hour while a colleague edits. The form holds a signed summary;
if the issue differs, or other readers would get it, nothing is done and the difference is shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from django.core import signing
from django.utils.translation import gettext as _

from ..digest import markdown
from ..editions import IssueView, ItemView
from ..sending import Plan

_SALT = "newsletter.admin.seen"
# Readers come and go all day. A change up to this share of the mails is not another audience.
_TOLERATED = 0.01
_TITLE = 80


def _hash(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=9).hexdigest()


# Of the items in each process that were hashed last: a page of 300 of which one was edited hashes
# one. An entry counts for its own object alone, which never changes. What is longer is not held.
_KEPT, _LONGEST = 2000, 12_000
_hashes: dict[int, tuple[ItemView, str]] = {}


def _hash_of(item: ItemView) -> str:
    known = _hashes.get(id(item))
    if known is not None and known[0] is item:
        return known[1]
    made = _hash(item)
    if len(item.title) + len(item.insight) + len(item.body) <= _LONGEST:
        if len(_hashes) >= _KEPT:
            _hashes.clear()
        _hashes[id(item)] = (item, made)
    return made


class Stale(Exception):
    """An edit was stored between the look and the act."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A summary of an issue and of what sending it would do."""

    whole: str
    head: str
    items: tuple[tuple[int, str, str], ...]
    mails: int
    editions: tuple[int, ...]

    @classmethod
    def of(cls, view: IssueView, plan: Plan | None = None) -> Seen:
        """The summary of what is there now; without a plan, of the text alone."""
        items = [_hash_of(item) for item in view.items]
        return cls(
            whole=_hash((replace(view, items=()), items)),
            head=_hash(
                (view.title, view.date, view.subject, view.preheader, view.intro, view.tail)
            ),
            items=tuple(
                (item.id, made, markdown.plain_text(item.title, links=False)[:_TITLE])
                for item, made in zip(view.items, items, strict=True)
            ),
            mails=plan.mails if plan is not None else -1,
            editions=tuple(e.selection for e in plan.editions) if plan is not None else (),
        )

    def token(self) -> str:
        """The summary, signed, for a hidden field."""
        return signing.dumps(
            [self.whole, self.head, self.items, self.mails, self.editions],
            salt=_SALT,
            compress=True,
        )

    @classmethod
    def read(cls, token: str) -> Seen | None:
        """What a form brought back, or None if it is not ours."""
        try:
            whole, head, items, mails, editions = signing.loads(token, salt=_SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return cls(
            whole,
            head,
            tuple((int(one[0]), str(one[1]), str(one[2])) for one in items),
            int(mails),
            tuple(editions),
        )

    def differences(self, now: Seen) -> list[str]:
        """What is different now, as sentences; empty if the same would be sent."""
        found = []
        if self.whole != now.whole:
            found += self._text_differences(now)
            if not found:
                found.append(_("The issue was changed."))
        if self.mails >= 0 and now.mails >= 0:
            found += self._audience_differences(now)
        return found

    def _text_differences(self, now: Seen) -> list[str]:
        found = []
        if self.head != now.head:
            found.append(_("Title, subject, introduction or tail links were changed."))
        was = {pk: (digest, title) for pk, digest, title in self.items}
        new = {pk: (digest, title) for pk, digest, title in now.items}
        for pk, (_digest, title) in was.items():
            if pk not in new:
                found.append(_("No longer in the issue: “%(title)s”.") % {"title": title})
        for pk, (digest, title) in new.items():
            if pk not in was:
                found.append(_("New in the issue: “%(title)s”.") % {"title": title})
            elif was[pk][0] != digest:
                found.append(_("Changed: “%(title)s”.") % {"title": title})
        kept = [pk for pk in was if pk in new]
        if kept != [pk for pk in new if pk in was]:
            found.append(_("The order of the items was changed."))
        return found

    def _audience_differences(self, now: Seen) -> list[str]:
        numbers = {"before": f"{self.mails:,}", "after": f"{now.mails:,}"}
        if abs(now.mails - self.mails) > self.mails * _TOLERATED:
            return [_("Readers who would get it: %(before)s before, %(after)s now.") % numbers]
        return []
