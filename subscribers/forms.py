"""What readers fill in. Forms clean and say what is wrong; the pages lay them out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from . import domains, languages, rhythm, times
from .addresses import BadAddress, normalise, shown
from .models import Category, Publication, Subscription

LONGEST_PAUSE = dt.timedelta(days=366)

_WRONG = {
    "empty": _("Please enter your email address."),
    "characters": _("The address holds a space or a character that no address can hold."),
    "syntax": _("This is not a complete email address, like alice@example.org."),
    "domain": _("The part after @ is not a mail domain, like example.org."),
    "long": _("The address is too long."),
}

NO_ROUND_UP = _("The publication sends nothing in this rhythm. Choose one of those offered.")


def clean_address(text: str) -> str:
    """The normalised address, or a ValidationError in the reader's words with a stable code."""
    try:
        return normalise(text)
    except BadAddress as error:
        raise forms.ValidationError(
            _WRONG.get(error.code, _WRONG["syntax"]), code=error.code
        ) from None


def check_domain(address: str, publication: Publication) -> str:
    """The address, or a ValidationError if its domain may not sign up here."""
    if domains.may_sign_up(address, publication):
        return address
    raise forms.ValidationError(
        pgettext("sign-up", "Addresses at %(domain)s cannot be subscribed here.")
        % {"domain": shown(address).rpartition("@")[2]},
        code="refused-domain",
    )


class AddressField(forms.CharField):
    """One mail address, normalised. Nothing is cut off but white space around it."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(strip=False, required=False, max_length=1000, **extra)

    def clean(self, value: Any) -> str:
        return clean_address("" if value is None else str(value))


class CategoriesForm(forms.Form):
    """Categories as boxes, together with the list of those that were shown.

    The list is what keeps a save from touching a category the form did not have, because it was
    created, or taken off, since the page was opened.
    """

    new = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, boxes: Iterable[Category], **extra: Any) -> None:
        super().__init__(data, **extra)
        self.boxes = list(boxes)
        self.shown: list[Category] = []
        self.ticked: list[Category] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        shown, ticked = set(self._list("shown")), set(self._list("categories"))
        # Only what may be shown can be chosen, whatever was posted.
        self.shown = [box for box in self.boxes if box.slug in shown]
        self.ticked = [box for box in self.shown if box.slug in ticked]
        return cleaned

    def _list(self, name: str) -> list[str]:
        getlist = getattr(self.data, "getlist", None)
        found = getlist(name) if getlist else self.data.get(name, [])
        return [str(value) for value in found]


class SubscribeForm(CategoriesForm):
    """The sign-up: hosted page, frame, and a plain form on somebody else's site.

    Without a list of shown categories (the plain form) it means everything.
    """

    address = AddressField()
    # Not on our own page where there is one rhythm; a form elsewhere may still send it.
    rhythm = forms.ChoiceField(required=False, error_messages={"invalid_choice": NO_ROUND_UP})
    language = forms.CharField(required=False, max_length=20)

    def __init__(
        self, data: Any, *, boxes: Iterable[Category], publication: Publication, **extra: Any
    ) -> None:
        super().__init__(data, boxes=boxes, **extra)
        self._publication = publication
        self.fields["rhythm"].choices = rhythm.choices(publication)  # type: ignore[attr-defined]

    def clean_address(self) -> str:
        return check_domain(self.cleaned_data["address"], self._publication)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.shown and not self.ticked:
            self.add_error(None, forms.ValidationError(_("Choose at least one category."), "none"))
        cleaned["language"] = languages.stored(cleaned.get("language"))
        cleaned["rhythm"] = cleaned.get("rhythm") or Subscription.Rhythm.EVERY
        return cleaned


class PreferencesForm(CategoriesForm):
    """Categories, tail links, rhythm and language of one subscription."""

    tail = forms.BooleanField(required=False)
    rhythm = forms.ChoiceField(required=False, error_messages={"invalid_choice": NO_ROUND_UP})
    language = forms.CharField(required=False, max_length=20)

    def __init__(
        self, data: Any, *, boxes: Iterable[Category], publication: Publication, current: str
    ) -> None:
        super().__init__(data, boxes=boxes)
        self._current = current
        offered = rhythm.choices(publication, current)
        self.fields["rhythm"].choices = offered  # type: ignore[attr-defined]

    def clean_rhythm(self) -> str:
        return self.cleaned_data.get("rhythm") or self._current

    def clean_language(self) -> str:
        return languages.stored(self.cleaned_data.get("language"))


class PauseForm(forms.Form):
    """Until when nothing shall come: a number of days, or a day."""

    DAYS = ((7, _("1 week")), (14, _("2 weeks")), (30, _("1 month")), (90, _("3 months")))
    span = forms.ChoiceField(choices=[*((str(days), label) for days, label in DAYS), ("date", "")])
    until = forms.DateField(required=False)

    def __init__(self, data: Any, *, publication: Publication) -> None:
        super().__init__(data)
        self.publication = publication

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        today = times.day(timezone.now(), self.publication)
        span = cleaned.get("span")
        if span and span != "date":
            day = today + dt.timedelta(days=int(span))
        elif cleaned.get("until"):
            day = cleaned["until"]
        elif "until" in self.errors or "span" in self.errors:
            return cleaned
        else:
            self.add_error("until", _("Choose the day on which mail should start again."))
            return cleaned
        if not today < day <= today + LONGEST_PAUSE:
            self.add_error("until", _("Choose a day between tomorrow and a year from now."))
            return cleaned
        # Mail comes again on that day, as the publication counts days.
        cleaned["moment"] = times.begin(day, times.zone_of(self.publication))
        return cleaned


class AskForLinkForm(forms.Form):
    """An address that wants its preferences link."""

    address = AddressField()


class NewAddressForm(forms.Form):
    """The address mail shall go to from now on."""

    address = AddressField()

    def __init__(self, data: Any, *, current: str) -> None:
        super().__init__(data)
        self.current = current

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if address == self.current:
            raise forms.ValidationError(_("This is the address you have now."), "same")
        return address
