"""The description of the interface (OpenAPI 3.1), with what the library does not know of ours.

Problems are `application/problem+json`, every operation may answer with some of them, and bodies
are read by `bodies` and not by the library.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Schema

from newsletter.digest import json_form

from .answering import method_refused
from .problems import KINDS
from .schemas import ProblemDocument

# What may come of any operation, and what only of one that takes a body.
_ALWAYS = (400, 401, 403, 404, 422, 429, 503)
_WITH_BODY = (408, 409, 411, 413, 415)
# What the web server says in its own words, before any code of ours runs (RFC 9110, 15.5.15).
_OF_SERVER = {414: "The address is longer than the web server takes: 4,094 octets with gunicorn."}
_NOT_ASKED_FOR = HttpResponse()
_DOCUMENTS = {
    "text/markdown": {"schema": {"type": "string"}},
    "application/json": {"schema": {"$ref": "#/components/schemas/Digest"}},
    # A picture's part has any name; the document names it by its file name.
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["document"],
            "properties": {"document": {"type": "string", "contentMediaType": "text/markdown"}},
            "additionalProperties": {"type": "string", "contentMediaType": "image/*"},
        }
    },
}
# A file of readers, in any encoding.
_READERS = {"text/csv": {"schema": {"type": "string"}}}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request again within a day gets the first answer again.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"},
}


class Described(NinjaAPI):
    """The interface; `operation` also says which problems an operation may answer with."""

    def operation(
        self,
        method: str,
        path: str,
        *,
        response: dict[int, Any],
        body: type[Schema] | Literal["document", "readers"] | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a function for `path`, with and without a stroke at its end: a redirect would
        lose the body of a POST."""
        statuses = (*_ALWAYS, *(_WITH_BODY if body is not None else ()))
        responses = {**response, **dict.fromkeys(statuses, ProblemDocument)}
        responses.update(dict.fromkeys(_OF_SERVER))
        extra: dict[str, Any] = {}
        if body is not None:
            extra["requestBody"] = _body(body)
        other = path[:-1] if path.endswith("/") else f"{path}/"

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            hidden = self.api_operation([method], other, include_in_schema=False)
            shown = self.api_operation(
                [method],
                path,
                response=responses,
                openapi_extra=extra,
                operation_id=view.__name__,
                summary=(view.__doc__ or "").partition(".")[0],
            )
            return shown(hidden(view))

        return register

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """What a view may set headers on if it asks for it; none of ours does: made once."""
        return _NOT_ASKED_FOR

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        """The library's, with HEAD, and a problem document for a method that is not taken."""
        patterns: list[URLResolver | URLPattern] = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _with_methods(pattern.callback)
        return patterns

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The library's, with problems in their own media type and keys where there is a body."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"].update(_digest())
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) in _OF_SERVER:
                        answer["description"] = _OF_SERVER[int(status)]
                    elif int(status) >= 400:
                        content = answer["content"].pop("application/json")
                        answer["content"]["application/problem+json"] = content
                        answer["description"] = _titles(int(status))
                if "requestBody" in operation:
                    operation.setdefault("parameters", []).append(_KEY)
        return schema


def _digest() -> dict[str, Any]:
    """The schema of a digest in JSON, its parts as components as the description has them."""
    whole = json_form.schema()
    parts = {f"Digest{name.title()}".replace("_", ""): one for name, one in whole["$defs"].items()}
    own = {key: value for key, value in whole.items() if not key.startswith("$")}
    return cast("dict[str, Any]", _with_refs({"Digest": own, **parts}))


def _with_refs(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_refs(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _with_refs(one) for key, one in value.items()}
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2].title().replace("_", "")
        found["$ref"] = f"#/components/schemas/Digest{name}"
    return found


def _with_methods(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # RFC 9110, section 9.1: whoever takes GET takes HEAD. The server leaves the body out.
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        try:
            response = view(request, *args, **kwargs)
        finally:
            request.method = asked
        if response.status_code == 405:
            taken = set(response.headers["Allow"].split(", "))
            if "GET" in taken:
                taken.add("HEAD")
            return method_refused(request, ", ".join(sorted(taken)))
        return response

    return respond


def _body(body: type[Schema] | Literal["document", "readers"]) -> dict[str, Any]:
    if body == "document":
        return {"required": True, "content": _DOCUMENTS}
    if body == "readers":
        return {"required": True, "content": _READERS}
    return {
        "required": False,
        "content": {"application/json": {"schema": body.model_json_schema()}},
    }


def _titles(status: int) -> str:
    return "; ".join(str(kind.title) for kind in KINDS.values() if kind.status == status)
