"""An address of SMTP_URL as Django's own mail understands it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from newsletter.smtp.server import BadServer, Server, is_loopback


def of_relay(url: str) -> dict[str, Any]:
    """`smtp://user:password@host:port?starttls=&helo=` or `smtps://…` -> options for a connection.

    The encryption and the name are the worker's, so that what takes issues takes single mails too.
    `starttls_optional` and `helo` are known to `relay_backend`; other backends ignore them.
    """
    try:
        server = Server.from_url(url)
    except BadServer:
        return _as_far_as_it_goes(url)
    return {
        "host": server.host,
        "port": server.port,
        "username": server.user,
        "password": server.password,
        "use_ssl": server.implicit_tls,
        "use_tls": server.starttls == "required",
        "starttls_optional": server.starttls == "optional",
        "helo": server.helo,
    }


def _as_far_as_it_goes(url: str) -> dict[str, Any]:
    """Of an address with an option nobody knows, which the doctor names."""
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
