"""`reset_second_factor USER`: the way back in for who lost the app and the recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from subscribers import second_factor


class Command(BaseCommand):
    help = "Remove the second factor of USER, whose password is then enough; it is on record."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER", help="what they log in as")

    def handle(self, **options: Any) -> None:
        """0: removed; 1: no such account, or one without a second factor."""
        users = get_user_model()
        user = users.objects.filter(**{users.USERNAME_FIELD: options["user"]}).first()
        if user is None:
            raise CommandError(f"There is no account {options['user']!r}.")
        if not second_factor.remove(user, by="command"):
            raise CommandError(f"{options['user']} has no second factor.")
        self.stdout.write(f"{options['user']} has no second factor any more.")
