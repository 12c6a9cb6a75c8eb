import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
application = get_wsgi_application()

from newsletter.config.requests import Utf8WSGIRequest  # noqa: E402

application.request_class = Utf8WSGIRequest
