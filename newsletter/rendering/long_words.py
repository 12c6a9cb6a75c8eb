"""Words too long for a line, in Outlook on Windows: there they widen the whole mail.

Every other program breaks such a word where a line ends; Word's engine takes no rule of CSS for it
(caniemail, css-word-wrap, note 2), only a place to break in the text, U+200B (Unicode TR 14, ZW).
It stands in a comment that Word alone reads, so nobody else copies it or has it read out. Code is
left alone, since code is copied; so is every address but the words that are shown for it.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape
from wcwidth import iter_graphemes

# Letters beyond which a word fits no line of a headline. The longest of dictionaries, German or
# Finnish, stay below; what is longer is an address or a key.
_LONGEST = 40
# Letters between two places: Word fills its lines up to one of them.
_APART = 10
_PLACE = "<!--[if mso]>&#8203;<![endif]-->"
# Word breaks behind a dash; between the letters of scripts without spaces, and after the rules of
# Thai and its neighbours. Arabic letters would fall apart: a place to break joins none.
_SOLID = re.compile(
    r"(?:&[#\w]+;|[^\s<>&\-\u00ad\u2010-\u2015\u200b\u0600-\u08ff\u0e00-\u0eff\u1000-\u11ff"
    r"\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\ufb50-\ufeff\uff00-\uffdc\U00020000-\U0003ffff])"
    rf"{{{_LONGEST + 1},}}"
)
_PARTS = re.compile(rf"<code\b.*?</code>|<[^>]*>|{_SOLID.pattern}", re.DOTALL)
_ENTITY_OR_TEXT = re.compile(r"&[#\w]+;|[^&]+")


def breakable(html: str) -> Markup:
    """Text (escaped here) or safe HTML (Markup) whose longest words Word can break."""
    safe = escape(html)
    return Markup(_PARTS.sub(_part, safe)) if len(safe) > _LONGEST else safe


def _part(match: re.Match[str]) -> str:
    part = match.group()
    if part.startswith("<"):
        return part
    letters: list[str] = []
    for run in _ENTITY_OR_TEXT.findall(part):
        letters += [run] if run.startswith("&") else iter_graphemes(run)
    if len(letters) <= _LONGEST:
        return part
    lines = ["".join(letters[at : at + _APART]) for at in range(0, len(letters), _APART)]
    return _PLACE.join(lines)
