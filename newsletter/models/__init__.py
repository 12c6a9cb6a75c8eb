"""What is published and what became of it: issues, editions, deliveries, outcomes, chunks.

The sending tables follow the protocol in `newsletter/sending`: a delivery is four integers that
never change, an outcome is inserted, and a chunk's counts must add up or the commit is refused.
`hot` links carry no database constraint: checking them made the bulk insert 4.4 times slower on
PostgreSQL. In return nothing they point to is deleted while they exist.
"""

from .approvals import Approval, ApprovalLook, Comment
from .changes import Change
from .deliveries import Bounce, Chunk, Health, Outcome, Worker
from .draft_links import DraftLink
from .editions import Delivery, Edition, EditionRevision
from .events import EventCursor
from .figures import IssueFigures
from .imports import ImportBase, ImportRule, ImportWarning
from .intake import KeptAnswer, Token
from .issues import PLACES, Issue, Item, Link, Revision
from .machines import Machine, SiteIdentity
from .notices import (
    Alert,
    Notice,
    NoticeChoice,
    NoticeReader,
    OutboxEvent,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
)
from .operation import CheckResult, ForwardedPeer, RegularTask, RetentionPeriod
from .relays import Relay
from .roundups import Roundup
from .search import SearchEntry
from .slots import DayOff, Ready, Slot, SlotUse
from .stories import StoryCursor, StoryDecision, TitleBand, ToldBefore, TwinConfirmation
from .withdrawals import Withdrawal
from .writing import DeletedDraft, UndoStep

__all__ = [
    "PLACES",
    "Alert",
    "Approval",
    "ApprovalLook",
    "Bounce",
    "Change",
    "CheckResult",
    "Chunk",
    "Comment",
    "DayOff",
    "DeletedDraft",
    "Delivery",
    "DraftLink",
    "Edition",
    "EditionRevision",
    "EventCursor",
    "ForwardedPeer",
    "Health",
    "ImportBase",
    "ImportRule",
    "ImportWarning",
    "Issue",
    "IssueFigures",
    "Item",
    "KeptAnswer",
    "Link",
    "Machine",
    "Notice",
    "NoticeChoice",
    "NoticeReader",
    "OutboxEvent",
    "Outcome",
    "Ready",
    "RegularTask",
    "Relay",
    "RetentionPeriod",
    "Revision",
    "Roundup",
    "SearchEntry",
    "SiteIdentity",
    "Slot",
    "SlotUse",
    "StoryCursor",
    "StoryDecision",
    "TitleBand",
    "Token",
    "ToldBefore",
    "TwinConfirmation",
    "UndoStep",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "Withdrawal",
    "Worker",
]
