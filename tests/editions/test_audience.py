"""Who gets what, or why nothing: one table of cases, run against all three who ask.

The freeze asks in SQL for everybody, the preview in Python for one reader, and the turn for those
who are about to be mailed. What each says of the same reader must be the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pytest
import time_machine

from newsletter import editions, sending
from newsletter.editions import audience
from newsletter.models import Delivery, Edition, Issue, Outcome, Revision
from subscribers import suppression
from subscribers.choice import CATEGORY_MASK, FOREIGN, NEW, TAIL
from subscribers.models import Publication, Subscriber, Subscription
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SHIPS, TRADE, WEATHER = 1, 2, 4
ALL = SHIPS | TRADE | TAIL


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


class Case(NamedTuple):
    """A reader, and what they get of an issue with a ship, a trade and a tail link."""

    name: str
    reader: dict[str, Any]
    # The selection, or the reason, or why the issue does not concern them.
    expected: int | str
    # What the turn says of a reader who came to be like this after the freeze.
    turn: tuple[str, str]
    suppressed: str = ""


MAILED = ("mailed", "")
CASES = [
    Case("all of it", {"choice": SHIPS | TRADE | WEATHER | TAIL | NEW}, ALL, MAILED),
    Case("one category", {"choice": TRADE}, TRADE, MAILED),
    Case("one category and the links", {"choice": SHIPS | TAIL}, SHIPS | TAIL, MAILED),
    Case("nothing in it", {"choice": WEATHER}, "no_item", ("skipped", "categories dropped")),
    Case("the links alone", {"choice": TAIL | NEW}, "no_item", ("skipped", "categories dropped")),
    Case("no choice", {"choice": 0}, "no_item", ("skipped", "categories dropped")),
    Case("paused", {"paused_until": NOW + HOUR}, "paused", ("skipped", "paused")),
    Case("paused until now", {"paused_until": NOW}, ALL, MAILED),
    Case("paused in the past", {"paused_until": NOW - HOUR}, ALL, MAILED),
    Case("weekly", {"rhythm": "weekly"}, "rhythm", ("skipped", "rhythm")),
    Case("suppressed", {}, "suppressed", ("suppressed", ""), "hard"),
    Case("complained", {}, "suppressed", ("suppressed", ""), "complaint"),
    Case("left", {"state": "unsubscribed"}, "inactive", ("skipped", "unsubscribed")),
    Case("pending", {"state": "pending"}, "inactive", ("skipped", "unsubscribed")),
    # More than one reason: the first that is asked.
    Case(
        "paused, weekly, nothing in it",
        {"paused_until": NOW + HOUR, "rhythm": "weekly", "choice": WEATHER},
        "paused",
        ("skipped", "paused"),
    ),
    Case(
        "weekly, nothing in it",
        {"rhythm": "weekly", "choice": WEATHER},
        "rhythm",
        ("skipped", "rhythm"),
    ),
    Case(
        "suppressed and paused",
        {"paused_until": NOW + HOUR},
        "suppressed",
        ("suppressed", ""),
        "soft",
    ),
    Case(
        "left and suppressed",
        {"state": "unsubscribed"},
        "inactive",
        ("skipped", "unsubscribed"),
        "manual",
    ),
]
by_name = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def harbour() -> tuple[Publication, Issue]:
    publication = builders.publication()
    ships, trade, _weather = (
        builders.category(publication, name) for name in ("Ships", "Trade", "Weather")
    )
    issue = builders.issue(publication)
    builders.item(issue, ships, "A ship came in")
    builders.item(issue, trade, "Corn is up")
    builders.tail_link(issue, "More of it")
    return publication, issue


def reader(publication: Publication, case: Case, address: str = "li@example.org") -> Subscription:
    tie = builders.subscription(publication, address, **{"choice": ALL, **case.reader})
    if case.suppressed:
        suppression.suppress(address, case.suppressed)
    return tie


def said(answer: audience.Answer) -> int | str:
    if answer.outside is not None:
        return answer.outside.value
    return answer.none_because or answer.selection


@by_name
def test_for_one(case: Case) -> None:
    publication, issue = harbour()
    tie = reader(publication, case)
    assert said(audience.answer(issue, editions.load(issue).mask, tie)) == case.expected


def test_for_all_at_once() -> None:
    publication, issue = harbour()
    ties = {
        case.name: reader(publication, case, f"reader{number}@example.org")
        for number, case in enumerate(CASES)
    }
    planned = sending.plan(issue)
    sending.release(issue, by="alice", now=True)
    assert sending.freeze(issue.pk)
    got: dict[str, int | str] = {}
    for name, tie in ties.items():
        delivery = Delivery.objects.filter(issue=issue, subscription=tie).first()
        if delivery is None:
            got[name] = "inactive"
            continue
        edition = Edition.objects.get(pk=delivery.edition_id)
        got[name] = edition.none_because or edition.selection
    assert got == {case.name: case.expected for case in CASES}
    counted = [one for one in got.values() if one != "inactive"]
    assert planned.recipients == len(counted)
    assert planned.none == {
        reason: counted.count(reason) for reason in {one for one in counted if type(one) is str}
    }


@by_name
def test_on_the_wire(case: Case) -> None:
    """Mailed as of the freeze; then they come to be as the case says, and the turn is asked."""
    publication, issue = harbour()
    tie = builders.subscription(publication, "li@example.org", choice=ALL)
    sending.release(issue, by="alice", now=True)
    assert sending.freeze(issue.pk)
    Subscription.objects.filter(pk=tie.pk).update(**case.reader)
    if case.suppressed:
        suppression.suppress("li@example.org", case.suppressed)
    assert turned(issue) == case.turn


def turned(issue: Issue) -> tuple[str, str]:
    """What one turn makes of the issue's only reader."""
    from tests.sending.test_turn import leased, turn

    lease = leased(issue)
    (delivery,) = [member[0] for member in lease.members]
    if turn(lease, ask=[delivery]).authorised:
        return MAILED
    state, detail = Outcome.objects.values_list("state", "detail").get(delivery_id=delivery)
    return state, detail


