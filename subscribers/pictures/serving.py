"""`/p/NAME-WIDTH.ENDING`: the octets of one copy, without a query, for ever the same."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from .storing import storage

# A year: as long as anything may be kept (RFC 9111, 5.2.2.1; immutable: RFC 8246).
_CACHED = "public, max-age=31536000, immutable"
# Opened alone, it is a picture and nothing that runs; browsers show it with a style of their own.
POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
_TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}


@require_safe
def picture(request: HttpRequest, name: str, ending: str) -> HttpResponse:
    """`name` is stem and width; the address pattern lets nothing else through."""
    try:
        with storage().open(f"{name}.{ending}") as file:
            content = file.read()
    except OSError:
        raise Http404 from None
    request.language_is_settled = True  # type: ignore[attr-defined]  # It has no words.
    response = HttpResponse(content, content_type=_TYPES[ending])
    response["Cache-Control"] = _CACHED
    response["Content-Security-Policy"] = POLICY
    return response
