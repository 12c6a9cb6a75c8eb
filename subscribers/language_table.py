"""The languages Sudi speaks, and all that depends on one. Pure: settings are made of it.

A new language is an entry here, a catalogue under `newsletter/locale`, and its words for the fields
of a digest in `newsletter/digest`; nothing else lists languages. The words of pages, mails and
dates come from the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language. `code` is as rows and mail headers write it (BCP 47)."""

    code: str
    # As its own readers call it, and as English does (a message of the catalogue).
    name: str
    english: str
    # Primary subtags that mean it: `zh-TW` is read by who reads `zh`, Mandarin is `cmn` too.
    tags: tuple[str, ...]
    # What else its documents call it, in small letters; ISO 639-2 has codes of three letters.
    also: tuple[str, ...] = ()
    # Its characters are as wide as two letters and stand without spaces (Unicode TR 11): other
    # fonts, more room between lines, no space between sentences.
    wide: bool = False
    # What its readers manage in a minute, of letters that make words and of wide characters.
    words_a_minute: int = 238
    characters_a_minute: int = 400

    @property
    def django(self) -> str:
        """The code as Django writes it: `zh-hans`."""
        return self.code.lower()


# Reading speeds: 238 English words a minute (Brysbaert, 2019), 400 Chinese characters (Wang et
# al., 2019).
LANGUAGES = (
    Language("en", "English", "English", ("en",), ("eng", "英语", "英文")),
    Language(
        "zh-Hans",
        "简体中文",
        "Simplified Chinese",
        ("zh", "cmn"),
        ("zho", "chi", "chinese", "mandarin", "中文", "汉语", "普通话"),
        wide=True,
    ),
)


def find(code: str | None) -> Language | None:
    """The language of any spelling (`zh-CN`, `EN`, `zh_Hans`), or None if we do not speak it."""
    wanted = (code or "").strip().lower().replace("_", "-")
    primary = wanted.split("-")[0]
    for language in LANGUAGES:
        if wanted == language.django or primary in language.tags:
            return language
    return None


def named(name: str) -> str:
    """The code of the language that is called so, in its own words or in English; else ""."""
    wanted = name.strip().lower()
    for language in LANGUAGES:
        if wanted in (language.name.lower(), language.english.lower(), *language.also):
            return language.code
    return ""


# Scripts without spaces, also of languages we do not speak: an issue may be in one.
_WIDE_TAGS = ("zh", "cmn", "yue", "ja", "ko")


def is_wide(code: str) -> bool:
    """Whether text of this language is set like Chinese."""
    found = find(code)
    return found.wide if found is not None else code.lower().split("-")[0] in _WIDE_TAGS
