"""The issue's first page: its items, each with category and place, changed while it is a draft."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.digest.markdown import plain_text
from newsletter.editions import family
from newsletter.issues import arranging, beginning, mends, steps
from newsletter.issues.revisions import note_edit
from subscribers import languages, times
from subscribers.admin import form_drafts
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.admin.form_drafts import Place
from subscribers.models import Category, FormDraft
from subscribers.roles import Act, may

from ..models import Issue, Item, Link
from . import told, typed, write_rows
from .frame import address, find_issue, issue_page
from .item_form import AboutForm, ItemForm


class NotADraft(Exception):
    """The issue left the draft state before the change could be stored."""


def hold_draft(issue: Issue) -> None:
    """Lock the draft until the transaction ends, and forget an approval: it was for another text.

    Raises NotADraft if it is none any more.
    """
    held = Issue.objects.filter(pk=issue.pk, state=Issue.State.DRAFT).update(approved_by=None)
    if not held:
        raise NotADraft


def refuse(request: HttpRequest, issue: Issue) -> HttpResponseRedirect:
    """Say why nothing was changed: it is no draft."""
    if issue.state == Issue.State.SCHEDULED:
        text = _("Nothing was changed: the issue is scheduled. Take it back to a draft first.")
    elif issue.published_at is None:
        text = _("Nothing was changed: the issue is out, and only in mails.")
    else:
        text = _("Nothing was changed: the issue is out. Use a correction instead.")
    messages.error(request, text)
    return HttpResponseRedirect(address("change", issue))


@require_safe
def item_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The items in order, with what an editor can do to each."""
    issue = find_issue(request, pk, Act.SEE)
    if issue.rehearses_id is not None:
        return HttpResponseRedirect(address("progress", issue))
    sources: dict[int, list[Link]] = {}
    for link in issue.links.filter(kind=Link.Kind.SOURCE).order_by("item_id", "number"):
        sources.setdefault(link.item_id or 0, []).append(link)
    roundup = issue.kind == Issue.Kind.ROUNDUP
    mended = set(mends.offered(issue).values_list("pk", flat=True)) if roundup else set()
    rows = issue.items.select_related("category", "copied_from__issue").order_by("number")
    items = [
        {"row": item, "sources": sources.get(item.pk, []), "mend": item.pk in mended}
        for item in rows
    ]
    return issue_page(
        request,
        issue,
        "change",
        "admin/sudi/items.html",
        items=items,
        tail=issue.links.filter(kind=Link.Kind.TAIL).order_by("number"),
        categories=Category.objects.filter(publication=issue.publication, retired_at__isnull=True),
        undo=steps.last(issue, actor(request)),
        last_import=issue.revisions.filter(kind="import").order_by("-number").first(),
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """One item's fields."""
    issue = find_issue(request, pk, Act.EDIT)
    if not issue.items.filter(pk=item).exists():
        raise Http404
    if issue.state != Issue.State.DRAFT:
        return refuse(request, issue)
    place = Place("item", str(item))
    if request.method != "POST":
        row = issue.items.select_related("issue", "category").get(pk=item)
        left = form_drafts.left(request, place)
        draft = next((one for one in left if typed.differs(one, issue, item)), None)
        if draft is not None and "stored" not in request.GET:
            unsaved = ItemForm(form_drafts.values(draft), instance=row)
            return _item_page(request, issue, unsaved, draft)
        return _item_page(request, issue, ItemForm(instance=row), settles=draft)
    try:
        with transaction.atomic():
            hold_draft(issue)
            # Read with the draft locked: nobody else's change can slip in before the comparison.
            row = issue.items.select_related("issue", "category").get(pk=item)
            form = ItemForm(request.POST, request.FILES, instance=row)
            stored = form.is_valid() and form.has_changed()
            if stored:
                _store_item(request, issue, form)
            else:
                transaction.set_rollback(True)  # Nothing was changed: an approval holds.
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    except Item.DoesNotExist:
        raise Http404 from None
    if form.errors:
        return _item_page(request, issue, form)
    form_drafts.end(request, place)
    if _is_part(request):
        row.refresh_from_db()
        marked = row.pk in told.marks(issue, [row])
        return HttpResponse(write_rows.draw(issue, [write_rows.of_item(row, told=marked)]))
    if stored:
        messages.success(request, _("Item %(number)d was saved.") % {"number": row.number})
        for finding in told.warnings(issue, row):
            messages.warning(request, finding)
    else:
        messages.info(request, _("Nothing was different."))
    return HttpResponseRedirect(f"{address('change', issue)}#item-{row.pk}")


def _store_item(request: HttpRequest, issue: Issue, form: ItemForm) -> None:
    number = form.instance.number
    what = pgettext("step", "change item %(number)d") % {"number": number}
    with steps.step(issue, actor(request), what):
        form.write()
    note_edit(issue, actor(request), _("item %(number)d") % {"number": number})
    record(
        request,
        "item edited",
        f"issue:{issue.pk}",
        issue.publication,
        item=number,
        fields=sorted(form.changed_data),
    )


def _is_part(request: HttpRequest) -> bool:
    """Whether the page to write on asks, which has the rest of the page already."""
    return request.headers.get("X-Sudi-Part") == "1"


def _item_page(
    request: HttpRequest,
    issue: Issue,
    form: ItemForm,
    draft: FormDraft | None = None,
    *,
    settles: FormDraft | None = None,
) -> HttpResponseBase:
    """The form, with `draft` in its boxes; a save of what it shows instead ends `settles`."""
    row = form.instance
    part = _is_part(request)
    parts = list(enumerate(arranging.parts(row), 1))[1:] if not form.errors else []
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/write_item.html" if part else "admin/sudi/item.html",
        title=_("Item %(number)d") % {"number": row.number},
        form=form,
        item=row,
        **told.shown(request, issue, [row]),
        row=row,
        parts=parts,
        draft=draft,
        unsaved_key=Place("item", str(row.pk)).key(request, draft or settles),
        from_page="write" if part else "change",
        place=issue.items.filter(number__lte=row.number).count(),
        status=200 if request.method == "GET" else form.answer,
    )


