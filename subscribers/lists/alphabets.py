"""Whether a text reads as a language written in Latin letters: by its marked letters alone.

The code pages of Europe share most of their letters, so the same octets are letters in each of
them: `Žukauskienė` on one is `Ţukauskienë` on another. What tells them apart is that a list is
written in some language, and each language has few marked letters: none has both `ţ` and `ë`.
"""

from __future__ import annotations

import re
from collections import Counter

# Marked letters by language, as its orthography has them, small ones only.
_LANGUAGES = {
    "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "es": "áéíñóúü",
    "pt": "áâãàçéêíóôõú",
    "it": "àèéìîòóù",
    "ca": "àçèéíïòóúü",
    "nl": "áéèëïóöü",
    "sv fi": "åäöé",
    "da no": "æøåéôò",
    "ga": "áéíóú",
    "et": "äöõüšž",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "hr sr": "čćđšž",
    "sl": "čšž",
    "sq": "çë",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "tr": "çğıöşüâîû",
    "is": "áæðéíóöúýþ",
}
# Few write it, and its rarer letters are those that Turkish ones turn into.
_LESS = {"is": 0.8, "sq": 0.8}
_SETS = {name: frozenset(letters) for name, letters in _LANGUAGES.items()}
_USUAL = frozenset().union(*_SETS.values())
_MARKS = frozenset("’‘“”„–—…€«»°ºª¿¡·©®™")
# The marked letters that are words of their own: "à", "è", "Å", "ö".
_ALONE = frozenset("àáâèéêìíóôöùåæøœçş")
_TOKEN = re.compile(r"[^\W\d_]+|[^\w\s]")
# A sign inside a word is another letter misread: `Mu–oz`, `Wi¶niewski`, `©»astný`.
_INSIDE = re.compile(
    r"(?<=[^\W\d_])[^\w\s\x00-\x7f’‘·]+(?=[^\W\d_])|[©®¶¦±¬µ¸¹³¼¾«»£¥¯](?=[^\W\d_])"
    r"|(?<=[a-z])[¶¦±¬µ¹³¾¼£¥]"
)
# Marked consonants without a vowel beside them: where a vowel belongs, `Zźrich`, `Kšln`.
_NO_VOWEL = re.compile(
    r"(?<=[bcdfghjkmnpqstvwxz])[šśťž](?=[bcdfghjkmnpqstvwxzlr])|(?<=[bcfghjkmnpqrstvwxz])ź(?=[a-z])"
    r"(?=[^aeiouyąęó])",
    re.IGNORECASE,
)


def reads_as_latin(text: str) -> float:
    """How well the letters with marks stand as a language writes them: their number at best."""
    worth = 0.0
    letters: Counter[str] = Counter()
    whole = words = 0
    for word in _TOKEN.findall(text):
        inside = [c for c in word if c > "\x7f"]
        if not inside:
            continue
        if len(word) == 1 and word.isalpha() and word.lower() not in _ALONE:
            worth -= 1.5  # A letter of another script, most likely.
            continue
        # The small letter of `İ` is two characters, of which neither is marked.
        small = ["ı" if c == "İ" else c.lower() for c in inside]
        worth += sum(1.0 if c in _USUAL else 0.1 if c in _MARKS else -1.5 for c in small)
        if not word.isalpha():
            continue
        letters.update(small)
        words += 1
        whole += any(known.issuperset(small) for known in _SETS.values())
        # Letters with marks stand among plain ones; five in a row are another script.
        if len(inside) > 2 and len(inside) > 0.75 * len(word):
            worth -= 2 * len(inside)
        elif not word.isupper():
            worth -= 1.8 * sum(1 for c in word[1:] if c > "\x7f" and c.isupper())
    worth -= 2 * len(_INSIDE.findall(text)) + len(_NO_VOWEL.findall(text))
    if worth <= 0 or not words:
        return worth
    most = letters.total()
    one = max(
        _LESS.get(name, 1.0) * sum(n for c, n in letters.items() if c in known) / most
        for name, known in _SETS.items()
    )
    # Lists of readers from all over the world have many languages, yet one in each word.
    return worth * (0.2 + 0.4 * one + 0.4 * whole / words)
