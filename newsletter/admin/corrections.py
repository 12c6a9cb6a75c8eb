"""Mending what readers have seen: what, why, and in figures for whom.

Whoever may correct does it at once; whoever may only edit proposes it, and so does everybody where
a second person must approve. Another person then looks at the same figures and applies it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.issues import correction_mail, corrections, mends
from newsletter.issues.corrections import NotCorrected, Stale
from newsletter.issues.revisions import digest_of
from newsletter.sending import mending
from subscribers.accounts import same_person
from subscribers.admin import form_drafts
from subscribers.admin.access import actor, require
from subscribers.models import Publication
from subscribers.roles import Act, may

from ..digest import Digest
from ..digest.markdown import plain_text
from ..models import Issue, Item, Revision
from .correction_forms import HeadForm, ItemCorrectionForm
from .frame import address, find_issue, issue_page

# Seconds a page waits for the last chunk to be given back; else the next sweep does the rest.
_PATIENCE = 2.0


def deciding_act(publication: Publication) -> Act:
    """The right with which somebody else's proposal is applied or refused."""
    return Act.APPROVE if publication.needs_approval else Act.CORRECT


def _at_once(request: HttpRequest, publication: Publication) -> bool:
    """Whether what this person writes is a correction, and not a proposal."""
    return not publication.needs_approval and may(request.user, Act.CORRECT, publication)


def _found(request: HttpRequest, pk: int, act: Act) -> Issue | HttpResponseRedirect:
    issue = find_issue(request, pk, act)
    if issue.state == Issue.State.DRAFT:
        messages.info(request, _("The issue is a draft: change it directly."))
        return HttpResponseRedirect(address("change", issue))
    if issue.rehearses is not None:
        messages.info(request, _("This is a rehearsal: mend the issue that was rehearsed."))
        return HttpResponseRedirect(address("change", issue.rehearses))
    return issue


@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What can be corrected, what waits for another person, and the corrections there were."""
    issue = _found(request, pk, Act.SEE)
    if not isinstance(issue, Issue):
        return issue
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/corrections.html",
        title=_("Corrections"),
        items=issue.items.filter(hidden=False).order_by("number"),
        proposals=corrections.proposals(issue).defer("source", "digest", "problems"),
        may_decide=may(request.user, deciding_act(issue.publication), issue.publication),
        corrections=issue.revisions.filter(kind=Revision.Kind.CORRECTION)
        .select_related("by", "mail")
        .order_by("-number")
        .defer("source", "digest", "problems"),
    )


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """One item."""
    issue = _found(request, pk, Act.EDIT)
    if not isinstance(issue, Issue):
        return issue
    row = issue.items.select_related("issue", "category").filter(pk=item, hidden=False).first()
    if row is None:
        raise Http404
    title = _("Correct item %(number)d") % {"number": row.number}
    form = ItemCorrectionForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), instance=row
    )

    def corrected(now: Digest) -> Digest:
        text = form.corrected(corrections.item_of(issue, now, row))
        return corrections.with_item(issue, now, row, text)

    return _form_page(request, issue, row, title, form, corrected)


@require_http_methods(["GET", "POST"])
def correct_head(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What belongs to the issue as a whole."""
    issue = _found(request, pk, Act.EDIT)
    if not isinstance(issue, Issue):
        return issue
    # A form of a model writes into its instance, which the page still shows as it is.
    mine = Issue.objects.get(pk=issue.pk)
    form = HeadForm(request.POST if request.method == "POST" else None, instance=mine)

    def corrected(now: Digest) -> Digest:
        return corrections.with_head(now, form.corrected(corrections.head_of(now)))

    title = _("Correct title, introduction and further links")
    return _form_page(request, issue, None, title, form, corrected)


def _form_page(
    request: HttpRequest,
    issue: Issue,
    row: Item | None,
    title: str,
    form: ItemCorrectionForm | HeadForm,
    corrected: Any,
) -> HttpResponseBase:
    """The form, and what became of it: stored, proposed, or shown again with the reason."""
    now = digest_of(issue)
    at_once = _at_once(request, issue.publication)
    item = None if row is None else Item.objects.get(pk=row.pk)
    reach = mending.reach(issue, item)
    changes: list[Any] = []
    stale = False
    if request.method == "POST" and form.is_valid():
        new = corrected(now)
        by = actor(request)
        note, seen = form.cleaned_data["note"], request.POST.get("seen", "")
        try:
            if not at_once:
                mending.propose(issue, item, new, author=by, by=by, note=note, seen=seen)
                form_drafts.saved(request)
                messages.success(
                    request, _("Proposed. Somebody else with the right to do so may apply it now.")
                )
                return HttpResponseRedirect(address("correct", issue))
            with transaction.atomic():
                revision = mending.correct(issue, item, new, author=by, by=by, note=note, seen=seen)
                mail = _mail_if_wished(request, revision)
                form_drafts.saved(request)
            return _done(request, issue, item, mail)
        except Stale as error:
            form.add_error(None, str(error))
            stale, changes = True, corrections.changes(issue, new)
        except NotCorrected as error:
            form.add_error(None, str(error))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/correct.html",
        title=title,
        form=form,
        seen=corrections.mark(issue, digest_of(issue), item),
        changes=changes,
        kept_as=f"item {item.pk}" if item is not None else f"issue {issue.pk}",
        at_once=at_once,
        button=_button(issue, at_once),
        **_figures(issue, item, reach),
        status=409 if stale else 422 if form.errors else 200,
    )


