import os

from django.core.asgi import get_asgi_application

from newsletter.config import busy, right_keys

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
_application = get_asgi_application()
busy.wait_briefly()

from newsletter.config.requests import Utf8ASGIRequest  # noqa: E402  Django must be set up.

_application.request_class = Utf8ASGIRequest
application = right_keys.asgi(_application)
