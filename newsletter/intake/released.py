"""What a program is told that brings another text of an issue which is no draft any more."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext

from newsletter import conf
from newsletter.models import Issue

from .problems import Refusal
from .reading import edit_address


def is_released(issue: Issue, **more: Any) -> Refusal:
    """409: with the page to correct it, or while nobody has it yet, with the one to take it back.

    `more` are further fields of the answer.
    """
    where: dict[str, Any]
    if issue.state == Issue.State.SCHEDULED:
        said = pgettext("problem", "It is scheduled: take it back to a draft first, on its page.")
        where = {"edit_url": edit_address(issue.pk)}
    else:
        said = pgettext("problem", "Readers have it with another text: correct it, item by item.")
        correct = reverse("admin:newsletter_issue_correct", args=[issue.pk])
        where = {"correction": conf.absolute(correct)}
    return Refusal("released", said, issue=issue.slug, **where, **more)
