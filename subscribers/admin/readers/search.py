"""The readers of a publication, newest first, and the search for one of them.

An address never stands in a web address, since those end up in logs: searches are POSTed, and a
reader's page is known by a number.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ... import finding
from ...models import Publication, Subscription
from ...roles import Act
from .. import keyset, last_worked
from ..access import require, visible
from ..chrome import page
from .places import reader_address

State = Subscription.State
# Found readers shown; who needs more types another letter.
_MOST_FOUND = 50
_SHORTEST = 2


@require_http_methods(["GET", "POST"])
def reader_list(request: HttpRequest) -> HttpResponseBase:
    """A publication's readers, newest first; POST searches by any part of address or name."""
    require(request, Act.READERS, None)
    publications = list(visible(request, Act.READERS))
    wanted = request.GET.get("publication")
    chosen = last_worked.choose(request, publications, wanted)
    chosen = chosen or (publications[0] if publications else None)
    typed, problem, found = "", "", None
    if request.method == "POST":
        typed = request.POST.get("address", "").strip()
        found, problem = _search(publications, typed, everywhere=request.user.is_superuser)
        if found is not None and len(found.readers) == 1:
            return HttpResponseRedirect(reader_address(found.readers[0]))
    state = request.GET.get("state", "")
    rows = Subscription.objects.filter(publication=chosen).select_related("subscriber")
    if state in State.values:
        rows = rows.filter(state=state)
    else:
        state = ""
    return page(
        request,
        "admin/sudi/readers.html",
        title=_("Readers"),
        publications=publications,
        chosen=chosen,
        slice=keyset.take(request, rows, ["created_at", "id"]),
        state=state,
        states=State.choices,
        typed=typed,
        problem=problem,
        found=found.readers if found is not None else None,
        more=found is not None and found.more,
    )


def _search(
    publications: list[Publication], typed: str, *, everywhere: bool
) -> tuple[finding.Found | None, str]:
    """Readers of these publications by any part of address or name."""
    if len(typed) < _SHORTEST:
        return None, _("Type at least two characters.")
    return finding.readers(typed, None if everywhere else publications, _MOST_FOUND), ""
