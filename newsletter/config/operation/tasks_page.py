"""The regular tasks: when each was done, when it is due, and what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter.models import RegularTask

from ..housekeeping import TASKS
from .frame import owners_page


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """Every task of the register with its row, if it has one yet."""
    rows = {row.name: row for row in RegularTask.objects.all()}
    return owners_page(
        request,
        "operation_tasks",
        "admin/sudi/operation_tasks.html",
        title=_("Regular tasks"),
        tasks=[(task, rows.get(task.name)) for task in TASKS],
    )
