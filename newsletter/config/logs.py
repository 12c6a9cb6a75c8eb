"""Log lines: for people or as JSON, with the request and the issue they are about, and without
what must not stand in a log.

Whatever a line is made of (our words, a relay's, a traceback), it passes `scrubbed` last: addresses
are masked, and the tokens of personal links and return paths and passwords in addresses go. Errors
are kept in DATA_DIR/errors.log besides, for the page that shows the last ones.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import json
import logging
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

Respond = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{6,64}")
_ISSUE = re.compile(r"/newsletter/issue/(\d+)/")
_request: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="")
_issue: contextvars.ContextVar[int | None] = contextvars.ContextVar("issue", default=None)

_TOKEN = re.compile(r"(/s/[a-z]/)[A-Za-z0-9_-]{20,}")
_RETURN = re.compile(r"\b([bu])-[0-9a-fA-F]{20,}(?=@)")
# Up to the last @ before the path: a password may hold one that nobody wrote as %40.
_PASSWORD = re.compile(r"(\w://)[^\s/]{0,200}:[^\s/]{1,300}@")
_SECRET = re.compile(
    r"(\bBearer |\bBasic |\bAUTH PLAIN |\bAUTH LOGIN |\b[Pp]ass(?:word|wd)?=)[^\s&,;'\"]+"
)
# A local part as mail servers write it, in any script, or quoted; the domain is kept, it tells
# most. An address in a query has %40, and some return paths have one before the = .
_APART = r"\s<>()\[\],;:\"'`/@…"
_ADDRESS = re.compile(
    rf"(\"[^\"\n]{{1,64}}\"|[^{_APART}=]{{1,64}})(@|%40)([^{_APART}]+|\[[0-9A-Fa-f.:]+\])"
)
_VERP = re.compile(rf"([^{_APART}=]{{1,64}})=((?:[\w-]+\.)+[\w-]{{2,}}(?:@|%40))")

_QUOTE = '"'

_ERRORS = "errors.log"
_MOST_OCTETS = 1_000_000


def scrubbed(text: str) -> str:
    """The text without addresses, personal tokens and passwords."""
    text = _TOKEN.sub(r"\1…", text)
    text = _PASSWORD.sub(r"\1…@", text)
    text = _SECRET.sub(r"\1…", text)
    text = _RETURN.sub(r"\1-…", text)
    text = _VERP.sub(lambda match: f"{match[1][:1]}…={match[2]}", text)
    return _ADDRESS.sub(lambda match: f"{match[1].strip(_QUOTE)[:1]}…{match[2]}{match[3]}", text)


def middleware(get_response: Respond) -> Respond:
    """Every request has an id, a trusted web server's or our own, and its answer says it."""

    def respond(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        trusted = getattr(request, "sudi_forwarded", "").startswith("believed")
        id_ = given if trusted and _GIVEN.fullmatch(given) else secrets.token_hex(8)
        about = _ISSUE.search(request.path_info)
        tokens = _request.set(id_), _issue.set(int(about[1]) if about else None)
        try:
            response = get_response(request)
        finally:
            _request.reset(tokens[0])
            _issue.reset(tokens[1])
        response.headers[HEADER] = id_
        return response

    return respond


class Context(logging.Filter):
    """Puts the request and the issue on each record that does not say them itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = getattr(record, "request", None)  # Django puts the request itself there.
        record.request_id = said if isinstance(said, str) else _request.get()
        if not isinstance(getattr(record, "issue", None), int):
            record.issue = _issue.get()
        return True


class Line(logging.Formatter):
    """One line for people."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        about = [
            f"{name}={value}"
            for name, value in (
                ("request", getattr(record, "request_id", "")),
                ("issue", getattr(record, "issue", None)),
            )
            if value
        ]
        return scrubbed(f"{text} [{' '.join(about)}]" if about else text)


class Json(logging.Formatter):
    """One JSON object a line, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            "process": record.process,
        }
        if request := getattr(record, "request_id", ""):
            line["request"] = request
        if (issue := getattr(record, "issue", None)) is not None:
            line["issue"] = issue
        if record.exc_info:
            line["error"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class Errors(logging.Handler):
    """Appends each error to DATA_DIR/errors.log; the file before it is kept too, no more.

    Opened for each line: several processes write here, and errors are few.
    """

    def __init__(self, folder: str) -> None:
        super().__init__(logging.ERROR)
        self._path = Path(folder) / _ERRORS
        self.setFormatter(Json())
        self.addFilter(Context())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record).encode() + b"\n"
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, line)
                full = os.fstat(file).st_size > _MOST_OCTETS
            finally:
                os.close(file)
            if full:
                os.replace(self._path, self._path.with_suffix(".log.1"))
        except OSError:
            pass  # A full disk must not turn one error into two; the line is in the log as well.


def last_errors(folder: Path, most: int) -> list[dict[str, Any]]:
    """The newest errors first, each as `Json` wrote it."""
    lines: list[bytes] = []
    for name in (f"{_ERRORS}.1", _ERRORS):
        try:
            lines += (folder / name).read_bytes().splitlines()
        except OSError:
            continue
    found = []
    for line in reversed(lines[-most:]):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def configuration(folder: Path, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: `level` for our own loggers, `form` line or json."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": "newsletter.config.logs.Context"}},
        "formatters": {
            "line": {
                "()": "newsletter.config.logs.Line",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            },
            "json": {"()": "newsletter.config.logs.Json"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["context"],
            },
            "errors": {"()": "newsletter.config.logs.Errors", "folder": str(folder)},
        },
        "root": {"handlers": ["stderr", "errors"], "level": "WARNING"},
        "loggers": {
            "newsletter": {"level": level},
            "subscribers": {"level": level},
            # Writes a warning for every CSS property it has not heard of.
            "CSSUTILS": {"level": "CRITICAL"},
            # Writes a traceback when one of its sixty readers stumbles over a mail not its own.
            "flufl.bounce": {"level": "CRITICAL"},
        },
    }
