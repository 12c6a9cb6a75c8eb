"""Which of an issue and its translations is a reader's: their language if there is one, never two.

Within a publication each reader has one of the family: the one in their language, or else the
*default*, which is the original (where that stands elsewhere, the one in the publication's own
language). Who reads the default in another language than theirs is told so.

Readers of a sister publication get what stands in theirs. Whoever has both gets one of the two,
compared by subscriber: first the one in the language they chose, then the one in the language of
the publication where they chose none, then that of the subscription they confirmed last. Only what
would be mailed at this moment counts against another: who paused the one gets the other.

Nobody who was mailed one of a family is mailed another of it later. Once that was folded away
nobody can say who it was: it counts for all who were readers of its publication by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet

from newsletter.models import Delivery, Edition, Issue, Item
from subscribers import suppression
from subscribers.models import Subscription

State = Issue.State
# Released to be mailed: its readers are taken, whatever becomes of the others.
_RELEASED = (State.SCHEDULED, State.SENDING, State.PAUSED, State.SENT)
_EVERY = Subscription.Rhythm.EVERY.value


def rows(issue: Issue) -> QuerySet[Issue]:
    """The issue, its original and all translations, the original first; one row if it has none."""
    root = issue.original_id or issue.pk
    found = Issue.objects.filter(Q(pk=root) | Q(original=root)).select_related("publication")
    return found.order_by(F("original").asc(nulls_first=True), "language", "pk")


def together(issue: Issue) -> list[Issue]:
    """What is released, frozen and taken back with an issue, itself first: those that are just as
    far as it is. One that was mailed before, or stands on the site alone, stays what it is."""
    mine = _stage(issue)
    if not mine:
        return [issue]
    return [issue, *(one for one in rows(issue).exclude(pk=issue.pk) if _stage(one) == mine)]


def _stage(issue: Issue) -> str:
    """How far an issue is before its freeze; "" when that is over, or when it is never frozen."""
    if issue.frozen_at is not None:
        return ""
    # Paused before its freeze, an issue is taken back, or goes on, as a scheduled one.
    stages = {State.DRAFT: "draft", State.PUBLISHED: "published"}
    stages |= {State.SCHEDULED: "released", State.PAUSED: "released"}
    return stages.get(State(issue.state), "")


class Part(NamedTuple):
    """One of a family as a sister publication's readers see it. Languages are those of readers."""

    languages: tuple[str, ...]
    categories: int


