"""What waits for the person who looks at the board: each kind is one function, listed below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import ngettext, pgettext

from newsletter.issues import approvals as agreed
from newsletter.issues import asking, ready
from subscribers.admin import form_drafts
from subscribers.admin.access import actor
from subscribers.admin.form_drafts import Place
from subscribers.models import AuditEntry, ImportJob, Incident, Publication
from subscribers.roles import Act, may

from ...digest import markdown
from ...models import ImportWarning, Issue, Revision, Slot

# Shown of each kind; whoever has more to do begins with these.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sentence that says what is wanted, where it is done, and what it is about."""

    text: str
    address: str
    about: str


def of(request: HttpRequest, publications: Sequence[Publication]) -> list[Waiting]:
    """All that waits for this user in these publications, kind by kind."""
    allowed = {
        act: [one for one in publications if may(request.user, act, one)]
        for act in {act for act, _source in SOURCES}
    }
    return [one for act, source in SOURCES if allowed[act] for one in source(request, allowed[act])]


def _page(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def _title(issue: Issue) -> str:
    return markdown.plain_text(issue.title, links=False)


def approvals(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Drafts that a second person must approve, once more where they were changed since; first
    those for which this user was asked by name. What was sent back waits for its writers."""
    me = actor(request)
    rows = _unapproved(publications)
    standings = asking.standings(rows)
    names = _names({pk for one in standings.values() for pk in one.asked})
    for issue in sorted(rows, key=lambda one: str(me.pk) not in standings[one.pk].asked):
        how = standings[issue.pk]
        if how.back is not None or not asking.may_say_yes(issue, me):
            continue
        others = [names[pk] for pk in how.asked if pk in names]
        if str(me.pk) in how.asked:
            text = pgettext("waits for me", "%(who)s asks you to approve it") % {"who": how.by}
        elif others:
            text = pgettext("waits for me", "A draft to approve; asked for it: %(who)s")
            text %= {"who": ", ".join(others)}
        else:
            text = pgettext("waits for me", "A draft to approve")
        yield Waiting(text, _page("newsletter_issue_approve", issue.pk), _title(issue))


def sent_back(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Drafts that an approver sent back with words, until somebody asks again."""
    rows = _unapproved(publications)
    standings = asking.standings(rows)
    for issue in rows:
        back = standings[issue.pk].back
        if back is None:
            continue
        text = pgettext("waits for me", "%(who)s sent it back: %(words)s") % {
            "who": back.by.get_username() if back.by is not None else "–",
            "words": Truncator(back.text).chars(80),
        }
        yield Waiting(text, _page("newsletter_issue_discussion", issue.pk), _title(issue))


def _unapproved(publications: Sequence[Publication]) -> list[Issue]:
    """Drafts that wait for a second person's yes, or did until it was sent back."""
    rows = Issue.objects.filter(
        publication__in=[one for one in publications if one.needs_approval],
        state=Issue.State.DRAFT,
    )
    few = rows.select_related("publication").order_by("date", "pk")[:_MOST]
    return [one for one in few if one.approved_by_id is None or agreed.lacking(one)]


def _names(keys: Collection[str]) -> dict[str, str]:
    people = get_user_model().objects.filter(pk__in=keys) if keys else []
    return {str(one.pk): one.get_username() for one in people}


def proposals(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Corrections that somebody proposed and another person must apply."""
    rows = Revision.objects.filter(
        kind=Revision.Kind.PROPOSAL, issue__publication__in=publications
    ).select_related("issue")
    for one in rows.order_by("pk")[:_MOST]:
        yield Waiting(
            pgettext("waits for me", "A correction that was proposed"),
            _page("newsletter_issue_proposal", one.issue_id, one.number),
            _title(one.issue),
        )


def proposed(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Drafts that a program, which may not send, proposed to release."""
    drafts = {f"issue:{issue.pk}": issue for issue in _drafts(publications)}
    said = AuditEntry.objects.filter(target__in=drafts, action="release proposed")
    for target in dict.fromkeys(said.order_by("pk").values_list("target", flat=True)):
        issue = drafts[target]
        if ready.said(issue) is None:
            yield Waiting(
                pgettext("waits for me", "A program proposes to release it"),
                _page("newsletter_issue_send", issue.pk),
                _title(issue),
            )


def without_a_time(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Drafts that a person said yes to and that will not go by themselves: one act is left."""
    with_slots = set(Slot.objects.filter(publication__in=publications).values_list("publication"))
    for issue in _drafts(publications):
        if ready.said(issue) is not None:
            if ready.lacking(issue):
                text = pgettext("waits for me", "Said to be ready, and changed since: look again")
            elif (issue.publication_id,) not in with_slots:
                text = pgettext("waits for me", "Ready, and no slot takes it: give it a time")
            else:
                continue
        elif issue.approved_by_id is not None and not agreed.lacking(issue):
            text = pgettext("waits for me", "Approved, and without a time")
        else:
            continue
        yield Waiting(text, _page("newsletter_issue_send", issue.pk), _title(issue))


def made_of_others(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Round-ups and correction mails, which are made of what was out: a look, and they can go.

    Where a second person must approve they wait for that one (`approvals`).
    """
    texts = {
        Issue.Kind.ROUNDUP: pgettext("waits for me", "A round-up to look at and send"),
        Issue.Kind.CORRECTION: pgettext("waits for me", "A correction mail to look at and send"),
    }
    rows = Issue.objects.filter(
        # Not those that go by themselves in a moment.
        Q(kind=Issue.Kind.ROUNDUP, roundup__goes=False) | Q(kind=Issue.Kind.CORRECTION),
        publication__in=[one for one in publications if not one.needs_approval],
        state=Issue.State.DRAFT,
    )
    for issue in rows.select_related("ready").order_by("pk")[:_MOST]:
        if ready.said(issue) is None:
            kind = Issue.Kind(issue.kind)
            yield Waiting(texts[kind], _page("newsletter_issue_send", issue.pk), _title(issue))


def _drafts(publications: Sequence[Publication]) -> list[Issue]:
    """The drafts that are to go next."""
    rows = Issue.objects.filter(publication__in=publications, state=Issue.State.DRAFT)
    return list(rows.select_related("publication", "ready__by").order_by("-date", "-pk")[:_MOST])


def paused(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Issues that stand still until somebody decides."""
    rows = Issue.objects.filter(
        publication__in=publications,
        state=Issue.State.PAUSED,
        resumes_when_mended=False,
        rehearses__isnull=True,
    )
    for issue in rows.order_by("pk")[:_MOST]:
        yield Waiting(
            pgettext("waits for me", "Paused: go on, or stop it for good"),
            _page("newsletter_issue_progress", issue.pk),
            _title(issue),
        )


def incidents(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Refusals that are held until a person carries them out or drops them."""
    rows = Incident.objects.filter(publication__in=publications, state=Incident.State.OPEN)
    for one in rows.select_related("publication").order_by("pk")[:_MOST]:
        text = ngettext(
            "%(n)s refusal is held for your decision",
            "%(n)s refusals are held for your decision",
            one.refusals,
        )
        yield Waiting(
            text % {"n": f"{one.refusals:,}"},
            _page("subscribers_incident_change", one.pk),
            one.publication.name,
        )


def imports(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Files of readers that were looked at and not let in yet."""
    rows = ImportJob.objects.filter(publication__in=publications, state=ImportJob.State.CHECKED)
    for job in rows.order_by("pk")[:_MOST]:
        yield Waiting(
            pgettext("waits for me", "A file of readers that waits for your answers"),
            _page("subscribers_importjob_change", job.pk),
            job.file,
        )


def digests(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """A document that this user gave and left, with its questions, before it was a draft."""
    place = Place("import")
    if form_drafts.offered(request, place) is not None:
        yield Waiting(
            pgettext("waits for me", "A document you began to import"),
            _page("newsletter_issue_import"),
            "",
        )


def warnings(request: HttpRequest, publications: Sequence[Publication]) -> Iterator[Waiting]:
    """Drafts whose import asked to look at something."""
    rows = (
        ImportWarning.objects.filter(
            issue__publication__in=publications,
            issue__state=Issue.State.DRAFT,
            accepted_at__isnull=True,
        )
        .order_by("issue")
        .values("issue", "issue__title")
        .annotate(number=Count("pk"))
    )
    for row in rows[:_MOST]:
        text = ngettext(
            "%(n)s warning of the import to look at",
            "%(n)s warnings of the import to look at",
            row["number"],
        )
        yield Waiting(
            text % {"n": row["number"]},
            _page("newsletter_issue_preflight", row["issue"]),
            markdown.plain_text(row["issue__title"], links=False),
        )


Source = Callable[[HttpRequest, Sequence[Publication]], Iterator[Waiting]]
# ---- WAITS FOR ME: one line a kind, (the right it needs, the function). Most urgent first.
SOURCES: list[tuple[Act, Source]] = [
    (Act.SEND, paused),
    (Act.APPROVE, approvals),
    (Act.EDIT, sent_back),
    (Act.SEND, proposed),
    (Act.SEND, made_of_others),
    (Act.SEND, without_a_time),
    (Act.CORRECT, proposals),
    (Act.READERS, incidents),
    (Act.EDIT, warnings),
    (Act.EDIT, digests),
    (Act.READERS, imports),
]
