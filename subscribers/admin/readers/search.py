"""The readers of a publication, newest first, and the search for one of them.

An address never stands in a web address, since those end up in logs: searches are POSTed, and a
reader's page is known by a number.
"""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ... import consent
from ...addresses import BadAddress, normalise
from ...models import Publication, Subscriber, Subscription
from ...roles import Act
from .. import keyset
from ..access import require, visible
from ..chrome import page
from .places import reader_address

State = Subscription.State
# Found readers shown; who needs more types another letter.
_MOST_FOUND = 50
_SHORTEST_START = 3


@require_http_methods(["GET", "POST"])
def reader_list(request: HttpRequest) -> HttpResponseBase:
    """A publication's readers, newest first; POST searches by address or its beginning."""
    require(request, Act.READERS, None)
    publications = list(visible(request, Act.READERS))
    wanted = request.GET.get("publication")
    chosen = next(
        (p for p in publications if p.slug == wanted), publications[0] if publications else None
    )
    typed, problem, found = "", "", None
    if request.method == "POST":
        typed = request.POST.get("address", "").strip()
        found, problem = _search(publications, typed, everywhere=request.user.is_superuser)
        if found is not None and len(found) == 1:
            return HttpResponseRedirect(reader_address(found[0]))
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
        found=found[:_MOST_FOUND] if found is not None else None,
        more=found is not None and len(found) > _MOST_FOUND,
    )


def _search(
    publications: list[Publication], typed: str, *, everywhere: bool
) -> tuple[list[Subscriber] | None, str]:
    """Readers of these publications by whole address (by key) or its beginning (a range)."""
    if "@" in typed and not typed.endswith("@"):
        try:
            whole = consent.find(normalise(typed))
        except BadAddress:
            whole = None
        if whole is not None:
            ours = everywhere or whole.subscriptions.filter(publication__in=publications).exists()
            return ([whole] if ours else []), ""
    if len(typed) < _SHORTEST_START:
        return None, _("Type a whole address, or at least its first three characters.")
    # A range, since LIKE uses no index on SQLite; the address keeps the case it was given in.
    starts = {typed, typed.lower(), typed[:1].upper() + typed[1:].lower()}
    near = Q()
    for start in starts:
        near |= Q(address__gte=start, address__lt=f"{start}\U0010ffff")
    readers = Subscriber.objects.filter(near).order_by("address")
    if not everywhere:
        readers = readers.filter(subscriptions__publication__in=publications).distinct()
    return list(readers[: _MOST_FOUND + 1]), ""
