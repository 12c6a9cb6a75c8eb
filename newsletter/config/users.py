"""Who may log in. Only an administrator sees these pages; roles are given in a publication.

Of our own site alone: a project that hosts the apps has its own accounts, and their pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from subscribers import granting

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin

admin.site.unregister(Group)
admin.site.unregister(User)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """Accounts. Django's groups and permissions are not used: `may` reads roles."""

    form = UserChangeForm
    change_form_template = "admin/sudi/change_form.html"
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_staff", "is_superuser", "is_active", "last_login")
    list_filter = ()
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "first_name", "last_name")}),
        (
            _("Rights"),
            {
                "fields": ("is_active", "is_staff", "is_superuser"),
                "description": _(
                    "“Staff” opens the admin; what can be done there is given by roles in each"
                    " publication. An administrator may do everything everywhere."
                ),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody takes away their own rights, nor those of a publication's only owner."""
        if obj is None:
            return ()
        own = obj.pk == request.user.pk
        if own:
            return ("is_active", "is_staff", "is_superuser")
        return ("is_active", "is_staff") if granting.owned_alone(obj) else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Not oneself, and not a publication's only owner; several at once are not asked after."""
        if obj is not None and (obj.pk == request.user.pk or granting.owned_alone(obj)):
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None: "delete the selected" would ask nobody's rule."""
        return {}
