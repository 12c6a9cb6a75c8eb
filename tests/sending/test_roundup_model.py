"""Twelve weeks of readers who join, pause, leave and change their minds: who gets what.

The product, on whichever database, against the rules told again in plain Python
(`roundup_rules.py`). What a mail server says is thrown by a die; who may be mailed when their turn
comes is the product's own check. 10,000 readers are behind `-m long`: there every mail reads alike,
since what it holds is compared by the items of its edition.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from newsletter import rendering, sending
from newsletter.editions.audience import rhythms_of
from newsletter.editions.on_the_wire import Wanted
from newsletter.issues import roundups as making
from newsletter.issues.roundup_periods import of_days
from newsletter.models import Chunk, Delivery, Edition, Issue, Item, Outcome, Roundup
from newsletter.sending import rest
from newsletter.sending import roundups as chores
from newsletter.sending.engine import consent
from subscribers import choice as choices
from subscribers import subscriptions, suppression
from subscribers.addresses import domain_number, key_of
from subscribers.choice import CATEGORY_MASK, Choice
from subscribers.models import Category, Subscriber, Subscription
from tests import builders
from tests.sending import roundup_rules as rules

pytestmark = pytest.mark.django_db(transaction=True)

CATEGORIES = ("Ships", "Trade", "Weather", "People")
# A Monday.
BEGIN = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# What becomes of a message: most arrive.
FATES = ["sent"] * 16 + ["failed"] * 2 + ["in_doubt"] * 2


class World:
    """The product and the model side by side; every event happens to both."""

    def __init__(self, readers: int, seed: int, between: float) -> None:
        self.chance = random.Random(seed)
        # The part of the readers to whom something happens between a freeze and their turn.
        self.between = between
        self.publication = builders.publication(
            roundup="weekly", roundup_by_itself=True, roundup_items=200
        )
        self.categories: dict[str, Category] = {
            name: builders.category(self.publication, name) for name in CATEGORIES
        }
        self.ties: dict[int, Subscription] = {}
        self.keys: list[int] = []
        self.people: dict[int, rules.Reader] = {}
        self.issues: list[rules.Issue] = []
        self.mailings: dict[int, rules.Mailing] = {}
        self.compared = self.with_items = self.later_starts = self.rests = 0
        self.join(readers)

    # ---- what readers do

    def some_choice(self) -> set[str]:
        return {name for name in CATEGORIES if self.chance.random() < 0.5}

    def bits(self, chosen: set[str]) -> int:
        live = list(self.categories.values())
        return Choice.of([self.categories[name] for name in chosen], live=live).bits

    def join(self, readers: int = 1) -> None:
        now = timezone.now()
        wishes = [
            (self.some_choice(), self.chance.choice(["every", "weekly", "weekly"]))
            for _number in range(readers)
        ]
        first = len(self.ties)
        addresses = [f"r{n}@d{n % 7}.example.org" for n in range(first, first + readers)]
        people = Subscriber.objects.bulk_create(
            Subscriber(address=address, key=key_of(address)) for address in addresses
        )
        ties = Subscription.objects.bulk_create(
            Subscription(
                publication=self.publication,
                subscriber=person,
                state="active",
                domain=domain_number(person.address or ""),
                choice=self.bits(chosen),
                rhythm=rhythm,
                since=now,
                rhythm_since=now,
                confirmed_at=now,
            )
            for person, (chosen, rhythm) in zip(people, wishes, strict=True)
        )
        for tie, (chosen, rhythm) in zip(ties, wishes, strict=True):
            self.ties[tie.pk] = tie
            self.keys.append(tie.pk)
            self.people[tie.pk] = rules.Reader(chosen, rhythm=rhythm)

    def something_happens(self) -> None:
        """One event to one reader, by the verbs that pages and links use."""
        pk = self.chance.choice(self.keys)
        tie, person = self.ties[pk], self.people[pk]
        tie.refresh_from_db()
        match self.chance.randrange(10):
            case 0:
                self.join()
            case 1 | 2 | 3:
                rhythm = "every" if person.rhythm == "weekly" else "weekly"
                subscriptions.change(tie, clear=0, chosen=0, rhythm=rhythm, form="mail")
                person.rhythm, person.changed = rhythm, timezone.now()
            case 4 | 5:
                chosen = self.some_choice()
                live = list(self.categories.values())
                clear, bits = choices.form_update(
                    live,
                    [self.categories[name] for name in chosen],
                    live=choices.live(self.publication),
                    new=False,
                    tail=False,
                )
                subscriptions.change(tie, clear=clear, chosen=bits, form="mail")
                person.choice = chosen
            case 6 | 7:
                until = timezone.now() + self.chance.randint(1, 12) * DAY
                if subscriptions.pause(tie, until, form="mail", network=""):
                    person.paused_until = until
            case 8:
                if person.active:
                    subscriptions.leave([tie], form="mail")
                    person.active, person.paused_until = False, self.paused(tie)
                elif subscriptions.come_back(tie, network="", language="en"):
                    person.active, person.changed = True, None
            case 9 if self.chance.random() < 0.3:
                suppression.suppress(tie.subscriber.address, "hard")
                person.suppressed = True

    def paused(self, tie: Subscription) -> dt.datetime | None:
        tie.refresh_from_db()
        return tie.paused_until

    def events(self, about: float) -> None:
        with transaction.atomic():  # One commit for all of them: a commit each takes most of it.
            for _number in range(max(1, int(len(self.ties) * about))):
                self.something_happens()

    # ---- what the publication does

    def publish(self) -> None:
        """A new issue, mailed at once."""
        now = timezone.now()
        issue = builders.issue(self.publication, now.date().isoformat(), slug=f"{now:%Y-%m-%d-%H}")
        items = []
        for number in range(self.chance.randint(1, 5)):
            name = self.chance.choice(CATEGORIES)
            title = f"{issue.slug}/{number}"
            builders.item(issue, self.categories[name], title)
            items.append((title, name))
        sending.release(issue, by="alice", now=True)
        appeared = rules.Issue(issue.slug, now, items)
        self.issues.append(appeared)
        self.mail(issue, appeared)

    def round_up(self, row: Roundup) -> None:
        issue = row.issue
        assert issue is not None
        of = [one for one in self.issues if row.begins_at <= one.appeared < row.ends_at]
        self.mail(issue, rules.RoundUp(issue.slug, row.begins_at, row.ends_at, of))

    def go_by_themselves(self) -> None:
        """What the chore makes and releases: round-ups, and what is owed of earlier ones."""
        now = timezone.now()
        owed = {pk: made for pk, one in self.people.items() if (made := one.rest(now))}
        chores.sweep()
        due = Roundup.objects.select_related("issue__publication").filter(issue__state="scheduled")
        for row in due.order_by("pk"):
            if row.subscription_id is None:
                self.round_up(row)
                continue
            mine = next(one for one in owed[row.subscription_id] if one.begins == row.begins_at)
            owed[row.subscription_id].remove(mine)
            assert row.issue is not None
            self.mail(row.issue, mine)
            self.rests += 1
        assert not any(owed.values())

    def mail(self, issue: Issue, mailing: rules.Mailing) -> None:
        """Freeze, compare with the model, let something happen, and hand over."""
        self.mailings[issue.pk] = mailing
        meant = {pk: person.gets(mailing, timezone.now()) for pk, person in self.people.items()}
        assert sending.freeze(issue.pk)
        if isinstance(mailing, rules.RoundUp):
            for person in self.people.values():
                person.is_passed_by(mailing, timezone.now())
        editions = {one.pk: one for one in Edition.objects.filter(issue=issue).defer("html")}
        titles = dict(Item.objects.filter(issue=issue).values_list("pk", "title"))
        got: dict[int, list[str] | str] = {}
        deliveries = dict(Delivery.objects.filter(issue=issue).values_list("subscription_id", "pk"))
        of_delivery = dict(Delivery.objects.filter(issue=issue).values_list("pk", "edition_id"))
        for reader, delivery in deliveries.items():
            edition = editions[of_delivery[delivery]]
            got[reader] = edition.none_because or [titles[item] for item in edition.items]
            self.later_starts += bool(edition.start)
        expected = {pk: one for pk, one in meant.items() if one is not None}
        assert _sorted(got) == _sorted(expected), mailing.name
        self.compared += len(got)
        self.with_items += sum(isinstance(one, list) for one in got.values())
        self.events(self.between)
        self.hand_over(issue, mailing, editions, of_delivery, deliveries)

    def hand_over(
        self,
        issue: Issue,
        mailing: rules.Mailing,
        editions: dict[int, Edition],
        of_delivery: dict[int, int],
        deliveries: dict[int, int],
    ) -> None:
        readers = {delivery: pk for pk, delivery in deliveries.items()}
        asked = [pk for pk, edition in of_delivery.items() if not editions[edition].none_because]
        issue.refresh_from_db()
        wanted = {
            pk: Wanted(one.selection & CATEGORY_MASK, rhythms_of(issue))
            for pk, one in editions.items()
        }
        now = timezone.now()
        with connection.cursor() as cursor:
            allowed = consent.check(cursor, {issue.pk}, asked, wanted, now)
        rest.owe([pk for pk, why in allowed.left.items() if why in consent.PASSED_BY])
        outcomes = []
        for delivery in asked:
            person = self.people[readers[delivery]]
            categories = {
                name
                for name, category in self.categories.items()
                if editions[of_delivery[delivery]].selection >> (category.bit or 0) & 1
            }
            may = delivery in allowed.good
            assert may == person.still_wants(mailing, categories, now), mailing.name
            state = self.chance.choice(FATES) if may else allowed.left[delivery].state
            if state in ("sent", "in_doubt"):
                person.had.append(mailing)
            elif not may and isinstance(mailing, rules.RoundUp):
                person.passed_by(mailing, now)
            outcomes.append(Outcome(delivery_id=delivery, round=1, at=now, state=state))
        Outcome.objects.bulk_create(outcomes, batch_size=5000)
        # As the engine leaves it: every chunk accounted for, the issue sent.
        Chunk.objects.filter(issue=issue).delete()
        Issue.objects.filter(pk=issue.pk).update(state="sent", finished_at=now)


def _sorted(found: dict[int, list[str] | str]) -> dict[int, list[str] | str]:
    return {pk: sorted(one) if isinstance(one, list) else one for pk, one in found.items()}


def twelve_weeks(readers: int, seed: int, about: float, between: float = 0.02) -> World:
    with time_machine.travel(BEGIN, tick=False) as clock:
        world = World(readers, seed, between)
        for day in range(84):
            clock.move_to(BEGIN + day * DAY)
            world.events(about)
            for hour in (7, 12):
                clock.move_to(BEGIN + day * DAY + (hour - 6) * HOUR)
                if world.chance.random() < 0.4:
                    world.publish()
            clock.move_to(BEGIN + day * DAY + 11 * HOUR)
            world.events(about)
            if world.chance.random() < 0.03:  # Somebody makes one by hand, of some other days.
                since = timezone.now().date() - world.chance.randint(1, 9) * DAY
                period = of_days(since, timezone.now().date(), dt.UTC, timezone.now())
                made = making.make(world.publication, period)
                if made.created and made.issue is not None and made.row is not None:
                    sending.release(made.issue, by="alice", now=True)
                    world.round_up(made.row)
            world.go_by_themselves()
    return world


def check_nobody_twice() -> int:
    """From the product's own rows: no item, nor its copy, in two mails of one reader."""
    handed = Outcome.objects.filter(state__in=["sent", "in_doubt"]).values_list("delivery_id")
    items = dict(Edition.objects.values_list("pk", "items"))
    original = {pk: of or pk for pk, of in Item.objects.values_list("pk", "copied_from")}
    seen: Counter[tuple[int, int]] = Counter()
    rows = Delivery.objects.filter(pk__in=handed).values_list("subscription_id", "edition_id")
    for reader, edition in rows.iterator():
        seen.update((reader, original[item]) for item in items[edition])
    assert max(seen.values()) == 1
    return len(seen)


