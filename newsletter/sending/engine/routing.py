"""By which relays an issue goes out, where there are several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from newsletter.models import Issue, Relay


def ways(publication: int, named: Mapping[str, Collection[int]]) -> frozenset[str]:
    """The relays that send a publication's issues; never none.

    `named` has every relay of SMTP_URL with the publications it was named for. One that is named
    for a publication sends it alone. A publication that no relay is named for goes by those that
    are named for none, and if there is no such relay by all: its readers must get their mail.
    """
    own = frozenset(relay for relay, those in named.items() if publication in those)
    free = frozenset(relay for relay, those in named.items() if not those)
    return own or free or frozenset(named)


def named(relays: Iterable[str]) -> dict[str, set[int]]:
    """These relays, each with the ids of the publications it was named for."""
    found: dict[str, set[int]] = {relay: set() for relay in relays}
    links = Relay.publications.through.objects.filter(relay__name__in=found)
    for relay, publication in links.values_list("relay__name", "publication_id"):
        found[relay].add(publication)
    return found


def of_issues(issues: Collection[int], relays: Iterable[str]) -> dict[int, frozenset[str]]:
    """Each issue's relays. An empty set where nothing is said: then nobody is asked."""
    said = named(relays)
    if not any(said.values()):
        return dict.fromkeys(issues, frozenset())
    rows = Issue.objects.filter(pk__in=issues).values_list("pk", "publication_id")
    return {issue: ways(publication, said) for issue, publication in rows}
