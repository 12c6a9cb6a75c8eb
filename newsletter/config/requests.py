"""Requests whose addresses are UTF-8, whatever charset their body says it is in.

Django reads the query in the body's charset, so `text/markdown; charset=utf-16` would lose every
option, and a charset that is none of text (base64) would be a 500 before any code of ours runs.
"""

from __future__ import annotations

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters


def _read_type(request: HttpRequest, meta: dict[str, Any]) -> None:
    """Type and parameters, as Django has them; the charset is the body's alone."""
    found = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
    request.content_type, request.content_params = found


class Utf8WSGIRequest(WSGIRequest):
    """For `wsgi.application`."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        _read_type(self, meta)


class Utf8ASGIRequest(ASGIRequest):
    """For `asgi.application`."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        _read_type(self, meta)
