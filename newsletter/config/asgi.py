import os

from django.core.asgi import get_asgi_application

from newsletter.config import busy, right_keys

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
_application = get_asgi_application()
busy.wait_briefly()
application = right_keys.asgi(_application)
