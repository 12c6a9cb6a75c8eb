"""The settings of the site that this app needs. No other module of the app reads them.

They are in one dictionary, `settings.SUDI`, so that a host project sees at once which are ours.
Read when they are asked for, never when a module is imported: tests and hosts change them.
Django's own settings (SECRET_KEY, LANGUAGES, AUTH_USER_MODEL) are read where they are needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


def required(key: str) -> Any:
    """`settings.SUDI[key]`. Raises ImproperlyConfigured, which names the key, if it is not set."""
    try:
        return settings.SUDI[key]
    except (AttributeError, KeyError):
        raise ImproperlyConfigured(f'settings.SUDI["{key}"] is not set.') from None


def optional(key: str, default: T) -> T:
    """`settings.SUDI[key]`, which is of the default's type, or the default if it is not set."""
    try:
        value: T = settings.SUDI[key]
    except (AttributeError, KeyError):
        return default
    return value


def base_url() -> str:
    """The address of the start page, without a slash at the end: `https://news.example.org`.

    In a host project with the path our pages are mounted at: `https://example.org/news`.
    """
    return str(required("BASE_URL")).rstrip("/")


def mount() -> str:
    """The path of BASE_URL: empty, or where a host project has our pages, like `/news`."""
    return urlsplit(base_url()).path


def mounted(path: str) -> str:
    """A path below BASE_URL as a path of the host, for links between pages."""
    return mount() + path


def absolute(path: str) -> str:
    """A path of the host, as `reverse` and `static` give it, as a whole address."""
    return urljoin(f"{base_url()}/", path)


def link_keys() -> dict[int, bytes]:
    """Version -> secret. The highest version signs links and names readers, every one opens."""
    keys: dict[int, bytes] = required("LINK_KEYS")
    return keys


def data_dir() -> Path:
    """The folder of this site's own files: uploads, mail templates, the workers' journals."""
    return Path(required("DATA_DIR"))


def trusted_proxies() -> Sequence[IPv4Network | IPv6Network]:
    """The networks whose X-Forwarded-For is believed; empty: nobody's."""
    nobody: Sequence[IPv4Network | IPv6Network] = ()
    return optional("TRUSTED_PROXIES", nobody)


def visitor() -> str:
    """The dotted path of what knows a host's visitors (`subscribers.visitor`); empty: nothing."""
    return optional("VISITOR", "")


def rehearsal_address() -> str:
    """Where all mail of the site goes instead of to its readers; empty: to its readers."""
    return optional("REHEARSAL_ADDRESS", "")


def service_relays() -> Sequence[Mapping[str, Any]]:
    """Django's options for a connection to each relay of SMTP_URLS, for mail outside issues.

    Empty: such mail goes as Django sends any other, in a host project by its own EMAIL_ settings.
    """
    nobody: Sequence[Mapping[str, Any]] = ()
    return optional("SERVICE_RELAYS", nobody)


def second_factor() -> str:
    """Who must have a second factor: `optional` (nobody), `senders` or `all`.

    Of our own site alone: the login of a project that hosts the apps is its own.
    """
    return optional("SECOND_FACTOR", "optional")


def alert_relay() -> dict[str, Any]:
    """Django's options for a connection to the relay alerts go by; empty: as other mail."""
    options: dict[str, Any] = {}
    return optional("ALERT_RELAY", options)
