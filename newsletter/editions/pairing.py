"""Linked translations: which issues say the same in another language, and who may be made one.

One of a pair is the *original*, the others name it (`Issue.original`). They are of one date, in
different languages, in one publication or in sisters (`Publication.sister_of`). Made here and
nowhere else, by whoever asks: a document, a command, a person, or the date in a sister.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.models import Issue, Item
from subscribers.models import AuditEntry, Publication

from . import family

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

State = Issue.State
# On its way: who gets what of it is settled, or is being settled.
_MOVING = (State.SCHEDULED, State.SENDING, State.PAUSED)


class NotPaired(Exception):
    """The two are no pair, or cannot be parted; a sentence that says why and what to do."""


def sisters(publication: Publication) -> list[int]:
    """The keys of a publication and of those that say the same in other languages."""
    root = publication.sister_of_id or publication.pk
    rows = Publication.objects.filter(Q(pk=root) | Q(sister_of=root))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def pair(
    translation: Issue, original: Issue, *, by: AbstractBaseUser | str, detail: str = ""
) -> None:
    """Make one issue the translation of another, on record. Raises NotPaired; then nothing is
    stored. Again with the same original it changes nothing."""
    with transaction.atomic():
        # In one order, whoever asks for which of the two: two who pair at once wait for each other.
        rows = Issue.objects.select_for_update(of=("self",)).select_related("publication")
        both = rows.filter(pk__in=[translation.pk, original.pk]).order_by("pk")
        held = {row.pk: row for row in both}
        mine, its = held[translation.pk], held[original.pk]
        if mine.original_id == its.pk and mine.pk != its.pk:
            return
        if reason := refusal(mine, its):
            raise NotPaired(reason)
        Item.objects.filter(issue=mine).update(translates=None)
        # An approval was for an issue that went to other readers.
        Issue.objects.filter(pk__in=held, state=State.DRAFT).update(approved_by=None)
        Issue.objects.filter(pk=mine.pk).update(original=its)
        _record(mine, by, "paired", original=str(its), how=detail)
        Publication.objects.filter(pk__in=[mine.publication_id, its.publication_id]).update(
            changed_at=timezone.now()
        )
    translation.original = original
    translation.approved_by_id = None


def part(translation: Issue, *, by: AbstractBaseUser | str) -> None:
    """Make a translation an issue of its own again, on record. Raises NotPaired."""
    with transaction.atomic():
        held = Issue.objects.select_for_update(of=("self",)).get(pk=translation.pk)
        if held.original_id is None:
            raise NotPaired(_("It is no translation of another issue."))
        rows = list(family.rows(held))
        if any(row.state in _MOVING for row in rows):
            raise NotPaired(_("It is on its way with the others. Take the release back first."))
        if held.frozen_at is not None and sum(row.frozen_at is not None for row in rows) > 1:
            # Whoever had one of the two would be mailed the other.
            raise NotPaired(_("It was mailed: whoever had the one must not get the other."))
        Item.objects.filter(issue=held).update(translates=None)
        Issue.objects.filter(pk__in=[row.pk for row in rows], state=State.DRAFT).update(
            approved_by=None
        )
        Issue.objects.filter(pk=held.pk).update(original=None)
        _record(held, by, "parted", original=held.original_id)
        Publication.objects.filter(pk__in=[row.publication_id for row in rows]).update(
            changed_at=timezone.now()
        )
    translation.original = None


def refusal(translation: Issue, original: Issue) -> str:
    """Why the two cannot be a pair: a sentence, or "" where they can. A few queries."""
    if translation.pk == original.pk:
        return _("An issue cannot be a translation of itself.")
    for one in (translation, original):
        if one.kind != Issue.Kind.REGULAR:
            return _("“%(title)s” is no issue of its own: only such have translations.") % {
                "title": one.title
            }
    if original.original_id is not None:
        return _(
            "“%(title)s” is a translation itself. Name the issue that it is a translation of."
        ) % {"title": original.title}
    if translation.original_id is not None:
        return _("“%(title)s” is the translation of another issue already.") % {
            "title": translation.title
        }
    if translation.issue_translations.exists():
        return _("“%(title)s” has translations itself, so it cannot be one.") % {
            "title": translation.title
        }
    if translation.publication_id not in sisters(original.publication):
        return _(
            "“%(a)s” and “%(b)s” are not declared to be translations of each other. Do so in the"
            " settings of one of them."
        ) % {"a": translation.publication.name, "b": original.publication.name}
    return unlike(translation, original) or _moved(translation, original)


def unlike(translation: Issue, original: Issue) -> str:
    """What two issues do not have in common that a pair must have, or have; "" if nothing."""
    if translation.date != original.date:
        return _("They are of two dates: %(a)s and %(b)s. A translation is of the same date.") % {
            "a": translation.date,
            "b": original.date,
        }
    others = original.issue_translations.exclude(pk=translation.pk)
    taken = {original.language, *others.values_list("language", flat=True)}
    if translation.language in taken:
        return _("There is one in this language (%(language)s) already.") % {
            "language": translation.language
        }
    return ""


def broken(issue: Issue) -> str:
    """Why an issue is no pair with its others any more, as its row stands now; "" if it is."""
    if issue.original is not None:
        return unlike(issue, issue.original)
    for translation in issue.issue_translations.all():
        if reason := unlike(translation, issue):
            return reason
    return ""


def other_day(issue: Issue, day: dt.date, moved: Collection[int] = ()) -> str:
    """Why a draft cannot be of that day: its others are of another one; "" if it can.

    `moved` are the issues (keys) that get the new day with it.
    """
    for other in family.rows(issue).exclude(pk=issue.pk):
        if other.date != day and other.pk not in moved:
            return _(
                "It is paired with “%(title)s” of %(date)s, and a pair has one date. Part the two,"
                " give both the new one, and pair them again."
            ) % {"title": other.title, "date": other.date}
    return ""


def _moved(translation: Issue, original: Issue) -> str:
    for one in (translation, original):
        if one.state in _MOVING:
            return _(
                "“%(title)s” is on its way: take its release back, or wait until it is over."
            ) % {"title": one.title}
    if translation.frozen_at is not None and original.frozen_at is not None:
        return _("Both were mailed already, to readers who may have had both.")
    return ""


def candidates(issue: Issue) -> list[Issue]:
    """Issues that could be its original or its translation by the date, in its sisters; nearest
    first: those of its own publication, then by key."""
    rows = Issue.objects.filter(
        publication__in=sisters(issue.publication), date=issue.date, kind=Issue.Kind.REGULAR
    ).exclude(pk=issue.pk)
    found = rows.exclude(language=issue.language).select_related("publication").order_by("pk")[:20]
    return sorted(found, key=lambda one: (one.publication_id != issue.publication_id, one.pk))


def by_date(issue: Issue) -> list[tuple[Issue, Issue]]:
    """(translation, original) for each sister that has an issue of the same date, and one only.

    Nothing where a person must say which of several it is.
    """
    publication = issue.publication
    if issue.original_id is not None:
        return []
    if publication.sister_of_id is not None:
        its = _only_of_day(issue, publication.sister_of_id)
        return [(issue, its)] if its is not None and not refusal(issue, its) else []
    found = []
    for sister in sisters(publication):
        its = _only_of_day(issue, sister) if sister != publication.pk else None
        if its is not None and not refusal(its, issue):
            found.append((its, issue))
    return found


def _only_of_day(issue: Issue, publication: int) -> Issue | None:
    rows = Issue.objects.filter(
        publication=publication, date=issue.date, kind=Issue.Kind.REGULAR
    ).select_related("publication")
    # Translations within that publication belong to its original.
    found = [one for one in rows[:10] if one.original_id is None]
    return found[0] if len(found) == 1 else None


def _record(issue: Issue, by: AbstractBaseUser | str, action: str, **detail: object) -> None:
    AuditEntry.objects.create(
        actor=(by if isinstance(by, str) else by.get_username())[:150],
        publication_id=issue.publication_id,
        action=action,
        target=f"issue:{issue.pk}",
        detail=detail,
    )
