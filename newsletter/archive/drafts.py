"""`/s/d/TOKEN/`: a draft as its readers will see it, for whoever was given the link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from newsletter import editions
from newsletter.editions import EditionKey
from newsletter.feeds.views import Missing
from newsletter.issues import draft_links, stories
from newsletter.models import DraftLink
from subscribers.views.pages import page, personal

from . import as_read

_FORMS = {
    "mail": gettext_lazy("Mail"),
    "web": gettext_lazy("Web page"),
    "text": gettext_lazy("Text part"),
}
# The site's own policy, and one frame of this site.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def _form(request: HttpRequest) -> str:
    wanted = request.GET.get("as", "")
    return wanted if wanted in _FORMS else "mail"


def _find(token: str) -> DraftLink:
    """The link, or 404: one that ended is like one that never was, with one sentence for all."""
    link = draft_links.find(token)
    if link is None:
        raise Missing(
            pgettext(
                "draft",
                "This link opens no draft: it ended or was taken back, or the issue is out by now."
                " Ask whoever gave it to you.",
            )
        )
    return link


@require_safe
@personal
def draft(request: HttpRequest, token: str) -> HttpResponse:
    """The draft in a frame, and until when the link opens it."""
    link = _find(token)
    issue = link.issue
    response = page(
        request,
        "newsletter/draft.html",
        issue.publication,
        {
            "issue": issue,
            "ends_at": link.ends_at,
            "form": _form(request),
            "forms": _FORMS.items(),
            "token": token,
        },
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@require_safe
@personal
@xframe_options_sameorigin
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """What stands in the frame: every item, and nobody's links."""
    issue = _find(token).issue
    view = stories.marked(editions.load(issue), issue)
    return as_read.document(request, issue, view, EditionKey(view.mask), _form(request), "light")
