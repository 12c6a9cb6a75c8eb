"""The pages of an account's passkeys: ask a device, add one, remove one.

A device is asked in three steps: the page wants a question, which the session keeps; the browser
has the device sign it; the form brings that back, to the page whose act it proves.

Of our own site alone, as the second factor is.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from subscribers import passkeys
from subscribers.models import Passkey, SecondFactor
from subscribers.second_factor import Answer, Need

from .factor_forms import ASKED, CodeForm, FirstPasskeyForm, NextPasskeyForm, refusal
from .second_factor import account, admit, alone, need_of, shown_once, signed_in, to_login, wanted


@never_cache
@require_POST
def question(request: HttpRequest) -> HttpResponse:
    """What a passkey of the account is to sign, as JSON: at sign-in, or before a change."""
    who = signed_in(request)
    if not who.is_authenticated or not passkeys.of(who):
        raise Http404
    purpose = passkeys.SIGN_IN if need_of(request) is Need.CODE else passkeys.CHANGE
    text, request.session[ASKED] = passkeys.question(who, purpose)
    return HttpResponse(text, content_type="application/json")


@never_cache
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """Name it and prove who you are; then let the browser make it."""
    who = account(request)
    if who is None:
        return to_login(request)
    if not passkeys.usable():
        raise Http404
    if "made" in request.POST:
        return _store(request)
    has_one = SecondFactor.objects.filter(user=who).exists()
    data = request.POST if request.method == "POST" else None
    form = NextPasskeyForm(data) if has_one else FirstPasskeyForm(data)
    form.user = who
    context = {"next": wanted(request), "name": who.get_username(), "passkeys": passkeys.of(who)}
    if form.is_bound and form.prove(request, who):
        text, kept = passkeys.question(who, passkeys.ADD)
        # The name is kept with the question: what was proved was the wish for this one.
        request.session[ASKED] = {**kept, "name": form.cleaned_data["name"]}
        called = form.cleaned_data["name"]
        context |= {"question": text, "called": called}
        return alone(request, "admin/sudi/passkey_make.html", form, **context)
    return alone(request, "admin/sudi/passkey_add.html", form, **context)


def _store(request: HttpRequest) -> HttpResponseBase:
    who = account(request)
    kept = request.session.pop(ASKED, None)
    if who is None:
        return to_login(request)
    made = request.POST["made"][: passkeys.LONGEST + 1]
    name = kept.get("name", "") if isinstance(kept, dict) else ""
    found = passkeys.add(who, name, made, kept)
    if isinstance(found, Answer):
        why = _not_added(found)
        return alone(request, "admin/sudi/passkey_failed.html", why=why, next=wanted(request))
    admit(request, who)
    if not found:
        messages.success(request, pgettext("second factor", "The passkey is added."))
    return shown_once(request, found)


def _not_added(answer: Answer) -> str:
    if answer is Answer.TOO_MANY:
        text = pgettext(
            "second factor", "There are %(most)d passkeys already. Remove one that you do not use."
        )
        return text % {"most": passkeys.MOST}
    if answer is Answer.OVER:
        return refusal(answer)
    return pgettext(
        "second factor",
        "The browser gave no passkey that is good here: it was made for another address, is known"
        " here already, or is of a kind that this site does not read.",
    )


@never_cache
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One passkey of one's own; a code or a passkey proves the wish."""
    who = account(request)
    if who is None:
        return to_login(request)
    mine = [*passkeys.of(who), *passkeys.elsewhere(who)]
    passkey = next((one for one in mine if one.pk == pk), None)
    if passkey is None:
        raise Http404
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.prove(request, who):
        if passkeys.remove(who, pk):
            messages.success(request, pgettext("second factor", "The passkey is removed."))
        return HttpResponseRedirect(reverse("second_factor"))
    return alone(
        request, "admin/sudi/passkey_remove.html", form,
        passkey=passkey, last=_is_all(passkey), passkeys=passkeys.of(who),
        name=who.get_username(),
    )  # fmt: skip


def _is_all(passkey: Passkey) -> bool:
    """Whether the whole factor goes with it."""
    factor = passkey.factor
    return not factor.secret and factor.passkeys.count() == 1


urlpatterns = [
    path("login/passkey/", question, name="second_factor_question"),
    path("second-factor/passkeys/add/", add, name="second_factor_add"),
    path("second-factor/passkeys/<int:pk>/remove/", remove, name="second_factor_remove"),
]
