"""A digest and its pictures in one request (multipart/form-data, RFC 7578).

The part `document` is the digest, every other file a picture that it names by its file name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import pgettext

from newsletter.digest.decoding import LARGEST
from newsletter.importing import illustrating
from subscribers.pictures import MOST_OCTETS

from . import bodies
from .problems import Refusal

DOCUMENT = "document"
# Of a whole request. Files lie on the disk until they are looked at, one after the other.
_MOST = 64 * 1024 * 1024
_BAD = (
    MultiPartParserError, UnreadablePostError, StopUpload, SuspiciousOperation, TooManyFieldsSent,
    TooManyFilesSent, OSError, ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """`form` is markdown or json. `pictures` by file name; they are read one at a time."""

    document: bytes
    form: str
    pictures: Mapping[str, UploadedFile[Any]] = field(default_factory=dict)

    def files(self) -> illustrating.Files:
        """What the importing room asks for by name."""
        return self._octets if self.pictures else illustrating.no_files

    def _octets(self, name: str) -> bytes | None:
        """By its name without folders. Of what is too large no more than shows it."""
        file = self.pictures.get(name.rpartition("/")[2])
        if file is None:
            return None
        file.seek(0)
        octets: bytes = file.read(MOST_OCTETS + 1)
        return octets

    def whole(self) -> bytes:
        """What stands for all of it, by which a repeated request is known."""
        parts = [self.document]
        for name, file in sorted(self.pictures.items()):
            digest = hashlib.blake2b()
            for piece in file.chunks():
                digest.update(piece)
            parts += [name.encode(), digest.digest()]
        return b"\0".join(parts)


def read(request: HttpRequest) -> Sent:
    """The digest and what came with it. Raises Refusal."""
    bodies.refuse_packed(request)
    if (request.content_type or "").lower() != "multipart/form-data":
        form = bodies.form_of(request)
        return Sent(bodies.read(request), form)
    if bodies.length_of(request) > _MOST:
        bodies.drain(request)
        raise Refusal(
            "too-large",
            pgettext("problem", "A document with its pictures has at most %(most)d MB.")
            % {"most": _MOST // 2**20},
        )
    try:
        files = {name: file for name, file in request.FILES.items() if not isinstance(file, list)}
        text = request.POST.get(DOCUMENT)
    except RequestDataTooBig:
        raise Refusal(
            "too-large",
            pgettext("problem", "Send the part “document” as a file, with a file name."),
        ) from None
    except _BAD:
        raise Refusal(
            "bad-request",
            pgettext("problem", "The parts of the request cannot be read; nothing was done."),
        ) from None
    given = files.pop(DOCUMENT, None)
    if given is None and text is None:
        raise Refusal(
            "invalid", pgettext("problem", "Send the digest as a part called “document”.")
        )
    kind = (given.content_type or "").lower() if given is not None else ""
    named_json = given is not None and str(given.name).lower().endswith(".json")
    form = bodies.FORMS.get(kind, "json" if named_json else "")
    document = given.read(LARGEST + 1) if given is not None else (text or "").encode()
    return Sent(document, form, {str(one.name): one for one in files.values()})
