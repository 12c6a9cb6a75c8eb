"""The settings of the site that this app needs. No other module of the app reads them.

Read when they are asked for, never when a module is imported: tests and hosts change them.
Django's own settings (SECRET_KEY, LANGUAGES, AUTH_USER_MODEL) are read where they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from django.conf import settings


def base_url() -> str:
    """The address readers use, without a slash at the end: `https://news.example.org`."""
    return str(settings.BASE_URL)


def link_keys() -> dict[int, bytes]:
    """Version -> secret. The highest version signs links and names readers, every one opens."""
    keys: dict[int, bytes] = settings.LINK_KEYS
    return keys


def data_dir() -> Path:
    """The folder of this site's own files: uploads lie there until they are imported."""
    return Path(settings.DATA_DIR)


def trusted_proxies() -> Sequence[IPv4Network | IPv6Network]:
    """The networks whose X-Forwarded-For is believed; empty: nobody's."""
    networks: Sequence[IPv4Network | IPv6Network] = settings.TRUSTED_PROXIES
    return networks
