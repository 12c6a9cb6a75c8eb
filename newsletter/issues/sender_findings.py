"""What preflight finds in the sender of a publication: who mail is from, and whether it aligns.

What stands in DNS is not looked up here: the doctor does that every hour, and keeps it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter import conf
from newsletter.models import CheckResult
from newsletter.models.operation import in_words
from subscribers import times
from subscribers.models import Publication

from .findings import DOCTOR, PUBLICATION, Finding, blocker, warning

# The doctor's checks of a sender, and their names as people write them.
_CHECKS = {"dkim": "DKIM", "spf": "SPF", "dmarc": "DMARC"}
# What of a kept sentence names whom it is about: a domain, or a record below or above it.
_ABOUT = ("domain", "name", "where")
# What was seen longer ago says nothing of today.
_FRESH = dt.timedelta(days=7)


def kept_checks() -> list[CheckResult]:
    """What the doctor last found of the senders; one read by key."""
    since = timezone.now() - _FRESH
    return list(CheckResult.objects.filter(name__in=_CHECKS, at__gt=since).order_by("name"))


def of_doctor(publication: Publication, kept: Iterable[CheckResult]) -> Iterator[Finding]:
    """What the doctor found wrong with this publication's own domains."""
    sender = publication.from_address.rpartition("@")[2].lower()
    domains = {sender, conf.bounce_domain().lower()} - {""}
    for row in kept:
        for ok, detail, remedy in row.findings:
            if ok is False and _is_about(detail, domains):
                yield warning(
                    f"doctor-{row.name}",
                    _("%(check)s: %(found)s %(remedy)s (The doctor looked on %(day)s.)")
                    % {
                        "check": _CHECKS[row.name],
                        "found": in_words(detail),
                        "remedy": in_words(remedy),
                        "day": times.day(row.at, publication),
                    },
                    place=DOCTOR,
                )


def _is_about(kept: object, domains: Collection[str]) -> bool:
    """Whether a kept sentence is about one of these domains, or a record of theirs."""
    if not isinstance(kept, list) or len(kept) != 2 or not isinstance(kept[1], dict):
        return False
    named = [str(kept[1][key]).lower() for key in _ABOUT if key in kept[1]]
    return any(
        name == domain or name.endswith(f".{domain}") or domain.endswith(f".{name}")
        for name in named
        for domain in domains
    )


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
