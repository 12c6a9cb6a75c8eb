"""Which version a web process runs, said so that only the doctor of this site understands it.

A process that nobody restarted after an upgrade goes on with the code it began with, and from the
outside it looks well. The version itself is nobody's to know; its keyed hash tells the doctor, who
has the same keys, whether it is the one that is installed.
"""

from __future__ import annotations

import hashlib
import hmac

from newsletter import conf
from newsletter.sending.engine.sender import version

HEADER = "X-Sudi-Running"

# Read as this process begins: later the packages of a newer version may lie here.
STARTED_WITH = version()


def mark(of_version: str) -> str:
    """The hash of a version, by the newest of LINK_KEYS."""
    keys = conf.link_keys()
    text = b"running version\0" + of_version.encode()
    return hmac.new(keys[max(keys)], text, hashlib.sha256).hexdigest()[:16]
