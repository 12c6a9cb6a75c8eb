"""From a request to its response: who asks, whether they may, and every problem as a document."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_origin

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import pgettext
from ninja import Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import ValidationError as BadJson

from newsletter import conf
from subscribers import network
from subscribers.roles import Act

from . import idempotency, tokens
from .idempotency import Answer
from .problems import Refusal, as_text
from .tokens import Bearer

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Schema)
_SECONDS_A_TURN = 1


class TokenAuth(HttpBearer):
    """`Authorization: Bearer TOKEN` (RFC 6750)."""

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        """The bearer of the token, if it holds and may be used from here."""
        return tokens.find(token, address=network.client_address(request))


def bearer_of(request: HttpRequest, slug: str, act: Act) -> Bearer:
    """Who asks, if they may `act` in this publication. Raises Refusal.

    A publication of others and one that does not exist are the same to a token: not found.
    """
    bearer = request.auth  # type: ignore[attr-defined]
    assert isinstance(bearer, Bearer)
    if slug == bearer.slug:
        if bearer.may(act):
            return bearer
        if bearer.may(Act.SEE):
            raise Refusal("forbidden", bearer.refusal(act))
    raise Refusal("not-found", pgettext("problem", "The token opens no such publication."))


def only_known(request: HttpRequest, options: type[Schema]) -> None:
    """Refuse an option that there is not: left unread, a slip of the pen would be silent."""
    # The language of the answer's words may be chosen at every address of the site.
    if unknown := sorted(set(request.GET) - set(options.model_fields) - {"lang"}):
        raise _invalid([(name[:60], pgettext("problem", "no such option")) for name in unknown])
    # Of two only one would be read, silently.
    lists = {n for n, one in options.model_fields.items() if get_origin(one.annotation) is list}
    if twice := sorted(n for n, said in request.GET.lists() if len(said) > 1 and n not in lists):
        raise _invalid(
            [(name[:60], pgettext("problem", "it stands there twice")) for name in twice]
        )


def take_turn(bearer: Bearer) -> None:
    """Count one request that changes or costs much. Raises Refusal when there are too many."""
    if not tokens.take_turn(bearer):
        raise Refusal(
            "too-many",
            pgettext("problem", "Wait a little: a token has two turns a second."),
            retry=_SECONDS_A_TURN,
        )


def once(
    request: HttpRequest, bearer: Bearer, data: bytes, answer: Callable[[], Answer]
) -> HttpResponse:
    """The response, given once for each Idempotency-Key; what is refused is kept as well."""

    def whole() -> Answer:
        try:
            return answer()
        except Refusal as refusal:
            return _as_answer(request, refusal)

    request_digest = idempotency.digest_of(
        (request.method or "").encode(),
        request.get_full_path().encode(),
        (request.content_type or "").encode(),
        data,
    )
    # An empty one is refused: whoever sends it believes that sending again is safe.
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    return respond(idempotency.once(bearer.token, key, request_digest, whole))


def respond(answer: Answer) -> HttpResponse:
    """An answer as HTTP: a problem document from 400 on, never kept by a cache."""
    kind = "application/problem+json" if answer.status >= 400 else "application/json"
    response = HttpResponse(answer.text, status=answer.status, content_type=kind)
    response.headers["Cache-Control"] = "private, no-store"
    if answer.retry:
        response.headers["Retry-After"] = str(answer.retry)
    if answer.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="sudi"'
    return response


def given(document: Mapping[str, Any] | list[Any], status: int = 200) -> HttpResponse:
    """A document as the response."""
    return respond(Answer(status, as_text(document)))  # type: ignore[arg-type]


def read_json(data: bytes, schema: type[S]) -> S:
    """A small JSON body; none at all is one without any member. Raises Refusal."""
    if name := _said_twice(data):
        raise _invalid([(name[:60], pgettext("problem", "it stands twice"))])
    try:
        return schema.model_validate_json(data or b"{}")
    except BadJson as error:
        found = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        raise _invalid(found) from None


def _said_twice(data: bytes) -> str:
    """A name that stands twice in one object, of which readers of JSON take either; or ""."""
    twice: list[str] = []

    def names(members: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for name, _value in members:
            (twice.append if name in seen else seen.add)(name)

    # What is no JSON the schema says in its own words.
    with contextlib.suppress(ValueError, RecursionError):
        json.loads(data or b"{}", object_pairs_hook=names)
    return twice[0] if twice else ""


def _invalid(found: list[tuple[str, str]]) -> Refusal:
    said = "; ".join(f"{field}: {message}" if field else message for field, message in found[:5])
    return Refusal(
        "invalid", said, fields=[{"field": field, "message": text} for field, text in found[:50]]
    )


def _as_answer(request: HttpRequest, refusal: Refusal) -> Answer:
    document = refusal.document(conf.absolute(reverse("v1-docs")))
    return Answer(refusal.status, as_text(document), refusal.retry)


def method_refused(request: HttpRequest, allowed: str) -> HttpResponse:
    """405, with the methods that the address takes (RFC 9110 section 15.5.6)."""
    said = pgettext("problem", "It takes %(allowed)s.") % {"allowed": allowed}
    response = problem(request, Refusal("method", said))
    response.headers["Allow"] = allowed
    return response


def busy(request: HttpRequest, retry: int) -> HttpResponse:
    """503: the database is busy, for `retry` seconds as it seems."""
    return problem(request, _busy(retry))


def _busy(retry: int) -> Refusal:
    return Refusal("busy", pgettext("problem", "Try again in a moment."), retry=retry)


def problem(request: HttpRequest, error: Exception) -> HttpResponse:
    """Whatever went wrong, as a problem document."""
    return respond(_as_answer(request, refusal_of(error)))


def refusal_of(error: Exception) -> Refusal:
    """What is answered where something was raised; a fault of ours goes to the log."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, AuthenticationError):
        return Refusal(
            "no-token", pgettext("problem", "Send Authorization: Bearer TOKEN with one that holds.")
        )
    if isinstance(error, ValidationError):
        return _invalid([(str(one["loc"][-1]), str(one["msg"])) for one in error.errors])
    if isinstance(error, Http404):
        return Refusal("not-found", pgettext("problem", "There is no such address."))
    if isinstance(error, HttpError):
        return Refusal("bad-request", str(error))
    if isinstance(error, OperationalError):
        log.warning("the interface waits for the database: %s", str(error).strip()[:200])
        return _busy(2)
    log.error("a request of the interface failed", exc_info=error)
    return Refusal("failed", pgettext("problem", "It is in the log of the site. Nothing was kept."))
