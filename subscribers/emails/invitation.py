"""The mail to somebody who is to work on a publication: a link to choose a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import pgettext

from .. import conf
from ..models import Publication
from .letters import Button, Letter

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_DAY = 24 * 3600


def password_link(user: User) -> str:
    """Where the account chooses a password and is signed in: good once, for a few days.

    It does not pass the login, so the limits of that hold up nobody who has it.
    """
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return conf.absolute(reverse("invited", args=[uid, default_token_generator.make_token(user)]))


def invitation(user: User, publication: Publication, by: str, language: str) -> Letter:
    """Made when it goes: the link is good once, and PASSWORD_RESET_TIMEOUT from now."""
    link = password_link(user)
    with translation.override(language):
        return Letter(
            subject=pgettext("invitation", "Your account for %(name)s")
            % {"name": publication.name},
            heading=pgettext("invitation", "You are invited"),
            paragraphs=[
                pgettext("invitation", "%(by)s invites you to work on %(name)s.")
                % {"by": by, "name": publication.name},
                pgettext("invitation", "Open the page and choose a password."),
            ],
            facts=[(pgettext("invitation", "User name"), user.get_username())],
            button=Button(pgettext("invitation", "Choose a password"), link),
            small=[
                pgettext(
                    "invitation",
                    "The link is good for %(days)d days and only once. It was not meant for you?"
                    " Then do nothing.",
                )
                % {"days": max(1, settings.PASSWORD_RESET_TIMEOUT // _DAY)}
            ],
        )
