"""Links as Slack and its like write them, `<https://…|name>`: as Markdown's own.

https://api.slack.com/reference/surfaces/formatting#linking-urls
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import link
from ..prose import Prose

NAME = "slack"
LABEL = gettext_noop("A link with its name behind a bar (<https://…|name>)")
ORDER = 10

_LINK = re.compile(
    r"(?<!\]\()<((?:https?://|mailto:)[^\s<>|\[\]]{1,2000})\|([^\s<>|][^<>|\n]{0,300})>"
)


def settle(prose: Prose) -> None:
    """Write them anew; nothing is lost, so nothing is told."""
    for index, line in prose.rows("|"):
        if "<" in line and _LINK.search(line):
            prose.put(index, _LINK.sub(lambda match: link(match[1], match[2]), line))
