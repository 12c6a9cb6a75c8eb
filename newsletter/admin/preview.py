"""Any edition as its readers will see it (`archive/as_read.py`), by choice; and the preflight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from newsletter import editions, rendering, sending
from newsletter.archive import as_read
from newsletter.editions import EditionKey
from newsletter.issues import import_findings, stories
from newsletter.issues.findings import Level
from newsletter.rendering import kept
from subscribers import consent
from subscribers.addresses import BadAddress, normalise
from subscribers.admin.access import require
from subscribers.admin.row_numbers import row_number
from subscribers.choice import TAIL
from subscribers.models import Subscription
from subscribers.roles import Act

from ..models import Issue
from . import places, told
from .frame import address as address_of
from .frame import find_issue, issue_page
from .person import person_of
from .selection import chosen_selection, query_of

FORMS = {
    "mail": gettext_lazy("Mail"),
    "text": gettext_lazy("Text part"),
    "feed": gettext_lazy("Feed entry"),
    "web": gettext_lazy("Web page"),
}
WIDTHS = {"desktop": gettext_lazy("Desktop"), "phone": gettext_lazy("Phone")}
LOOKS = {"light": gettext_lazy("Light"), "dark": gettext_lazy("Dark")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page's form asks for."""

    form: str
    width: str
    look: str

    @classmethod
    def of(cls, request: HttpRequest) -> Wanted:
        return cls.of_data(request.GET)

    @classmethod
    def of_data(cls, data: QueryDict) -> Wanted:
        def one(name: str, known: dict[str, Any]) -> str:
            value = data.get(name, "")
            return value if value in known else next(iter(known))

        return cls(one("as", FORMS), one("width", WIDTHS), one("look", LOOKS))


def _find_person(request: HttpRequest, issue: Issue) -> HttpResponseRedirect:
    """A typed address -> the preview for that reader."""
    require(request, Act.READERS, issue.publication)
    query = request.GET.copy()
    query.pop("person", None)
    try:
        subscriber = consent.find(normalise(request.POST.get("reader", "")))
    except BadAddress as error:
        messages.error(request, str(error))
        subscriber = None
    else:
        tie = (
            Subscription.objects.filter(
                subscriber=subscriber, publication=issue.publication
            ).first()
            if subscriber is not None
            else None
        )
        if tie is None:
            messages.info(request, _("Nobody with this address is subscribed here."))
        else:
            query["person"] = str(tie.pk)
    return HttpResponseRedirect(f"{address_of('preview', issue)}?{query.urlencode()}")


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The form and the frame. POST looks up a reader by address; it changes nothing."""
    issue = find_issue(request, pk, Act.SEE)
    if request.method == "POST":
        return _find_person(request, issue)
    view = stories.marked(editions.load(issue), issue)
    wanted = Wanted.of(request)
    person, problem = person_of(request, request.GET, issue, view)
    selection = person.selection if person is not None else chosen_selection(request.GET, view)
    start = person.start if person is not None else 0
    items = () if problem else view.select(selection, start)
    facts: dict[str, Any] = {}
    if items and wanted.form in ("mail", "text"):
        try:
            made = kept.prepared(view, issue.publication).edition(selection, start)
        except rendering.RenderingError as error:
            problem = str(error)
        else:
            facts = {
                "subject": made.subject,
                "preheader": made.preheader,
                "size": made.size,
                "shortened": made.shortened,
                "target": rendering.TARGET,
            }
    query = urlencode(
        [
            *query_of(selection, view),
            *([("start", start)] if start else []),
            ("as", wanted.form),
            ("look", wanted.look),
        ]
    )
    return issue_page(
        request,
        issue,
        "preview",
        "admin/sudi/preview.html",
        choices=[
            (category, category.bit is not None and bool(selection >> category.bit & 1))
            for category in view.categories()
        ],
        has_tail=bool(view.tail),
        tail=bool(selection & TAIL),
        items=items,
        left_out=len(view.items) - len(items),
        wanted=wanted,
        forms=FORMS.items(),
        widths=WIDTHS.items(),
        looks=LOOKS.items(),
        person=person,
        facts=facts,
        problem=problem,
        frame=query if items else "",
        test_query=urlencode(
            [*query_of(selection, view), *([("person", person.id)] if person is not None else [])]
        ),
        unfiled=[item for item in view.items if item.category is None],
        status=404 if problem and not items else 200,
    )


@require_safe
@xframe_options_sameorigin
def shown(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What stands in the frame."""
    issue = find_issue(request, pk, Act.SEE)
    view = stories.marked(editions.load(issue), issue)
    wanted = Wanted.of(request)
    selection = chosen_selection(request.GET, view)
    most = len(view.origins) or (1 << len(view.told)) - 1
    start = min(row_number(request.GET.get("start", "")), most)
    return as_read.document(
        request, issue, view, EditionKey(selection, start), wanted.form, wanted.look
    )


@require_safe
def preflight(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was checked, what stands in the way of sending, and what to look at first."""
    issue = find_issue(request, pk, Act.SEE)
    plan = sending.plan(issue, messages=False)
    found = [finding for one in plan.looked_at for finding in one.findings]
    said = {finding.message for finding in found}
    return issue_page(
        request,
        issue,
        "preflight",
        "admin/sudi/preflight.html",
        looked_at=[
            (one.name, places.shown(request, issue, one.findings)) for one in plan.looked_at
        ],
        others=[reason for reason in plan.blockers if reason not in said],
        blocked=len(plan.blockers),
        warned=sum(finding.level == Level.WARNING for finding in found),
        noted=(noted := import_findings.of_import(issue)),
        still_noted=any(one.open for one in noted),
        largest=max((edition.html_bytes for edition in plan.editions), default=None),
        target=rendering.TARGET,
        **told.shown(request, issue),
    )
