"""Settings as people write them, and what is said of those that mean nothing.

Each function takes the setting's name, so that the message names it, and never shows a password.
"""

from __future__ import annotations

import importlib.util
import json
import re
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from pathlib import PurePath
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from newsletter.smtp.server import Server

_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9-]*[a-z][a-z0-9-]*", re.I)


def need(package: str, setting: str, extra: str) -> None:
    """Whether the package that a setting asks for is installed; the error says how to."""
    if importlib.util.find_spec(package) is None:
        raise ImproperlyConfigured(
            f"{setting} needs {package}, which is not installed: pip install 'sudi[{extra}]'"
        )


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def networks(name: str, text: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks, separated by spaces or commas."""
    found = []
    for word in _words(text):
        try:
            found.append(ip_network(word))
        except ValueError:
            raise ImproperlyConfigured(
                f"{name}: {word!r} is no address or network. Write {_meant(word)}"
            ) from None
    return found


def _meant(word: str) -> str:
    try:
        return f"{ip_network(word, strict=False)} for the whole network, or one address."
    except ValueError:
        return "numbers and no names, like 127.0.0.1 or 10.0.0.0/8."


def addresses(name: str, text: str) -> list[IPv4Address | IPv6Address]:
    """Addresses, separated by spaces or commas."""
    found = []
    for word in _words(text):
        try:
            found.append(ip_address(word))
        except ValueError:
            raise ImproperlyConfigured(
                f"{name}: {word!r} is no address. Write numbers and no names, like 192.0.2.25."
            ) from None
    return found


def mail_servers(name: str, text: str) -> list[str]:
    """`smtp://` and `smtps://`, separated by spaces."""
    urls = text.split()
    for url in urls:
        if not _is_server(name, url, ("smtp", "smtps")):
            raise ImproperlyConfigured(
                f"{name}: write smtp://HOST:PORT or smtps://USER:PASSWORD@HOST"
            )
    return urls


def relays(name: str, text: str) -> list[str]:
    """Mail servers that go by different names: that of the host, or what `?name=` says."""
    urls = mail_servers(name, text)
    names = [dict(parse_qsl(urlsplit(url).query)).get("name") or urlsplit(url).hostname or ""
             for url in urls]  # fmt: skip
    if twice := Server.doubled([one[:60] for one in names]):
        raise ImproperlyConfigured(
            f"{name}: two mail servers are called {twice}, and limits and hours are kept by name."
            " Write ?name=… behind one of them, such as ?name=second"
        )
    return urls


def mail_server(name: str, text: str) -> list[str]:
    """One of them, or none: a second one would be read by nobody."""
    urls = mail_servers(name, text)
    if len(urls) > 1:
        raise ImproperlyConfigured(
            f"{name}: write one mail server; what it does not take goes by those of SMTP_URL"
            f" all the same. Take away: {', '.join(_without_login(url) for url in urls[1:])}"
        )
    return urls


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def mailboxes(name: str, text: str) -> list[str]:
    """`imap(s)://`, `pop3(s)://` and `maildir://`, separated by spaces."""
    urls = text.split()
    for url in urls:
        box = urlsplit(url)
        if box.scheme == "maildir" and box.path.startswith("/") and not box.netloc:
            continue
        if not _is_server(name, url, ("imap", "imaps", "pop3", "pop3s")):
            raise ImproperlyConfigured(
                f"{name}: write imaps://USER:PASSWORD@HOST/FOLDER, pop3s://USER:PASSWORD@HOST or"
                " maildir:///PATH"
            )
    return urls


def _is_server(name: str, url: str, schemes: tuple[str, ...]) -> bool:
    """Whether it has one of these schemes and a host; an error if its port is none."""
    try:
        parts = urlsplit(url)
        fine = parts.port is None or parts.port > 0
    except ValueError:
        fine = False
    if not fine:
        # A / ? # or @ of the password ends it too early.
        raise ImproperlyConfigured(
            f"{name}: what stands where the port should is no number from 1 to 65535. Special"
            " characters in user and password are written %XX, such as %23 for #."
        )
    return parts.scheme in schemes and bool(parts.hostname)


def is_site(parts: SplitResult) -> bool:
    """Whether this can be the address readers use: no port, or one that there is."""
    try:
        fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    right = parts.scheme in ("http", "https") and bool(parts.hostname)
    return fine and right and not parts.query and not parts.fragment


def domain(name: str, text: str) -> str:
    """A domain, in ASCII, or nothing."""
    if not text:
        return ""
    try:
        plain = idna.encode(text, uts46=True).decode() if not text.isascii() else text
    except idna.IDNAError:
        plain = ""
    if len(plain) > 253 or not _HOST.fullmatch(plain):
        raise ImproperlyConfigured(f"{name}={text!r}: write a domain alone, like news.example.org")
    return plain


def storage(name: str, text: str) -> dict[str, Any]:
    """Where files are kept, as Django's STORAGES has it: a folder, or an object in JSON."""
    if PurePath(text).is_absolute():
        # For every process of the site, on whichever machine; for nobody else.
        modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        kind = "django.core.files.storage.FileSystemStorage"
        return {"BACKEND": kind, "OPTIONS": {"location": text, **modes}}
    try:
        said = json.loads(text)
        known: dict[str, Any] = {
            "BACKEND": str(said["BACKEND"]),
            "OPTIONS": dict(said.get("OPTIONS", {})),
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ImproperlyConfigured(
            f"{name}: write a folder from the root, like /mnt/sudi/pictures, or a storage of"
            ' Django: {"BACKEND": "package.Class", "OPTIONS": {…}}'
        ) from None
    try:
        import_string(known["BACKEND"])
    except ImportError as error:
        raise ImproperlyConfigured(f"{name}: {error}. Is its package installed?") from None
    return known
