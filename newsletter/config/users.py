"""Accounts: who may sign in, and what each has to do here.

Owners see the people of their publications, and nothing of them that is not about these;
administrators see and change everybody. Django's groups and permissions are not used and not
shown: `may` reads roles.

Of our own site alone: a project that hosts the apps has its own accounts, and their pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers what is taken out.
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from subscribers import granting, second_factor
from subscribers.admin import form_drafts, keyset
from subscribers.admin.access import actor, require, visible
from subscribers.admin.chrome import PagesAdmin, page, record
from subscribers.admin.versioned import VersionedForm
from subscribers.models import Publication, Role
from subscribers.roles import Act

if TYPE_CHECKING:
    _Form = forms.ModelForm[User]
else:
    _Form = forms.ModelForm

admin.site.unregister(Group)
admin.site.unregister(User)

_PAGE = 50
# Shown of what a search found.
_FOUND = 100


class UserForm(VersionedForm, _Form):
    """An account. What must not be taken away from it is shown and cannot be changed."""

    RIGHTS = ("is_active", "is_staff", "is_superuser")

    class Meta:
        model = User
        fields = ("username", "email", "first_name", "last_name", "is_active", "is_staff",
                  "is_superuser")  # fmt: skip
        labels = {
            "username": pgettext_lazy("account", "User name"),
            "email": pgettext_lazy("account", "Mail address"),
            "first_name": pgettext_lazy("account", "Given name"),
            "last_name": pgettext_lazy("account", "Family name"),
            "is_active": pgettext_lazy("account", "May sign in"),
            "is_staff": pgettext_lazy("account", "May open these pages"),
            "is_superuser": pgettext_lazy("account", "Administrator"),
        }
        help_texts = {
            "username": pgettext_lazy("account", "Letters, digits and @ . + - _"),
            "email": pgettext_lazy("account", "Notices and links to choose a password go there."),
            "is_active": "",
            "is_staff": pgettext_lazy(
                "account", "What can be done there is given by roles in each publication."
            ),
            "is_superuser": pgettext_lazy("account", "May do everything everywhere."),
        }

    def __init__(self, *args: Any, kept: tuple[str, ...] = (), **kwargs: Any) -> None:
        """`kept`: rights that nobody can change now."""
        super().__init__(*args, **kwargs)
        for name in kept:
            self.fields[name].disabled = True

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        others = User.objects.filter(email__iexact=address).exclude(pk=self.instance.pk)
        if address and others.exists():
            raise forms.ValidationError(pgettext("account", "Another account has this address."))
        return address


def _seen(request: HttpRequest) -> QuerySet[User]:
    """The accounts the user may see."""
    if actor(request).is_superuser:
        return User.objects.all()
    ours = Role.objects.filter(publication__in=visible(request, Act.SET_UP))
    return User.objects.filter(pk__in=ours.values("user"))


def _find(request: HttpRequest, pk: str) -> User:
    require(request, Act.SET_UP, None)
    try:
        found = _seen(request).filter(pk=pk).first()
    except (ValueError, TypeError):
        found = None
    if found is None:
        raise Http404
    return found


def _roles(request: HttpRequest, users: list[User]) -> dict[Any, dict[Publication, list[str]]]:
    """User's key -> publication -> names of roles, in the publications that the asker sets up."""
    rows = Role.objects.filter(user__in=users, publication__in=visible(request, Act.SET_UP))
    found: dict[Any, dict[Publication, list[str]]] = {}
    for row in rows.select_related("publication").order_by("publication__name", "id"):
        of_user = found.setdefault(row.user_id, {})
        of_user.setdefault(row.publication, []).append(str(row.get_kind_display()))
    return found


def _administrator(request: HttpRequest) -> None:
    if not actor(request).is_superuser:
        raise PermissionDenied


def _kept_rights(request: HttpRequest, user: User) -> tuple[str, ...]:
    """Nobody takes away their own rights, nor those of a publication's only owner."""
    if user.pk == actor(request).pk:
        return UserForm.RIGHTS
    return ("is_active", "is_staff") if granting.owned_alone(user) else ()


def _list() -> str:
    return reverse("admin:auth_user_changelist")


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Users"), _list())]


