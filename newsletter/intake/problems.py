"""Problem documents (RFC 9457): what was wrong with a request, for a program and for its author.

One table holds every kind with its status and title; the page of the interface shows it. `type` is
the place on that page, so whoever meets one in a log can look it up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pydantic_core
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its HTTP status and its title, the same every time."""

    status: int
    title: str | Promise


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, pgettext_lazy("problem", "The request cannot be understood")),
    "incomplete": Kind(400, pgettext_lazy("problem", "The body did not arrive whole")),
    "no-token": Kind(401, pgettext_lazy("problem", "A token that holds is needed")),
    "forbidden": Kind(403, pgettext_lazy("problem", "The token does not allow this")),
    "not-found": Kind(404, pgettext_lazy("problem", "There is nothing here for this token")),
    "method": Kind(405, pgettext_lazy("problem", "This address does not take that method")),
    "too-slow": Kind(408, pgettext_lazy("problem", "The body came too slowly")),
    "released": Kind(409, pgettext_lazy("problem", "The issue is released already")),
    "key-reused": Kind(409, pgettext_lazy("problem", "The key was used for another request")),
    "in-flight": Kind(409, pgettext_lazy("problem", "The same request is being answered")),
    "changed": Kind(409, pgettext_lazy("problem", "The issue is not what was seen")),
    "not-released": Kind(409, pgettext_lazy("problem", "The issue cannot be released now")),
    "length-required": Kind(411, pgettext_lazy("problem", "The length of the body is needed")),
    "too-large": Kind(413, pgettext_lazy("problem", "The body is too large")),
    "media-type": Kind(415, pgettext_lazy("problem", "This kind of body is not taken")),
    "refused": Kind(422, pgettext_lazy("problem", "The document has problems to solve")),
    "undecided": Kind(422, pgettext_lazy("problem", "The file leaves open who may be mailed")),
    "invalid": Kind(422, pgettext_lazy("problem", "A value has the wrong form")),
    "too-many": Kind(429, pgettext_lazy("problem", "Too many requests with this token")),
    "failed": Kind(500, pgettext_lazy("problem", "A fault of this server")),
    "busy": Kind(503, pgettext_lazy("problem", "The database is busy")),
}


class Refusal(Exception):
    """A request that is answered with a problem document; `more` are its further members."""

    def __init__(self, code: str, detail: str, *, retry: int = 0, **more: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry = retry  # Seconds after which the same may succeed; 0: it says nothing of that.
        self.more = more

    @property
    def status(self) -> int:
        """The HTTP status of its kind."""
        return KINDS[self.code].status

    def document(self, page: str) -> dict[str, Any]:
        """The problem document; `page` is the address of the page that explains the kinds."""
        kind = KINDS[self.code]
        return {
            "type": f"{page}#{self.code}",
            "title": str(kind.title),
            "status": kind.status,
            "detail": self.detail,
            **self.more,
        }


def as_text(document: Mapping[str, Any]) -> str:
    """A document as it is sent. What is no Unicode text (a lone surrogate) becomes `?`.

    By pydantic, which the interface stands on: an issue of ten items takes it 40 µs, `json` 300.
    """
    try:
        return pydantic_core.to_json(document, fallback=str).decode()
    except pydantic_core.PydanticSerializationError:
        # It takes no lone surrogate; `json` does, and what it writes can be mended.
        written = json.dumps(document, ensure_ascii=False, default=str)
        return written.encode("utf-8", "replace").decode()
