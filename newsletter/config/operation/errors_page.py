"""The last errors of this machine."""

from __future__ import annotations

import socket

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter import conf

from .. import logs
from .frame import owners_page, require_administrator

_MOST = 50


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """The newest first. Addresses are masked when a line is written, so none stands here."""
    require_administrator(request)
    return owners_page(
        request,
        "operation_errors",
        "admin/sudi/operation_errors.html",
        title=_("Errors"),
        errors=logs.last_errors(conf.data_dir(), _MOST),
        machine=socket.gethostname(),
    )
