"""Each relay takes a connection as the worker makes it: greeting, EHLO, TLS, login."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter import conf
from newsletter.sending.probing import Probe
from subscribers.addresses import masked

from ..findings import Finding, Text, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "relay", 120
READS = False  # It needs no database.

_SLOW = 5.0


def begin(site: Surroundings) -> None:
    """Connect now."""
    site.begin_relays()
    site.begin_alert_relays()


def look(site: Surroundings) -> Iterator[Finding]:
    """One connection to each, at once, and whether what they take reaches anybody."""
    if (caught := conf.rehearsal_address()) and not site.trial:
        yield bad(
            _("Every mail of this site goes to %(address)s and none to a reader.",
              address=masked(caught)),
            _("When the rehearsal is over, unset REHEARSAL_ADDRESS and restart web and worker."),
        )  # fmt: skip
    for relay in site.relays:
        where = f"{relay.host}:{relay.port}"
        if not relay.ok:
            yield bad(
                _("The relay %(where)s cannot be used (%(phase)s): %(said)s",
                  where=where, phase=relay.phase, said=f"{relay.code or ''} {relay.text}".strip()),
                _("Run: sudi quickstart") if site.trial else _remedy(relay, where),
            )  # fmt: skip
        elif relay.seconds > _SLOW:
            yield bad(
                _("The relay %(where)s needs %(seconds)s s until it takes mail.",
                  where=where, seconds=round(relay.seconds, 1)),
                _slow(),
            )  # fmt: skip
        else:
            how = _how(relay)
            yield good(_("The relay %(where)s takes mail (%(how)s).", where=where, how=how))
    for relay in site.begin_alert_relays().answer():
        yield _for_alerts(relay, f"{relay.host}:{relay.port}")


def _for_alerts(relay: Probe, where: str) -> Finding:
    """It is needed when something else is broken, and nobody would see it fail before."""
    if relay.ok:
        return good(
            _("The relay for alerts %(where)s takes mail (%(how)s).", where=where, how=_how(relay))
        )
    return bad(
        _("The relay for alerts %(where)s cannot be used (%(phase)s): %(said)s",
          where=where, phase=relay.phase, said=f"{relay.code or ''} {relay.text}".strip()),
        _("Mend ALERT_SMTP_URL: smtp://USER:PASSWORD@HOST:587, or smtps://… for port 465; until"
          " then alerts go by SMTP_URL, at their second try."),
    )  # fmt: skip


def _how(relay: Probe) -> Text:
    if relay.user and relay.encrypted:
        return _("TLS, login")
    if relay.encrypted:
        return _("TLS, no login")
    return _("login") if relay.user else _("no TLS, no login")


def _remedy(relay: Probe, where: str) -> Text:
    match relay.phase:
        case "url":
            return _("Mend SMTP_URL: smtp://USER:PASSWORD@HOST:587, or smtps://… for port 465.")
        case "auth" if relay.code is None:
            return _("The relay offers no login here. Use its submission port (587 or 465).")
        case "auth" if relay.code is not None and relay.code < 500:
            return _(
                "The relay cannot check logins just now: look at its own log (Postfix: does Dovecot"
                " or saslauthd run?). The password may be right."
            )
        case "auth":
            return _("User or password in SMTP_URL are wrong; special characters are written %%XX.")
        case "tls" if relay.implicit and re.search(r"WRONG_VERSION|UNKNOWN_PROTOCOL", relay.text):
            return _(
                "This port does not begin with encryption: write smtp://%(where)s, or smtps:// with"
                " the port that does (465).",
                where=where,
            )
        case "connect" | "greeting" | "time" if relay.port == 465 and not relay.implicit:
            return _("Port 465 begins with encryption: write smtps://%(where)s", where=where)
        case "tls" if "STARTTLS" in relay.text:
            return _(
                "Use the port that encrypts: smtps://%(host)s:465 or port 587. On a network that"
                " you trust: ?starttls=never",
                host=relay.host,
            )
        case "tls":
            return _(
                "Renew the relay's certificate, or write the name in SMTP_URL that it is for;"
                " of an authority of your own: SSL_CERT_FILE=/path/to/ca.pem. See it with:"
                " openssl s_client -starttls smtp -connect %(where)s",
                where=where,
            )
        case "dns" if "name server" in relay.text:
            return _("No name server answers: mend the check “dns” first.")
        case "dns":
            return _("%(host)s has no address: mend the host in SMTP_URL.", host=relay.host)
        case "time":
            return _slow()
        case _ if relay.code is None and "in time" in relay.text:
            return _slow()
        case "connect":
            return _(
                "Start the mail server, or mend host and port in SMTP_URL; many hosters block"
                " port 25, so use 587. Try: nc -vz %(host)s %(port)s",
                host=relay.host,
                port=relay.port,
            )
        case _:
            return _(
                "The relay refuses this machine: allow its address there (Postfix: mynetworks),"
                " and give the address a PTR record."
            )


def _slow() -> Text:
    return _(
        "It probably looks up our name and waits: give it a name server that answers, or"
        " let this machine's address have a PTR record."
    )
