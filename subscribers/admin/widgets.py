"""What a page of the admin is made of: of django-unfold where it is installed, else Django's own.

A project that hosts the apps has either admin. What it gets is decided here alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING or not apps.is_installed("unfold"):
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.widgets import AdminIntegerFieldWidget as NumberBox
    from django.contrib.admin.widgets import AdminTextareaWidget as Textarea
    from django.contrib.admin.widgets import AdminTextInputWidget as TextInput
    from django.forms import CheckboxInput as Switch
    from django.forms import CheckboxSelectMultiple, Select
    from django.forms import FileInput as FileBox
else:
    from unfold.admin import ModelAdmin
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as CheckboxSelectMultiple
    from unfold.widgets import UnfoldAdminFileFieldWidget as FileBox
    from unfold.widgets import UnfoldAdminIntegerFieldWidget as NumberBox
    from unfold.widgets import UnfoldAdminSelectWidget as Select
    from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
    from unfold.widgets import UnfoldAdminTextInputWidget as TextInput
    from unfold.widgets import UnfoldBooleanSwitchWidget as Switch

__all__ = [
    "CheckboxSelectMultiple",
    "FileBox",
    "ModelAdmin",
    "NumberBox",
    "Select",
    "Switch",
    "TextInput",
    "Textarea",
]
