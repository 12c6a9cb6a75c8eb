"""Reports of undeliverable mail find their way back."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter import conf
from newsletter.bounces.homecoming import Homecoming

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings, inside

NAME, PLACE = "return_path", 130


def begin(site: Surroundings) -> None:
    """Log in to the mailboxes now."""
    if not site.trial:
        site.begin_mailboxes()


def look(site: Surroundings) -> Iterator[Finding]:
    """MX of each envelope sender's domain, the mailboxes, and the test bounce if asked for."""
    if site.trial:
        yield unseen(_("A trial: no report comes back."))
        return
    if not site.return_domains:
        yield unseen(_("There is no publication yet, and so no sender."))
        return
    for where, error in site.mailboxes:
        if error:
            yield bad(
                _("The mailbox %(where)s cannot be read: %(error)s", where=where, error=error),
                _("Mend host, user and password in BOUNCE_MAILBOX."),
            )
        else:
            yield good(_("The mailbox %(where)s can be read.", where=where))
    for domain in site.return_domains:
        yield _domain(site, domain)
    yield _homecoming(site)


def _domain(site: Surroundings, domain: str) -> Finding:
    servers = site.dns.mail_servers(domain)
    if servers == [""]:
        return bad(
            _("%(domain)s says that it takes no mail at all (null MX).", domain=domain),
            _("Publish: %(domain)s. IN MX 10 HOST-THAT-TAKES-REPORTS. Or set BOUNCE_DOMAIN to a"
              " domain that takes mail.", domain=domain),
        )  # fmt: skip
    if not servers:
        if site.dns.addresses(domain):
            return good(_("%(domain)s takes mail at its own address.", domain=domain))
        return bad(
            _("%(domain)s takes no mail: reports cannot come back, and many servers refuse such a"
              " sender.", domain=domain),
            _("Publish: %(domain)s. IN MX 10 HOST-THAT-TAKES-REPORTS.", domain=domain),
        )  # fmt: skip
    lost = [host for host in servers if not site.dns.addresses(host)]
    if len(lost) == len(servers):
        return bad(
            _(
                "The mail server of %(domain)s, %(host)s, has no address.",
                domain=domain,
                host=lost[0],
            ),
            _("Publish: %(host)s. IN A ADDRESS, or mend the MX record.", host=lost[0]),
        )
    if lost:
        return bad(
            _("%(host)s, one of the mail servers of %(domain)s, has no address.",
              domain=domain, host=lost[0]),
            _("Publish: %(host)s. IN A ADDRESS, or take it out of the MX records.", host=lost[0]),
        )  # fmt: skip
    best = servers[0]
    found = site.dns.addresses(best)
    if found and all(one.is_loopback or one.is_unspecified for one in found):
        return bad(
            _("The mail server of %(domain)s, %(host)s, has an address that leads every other"
              " machine to itself (%(address)s).", domain=domain, host=best, address=found[0]),
            _("Publish: %(host)s. IN A PUBLIC-ADDRESS-OF-THIS-MACHINE", host=best),
        )  # fmt: skip
    if found and all(map(inside, found)):
        # Right where the names of the inner network are others than those that everybody sees.
        return unseen(
            _("The mail server of %(domain)s, %(host)s, has an inner address here (%(address)s);"
              " what others are told is not seen from here.",
              domain=domain, host=best, address=found[0]),
            _("Run on another machine: dig +short A %(host)s", host=best),
        )  # fmt: skip
    return good(_("%(domain)s takes mail at %(host)s.", domain=domain, host=best))


def _homecoming(site: Surroundings) -> Finding:
    """The proof: a bounce that we sent out ourselves came in by one of the ways."""
    if site.bounce:
        sent = Homecoming.send(site.relays, site.return_domains[0])
        if isinstance(sent, str):
            return bad(
                _("The test bounce could not be sent: %(said)s", said=sent),
                _("Mend the check “relay” first."),
            )
        if sent.wait(site.bounce):
            return good(_("A test bounce came home."))
        return bad(
            _("A test bounce to %(address)s did not come home within %(seconds)s s.",
              address=sent.address, seconds=round(site.bounce)),
            _("Let mail for %(domain)s reach `sudi receive_report`, `sudi receive_mail` or"
              " BOUNCE_MAILBOX, and let the worker run. See the handbook on bounces.",
              domain=site.return_domains[0]),
        )  # fmt: skip
    if at := Homecoming.last():
        return good(_("The last test bounce came home on %(day)s.", day=at))
    ways = bool(conf.bounce_mailboxes() or conf.webhook_providers())
    return unseen(
        _("A mailbox or webhook is set; whether a report reaches it was not tried.")
        if ways
        else _("Whether your mail server hands reports to us is not seen from here."),
        _("Run: sudi doctor --bounce"),
    )
