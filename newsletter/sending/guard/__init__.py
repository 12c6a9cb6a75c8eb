"""Whether a process may act on this database: the right keys, the right code, no copy.

    place     what a machine is and remembers, in DATA_DIR
    evidence  what its journals know that the database does not
    database  where the database is, and whether the code fits its schema
    decision  may it act: pure
    beat      its sign of life, and `may_act`
    agreeing  what would go out, and the person who lets it
    passed    what became due meanwhile, and may have gone out already
    keys      the fingerprints of LINK_KEYS

README.md beside the package, "Copies of the database".
"""

from .agreeing import Asking, agree, asking, would_go_out
from .beat import EVERY, asks, look_again, may_act, must_stop

__all__ = [
    "EVERY",
    "Asking",
    "agree",
    "asking",
    "asks",
    "look_again",
    "may_act",
    "must_stop",
    "would_go_out",
]
