"""What preflight finds in the sender of a publication: who mail is from, and whether it aligns."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from newsletter import conf
from subscribers.models import Publication

from .findings import PUBLICATION, Finding, blocker, warning


def of_sender(publication: Publication) -> Iterator[Finding]:
    """A sender that is missing, does not align (RFC 7489 3.1), or tells nobody who it is."""
    sender = publication.from_address.rpartition("@")[2].lower()
    site = (urlsplit(conf.base_url()).hostname or "").lower()
    bounces = conf.bounce_domain().lower() or sender
    if not sender:
        yield blocker("no-sender", _("The publication has no sender address."), place=PUBLICATION)
    elif not _aligned(sender, bounces):
        yield warning(
            "not-aligned",
            _(
                "Mail is from %(sender)s but reports come back to %(bounces)s: SPF cannot align, "
                "so DMARC depends on DKIM alone."
            )
            % {"sender": sender, "bounces": bounces},
            place=PUBLICATION,
        )
    if sender and not _local(site) and not _aligned(sender, site):
        yield warning(
            "links-elsewhere",
            _("Mail is from %(sender)s but its links lead to %(site)s; filters prefer one domain.")
            % {"sender": sender, "site": site},
            place=PUBLICATION,
        )
    if not conf.base_url().startswith("https://") and not _local(site):
        yield warning(
            "no-https",
            _("BASE_URL is not https: mail programs offer no one-click unsubscribe without it."),
        )
    if not publication.postal_identity.strip():
        yield warning(
            "no-identity",
            _("The publication has no postal identity; many countries' law asks for one."),
            place=PUBLICATION,
        )


def _local(host: str) -> bool:
    return host in ("127.0.0.1", "::1", "localhost")


def _aligned(one: str, other: str) -> bool:
    """Whether two domains most likely belong to one organisation (RFC 7489 3.1.1, relaxed).

    Without the public suffix list: the same, one below the other, or sisters below a parent of
    at least two labels that is not a public ending such as co.uk or com.cn.
    """
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    mine, theirs = one.split("."), other.split(".")
    shared = 0
    while shared < min(len(mine), len(theirs)) and mine[-1 - shared] == theirs[-1 - shared]:
        shared += 1
    public = shared == 2 and len(mine[-1]) == 2 and len(mine[-2]) <= 3
    return shared >= 2 and not public
