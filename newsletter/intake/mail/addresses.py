"""The addresses for drafts, both with the same beginning.

`drafts-TOKEN@` takes mail from whoever has it: the address itself is the key, and says whose it is.
`drafts-SLUG@` is the publication's own: it takes mail of its people, whose sender must be proven.

An address travels through the logs of mail servers. So only a token that writes drafts and is
bound to no network opens one, and no mail releases anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter import conf
from newsletter.models import Token
from subscribers.models import Publication
from subscribers.roles import Act

from .. import tokens
from ..tokens import Bearer

BEGINNING = "drafts-"
_LOCAL = re.compile(rf"{BEGINNING}([a-z0-9_-]{{1,57}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """Where mail to an address for drafts goes; without a bearer its sender is to be proven."""

    publication: Publication
    bearer: Bearer | None = None


def of_token(token: Token, secret: str) -> str:
    """The address that this token opens, or "" if it opens none or the site takes no mail."""
    domain = conf.bounce_domain()
    opens = token.rights == Token.Rights.DRAFT and not token.networks
    return f"{BEGINNING}{secret}@{domain}" if domain and opens else ""


def find(address: str) -> Known | None:
    """What this address is for now, or None: it takes nothing."""
    local = address.strip("<> ").rpartition("@")[0]
    match = _LOCAL.fullmatch(local)
    if match is None:
        return None
    # "" is no address of any network: a token that is bound to some does not open one.
    if match[1].lower().startswith(tokens.PREFIX) and (bearer := tokens.find(match[1], address="")):
        opens = bearer.rights == Token.Rights.DRAFT and bearer.may(Act.EDIT)
        return Known(bearer.publication, bearer) if opens else None
    publication = Publication.objects.filter(slug=match[1].lower()).first()
    return Known(publication) if publication is not None else None
