"""One judge of refusals: a server's words, its codes, the moment and the addresses go in; who is
to blame, whether for good, and why, comes out.

A leaf: no Django, no models, no settings. Everything in the program that must decide what a "no"
means asks `judge`, and only `Refusal.ends_address` may ever lead to a suppression. README.md
beside this file tells the order of the rules and how a phrase or a language is added.
"""

from .judging import judge
from .redaction import without_addresses
from .value import Blame, Phase, Reason, Refusal

__all__ = ["Blame", "Phase", "Reason", "Refusal", "judge", "without_addresses"]
