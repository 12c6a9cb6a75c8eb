"""The page of the interface: drawn from its description, without a script or another host."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from newsletter import conf
from newsletter.digest import json_form

from .answering import method_refused
from .problems import KINDS

View = Callable[[HttpRequest], HttpResponse]


def _only_read(view: View) -> View:
    """Other methods than GET and HEAD get a problem document, as at every address here."""

    @csrf_exempt  # Nothing is done; a page about an expired form would be the wrong answer.
    @wraps(view)
    def respond(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        return method_refused(request, "GET, HEAD")

    return respond


@_only_read
def page(request: HttpRequest) -> HttpResponse:
    """Every operation with what it takes and gives, and every kind of problem."""
    from .api import api

    schema = api.get_openapi_schema()
    operations = [
        _shown(path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(
        request,
        "newsletter/api.html",
        {
            "operations": operations,
            "kinds": [(code, kind) for code, kind in KINDS.items()],
            "base_url": conf.base_url(),
            "schema": "openapi.json",
            "noindex": True,
        },
    )


@_only_read
def digest_schema(request: HttpRequest) -> HttpResponse:
    """What a digest in JSON looks like, as JSON Schema; no token is asked for."""
    return JsonResponse(
        json_form.schema(),
        content_type="application/schema+json",
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )


def _shown(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One operation as the template shows it; what the description leaves out is empty."""
    body = operation.get("requestBody", {}).get("content", {})
    fields: dict[str, Any] = next(
        (one["schema"].get("properties", {}) for one in body.values()), {}
    )
    return {
        "path": path,
        "method": method.upper(),
        "name": operation["operationId"],
        "said": operation.get("description") or operation["summary"],
        "parameters": [
            {
                "name": one["name"],
                "in": one["in"],
                "said": one.get("description") or one["schema"].get("description", ""),
            }
            for one in operation.get("parameters", [])
        ],
        "takes": list(body),
        "fields": {name: field.get("description", "") for name, field in fields.items()},
        "answers": [
            (status, answer["description"]) for status, answer in operation["responses"].items()
        ],
    }