@require_http_methods(["GET", "POST"])
def about(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Title, date, subject, preheader, introduction and further links of the whole issue."""
    issue = find_issue(request, pk, Act.EDIT)
    if issue.state != Issue.State.DRAFT:
        return refuse(request, issue)
    place = Place("about", str(pk))
    if request.method != "POST":
        draft = form_drafts.offered(request, place)
        if draft is not None and "stored" not in request.GET:
            unsaved = AboutForm(form_drafts.values(draft), instance=issue)
            return _about_page(request, issue, unsaved, draft)
        return _about_page(request, issue, AboutForm(instance=issue), settles=draft)
    try:
        with transaction.atomic():
            hold_draft(issue)
            others = _paired_drafts(request, issue)
            form = AboutForm(
                request.POST,
                instance=Issue.objects.select_related("publication").get(pk=pk),
                moved={one.pk for one in others},
            )
            stored = form.is_valid() and form.has_changed()
            if stored:
                form.write()
                note_edit(form.instance, actor(request), _("title and introduction"))
                moved = _move_with(request, form.instance, others)
                record(
                    request,
                    "issue edited",
                    f"issue:{issue.pk}",
                    issue.publication,
                    fields=sorted(form.changed_data),
                )
            else:
                transaction.set_rollback(True)
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    if form.errors:
        return _about_page(request, issue, form)
    form_drafts.end(request, place)
    if _is_part(request):
        return issue_page(request, form.instance, "", "admin/sudi/write_about_row.html", saved=True)
    if stored:
        messages.success(request, languages.between_sentences().join([_("Saved."), *moved]))
    else:
        messages.info(request, _("Nothing was different."))
    return HttpResponseRedirect(address("change", issue))


def _paired_drafts(request: HttpRequest, issue: Issue) -> list[Issue]:
    """The drafts paired with it that this person may edit: they have its date."""
    return [
        one
        for one in family.rows(issue).exclude(pk=issue.pk)
        if one.state == Issue.State.DRAFT and may(request.user, Act.EDIT, one.publication)
    ]


def _move_with(request: HttpRequest, issue: Issue, others: list[Issue]) -> list[str]:
    """Give the others of a pair the issue's date, and say so of each."""
    said = []
    for one in others:
        if one.date == issue.date:
            continue
        hold_draft(one)
        beginning.move_to_day(one, issue.date)
        note_edit(one, actor(request), _("date"))
        record(request, "issue edited", f"issue:{one.pk}", one.publication, fields=["date"])
        said.append(
            _("“%(title)s” is of %(date)s now, too: a pair has one date.")
            % {"title": plain_text(one.title, links=False), "date": times.say_day(one.date)}
        )
    return said


def _about_page(
    request: HttpRequest,
    issue: Issue,
    form: AboutForm,
    draft: FormDraft | None = None,
    *,
    settles: FormDraft | None = None,
) -> HttpResponseBase:
    part = _is_part(request)
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/write_about.html" if part else "admin/sudi/about.html",
        title=_("Title and subject"),
        form=form,
        draft=draft,
        unsaved_key=Place("about", str(issue.pk)).key(request, draft or settles),
        status=200 if request.method == "GET" else form.answer,
    )
