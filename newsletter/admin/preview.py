"""Any edition as its readers will see it: mail, text, feed entry, web page; and the preflight.

What is shown was written by others, so it never runs here: it is a document of its own, in a
frame without rights, under a policy that makes it a stranger to this site even when it is opened
by itself, and no cache may keep it.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from newsletter import editions, rendering, sending
from newsletter.archive import stylesheet
from newsletter.archive.views import issue_page as site_page
from newsletter.editions import EditionKey, published
from newsletter.issues import import_findings, stories
from newsletter.issues.findings import Level
from subscribers import consent
from subscribers.addresses import BadAddress, normalise
from subscribers.admin.access import require
from subscribers.choice import TAIL
from subscribers.links import TOKEN_LENGTH, Purpose
from subscribers.models import Publication, Subscription
from subscribers.roles import Act

from ..editions import IssueView
from ..feeds import entries
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

# `sandbox` gives the document an origin of its own: no script, no form, no cookie of ours.
_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline' 'self'; img-src 'self' data:; "
    "font-src 'none'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
)
_SHEETS = re.compile(r'<link rel="stylesheet"[^>]*>')
# The preview chooses light or dark, not the editor's own machine.
_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)


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
    person = person_of(request, request.GET, issue, view)
    selection = person.selection if person is not None else chosen_selection(request.GET, view)
    start = person.start if person is not None else 0
    items = view.select(selection, start)
    facts: dict[str, Any] = {}
    problem = ""
    if items and wanted.form in ("mail", "text"):
        try:
            made = rendering.prepare(view, issue.publication).edition(selection, start)
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
    )


@require_safe
@xframe_options_sameorigin
def shown(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What stands in the frame."""
    issue = find_issue(request, pk, Act.SEE)
    view = stories.marked(editions.load(issue), issue)
    wanted = Wanted.of(request)
    selection = chosen_selection(request.GET, view)
    number = request.GET.get("start", "")
    most = len(view.origins) or (1 << len(view.told)) - 1
    start = min(int(number), most) if number.isdecimal() else 0
    return document(request, issue, view, EditionKey(selection, start), wanted)


def document(
    request: HttpRequest, issue: Issue, view: IssueView, key: EditionKey, wanted: Wanted
) -> HttpResponse:
    """An edition as wanted, for a frame without rights; in words why not, if it cannot be."""
    return framed(html_of(request, issue, view, key, wanted), wanted.look)


def html_of(
    request: HttpRequest,
    issue: Issue,
    view: IssueView,
    key: EditionKey,
    wanted: Wanted,
    *,
    signed: bool = False,
) -> str:
    """The document, or a page with the words for why there is none; before `in_look`.

    `signed`: a mail has each item between comments, so that one can be put in place of another.
    """
    if not view.select(*key):
        return _words(_("No item is in the categories you ticked."), wanted)
    try:
        if signed and wanted.form == "mail":
            return filled(rendering.prepare(view, issue.publication).signed(key.selection))
        return _document(request, issue, view, key, wanted)
    except rendering.RenderingError as error:
        return _words(str(error), wanted)


def framed(html: str, look: str) -> HttpResponse:
    """A document that others wrote, for a frame without rights; `look` is one of LOOKS."""
    response = HttpResponse(in_look(html, look))
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def in_look(html: str, look: str) -> str:
    """A document in light or dark, whatever the machine prefers."""
    return _DARK.sub("@media all" if look == "dark" else "@media not all", html)


def _words(text: str, wanted: Wanted, *, pre: bool = False) -> str:
    ink, paper = ("#e6e9ec", "#14181b") if wanted.look == "dark" else ("#1f2328", "#ffffff")
    tag = "pre" if pre else "p"
    return (
        '<!doctype html><meta charset="utf-8"><title>–</title><style>'
        f"body{{margin:0;padding:20px;background:{paper};color:{ink};"
        "font:15px/1.6 system-ui,sans-serif}"
        "pre{white-space:pre-wrap;font:14px/1.55 ui-monospace,Menlo,Consolas,monospace;margin:0}"
        f"</style><{tag}>{escape(text)}</{tag}>"
    )


def _document(
    request: HttpRequest, issue: Issue, view: IssueView, key: EditionKey, wanted: Wanted
) -> str:
    if wanted.form in ("mail", "text"):
        made = rendering.prepare(view, issue.publication).edition(*key)
        if wanted.form == "text":
            return _words(filled(made.text), wanted, pre=True)
        return filled(made.html)
    # Shown as it will be once it is out: both want a date of publication.
    now = timezone.now()
    part = dataclasses.replace(
        view,
        items=view.select(*key),
        tail=view.tail if key.selection & TAIL else (),
        published_at=view.published_at or now,
    )
    if wanted.form == "feed":
        entry = entries.issue_entry(part)
        return render_to_string(
            "admin/sudi/shown_feed.html",
            {"entry": entry, "dark": wanted.look == "dark", "publication": issue.publication},
        )
    return _with_sheets(
        site_page(request, part, issue.publication).content.decode(), issue.publication
    )


def filled(text: str) -> str:
    """A part of a mail with nobody's tokens: a link of a preview opens nothing."""
    nobody = dict.fromkeys(Purpose, "-" * TOKEN_LENGTH)
    return rendering.fill(text, {purpose: nobody[purpose] for purpose in rendering.SLOTS})


def _with_sheets(html: str, publication: Publication) -> str:
    """The site's page with its style sheets inside, so that light and dark can be chosen."""
    path = finders.find("newsletter/site.css")
    assert isinstance(path, str), "the site's style sheet is part of this app"
    sheet = Path(path).read_text(encoding="utf-8")
    sheet += stylesheet.stylesheet(publication, published.categories(publication))
    return _SHEETS.sub("", html).replace("</head>", f"<style>{sheet}</style></head>", 1)


@require_safe
def preflight(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was checked, what stands in the way of sending, and what to look at first."""
    issue = find_issue(request, pk, Act.SEE)
    plan = sending.plan(issue)
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