# ---- who an issue concerns


def translated() -> tuple[Publication, Issue, Issue, dict[str, Subscription]]:
    publication, original = harbour()
    translation = builders.issue(
        publication, slug="2026-03-02-zh", language="zh-hans", original=original
    )
    builders.item(translation, publication.categories.get(name="Ships"), "一艘船")
    ties = {
        "english": builders.subscription(publication, "en@example.org", choice=ALL),
        "chinese": builders.subscription(
            publication, "zh@example.org", choice=ALL, language="zh-hans"
        ),
    }
    return publication, original, translation, ties


def both_ways(issue: Issue, ties: dict[str, Subscription]) -> dict[str, int | str]:
    """What Python says of each reader; SQL must list those it concerns, with the same."""
    from django.db import connection

    mask = editions.load(issue).mask
    found = {name: said(audience.answer(issue, mask, tie)) for name, tie in ties.items()}
    source = audience.readers(audience.audience_of(issue, mask), NOW)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, none, picked FROM ({source.sql}) q", source.params)
        listed = {pk: audience.REASONS[none] or picked for pk, none, picked in cursor.fetchall()}
    outside = {one.value for one in audience.Outside}
    assert listed == {ties[name].pk: got for name, got in found.items() if got not in outside}
    return found


def test_a_translation_takes_its_readers_as_long_as_the_two_go_together() -> None:
    _, original, translation, ties = translated()
    assert both_ways(translation, ties) == {"english": "other_language", "chinese": SHIPS}
    assert both_ways(original, ties) == {"english": ALL, "chinese": "other_language"}
    # A draft beside what was published before does not go with it.
    Issue.objects.filter(pk=original.pk).update(state="published", published_at=NOW)
    original.refresh_from_db()
    assert both_ways(original, ties) == {"english": ALL, "chinese": ALL | FOREIGN}


