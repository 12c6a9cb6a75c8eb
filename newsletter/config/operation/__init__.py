"""Pages for owners about the site as it runs: the doctor, regular tasks, limits, errors.

They stand here and not in `newsletter.admin`, since they speak of the site: only this package knows
its settings. A page is a tab; each one asks who is there first.
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from subscribers.admin.form_drafts import rescued

from . import doctor_page, errors_page, limits_page, retention_page, tasks_page

_view = admin.site.admin_view
urlpatterns = [
    path("", _view(doctor_page.show), name="operation"),
    path("tasks/", _view(tasks_page.show), name="operation_tasks"),
    path("limits/", rescued(_view(limits_page.show)), name="operation_limits"),
    path("retention/", rescued(_view(retention_page.show)), name="operation_retention"),
    path("errors/", _view(errors_page.show), name="operation_errors"),
]
