"""A small Django project that hosts the apps: its own accounts, admin, pages and base template.

    .venv/bin/python -m django test tests.host --settings tests.host.settings

`tests/config/test_host.py` runs it, with Django's own admin and with django-unfold.
"""
