"""One page to write on: the items left, the edition as readers see it right, live.

Rows are closed: an item's form comes when it is opened, so a page of 300 items is as quick as one
of ten. Without script each row leads to its form's own page and every button is a plain form.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Min
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from newsletter import editions, rendering
from newsletter.archive import as_read
from newsletter.editions import EditionKey, IssueView
from newsletter.issues import reading_time, steps
from newsletter.rendering import kept
from subscribers.admin.access import actor
from subscribers.choice import TAIL
from subscribers.models import Category, Presence
from subscribers.roles import Act

from ..models import Issue, Link
from ..templatetags.issue_pages import bytes_text
from . import told, write_rows
from .frame import find_issue, issue_page
from .item_form import AboutForm, ItemForm
from .items import refuse
from .preview import FORMS, LOOKS, WIDTHS, Wanted
from .selection import choices_of, chosen_selection
from .unsaved_view import with_head, with_item

# A page says every 15 seconds that it is open; who said nothing for longer is gone.
_HERE = dt.timedelta(seconds=40)


@require_safe
def write(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The page."""
    issue = find_issue(request, pk, Act.EDIT)
    if issue.state != Issue.State.DRAFT:
        return refuse(request, issue)
    rows = write_rows.of_issue(issue)
    return issue_page(
        request,
        issue,
        "write",
        "admin/sudi/write.html",
        rows=write_rows.draw(issue, rows),
        count=len(rows),
        categories=_categories(issue),
        has_tail=issue.links.filter(kind=Link.Kind.TAIL).exists(),
        forms=FORMS.items(),
        widths=WIDTHS.items(),
        looks=LOOKS.items(),
        undo=steps.last(issue, actor(request)),
    )


def _categories(issue: Issue) -> list[editions.CategoryView]:
    """What a preview may be narrowed to: the categories of visible items, as they come."""
    filed = issue.items.filter(hidden=False, category__isnull=False).values("category")
    order = [row["category"] for row in filed.annotate(first=Min("number")).order_by("first")]
    found = Category.objects.in_bulk(order)
    return [editions.category_view(found[pk], issue.language) for pk in order]


@require_POST
def live(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The preview with what stands unsaved in the open form, in JSON; it changes nothing.

    `editing` is an item's number or "about"; `part=1` asks for that item alone, which the page puts
    in place of the one it shows, `measure=1` for the size of the whole edition and for the items
    whose story was told before.
    """
    issue = find_issue(request, pk, Act.EDIT)
    view = _with_unsaved(request, issue)
    said: dict[str, Any] = {"minutes": _minutes(view)}
    if request.POST.get("measure"):
        told_items = sorted(told.marks(issue, list(issue.items.order_by("number"))))
        return JsonResponse({**said, "size": _size(issue, view), "told": told_items})
    wanted = Wanted.of_data(request.POST)
    selection = chosen_selection(request.POST, view)
    key = EditionKey(selection, 0)
    if request.POST.get("part") and wanted.form in ("mail", "web"):
        return JsonResponse({**said, "parts": _parts(request, issue, view, key, wanted.form)})
    html = as_read.in_look(
        as_read.html_of(request, issue, view, key, wanted.form, wanted.look, signed=True),
        wanted.look,
    )
    kept = view.select(selection)
    said["items"] = ngettext("%(n)s item", "%(n)s items", len(kept)) % {"n": len(kept)}
    return JsonResponse({**said, "html": html, "choices": choices_of(view)})


def _with_unsaved(request: HttpRequest, issue: Issue) -> IssueView:
    view = editions.load(issue)
    editing = request.POST.get("editing", "")
    if editing == "about":
        return with_head(view, AboutForm(request.POST, instance=issue))
    if not editing.isdecimal() or len(editing) > 9:
        return view
    row = issue.items.select_related("issue", "category").filter(pk=int(editing)).first()
    return view if row is None else with_item(view, ItemForm(request.POST, instance=row))


def _parts(
    request: HttpRequest, issue: Issue, view: IssueView, key: EditionKey, form: str
) -> dict[str, str]:
    """The open item as `as_read.parts` shows it; nothing if this choice does not have it."""
    editing = request.POST.get("editing", "")
    item = int(editing) if editing.isdecimal() and len(editing) < 10 else 0
    try:
        return as_read.parts(request, issue, view, key, form, item)
    except rendering.RenderingError:
        return {}  # The whole says why, at the next pause.


def _minutes(view: IssueView) -> str:
    found = reading_time.of_issue(view)
    return ngettext("%(n)d minute to read", "%(n)d minutes to read", found) % {"n": found}


def _size(issue: Issue, view: IssueView) -> str:
    """How large the largest edition is, in words."""
    selection = view.mask | (TAIL if view.tail else 0)
    if not view.select(selection):
        return pgettext("size of a mail", "no mail yet")
    try:
        made = kept.prepared(view, issue.publication).edition(selection)
    except rendering.RenderingError as error:
        return str(error)
    text = _("largest mail %(size)s") % {"size": bytes_text(made.size)}
    return " · ".join([text, _("shortened to fit")]) if made.shortened else text


@require_POST
def here(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The page's heartbeat: who else has it open now, by name."""
    issue = find_issue(request, pk, Act.EDIT)
    place, now = f"issue:{issue.pk}", timezone.now()
    me = actor(request)
    if request.POST.get("do") == "leave":
        Presence.objects.filter(user=me, place=place).delete()
        return JsonResponse({"names": []})
    Presence.objects.update_or_create(user=me, place=place, defaults={"at": now})
    Presence.objects.filter(at__lt=now - 10 * _HERE).delete()
    others = Presence.objects.filter(place=place, at__gte=now - _HERE).exclude(user=me)
    names = [one.user.get_username() for one in others.select_related("user").order_by("pk")]
    text = pgettext("writing", "Also here: %(names)s") % {"names": ", ".join(names)}
    return JsonResponse({"names": names, "text": text if names else ""})
