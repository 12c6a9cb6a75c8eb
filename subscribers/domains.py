"""Which mail domains may sign up to a publication: its two lists, a domain a line.

A domain stands for itself and all below it. Asked where a visitor types an address; what a person
enters, a file brings or a reader has confirmed is not looked at.
"""

from __future__ import annotations

from django.utils.translation import pgettext

from .addresses import BadAddress, normalise
from .models import Publication


class NoDomain(ValueError):
    """A line is no mail domain; `str` is a sentence for whoever typed it."""


def read(text: str) -> str:
    """The list as it is stored: lower-case A-labels, each once, in order. Raises NoDomain."""
    found: list[str] = []
    for line in text.replace(",", "\n").split():
        name = line.lstrip("@*.").rstrip(".")
        try:
            found.append(normalise(f"reader@{name}").rpartition("@")[2])
        except BadAddress:
            raise NoDomain(
                pgettext("sign-up", "“%(line)s” is no mail domain, like example.org.")
                % {"line": line[:80]}
            ) from None
    return "\n".join(sorted(set(found)))


def may_sign_up(address: str, publication: Publication) -> bool:
    """Whether the domain of a normalised address is allowed, and not blocked."""
    labels = address.rpartition("@")[2].split(".")
    names = {".".join(labels[start:]) for start in range(len(labels))}
    if names & set(publication.blocked_domains.split()):
        return False
    allowed = set(publication.allowed_domains.split())
    return not allowed or bool(names & allowed)
