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
from django.utils.datastructures import MultiValueDict
from django.utils.translation import pgettext

from newsletter.digest.decoding import LARGEST
from newsletter.importing import illustrating
from subscribers.pictures import MOST_OCTETS

from . import bodies
from .problems import Refusal

DOCUMENT = "document"
# Of a whole request. Files lie on the disk until they are looked at, one after the other.
_MOST = 64 * 1024 * 1024
# Octets at the end of a request in which its last boundary stands; it may have an epilogue.
_END = 4096
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
    watched = _Watched(request)
    try:
        fields, sent = request.parse_file_upload(request.META, watched)  # type: ignore[arg-type]
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
    watched.refuse_cut_off(str((request.content_params or {}).get("boundary", "")))
    documents = [*sent.getlist(DOCUMENT), *fields.getlist(DOCUMENT)]
    if len(documents) != 1:
        said = pgettext("problem", "Send the digest as a part called “document”.")
        if documents:
            said = pgettext("problem", "Two parts are called “document”: send one.")
        raise Refusal("invalid", said)
    text = fields.get(DOCUMENT)
    given = sent.get(DOCUMENT)
    kind = (given.content_type or "").lower() if given is not None else ""
    named_json = given is not None and str(given.name).lower().endswith(".json")
    form = bodies.FORMS.get(kind, "json" if named_json else "")
    document = given.read(LARGEST + 1) if given is not None else (text or "").encode()
    if given is not None and given.charset:
        named: str | bytes = given.charset  # Octets, whatever the library's types say.
        charset = named.decode("ascii", "replace") if isinstance(named, bytes) else named
        document = bodies.in_utf8(document, charset)
    return Sent(document, form, _by_name(sent))


def _by_name(sent: MultiValueDict[str, UploadedFile[Any]]) -> dict[str, UploadedFile[Any]]:
    """The pictures by their file names. Raises Refusal for two of one name: which is meant?"""
    found: dict[str, UploadedFile[Any]] = {}
    for part, files in sent.lists():
        for file in files if part != DOCUMENT else ():
            name = str(file.name)
            if name in found:
                raise Refusal(
                    "invalid",
                    pgettext("problem", "Two files are called “%(name)s”: name each by itself.")
                    % {"name": name[:80]},
                )
            found[name] = file
    return found


class _Watched:
    """A body on its way to the parser, which takes one that was cut off for whole."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._length = bodies.length_of(request)
        self._came = 0
        self._end = b""

    def read(self, size: int = -1) -> bytes:
        """The next octets."""
        data = self._request.read(size)
        self._came += len(data)
        self._end = (self._end + data)[-_END:]
        return data

    def refuse_cut_off(self, boundary: str) -> None:
        """Raise Refusal if the body did not come to its end (RFC 2046, section 5.1.1)."""
        if self._came != self._length:
            raise bodies.incomplete(self._came, self._length)
        if f"--{boundary}--".encode("latin-1", "replace") not in self._end:
            raise Refusal(
                "incomplete",
                pgettext("problem", "The last boundary is missing, so nothing was done."),
            )
