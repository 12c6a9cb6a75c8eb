"""The addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path, re_path

from . import docs
from .api import api, nowhere

urlpatterns = [
    path("docs", docs.page, name="v1-docs"),
    path("digest.schema.json", docs.digest_schema, name="v1-digest-schema"),
    path("", nowhere),
    path("", api.urls),
    re_path(r"^(?P<path>(?s:.*))$", nowhere),
]