@pytest.mark.parametrize("seed", [1, 2])
def test_everybody_gets_what_of_their_choice_did_not_reach_them(seed: int) -> None:
    world = twelve_weeks(40, seed, 0.04)
    assert Roundup.objects.filter(issue__isnull=False).count() >= 10
    assert world.with_items > 500 and world.later_starts > 5
    assert check_nobody_twice() > 1000


@pytest.mark.long
def test_everybody_of_ten_thousand_gets_what_of_their_choice_did_not_reach_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one: list[Any] = []
    whole = rendering.prepare

    def prepare(*about: Any) -> Any:
        """The first mail that was rendered, for whatever edition of whatever issue."""
        if not one:
            one.append(whole(*about).edition(CATEGORY_MASK))
        return SimpleNamespace(edition=lambda *key: one[0])

    monkeypatch.setattr(rendering, "prepare", prepare)
    world = twelve_weeks(10_000, 3, 0.004, between=0.005)
    assert world.compared > 500_000
    assert check_nobody_twice() > 200_000
    assert world.rests > 0


def test_the_comparison_finds_a_rule_that_is_left_out(monkeypatch: Any) -> None:
    """Without starts everybody gets the whole period: the model must object."""
    from newsletter.editions import reached

    monkeypatch.setattr(reached, "starts_of", lambda *args, **more: None)
    with pytest.raises(AssertionError):
        twelve_weeks(40, 1, 0.04)
