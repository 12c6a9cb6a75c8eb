"""By which relays a single mail of a publication may go: those of its issues, by their weights.

Hours and rates of a relay are for issues; whoever waits for a confirmation is not bound by them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from newsletter import conf
from newsletter.models import Relay
from subscribers.models import Publication

from .engine import relays, routing


def order(publication: Publication) -> list[Mapping[str, Any]]:
    """Django's options for a connection to each relay that may have it, the one to try first.

    Drawn by weight, like the shares of an issue. Empty where there is only one, or where the
    project that hosts us sends such mail in its own way.
    """
    options = conf.service_relays()
    if len(options) < 2:
        return []
    by_name = {server.name[:60]: one for server, one in zip(relays.servers(), options, strict=True)}
    weights = dict(Relay.objects.filter(name__in=by_name).values_list("name", "weight"))
    ways = routing.ways(publication.pk, routing.named(by_name))
    # A weighted draw without putting back: the largest of random ** (1 / weight) comes first
    # (Efraimidis and Spirakis, Information Processing Letters 97, 2006).
    drawn = sorted(
        sorted(ways), key=lambda name: random.random() ** (1 / max(1, weights.get(name, 1)))
    )
    return [by_name[name] for name in reversed(drawn)]
