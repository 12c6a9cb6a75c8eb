"""Who works on a publication: their roles in words, invitations, and taking roles away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from .. import accounts, granting
from ..addresses import BadAddress, normalise
from ..granting import NotGranted
from ..models import Publication, Role
from ..roles import Act
from . import form_drafts
from .access import actor, find_publication
from .chrome import page
from .versioned import VersionedForm

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class RolesForm(VersionedForm):
    """The roles of one person."""

    kinds = forms.MultipleChoiceField(
        label=pgettext_lazy("role", "Roles"),
        choices=Role.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def rows(self) -> list[tuple[SafeString, str, Any]]:
        """(tick box, name, what it may do) of each role."""
        return [
            (box.tag(), str(box.choice_label), granting.WORDS[Role.Kind(box.data["value"])])
            for box in self["kinds"]
        ]


class InvitationForm(RolesForm):
    """Whom to invite, and for what."""

    address = forms.EmailField(
        label=pgettext_lazy("role", "Mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=pgettext_lazy(
            "role", "Who has no account here gets a mail with a link to choose a password."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].required = True
        self.fields["kinds"].error_messages["required"] = pgettext(
            "role", "Tick at least one role."
        )

    def clean_address(self) -> str:
        try:
            return normalise(self.cleaned_data["address"])
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from None


def _address(publication: Publication) -> str:
    return reverse("admin:subscribers_publication_people", args=[publication.slug])


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Everybody with a role here, and the form that invites another."""
    publication = find_publication(request, slug, Act.SET_UP)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = granting.invite(
                form.cleaned_data["address"],
                publication,
                form.cleaned_data["kinds"],
                by=actor(request),
            )
        except NotGranted as error:
            form.add_error("address", str(error))
        else:
            form_drafts.saved(request)
            text = pgettext("role", "%(name)s is invited: a mail with a link is on its way.")
            if not granting.is_waiting(user):
                text = pgettext("role", "%(name)s has an account, and the roles from now on.")
            messages.success(request, text % {"name": user.get_username()})
            return HttpResponseRedirect(_address(publication))
    roles: dict[User, list[str]] = {}
    for role in publication.roles.select_related("user").order_by(
        accounts.by_login("user__"), "id"
    ):
        roles.setdefault(role.user, []).append(role.get_kind_display())
    return page(
        request,
        "admin/sudi/people.html",
        title=pgettext("role", "People"),
        crumbs=_crumbs(publication),
        publication=publication,
        people=[
            (
                user,
                accounts.name_of(user),
                accounts.address_of(user),
                names,
                granting.is_waiting(user),
            )
            for user, names in roles.items()
        ],
        form=form,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, slug: str, pk: str) -> HttpResponseBase:
    """One person's roles. `do=again` mails the invitation once more, no tick removes them."""
    publication = find_publication(request, slug, Act.SET_UP)
    user = _found(publication, pk)
    form, problem = _roles_form(None, publication, user), ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                form, text = _change(request, publication, user)
        except NotGranted as error:
            problem = str(error)
        else:
            if text:
                messages.success(request, text)
                return HttpResponseRedirect(_address(publication))
    own = user.pk == actor(request).pk and not actor(request).is_superuser
    return page(
        request,
        "admin/sudi/person.html",
        title=accounts.name_of(user),
        crumbs=[*_crumbs(publication), (pgettext("role", "People"), _address(publication))],
        publication=publication,
        person=user,
        address=accounts.address_of(user),
        waiting=granting.is_waiting(user),
        own=own,
        form=form,
        kept_as=f"{publication.pk} {user.pk}",
        problem=problem,
        status=422 if problem else form.answer,
    )


def _roles_form(data: Any, publication: Publication, user: User) -> RolesForm:
    had = publication.roles.filter(user=user).order_by("pk").values_list("kind", flat=True)
    return RolesForm(data, initial={"kinds": list(had)})


def _change(request: HttpRequest, publication: Publication, user: User) -> tuple[RolesForm, str]:
    """Do what was sent, and say it in words; no words if the form cannot be stored.

    Call it in a transaction. Raises NotGranted.
    """
    # Locked while what is sent is compared with the roles that are there.
    list(Publication.objects.select_for_update().filter(pk=publication.pk))
    form = _roles_form(request.POST, publication, user)
    if request.POST.get("do") == "again" and granting.is_waiting(user):
        granting.mail_link(user, publication, by=actor(request))
        return form, pgettext("role", "The invitation is on its way again.")
    if not form.is_valid():
        return form, ""
    kinds = form.cleaned_data["kinds"]
    granting.grant(user, publication, kinds, by=actor(request))
    form_drafts.saved(request)
    return form, pgettext("role", "Saved.") if kinds else pgettext("role", "Removed.")


def _found(publication: Publication, pk: str) -> User:
    """Only somebody with a role here: other accounts are none of an owner's business."""
    for role in publication.roles.select_related("user"):
        if str(role.user.pk) == pk:
            return role.user
    raise Http404


def _crumbs(publication: Publication) -> list[tuple[str, str]]:
    return [
        (
            pgettext("role", "Publications"),
            reverse("admin:subscribers_publication_changelist"),
        ),
        (
            publication.name,
            reverse("admin:subscribers_publication_change", args=[publication.pk]),
        ),
    ]


def invited(request: HttpRequest, uidb64: str, token: str) -> HttpResponseBase:
    """Django's own page for a link that is good once, in the look of the login.

    It keeps the token out of the address and of the Referer; whoever chose a password is signed in.
    """
    view = PasswordResetConfirmView.as_view(
        template_name="admin/sudi/invited.html",
        success_url=reverse_lazy("admin:index"),
        post_reset_login=True,
        extra_context=admin.site.each_context(request),
    )
    return view(request, uidb64=uidb64, token=token)
