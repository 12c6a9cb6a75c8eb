"""The list of issues, and every address below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from subscribers.admin import keyset
from subscribers.admin.access import require, visible
from subscribers.admin.chrome import PagesAdmin, page
from subscribers.models import Publication
from subscribers.roles import Act, may

from .. import sending
from ..models import Issue
from . import (
    agree,
    arrange,
    audience,
    control,
    corrections,
    doubt,
    draft_links,
    drafts,
    failures,
    finding,
    growth,
    history,
    import_warnings,
    intake,
    items,
    pairs,
    pictures,
    places,
    preview,
    proofs,
    received,
    release,
    roundups,
    stories,
    went,
    withdrawals,
    write,
)
from .frame import RELEASED

State = Issue.State
# What needs an eye on it, at the top of the list.
_MOVING = (State.SCHEDULED, State.SENDING, State.PAUSED)


def _issues(publications: Iterable[Publication]) -> QuerySet[Issue]:
    """Without "what you missed": each of those is one reader's, and there may be thousands."""
    return (
        Issue.objects.filter(
            publication__in=publications,
            rehearses__isnull=True,
            roundup__subscription__isnull=True,
        )
        .select_related("publication")
        .annotate(shown=Count("items", filter=Q(items__hidden=False)))
    )


def _with_counts(request: HttpRequest, issues: list[Issue]) -> list[dict[str, Any]]:
    """Each issue with its ledger: stored in the row when final, else summed over its chunks."""
    rows = []
    for issue in issues:
        counts: dict[str, int] = {}
        if issue.state in (State.SENDING, State.PAUSED):
            counts = dict(sending.ledger(issue))
        elif issue.state in RELEASED:
            counts = {name: getattr(issue, name) for name in ("recipients", "sent", "failed")}
            counts["in_doubt"] = issue.in_doubt
        # Asked of the few that can be given another time.
        scheduled = issue.state == State.SCHEDULED
        may_send = scheduled and may(request.user, Act.SEND, issue.publication)
        rows.append({"issue": issue, "counts": counts, "may_send": may_send})
    return rows


@require_safe
def issue_list(request: HttpRequest) -> HttpResponseBase:
    """All issues the user may see, newest date first."""
    require(request, Act.SEE, None)
    publications = list(visible(request))
    chosen = next((p for p in publications if p.slug == request.GET.get("publication")), None)
    state = request.GET.get("state", "")
    issues = _issues([chosen] if chosen else publications)
    if state in State.values:
        issues = issues.filter(state=state)
    else:
        state = ""
    taken = keyset.take(request, issues, ["date", "id"], size=30)
    moving = [] if state or taken.newer else _moving(request, publications, chosen)
    return page(
        request,
        "admin/sudi/issues.html",
        title=pgettext("admin", "Issues"),
        slice=taken,
        rows=_with_counts(request, taken.rows),
        moving=moving,
        publications=publications,
        chosen=chosen,
        state=state,
        states=State.choices,
        may_edit=may(request.user, Act.EDIT, chosen),
        keeps_roundup=chosen is not None and chosen.roundup != Publication.Roundup.OFF,
    )


def _moving(
    request: HttpRequest, publications: list[Publication], chosen: Publication | None
) -> list[dict[str, Any]]:
    # Three lookups by equality: a partial index on the state serves each of them.
    found: list[Issue] = []
    for state in _MOVING:
        found += _issues([chosen] if chosen else publications).filter(state=state)[:20]
    return _with_counts(request, found)


@admin.register(Issue)
class IssueAdmin(PagesAdmin[Issue]):
    """Every address of the editor's day."""

    act = Act.SEE
    pages = (
        ("", issue_list, "changelist"),
        ("import/", intake.upload, "import"),
        ("new/", drafts.new, "new"),
        ("deleted/", drafts.deleted_list, "deleted"),
        ("deleted/<int:pk>/restore/", drafts.restore, "restore"),
        ("<int:pk>/delete/", drafts.delete, "delete"),
        ("roundup/<slug:publication>/", roundups.today, "roundup"),
        ("roundup/<slug:publication>/end/", roundups.give_single_issues, "roundup_end"),
        ("roundup/seen/<int:row>/", roundups.seen, "roundup_seen"),
        ("find/", finding.find, "find"),
        ("growth/<slug:publication>/", growth.growth, "growth"),
        ("<int:pk>/", items.item_list, "change"),
        ("<int:pk>/about/", items.about, "about"),
        ("<int:pk>/write/", write.write, "write"),
        ("<int:pk>/write/live/", write.live, "live"),
        ("<int:pk>/write/here/", write.here, "here"),
        ("<int:pk>/order/", arrange.order, "order"),
        ("<int:pk>/item/<int:item>/", items.edit, "item"),
        ("<int:pk>/picture/", pictures.take, "picture"),
        ("<int:pk>/star/", roundups.star, "star"),
        ("<int:pk>/mend/", roundups.mend, "mend"),
        ("<int:pk>/preview/", preview.preview, "preview"),
        ("<int:pk>/preview/shown/", preview.shown, "shown"),
        ("<int:pk>/preflight/", preview.preflight, "preflight"),
        ("<int:pk>/preflight/mend/", places.mend, "quick_mend"),
        ("<int:pk>/preflight/looked/", import_warnings.looked, "looked"),
        ("<int:pk>/story/", stories.decide, "story"),
        ("<int:pk>/twin/", stories.confirm_twin, "twin"),
        ("<int:pk>/audience/", audience.audience, "audience"),
        ("<int:pk>/pair/", pairs.pair, "pair"),
        ("<int:pk>/test/", proofs.send, "test"),
        ("<int:pk>/draft-links/", draft_links.links, "draft_links"),
        ("<int:pk>/draft-links/<int:link>/end/", draft_links.end, "draft_link_end"),
        ("<int:pk>/send/", release.review, "send"),
        ("<int:pk>/rest/", release.rest, "rest"),
        ("<int:pk>/approve/", agree.approve, "approve"),
        ("<int:pk>/approval/ask/", agree.ask, "ask"),
        ("<int:pk>/discussion/", agree.discussion, "discussion"),
        ("<int:pk>/discussion/<int:comment>/settled/", agree.settled, "settled"),
        ("<int:pk>/progress/", control.progress, "progress"),
        ("<int:pk>/progress/now/", control.fragment, "now"),
        ("<int:pk>/act/<slug:name>/", control.act, "act"),
        ("<int:pk>/went/", went.went, "went"),
        ("<int:pk>/failures/<slug:kind>/", failures.listing, "failures"),
        ("<int:pk>/doubt/", doubt.settle, "doubt"),
        ("<int:pk>/doubt/<int:place>/has-it/", doubt.has_it, "has_it"),
        ("<int:pk>/why/", failures.why, "why"),
        ("<int:pk>/received/<int:tie>/", received.received, "received"),
        ("<int:pk>/received/<int:tie>/shown/", received.received_shown, "received_shown"),
        ("<int:pk>/history/", history.history, "history"),
        ("<int:pk>/history/compare/", history.compare, "compare"),
        ("<int:pk>/history/<int:number>/", history.revision, "revision"),
        ("<int:pk>/withdraw/", withdrawals.withdraw, "withdraw"),
        ("<int:pk>/history/<int:number>/restore/", history.restore, "restore_revision"),
        ("<int:pk>/correct/", corrections.overview, "correct"),
        ("<int:pk>/correct/head/", corrections.correct_head, "correct_head"),
        ("<int:pk>/correct/<int:item>/", corrections.correct, "correct_item"),
        ("<int:pk>/correct/proposal/<int:number>/", corrections.proposal, "proposal"),
    )
