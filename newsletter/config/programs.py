"""Requests of programs: they carry a token, so what is about people and their browsers is left out.

Sessions, the CSRF check, who is signed in, the second factor and messages would find nothing in
them and cost as much as the answer (`python -m tests.benchmarks.reading_issue`). Two middlewares:
`behind` stands last and remembers what it stands before; `before` leads there, past all between.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from .middleware import Respond

_API = "/api/v1/"
_SCHEME = "bearer "


class _Way:
    """Where `behind` leads; Django makes the middlewares from the last to the first."""

    on: Respond


def before(get_response: Respond) -> Respond:
    """Past the middlewares up to `behind`, for a request of the interface with a token."""
    straight = _Way.on

    def respond(request: HttpRequest) -> HttpResponse:
        return (straight if _of_a_program(request) else get_response)(request)

    return respond


def behind(get_response: Respond) -> Respond:
    """The place behind what is for people."""
    _Way.on = get_response
    return get_response


def _of_a_program(request: HttpRequest) -> bool:
    said = request.META.get("HTTP_AUTHORIZATION", "")
    return request.path_info.startswith(_API) and said[: len(_SCHEME)].lower() == _SCHEME
