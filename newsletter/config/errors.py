"""The pages for what is not right; below /admin/ in the admin's own look."""

from __future__ import annotations

import re
import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.config import busy
from newsletter.feeds.views import Missing
from subscribers import languages
from subscribers.admin import form_drafts
from subscribers.admin.chrome import page
from subscribers.models import Publication

_SLUG = re.compile(r"[-\w]+")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 with the sentence that goes with it, in the frame of the publication it was sought in."""
    if _in_admin(request):
        return _admin_page(
            request,
            404,
            _("There is nothing here"),
            pgettext(
                "error",
                "The address is wrong, what it named is gone, or it belongs to a publication in"
                " which you have no role.",
            ),
        )
    sentence = str(exception) if isinstance(exception, Missing) else ""
    # Below a publication's own address its pages are what was looked for.
    slug = request.path_info.strip("/").partition("/")[0]
    known = _SLUG.fullmatch(slug) is not None
    publication = Publication.objects.filter(slug=slug).first() if known else None
    if publication is not None:
        languages.speak(request, languages.of_publication(publication))
    context = {"sentence": sentence, "publication": publication}
    return render(request, "newsletter/errors/404.html", context, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request no page can answer (a foreign host name, too many fields); 413: a text that
    no form takes. What was typed is still in the browser, one step back."""
    if isinstance(exception, RequestDataTooBig):
        most = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return render(request, "newsletter/errors/413.html", {"most": most}, status=413)
    return render(request, "newsletter/errors/400.html", status=400)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but without the permission."""
    if _in_admin(request):
        return _admin_page(
            request,
            403,
            _("This is not open to you"),
            _(
                "Your account lacks the role for it. An owner of the publication can give it to"
                " you."
            ),
        )
    return render(request, "newsletter/errors/403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault. The page asks nothing of the database, which may be the cause.

    Not ours if SQLite was locked for too long: then whoever asks may come again soon.
    """
    error = sys.exc_info()[1]
    if error is not None and busy.is_locked(error):
        return busy.later(request)
    admin = request.path_info.startswith("/admin/")
    return render(
        request, "admin/sudi/broken.html" if admin else "newsletter/errors/500.html", status=500
    )


def _in_admin(request: HttpRequest) -> bool:
    """Whether somebody who may open the admin asked for one of its pages."""
    user = getattr(request, "user", None)
    staff = user is not None and user.is_active and user.is_staff
    return bool(staff) and request.path_info.startswith("/admin/")


def _admin_page(request: HttpRequest, code: int, title: str, sentence: str) -> HttpResponse:
    response = page(
        request, "admin/sudi/error.html", title=title, code=code, sentence=sentence, status=code
    )
    return response.render()


def stale_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is not this session's: of a login before, or not ours at all.

    What an editor typed is kept (`form_drafts`) and offered on the form's own page.
    """
    return render(
        request,
        "newsletter/errors/403_csrf.html",
        {"kept": form_drafts.rescue(request)},
        status=403,
    )
