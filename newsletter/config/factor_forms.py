"""What proves the second factor of an account, and what is said when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import pgettext, pgettext_lazy

from subscribers import network, passkeys, second_factor
from subscribers.models import Passkey
from subscribers.second_factor import Answer

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What the session keeps of the question that a passkey is to answer.
ASKED = "passkey"


class CodeForm(forms.Form):
    """A code, of the app or one of those for when it is lost; or what a passkey signed."""

    code = forms.CharField(
        label=pgettext_lazy("second factor", "Code"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    # Filled by the script of the page, which asks the device where no code was typed.
    passkey = forms.CharField(
        label=pgettext_lazy("second factor", "Passkey"),
        required=False,
        max_length=passkeys.LONGEST,
        widget=forms.HiddenInput,
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._signed = bool(data and data.get("passkey")) and passkeys.usable()
        if self._signed:
            self.fields["code"].required = False
        if not passkeys.usable():
            del self.fields["passkey"]

    def prove(self, request: HttpRequest, user: User, purpose: str = passkeys.CHANGE) -> bool:
        """Whether a right code or answer came, which is used up. Else the form says why not.

        `purpose`: what a passkey was asked for.
        """
        right = self.is_valid() and (
            self._by_passkey(request, user, purpose)
            if self._signed
            else self._by_code(request, user)
        )
        if not right:
            # What was signed is good once: the page must not hold it again.
            self.data = {**dict(self.data.items()), "passkey": ""}
            self.fields["code"].required = True
        return right

    def _by_passkey(self, request: HttpRequest, user: User, purpose: str) -> bool:
        kept = request.session.pop(ASKED, None)
        signed = self.cleaned_data["passkey"]
        answer = passkeys.check(user, signed, kept, purpose, network.network(request))
        if answer is not Answer.RIGHT:
            self.add_error(None, refusal(answer))
        return answer is Answer.RIGHT

    def _by_code(self, request: HttpRequest, user: User) -> bool:
        answer = second_factor.check(user, self.cleaned_data["code"], network.network(request))
        if answer is not Answer.RIGHT:
            self.add_error("code", too_many() if answer is Answer.TOO_MANY else wrong_code())
        return answer is Answer.RIGHT


class PasswordForm(forms.Form):
    """The password once more, of an account that has no second factor yet."""

    password = forms.CharField(
        label=pgettext_lazy("second factor", "Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def prove(self, request: HttpRequest, user: User) -> bool:
        """Whether it is right. Else the form says why not."""
        if not self.is_valid():
            return False
        if not second_factor.may_try(user, network.network(request)):
            self.add_error(None, too_many())
        elif not user.check_password(self.cleaned_data["password"]):
            self.add_error("password", pgettext("second factor", "This is not your password."))
        return not self.errors


class SetUpForm(PasswordForm):
    """The first code of the app. The secret travels with the form, signed; none is stored yet."""

    secret = forms.CharField(widget=forms.HiddenInput)
    code = forms.CharField(
        label=pgettext_lazy("second factor", "The six digits that the app shows"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    field_order = ("secret", "password", "code")


class PasskeyName(forms.Form):
    """What a passkey is called; mixed into the form that proves who adds it."""

    user: Any = None
    name = forms.CharField(
        label=pgettext_lazy("second factor", "Name of the passkey"),
        help_text=pgettext_lazy("second factor", "Such as the device it is on: “My laptop”."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """One name for one passkey, or nobody knows which to remove."""
        name: str = " ".join(self.cleaned_data["name"].split())
        if Passkey.objects.filter(factor__user=self.user, name=name).exists():
            raise forms.ValidationError(
                pgettext("second factor", "You have a passkey of this name already.")
            )
        return name


class FirstPasskeyForm(PasskeyName, PasswordForm):
    """A passkey for an account without a second factor: its password."""

    field_order = ("name", "password")


class NextPasskeyForm(PasskeyName, CodeForm):
    """A passkey for an account that has a second factor: that."""

    field_order = ("name", "code", "passkey")


def wrong_code() -> str:
    return pgettext(
        "second factor",
        "This code is wrong, over or used already. The app shows a new one every 30 seconds; if it"
        " stays wrong, set the clock of the phone.",
    )


def too_many() -> str:
    return pgettext("second factor", "Too many wrong codes. Wait some minutes, then try again.")


def refusal(answer: Answer) -> str:
    """Why what a passkey signed was not taken, for the person who tried."""
    if answer is Answer.TOO_MANY:
        return pgettext("second factor", "Too many tries. Wait some minutes, then try again.")
    if answer is Answer.OVER:
        return pgettext(
            "second factor",
            "Too late: what a passkey is asked is good once and for five minutes. Try again.",
        )
    if answer is Answer.WENT_BACK:
        return pgettext(
            "second factor",
            "Refused: the counter of this passkey went back, so a copy of it may exist. Use a code"
            " or another passkey, then remove this one.",
        )
    return pgettext(
        "second factor",
        "This is no passkey of your account here. Try again with another, or use a code.",
    )
