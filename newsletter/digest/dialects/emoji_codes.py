"""Shortcodes: `:rocket:` becomes the pictograph; codes of icon fonts such as `:material-star:` go.

The names are those of GitHub and the Unicode CLDR, by way of the library `emoji`.
"""

from __future__ import annotations

import re
from functools import cache

from ..marking import gettext_noop
from ..prose import Prose, keeping_addresses

NAME = "icon"
LABEL = gettext_noop("The code of an icon (:material-star:)")
ORDER = 40

# Bounded by something that is no part of a word or an address.
_CODES = re.compile(
    r"(?<![A-Za-z0-9_:/.@=#&?-])(?::(?:[A-Za-z0-9+][\w+-]{0,60}|-1):){1,40}(?![A-Za-z0-9_/:])"
)
_CODE = re.compile(r":[^:]+:")
_SKIN = re.compile(r":skin-tone-[2-6]:")  # Slack's; it changes the pictograph in front
_ICON = re.compile(
    r"[ \t]?:(?:fontawesome|material|octicons|simple|fa[sbr]?|mdil?|bi|bx|ion|iconify"
    r"|icon|twemoji|lucide|heroicons|tabler|ph|ri|carbon|feather|logos|custom|codicon)"
    r"[-_: ][a-z0-9][\w-]{0,60}:(?![\w/])"
)


@cache
def _signs() -> dict[str, str]:
    """The pictograph of each code, colons included."""
    # Its tables are a twentieth of what a command reads at its start, and few documents need them.
    import emoji

    found: dict[str, str] = {}
    for sign, names in emoji.EMOJI_DATA.items():
        for name in (*names.get("alias", ()), names.get("en", "")):
            found.setdefault(name, sign)
    return found


def settle(prose: Prose) -> None:
    """Write the pictographs, drop what has none."""
    for index, line in prose.rows(":"):
        if line.count(":") < 2:
            continue
        dropped = 0

        def written(match: re.Match[str]) -> str:
            nonlocal dropped
            # A word between colons may be prose; a code stands apart from other text.
            around = match.string[: match.start()][-1:] + match.string[match.end() :][:1]
            apart = not around.strip("*_()[]（）【】,.;!?，。！？| \t")
            made = []
            for code in _CODE.findall(_SKIN.sub("", match.group())):
                sign = _signs().get(code) or _signs().get(code.lower())
                if sign is None and apart and re.search("[a-z]", code):
                    dropped += 1
                    sign = ""
                made.append(code if sign is None else sign)
            return "".join(made)

        def change(run: str) -> str:
            nonlocal dropped
            run, icons = _ICON.subn("", run)
            dropped += icons
            return _CODES.sub(written, run)

        prose.change_line(index, keeping_addresses(change))
        for _once in range(dropped):
            prose.tell(NAME, index)
