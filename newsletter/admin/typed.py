"""What stands typed and unsaved in the forms of a draft, said before it goes out without it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from subscribers.admin import form_drafts
from subscribers.models import FormDraft

from ..models import Issue
from .item_form import AboutForm, ItemForm


@dataclass(frozen=True, slots=True)
class Typed:
    """Whose text it is, where it stands, since when; `item` is a key, None for the title page."""

    who: int
    name: str
    where: str
    at: dt.datetime
    item: int | None


def differs(draft: FormDraft, issue: Issue, item: int | None) -> bool:
    """Whether what was typed is not what is stored by now.

    A text that was on its way to be kept while it was saved is kept after it; nobody misses it.
    """
    data = form_drafts.values(draft)
    form: AboutForm | ItemForm
    if item is None:
        form = AboutForm(
            data, instance=Issue.objects.select_related("publication").get(pk=issue.pk)
        )
    else:
        row = issue.items.select_related("issue", "category").get(pk=item)
        form = ItemForm(data, instance=row)
    return bool(form.errors) or form.has_changed()


def of_issue(issue: Issue) -> list[Typed]:
    """Kept texts of anybody, in the order of the items; the words themselves stay private."""
    numbers = dict(issue.items.values_list("pk", "number"))
    about = Q(form="about", object=str(issue.pk))
    rows = FormDraft.objects.filter(
        about | Q(form="item", object__in=[str(pk) for pk in numbers]),
        at__gte=timezone.now() - form_drafts.KEPT,
    )
    found = []
    for row in rows.select_related("user"):
        item = int(row.object) if row.form == "item" else None
        if not differs(row, issue, item):
            continue
        where = (
            _("Title and subject")
            if item is None
            else _("Item %(number)d") % {"number": numbers[item]}
        )
        found.append(Typed(row.user_id, row.user.get_username(), where, row.at, item))
    return sorted(found, key=lambda one: (numbers.get(one.item or 0, 0), one.name))
