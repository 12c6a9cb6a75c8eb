"""Links of Org mode: `[[https://example.org][its name]]` and `[[https://example.org]]`."""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import link
from ..prose import Prose

NAME = "org-link"
LABEL = gettext_noop("A link of Org mode ([[address][name]])")
ORDER = 25

_LINK = re.compile(r"\[\[(https?://[^\s\[\]]{1,2000})\](?:\[([^\[\]]{1,300})\])?\]")


def settle(prose: Prose) -> None:
    """Write the links; nothing is left out."""
    prose.change("[[http", lambda run: _LINK.sub(_written, run))


def _written(match: re.Match[str]) -> str:
    return link(match[1], match[2] or "")
