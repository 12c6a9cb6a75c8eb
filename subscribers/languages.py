"""Which language a page or a mail speaks, and what a publication is called in it.

Django writes `zh-hans`, people and mail headers `zh-Hans`; rows hold the second. A reader's own
language comes first, then the browser's wish, then the publication's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import get_language

from . import language_table
from .language_table import Language
from .models import Category, Publication, Subscription


def offered() -> list[tuple[str, str]]:
    """The languages of forms: as stored, with the name its own readers look for."""
    return [(language.code, language.name) for language in language_table.LANGUAGES]


def others(code: str) -> list[Language]:
    """Every language but this one: those a name can be translated into."""
    return [one for one in language_table.LANGUAGES if one is not language_table.find(code)]


def known(code: str | None) -> str:
    """Any spelling (`zh-CN`, `EN`, `zh-Hans`) -> Django's code of a language we speak, or ""."""
    found = language_table.find(code)
    return found.django if found is not None else ""


def stored(code: str | None) -> str:
    """Any spelling -> as rows hold it (`zh-Hans`), or ""."""
    found = language_table.find(code)
    return found.code if found is not None else ""


def of_publication(publication: Publication) -> str:
    """Django's code for a publication's language; the site's if we do not speak it."""
    return known(publication.language) or settings.LANGUAGE_CODE


def of_subscription(subscription: Subscription) -> str:
    """Django's code for the language this reader is written to in."""
    return known(subscription.language) or of_publication(subscription.publication)


def between_sentences() -> str:
    """What stands between two sentences of the active language: in Chinese nothing."""
    return "" if language_table.is_wide(get_language() or "") else " "


def guess(request: HttpRequest, publication: Publication) -> str:
    """What the browser likes best of what we speak, else the publication's (Django's code)."""
    return _first_known(request.META) or of_publication(publication)


def wished(meta: Mapping[str, Any]) -> str:
    """The language the browser likes best of those we speak, else the site's (Django's code).

    `meta` is `request.META`, or the environment of a WSGI request.
    """
    return _first_known(meta) or settings.LANGUAGE_CODE


def _first_known(meta: Mapping[str, Any]) -> str:
    header = meta.get("HTTP_ACCEPT_LANGUAGE", "")
    # A header is a client's text; only those of customary length are worth remembering.
    return _remembered(header) if len(header) < 128 else _liked_best(header)


def _liked_best(header: str) -> str:
    """Of the languages of an Accept-Language that we speak the one with the highest quality, the
    first of those with the same (RFC 9110, 12.5.4); none that is refused by `q=0`."""
    best, found = 0.0, ""
    for part in header.split(","):
        code, _, parameter = part.partition(";")
        name, _, value = parameter.partition("=")
        quality = _quality(value.strip()) if name.strip().lower() == "q" else 1.0
        if quality > best and (ours := known(code)):
            best, found = quality, ours
    return found


_remembered = lru_cache(maxsize=256)(_liked_best)


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value <= 1.0 else 0.0


def speak(request: HttpRequest, language: str) -> str:
    """Answer in `language` unless the reader asked for another by ?lang=; returns which it is.

    The site's language middleware reads these two attributes of the request.
    """
    asked = getattr(request, "asked_language", None) or known(request.GET.get("lang"))
    request.language_is_settled = True  # type: ignore[attr-defined]
    translation.activate(asked or language)
    return asked or language


@dataclass(frozen=True, slots=True)
class Words:
    """What something is called in one language."""

    name: str
    description: str


def words(thing: Publication | Category, language: str) -> Words:
    """Name and description in `language` where they were translated, else the original."""
    translations = thing.translations if isinstance(thing.translations, dict) else {}
    for code, texts in translations.items():
        if known(code) == known(language) and isinstance(texts, dict):
            return Words(
                str(texts.get("name") or thing.name),
                str(texts.get("description") or thing.description),
            )
    return Words(thing.name, thing.description)
