"""What is noted of a service mail's last try, in words for people."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

# Anything else is a relay's code, shown as it is.
_SAID = {
    "asked lately": pgettext_lazy("service mail", "the address had its share of mails"),
    "greeted lately": pgettext_lazy("service mail", "the address had its share of mails"),
    "confirmed": pgettext_lazy("service mail", "confirmed meanwhile"),
    "left": pgettext_lazy("service mail", "not subscribed any more"),
    "nobody": pgettext_lazy("service mail", "nobody to mail"),
    "suppressed": pgettext_lazy("service mail", "suppressed"),
    "told": pgettext_lazy("service mail", "told before"),
    "over": pgettext_lazy("service mail", "taken back meanwhile"),
    "no answer": pgettext_lazy("service mail", "the mail server gave no answer"),
    "error": pgettext_lazy("service mail", "it could not be made"),
    "unreachable": pgettext_lazy("service mail", "the mail server could not be reached"),
    "login": pgettext_lazy("service mail", "the mail server refused our login: %(code)s"),
    "greeting": pgettext_lazy("service mail", "the mail server turned us away: %(code)s"),
}


def said(answer: str) -> str:
    """What was noted, in the active language; a code behind it is shown as it is."""
    words, _space, code = answer.rpartition(" ")
    if words in _SAID and code.isdecimal():
        return str(_SAID[words]) % {"code": code}
    return str(_SAID.get(answer, answer))
