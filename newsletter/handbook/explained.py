"""Which chapter explains a page of the admin."""

from __future__ import annotations

# The beginning of a page's route name -> the chapter that explains it. The longest that fits.
CHAPTERS = {
    "index": "today",
    "first_steps": "first-issue",
    "look": "look",
    "operation": "is-it-well",
    "operation_limits": "mail-and-dns",
    "second_factor": "people",
    "auth_user": "people",
    "newsletter_importrule": "import",
    "newsletter_issue": "first-issue",
    "newsletter_issue_about": "write",
    "newsletter_issue_audience": "who-gets-what",
    "newsletter_issue_correct": "corrections",
    "newsletter_issue_deleted": "write",
    "newsletter_issue_discussion": "people",
    "newsletter_issue_doubt": "moving-and-restoring",
    "newsletter_issue_failures": "today",
    "newsletter_issue_growth": "today",
    "newsletter_issue_history": "write",
    "newsletter_issue_import": "import",
    "newsletter_issue_item": "write",
    "newsletter_issue_new": "write",
    "newsletter_issue_pair": "translations",
    "newsletter_issue_progress": "sending",
    "newsletter_issue_proposal": "corrections",
    "newsletter_issue_rest": "trying-and-channels",
    "newsletter_issue_roundup": "round-ups",
    "newsletter_issue_send": "sending",
    "newsletter_issue_story": "told-before",
    "newsletter_issue_test": "trying-and-channels",
    "newsletter_issue_went": "today",
    "newsletter_issue_why": "who-gets-what",
    "newsletter_issue_withdraw": "corrections",
    "newsletter_issue_write": "write",
    "newsletter_machine": "moving-and-restoring",
    "newsletter_noticechoice": "notices",
    "newsletter_slot": "slots",
    "newsletter_token": "programs",
    "newsletter_webhook": "webhooks",
    "subscribers_category": "who-gets-what",
    "subscribers_importjob": "readers-from-a-file",
    "subscribers_incident": "is-it-well",
    "subscribers_publication_people": "people",
    "subscribers_publication_person": "people",
    "subscribers_servicemail": "is-it-well",
    "subscribers_subscriber": "who-gets-what",
    "subscribers_suppression": "who-gets-what",
}


def chapter(route: str) -> str:
    """The name of the chapter about a page, by the name of its route; empty if none is."""
    fitting = [name for name in CHAPTERS if route == name or route.startswith(f"{name}_")]
    return CHAPTERS[max(fitting, key=len)] if fitting else ""
