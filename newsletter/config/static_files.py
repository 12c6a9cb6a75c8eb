"""Static files under names that hold a digest of their octets, so that caches keep them for good.

Nothing is collected: the digest is taken of the file an app brings, and the address is answered
by a view whose answers are stored finished, compressed too. The plain names stay, served by
whitenoise, for what is named by hand. A digest of another version, on a page from before an
upgrade or of a machine that is not upgraded yet, leads to the file as it is here.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

_DIGITS = 12
_HASHED = re.compile(rf"^(?P<stem>.+)\.(?P<digest>[0-9a-f]{{{_DIGITS}}})(?P<suffix>\.[^./]+)$")
_YEAR = 31_536_000  # seconds


class HashedStorage(StaticFilesStorage):
    """`{% static "a/b.css" %}` -> `/static/a/b.0123456789ab.css`."""

    def url(self, name: str | None) -> str:
        """The address of a file by its digest; by its plain name if there is no such file."""
        found = _find(name or "")
        if name is None or found is None:
            return super().url(name)
        path = PurePosixPath(name)
        return super().url(str(path.with_name(f"{path.stem}.{_digest(found)}{path.suffix}")))


class Finder(AppDirectoriesFinder):
    """Finds a file by its hashed name, too: Django's own servers for development and tests answer
    static addresses before any view."""

    def find(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """As Django's: the path of the file, or of all that have this name; empty if none has."""
        match = _HASHED.match(path)
        found = super().find(path, *args, **kwargs)
        if found or match is None:
            return found
        return super().find(f"{match['stem']}{match['suffix']}", *args, **kwargs)


@lru_cache(maxsize=2048)
def _find(name: str) -> Path | None:
    found = finders.find(name) if name and PurePosixPath(name).suffix else None
    return Path(str(found)) if found and Path(str(found)).is_file() else None


def _digest(path: Path) -> str:
    state = path.stat()
    return _digest_of(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=2048)
def _digest_of(path: Path, modified: int, size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """A static file by its hashed name; unchanging only if the digest is that of its octets."""
    match = _HASHED.match(name) if ".." not in name.split("/") else None
    found = _find(f"{match['stem']}{match['suffix']}") if match else None
    if match is None or found is None:
        raise Http404
    kind, _coding = mimetypes.guess_type(found.name)
    response = HttpResponse(found.read_bytes(), content_type=_with_charset(kind))
    if match["digest"] == _digest(found):
        patch_cache_control(response, public=True, max_age=_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=60)
    # Fonts and style sheets of ours may stand on a page of a host that mounts this elsewhere.
    response.headers["Access-Control-Allow-Origin"] = "*"
    request.language_is_settled = True  # type: ignore[attr-defined]
    return response


def _with_charset(kind: str | None) -> str:
    if kind is None:
        return "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
