"""Our side of an SMTP conversation, by name: what tells whether a relay's words are about us."""

from __future__ import annotations

from newsletter import conf
from newsletter.rendering import headers
from subscribers.links import make_return
from subscribers.models import Publication


def our_names(publication: Publication, delivery: int) -> frozenset[str]:
    """The sender address and return path of a mail with their domains, in lower case."""
    sender = headers.domain(publication)
    returns = conf.bounce_domain() or sender
    way_back = f"b-{make_return(delivery)}@{returns}"
    names = (publication.from_address, sender, way_back, returns)
    return frozenset(name.lower() for name in names if name)
