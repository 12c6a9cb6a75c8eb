#!/usr/bin/env python3
"""Sudi's command line: `python manage.py help` lists the commands, the README explains them."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
    if sys.argv[1:2] == ["quickstart"]:
        # Ports must be known before settings are read. The trial runs in development mode, for
        # the page of caught mail; settings refuse DEBUG together with a public BASE_URL.
        from newsletter.config.trial import prepare_environment

        prepare_environment(
            os.environ,
            Path(os.environ.get("DATA_DIR") or Path(__file__).parent / "data").absolute(),
        )
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
