"""Who may be mailed at this moment: the rule of `audience`, for readers who are about to be.

Which issue is a reader's was settled at the freeze. What is asked again in each turn is whether
they may still be mailed, and whether their edition still holds something for them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from newsletter.models import Issue
from subscribers.choice import CATEGORY_MASK

from .audience import Answer, Audience, Facts, decide, rhythms_of
from .corrected import Corrected


class Wanted(NamedTuple):
    """What an edition asks of its reader while it goes out: a bit of it, and one of the rhythms."""

    # None at all: a correction, which asks for no choice.
    categories: int
    rhythms: tuple[str, ...] | None


# Of one reader by key, where `audience._SUPPRESSED` is of all at once. `r` is the subscriber.
_STANDS = """p.key = r.key AND p.lifted_at IS NULL
    AND (p.publication_id IS NULL OR p.publication_id = s.publication_id)"""
_SUPPRESSED_NOW = f"EXISTS (SELECT 1 FROM subscribers_suppression p WHERE {_STANDS})"
# Join this for ON_THE_WIRE. Whom no suppression matches stands here once, and only they are mailed:
# a join that cannot double a reader, and on SQLite a seventh quicker than NOT EXISTS. ON_THE_WIRE
# asks for the joined column: of any other PostgreSQL expects one row, and goes through all readers.
UNSUPPRESSED = f"LEFT JOIN subscribers_suppression p ON {_STANDS}"
# Who may be mailed as far as SQL can tell, with one parameter: now. Whether the edition still suits
# them is `suits`. Which issue is a reader's was settled at the freeze and is not asked again.
ON_THE_WIRE = """s.state = 'active' AND r.address <> '' AND p.key IS NULL
    AND (s.paused_until IS NULL OR s.paused_until <= %s)"""
# Columns of a reader who may not, with one parameter: now; `facts_on_the_wire` takes them.
WHY_NOT = f"""s.choice, s.state = 'active' AND coalesce(r.address, '') <> '', {_SUPPRESSED_NOW},
    s.paused_until > %s, s.rhythm"""


def facts_on_the_wire(choice: int, active: Any, suppressed: Any, paused: Any, rhythm: str) -> Facts:
    """The columns of WHY_NOT as facts; truth as either database writes it."""
    return Facts(choice, bool(active), bool(suppressed), bool(paused), rhythm)


def suits(wanted: Wanted, choice: int, rhythm: str) -> bool:
    """Whether an edition still holds something for a reader: the last two of RULES, quickly."""
    chosen = choice & wanted.categories or not wanted.categories
    return bool(chosen) and (wanted.rhythms is None or rhythm in wanted.rhythms)


def decide_on_the_wire(wanted: Wanted, facts: Facts) -> Answer:
    """The rule for a reader whose issue is settled."""
    to = Audience(issue=0, publication=0, mask=wanted.categories, rhythms=wanted.rhythms)
    if not wanted.categories:
        to, facts = replace(to, corrects=Corrected((), ())), replace(facts, had_corrected=True)
    return decide(to, facts)


def wanted_of(issue: Issue, selection: int) -> Wanted:
    """What an edition of the issue with this selection asks of its reader while it goes out."""
    correction = issue.kind == Issue.Kind.CORRECTION
    return Wanted(0 if correction else selection & CATEGORY_MASK, rhythms_of(issue))
