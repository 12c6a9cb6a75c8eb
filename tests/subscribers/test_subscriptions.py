"""One room writes a subscription's state: what each verb changes, records and tells.

Every row of the table is a verb on a prepared reader, with the whole of what it must leave
behind: the columns, the entry in the consent ledger, the events. Then the verbs that must do
nothing, and the structure that keeps it this way.
"""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction

from subscribers import choice as choices
from subscribers import consent, erasure, events, subscriptions, suppression, wordings
from subscribers.choice import Choice
from subscribers.models import (
    ConsentEvent,
    Event,
    Publication,
    Subscriber,
    Subscription,
    Wording,
)
from subscribers.subscriptions.files import Row, Writer
from tests import builders
from tests.site_settings import configure

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 10, 9, 0, tzinfo=dt.UTC)
EARLIER = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
NETWORK = "192.0.2.0/24"
ALL = {"categories": ["markets", "science"], "new": True, "tail_links": True}
MARKETS = {"categories": ["markets"], "new": False, "tail_links": True}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def harbour() -> Publication:
    made = builders.publication("harbour")
    builders.category(made, "Markets")
    builders.category(made, "Science")
    return made


def waiting(publication: Publication, **extra: Any) -> Subscription:
    """Alice has asked eight days ago and not confirmed."""
    defaults = {"state": "pending", "since": EARLIER, "confirmed_at": None}
    return builders.subscription(publication, "alice@example.org", **{**defaults, **extra})


def reading(publication: Publication, **extra: Any) -> Subscription:
    """Alice reads."""
    defaults = {"since": EARLIER, "confirmed_at": EARLIER}
    return builders.subscription(publication, "alice@example.org", **{**defaults, **extra})


def departed(publication: Publication, **extra: Any) -> Subscription:
    """Alice confirmed once and left."""
    return reading(publication, **{"state": "unsubscribed", **extra})


def held(publication: Publication) -> Subscription:
    """Alice was imported without proof and is not asked."""
    return waiting(publication, reminded_at=EARLIER)


def nobody(publication: Publication) -> Subscription:
    """No reader yet; an unsaved row stands for her."""
    return Subscription(publication=publication)


def shown(publication: Publication) -> Wording:
    return wordings.stored(publication, "en", "subscribe", "Yes, I want it.")


def csv_row(state: str, publication: Publication, **extra: Any) -> Row:
    defaults: dict[str, Any] = {
        "key": "00112233445566778899aabbccddeeff", "subscriber": None,
        "address": "alice@example.org", "name": "Alice", "state": state,
        "choice": Choice.all().bits, "rhythm": "every", "language": "", "joined_at": None,
        "confirmed_at": None, "detail": '{"line": 2}', "held": True,
    }  # fmt: skip
    return Row(**{**defaults, **extra})


def by_file(publication: Publication) -> Writer:
    return Writer(publication, 7)


def insert(state: str, **extra: Any) -> Callable[[Subscription], object]:
    def act(tie: Subscription) -> object:
        by_file(tie.publication).insert([csv_row(state, tie.publication, **extra)], NOW)
        return True

    return act


def request(tie: Subscription) -> object:
    markets = list(tie.publication.categories.filter(slug="markets"))
    live = choices.live(tie.publication)
    wish = subscriptions.Wish(Choice.of(markets, live=live), "weekly", "en")
    words = shown(tie.publication)
    return subscriptions.request(
        tie.publication, "alice@example.org", wish, form="hosted", network=NETWORK, wording=words
    )


def enter(active: bool) -> Callable[[Subscription], object]:
    def act(tie: Subscription) -> object:
        return subscriptions.enter(
            tie.publication, "alice@example.org", form="admin", active=active,
            detail={"proof": "paper"},
        )[1]  # fmt: skip

    return act


def confirm(tie: Subscription) -> object:
    return subscriptions.confirm(tie, network=NETWORK, language="en")


def join(tie: Subscription) -> object:
    """From another publication that Alice reads, or has left."""
    other = builders.publication("other")
    person = builders.subscription(other, "alice@example.org").subscriber
    return subscriptions.join(
        person, tie.publication, stored_language="zh-Hans", network=NETWORK, language="en"
    )


def activate(tie: Subscription) -> object:
    return subscriptions.activate(tie, proof="by phone", by="editor")


