"""Why nothing moves, in the words of the desk."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import pgettext

from subscribers import times
from subscribers.models import Publication

from ..models import Issue
from ..sending import standstill
from ..sending.standstill import Cause, Reason


def of_issue(issue: Issue) -> list[str]:
    """The sentences for one issue's page; a paused one's page says its reason itself."""
    reasons = standstill.of_issue(issue)
    return [sentence(one, issue.publication) for one in reasons if one.cause is not Cause.PERSON]


def of_issues(issues: Sequence[Issue]) -> dict[int, list[str]]:
    """For the first page: what keeps each of the issues on their way where it is, by its id."""
    found = standstill.of_issues(issues)
    return {
        issue.pk: [sentence(one, issue.publication) for one in found[issue.pk]] for issue in issues
    }


def sentence(reason: Reason, publication: Publication) -> str:
    """One cause in the active language."""
    words = {
        Cause.PERSON: pgettext("standstill", "Paused, and waits for a person. %(detail)s"),
        Cause.MENDING: pgettext(
            "standstill", "A correction is being put into it; it goes on by itself after that."
        ),
        Cause.WORKER: pgettext(
            "standstill", "No worker is running (last seen: %(since)s). Start one: manage.py worker"
        ),
        Cause.HOURS: pgettext(
            "standstill", "Outside the publication's hours. It goes on at %(until)s."
        ),
        Cause.RELAY_HOURS: pgettext(
            "standstill", "Outside the hours of its mail server. It goes on at %(until)s."
        ),
        Cause.LOGIN: pgettext(
            "standstill",
            "The mail server refuses our login since %(since)s: %(detail)s. Look at SMTP_URL.",
        ),
        Cause.DNS: pgettext(
            "standstill",
            "The mail server's name has no address since %(since)s: %(detail)s. Look at SMTP_URL"
            " and at this machine's name servers.",
        ),
        Cause.RELAY: pgettext(
            "standstill",
            "The mail server cannot be reached, or does not take mail, since %(since)s: %(detail)s."
            " It is tried again by itself.",
        ),
        Cause.LIMIT: pgettext(
            "standstill", "A sending limit holds it back. The next mail may go at %(until)s."
        ),
    }
    never = pgettext("standstill", "never")
    return words[reason.cause] % {
        "detail": reason.detail,
        "since": times.say(reason.since, publication) if reason.since else never,
        "until": times.say(reason.until, publication) if reason.until else "",
    }
