import os

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from newsletter.config import busy, right_keys

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
_application = get_asgi_application()
busy.wait_briefly()
get_resolver().url_patterns  # noqa: B018  Read in now, so that no reader waits for it.

from newsletter.config.requests import Utf8ASGIRequest  # noqa: E402  Django must be set up.

_application.request_class = Utf8ASGIRequest
application = right_keys.asgi(_application)
