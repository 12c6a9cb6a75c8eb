import os

from django.core.asgi import get_asgi_application

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
application = get_asgi_application()

from newsletter.config.requests import Utf8ASGIRequest  # noqa: E402

application.request_class = Utf8ASGIRequest
