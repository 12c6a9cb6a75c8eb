"""What a second person's yes was for: exactly what readers would get, part by part.

An approval keeps a digest of each part of an issue and of what its publication adds to it. Before
a release, and again before anybody is mailed, the parts are compared with what is there then; any
difference asks again and is said by name. Readers who come and go are no difference: the rule by
which they are chosen is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.editions import IssueView, ItemView, family, load
from newsletter.models import Approval, Issue
from newsletter.rendering import words
from subscribers.models import Publication
from subscribers.roles import Act, may

from . import stories

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

# Fields of a publication by the part of the yes that they belong to. Every other field changes
# nothing of what the readers of an issue get, or when (tests/issues/test_approvals.py lists them).
SEEN: Mapping[str, tuple[str, ...]] = {
    "sender": ("name", "slug", "translations", "from_name", "from_address", "reply_to",
               "postal_identity"),
    "look": ("theme", "readers_only"),  # For readers alone, links lead elsewhere.
    # A way to subscribe, and one to the page of both texts, whatever they say.
    "foot": ("open", "imprint", "privacy"),
    "audience": ("language", "roundup", "sister_of", "leave_out_told"),
    "window": ("time_zone", "send_from", "send_until"),
}  # fmt: skip

# Where it was to go, in what is kept of a yes. An earlier version did not keep it.
_GOES_TO = "goes_to"


def give(issue: Issue, by: AbstractBaseUser, goes_to: str) -> None:
    """Keep that `by`, who has the right to approve, said yes to the issue as it is now, and that
    it goes to these channels.

    Call it in a transaction that holds the issue's row.
    """
    state = state_of(issue) | {_GOES_TO: str(goes_to)}
    Approval.objects.update_or_create(
        issue=issue, defaults={"by_id": by.pk, "at": timezone.now(), "state": state}
    )


def given(issue: Issue) -> Approval | None:
    """What somebody said yes to, whether or not it still holds."""
    return Approval.objects.select_related("by").filter(issue=issue).first()


def lacking(issue: Issue, goes_to: str = "") -> list[str]:
    """Why the issue counts as not approved, as sentences; empty where it does, or need not be.

    With `goes_to` also why it may not go to these channels: a mail without a page has no link to
    one, and what is on the site is read by others than those who get mail.
    """
    if not issue.publication.needs_approval:
        return []
    word = given(issue)
    if issue.approved_by_id is None or word is None:
        return [_("A second person must approve the issue first.")]
    who = word.by.get_username()
    if (meant := word.state.get(_GOES_TO, goes_to)) != goes_to and goes_to:
        ways = dict(Issue.Channels.choices)
        text = pgettext("approval", "%(who)s approved it for %(before)s, not for %(now)s.")
        return [text % {"who": who, "before": ways[meant], "now": ways[goes_to]}]
    if changed := differences(word.state, state_of(issue)):
        return [
            _("It was changed since %(who)s approved it: %(what)s") % {"who": who, "what": one}
            for one in changed
        ]
    if not may(word.by, Act.APPROVE, issue.publication):
        return [_("%(who)s, who approved it, may not approve any more.") % {"who": who}]
    return []


def goes_elsewhere(issue: Issue, goes_to: str) -> bool:
    """Whether somebody said yes to other channels than these."""
    word = given(issue)
    return word is not None and word.state.get(_GOES_TO, goes_to) != goes_to


def state_of(issue: Issue) -> dict[str, Any]:
    """What readers would get, as JSON: a digest of each part, and the words that name it.

    Two states are equal where the same mail would go to readers chosen by the same rule.
    """
    # Read anew: what somebody holds in memory may be older than what would be sent.
    issue = Issue.objects.select_related("publication").get(pk=issue.pk)
    view = stories.marked(load(issue), issue)
    merged = _merged(issue.publication)
    return {
        "parts": {
            "title": _digest(view.title),
            "subject": _digest((view.subject, view.preheader)),
            "date": _digest(view.date),
            "address": _digest(view.slug),
            # Out of the archive a mail leads to no page of its own.
            "listed": _digest(issue.listed),
            "introduction": _digest(view.intro),
            "tail": _digest([view.tail_title, *((one.label, one.url) for one in view.tail)]),
            "correction": _digest(view.corrected_at),
            "order": _digest([item.id for item in view.items]),
            **_of_publication(issue.publication),
            "audience": _digest(_rule(issue, view)),
        },
        "items": {
            str(item.id): [_text_of(item), _filing_of(item), words.headline(item.title)]
            for item in view.items
        },
        "categories": {
            str(one.id): [
                _digest((one.slug, one.bit, one.visibility)),
                _digest(one.name),
                one.name,
                _digest(one.colour),
                _digest(merged.get(one.id, [])),
            ]
            for one in view.categories()
        },
    }


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What of a state is different now, in the words of the active language."""
    said = {
        "title": _("Title"),
        "subject": pgettext("approval", "Subject or preheader"),
        "date": _("Date"),
        "address": pgettext("approval", "Address of the issue"),
        "listed": _("in archive and feeds"),
        "introduction": _("Introduction"),
        "tail": _("Tail links"),
        "correction": pgettext("approval", "Text that was corrected"),
        "sender": pgettext("approval", "Sender, name or postal identity of the publication"),
        "look": _("Look"),
        "foot": pgettext("approval", "Links at the foot of the mail"),
        "audience": pgettext("approval", "Who it goes to"),
        "window": pgettext("approval", "Hours in which it may be sent"),
    }
    # What an earlier version did not look at is no difference.
    parts = {name: now["parts"].get(name) for name in said} | before["parts"]
    found = [said[name] for name in said if parts[name] != now["parts"].get(name)]
    found += _of_items(before["items"], now["items"])
    same_items = set(before["items"]) == set(now["items"])
    if same_items and before["parts"]["order"] != now["parts"]["order"]:
        found.append(_("Order of the items"))
    return found + _of_categories(before["categories"], now["categories"])


