"""Who gets what of an issue, or why nothing: the one rule, in SQL for many and in Python for one.

Three ask. The plan and the freeze ask for all readers at once (`readers`); a turn asks for those
who are about to be mailed (`on_the_wire`); preview and "why" ask for one reader (`answer`).

A reader *belongs* to an issue or does not: an active subscription to its publication, the language
of a translated issue, an item that is corrected. Who does not belong has no row in its ledger. Of
those who belong, the first of `RULES` that holds says why they get nothing; where none does, they
get the items of `choice & mask`. Each rule stands once, its SQL beside its Python, and one table of
cases is run against all three (`tests/editions/test_audience.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from newsletter.models import Edition, Issue, Roundup
from subscribers import suppression
from subscribers.choice import CATEGORY_MASK, FOREIGN
from subscribers.models import Subscription
from subscribers.rhythm import ROUNDUPS

from . import copied, family, reached, walking
from .copied import Copies
from .corrected import Corrected, told_by
from .family import ALONE, Family
from .reached import Starts
from .told import Told

# The rhythm of those who get single issues.
_EVERY = (Subscription.Rhythm.EVERY.value,)


class Outside(StrEnum):
    """Why an issue does not concern a reader at all."""

    INACTIVE = "inactive"
    OTHER_LANGUAGE = "other_language"
    # A translation of it was theirs, or is, in a sister publication.
    HAD_TRANSLATION = "had_translation"
    # A round-up brought it to them.
    HAD_ROUNDUP = "had_roundup"
    SISTER = "sister"
    NOT_CORRECTED = "not_corrected"
    # A round-up is for those who want nothing else; "what you missed" for one reader.
    OTHER_RHYTHM = "other_rhythm"
    OTHER_READER = "other_reader"


@dataclass(frozen=True, slots=True)
class Audience:
    """What an issue asks of its readers. `mask` is `IssueView.mask`."""

    issue: int
    publication: int
    mask: int
    # None: readers of any rhythm. Those of another one are told so, but of a round-up.
    rhythms: tuple[str, ...] | None = _EVERY
    # Of a round-up: where it begins for its readers; None where it holds nothing.
    roundup: bool = False
    starts: Starts | Told | None = None
    # The one reader of "what you missed".
    only: int | None = None
    # Its original and its translations.
    family: Family = ALONE
    # What round-ups brought of it before.
    copies: Copies | None = None
    # Of a correction mail: what was wrong. It is for whoever had that, whatever they choose today.
    corrects: Corrected | None = None

    @property
    def categories(self) -> int:
        """`mask` without the bit of the tail links, which alone are no reason for a mail."""
        return self.mask & CATEGORY_MASK

    def mask_of(self, facts: Facts) -> int:
        """`mask`, or what of it is left for a reader of a round-up."""
        return self.starts.masks[facts.start] if self.starts is not None else self.mask


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule wants to know of one reader, at one moment."""

    choice: int
    active: bool = True
    suppressed: bool = False
    paused: bool = False
    rhythm: str = "every"
    language: str = ""
    # They were mailed the original or another translation; they have one in a sister publication.
    had_family: bool = False
    had_copies: bool = False
    sister: bool = False
    # They were, or may have been, handed an item that is corrected.
    had_corrected: bool = False
    # How many origins of a round-up had reached them.
    start: int = 0
    subscription: int = 0


class Answer(NamedTuple):
    """What one reader gets: a selection, or nothing and why (`outside`, else `none_because`)."""

    selection: int = 0
    none_because: str = ""
    outside: Outside | None = None
    start: int = 0


class Rule(NamedTuple):
    """Why somebody the issue concerns gets nothing: the same condition twice.

    In SQL `s` is the subscription, `{rhythms}` and `{categories}` are what the issue asks;
    parameters: publication, now.
    """

    reason: Edition.NoneBecause
    sql: str
    holds: Callable[[Facts, Audience], bool]


# Readers whose address must not be mailed: a small set, found once. DISTINCT, since one may be
# suppressed for the site and for the publication too, and a join must not double them. On SQLite a
# quarter quicker than EXISTS, which is asked anew each time an outer query names the column; and
# CROSS JOIN there keeps the order, or it looks at every subscriber of the site to find those few.
_SUPPRESSED = """LEFT JOIN (SELECT DISTINCT b.id
    FROM subscribers_suppression p CROSS JOIN subscribers_subscriber b
    WHERE b.key = p.key AND p.lifted_at IS NULL
      AND (p.publication_id IS NULL OR p.publication_id = %(publication)s)
    ) x ON x.id = s.subscriber_id"""