@dataclass(frozen=True, slots=True)
class Sister:
    """What goes out with an issue in another publication: the default, and others by language."""

    publication: int
    default: Part
    others: tuple[Part, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Of readers who have one in their own language there."""
        return tuple(one for part in (self.default, *self.others) for one in part.languages)

    def categories(self, language: str) -> int:
        """The categories of the one that a reader of this language has there."""
        for part in self.others:
            if language in part.languages:
                return part.categories
        return self.default.categories


@dataclass(frozen=True, slots=True)
class Family:
    """What an issue's translations mean for its readers; nothing, where it has none.

    Languages are as subscriptions hold them; "" is the publication's own.
    """

    # Only readers of these, or of none of these.
    languages: tuple[str, ...] = ()
    not_languages: tuple[str, ...] = ()
    # Whose language it is in. Others are told that it is not; empty: nobody is.
    own: tuple[str, ...] = ()
    # Those mailed before, here and in sisters, and their editions that are no mail.
    had: tuple[int, ...] = ()
    had_elsewhere: tuple[int, ...] = ()
    no_mail: tuple[int, ...] = ()
    # (publication, when it was mailed) of those of which only the sums are kept.
    folded: tuple[tuple[int, dt.datetime], ...] = ()
    sisters: tuple[Sister, ...] = ()


ALONE = Family()


@dataclass(frozen=True, slots=True)
class _Member:
    pk: int
    publication: int
    own: tuple[str, ...]
    # Among those of its publication the lowest is the default.
    order: tuple[bool, bool, int]
    # Goes to its readers, with the issue that is asked about or before it.
    goes: bool
    waits: bool
    frozen: bool
    folded_from: dt.datetime | None


def of(issue: Issue) -> Family:
    """The family of an issue, as things are now; one query where it has none, else at most four."""
    if issue.kind != Issue.Kind.REGULAR or issue.pk is None:
        return ALONE
    members = _members(issue)
    if len(members) < 2:
        return ALONE
    mine = members.pop(issue.pk)
    others = list(members.values())
    here = [one for one in others if one.publication == mine.publication]
    default = min((mine, *here), key=lambda one: one.order)
    taken = tuple(language for one in here if one.goes for language in one.own)
    mailed = [one for one in others if one.frozen]
    reasons = Edition.objects.filter(issue__in=[one.pk for one in mailed]).exclude(none_because="")
    return Family(
        languages=() if mine is default else mine.own,
        not_languages=taken if mine is default else (),
        own=mine.own,
        had=tuple(one.pk for one in mailed if one.publication == mine.publication),
        had_elsewhere=tuple(one.pk for one in mailed if one.publication != mine.publication),
        no_mail=tuple(sorted(reasons.values_list("pk", flat=True))) if mailed else (),
        folded=tuple((one.publication, one.folded_from) for one in mailed if one.folded_from),
        sisters=_sisters([one for one in others if one.publication != mine.publication]),
    )


def _members(issue: Issue) -> dict[int, _Member]:
    found = {}
    mine = _stage(issue)
    for row in rows(issue):
        one = issue if row.pk == issue.pk else row
        home = row.publication.language == one.language
        released = one.state in _RELEASED and one.channels != Issue.Channels.SITE
        waits = bool(mine) and _stage(one) == mine
        found[row.pk] = _Member(
            row.pk,
            row.publication_id,
            (one.language, "") if home else (one.language,),
            (one.original_id is not None, not home, row.pk),
            released or waits,
            waits,
            row.frozen_at is not None,
            row.frozen_at if row.folded_at is not None else None,
        )
    return found


def _sisters(elsewhere: Sequence[_Member]) -> tuple[Sister, ...]:
    """Those that go out with it elsewhere; what was mailed before is looked up reader by reader."""
    together = [one for one in elsewhere if one.waits]
    if not together:
        return ()
    categories = dict.fromkeys((one.pk for one in together), 0)
    bits = Item.objects.filter(issue__in=categories, hidden=False, category__bit__isnull=False)
    for issue, bit in bits.values_list("issue", "category__bit").distinct().order_by():
        categories[issue] |= 1 << (bit or 0)
    found = []
    for publication in sorted({one.publication for one in together}):
        there = [one for one in elsewhere if one.publication == publication]
        default = min(there, key=lambda one: one.order)
        parts = {one.pk: Part(one.own, categories[one.pk]) for one in together if one in there}
        others = tuple(parts[pk] for pk in sorted(parts) if pk != default.pk)
        found.append(Sister(publication, parts.get(default.pk, Part((), 0)), others))
    return tuple(found)


# ---- for all readers at once


def where(family: Family, now: dt.datetime) -> tuple[str, dict[str, Any]]:
    """What of a family is not for subscription `s`, as conditions that begin with AND."""
    params: dict[str, Any] = {}
    sql = ""
    if family.languages:
        sql += f" AND s.language IN ({_names('language', family.languages, params)})"
    if family.not_languages:
        sql += f" AND s.language NOT IN ({_names('not_language', family.not_languages, params)})"
    mail = f" AND d.edition_id NOT IN ({_ids(family.no_mail)})" if family.no_mail else ""
    if family.had:
        sql += f""" AND NOT EXISTS (SELECT 1 FROM newsletter_delivery d
            WHERE d.issue_id IN ({_ids(family.had)}) AND d.subscription_id = s.id{mail})"""
    if family.had_elsewhere:
        sql += f""" AND NOT EXISTS (SELECT 1 FROM subscribers_subscription k
            JOIN newsletter_delivery d
                 ON d.subscription_id = k.id AND d.issue_id IN ({_ids(family.had_elsewhere)}){mail}
            WHERE k.subscriber_id = s.subscriber_id AND k.id <> s.id)"""
    for number, (publication, at) in enumerate(family.folded):
        params[f"family_folded_{number}"] = connection.ops.adapt_datetimefield_value(at)
        sql += f""" AND NOT EXISTS (SELECT 1 FROM subscribers_subscription k
            WHERE k.subscriber_id = s.subscriber_id AND k.publication_id = {int(publication)}
              AND k.created_at <= %(family_folded_{number})s)"""
    if family.sisters:
        params["family_now"] = connection.ops.adapt_datetimefield_value(now)
        sql += "".join(f" AND NOT {_better(sister, family, params)}" for sister in family.sisters)
    return sql, params


def told(family: Family, params: dict[str, Any]) -> str:
    """Whether subscription `s` is to be told that it is not in their language; "" for never."""
    if not family.own:
        return ""
    return f"s.language NOT IN ({_names('own', family.own, params)})"


def _better(sister: Sister, family: Family, params: dict[str, Any]) -> str:
    """Whether subscription `s` has one in a sister that is mailed and more theirs."""
    key = f"sister_{sister.publication}"
    there = _names(f"{key}_own", [one for one in sister.languages if one], params)
    here = _names("own", [one for one in family.own if one], params)
    categories = str(sister.default.categories)
    if sister.others:
        whens = " ".join(
            f"WHEN k.language IN ({_names(f'{key}_{number}', part.languages, params)})"
            f" THEN {part.categories}"
            for number, part in enumerate(sister.others)
        )
        categories = f"CASE {whens} ELSE {categories} END"
    rank = _rank("k", there, "" in sister.languages), _rank("s", here, "" in family.own)
    return f"""EXISTS (SELECT 1 FROM subscribers_subscription k
        WHERE k.subscriber_id = s.subscriber_id AND k.publication_id = {int(sister.publication)}
          AND k.state = 'active' AND k.rhythm = '{_EVERY}' AND (k.choice & ({categories})) <> 0
          AND (k.paused_until IS NULL OR k.paused_until <= %(family_now)s)
          AND ({rank[0]} > {rank[1]} OR ({rank[0]} = {rank[1]} AND
               (k.confirmed_at > s.confirmed_at
                OR (k.confirmed_at = s.confirmed_at AND k.id > s.id))))
          AND NOT EXISTS (SELECT 1 FROM subscribers_suppression p
              JOIN subscribers_subscriber b ON b.key = p.key
              WHERE b.id = k.subscriber_id AND p.lifted_at IS NULL
                AND (p.publication_id IS NULL OR p.publication_id = k.publication_id)))"""


def _rank(table: str, languages: str, publications: bool) -> str:
    """2 for a language they chose, 1 for the publication's where they chose none, else 0."""
    unsaid = 1 if publications else 0
    chose = f"WHEN {table}.language IN ({languages}) THEN 2 " if languages else ""
    return f"CASE WHEN {table}.language = '' THEN {unsaid} {chose}ELSE 0 END"


def _names(key: str, values: Sequence[str], params: dict[str, Any]) -> str:
    """Parameters `key_N` for values."""
    names = {f"{key}_{number}": value for number, value in enumerate(values)}
    params.update(names)
    return ", ".join(f"%({name})s" for name in names)


def _ids(keys: Sequence[int]) -> str:
    return ", ".join(str(int(key)) for key in keys)


# ---- for one reader


def had(subscription: Subscription, family: Family) -> bool:
    """Whether this reader was mailed another of the family, here or in a sister."""
    mails = Delivery.objects.exclude(edition_id__in=family.no_mail)
    if (
        family.had
        and mails.filter(issue_id__in=family.had, subscription_id=subscription.pk).exists()
    ):
        return True
    others = Subscription.objects.filter(subscriber=subscription.subscriber_id)
    for publication, at in family.folded:
        if others.filter(publication=publication, created_at__lte=at).exists():
            return True
    if not family.had_elsewhere:
        return False
    keys = list(others.exclude(pk=subscription.pk).values_list("pk", flat=True))
    return mails.filter(issue_id__in=family.had_elsewhere, subscription_id__in=keys).exists()


def better_elsewhere(subscription: Subscription, family: Family, now: dt.datetime) -> bool:
    """Whether this reader has one in a sister that would be mailed now and is more theirs."""
    if not family.sisters:
        return False
    mine = (rank(subscription.language, family.own), subscription.confirmed_at, subscription.pk)
    by_publication = {sister.publication: sister for sister in family.sisters}
    others = Subscription.objects.select_related("publication", "subscriber").filter(
        subscriber=subscription.subscriber_id,
        publication__in=by_publication,
        state=Subscription.State.ACTIVE,
        rhythm=_EVERY,
    )
    for other in others:
        sister = by_publication[other.publication_id]
        paused = other.paused_until is not None and other.paused_until > now
        if paused or not other.choice & sister.categories(other.language):
            continue
        theirs = (rank(other.language, sister.languages), other.confirmed_at, other.pk)
        suppressed = suppression.suppressed(other.subscriber.address, other.publication)
        if suppressed is None and theirs > mine:
            return True
    return False


def rank(language: str, own: Sequence[str]) -> int:
    """How much one is a reader's: 2 in a language they chose, 1 in the publication's, else 0."""
    if not language:
        return 1 if "" in own else 0
    return 2 if language in own else 0
