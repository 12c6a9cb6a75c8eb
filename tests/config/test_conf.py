"""What the apps read of a site's own settings: given, left out, missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured

import newsletter.conf
import subscribers.conf

KEY = b"k" * 32
REQUIRED: dict[str, tuple[Callable[[], Any], Any, Any]] = {
    "BASE_URL": (newsletter.conf.base_url, "https://n.example", "https://n.example"),
    "DATA_DIR": (newsletter.conf.data_dir, "/srv/sudi", Path("/srv/sudi")),
    "LINK_KEYS": (newsletter.conf.link_keys, {1: KEY}, {1: KEY}),
    "SMTP_URLS": (newsletter.conf.smtp_urls, ["smtp://r.example"], ["smtp://r.example"]),
    "BROKER_URL": (newsletter.conf.broker_url, "redis://r.example", "redis://r.example"),
}
OPTIONAL: dict[str, tuple[Callable[[], Any], Any, Any]] = {
    "TRUSTED_PROXIES": (subscribers.conf.trusted_proxies, ["10.0.0.0/8"], ()),
    "DKIM_KEYS": (newsletter.conf.dkim_keys, "n.example:s1:/key", ""),
    "BOUNCE_DOMAIN": (newsletter.conf.bounce_domain, "b.example", ""),
    "BOUNCE_MAILBOXES": (newsletter.conf.bounce_mailboxes, ["maildir:///m"], ()),
    "WEBHOOK_PROVIDERS": (newsletter.conf.webhook_providers, ["postmark"], ()),
    "CHECK_LINKS": (newsletter.conf.check_links, True, False),
    "REHEARSAL_ADDRESS": (newsletter.conf.rehearsal_address, "desk@n.example", ""),
    "SECOND_FACTOR": (subscribers.conf.second_factor, "senders", "optional"),
    "TASKS_ENGINE": (newsletter.conf.tasks_engine, "celery", "embedded"),
    "METRICS": (newsletter.conf.metrics, True, False),
    "METRICS_TOKEN": (newsletter.conf.metrics_token, "t" * 32, ""),
    "METRICS_NETWORKS": (newsletter.conf.metrics_networks, ["10.0.0.0/8"], ()),
    "OLD_HOSTS": (newsletter.conf.old_hosts, ["news.old.example"], ()),
    "DNS_RESOLVER": (newsletter.conf.dns_resolver, "192.0.2.53:5353", ""),
    "MCP_TOKEN": (newsletter.conf.mcp_token, "sudi_x", ""),
    "CARD_FONT": (newsletter.conf.card_font, "/fonts/a.otf", ""),
    "PURGE_HOOK": (newsletter.conf.purge_hook, "host.cdn.purge", ""),
    "ALERT_RELAY": (subscribers.conf.alert_relay, {"host": "a.example"}, {}),
    "ALERT_SMTP_URLS": (newsletter.conf.alert_smtp_urls, ["smtp://a.example"], ()),
    "SERVICE_RELAYS": (subscribers.conf.service_relays, [{"host": "r.example"}], ()),
    "RELAY_ADDRESSES": (newsletter.conf.relay_addresses, ["192.0.2.25"], ()),
}


@pytest.mark.parametrize("key", REQUIRED)
def test_a_required_one_that_is_missing_is_named(settings: Any, key: str) -> None:
    read, given, found = REQUIRED[key]
    settings.SUDI = {key: given}
    assert read() == found
    settings.SUDI = {}
    with pytest.raises(ImproperlyConfigured, match=rf'^settings\.SUDI\["{key}"\] is not set\.$'):
        read()


@pytest.mark.parametrize("key", OPTIONAL)
def test_an_optional_one_has_a_default(settings: Any, key: str) -> None:
    read, given, default = OPTIONAL[key]
    settings.SUDI = {key: given}
    assert read() == given
    settings.SUDI = {}
    assert read() == default


def test_a_project_without_the_dictionary_is_told_the_same(settings: Any) -> None:
    del settings.SUDI
    assert newsletter.conf.bounce_domain() == ""
    with pytest.raises(ImproperlyConfigured, match="LINK_KEYS"):
        newsletter.conf.link_keys()


def test_the_site_gives_what_the_apps_read_and_no_more() -> None:
    assert site.SUDI.keys() == REQUIRED.keys() | OPTIONAL.keys()
