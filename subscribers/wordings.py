"""The sentences a reader agrees to. The page shows them and the ledger stores them: one source."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from . import consent, languages
from .models import Publication, Wording


def subscribe(publication: Publication, language: str) -> str:
    """What stands above the button of the sign-up form."""
    with translation.override(language):
        return _(
            "I want to receive %(publication)s by email at this address. I can change my "
            "choice, pause, or unsubscribe at any time through a link in every mail."
        ) % {"publication": languages.words(publication, language).name}


def confirm(publication: Publication, language: str) -> str:
    """What stands above the button of the confirmation page."""
    with translation.override(language):
        return _("Yes, this is my address, and I want to receive %(publication)s by email.") % {
            "publication": languages.words(publication, language).name
        }


def stored(publication: Publication, language: str, place: str, text: str) -> Wording:
    """The ledger's row for words that were shown; language as rows hold it."""
    return consent.wording(publication, languages.stored(language), place, text)