def test_a_released_translation_takes_its_readers_from_the_original() -> None:
    _, original, translation, ties = translated()
    Issue.objects.filter(pk=translation.pk).update(state="scheduled", send_at=NOW + HOUR)
    assert both_ways(original, ties) == {"english": ALL, "chinese": "other_language"}


def test_who_reads_neither_language_is_told_so() -> None:
    publication, original, translation, ties = translated()
    ties["german"] = builders.subscription(publication, "de@example.org", choice=ALL, language="de")
    ties["unsaid"] = builders.subscription(publication, "x@example.org", choice=ALL, language="")
    assert both_ways(original, ties) == {
        "english": ALL,
        "chinese": "other_language",
        "german": ALL | FOREIGN,
        "unsaid": ALL,
    }
    # An issue without a translation says nothing of languages to anybody.
    Issue.objects.filter(pk=translation.pk).update(original=None)
    assert both_ways(original, ties) == dict.fromkeys(ties, ALL)


def frozen(issue: Issue) -> None:
    Issue.objects.filter(pk=issue.pk).update(state="scheduled", send_at=NOW)
    assert sending.freeze(issue.pk)
    issue.refresh_from_db()


def test_who_had_the_original_does_not_get_its_translation_too() -> None:
    _, original, translation, ties = translated()
    frozen(original)
    assert both_ways(translation, ties) == {
        "english": "other_language",
        "chinese": "had_translation",
    }


def test_who_had_any_other_of_a_family_does_not_get_this_one_too() -> None:
    publication, original, chinese, ties = translated()
    german = builders.issue(publication, slug="2026-03-02-de", language="de", original=original)
    builders.item(german, publication.categories.get(name="Ships"), "Ein Schiff")
    ties["german"] = builders.subscription(publication, "de@example.org", choice=ALL, language="de")
    frozen(original)
    frozen(chinese)
    assert audience.audience_of(german, SHIPS).family.had == (original.pk, chinese.pk)
    assert both_ways(german, ties) == {
        "english": "other_language",
        "chinese": "other_language",
        "german": "had_translation",
    }


def test_who_was_given_no_mail_of_the_one_may_get_the_other_later() -> None:
    _, original, translation, ties = translated()
    Subscription.objects.filter(pk=ties["chinese"].pk).update(paused_until=NOW + HOUR)
    frozen(original)
    Subscription.objects.filter(pk=ties["chinese"].pk).update(paused_until=None)
    ties["chinese"].refresh_from_db()
    assert both_ways(translation, ties)["chinese"] == SHIPS


# ---- sisters: the original in one publication, its translation in another


def sisters() -> tuple[Issue, Issue, Publication, Publication]:
    """An English original with ships and trade, and its translation, in a publication each."""
    english, original = harbour()
    chinese = builders.publication("gang", language="zh-Hans", sister_of=english)
    ships = builders.category(chinese, "船舶", slug="chuanbo")
    builders.category(chinese, "天气", slug="tianqi")
    translation = builders.issue(chinese, original=original)
    builders.item(translation, ships, "一艘船进港")
    return original, translation, english, chinese


# What somebody with both is, and which of the two is theirs.
BOTH: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("neither says a language: the one confirmed last", {}, {"confirmed_at": NOW}, "translation"),
    ("the other way round", {"confirmed_at": NOW}, {}, "original"),
    ("at once: the later subscription", {}, {}, "translation"),
    ("English chosen", {"language": "en"}, {"confirmed_at": NOW}, "original"),
    ("Chinese chosen", {"confirmed_at": NOW}, {"language": "zh-Hans"}, "translation"),
    ("Chinese in both", {"language": "zh-Hans", "confirmed_at": NOW}, {"language": "zh-Hans"},
     "translation"),
    ("English in both", {"language": "en"}, {"language": "en", "confirmed_at": NOW}, "original"),
    ("German in both", {"language": "de"}, {"language": "de"}, "translation, foreign"),
    ("the one in their language is paused", {}, {"language": "zh-Hans", "paused_until": NOW + HOUR},
     "original"),
    ("weekly there", {}, {"language": "zh-Hans", "rhythm": "weekly"}, "original"),
    ("nothing for them there", {}, {"language": "zh-Hans", "choice": TRADE}, "original"),
    ("left there", {}, {"language": "zh-Hans", "state": "unsubscribed"}, "original"),
    ("not there yet", {}, {"language": "zh-Hans", "state": "pending"}, "original"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "here", "there", "expected"), BOTH, ids=[b[0] for b in BOTH])