# In the order in which they are asked.
RULES = (
    Rule(Edition.NoneBecause.SUPPRESSED, "x.id IS NOT NULL", lambda facts, _: facts.suppressed),
    Rule(Edition.NoneBecause.PAUSED, "s.paused_until > %(now)s", lambda facts, _: facts.paused),
    Rule(
        Edition.NoneBecause.RHYTHM,
        "s.rhythm NOT IN ({rhythms})",
        lambda facts, to: to.rhythms is not None and facts.rhythm not in to.rhythms,
    ),
    Rule(
        Edition.NoneBecause.TOLD,
        "(s.choice & {categories}) = 0 AND (s.choice & {whole}) <> 0",
        lambda facts, to: (
            isinstance(to.starts, Told)
            and not facts.choice & to.mask_of(facts) & CATEGORY_MASK
            and bool(facts.choice & to.categories)
        ),
    ),
    Rule(
        Edition.NoneBecause.NO_ITEM,
        "(s.choice & {categories}) = 0",
        lambda facts, to: (
            to.corrects is None and not facts.choice & to.mask_of(facts) & CATEGORY_MASK
        ),
    ),
)
# In SQL a reason is a number, its place here: SQLite sorts numbers in half the time of words.
# What is asked first has the highest, so that who gets a mail comes first.
REASONS = ("", *(rule.reason.value for rule in reversed(RULES)))


def decide(audience: Audience, facts: Facts) -> Answer:
    """The rule for one reader. Pure."""
    if (outside := _outside(audience, facts)) is not None:
        return Answer(outside=outside)
    for rule in RULES:
        if rule.holds(facts, audience):
            return Answer(none_because=rule.reason.value)
    chosen = facts.choice & audience.mask_of(facts)
    if audience.corrects is not None:
        chosen = audience.mask
    elif audience.family.own and facts.language not in audience.family.own:
        chosen |= FOREIGN
    return Answer(selection=chosen, start=facts.start)


def _outside(audience: Audience, facts: Facts) -> Outside | None:
    if not facts.active:
        return Outside.INACTIVE
    if audience.only is not None and facts.subscription != audience.only:
        return Outside.OTHER_READER
    if audience.roundup and audience.rhythms and facts.rhythm not in audience.rhythms:
        return Outside.OTHER_RHYTHM
    if audience.corrects is not None and not facts.had_corrected:
        return Outside.NOT_CORRECTED
    languages = audience.family.languages
    if (languages and facts.language not in languages) or (
        facts.language in audience.family.not_languages
    ):
        return Outside.OTHER_LANGUAGE
    if facts.had_family:
        return Outside.HAD_TRANSLATION
    if facts.had_copies:
        return Outside.HAD_ROUNDUP
    return Outside.SISTER if facts.sister else None


# ---- for all readers of an issue


@dataclass(frozen=True, slots=True)
class Readers:
    """The statement that lists an issue's readers, and its parameters."""

    sql: str
    params: dict[str, Any] = field(default_factory=dict)


def readers(audience: Audience, now: dt.datetime, lanes: Iterable[int] = ()) -> Readers:
    """Everybody the issue concerns, as rows id, first_in_line, lane, picked, none, start.

    `picked` and `start` are the edition's key and `none` a number of REASONS; with a reason nothing
    is selected, whatever was picked. `lanes` are the domain numbers that get a lane of their own.
    """
    where, params = _belongs(audience, now)
    params |= {
        "now": connection.ops.adapt_datetimefield_value(now),
        "publication": audience.publication,
    }
    past, start, mask = "", "0", str(audience.mask)
    if (starts := audience.starts) is not None:
        past = reached.joined(starts, of_roundup(audience))
        start, mask = reached.start_sql(starts), f"({reached.mask_sql(starts)})"
        params |= reached.parameters(starts)
    # The one edition of a correction is for everybody who had the item.
    picked = f"s.choice & {mask}" if audience.corrects is None else f"(s.choice & 0) | {mask}"
    if foreign := family.told(audience.family, params):
        picked = f"({picked}) | CASE WHEN {foreign} THEN {FOREIGN} ELSE 0 END"
    asked = {
        "categories": f"{mask} & {CATEGORY_MASK}",
        "whole": str(audience.categories),
        "rhythms": _listed(audience.rhythms or ()),
    }
    skipped = {
        Edition.NoneBecause.RHYTHM: audience.rhythms is None,
        Edition.NoneBecause.NO_ITEM: audience.corrects is not None,
        Edition.NoneBecause.TOLD: not isinstance(starts, Told),
    }
    cases = "\n".join(
        f"WHEN {rule.sql.format(**asked)} THEN {len(RULES) - place}"
        for place, rule in enumerate(RULES)
        if not skipped.get(rule.reason, False)
    )
    numbers = [int(lane) for lane in lanes]
    lane = "0"
    if numbers:
        listed = ", ".join(map(str, numbers))
        lane = f"CASE WHEN s.first_in_line OR s.domain NOT IN ({listed}) THEN 0 ELSE s.domain END"
    # Flat: SQLite evaluates an expression again for each column of an outer query that names it.
    sql = f"""
        SELECT s.id, s.first_in_line, {lane} AS lane, {picked} AS picked,
               CASE {cases} ELSE 0 END AS none, {start} AS start
        FROM {walking.subscriptions(audience.publication)}
        {_SUPPRESSED} {past}
        WHERE s.publication_id = %(publication)s AND s.state = 'active'{where}"""
    return Readers(sql, params)


