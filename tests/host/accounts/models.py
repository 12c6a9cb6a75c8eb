"""A user model as hosts have it: nothing of Django's own but the parts it must have."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class Members(BaseUserManager["Member"]):
    """Makes members by their address."""

    def create_user(self, mail: str, password: str | None = None, **more: Any) -> Member:
        """A member; without a password, one who cannot log in yet."""
        member = self.model(mail=self.normalize_email(mail), **more)
        member.set_password(password)
        member.save()
        return member


class Member(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account at the host."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mail = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    USERNAME_FIELD = EMAIL_FIELD = "mail"
    objects = Members()

    def __str__(self) -> str:
        return self.mail