def _button(issue: Issue, at_once: bool) -> str:
    if not at_once:
        return _("Propose the correction")
    return _("Save") if issue.published_at is None else _("Publish the correction")


def _figures(issue: Issue, item: Item | None, reach: mending.Reach) -> dict[str, Any]:
    """For whom it is, in sentences with numbers, and whether a mail about it can be offered."""
    impossible = correction_mail.impossible(issue)
    return {
        "reach": reach,
        "told": _readers(reach, reach.told),
        "sentences": sentences(issue, item, reach),
        "may_mail": bool(reach.told) and not impossible,
        "no_mail": impossible if issue.frozen_at is not None else "",
    }


def sentences(issue: Issue, item: Item | None, reach: mending.Reach) -> list[str]:
    """Whom a correction comes to, and where the old text stays, for the person who makes it."""
    copies = mends.repeating(item) if item is not None else ()
    return [*_reached(issue, item, reach), *(_repeated(roundup) for roundup in copies)]


def _reached(issue: Issue, item: Item | None, reach: mending.Reach) -> list[str]:
    if issue.frozen_at is None:
        if issue.state == Issue.State.ARCHIVED:
            return [_("The issue was never mailed: the correction is for the site and the feeds.")]
        return [_("Nobody has had it yet: the issue is sent as it reads then.")]
    found = []
    if reach.waiting:
        found.append(
            ngettext(
                "%(count)s still waits and will get the mended text.",
                "%(count)s still wait and will get the mended text.",
                reach.waiting,
            )
            % {"count": f"{reach.waiting:,}"}
        )
    if reach.had:
        old = ngettext(
            "%(count)s has had the old one", "%(count)s have had the old one", reach.had
        ) % {"count": f"{reach.had:,}"}
        held = (
            ""
            if item is None
            else _(" (%(held)s of them held this item)") % {"held": _readers(reach, reach.held)}
        )
        found.append(pgettext("sentence", "%(words)s.") % {"words": f"{old}{held}"})
    if reach.elsewhere:
        found.append(
            ngettext(
                "%(count)s has had this item in a round-up.",
                "%(count)s have had this item in a round-up.",
                reach.elsewhere,
            )
            % {"count": _readers(reach, reach.elsewhere)}
        )
    return found or [_("Nobody has had it by mail, and nobody waits for it.")]


def _repeated(roundup: Issue) -> str:
    """That a round-up on its way holds the old words, which a correction leaves there."""
    title = plain_text(roundup.title, links=False)
    if roundup.state == Issue.State.DRAFT:
        return _(
            "The round-up “%(title)s” repeats it and is a draft: take the mended text over there."
        ) % {"title": title}
    return _(
        "The round-up “%(title)s” repeats it and is on its way with the old text:"
        " take it back to a draft, or correct it there, too."
    ) % {"title": title}


def _readers(reach: mending.Reach, count: int) -> str:
    """How many had it, as exactly as that is known."""
    return _("about %(count)s") % {"count": f"{count:,}"} if reach.about else f"{count:,}"


def _mail_if_wished(request: HttpRequest, revision: Revision) -> Issue | None:
    """The draft of a mail about it, where that box was ticked; in the correction's transaction."""
    if "mail" not in request.POST:
        return None
    if not mending.reach(revision.issue, revision.item).told:
        raise NotCorrected(_("Nobody has had it by mail: there is nobody to tell."))
    return correction_mail.make(revision)


def _done(
    request: HttpRequest, issue: Issue, item: Item | None, mail: Issue | None
) -> HttpResponseRedirect:
    """Carry on with the sending as far as that is a matter of a moment, and say what is done."""
    over = mending.wait(issue, _PATIENCE)
    text = _("Corrected.")
    if issue.published_at is not None:
        text = _("Corrected. The site and the feeds show the new text with your note.")
    if not over:
        text += " " + _("What is on the wire is waited for; then the rest gets the new text.")
    messages.success(request, text)
    for roundup in mends.repeating(item) if item is not None else ():
        messages.warning(request, _repeated(roundup))
    if mail is None:
        return HttpResponseRedirect(address("correct", issue))
    messages.info(request, _("This is the mail about it: a draft. Review and send it."))
    return HttpResponseRedirect(address("change", mail))


@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """What somebody proposed, beside what is; a POST applies or refuses it."""
    issue = _found(request, pk, Act.SEE)
    if not isinstance(issue, Issue):
        return issue
    found = corrections.proposals(issue).filter(number=number).first()
    own = found is not None and same_person(found.by, request.user)
    if not own:
        require(request, deciding_act(issue.publication), issue.publication)
    if found is None:
        messages.info(request, _("Somebody decided about it already."))
        return HttpResponseRedirect(address("correct", issue))
    error = ""
    if request.method == "POST":
        try:
            if own or request.POST.get("do") == "refuse":
                mending.refuse(found, by=actor(request))
                messages.success(request, _("Taken away. Nothing was changed."))
                return HttpResponseRedirect(address("correct", issue))
            with transaction.atomic():
                mail = _mail_if_wished(request, mending.apply(found, by=actor(request)))
            return _done(request, issue, found.item, mail)
        except NotCorrected as problem:
            error = str(problem)
    try:
        changes = corrections.changes(issue, corrections.proposed(found)[0])
    except NotCorrected as problem:
        changes, error = [], str(problem)
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/proposal.html",
        title=_("Proposed correction"),
        proposal=found,
        own=own,
        changes=changes,
        error=error,
        **_figures(issue, found.item, mending.reach(issue, found.item)),
        status=409 if error else 200,
    )
