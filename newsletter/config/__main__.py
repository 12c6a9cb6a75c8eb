"""Sudi's command line: `sudi COMMAND`, in a checkout `python manage.py COMMAND`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    from newsletter.config import supervised

    supervised.watch()
    # What is written belongs to this user alone: readers, mails, keys.
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
    if sys.argv[1:2] == ["gunicorn"]:
        # The trial's web server, as a child that stops with the trial.
        from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]

        sys.argv.pop(0)
        run()
        return
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        # `deploy-files` is what one types, `deploy_files` is what a module can be called.
        sys.argv[1] = sys.argv[1].replace("-", "_")
    from newsletter.config import command_errors

    command_errors.run(sys.argv[1:], _command)


def _command() -> None:
    if sys.argv[1:2] == ["quickstart"]:
        # Ports must be known before settings are read. The trial runs in development mode, for
        # the page of caught mail; settings refuse DEBUG together with a public BASE_URL.
        from newsletter.config import data_dir
        from newsletter.config.trial import prepare_environment

        prepare_environment(os.environ, data_dir.find(os.environ))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