def change(tie: Subscription) -> object:
    live = choices.live(tie.publication)
    clear, chosen = choices.form_update(live, live[:1], live=live, new=False)
    return subscriptions.change(
        tie, clear=clear, chosen=chosen, rhythm="weekly", form="mail", network=NETWORK
    )


def change_nothing(tie: Subscription) -> object:
    return subscriptions.change(tie, clear=0, chosen=0, rhythm="every", form="mail")


LATER = dt.datetime(2026, 4, 1, 0, 0, tzinfo=dt.UTC)


def pause(tie: Subscription) -> object:
    return subscriptions.pause(tie, LATER, form="mail", network=NETWORK)


def resume(tie: Subscription) -> object:
    return subscriptions.resume(tie, form="mail", network=NETWORK)


def leave(tie: Subscription) -> object:
    return subscriptions.leave([tie], form="one-click", network=NETWORK)


def complain(tie: Subscription) -> object:
    return subscriptions.leave([tie], form="complaint", detail={"via": "arf"}, at=NOW)


def come_back(tie: Subscription) -> object:
    return subscriptions.come_back(tie, network=NETWORK, language="en")


def prove(tie: Subscription) -> object:
    return subscriptions.prove(tie, network=NETWORK, language="en")


def expire(tie: Subscription) -> object:
    return subscriptions.expire(tie.pk, before=NOW - dt.timedelta(days=1), now=NOW)


def move(tie: Subscription) -> object:
    address = "alice.new@example.net"
    Subscriber.objects.filter(pk=tie.subscriber_id).update(new_address=address, new_address_at=NOW)
    return subscriptions.move(tie.subscriber, address, network=NETWORK)


def erase(tie: Subscription) -> object:
    return erasure.erase(tie.subscriber, by="reader")


def leave_by_file(tie: Subscription) -> object:
    return by_file(tie.publication).leave(tie.pk, 9, NOW)


def undo_by_file(tie: Subscription) -> object:
    """The same file brought her in and says later that she had left."""
    consent.record(tie, "imported", form="csv:7", at=EARLIER)
    return leave_by_file(tie)


def release(proof: str) -> Callable[[Subscription], object]:
    def act(tie: Subscription) -> object:
        return by_file(tie.publication).release(tie.pk, proof=proof, now=NOW)

    return act


def suppressed(reason: str, act: Callable[[Subscription], object]) -> Any:
    def both(tie: Subscription) -> object:
        suppression.suppress("alice@example.org", reason)
        return act(tie)

    return both


@dataclass(frozen=True)
class Case:
    """A verb on a prepared reader and all it leaves; None stands for nothing."""

    verb: str
    start: Callable[..., Subscription]
    act: Callable[[Subscription], object]
    row: dict[str, Any] | None
    entry: tuple[Any, ...] | None  # kind, form, network, place of the words, detail
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def was(**columns: Any) -> dict[str, Any]:
    """The columns of Alice's row that the verbs write; what is not named is as she began."""
    return {
        "state": "active", "since": NOW, "confirmed_at": EARLIER, "paused_until": None,
        "rhythm": "every", "language": "", "choice": ALL, **columns,
    }  # fmt: skip


ASKED = {**MARKETS, "rhythm": "weekly", "language": "en"}
WISH = {"rhythm": "weekly", "language": "en", "choice": MARKETS}
BEFORE = {"choice": ALL, "rhythm": "every", "language": ""}
CHANGED = {"before": BEFORE, "after": {**BEFORE, "choice": MARKETS, "rhythm": "weekly"}}
ASKS = ("requested", "hosted", NETWORK, "subscribe", ASKED)
HOSTED, MAIL, ADMIN, CSV = ({"form": form} for form in ("hosted", "mail", "admin", "csv:7"))
UNTIL = {"until": LATER.isoformat()}

