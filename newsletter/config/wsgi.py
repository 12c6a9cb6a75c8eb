import os

from django.core.wsgi import get_wsgi_application

from newsletter.config import right_keys

os.umask(0o077)  # What is written belongs to this user alone.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
application = right_keys.wsgi(get_wsgi_application())
