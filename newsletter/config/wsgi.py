import os

from django.core.wsgi import get_wsgi_application

from newsletter.config import busy, right_keys

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
_application = get_wsgi_application()
busy.wait_briefly()

from newsletter.archive.finished import serving  # noqa: E402  Its models need Django set up.

application = right_keys.wsgi(serving.before(_application))