ACTS = [
    Case("request, new", nobody, request,
         was(state="pending", confirmed_at=None, **WISH), ASKS, [("requested", HOSTED)]),
    Case("request, waiting", waiting, request,
         was(state="pending", since=EARLIER, confirmed_at=None, **WISH), ASKS,
         [("requested", HOSTED)]),
    Case("request, active", reading, request,
         was(since=EARLIER), ASKS, [("requested", HOSTED)]),
    Case("request, departed", departed, request,
         was(state="pending", **WISH), ASKS, [("requested", HOSTED)]),
    Case("enter, with proof", nobody, enter(True),
         was(confirmed_at=NOW), ("imported", "admin", "", None, {"proof": "paper"}),
         [("entered", ADMIN)]),
    Case("enter, to be asked", nobody, enter(False),
         was(state="pending", confirmed_at=None),
         ("requested", "admin", "", None, {"proof": "paper"}), [("requested", ADMIN)]),
    Case("confirm", waiting, confirm,
         was(confirmed_at=NOW), ("confirmed", "mail", NETWORK, "confirm", ALL),
         [("confirmed", MAIL)]),
    Case("confirm after an erasure", waiting, suppressed("erased", confirm),
         was(confirmed_at=NOW), ("confirmed", "mail", NETWORK, "confirm", ALL),
         [("confirmed", MAIL)]),
    Case("join, new", nobody, join,
         was(confirmed_at=NOW, language="zh-Hans"), ("confirmed", "mail", NETWORK, "join", ALL),
         [("confirmed", MAIL)]),
    Case("join, departed", departed, join,
         was(confirmed_at=NOW), ("confirmed", "mail", NETWORK, "join", ALL),
         [("confirmed", MAIL)]),
    Case("activate, waiting", waiting, activate,
         was(confirmed_at=NOW),
         ("confirmed", "admin", "", None, {"by": "editor", "proof": "by phone"}),
         [("entered", ADMIN)]),
    Case("activate, departed", departed, activate,
         was(confirmed_at=NOW),
         ("returned", "admin", "", None, {"by": "editor", "proof": "by phone"}),
         [("returned", ADMIN)]),
    Case("prove, reading", reading, suppressed("hard", prove),
         was(since=EARLIER),
         ("returned", "mail", NETWORK, "return", {"lifted": ["hard"], **ALL}),
         [("returned", MAIL)]),
    Case("prove, departed", departed, suppressed("soft", prove),
         was(),
         ("returned", "mail", NETWORK, "return", {"lifted": ["soft"], **ALL}),
         [("returned", MAIL)]),
    Case("change", reading, change,
         was(since=EARLIER, rhythm="weekly", choice=MARKETS),
         ("changed", "mail", NETWORK, None, CHANGED),
         [("changed", {**MAIL, "what": ["choice", "rhythm"]})]),
    Case("pause", reading, pause,
         was(since=EARLIER, paused_until=LATER), ("paused", "mail", NETWORK, None, UNTIL),
         [("paused", {**MAIL, **UNTIL})]),
    Case("resume", lambda p: reading(p, paused_until=LATER), resume,
         was(since=EARLIER), ("resumed", "mail", NETWORK, None, {}), [("resumed", MAIL)]),
    Case("leave", reading, leave,
         was(state="unsubscribed"), ("unsubscribed", "one-click", NETWORK, None, {}),
         [("left", {"form": "one-click"})]),
    Case("leave, waiting", waiting, leave,
         was(state="unsubscribed", confirmed_at=None),
         ("unsubscribed", "one-click", NETWORK, None, {}),
         [("withdrawn", {"form": "one-click"})]),
    Case("leave by complaint", reading, complain,
         was(state="unsubscribed"), ("unsubscribed", "complaint", "", None, {"via": "arf"}),
         [("left", {"form": "complaint"})]),
    Case("come back", departed, come_back,
         was(), ("returned", "mail", NETWORK, "return", {}), [("returned", MAIL)]),
    Case("come back, asked again", lambda p: departed(p, state="pending"), come_back,
         was(), ("returned", "mail", NETWORK, "return", {}), [("returned", MAIL)]),
    Case("expire, new", waiting, expire,
         None, None, [("withdrawn", {"form": "expiry"})]),
    Case("expire, departed", lambda p: departed(p, state="pending"), expire,
         was(state="unsubscribed"), ("unsubscribed", "expiry", "", None, {}),
         [("withdrawn", {"form": "expiry"})]),
    Case("move", reading, move,
         was(since=EARLIER), ("address_changed", "mail", NETWORK, None, {}), [("moved", MAIL)]),
    Case("erase", lambda p: reading(p, language="en", paused_until=LATER), erase,
         was(state="unsubscribed"), None, [("left", MAIL), ("erased", MAIL)]),
    Case("erase, departed", departed, erase,
         was(state="unsubscribed", since=EARLIER), None, [("erased", MAIL)]),
    Case("file, active", nobody, insert("active", confirmed_at=EARLIER),
         was(), ("imported", "csv:7", "", None, {"line": 2}), [("entered", CSV)]),
    Case("file, a time to come is none", nobody, insert("active", confirmed_at=LATER),
         was(confirmed_at=NOW), ("imported", "csv:7", "", None, {"line": 2}), [("entered", CSV)]),
    Case("file, waiting", nobody, insert("pending", confirmed_at=EARLIER),
         was(state="pending", confirmed_at=None),
         ("imported", "csv:7", "", None, {"line": 2}), [("requested", CSV)]),
    Case("file, departed", nobody, insert("unsubscribed", confirmed_at=EARLIER),
         was(state="unsubscribed"), ("imported", "csv:7", "", None, {"line": 2})),
    Case("file, had left", reading, undo_by_file,
         was(state="unsubscribed"), ("unsubscribed", "csv:7", "", None, {"line": 9}),
         [("left", CSV)]),
    Case("file, proof for a held one", held, release("paper"),
         was(confirmed_at=NOW), ("imported", "csv:7", "", None, {"proof": "paper"}),
         [("entered", CSV)]),
    Case("file, a held one is asked", held, release(""),
         was(state="pending", confirmed_at=None),
         ("imported", "csv:7", "", None, {"asked": True}), [("requested", CSV)]),
]  # fmt: skip


