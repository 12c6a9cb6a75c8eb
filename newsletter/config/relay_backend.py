"""Django's mail backend with what SMTP_URL can say and Django's settings cannot.

`starttls=optional` encrypts where the relay offers it and checks nothing (RFC 7435). The name we
say is the worker's: `helo=`, else the socket's address (RFC 5321 section 4.1.3) and never
"localhost", with which Django greets from a machine without a domain and which relays refuse.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp

from newsletter import conf
from newsletter.smtp.handshake import literal
from newsletter.smtp.server import context

from . import mail_options


class EmailBackend(smtp.EmailBackend):
    """A connection by the options of `mail_options.of_relay`; without any by the first relay."""

    def __init__(self, host: str | None = None, *args: Any, **options: Any) -> None:
        if host is None:
            options = mail_options.of_relay(conf.smtp_urls()[0]) | options
            host = options.pop("host")
        self._helo: str = options.pop("helo", "")
        self._optional: bool = options.pop("starttls_optional", False)
        super().__init__(host, *args, **options)

    @property
    def connection_class(self) -> Any:
        """What connects: smtplib's class, and what is done before anything else is said."""
        made = super().connection_class

        def connect(*args: Any, **options: Any) -> smtplib.SMTP:
            connection: smtplib.SMTP = made(*args, **options)
            try:
                own = connection.sock.getsockname()[0] if connection.sock else "127.0.0.1"
                connection.local_hostname = self._helo or literal(own)
                if self._optional:
                    connection.ehlo_or_helo_if_needed()
                    if connection.has_extn("starttls"):
                        connection.starttls(context=context(checked=False))
            except BaseException:
                connection.close()
                raise
            return connection

        return connect
