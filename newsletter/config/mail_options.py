"""An address of SMTP_URL as Django's own mail understands it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from newsletter.smtp.server import is_loopback


def of_relay(url: str) -> dict[str, Any]:
    """`smtp://user:password@host:port` or `smtps://…` -> options for a connection to it."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    return {
        "host": host,
        "port": parts.port or (465 if secure else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": secure,
        "use_tls": not secure and not is_loopback(host),
    }