def written(publication: Publication) -> tuple[Any, ...]:
    """Alice's row, the newest entry of the ledger, the events, all of this publication."""
    row = (
        Subscription.objects.filter(publication=publication)
        .values("state", "since", "confirmed_at", "paused_until", "rhythm", "language", "choice")
        .first()
    )
    if row is not None:
        row["choice"] = consent.described(row["choice"], choices.live(publication))
    entry = ConsentEvent.objects.filter(at=NOW).exclude(publication__slug="other").last()
    told = Event.objects.filter(publication=publication).order_by("pk")
    assert all(event.at == NOW for event in told)
    return (
        row,
        entry
        and (
            entry.kind, entry.form, entry.network,
            entry.wording and entry.wording.place, entry.detail,
        ),
        [(event.kind, event.detail) for event in told],
    )  # fmt: skip


@pytest.mark.parametrize("case", ACTS, ids=lambda case: case.verb)
def test_a_verb_changes_the_row_and_writes_its_entries(case: Case, harbour: Publication) -> None:
    assert case.act(case.start(harbour))
    assert written(harbour) == (case.row, case.entry, case.events)


@pytest.mark.parametrize("case", [case for case in ACTS if case.events], ids=lambda case: case.verb)
def test_a_change_and_its_entries_are_one_transaction(
    case: Case, harbour: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the last entry cannot be written nothing is changed."""
    tie = case.start(harbour)
    before = written(harbour)

    def broken(*args: object, **fields: object) -> None:
        raise ConnectionError

    if case.verb.startswith("file, ") and case.start is nobody:
        monkeypatch.setattr("subscribers.subscriptions.files._INSERT_EVENTS", "INSERT INTO broken")
    else:
        monkeypatch.setattr(Event.objects, "create", broken)
    with pytest.raises(Exception), transaction.atomic():  # noqa: B017
        case.act(tie)
    assert written(harbour) == before


NOTHING: list[tuple[str, Callable[..., Subscription], Callable[[Subscription], object]]] = [
    ("leave twice", departed, leave),
    ("confirm what is active", reading, confirm),
    ("confirm what was left meanwhile", departed, confirm),
    ("confirm a dead mailbox", waiting, suppressed("hard", confirm)),
    ("confirm who complained", waiting, suppressed("complaint", confirm)),
    ("join what is active", reading, join),
    ("join against a suppression", nobody, suppressed("complaint", join)),
    ("join what is closed", lambda p: nobody(_closed(p)), join),
    ("enter who has left", departed, enter(True)),
    ("enter who waits", waiting, enter(True)),
    ("activate what is active", reading, activate),
    ("activate against a suppression", departed, suppressed("erased", activate)),
    ("change nothing", reading, change_nothing),
    ("pause who has left", departed, pause),
    ("resume what is not paused", reading, resume),
    ("come back against a suppression", departed, suppressed("hard", come_back)),
    ("prove who complained", reading, suppressed("complaint", prove)),
    ("prove what a person stopped", reading, suppressed("manual", prove)),
    ("prove who never confirmed and left",
     lambda p: departed(p, confirmed_at=None), prove),
    ("come back after an erasure", departed, suppressed("erased", come_back)),
    ("come back never confirmed", lambda p: departed(p, confirmed_at=None), come_back),
    ("come back unconfirmed", waiting, come_back),
    ("come back while reading", reading, come_back),
    ("expire what is active", reading, expire),
    ("expire what waits since today", lambda p: waiting(p, since=NOW), expire),
    ("erase twice", lambda p: _erased(p), erase),
    ("file: had left, but spoke since", reading, leave_by_file),
    ("file: proof for one who asked by the form", waiting, release("paper")),
    ("file: proof for one who was asked",
     lambda p: waiting(p, asked_at=EARLIER, reminded_at=EARLIER), release("paper")),
    ("file: proof for one who has left", departed, release("paper")),
    ("file: proof for one who has left and was held before",
     lambda p: departed(p, reminded_at=EARLIER), release("paper")),
]  # fmt: skip


def _closed(publication: Publication) -> Publication:
    publication.open = False
    publication.save()
    return publication


def _erased(publication: Publication) -> Subscription:
    tie = departed(publication)
    erasure.erase(tie.subscriber, by="reader")
    Event.objects.all().delete()
    return tie


@pytest.mark.parametrize(("name", "start", "act"), NOTHING, ids=[row[0] for row in NOTHING])
def test_a_verb_that_must_do_nothing_writes_nothing(
    name: str,
    start: Callable[..., Subscription],
    act: Callable[[Subscription], object],
    harbour: Publication,
) -> None:
    tie = start(harbour)
    before = written(harbour)
    assert not act(tie)
    assert written(harbour) == before


def test_move_to_an_address_that_has_a_reader_does_nothing(harbour: Publication) -> None:
    builders.subscription(harbour, "alice.new@example.net")
    tie = reading(harbour)
    assert move(tie) is False
    tie.subscriber.refresh_from_db()
    assert tie.subscriber.address == "alice@example.org"
    assert not Event.objects.exists()
    assert not ConsentEvent.objects.exists()


def test_move_finds_a_reader_who_is_known_by_an_older_key(
    harbour: Publication, settings: Any
) -> None:
    builders.subscription(harbour, "alice.new@example.net")
    tie = reading(harbour)
    configure(
        settings,
        LINK_KEYS={**settings.SUDI["LINK_KEYS"], 2: b"another secret of thirty-two octets!"},
    )
    assert move(tie) is False


def test_move_goes_only_to_the_address_that_was_asked_for(harbour: Publication) -> None:
    tie = reading(harbour)
    tie.subscriber.new_address, tie.subscriber.new_address_at = "alice@example.net", NOW
    tie.subscriber.save()
    assert subscriptions.move(tie.subscriber, "mallory@example.net", network=NETWORK) is False
    tie.subscriber.refresh_from_db()
    assert tie.subscriber.address == "alice@example.org"


@pytest.mark.parametrize(("held", "reminded"), [(True, NOW), (False, None)])
def test_who_is_imported_without_proof_is_held_until_they_may_be_asked(
    harbour: Publication, held: bool, reminded: dt.datetime | None
) -> None:
    by_file(harbour).insert([csv_row("pending", harbour, held=held)], NOW)
    assert Subscription.objects.get().reminded_at == reminded


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_was_confirmed_is_kept_in_the_language_it_was_shown_in(
    harbour: Publication, language: str
) -> None:
    assert subscriptions.confirm(waiting(harbour), network=NETWORK, language=language)
    shown_words = ConsentEvent.objects.latest("id").wording
    assert shown_words is not None
    assert shown_words.language.lower() == language


def test_a_wish_that_names_no_language_asks_for_the_publications_own(
    harbour: Publication,
) -> None:
    assert subscriptions.Wish(Choice.all()) == subscriptions.Wish(Choice.all(), "every", "")


def test_a_confirmation_lifts_an_erasure(harbour: Publication) -> None:
    suppression.suppress("alice@example.org", "erased")
    assert confirm(waiting(harbour))
    assert suppression.suppressed("alice@example.org", None) is None


def test_a_confirmation_lifts_an_erasure_only_when_it_confirms(harbour: Publication) -> None:
    tie = reading(harbour)
    suppression.suppress("alice@example.org", "erased")
    assert confirm(tie) is False
    assert suppression.suppressed("alice@example.org", None) is not None


def test_come_back_takes_what_was_left_at_the_same_moment(harbour: Publication) -> None:
    quay, pier = builders.publication("quay"), builders.publication("pier")
    departed(pier, since=EARLIER - dt.timedelta(days=1))
    ties = [departed(harbour), departed(quay)]
    assert come_back(ties[0]) == 2
    active = Subscription.objects.filter(state="active").values_list("publication__slug", flat=True)
    assert sorted(active) == ["harbour", "quay"]


def test_everything_is_left_at_one_moment(harbour: Publication) -> None:
    quay = builders.publication("quay")
    ties = [reading(harbour), reading(quay)]
    with time_machine.travel(NOW, tick=True):
        assert subscriptions.leave(ties, form="mail") == 2
    assert Subscription.objects.values_list("since").distinct().count() == 1


def test_a_category_is_merged_without_a_word_in_the_ledgers(harbour: Publication) -> None:
    markets, science = choices.live(harbour)
    tie = reading(harbour, categories=[markets])
    assert subscriptions.merge_bits(harbour, markets, science) == 1
    row, entry, told = written(harbour)
    assert row["choice"] == {"categories": ["science"], "new": False, "tail_links": True}
    assert (entry, told) == (None, [])
    assert tie.pk


# --- the events ---------------------------------------------------------------------------------


def told(publication: Publication, kind: str, at: dt.datetime, **detail: Any) -> Event:
    return Event.objects.create(
        publication=publication, subscription_id=1, kind=kind, at=at, detail=detail
    )


def test_movement_counts_who_became_active_and_who_left(harbour: Publication) -> None:
    week = NOW - dt.timedelta(days=7)
    for kind in ("confirmed", "entered", "returned", "left", "withdrawn", "requested", "erased"):
        told(harbour, kind, NOW)
    told(harbour, "left", week)
    told(harbour, "left", week - dt.timedelta(seconds=1))
    told(builders.publication("quay"), "confirmed", NOW)
    assert events.movement(harbour, week) == events.Movement(joined=3, left=2)


def test_old_events_are_deleted_in_batches(
    harbour: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "BATCH", 3)
    old = NOW - events.KEEP
    for _ in range(7):
        told(harbour, "left", old - dt.timedelta(seconds=1))
    kept = [told(harbour, "left", old), told(harbour, "left", NOW)]
    assert events.sweep(NOW) == 7
    assert list(Event.objects.order_by("pk")) == kept
    told(harbour, "left", old - dt.timedelta(seconds=1))
    assert events.sweep(NOW) == 0  # At most once an hour.
    assert events.sweep(NOW + dt.timedelta(hours=2)) == 2


def test_an_event_outlives_a_subscription_that_was_never_confirmed(harbour: Publication) -> None:
    tie = waiting(harbour)
    assert expire(tie)
    assert not Subscriber.objects.exists()
    assert Event.objects.get().subscription_id == tie.pk


def test_an_import_tells_one_event_a_reader(harbour: Publication) -> None:
    states = ["active"] * 3 + ["pending"] * 2 + ["unsubscribed"]
    rows = [
        csv_row(state, harbour, key=f"{n:032x}", address=f"reader{n}@example.org")
        for n, state in enumerate(states)
    ]
    reading(harbour)
    by_file(harbour).insert(rows, NOW)
    by_file(harbour).insert(
        [csv_row("active", harbour, key=f"{9:032x}", address="nine@example.org")], NOW
    )
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["entered"] * 3 + ["requested"] * 2 + ["entered"]
    named = Event.objects.values_list("subscription", flat=True)
    assert set(named) == set(
        Subscription.objects.filter(since=NOW).exclude(state="unsubscribed").values_list(
            "pk", flat=True
        )
    )  # fmt: skip


# --- nobody else writes -------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]
ROOM = ROOT / "subscribers" / "subscriptions"
COLUMNS = {"state", "choice", "rhythm", "paused_until", "language", "confirmed_at", "since"}
# Columns no other model has: nobody may set them, whatever the row is called.
OURS = {"choice", "rhythm", "paused_until", "confirmed_at", "since"}
MAKERS = {
    "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete", "save",
}  # fmt: skip
SQL = ("insert into subscribers_subscription", "update subscribers_subscription",
       "delete from subscribers_subscription")  # fmt: skip


def _begins(node: ast.expr, names: dict[str, list[ast.expr]]) -> set[str]:
    """What a chain of calls may begin with: `Subscription.objects.filter(…)` -> Subscription.

    A name is followed to all it is given anywhere in the module, so `rows = …` on one line and
    `rows.update(…)` on another are one chain; `x.subscriptions` is a reader's rows.
    """
    found: set[str] = set()
    waiting, seen = [node], set[str]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            waiting.append(node.func)
        elif isinstance(node, ast.Attribute):
            if node.attr == "subscriptions":
                found.add("Subscription")
            else:
                waiting.append(node.value)
        elif isinstance(node, ast.Name) and node.id in seen:
            continue
        elif isinstance(node, ast.Name) and node.id in names:
            seen.add(node.id)
            waiting += names[node.id]
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found


def writers(source: str) -> list[str]:
    """Statements of a module that write a subscription's state, as `line: what`."""
    tree = ast.parse(source)
    names: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.arg) and node.annotation is not None:
            names.setdefault(node.arg, []).append(node.annotation)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = " ".join(node.value.lower().split())
            if any(f"{begin} " in f"{words} " or f"{begin}(" in words for begin in SQL):
                found.append(f"{node.lineno}: SQL")
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if not isinstance(target, ast.Attribute) or target.attr not in COLUMNS:
                    continue
                rows = _begins(target.value, names)
                # An unknown row may be one of ours; a row of a CSV file (`Entry`) is none.
                unknown = not any(name[:1].isupper() for name in rows)
                if "Subscription" in rows or (unknown and target.attr in OURS):
                    found.append(f"{node.lineno}: .{target.attr} =")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "Subscription":
                found.append(f"{node.lineno}: Subscription(…)")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            fields = {keyword.arg for keyword in node.keywords if keyword.arg}
            ours = "Subscription" in _begins(node.func.value, names)
            if node.func.attr == "update" and (fields & OURS or (ours and fields & COLUMNS)):
                found.append(f"{node.lineno}: update {sorted(fields & COLUMNS)}")
            elif node.func.attr in MAKERS and ours:
                found.append(f"{node.lineno}: {node.func.attr}")
    return found


