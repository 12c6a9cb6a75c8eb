"""Pages of the admin that are no model's.

They stand at the address of the admin and before its own, which answers everything below it. A
project that hosts the apps writes the two in this order:

    path("admin/", include("newsletter.config.admin_urls")),
    path("admin/", admin.site.urls),
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from newsletter.admin import first_steps, help, look, today
from subscribers.admin import form_drafts, people

from . import operation

_view = admin.site.admin_view

pages: list[URLPattern | URLResolver] = [
    path("help/", _view(help.first), name="help"),
    path("look/", _view(look.look), name="look"),
    path("look/<slug:slug>/<slug:style>/", _view(look.shown), name="look_shown"),
    path("help/<slug:name>/", _view(help.chapter), name="help_chapter"),
    path("operation/", include(operation.urlpatterns)),
    path("first-steps/", _view(first_steps.first), name="first_steps"),
    path("first-steps/<slug:slug>/", _view(first_steps.of_publication), name="first_steps_of"),
    path("invited/<uidb64>/<token>/", people.invited, name="invited"),
    path("unsaved/", form_drafts.rescued(_view(form_drafts.save)), name="unsaved"),
]
# On our own site the board is the admin's start page; a host has its own.
urlpatterns = [path("today/", _view(today.board), name="today"), *pages]