def test_who_has_both_gets_one(
    name: str, here: dict[str, Any], there: dict[str, Any], expected: str
) -> None:
    original, translation, english, chinese = sisters()
    before = {"confirmed_at": NOW - HOUR}
    ties = {
        "original": builders.subscription(english, "li@example.org", **{**before, **here}),
        "translation": builders.subscription(chinese, "li@example.org", **{**before, **there}),
    }
    got = {
        which: both_ways(issue, {which: ties[which]})[which]
        for which, issue in (("original", original), ("translation", translation))
    }
    mailed = [
        which + (", foreign" if said & FOREIGN else "")
        for which, said in got.items()
        if isinstance(said, int)
    ]
    assert mailed == [expected]
    # And so it is frozen, whichever of the two is asked for.
    sending.release(translation, by="alice", now=True)
    assert sending.freeze(translation.pk)
    found = Delivery.objects.filter(edition__in=Edition.objects.filter(none_because=""))
    assert found.count() == 1


def test_a_suppression_in_the_one_publication_leaves_the_other() -> None:
    original, translation, english, chinese = sisters()
    here = builders.subscription(english, "li@example.org")
    there = builders.subscription(chinese, "li@example.org", language="zh-Hans")
    assert both_ways(original, {"li": here}) == {"li": "sister"}
    suppression.suppress("li@example.org", "soft", publication=chinese)
    assert both_ways(original, {"li": here}) == {"li": ALL}
    assert both_ways(translation, {"li": there}) == {"li": "suppressed"}


def test_readers_of_one_publication_get_what_stands_in_it() -> None:
    original, translation, english, chinese = sisters()
    ties = {
        "said nothing": builders.subscription(chinese, "a@example.org"),
        "Chinese": builders.subscription(chinese, "b@example.org", language="zh-Hans"),
        "English": builders.subscription(chinese, "c@example.org", language="en"),
    }
    assert both_ways(translation, ties) == {
        "said nothing": SHIPS,
        "Chinese": SHIPS,
        "English": SHIPS | FOREIGN,
    }
    only_english = {"Chinese": builders.subscription(english, "d@example.org", language="zh-Hans")}
    assert both_ways(original, only_english) == {"Chinese": ALL | FOREIGN}


def test_who_had_the_one_does_not_get_the_other_later_in_a_sister() -> None:
    original, translation, english, chinese = sisters()
    Issue.objects.filter(pk=translation.pk).update(original=None)
    had = builders.subscription(english, "li@example.org")
    paused = builders.subscription(english, "bo@example.org", paused_until=NOW + HOUR)
    frozen(original)
    Issue.objects.filter(pk=translation.pk).update(original=original)
    translation.refresh_from_db()
    ties = {
        "had it": builders.subscription(chinese, "li@example.org", language="zh-Hans"),
        "was paused": builders.subscription(chinese, "bo@example.org", language="zh-Hans"),
        "new": builders.subscription(chinese, "new@example.org"),
    }
    assert had.subscriber_id == ties["had it"].subscriber_id
    assert paused.subscriber_id == ties["was paused"].subscriber_id
    assert both_ways(translation, ties) == {
        "had it": "had_translation",
        "was paused": SHIPS,
        "new": SHIPS,
    }


