"""The header fields that every mail of an edition shares, written once and stored with it."""

from __future__ import annotations

import hashlib

from newsletter import conf
from subscribers.models import Publication

from ..editions import IssueView
from . import fields, neutral


def domain(publication: Publication) -> str:
    """The sender's domain as A-label: the right side of Message-IDs and the list's name."""
    name = publication.from_address.rpartition("@")[2]
    return name.encode("idna").decode("ascii").lower()


def constant(view: IssueView, publication: Publication) -> dict[str, str]:
    """Field -> finished ASCII value, in the order they are written.

    To, Date, Message-ID and List-Unsubscribe are a reader's own and not here. List-Id's angle
    part stays as it is whatever the name: encoding it whole would make another list of it
    (RFC 2919). What goes out as mail only has no archived copy to name (RFC 5064). Feedback-ID has
    four fields, none of them a reader's; the last names the sender.
    """
    name = neutral.line(publication.name)
    ours = domain(publication)
    local = publication.from_address.rpartition("@")[0]
    sender = f"{local}@{ours}"
    who = hashlib.sha256(ours.encode()).hexdigest()[:10]
    found = {
        "From": fields.mailbox("From", neutral.line(publication.from_name), sender),
        "Reply-To": publication.reply_to,
        "List-Id": fields.mailbox("List-Id", name, f"{publication.slug}.{ours}"),
        "List-Archive": f"<{conf.base_url()}/{publication.slug}/>",
        "Archived-At": f"<{conf.base_url()}/{view.path}>" if view.path else "",
        "Feedback-ID": f"{view.slug}:{publication.slug}:issue:{who}",
        "Precedence": "bulk",
        "Content-Language": view.language,
    }
    return {field: fields.check(field, value) for field, value in found.items() if value}
