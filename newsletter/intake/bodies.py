"""The body of a request, whole or not at all.

Read from the stream and not through Django's forms, whose own limit (2.5 MB) answers with a page.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import pgettext

from newsletter.digest.decoding import LARGEST, codec_of

from .problems import Refusal

# What a body may be called, and the form in which the importing room reads it.
FORMS = {
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/plain": "markdown",
    "application/json": "json",
}
# A client that is still writing does not read our answer: so much of a body that is too large is
# read and thrown away.
_DRAINED = 16 * 1024 * 1024
_PIECE = 64 * 1024


def form_of(request: HttpRequest) -> str:
    """`markdown` or `json`, by the Content-Type. Raises Refusal."""
    form = FORMS.get((request.content_type or "").lower())
    if form is None:
        raise Refusal(
            "media-type",
            pgettext("problem", "Send Content-Type: text/markdown, or application/json."),
        )
    return form


def refuse_packed(request: HttpRequest) -> None:
    """Raise Refusal for a body in a Content-Encoding (RFC 9110, section 8.4): what it holds, and
    how much, would be known only after it was unpacked."""
    packed = request.headers.get("Content-Encoding", "").strip().lower()
    if packed not in ("", "identity"):
        drain(request)
        raise Refusal(
            "media-type",
            pgettext("problem", "Send the body as it is, without Content-Encoding: %(name)s.")
            % {"name": packed[:40]},
        )


def read(request: HttpRequest) -> bytes:
    """The body as sent; text in another charset than UTF-8 that was named is brought to UTF-8.

    Raises Refusal: too large, packed, cut off on its way, without a length, not in its charset.
    """
    refuse_packed(request)
    length = length_of(request)
    if length > LARGEST:
        drain(request)
        raise Refusal(
            "too-large",
            pgettext("problem", "A document has at most %(most)d MB.")
            % {"most": LARGEST // (1024 * 1024)},
        )
    try:
        data = request.read(length) if length else b""
    except (UnreadablePostError, OSError):
        data = b""
    if len(data) != length:
        raise incomplete(len(data), length)
    return in_utf8(data, (request.content_params or {}).get("charset", ""))


def incomplete(came: int, length: int) -> Refusal:
    """The sender went away before the end."""
    return Refusal(
        "incomplete",
        pgettext("problem", "%(came)d of %(length)d bytes arrived, so nothing was done.")
        % {"came": came, "length": length},
    )


def length_of(request: HttpRequest) -> int:
    """Octets of the body. Raises Refusal where nobody says how many."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if text.isascii() and text.isdigit():
        return int(text)
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise Refusal("length-required", pgettext("problem", "Send a Content-Length header."))
    return 0


def drain(request: HttpRequest) -> None:
    """Read a body that is refused, for a while: who is still writing does not read our answer."""
    left = min(length_of(request), _DRAINED)
    try:
        while left > 0 and (piece := request.read(min(left, _PIECE))):
            left -= len(piece)
    except (UnreadablePostError, OSError):
        return


def in_utf8(data: bytes, charset: str) -> bytes:
    """Text in UTF-8, out of the charset that was named. Raises Refusal.

    Without a charset the reader recognises UTF-8, UTF-16 and GB18030 by itself.
    """
    charset = charset.strip().strip("\"'").lower()
    if not charset or charset in ("utf-8", "utf8"):
        return data
    try:
        text = data.decode(codec_of(charset))
    except LookupError:  # Unknown, or no encoding of text.
        raise Refusal(
            "media-type",
            pgettext("problem", "The charset %(charset)s is not known. Send UTF-8.")
            % {"charset": charset[:40]},
        ) from None
    except UnicodeError:
        raise Refusal(
            "bad-request",
            pgettext("problem", "The body is not in the charset %(charset)s that it names.")
            % {"charset": charset[:40]},
        ) from None
    return text.encode("utf-8", "surrogatepass")
