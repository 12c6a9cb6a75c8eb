"""The settings of the site that this app needs. No other module of the app reads them.

They are keys of `settings.SUDI`; those that both apps need are read by `subscribers.conf`.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from subscribers.conf import (
    absolute,
    base_url,
    data_dir,
    link_keys,
    mounted,
    optional,
    rehearsal_address,
    required,
    service_relays,
    trusted_proxies,
)

__all__ = [
    "absolute",
    "alert_smtp_urls",
    "base_url",
    "bounce_domain",
    "bounce_mailboxes",
    "broker_url",
    "card_font",
    "check_links",
    "data_dir",
    "dkim_keys",
    "dns_resolver",
    "link_keys",
    "mcp_token",
    "metrics",
    "metrics_networks",
    "metrics_token",
    "mounted",
    "old_hosts",
    "purge_hook",
    "rehearsal_address",
    "relay_addresses",
    "service_relays",
    "smtp_urls",
    "tasks_engine",
    "trusted_proxies",
    "webhook_providers",
]

_NONE: Sequence[str] = ()


def smtp_urls() -> Sequence[str]:
    """The relays, in order: `smtp://USER:PASSWORD@HOST:PORT`, `smtps://` for implicit TLS."""
    urls: Sequence[str] = required("SMTP_URLS")
    return urls


def alert_smtp_urls() -> Sequence[str]:
    """The relay for alerts, as in `smtp_urls`, for the doctor to try; none: there is no other."""
    return optional("ALERT_SMTP_URLS", _NONE)


def dkim_keys() -> str:
    """The keys the worker signs with, `DOMAIN:SELECTOR:FILE`; empty: the relay signs."""
    return optional("DKIM_KEYS", "")


def bounce_domain() -> str:
    """Where reports of undeliverable mail come back; empty: the domain of the sender address."""
    return optional("BOUNCE_DOMAIN", "")


def bounce_mailboxes() -> Sequence[str]:
    """The mailboxes these reports collect in: `imaps://`, `pop3s://`, `maildir:///PATH`."""
    return optional("BOUNCE_MAILBOXES", _NONE)


def webhook_providers() -> Sequence[str]:
    """The providers whose bounce webhooks are taken, by django-anymail's names."""
    return optional("WEBHOOK_PROVIDERS", _NONE)


def check_links() -> bool:
    """Whether a job may connect to the hosts an issue links to."""
    return optional("CHECK_LINKS", False)


def tasks_engine() -> str:
    """What runs jobs: `embedded` (on the site's database) or `celery`."""
    return optional("TASKS_ENGINE", "embedded")


def broker_url() -> str:
    """Celery's broker."""
    return str(required("BROKER_URL"))


def metrics() -> bool:
    """Whether /metrics is served."""
    return optional("METRICS", False)


def mcp_token() -> str:
    """The token with which the MCP server of this process acts; empty: it is given a file."""
    return optional("MCP_TOKEN", "")


def purge_hook() -> str:
    """The dotted path of a function that purges a CDN, called with a list of keys; empty: none."""
    return optional("PURGE_HOOK", "")


def card_font() -> str:
    """The path of a font file that share cards are written in first; empty: what is installed."""
    return optional("CARD_FONT", "")


def metrics_token() -> str:
    """The Bearer token that opens /metrics; empty: none does."""
    return optional("METRICS_TOKEN", "")


def metrics_networks() -> Sequence[IPv4Network | IPv6Network]:
    """The networks that may read /metrics without a token."""
    nobody: Sequence[IPv4Network | IPv6Network] = ()
    return optional("METRICS_NETWORKS", nobody)


def dns_resolver() -> str:
    """The name server the doctor asks, `ADDRESS` or `ADDRESS:PORT`; empty: the machine's own."""
    return optional("DNS_RESOLVER", "")


def old_hosts() -> Sequence[str]:
    """Hosts the site had before, in lower case: reading there leads to `base_url`."""
    return optional("OLD_HOSTS", _NONE)


def relay_addresses() -> Sequence[IPv4Address | IPv6Address]:
    """The public addresses from which the relay delivers; empty: nobody has said."""
    unknown: Sequence[IPv4Address | IPv6Address] = ()
    return optional("RELAY_ADDRESSES", unknown)
