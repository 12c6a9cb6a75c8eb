"""A program asks that an issue be released: with the right it is, else a person is asked by mail.

A proposal is a line in the issue's history and one mail to those who may send. Nothing else depends
on it: the person who follows the link sees the same send page as always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext

from newsletter import conf
from newsletter.models import Issue
from subscribers import accounts, mailing
from subscribers.emails.letters import Button, Letter
from subscribers.models import AuditEntry, Role

from .releasing import Look

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_SENDERS = (Role.Kind.SENDER, Role.Kind.OWNER)
ACTION = "release proposed"


def propose(issue: Issue, look: Look, by: User) -> bool:
    """Ask those who may send; False if that was done for this very text already."""
    target = f"issue:{issue.pk}"
    said = AuditEntry.objects.filter(target=target, action=ACTION)
    if any(entry.detail.get("seen") == look.seen for entry in said):
        return False
    AuditEntry.objects.create(
        actor=by.get_username()[:150],
        publication=issue.publication,
        action=ACTION,
        target=target,
        detail={"seen": look.seen},
    )
    publication = issue.publication
    with translation.override(publication.language.lower()):
        letter = _letter(issue, look, by)
    users = get_user_model().objects.filter(
        is_active=True, sudi_roles__publication=publication, sudi_roles__kind__in=_SENDERS
    )
    for address in accounts.addresses(users):
        mailing.write(letter, publication, address, publication.language)
    return True


def _letter(issue: Issue, look: Look, by: User) -> Letter:
    words = {"name": issue.publication.name, "title": issue.title, "who": by.get_username()}
    subject = pgettext("proposal", "Ready to be released? %(title)s") % words
    sentences = [
        pgettext("proposal", "A program of %(who)s proposes to release “%(title)s”.") % words
    ]
    if look.plan.blockers:
        sentences.append(pgettext("proposal", "Before that, these are to be solved:"))
    return Letter(
        subject=subject,
        heading=subject,
        paragraphs=[*sentences, *look.plan.blockers, *look.plan.warnings],
        button=Button(
            pgettext("proposal", "Review and send"),
            conf.absolute(reverse("admin:newsletter_issue_send", args=[issue.pk])),
        ),
        on_request=False,
    )