def keys(audience: Audience, now: dt.datetime) -> Readers:
    """Every edition's key that an active reader has, and perhaps some more, as rows picked.

    It asks for no suppression, pause or rhythm, and for nothing that was mailed before.
    """
    of_family = replace(audience.family, had=(), had_elsewhere=(), folded=(), sisters=())
    where, params = family.where(of_family, now)
    picked = f"s.choice & {audience.mask}"
    if foreign := family.told(of_family, params):
        picked = f"({picked}) | CASE WHEN {foreign} THEN {FOREIGN} ELSE 0 END"
    params["publication"] = audience.publication
    return Readers(
        f"""SELECT DISTINCT {picked} FROM {walking.subscriptions(audience.publication)}
            WHERE s.publication_id = %(publication)s AND s.state = 'active'
              AND (s.choice & {audience.categories}) <> 0{where}""",
        params,
    )


def _listed(words: Iterable[str]) -> str:
    """Words of ours as an SQL list."""
    return ", ".join(f"'{word}'" for word in words)


def of_roundup(audience: Audience) -> str:
    """The condition on subscriptions `c` of those a round-up is for; parameter: publication."""
    mine = "c.publication_id = %(publication)s"
    if audience.only is not None:
        return f"{mine} AND c.id = {int(audience.only)}"
    return f"{mine} AND c.state = 'active' AND c.rhythm IN ({_listed(audience.rhythms or ())})"


def _belongs(audience: Audience, now: dt.datetime) -> tuple[str, dict[str, Any]]:
    """What else than an active subscription makes a reader one of the issue's."""
    where = ""
    params: dict[str, Any] = {}
    if audience.only is not None:
        where += f" AND s.id = {int(audience.only)}"
    elif audience.roundup:
        where += f" AND s.rhythm IN ({_listed(audience.rhythms or ())})"
    if audience.corrects is not None:
        had, more = audience.corrects.readers()
        params |= more
        where += f" AND s.id IN ({had})"
    if audience.copies is not None:
        sql, more = audience.copies.where()
        where += sql
        params |= more
    sql, more = family.where(audience.family, now)
    where += sql
    params |= more
    return where, params


# ---- of one issue, and for one reader


def audience_of(issue: Issue, mask: int, starts: Starts | Told | None = None) -> Audience:
    """What `issue` asks of its readers now; `mask` is its view's. Few queries.

    `starts` are `reached.starts_of` of a round-up; without them it begins with its first item.
    """
    correction = issue.kind == Issue.Kind.CORRECTION
    its = family.of(issue)
    return Audience(
        issue=issue.pk,
        publication=issue.publication_id,
        mask=mask,
        rhythms=rhythms_of(issue),
        family=its,
        copies=copied.of(issue, paired=its is not ALONE),
        roundup=issue.kind == Issue.Kind.ROUNDUP,
        starts=starts,
        only=_only(issue),
        corrects=told_by(issue) if correction else None,
    )


def rhythms_of(issue: Issue) -> tuple[str, ...] | None:
    """Readers of which rhythms an issue goes to.

    A publication keeps one round-up, which goes to whoever wants one. A correction follows the
    item, however often somebody is mailed, and "what you missed" its reader.
    """
    if issue.kind == Issue.Kind.ROUNDUP:
        return None if _only(issue) is not None else ROUNDUPS
    if issue.kind == Issue.Kind.CORRECTION and issue.corrects_id:
        return None
    if issue.kind == Issue.Kind.REHEARSAL:
        return None  # Whoever belongs to what it is a copy of was chosen when it was made.
    return _EVERY


def _only(issue: Issue) -> int | None:
    """The one reader of "what you missed"."""
    if issue.kind != Issue.Kind.ROUNDUP:
        return None
    rows = Roundup.objects.filter(issue=issue)
    return rows.values_list("subscription_id", flat=True).first()


def facts_of(subscription: Subscription, audience: Audience, now: dt.datetime) -> Facts:
    """One reader as the rule sees them; few queries. Select its foreign keys with it."""
    corrects, copies = audience.corrects, audience.copies
    reader = subscription.subscriber
    paused_until = subscription.paused_until
    return Facts(
        choice=subscription.choice,
        active=subscription.state == Subscription.State.ACTIVE and bool(reader.address),
        suppressed=suppression.suppressed(reader.address, subscription.publication) is not None,
        paused=paused_until is not None and paused_until > now,
        rhythm=subscription.rhythm,
        language=subscription.language,
        had_family=family.had(subscription, audience.family),
        had_copies=copies is not None and copies.had(subscription),
        sister=family.better_elsewhere(subscription, audience.family, now),
        had_corrected=corrects is not None and corrects.had(subscription.pk),
        start=reached.start_of(subscription, audience.starts) if audience.starts else 0,
        subscription=subscription.pk,
    )


def answer(
    issue: Issue, mask: int, subscription: Subscription, starts: Starts | Told | None = None
) -> Answer:
    """What this reader would get of the issue if it were frozen now, or why nothing."""
    audience = audience_of(issue, mask, starts)
    return decide(audience, facts_of(subscription, audience, timezone.now()))
