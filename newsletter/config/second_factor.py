"""The second step of the login, and the page where an account sets its second factor up.

Whoever signed in, by password or by a mailed link, and still owes a code is nobody for every page
(`middleware`); the login then leads to the code, or to the page that sets a factor up where one is
required. So no way in goes around it, and no page has to ask.

Of our own site alone: a project that hosts the apps has its own login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from subscribers import network, second_factor
from subscribers.admin.chrome import page
from subscribers.models import RecoveryCode, SecondFactor
from subscribers.second_factor import Answer, Need

from .middleware import Respond

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_PASSED = "second_factor"
_SALT = "newsletter.config.second_factor"
# Seconds from the square on the page to the code that confirms it.
_SET_UP_WITHIN = 3600


def middleware(get_response: Respond) -> Respond:
    """Whoever still owes a code is an anonymous user. Asks the database only if a page asks who."""

    def respond(request: HttpRequest) -> HttpResponse:
        request.signed_in = request.user  # type: ignore[attr-defined]
        request.user = cast("User", SimpleLazyObject(lambda: _admitted(request)))
        return get_response(request)

    return respond


def _signed_in(request: HttpRequest) -> User | AnonymousUser:
    """Whose password was right in this session, with or without a code."""
    who: User | AnonymousUser = request.signed_in  # type: ignore[attr-defined]
    return who


def _need(request: HttpRequest) -> Need:
    who = _signed_in(request)
    if not who.is_authenticated:
        return Need.NOTHING
    return second_factor.needed(who, request.session.get(_PASSED))


def _admitted(request: HttpRequest) -> User | AnonymousUser:
    return _signed_in(request) if _need(request) is Need.NOTHING else AnonymousUser()


def _pass(request: HttpRequest, user: User) -> None:
    """The session may do what the account may. Its key changes: who knew it knows it no longer."""
    request.session[_PASSED] = second_factor.mark(user)
    request.session.cycle_key()


def _wanted(request: HttpRequest) -> str:
    """Where the login was to lead: only within this site."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    fine = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if fine else reverse("admin:index")


def login(request: HttpRequest) -> HttpResponseBase:
    """The admin's login; for whom the password got in already, the step after it."""
    steps = {Need.CODE: "second_factor_code", Need.SET_UP: "second_factor"}
    if step := steps.get(_need(request)):
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({'next': _wanted(request)})}")
    return admin.site.login(request)


