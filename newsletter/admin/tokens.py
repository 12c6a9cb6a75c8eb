"""Tokens of programs: made for oneself, shown once, ended; an owner sees and ends all of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from subscribers.admin import form_drafts, last_worked
from subscribers.admin.access import actor, find_publication, require, visible
from subscribers.admin.chrome import PagesAdmin, page
from subscribers.admin.row_numbers import row_number
from subscribers.models import Publication
from subscribers.roles import Act, may

from ..intake import mail, tokens
from ..models import Token

# Ended tokens stay in the list for a while, so that nobody wonders where one went.
_MOST = 200


class TokenForm(forms.Form):
    """A new token for the user who asks."""

    name = forms.CharField(
        label=pgettext_lazy("token", "What it is for"),
        max_length=60,
        help_text=pgettext_lazy("token", "To tell your tokens apart, like “digest script”."),
    )
    rights = forms.ChoiceField(
        label=pgettext_lazy("token", "Rights"),
        choices=Token.Rights.choices,
        initial=Token.Rights.DRAFT,
        help_text=pgettext_lazy("token", "It never does more than you may at that moment."),
    )
    days = forms.IntegerField(
        label=pgettext_lazy("token", "Holds for days"),
        min_value=1,
        max_value=tokens.LONGEST,
        initial=tokens.DAYS,
    )
    networks = forms.CharField(
        label=pgettext_lazy("token", "Only from these networks"),
        required=False,
        max_length=1000,
        help_text=pgettext_lazy("token", "Like 192.0.2.0/24 2001:db8::/32. Empty: from anywhere."),
    )

    def clean_networks(self) -> list[str]:
        texts = self.cleaned_data["networks"].replace(",", " ").split()
        try:
            return tokens.read_networks(texts)
        except tokens.TokenRefused as refused:
            raise forms.ValidationError(str(refused)) from None


@require_http_methods(["GET", "POST"])
def token_list(request: HttpRequest) -> HttpResponseBase:
    """The user's tokens of one publication (`?publication=`), and the form for another."""
    require(request, Act.SEE, None)
    publications = list(visible(request))
    wanted = request.GET.get("publication", "")
    chosen = last_worked.choose(request, publications, wanted)
    if chosen is None:
        raise Http404
    usable = tokens.rights_for(actor(request), chosen)
    form, secret, mail_address = _fresh(usable), "", ""
    if request.method == "POST":
        if not set(usable) - {Token.Rights.READERS} and request.POST.get("rights") not in usable:
            require(request, Act.EDIT, chosen)
        form = TokenForm(request.POST)
        if form.is_valid():
            try:
                token, secret = _make(request, chosen, form.cleaned_data)
                mail_address = mail.of_token(token, secret)
                form_drafts.saved(request)
                form = _fresh(usable)
            except tokens.TokenRefused as refused:
                form.add_error("rights", str(refused))
    return page(
        request,
        "admin/sudi/tokens.html",
        title=pgettext("token", "Tokens"),
        publication=chosen,
        publications=publications,
        tokens=_of(request, chosen),
        usable=bool(usable),
        form=form,
        secret=secret,
        mail_address=mail_address,
        now=timezone.now(),
        status=422 if form.errors else 200,
    )


def _fresh(usable: list[str]) -> TokenForm:
    """The form with the rights that the user can give."""
    form = TokenForm(initial={"rights": usable[0]} if usable else None)
    field = form.fields["rights"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [one for one in Token.Rights.choices if one[0] in usable]
    return form


def _make(
    request: HttpRequest, publication: Publication, data: dict[str, Any]
) -> tuple[Token, str]:
    user = actor(request)
    return tokens.make(
        user,
        publication,
        data["rights"],
        by=user.get_username(),
        days=data["days"],
        name=data["name"],
        networks=data["networks"],
    )


def _of(request: HttpRequest, publication: Publication) -> list[Token]:
    """The user's own, or everybody's for who sets the publication up; newest first."""
    found = Token.objects.filter(publication=publication).select_related("user").order_by("-pk")
    if not may(request.user, Act.SET_UP, publication):
        found = found.filter(user=actor(request))
    return list(found[:_MOST])


@require_POST
def revoke(request: HttpRequest, slug: str) -> HttpResponseBase:
    """End one token: one's own, or any of a publication one sets up."""
    publication = find_publication(request, slug, Act.SEE)
    number = request.POST.get("token", "")
    rows = Token.objects.filter(publication=publication)
    found = rows.filter(pk=row_number(number)).first()
    if found is None:
        raise Http404
    if found.user_id != request.user.pk:
        require(request, Act.SET_UP, publication)
    if tokens.revoke(found, actor(request).get_username()):
        messages.success(request, _("Revoked: it opens nothing any more."))
    address = reverse("admin:newsletter_token_changelist")
    return HttpResponseRedirect(f"{address}?publication={publication.slug}")


@admin.register(Token)
class TokenAdmin(PagesAdmin[Token]):
    """The programs that may hand in and release."""

    pages = (("", token_list, "changelist"), ("revoke/<slug:slug>/", revoke, "revoke"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in Django's own list of models, which asks on every page: our sidebar has it."""
        return False