@require_http_methods(["GET", "POST"])
def user_list(request: HttpRequest) -> HttpResponseBase:
    """The accounts by name. POST looks for a part of a name or address."""
    require(request, Act.SET_UP, None)
    typed = " ".join(request.POST.get("q", "").split())[:100]
    rows = _seen(request)
    if typed:
        rows = rows.filter(
            Q(username__icontains=typed)
            | Q(email__icontains=typed)
            | Q(first_name__icontains=typed)
            | Q(last_name__icontains=typed)
        )
        shown, slice_ = list(rows.order_by("username")[:_FOUND]), None
    else:
        slice_ = keyset.take(request, rows, ["username"], size=_PAGE, ascending=True)
        shown = slice_.rows
    roles, second = _roles(request, shown), second_factor.with_one(shown)
    return page(
        request,
        "admin/sudi/users.html",
        title=_("Users"),
        people=[
            (one, list(roles.get(one.pk, {}).items()), granting.is_waiting(one), one.pk in second)
            for one in shown
        ],
        typed=typed,
        slice=slice_,
        publications=list(visible(request, Act.SET_UP)),
    )


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """A new account; its password is asked for next."""
    require(request, Act.SET_UP, None)
    _administrator(request)
    form = UserForm(
        request.POST if request.method == "POST" else None,
        instance=User(is_staff=True),
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save(commit=False)
            user.set_unusable_password()
            user.save()
            record(request, "user created", f"user:{user.pk}", None, user=user.get_username())
            form_drafts.saved(request)
        messages.success(request, pgettext("account", "Created. Now choose a password for it."))
        return HttpResponseRedirect(reverse("admin:auth_user_password", args=[user.pk]))
    return page(
        request,
        "admin/sudi/user.html",
        title=pgettext("account", "New account"),
        crumbs=_crumbs(),
        form=form,
        status=form.answer,
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One account: an administrator changes it, an owner sees what it may in their publications."""
    user = _find(request, pk)
    form: UserForm | None = None
    name = user.get_full_name() or user.get_username()
    if actor(request).is_superuser:
        if request.method == "POST":
            with transaction.atomic():
                # Locked while what is sent is compared with what is there.
                user = User.objects.select_for_update().get(pk=user.pk)
                form = UserForm(request.POST, instance=user, kept=_kept_rights(request, user))
                if form.is_valid():
                    _store(request, form)
            if not form.errors:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(_list())
        else:
            form = UserForm(instance=user, kept=_kept_rights(request, user))
    elif request.method == "POST":
        raise PermissionDenied
    return page(
        request,
        "admin/sudi/user.html",
        title=name,
        crumbs=_crumbs(),
        person=user,
        roles=list(_roles(request, [user]).get(user.pk, {}).items()),
        waiting=granting.is_waiting(user),
        second=bool(second_factor.with_one([user])),
        form=form,
        may_delete=form is not None and _deletable(request, user),
        own=user.pk == actor(request).pk,
        status=form.answer if form is not None else 200,
    )


def _store(request: HttpRequest, form: UserForm) -> None:
    changed = sorted(form.changed_data)
    form_drafts.saved(request)
    if not changed:
        return
    form.save()
    user = form.instance
    record(
        request, "user changed", f"user:{user.pk}", None, user=user.get_username(), fields=changed
    )


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest, pk: str) -> HttpResponseBase:
    """A password chosen for somebody by an administrator; one's own has a page of its own."""
    user = _find(request, pk)
    _administrator(request)
    if user.pk == actor(request).pk:
        return HttpResponseRedirect(reverse("admin:password_change"))
    form = SetPasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            record(request, "password set", f"user:{user.pk}", None, user=user.get_username())
        messages.success(request, pgettext("account", "The password is set."))
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
    return page(
        request,
        "admin/sudi/user_password.html",
        title=pgettext("account", "Password"),
        crumbs=[*_crumbs(), (str(user), reverse("admin:auth_user_change", args=[user.pk]))],
        person=user,
        form=form,
        status=422 if form.errors else 200,
    )


def _deletable(request: HttpRequest, user: User) -> bool:
    """Not oneself, and not a publication's only owner."""
    return user.pk != actor(request).pk and not granting.owned_alone(user)


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: str) -> HttpResponseBase:
    """GET says what goes with the account; POST deletes it."""
    user = _find(request, pk)
    _administrator(request)
    if not _deletable(request, user):
        raise PermissionDenied
    if request.method == "POST":
        name = user.get_username()
        with transaction.atomic():
            record(request, "user deleted", f"user:{user.pk}", None, user=name)
            user.delete()
        messages.success(request, pgettext("account", "%(name)s was deleted.") % {"name": name})
        return HttpResponseRedirect(_list())
    return page(
        request,
        "admin/sudi/user_delete.html",
        title=pgettext("account", "Delete the account"),
        crumbs=[*_crumbs(), (str(user), reverse("admin:auth_user_change", args=[user.pk]))],
        person=user,
        roles=list(_roles(request, [user]).get(user.pk, {}).items()),
    )


@admin.register(User)
class UserAdmin(PagesAdmin[User]):
    """The addresses of these pages."""

    act = Act.SET_UP
    pages = (
        ("", user_list, "changelist"),
        ("add/", add, "add"),
        ("<str:pk>/change/", change, "change"),
        ("<str:pk>/password/", password, "password"),
        ("<str:pk>/delete/", delete, "delete"),
    )