class CodeForm(forms.Form):
    """A code, of the app or one of those for when it is lost."""

    code = forms.CharField(
        label=pgettext_lazy("second factor", "Code"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def use(self, request: HttpRequest, user: User) -> bool:
        """Whether a right code came, which is used up. Else the form says why not."""
        if not self.is_valid():
            return False
        answer = second_factor.check(user, self.cleaned_data["code"], network.network(request))
        if answer is Answer.TOO_MANY:
            self.add_error("code", _too_many())
        elif answer is Answer.WRONG:
            self.add_error("code", _wrong())
        return answer is Answer.RIGHT


class SetUpForm(forms.Form):
    """The first code of the app. The secret travels with the form, signed; none is stored yet."""

    secret = forms.CharField(widget=forms.HiddenInput)
    password = forms.CharField(
        label=pgettext_lazy("second factor", "Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=pgettext_lazy("second factor", "The six digits that the app shows"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def _wrong() -> str:
    return pgettext(
        "second factor",
        "This code is wrong, over or used already. The app shows a new one every 30 seconds; if it"
        " stays wrong, set the clock of the phone.",
    )


def _too_many() -> str:
    return pgettext("second factor", "Too many wrong codes. Wait some minutes, then try again.")


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """The step after the password. `do=leave` signs out, for who wants to be somebody else."""
    if request.POST.get("do") == "leave":
        logout(request)
        return HttpResponseRedirect(reverse("admin:login"))
    if _need(request) is not Need.CODE:
        return HttpResponseRedirect(_wanted(request))
    who = cast("User", _signed_in(request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.use(request, who):
        _pass(request, who)
        return HttpResponseRedirect(_wanted(request))
    form.fields["code"].widget.attrs["autofocus"] = True
    context = {"next": _wanted(request), "name": who.get_username()}
    return _alone(request, "admin/sudi/second_factor_code.html", form, **context)


def _alone(
    request: HttpRequest, template: str, form: forms.Form, **context: Any
) -> TemplateResponse:
    """A page without a menu, for who may not use one yet."""
    return TemplateResponse(
        request,
        template,
        {**admin.site.each_context(request), "form": form, **context},
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponseBase:
    """The page of one's own second factor: set it up, take it away, make new recovery codes."""
    need, who = _need(request), _signed_in(request)
    if need is Need.CODE or not (who.is_authenticated and who.is_active and who.is_staff):
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if SecondFactor.objects.filter(user=who).exists():
        return _kept(request, who)
    return _set_up(request, who, required=need is Need.SET_UP)


def _set_up(request: HttpRequest, user: User, *, required: bool) -> HttpResponseBase:
    form = SetUpForm(request.POST if request.method == "POST" else None)
    secret = _secret_of(form, user) or second_factor.new_secret()
    if form.is_bound and form.is_valid():
        codes = _confirm(request, form, user, secret)
        if codes is not None:
            _pass(request, user)
            return _shown_once(request, codes)
    sealed = signing.dumps([str(user.pk), secret], salt=_SALT)
    if form.is_bound:
        # Sealed anew, and a new one where the page was open for too long.
        form.data = {**request.POST.dict(), "secret": sealed}
    else:
        form.initial["secret"] = sealed
    square = segno.make(second_factor.app_address(secret, user), error="m")
    context = {
        # White around and below it, whatever the colours of the page: some apps need that.
        "square": mark_safe(square.svg_inline(scale=4, border=4, light="#fff")),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "required": required,
        "next": _wanted(request),
        "name": user.get_username(),
    }
    if required:
        return _alone(request, "admin/sudi/second_factor_required.html", form, **context)
    return _page(request, form=form, status=422 if form.errors else 200, **context)


def _secret_of(form: SetUpForm, user: User) -> str:
    """The secret that the page gave this account some minutes ago; else none."""
    try:
        found = signing.loads(str(form.data.get("secret", "")), salt=_SALT, max_age=_SET_UP_WITHIN)
        owner, secret = found
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    return str(secret) if owner == str(user.pk) else ""


def _confirm(request: HttpRequest, form: SetUpForm, user: User, secret: str) -> list[str] | None:
    """The recovery codes, if password and code are right; else the form says what is not."""
    source = network.network(request)
    if not second_factor.may_try(user, source):
        form.add_error(None, _too_many())
    elif not user.check_password(form.cleaned_data["password"]):
        form.add_error("password", pgettext("second factor", "This is not your password."))
    else:
        codes = second_factor.set_up(user, secret, form.cleaned_data["code"])
        if codes is not None:
            return codes
        form.add_error("code", _wrong())
    return None


def _kept(request: HttpRequest, user: User) -> HttpResponseBase:
    """Who has one: each change asks for a code again."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.use(request, user):
        if request.POST.get("do") == "codes":
            return _shown_once(request, second_factor.fresh_recovery_codes(user))
        if request.POST.get("do") == "remove":
            second_factor.remove(user)
            messages.success(request, pgettext("second factor", "The second factor is removed."))
        return HttpResponseRedirect(reverse("second_factor"))
    factor = SecondFactor.objects.get(user=user)
    return _page(
        request,
        form=form,
        factor=factor,
        left=RecoveryCode.objects.filter(factor=factor).count(),
        status=422 if form.errors else 200,
    )


def _shown_once(request: HttpRequest, codes: list[str]) -> HttpResponseBase:
    # In the answer itself: nothing that could be read again holds them.
    request.user = cast("User", _signed_in(request))
    return _page(request, codes=codes, next=_wanted(request))


def _page(request: HttpRequest, **context: Any) -> TemplateResponse:
    title = pgettext("second factor", "Second factor")
    return page(request, "admin/sudi/second_factor.html", title=title, **context)


urlpatterns = [
    path("login/", login),
    path("login/code/", code, name="second_factor_code"),
    path("second-factor/", own, name="second_factor"),
]
