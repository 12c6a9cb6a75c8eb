"""An edition as its readers will see it, before any of them does: mail, text, feed entry, page.

What is shown was written by others, so it never runs here: it is a document of its own, in a
frame without rights, under a policy that makes it a stranger to this site even when it is opened
by itself, and no cache may keep it.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from newsletter import rendering
from newsletter.editions import EditionKey, IssueView, published
from newsletter.feeds import entries
from newsletter.models import Issue
from newsletter.rendering import kept
from subscribers.choice import TAIL
from subscribers.links import TOKEN_LENGTH, Purpose
from subscribers.models import Publication

from . import stylesheet, views
from .views import issue_page as site_page

# `sandbox` gives the document an origin of its own: no script, no form, no cookie of ours.
_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline' 'self'; img-src 'self' data:; "
    "font-src 'none'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
)
_SHEETS = re.compile(r'<link rel="stylesheet"[^>]*>')
# The preview chooses light or dark, not the editor's own machine.
_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)


def document(
    request: HttpRequest, issue: Issue, view: IssueView, key: EditionKey, form: str, look: str
) -> HttpResponse:
    """An edition for a frame without rights; in words why not, if it cannot be.

    `form` is mail, text, feed or web, `look` light or dark.
    """
    return framed(html_of(request, issue, view, key, form, look), look)


def html_of(
    request: HttpRequest,
    issue: Issue,
    view: IssueView,
    key: EditionKey,
    form: str,
    look: str,
    *,
    signed: bool = False,
) -> str:
    """The document, or a page with the words for why there is none; before `in_look`.

    `signed`: a mail or a page has each item between comments, so that `parts` can be put in place
    of one.
    """
    if not view.select(*key):
        if not view.items:
            return _words(_("The issue has no items yet."), look)
        return _words(_("No item is in the categories you ticked."), look)
    try:
        if signed and form == "mail":
            return filled(kept.prepared(view, issue.publication).signed(key.selection))
        return _document(request, issue, view, key, form, look, signed=signed)
    except rendering.RenderingError as error:
        return _words(str(error), look)


def parts(
    request: HttpRequest, issue: Issue, view: IssueView, key: EditionKey, form: str, item: int
) -> dict[str, str]:
    """An item by the names of the comments that stand around it in a signed mail or page: in each
    way it may be shown. Empty where there is none. Raises RenderingError."""
    if form == "web":
        page = views.preview_item(request, _published(view, key), issue.publication, item)
        return {form: page} if page else {}
    found = rendering.parts(view, issue.publication, key.selection, item)
    return {name: filled(html) for name, html in found.items()}


def framed(html: str, look: str) -> HttpResponse:
    """A document that others wrote, for a frame without rights; `look` is light or dark."""
    response = HttpResponse(in_look(html, look))
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def in_look(html: str, look: str) -> str:
    """A document in light or dark, whatever the machine prefers."""
    return _DARK.sub("@media all" if look == "dark" else "@media not all", html)


def _words(text: str, look: str, *, pre: bool = False) -> str:
    ink, paper = ("#e6e9ec", "#14181b") if look == "dark" else ("#1f2328", "#ffffff")
    tag = "pre" if pre else "p"
    return (
        '<!doctype html><meta charset="utf-8"><title>–</title><style>'
        f"body{{margin:0;padding:20px;background:{paper};color:{ink};"
        "font:15px/1.6 system-ui,sans-serif}"
        "pre{white-space:pre-wrap;font:14px/1.55 ui-monospace,Menlo,Consolas,monospace;margin:0}"
        f"</style><{tag}>{escape(text)}</{tag}>"
    )


def _document(
    request: HttpRequest,
    issue: Issue,
    view: IssueView,
    key: EditionKey,
    form: str,
    look: str,
    *,
    signed: bool,
) -> str:
    if form in ("mail", "text"):
        made = kept.prepared(view, issue.publication).edition(*key)
        if form == "text":
            return _words(filled(made.text), look, pre=True)
        return filled(made.html)
    part = _published(view, key)
    if form == "feed":
        entry = entries.issue_entry(part)
        return render_to_string(
            "admin/sudi/shown_feed.html",
            {"entry": entry, "dark": look == "dark", "publication": issue.publication},
        )
    return _with_sheets(
        site_page(request, part, issue.publication, signed=signed).content.decode(),
        issue.publication,
    )


def _published(view: IssueView, key: EditionKey) -> IssueView:
    """A selection as it will be once it is out: pages and feeds want a date of publication."""
    return dataclasses.replace(
        view,
        items=view.select(*key),
        tail=view.tail if key.selection & TAIL else (),
        published_at=view.published_at or timezone.now(),
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
