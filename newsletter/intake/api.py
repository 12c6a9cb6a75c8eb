"""/api/v1/: what a program hands in, reads and releases. Each operation is one function.

The order in each is the same: the token's right, then its turn, then the body, then the work. So
nothing is read for who may not, and nothing is done for what did not arrive whole.
"""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt
from ninja import Query
from ninja.errors import AuthenticationError, HttpError, ValidationError

from newsletter import importing, sending
from newsletter.models import Issue
from subscribers import times
from subscribers.models import Publication
from subscribers.roles import Act

from . import bodies, parts, reader_files, reading, releasing
from .answering import TokenAuth, bearer_of, given, once, only_known, problem, read_json, take_turn
from .description import Described
from .idempotency import Answer
from .one_issue import whole_issue
from .problems import Refusal, as_text
from .putting import Outcome, Put, Way, Wish, put
from .released import is_released
from .schemas import (
    ApproveIn,
    CategoryOut,
    Headline,
    IssueOut,
    Issues,
    ListOptions,
    PlanOut,
    PutOptions,
    Readers,
    ReadersFile,
    ReadersImport,
    ReadersOptions,
    ReleaseIn,
    Report,
)

_PUBLICATION = "/publications/{slug:slug}"
_ISSUE = _PUBLICATION + "/issues/{slug:issue}"

api = Described(
    title="Sudi",
    version="1",
    description="Hand in a digest, check it, read issues and their ledgers, release.",
    urls_namespace="v1",
    docs_url=None,  # Our own page (docs.py): the library's loads scripts from another host.
    auth=TokenAuth(),
)
# The library has handlers of its own for these kinds, which come before one for all.
for _kind in (Refusal, AuthenticationError, ValidationError, HttpError, Http404, Exception):
    api.add_exception_handler(_kind, cast("Any", problem))


def _issue(publication: Publication, slug: str) -> Issue:
    issue = reading.issues_of(publication).filter(slug=slug).first()
    if issue is None:
        raise _no_issue()
    issue.publication = publication
    return issue


def _no_issue() -> Refusal:
    return Refusal("not-found", pgettext("problem", "The publication has no such issue."))


# ---- handing in


@api.operation(
    "POST", _PUBLICATION + "/issues/", body="document", response={200: Report, 201: Report}
)
def put_issue(request: HttpRequest, slug: str, options: Query[PutOptions]) -> HttpResponse:
    """Hand in a digest. A new draft is 201; the same one, or the draft brought up to date, 200."""
    return _hand_in(request, slug, options, dry_run=False)


@api.operation("POST", _PUBLICATION + "/issues/check", body="document", response={200: Report})
def check(request: HttpRequest, slug: str, options: Query[PutOptions]) -> HttpResponse:
    """Say what handing in would do, with every problem at its line. Nothing is stored."""
    return _hand_in(request, slug, options, dry_run=True)


def _hand_in(
    request: HttpRequest, slug: str, options: PutOptions, *, dry_run: bool
) -> HttpResponse:
    bearer = bearer_of(request, slug, Act.EDIT)
    take_turn(bearer)
    only_known(request, PutOptions)
    sent = parts.read(request)
    wish = _wish(options, sent.form)

    def answer() -> Answer:
        done = put(
            bearer.publication,
            sent.document,
            wish,
            by=bearer.user,
            way=Way.API,
            dry_run=dry_run,
            files=sent.files(),
        )
        if not done.stored:
            raise _not_stored(done)
        made = done.outcome is Outcome.MADE and not dry_run
        return Answer(201 if made else 200, as_text(done.as_json()))

    return once(request, bearer, sent.whole(), answer)


def _wish(options: PutOptions, form: str) -> Wish:
    try:
        answers = importing.read_answers(
            lines=options.lines,
            maps=options.map,
            confirm=options.confirm,
            take=options.take,
            span=options.span,
        )
    except importing.BadAnswer as error:
        raise Refusal("invalid", str(error)) from None
    return Wish(
        name=options.name,
        form=form,
        shape=options.shape if "shape" in options.model_fields_set else "",
        create_categories=options.create_categories,
        title=options.title,
        date=options.date,
        answers=answers,
        edition=options.edition,
    )


def _not_stored(done: Put) -> Refusal:
    """409 with the way to correct an issue that is out, or to take it back while it is not yet;
    else 422. With the command's problems."""
    document = done.as_json()
    if done.outcome is Outcome.RELEASED:
        issue = done.report.released
        assert issue is not None
        more = {key: value for key, value in document.items() if key not in ("title", "issue")}
        return is_released(issue, **more)
    said = "; ".join(one.message for one in done.report.errors[:3])
    document["document_title"] = document.pop("title")
    return Refusal("refused", said, **document)


# ---- reading


@api.operation("GET", _PUBLICATION + "/issues/", response={200: Issues})
def issues(request: HttpRequest, slug: str, options: Query[ListOptions]) -> HttpResponse:
    """Issues, the newest day first, at most 100 at once."""
    publication = bearer_of(request, slug, Act.SEE).publication
    only_known(request, ListOptions)
    try:
        before = reading.read_cursor(options.before) if options.before else None
    except ValueError:
        raise Refusal("invalid", pgettext("problem", "`before` is the `next` of a page.")) from None
    found, cursor = reading.issue_page(
        publication, state=options.state or "", before=before, limit=options.limit
    )
    return given({"issues": [reading.headline(one, publication) for one in found], "next": cursor})


