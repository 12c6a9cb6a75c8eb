"""`login_link USER`: the way back in for who lost a password, or is held up by others' tries."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from subscribers.emails.invitation import password_link
from subscribers.models import AuditEntry


class Command(BaseCommand):
    help = "Print a link, good once, with which USER chooses a password and is signed in."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER", help="what they log in as")

    def handle(self, **options: Any) -> None:
        """0: printed; 1: no such account, or one that may not open the admin."""
        users = get_user_model()
        user = users.objects.filter(**{users.USERNAME_FIELD: options["user"]}).first()
        if user is None or not (user.is_active and user.is_staff):
            raise CommandError(f"There is no account {options['user']!r} that may log in.")
        AuditEntry.objects.create(
            actor="command", action="login link made", target=f"user:{user.pk}"
        )
        self.stdout.write(password_link(user))
