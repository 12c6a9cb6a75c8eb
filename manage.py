#!/usr/bin/env python3
"""Sudi's command line: `python manage.py help` lists the commands, the README explains them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    if len(sys.argv) > 1 and sys.argv[1] == "quickstart":
        # The trial runs in development mode, so that the page of caught mail is there.
        # Settings refuse DEBUG together with a public BASE_URL.
        os.environ.setdefault("DEBUG", "1")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