@api.operation("GET", _ISSUE + "/", response={200: IssueOut})
def issue(request: HttpRequest, slug: str, issue: str) -> HttpResponse:
    """One issue with its items and links."""
    bearer = bearer_of(request, slug, Act.SEE)
    found = whole_issue(bearer.publication_id, slug, issue)
    if found is None:
        raise _no_issue()
    return given(found)


@api.operation("GET", _ISSUE + "/plan", response={200: PlanOut})
def plan(request: HttpRequest, slug: str, issue: str) -> HttpResponse:
    """Who would get what, what forbids a release, what to look at; and `seen`, which says so."""
    bearer = bearer_of(request, slug, Act.SEE)
    found = _issue(bearer.publication, issue)
    take_turn(bearer)
    look = releasing.look(found)
    return given({**reading.plan_json(found, look.plan), "seen": look.seen})


@api.operation("GET", _ISSUE + "/ledger", response={200: dict[str, int]})
def ledger(request: HttpRequest, slug: str, issue: str) -> HttpResponse:
    """What became of every reader's mail, in counts that add up; then what came back."""
    found = _issue(bearer_of(request, slug, Act.SEE).publication, issue)
    return given({**sending.ledger(found), **sending.reported(found)})


@api.operation("GET", _PUBLICATION + "/categories", response={200: list[CategoryOut]})
def categories(request: HttpRequest, slug: str) -> HttpResponse:
    """The categories an item may be filed under."""
    return given(reading.categories(bearer_of(request, slug, Act.SEE).publication))


@api.operation("GET", _PUBLICATION + "/readers", response={200: Readers})
def readers(request: HttpRequest, slug: str) -> HttpResponse:
    """How many readers there are, and how many chose each category. No addresses."""
    bearer = bearer_of(request, slug, Act.SEE)
    take_turn(bearer)
    return given(reading.readers(bearer.publication))


@api.operation(
    "POST",
    _PUBLICATION + "/readers/import",
    body="readers",
    response={200: ReadersFile, 202: ReadersImport},
)
def import_readers(request: HttpRequest, slug: str, options: Query[ReadersOptions]) -> HttpResponse:
    """Import readers from a CSV file. As long as it is open what a column or value says of a
    reader, nothing is stored, and `undecided` lists what to say with `column` and `value`."""
    bearer = bearer_of(request, slug, Act.READERS)
    take_turn(bearer)
    only_known(request, ReadersOptions)
    said = reader_files.read_options(options)
    digest = reader_files.keep(request)

    def answer() -> Answer:
        if options.dry_run:
            tried = reader_files.try_out(digest, bearer.publication, said, options.name)
            return Answer(200, as_text(tried))
        started = reader_files.start(digest, bearer.publication, said, options.name, by=bearer.user)
        return Answer(202, as_text(started))

    return once(request, bearer, digest.encode(), answer)


@api.operation("GET", _PUBLICATION + "/readers/imports/{int:pk}", response={200: ReadersImport})
def readers_import(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How far an import of readers is, and the rows that had a problem. No addresses."""
    bearer = bearer_of(request, slug, Act.READERS)
    return given(reader_files.found(pk, bearer.publication))


# ---- releasing


@api.operation("POST", _ISSUE + "/release", body=ReleaseIn, response={200: Headline})
def release(request: HttpRequest, slug: str, issue: str) -> HttpResponse:
    """Release an issue, after the undo time or at a time. Where a second person must approve,
    they have to have done so."""
    bearer = bearer_of(request, slug, Act.SEND)
    take_turn(bearer)
    data = bodies.read(request)
    found = _issue(bearer.publication, issue)

    def answer() -> Answer:
        wish = read_json(data, ReleaseIn)
        at = _moment(wish.at, bearer.publication) if wish.at else None
        released = releasing.release(
            found, by=bearer.user, seen=wish.seen, channels=wish.channels, at=at
        )
        return _headline(released, bearer.publication)

    return once(request, bearer, data, answer)


def _moment(text: str, publication: Publication) -> Any:
    try:
        return times.read(text, times.zone_of(publication))
    except times.TimeProblem as error:
        raise Refusal("invalid", times.explain(error, publication)) from None


@api.operation("POST", _ISSUE + "/approve", body=ApproveIn, response={200: Headline})
def approve(request: HttpRequest, slug: str, issue: str) -> HttpResponse:
    """The second person's yes. Somebody else has to release."""
    bearer = bearer_of(request, slug, Act.APPROVE)
    take_turn(bearer)
    data = bodies.read(request)
    found = _issue(bearer.publication, issue)

    def answer() -> Answer:
        wish = read_json(data, ApproveIn)
        releasing.approve(found, by=bearer.user, seen=wish.seen, channels=wish.channels)
        return _headline(found, bearer.publication)

    return once(request, bearer, data, answer)


def _headline(issue: Issue, publication: Publication) -> Answer:
    issue.refresh_from_db()
    return Answer(200, as_text(reading.headline(issue, publication)))


@csrf_exempt  # As all of the interface: a token is no cookie that a browser sends by itself.
def nowhere(request: HttpRequest, path: str = "") -> HttpResponse:
    """Any other address below /api/v1/: a program gets a document there, too, and no page."""
    return problem(request, Http404())
