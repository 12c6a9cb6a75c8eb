"""Requests a second of an authenticated GET of one issue over those of a bare view of the library.

    python -m tests.benchmarks.reading_issue [--rounds N] [--items N]

Both go through the whole WSGI application with its middleware, in turn, in one process; the bare
view answers `{"ok": true}` without a token and without the database. The ratio of each round is
printed, and their median: the aim is 0.5.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
import types
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene

_REQUESTS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.reading_issue")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--items", type=int, default=10)
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        print(json.dumps(measure(options.rounds, options.items)))
    return 0


def measure(rounds: int, items: int) -> dict[str, Any]:
    """The rates of both and the ratio."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from newsletter.intake import tokens
    from tests import builders

    publication, categories = scene.publication()
    issue = builders.issue(publication)
    for number in range(items):
        builders.item(issue, categories[number % len(categories)], f"Item {number}")
    user = get_user_model().objects.create_user("alice", is_staff=True)
    user.sudi_roles.create(publication=publication, kind="editor")
    _token, secret = tokens.make(user, publication, "draft", by="bench")
    application = _application()
    path = f"/api/v1/publications/bench/issues/{issue.slug}/"
    ours: list[float] = []
    bare: list[float] = []
    for _round in range(rounds + 1):
        bare.append(_rate(application, "/bare/", ""))
        ours.append(_rate(application, path, secret))
    connection.close()
    ratios = [one / other for one, other in zip(ours[1:], bare[1:], strict=True)]
    return {
        "items": items,
        "bare_per_second": round(statistics.median(bare[1:])),
        "issue_per_second": round(statistics.median(ours[1:])),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 2) for ratio in sorted(ratios)],
    }


def _application() -> Any:
    """Our application, with the bare view beside our addresses."""
    from django.conf import settings
    from django.urls import include, path
    from ninja import NinjaAPI

    bare = NinjaAPI(urls_namespace="bare", docs_url=None, openapi_url=None)

    @bare.get("/")
    def view(request: Any) -> dict[str, bool]:
        return {"ok": True}

    module = types.ModuleType("bench_urls")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("bare/", bare.urls),
        path("", include("newsletter.config.urls")),
    ]
    sys.modules["bench_urls"] = module
    settings.ROOT_URLCONF = "bench_urls"
    from newsletter.config.wsgi import application

    return application


def _rate(application: Any, path: str, secret: str) -> float:
    """Requests a second, over `_REQUESTS` of them."""
    started = time.perf_counter()
    for _number in range(_REQUESTS):
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr, "REMOTE_ADDR": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {secret}",
        }  # fmt: skip
        statuses: list[str] = []
        answer = application(environ, lambda status, headers, kept=statuses: kept.append(status))
        b"".join(answer)
        answer.close()
        if statuses != ["200 OK"]:
            raise AssertionError(statuses)
    return _REQUESTS / (time.perf_counter() - started)


if __name__ == "__main__":
    raise SystemExit(main())
