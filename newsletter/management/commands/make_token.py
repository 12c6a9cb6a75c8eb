"""`make_token USER --publication SLUG --rights draft|send`: a token, printed once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter.intake import tokens
from newsletter.models import Token
from subscribers.management import named

_USAGE = 2


class Command(BaseCommand):
    help = "Make a token for a program and print it, once: only its hash is kept."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the token acts as this user, who needs the role")
        parser.add_argument("--publication", required=True, metavar="SLUG")
        parser.add_argument("--rights", required=True, choices=Token.Rights.values)
        parser.add_argument(
            "--days", type=int, default=tokens.DAYS, help="until it expires (default %(default)s)"
        )
        parser.add_argument("--name", default="", help="what it is for, to tell tokens apart")
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            metavar="CIDR",
            help="only from this network over HTTP, like 192.0.2.0/24; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """0: the token is on standard output, alone; 1: the user may not; 2: usage."""
        users = get_user_model()
        user = users.objects.filter(**{users.USERNAME_FIELD: options["user"]}).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.", returncode=_USAGE)
        publication = named.publication(options["publication"])
        try:
            _token, secret = tokens.make(
                user,
                publication,
                options["rights"],
                by="make_token",
                days=options["days"],
                name=options["name"],
                networks=options["network"],
            )
        except tokens.TokenRefused as refused:
            raise CommandError(str(refused), returncode=1) from None
        self.stdout.write(secret)