def test_what_is_not_said_of_a_reader_or_an_issue_keeps_nobody_from_it() -> None:
    everybody = audience.Audience(issue=1, publication=1, mask=ALL)
    answer = audience.decide(everybody, audience.Facts(choice=SHIPS | WEATHER | TAIL))
    assert answer == (SHIPS | TAIL, "", None, 0)
    assert audience.decide(everybody, audience.Facts(choice=WEATHER)) == (0, "no_item", None, 0)


def test_large_domains_have_a_lane_of_their_own_but_not_those_who_come_first() -> None:
    from django.db import connection

    publication, issue = harbour()
    rows = {
        "a@one.example.org": {"domain": 7},
        "b@two.example.org": {"domain": 9},
        "c@three.example.org": {"domain": 8},
        "d@one.example.org": {"domain": 7, "first_in_line": True},
    }
    ties = {
        address: builders.subscription(publication, address, choice=ALL, **extra).pk
        for address, extra in rows.items()
    }

    def lanes(*large: int) -> list[int]:
        source = audience.readers(audience.audience_of(issue, ALL), NOW, large)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, lane FROM ({source.sql}) q", source.params)
            found = dict(cursor.fetchall())
        return [found[pk] for pk in ties.values()]

    assert lanes(7, 9) == [7, 9, 0, 0]
    assert lanes() == [0, 0, 0, 0]


def test_a_roundup_is_for_those_who_want_nothing_else() -> None:
    publication, issue = harbour()
    Issue.objects.filter(pk=issue.pk).update(kind="roundup")
    issue.refresh_from_db()
    ties = {
        "every": builders.subscription(publication, "a@example.org", choice=ALL),
        "weekly": builders.subscription(publication, "b@example.org", choice=ALL, rhythm="weekly"),
    }
    assert both_ways(issue, ties) == {"every": "other_rhythm", "weekly": ALL}


def test_a_correction_is_for_those_who_had_the_item_at_any_rhythm() -> None:
    publication, corrected = harbour()
    wants = {"both": ALL, "ships": SHIPS, "trade": TRADE, "weather": WEATHER}
    wants |= {"waiting": ALL, "refused": ALL}
    ties = {
        name: builders.subscription(publication, f"{name}@example.org", choice=choice)
        for name, choice in wants.items()
    }
    sending.release(corrected, by="alice", now=True)
    assert sending.freeze(corrected.pk)
    became = {"both": "sent", "ships": "in_doubt", "trade": "sent", "refused": "failed"}
    for name, state in became.items():
        delivery = Delivery.objects.get(issue=corrected, subscription=ties[name])
        Outcome.objects.create(delivery_id=delivery.pk, round=1, state=state)
    Subscription.objects.filter(pk=ties["both"].pk).update(rhythm="weekly")
    ties["both"].refresh_from_db()
    correction = builders.issue(
        publication, slug="2026-03-03-correction", kind="correction", corrects=corrected
    )
    ships = publication.categories.get(name="Ships")
    wrong = corrected.items.get(category=ships)
    builders.item(correction, ships, "A ship did not come in", copied_from=wrong)
    Revision.objects.create(
        issue=corrected, number=9, kind="correction", note="No ship.", item=wrong, mail=correction
    )
    # Whoever had it is told, also those who have left the category since.
    Subscription.objects.filter(pk=ties["ships"].pk).update(choice=TRADE)
    ties["ships"].refresh_from_db()
    assert both_ways(correction, ties) == {
        "both": CATEGORY_MASK,
        "ships": CATEGORY_MASK,
        "trade": "not_corrected",  # Their mail did not hold the item.
        "weather": "not_corrected",
        "waiting": "not_corrected",
        "refused": "not_corrected",
    }


def test_somebody_erased_is_nobody() -> None:
    publication, issue = harbour()
    tie = builders.subscription(publication, "li@example.org", choice=ALL)
    Subscriber.objects.filter(pk=tie.subscriber_id).update(
        address="", key=None, erased_at=NOW, name=""
    )
    tie = Subscription.objects.select_related("subscriber").get(pk=tie.pk)
    assert said(audience.answer(issue, editions.load(issue).mask, tie)) == "inactive"
