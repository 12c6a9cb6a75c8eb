import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from newsletter.config import busy, right_keys

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
_application = get_wsgi_application()
busy.wait_briefly()
get_resolver().url_patterns  # noqa: B018  Read in now, so that no reader waits for it.

from newsletter.archive.finished import serving  # noqa: E402  Its models need Django set up.
from newsletter.config.requests import Utf8WSGIRequest  # noqa: E402

_application.request_class = Utf8WSGIRequest
application = right_keys.wsgi(serving.before(_application))
