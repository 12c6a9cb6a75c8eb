"""The key that is published is the key that signs (RFC 6376)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from newsletter import conf
from newsletter.message.dkim import BadKey, Signer

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings
from ..tags import in_testing, published_key, tag_list, to_paste

NAME, PLACE = "dkim", 150


def look(site: Surroundings) -> Iterator[Finding]:
    """Each key of DKIM_KEYS against its record, and sender domains without a key."""
    signers = []
    for part in conf.dkim_keys().split():
        domain, _colon, rest = part.partition(":")
        selector, _colon, file = rest.partition(":")
        try:
            signers.append(Signer(domain, selector, Path(file).read_bytes()))
        except (BadKey, OSError, ImportError) as error:
            yield bad(
                _("The key of DKIM_KEYS for %(domain)s cannot be used: %(said)s",
                  domain=domain, said=error),
                _("Mend the path and its rights, or make a key: openssl genrsa -out %(file)s 2048",
                  file=file or "news.pem"),
            )  # fmt: skip
    if site.trial:
        yield unseen(_("A trial: its mail is caught and needs no signature."))
        return
    for signer in signers:
        yield _published(site, signer)
    signed = {signer.domain for signer in signers}
    for domain in site.sender_domains:
        if conf.dkim_keys() and domain not in signed:
            yield bad(
                _("Mail from %(domain)s is not signed: DKIM_KEYS has keys for %(others)s only.",
                  domain=domain, others=", ".join(sorted(signed)) or "–"),
                _("Add %(domain)s:SELECTOR:FILE to DKIM_KEYS, or let the relay sign.",
                  domain=domain),
            )  # fmt: skip
        elif not conf.dkim_keys():
            yield unseen(
                _("The relay is to sign for %(domain)s; whether it does is not seen from here.",
                  domain=domain),
                _("Send a test mail to a mailbox elsewhere and read its Authentication-Results"
                  " (dkim=pass header.d=%(domain)s).", domain=domain),
            )  # fmt: skip
    if not signers and not site.sender_domains:
        yield unseen(_("There is no publication yet, and so no sender."))


def _published(site: Surroundings, signer: Signer) -> Finding:
    name = f"{signer.selector}._domainkey.{signer.domain}"
    remedy = _("Publish: %(record)s", record=to_paste(name, signer.record))
    found = [text for text in site.dns.texts(name) if text.strip()]
    if not found:
        return bad(_("No DKIM key is published at %(name)s.", name=name), remedy)
    if len(found) > 1:
        return bad(
            _(
                "%(number)s DKIM records stand at %(name)s; there may be one.",
                number=len(found),
                name=name,
            ),
            remedy,
        )
    try:
        key, testing = published_key(found[0]), in_testing(found[0])
    except ValueError as error:
        return bad(
            _("The DKIM record at %(name)s is not valid: %(said)s", name=name, said=error), remedy
        )
    if not key:
        return bad(_("The DKIM key at %(name)s is revoked (empty p=).", name=name), remedy)
    if key != base64.b64decode(tag_list(signer.record)["p"]):
        return bad(
            _("The DKIM key published at %(name)s is another than the one that signs.", name=name),
            remedy,
        )
    if testing:
        return bad(
            _("The DKIM key at %(name)s says t=y, testing: it counts for nothing.", name=name),
            remedy,
        )
    return good(_("The DKIM key at %(name)s is the one that signs.", name=name))
