"""The readers, and what there is to subscribe to.

Publication and Category live here because they are what a reader chooses; so `newsletter`
imports this app and never the other way round. Every column, constraint and index has its
reason in `newsletter/models/README.md`: narrow rows where there are millions, states that the
database refuses.
"""

from .asked import ASKED_LIFE, Asked
from .consent import AuditEntry, ConsentEvent, Incident, Limit, Suppression, Wording
from .counts import DailyCount
from .desk import FormDraft, Presence
from .events import Event
from .passkey import Passkey
from .people import CHOICE_LIMIT, ImportJob, ImportProblem, ListDecision, Subscriber, Subscription
from .pictures import Picture
from .publications import (
    CATEGORY_BITS,
    MOST_ROUNDUP_ITEMS,
    RESERVED_SLUGS,
    Category,
    Publication,
)
from .readership import WHOLE, ReaderChange, ReaderCount, ReaderDay
from .role import Role
from .second_factor import RecoveryCode, SecondFactor
from .service_mail import ServiceMail

__all__ = [
    "ASKED_LIFE",
    "CATEGORY_BITS",
    "CHOICE_LIMIT",
    "MOST_ROUNDUP_ITEMS",
    "RESERVED_SLUGS",
    "WHOLE",
    "Asked",
    "AuditEntry",
    "Category",
    "ConsentEvent",
    "DailyCount",
    "Event",
    "FormDraft",
    "ImportJob",
    "ImportProblem",
    "Incident",
    "Limit",
    "ListDecision",
    "Passkey",
    "Picture",
    "Presence",
    "Publication",
    "ReaderChange",
    "ReaderCount",
    "ReaderDay",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "ServiceMail",
    "Subscriber",
    "Subscription",
    "Suppression",
    "Wording",
]