def of_publication_alone(state: Mapping[str, Any]) -> dict[str, Any]:
    """Of a state what no issue says itself: sender, look, foot, hours and categories."""
    parts = {name: state["parts"].get(name) for name in ("sender", "look", "foot", "window")}
    return {"parts": {**parts, "order": ""}, "items": {}, "categories": state["categories"]}


def _of_items(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> list[str]:
    found = []
    for key, (text, filed, title) in now.items():
        if key not in before:
            found.append(pgettext("approval", "new: “%(title)s”") % {"title": title})
            continue
        if before[key][0] != text:
            found.append(pgettext("approval", "words of “%(title)s”") % {"title": title})
        if before[key][1] != filed:
            found.append(pgettext("approval", "category of “%(title)s”") % {"title": title})
    for key, (_text, _filed, title) in before.items():
        if key not in now:
            found.append(pgettext("approval", "left out: “%(title)s”") % {"title": title})
    return found


def _of_categories(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> list[str]:
    found = []
    for key, row in now.items():
        if key not in before:
            continue
        # What an earlier version did not look at is no difference.
        old = [*before[key], *row[len(before[key]) :]]
        chosen, name, _shown, colour, merged = (a != b for a, b in zip(old, row, strict=True))
        if name:
            found.append(
                pgettext("approval", "category “%(before)s” is now “%(after)s”")
                % {"before": old[2], "after": row[2]}
            )
        elif chosen:
            found.append(
                pgettext("approval", "who can choose the category “%(name)s”") % {"name": row[2]}
            )
        if colour:
            found.append(
                pgettext("approval", "colour of the category “%(name)s”") % {"name": row[2]}
            )
        if merged:
            found.append(
                pgettext(
                    "approval", "another category was merged into “%(name)s”: its readers come in"
                )
                % {"name": row[2]}
            )
    return found


def _of_publication(publication: Publication) -> dict[str, str]:
    found = {
        part: _digest([str(getattr(publication, name)) for name in SEEN[part]])
        for part in ("sender", "look", "window")
    }
    return found | {"foot": _digest((publication.open, publication.has_legal_texts))}


def _rule(issue: Issue, view: IssueView) -> list[str]:
    """By what its readers are chosen: the publication's rule, the kind, the language, which
    translations are there for others, and what is left out for whoever had it."""
    publication = issue.publication
    told = publication.memory_of.order_by("pk") if publication.leave_out_told else ()
    return [
        *(str(getattr(publication, name)) for name in SEEN["audience"]),
        *(f"memory {one.pk}" for one in told),
        issue.kind,
        issue.language,
        view.corrects,
        *(f"{one.pk} {one.language} {one.publication_id}" for one in family.rows(issue)),
        *(f"{item.id} {item.told_in}" for item in view.items if item.told_in),
    ]


def _merged(publication: Publication) -> dict[int, list[int]]:
    """Category -> those merged into it. Their readers did not come by themselves."""
    rows = publication.categories.filter(merged_into__isnull=False).order_by("pk")
    found: dict[int, list[int]] = {}
    for source, target in rows.values_list("pk", "merged_into_id"):
        found.setdefault(target, []).append(source)
    return found


def _text_of(item: ItemView) -> str:
    """Of what stands in an item, wherever it stands: its place is part of the order."""
    sources = tuple(replace(one, id=0) for one in item.sources)
    return _digest(
        asdict(replace(item, number=0, category=None, sources=sources, place=0, told_in=()))
    )


def _filing_of(item: ItemView) -> str:
    return str(item.category.id) if item.category is not None else ""


def _digest(value: object) -> str:
    written = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.blake2b(written.encode(), digest_size=12).hexdigest()
