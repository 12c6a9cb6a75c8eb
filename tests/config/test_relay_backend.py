"""A single mail is encrypted, and greets, as SMTP_URL says and as the worker does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection

from newsletter.config.mail_options import of_relay
from newsletter.config.relay_backend import EmailBackend
from tests.site_settings import override
from tests.smtpd import Authority, Smtpd

BACKEND = "newsletter.config.relay_backend.EmailBackend"


@pytest.mark.parametrize(
    ("url", "ssl", "tls", "optional"),
    [
        ("smtp://10.0.0.7:25?starttls=never", False, False, False),
        ("smtp://relay.lan?starttls=optional", False, False, True),
        ("smtp://relay.lan?starttls=required", False, True, False),
        ("smtp://relay.example.org:587", False, True, False),
        ("smtp://127.0.0.1:25?starttls=required", False, True, False),
        ("smtp://127.0.0.1:25", False, False, False),
        ("smtps://u:p%40ss@relay.example.org", True, False, False),
    ],
)
def test_the_encryption_is_that_of_the_worker(
    url: str, ssl: bool, tls: bool, optional: bool
) -> None:
    found = of_relay(url)
    assert (found["use_ssl"], found["use_tls"], found["starttls_optional"]) == (ssl, tls, optional)


def test_the_rest_of_the_address() -> None:
    assert of_relay("smtps://u%3A:p%40ss@relay.example.org?helo=news.example.org&name=x") == {
        "host": "relay.example.org",
        "port": 465,
        "username": "u:",
        "password": "p@ss",
        "use_ssl": True,
        "use_tls": False,
        "starttls_optional": False,
        "helo": "news.example.org",
    }


def send(url: str) -> Any:
    """One mail by the site's first relay; the connection it went by."""
    with override(SMTP_URLS=[url]):
        connection: Any = get_connection(BACKEND, timeout=5)
    assert isinstance(connection, EmailBackend)
    connection.open()
    name = connection.connection.local_hostname
    mail = EmailMessage("One", "Two", "news@harbour.example.org", ["eve@example.org"])
    assert connection.send_messages([mail]) == 1
    connection.close()
    return name


def test_optional_encrypts_where_it_is_offered(tmp_path: Path) -> None:
    tls = Authority.make(tmp_path).server("another.example.org")  # Nothing is checked.
    with Smtpd(tls=tls) as offers, Smtpd() as plain:
        send(f"smtp://127.0.0.1:{offers.port}?starttls=optional")
        send(f"smtp://127.0.0.1:{plain.port}?starttls=optional")
        send(f"smtp://127.0.0.1:{offers.port}")
    assert [mail.encrypted for mail in offers.accepted] == [True, False]
    assert [mail.encrypted for mail in plain.accepted] == [False]


def test_it_greets_as_the_worker_does() -> None:
    with Smtpd() as relay:
        assert send(f"smtp://127.0.0.1:{relay.port}") == "[127.0.0.1]"
        assert send(f"smtp://127.0.0.1:{relay.port}?helo=news.example.org") == "news.example.org"