def test_only_the_room_of_subscriptions_writes_their_state() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("newsletter", "subscribers")
        for path in (ROOT / folder).rglob("*.py")
        if ROOM not in path.parents and "migrations" not in path.parts
        for line in writers(path.read_text())
    }
    assert not found, "call a verb of subscribers/subscriptions/ instead"


@pytest.mark.parametrize(
    "source",
    [
        "Subscription.objects.filter(pk=1).update(state='active')",
        "rows = Subscription.objects.filter(pk=1)\nrows.exclude(pk=2).update(language='en')",
        "anything.update(paused_until=None)",
        "reader.subscriptions.filter(pk=1).update(state='active')",
        "Subscription.objects.create(subscriber=person)",
        "Subscription.objects.bulk_create(rows)",
        "Subscription(subscriber=person).save()",
        "Subscription.objects.filter(pk=1).delete()",
        "tie = Subscription.objects.get(pk=1)\ntie.state = 'active'",
        "row.confirmed_at = now",
        "cursor.execute('UPDATE subscribers_subscription SET state = 1')",
        "cursor.execute('''INSERT INTO subscribers_subscription (id) VALUES (1)''')",
    ],
)
def test_every_way_to_write_a_subscription_is_found(source: str) -> None:
    assert writers(source)


@pytest.mark.parametrize(
    "source",
    [
        "Subscription.objects.filter(pk=1).update(asked_at=now)",
        "Issue.objects.filter(pk=1).update(state='sent')",
        "job.state = 'done'",
        "def fill(entry: Entry):\n    entry.rhythm = 'weekly'",
        "Subscription.objects.filter(state='active').count()",
    ],
)
def test_what_does_not_write_a_subscription_is_not_found(source: str) -> None:
    assert not writers(source)
