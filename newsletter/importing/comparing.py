"""In what two versions of an issue differ: sentences for who decides."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .versions import ITEM_FIELDS, ItemVersion, Version, value_of

# What the fields of an item are called to people.
NAMES: Mapping[str, str | Promise] = {
    "title": gettext_lazy("title"),
    "category": gettext_lazy("category"),
    "sources": gettext_lazy("sources"),
    "date": gettext_lazy("date"),
    "insight": gettext_lazy("insight"),
    "bullets": gettext_lazy("bullets"),
    "body": gettext_lazy("text"),
    "score": gettext_lazy("score"),
    "extra": gettext_lazy("other fields"),
    "hidden": gettext_lazy("hidden"),
    "picture": pgettext_lazy("item", "picture"),
    "picture_alt": pgettext_lazy("item", "what the picture shows"),
}


def changes(now: Version, then: Version) -> list[str]:
    """Everything in which `then` differs; an item is the same that has the same key."""
    found = list(_of_issue(now, then))
    kept = {item.key: item for item in then.items if item.key}
    before = {item.key: item for item in now.items}
    found += [
        _("item left out: “%(title)s”") % {"title": item.title}
        for item in now.items
        if item.key not in kept
    ]
    for item in then.items:
        old = before.get(item.key)
        if old is None:
            found.append(_("new item: “%(title)s”") % {"title": item.title})
        elif parts := differs(old, item):
            names = ", ".join(str(NAMES[name]) for name in parts)
            found.append(
                _("“%(title)s”: %(parts)s changed") % {"title": item.title, "parts": names}
            )
    order = [item.key for item in now.items if item.key in kept]
    if order != [item.key for item in then.items if item.key in before]:
        found.append(_("the items stand in another order"))
    if value_of(now.issue, "tail") != value_of(then.issue, "tail"):
        found.append(_("the further links changed"))
    return found


def _of_issue(now: Version, then: Version) -> list[str]:
    found = []
    old, new = value_of(now.issue, "title"), value_of(then.issue, "title")
    if old != new:
        found.append(_("title: “%(old)s” is now “%(new)s”") % {"old": old, "new": new})
    if value_of(now.issue, "introduction") != value_of(then.issue, "introduction"):
        found.append(_("the introduction changed"))
    if value_of(now.issue, "subject") != value_of(then.issue, "subject"):
        found.append(_("the subject changed"))
    if value_of(now.issue, "preheader") != value_of(then.issue, "preheader"):
        found.append(_("the preheader changed"))
    return found


def differs(old: ItemVersion, new: ItemVersion) -> list[str]:
    """The fields in which two versions of an item differ."""
    return [
        name for name in ITEM_FIELDS if value_of(old.values, name) != value_of(new.values, name)
    ]
