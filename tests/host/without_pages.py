"""Addresses of a host that forgot ours; `check` names the lines."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("backoffice/", admin.site.urls)]
