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
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from subscribers import conf, passkeys, second_factor
from subscribers.admin.chrome import page
from subscribers.models import RecoveryCode, SecondFactor
from subscribers.second_factor import Need

from .factor_forms import CodeForm, SetUpForm, wrong_code
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


def signed_in(request: HttpRequest) -> User | AnonymousUser:
    """Whose password was right in this session, with or without a code."""
    who: User | AnonymousUser = request.signed_in  # type: ignore[attr-defined]
    return who


def need_of(request: HttpRequest) -> Need:
    who = signed_in(request)
    if not who.is_authenticated:
        return Need.NOTHING
    return second_factor.needed(who, request.session.get(_PASSED))


def _admitted(request: HttpRequest) -> User | AnonymousUser:
    return signed_in(request) if need_of(request) is Need.NOTHING else AnonymousUser()


def admit(request: HttpRequest, user: User) -> None:
    """The session may do what the account may. Its key changes: who knew it knows it no longer."""
    request.session[_PASSED] = second_factor.mark(user)
    request.session.cycle_key()


def wanted(request: HttpRequest) -> str:
    """Where the login was to lead: only within this site."""
    address = request.POST.get("next", "") or request.GET.get("next", "")
    fine = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if fine else reverse("admin:index")


def login(request: HttpRequest) -> HttpResponseBase:
    """The admin's login; for whom the password got in already, the step after it."""
    steps = {Need.CODE: "second_factor_code", Need.SET_UP: "second_factor"}
    if step := steps.get(need_of(request)):
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({'next': wanted(request)})}")
    return admin.site.login(request)


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """The step after the password. `do=leave` signs out, for who wants to be somebody else."""
    if request.POST.get("do") == "leave":
        logout(request)
        return HttpResponseRedirect(reverse("admin:login"))
    if need_of(request) is not Need.CODE:
        return HttpResponseRedirect(wanted(request))
    who = cast("User", signed_in(request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.prove(request, who, passkeys.SIGN_IN):
        admit(request, who)
        return HttpResponseRedirect(wanted(request))
    form.fields["code"].widget.attrs["autofocus"] = True
    context = {
        "next": wanted(request),
        "name": who.get_username(),
        "app": SecondFactor.objects.filter(user=who).exclude(secret="").exists(),
        "passkeys": passkeys.of(who),
        "elsewhere": passkeys.elsewhere(who),
    }
    return alone(request, "admin/sudi/second_factor_code.html", form, **context)


def alone(
    request: HttpRequest, template: str, form: forms.Form | None = None, **context: Any
) -> TemplateResponse:
    """A page without a menu, for who may not use one yet. Without a form it says what failed."""
    return TemplateResponse(
        request,
        template,
        {**admin.site.each_context(request), "form": form, **context},
        status=200 if form is not None and not form.errors else 422,
    )


def account(request: HttpRequest) -> User | None:
    """Who may look after their own factor: of the desk, and owing no code."""
    who = signed_in(request)
    if not (who.is_authenticated and who.is_active and who.is_staff):
        return None
    return None if need_of(request) is Need.CODE else who


def to_login(request: HttpRequest) -> HttpResponseRedirect:
    """The way to the login and back to this page."""
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))


@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponseBase:
    """The page of one's own second factor: set it up, take it away, make new recovery codes."""
    who = account(request)
    if who is None:
        return to_login(request)
    factor = SecondFactor.objects.filter(user=who).first()
    data = request.POST if request.method == "POST" else None
    if factor is None or (data is not None and "secret" in data and not factor.secret):
        return _set_up(request, who, factor, SetUpForm(data))
    return _kept(request, who, factor, CodeForm(data))


def _set_up(
    request: HttpRequest, user: User, factor: SecondFactor | None, form: SetUpForm
) -> HttpResponseBase:
    """The app of an account; `factor`: the one it joins, which has passkeys alone."""
    beside = factor.pk if factor is not None else 0
    secret = _secret_of(form, user, beside)
    if form.is_bound and not secret and beside:
        return HttpResponseRedirect(reverse("second_factor"))  # Not proved, or too long ago.
    secret = secret or second_factor.new_secret()
    if form.is_bound and form.prove(request, user):
        codes = second_factor.set_up(user, secret, form.cleaned_data["code"])
        if codes is not None:
            admit(request, user)
            return shown_once(request, codes)
        form.add_error("code", wrong_code())
    sealed = signing.dumps([str(user.pk), secret, beside], salt=_SALT)
    if form.is_bound:
        # Sealed anew, and a new one where the page was open for too long.
        form.data = {**request.POST.dict(), "secret": sealed}
    else:
        form.initial["secret"] = sealed
    square = segno.make(second_factor.app_address(secret, user), error="m")
    required = need_of(request) is Need.SET_UP
    context = {
        # White around and below it, whatever the colours of the page: some apps need that.
        "square": mark_safe(square.svg_inline(scale=4, border=4, light="#fff")),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "beside": bool(beside),
        "next": wanted(request),
        "name": user.get_username(),
        **_of_passkeys(user),
    }
    if required:
        return alone(request, "admin/sudi/second_factor_required.html", form, **context)
    return _page(request, form=form, status=422 if form.errors else 200, **context)


def _secret_of(form: SetUpForm, user: User, beside: int) -> str:
    """The secret that the page gave this account some minutes ago; else none.

    That of an app beside passkeys is given only to who proved the factor: it says so itself.
    """
    try:
        found = signing.loads(str(form.data.get("secret", "")), salt=_SALT, max_age=_SET_UP_WITHIN)
        owner, secret, joins = found
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    return str(secret) if (owner, joins) == (str(user.pk), beside) else ""


def _kept(
    request: HttpRequest, user: User, factor: SecondFactor, form: CodeForm
) -> HttpResponseBase:
    """Who has one: each change asks for a code or a passkey again."""
    if form.is_bound and form.prove(request, user):
        do = request.POST.get("do")
        if do == "codes":
            return shown_once(request, second_factor.fresh_recovery_codes(user))
        if do == "app" and not factor.secret:
            return _set_up(request, user, factor, SetUpForm())
        if do == "remove":
            second_factor.remove(user)
            messages.success(request, pgettext("second factor", "The second factor is removed."))
        return HttpResponseRedirect(reverse("second_factor"))
    return _page(
        request,
        form=form,
        factor=factor,
        left=RecoveryCode.objects.filter(factor=factor).count(),
        status=422 if form.errors else 200,
        **_of_passkeys(user),
    )


def _of_passkeys(user: User) -> dict[str, Any]:
    """What a page says of them: nothing without the extra."""
    here, elsewhere = passkeys.of(user), passkeys.elsewhere(user)
    return {
        "passkeys_installed": passkeys.installed(),
        "passkeys_usable": passkeys.usable(),
        "passkeys": here,
        "elsewhere": elsewhere,
        "all_passkeys": [*here, *elsewhere],
        "site": conf.base_url(),
    }


def shown_once(request: HttpRequest, codes: list[str]) -> HttpResponseBase:
    """The page with new recovery codes; on to where the user was going, if there are none."""
    if not codes:
        return HttpResponseRedirect(reverse("second_factor"))
    # In the answer itself: nothing that could be read again holds them.
    request.user = cast("User", signed_in(request))
    return _page(request, codes=codes, next=wanted(request))


def _page(request: HttpRequest, **context: Any) -> TemplateResponse:
    title = pgettext("second factor", "Second factor")
    return page(request, "admin/sudi/second_factor.html", title=title, **context)


urlpatterns = [
    path("login/", login),
    path("login/code/", code, name="second_factor_code"),
    path("second-factor/", own, name="second_factor"),
]
