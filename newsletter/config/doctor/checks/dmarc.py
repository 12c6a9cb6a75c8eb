"""The From domain has a policy, and its mail is aligned with what is authenticated (RFC 7489)."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter import conf

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings
from ..tags import aligned, dmarc_records, organisational, tag_list, to_paste

NAME, PLACE = "dmarc", 160

_POLICIES = ("none", "quarantine", "reject")


def look(site: Surroundings) -> Iterator[Finding]:
    """The record of each sender's domain or of its organisational domain, and the alignment."""
    if site.trial or not site.sender_domains:
        yield unseen(_("No mail leaves this site yet, so DMARC has no part in it."))
        return
    for domain in site.sender_domains:
        yield from _domain(site, domain)


def _domain(site: Surroundings, domain: str) -> Iterator[Finding]:
    where, found = dmarc_records(site.dns, domain)
    organisation = organisational(domain)
    plain = to_paste(
        f"_dmarc.{organisation}", f"v=DMARC1; p=none; rua=mailto:postmaster@{organisation}"
    )
    remedy = _("Publish: %(record)s", record=plain)
    if not found:
        yield bad(
            _(
                "%(domain)s has no DMARC record; large receivers ask bulk senders for one.",
                domain=domain,
            ),
            remedy,
        )
        return
    if len(found) > 1:
        yield bad(
            _("%(number)s DMARC records stand at _dmarc.%(where)s; receivers then count none.",
              number=len(found), where=where),
            _("Keep one."),
        )  # fmt: skip
        return
    try:
        tags = {key.lower(): value for key, value in tag_list(found[0]).items()}
    except ValueError as error:
        yield bad(
            _("The DMARC record of %(where)s is not valid: %(said)s", where=where, said=error),
            remedy,
        )
        return
    policy = tags.get("p", "").lower()
    if where != domain and "sp" in tags:
        policy = tags["sp"].lower()
    if policy not in _POLICIES:
        yield bad(
            _("The DMARC record of %(where)s has no policy that holds (p=%(policy)s).",
              where=where, policy=policy or "–"),
            remedy,
        )  # fmt: skip
        return
    addresses = [one.strip() for one in tags.get("rua", "").split(",") if one.strip()]
    if addresses and not all(one.lower().startswith("mailto:") for one in addresses):
        yield bad(
            _("The DMARC record of %(where)s asks for reports to %(rua)s, which is no address:"
              " nobody sends any.", where=where, rua=tags["rua"]),
            _("Write each as rua=mailto:%(rua)s", rua=addresses[0].removeprefix("//")),
        )  # fmt: skip
    yield _alignment(site, domain, tags, policy)


def _alignment(site: Surroundings, domain: str, tags: dict[str, str], policy: str) -> Finding:
    returned = conf.bounce_domain() or domain
    by_spf = aligned(returned, domain, tags.get("aspf", "r").lower() == "s")
    keys = [part.partition(":")[0] for part in conf.dkim_keys().split()]
    # The worker signs only with the key of the From domain itself.
    by_dkim = domain in (key.lower() for key in keys)
    said = {"domain": domain, "policy": policy, "returned": returned}
    if by_spf and by_dkim:
        return good(_("%(domain)s: p=%(policy)s, aligned by SPF and DKIM.", **said))
    if by_spf:
        return good(_("%(domain)s: p=%(policy)s, aligned by SPF.", **said))
    if by_dkim:
        return good(_("%(domain)s: p=%(policy)s, aligned by DKIM.", **said))
    if keys:
        return bad(
            _("Mail from %(domain)s is aligned neither by SPF (return path %(returned)s) nor by"
              " DKIM,"
              " and its policy is p=%(policy)s.", **said),
            _("Set BOUNCE_DOMAIN to a domain within %(organisation)s, or sign for %(domain)s in"
              " DKIM_KEYS.", organisation=organisational(domain), domain=domain),
        )  # fmt: skip
    if policy == "none":
        return unseen(
            _("The return path %(returned)s is not aligned with %(domain)s; whether the relay's"
              " DKIM"
              " signature is, is not seen from here.", **said),
            _("Set BOUNCE_DOMAIN to a domain within %(organisation)s.",
              organisation=organisational(domain)),
        )  # fmt: skip
    return bad(
        _("The return path %(returned)s is not aligned with %(domain)s, whose policy is"
          " p=%(policy)s:"
          " mail is thrown away unless the relay signs with DKIM for it.", **said),
        _("Set BOUNCE_DOMAIN to a domain within %(organisation)s.",
          organisation=organisational(domain)),
    )  # fmt: skip
