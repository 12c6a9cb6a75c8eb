"""What is published and what became of it: issues, editions, deliveries, outcomes, chunks.

The sending tables follow the protocol in `newsletter/sending`: a delivery is four integers that
never change, an outcome is inserted, and a chunk's counts must add up or the commit is refused.
`hot` links carry no database constraint: checking them made the bulk insert 4.4 times slower on
PostgreSQL. In return nothing they point to is deleted while they exist.
"""

from .deliveries import Bounce, Chunk, Health, Outcome, Worker
from .editions import Delivery, Edition, EditionRevision
from .events import EventCursor
from .imports import ImportRule, ImportWarning
from .issues import PLACES, Issue, Item, Link, Revision
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
from .relays import Relay
from .roundups import Roundup
from .slots import DayOff, Ready, Slot, SlotUse
from .writing import DeletedDraft, UndoStep

__all__ = [
    "PLACES",
    "Alert",
    "Bounce",
    "Chunk",
    "DayOff",
    "DeletedDraft",
    "Delivery",
    "Edition",
    "EditionRevision",
    "EventCursor",
    "Health",
    "ImportRule",
    "ImportWarning",
    "Issue",
    "Item",
    "Link",
    "Notice",
    "NoticeChoice",
    "NoticeReader",
    "OutboxEvent",
    "Outcome",
    "Ready",
    "Relay",
    "Revision",
    "Roundup",
    "Slot",
    "SlotUse",
    "UndoStep",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "Worker",
]
