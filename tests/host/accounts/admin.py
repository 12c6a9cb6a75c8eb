"""The host's own page of its accounts."""

from django.contrib import admin

from .models import Member


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """As a host has it."""

    list_display = ("mail", "is_staff")
