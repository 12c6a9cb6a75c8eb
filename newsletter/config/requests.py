"""Requests whose addresses are UTF-8, whatever charset their body says it is in.

Django reads the query in the body's charset, so `text/markdown; charset=utf-16` would lose every
option, and a charset that is none of text (base64) would be a 500 before any code of ours runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from django.http import HttpRequest as Base
else:
    Base = object


class _Utf8(Base):
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Type and parameters, as Django has them; the charset is the body's alone."""
        self.content_type, self.content_params = parse_header_parameters(
            meta.get("CONTENT_TYPE", "")
        )


class Utf8WSGIRequest(_Utf8, WSGIRequest):
    """For `wsgi.application`."""


class Utf8ASGIRequest(_Utf8, ASGIRequest):
    """For `asgi.application`."""
