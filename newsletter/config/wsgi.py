import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
django = get_wsgi_application()

from newsletter.archive.finished import serving  # noqa: E402  Its models need Django set up.

application = serving.before(django)
