"""The board: what goes next, what waits, how things went; and the pages it opens into."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from newsletter import editions
from newsletter.admin import went
from newsletter.bounces import effects
from newsletter.issues import approvals, ready
from newsletter.models import (
    Alert,
    Bounce,
    DayOff,
    Delivery,
    Edition,
    ImportWarning,
    Issue,
    Outcome,
    Relay,
    Roundup,
    Slot,
    Worker,
)
from newsletter.sending import figures
from newsletter.sending.engine.relays import servers
from subscribers import readership, subscriptions
from subscribers.models import (
    AuditEntry,
    Incident,
    Publication,
    ReaderChange,
    Role,
    Subscriber,
)
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
# A Monday, eight in the morning.
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication()
    builders.category(publication, "Ships")
    builders.category(publication, "Corn")
    return publication


def logged_in(publication: Publication, kind: str) -> Client:
    user = get_user_model().objects.create_user(kind, f"{kind}@example.org", is_staff=True)
    Role.objects.create(user=user, publication=publication, kind=kind)
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def board(client: Client, query: str = "") -> Any:
    answer = client.get(f"/admin/{query}")
    assert answer.status_code == 200
    return answer


def alive() -> None:
    Worker.objects.create(name="w1", machine="m", version="1", seen=NOW)


def scheduled(publication: Publication, at: dt.datetime) -> Issue:
    issue = builders.issue(publication)
    builders.item(issue, publication.categories.first(), "A ship came in")
    Issue.objects.filter(pk=issue.pk).update(state="scheduled", send_at=at)
    return issue


def sent(publication: Publication, addresses: list[str]) -> Issue:
    """An issue that was handed over to these, an hour ago."""
    ties = [builders.subscription(publication, one) for one in addresses]
    issue = builders.issue(publication, "2026-03-01")
    item = builders.item(issue, publication.categories.first(), "A ship came in")
    at = NOW - HOUR
    Issue.objects.filter(pk=issue.pk).update(
        state="sent", frozen=issue.revisions.create(number=1, kind="release"),
        frozen_at=at, finished_at=at, recipients=len(ties), sent=len(ties),
    )  # fmt: skip
    edition = Edition.objects.create(issue=issue, selection=1, items=[item.pk], readers=len(ties))
    for place, tie in enumerate(ties, 1):
        one = Delivery.objects.create(
            id=issue.first_delivery + place, issue=issue, subscription=tie, edition=edition
        )
        Outcome.objects.create(delivery=one, round=1, at=at, state="sent", code=250)
    issue.refresh_from_db()
    return issue


def test_what_goes_next_has_a_countdown_and_one_press_takes_it_back(daily: Publication) -> None:
    issue = scheduled(daily, NOW + 2 * HOUR)
    client = logged_in(daily, "sender")
    page = board(client).content.decode()
    assert 'data-countdown="7200"' in page
    undo = reverse("admin:newsletter_issue_act", args=[issue.pk, "undo"])
    assert f'action="{undo}"' in page
    client.post(undo)
    issue.refresh_from_db()
    assert (issue.state, issue.send_at) == ("draft", None)


def test_who_may_not_send_sees_the_countdown_and_no_way_back(daily: Publication) -> None:
    scheduled(daily, NOW + HOUR)
    page = board(logged_in(daily, "editor")).content.decode()
    assert 'data-countdown="3600"' in page
    assert "/act/undo/" not in page


@pytest.mark.parametrize(
    ("seen", "error", "says"),
    [
        (None, "", "No worker is running (last seen: never)"),
        (NOW - HOUR, "", "No worker is running (last seen: 2026-03-02 07:00"),
        (NOW, "connect: [Errno 111] refused", "The mail server cannot be reached"),
        (NOW, "connect: [Errno -2] Name or service not known", "name has no address"),
    ],
)
def test_c13_what_does_not_move_says_why(
    daily: Publication, seen: dt.datetime | None, error: str, says: str, settings: Any
) -> None:
    issue = sent(daily, ["alice@example.org"])
    Issue.objects.filter(pk=issue.pk).update(state="sending", finished_at=None)
    if seen:
        Worker.objects.create(name="w1", machine="m", version="1", seen=seen)
    if error:
        Relay.objects.create(
            name=servers()[0].name, failing_since=NOW - HOUR, last_error=error, failures=3
        )
    assert says in text(board(logged_in(daily, "sender")))


def test_c13_outside_the_hours_it_says_when_it_goes_on(daily: Publication) -> None:
    issue = sent(daily, ["alice@example.org"])
    Issue.objects.filter(pk=issue.pk).update(state="sending", finished_at=None)
    Publication.objects.update(send_from=dt.time(9, 0), send_until=dt.time(17, 0))
    alive()
    found = text(board(logged_in(daily, "sender")))
    assert "Outside the publication's hours. It goes on at 2026-03-02 09:00" in found.replace(
        "&#x27;", "'"
    )


def test_what_waits_is_what_this_user_may_do(daily: Publication) -> None:
    Publication.objects.update(needs_approval=True)
    draft = builders.issue(daily, "2026-03-02")
    ImportWarning.objects.create(issue=draft, mark="a", code="x")
    ImportWarning.objects.create(issue=draft, mark="b", code="x")
    stopped = sent(daily, ["alice@example.org"])
    Issue.objects.filter(pk=stopped.pk).update(state="paused", state_reason="Nobody knows.")
    stopped.revisions.create(number=2, kind="proposal", note="A slip.")
    Incident.objects.create(publication=daily, about=f"issue:{stopped.pk}", refusals=3)
    wanted = {
        "editor": {"2 warnings of the import to look at"},
        "approver": {"A draft to approve"},
        "sender": {
            "2 warnings of the import to look at",
            "A correction that was proposed",
            "Paused: go on, or stop it for good",
        },
        "reader_care": {"3 refusals are held for your decision"},
    }
    every = set().union(*wanted.values())
    for kind, sentences in wanted.items():
        found = text(board(logged_in(daily, kind)))
        assert {one for one in every if one in found} == sentences, kind


def test_a_draft_that_somebody_said_yes_to_waits_for_a_time(daily: Publication) -> None:
    draft = builders.issue(daily, "2026-03-03")
    builders.item(draft, daily.categories.first(), "A ship came in")
    sender = logged_in(daily, "sender")

    def waits() -> list[str]:
        return [one.text for one in board(sender).context["waiting"]]

    assert waits() == []
    AuditEntry.objects.create(
        actor="robot", publication=daily, action="release proposed", target=f"issue:{draft.pk}"
    )
    assert waits() == ["A program proposes to release it"]
    who = Role.objects.get(kind="sender").user
    ready.declare(draft, editions.load(draft), who)
    assert waits() == ["Ready, and no slot takes it: give it a time"]
    slot = {"weekdays": 1, "at": dt.time(9, 0), "created_at": NOW}
    Slot.objects.create(publication=daily, **slot)
    assert waits() == []
    draft.items.update(title="A ship came in, and left")
    assert waits() == ["Said to be ready, and changed since: look again"]
    Issue.objects.filter(pk=draft.pk).update(state="archived")
    assert waits() == []


def test_a_round_up_and_a_correction_mail_wait_for_who_may_send_them(daily: Publication) -> None:
    """Nobody wrote them, so nobody would look for them; one that goes by itself needs nobody."""
    about = {"since": NOW, "until": NOW, "begins_at": NOW - HOUR, "ends_at": NOW}
    whole = builders.issue(daily, slug="whole", kind="roundup", title="The week")
    Roundup.objects.create(publication=daily, issue=whole, **about)
    builders.issue(daily, slug="slip", kind="correction", title="A slip", corrects=whole)
    mine = builders.issue(daily, slug="mine", kind="roundup", title="What you missed")
    tie = builders.subscription(daily, "alice@example.org")
    Roundup.objects.create(publication=daily, issue=mine, subscription=tie, **about)
    sender = logged_in(daily, "sender")
    page = board(sender)
    assert [(one.text, one.about) for one in page.context["waiting"]] == [
        ("A round-up to look at and send", "The week"),
        ("A correction mail to look at and send", "A slip"),
        # Of one reader; it could not go by itself.
        ("A round-up to look at and send", "What you missed"),
    ]
    assert {one["issue"].title for one in page.context["drafts"]} == {"The week", "A slip"}
    assert board(logged_in(daily, "reader_care")).context["waiting"] == []
    Roundup.objects.update(goes=True)
    page = board(sender)
    assert [one.about for one in page.context["waiting"]] == ["A slip"]


def test_an_approved_draft_waits_for_a_time(daily: Publication) -> None:
    Publication.objects.update(needs_approval=True)
    draft = builders.issue(daily, "2026-03-03")
    builders.item(draft, daily.categories.first(), "A ship came in")
    sender = logged_in(daily, "sender")
    logged_in(daily, "approver")
    yes = Role.objects.get(kind="approver").user
    assert [one.text for one in board(sender).context["waiting"]] == []
    Issue.objects.filter(pk=draft.pk).update(approved_by=yes)
    approvals.give(draft, yes, Issue.Channels.ALL)
    (one,) = board(sender).context["waiting"]
    assert (one.text, one.address) == (
        "Approved, and without a time", f"/admin/newsletter/issue/{draft.pk}/send/"
    )  # fmt: skip


def test_another_time_is_a_step_away_wherever_a_scheduled_issue_is_shown(
    daily: Publication,
) -> None:
    issue = scheduled(daily, NOW + dt.timedelta(days=1))
    to = f'href="/admin/newsletter/issue/{issue.pk}/send/"'
    for kind, shown in (("sender", True), ("editor", False)):
        client = logged_in(daily, kind)
        page = board(client).content.decode()
        # On its way, and in the calendar.
        assert page.count(to) == (2 if shown else 0), kind
        listed = client.get("/admin/newsletter/issue/").content.decode()
        assert (to in listed) is shown, kind


def test_nothing_of_another_publication_is_on_the_board(daily: Publication) -> None:
    other = builders.publication("other", name="Other Paper", needs_approval=True)
    builders.issue(other, "2026-03-01", title="Their secret")
    scheduled(other, NOW + HOUR)
    builders.subscription(other, "zoe@example.org")
    Alert.objects.create(
        kind="stuck", about="issue:1", publication=other, detail={"text": "Theirs"}
    )
    page = text(board(logged_in(daily, "owner"), "?publication=other"))
    for word in ("Their secret", "Other Paper", "Theirs", "approve"):
        assert word not in page


def test_readers_won_and_lost_by_category(daily: Publication) -> None:
    ships, corn = daily.categories.all()
    alice = builders.subscription(daily, "alice@example.org", [ships])
    builders.subscription(daily, "bob@example.org", [ships, corn])
    ReaderChange.objects.update(at=NOW - dt.timedelta(days=5))
    builders.subscription(daily, "carol@example.org", [corn])
    subscriptions.leave([alice], form="one-click")
    ReaderChange.objects.filter(at__gt=NOW).update(at=NOW)
    answer = board(logged_in(daily, "editor"))
    (row,) = answer.context["readers"]
    assert (row["readers"], row["moved"]) == (2, readership.Moved(1, 1))
    assert [(one["readers"], one["moved"]) for one in row["categories"]] == [
        (1, readership.Moved(0, 1)),
        (2, readership.Moved(1, 0)),
    ]
    page = logged_in(daily, "owner").get("/admin/newsletter/issue/growth/daily/?days=7")
    lines = {one.name: one for one in page.context["lines"]}
    assert (lines["Ships"].readers, lines["Ships"].moved) == (1, readership.Moved(2, 1))
    assert page.context["whole"].moved == readership.Moved(3, 1)


def test_health_is_one_line(daily: Publication) -> None:
    client = logged_in(daily, "editor")
    assert "No worker has run yet" in text(board(client))
    alive()
    assert "All is well" in text(board(client))
    Alert.objects.create(kind="disk", about="data", detail={"free_mb": 12})
    found = text(board(client))
    assert "12 MB are free" in found
    assert "All is well" not in found


def test_the_calendar_has_slots_scheduled_issues_and_drafts_on_their_days(
    daily: Publication,
) -> None:
    Publication.objects.update(roundup="weekly", roundup_weekday=4, roundup_hour=17)
    Slot.objects.create(
        publication=daily, weekdays=0b0000101, at=dt.time(9, 0), created_at=NOW - HOUR
    )
    DayOff.objects.create(publication=daily, day=dt.date(2026, 3, 4))
    scheduled(daily, NOW + dt.timedelta(days=1))
    builders.issue(daily, "2026-03-05", title="A draft")
    answer = board(logged_in(daily, "editor"))
    found = {
        f"{day.day:%m-%d}": [(one.time, one.kind) for one in day.entries]
        for week in answer.context["calendar"]
        for day in week
        if day.entries
    }
    assert found["03-02"] == [("09:00", "slot")]
    assert found["03-03"] == [("08:00", "scheduled")]
    assert "03-04" not in found
    assert found["03-05"] == [("", "draft")]
    assert [day for day, on_it in found.items() if ("17:00", "roundup") in on_it] == [
        "03-06", "03-13", "03-20", "03-27", "04-03",
    ]  # fmt: skip
    assert found["03-09"] == [("09:00", "slot")]
    assert len(answer.context["calendar"]) == 5


def test_a14_reports_show_on_the_issue_and_on_the_board(daily: Publication) -> None:
    """20 of 20 handed over, 5 of which bounced hard, one complained, one left."""
    issue = sent(daily, [f"r{n:02}@{'a' if n < 15 else 'b'}.example" for n in range(20)])
    ties = list(daily.subscriptions.order_by("pk"))
    for place in range(5):
        Bounce.objects.create(
            subscriber_id=ties[place].subscriber_id, delivery_id=issue.first_delivery + place + 1,
            kind="hard", via="dsn", seen=f"h{place}",
        )  # fmt: skip
    effects.store(ties[5].subscriber, issue.first_delivery + 6, None, "arf", "abuse", "c", NOW)
    subscriptions.leave([ties[19]], form="one-click", at=NOW)
    client = logged_in(daily, "owner")
    answer = client.get(reverse("admin:newsletter_issue_went", args=[issue.pk]))
    assert dict(answer.context["totals"]) == {
        "handed over": 20, "deferred": 0, "refused": 0,
        "bounced hard": 5, "bounced soft": 0, "complained": 1, "left": 1,
    }  # fmt: skip
    tables = {name: lines for name, _title, lines in answer.context["tables"]}
    assert [(one.text, one.mails, list(one.numbers)) for one in tables["domains"]] == [
        ("a.example", 15, [15, 0, 0, 5, 0, 1, 0]),
        ("b.example", 5, [5, 0, 0, 0, 0, 0, 1]),
    ]
    assert [(one.text, one.mails) for one in tables["categories"]] == [("Ships", 20)]
    assert [one.text for one in tables["editions"]] == ["1 item: Ships"]
    assert "Why did this reader not get it?" in text(answer)
    figures.sweep()
    rows = board(client).context["issues_plot"].table.rows
    assert [list(numbers) for _text, _address, numbers in rows] == [[20, 0, 0, 5, 0, 1, 1]]


def test_only_who_cares_for_readers_may_ask_about_one(daily: Publication) -> None:
    issue = sent(daily, ["alice@example.org"])
    address = reverse("admin:newsletter_issue_went", args=[issue.pk])
    assert "Why did this reader" not in text(logged_in(daily, "editor").get(address))
    stranger = logged_in(builders.publication("other"), "owner")
    assert stranger.get(address).status_code == 404
    assert stranger.get("/admin/newsletter/issue/growth/daily/").status_code == 404


def test_why_a_reader_did_not_get_it_is_asked_by_any_part_of_the_name(daily: Publication) -> None:
    issue = sent(daily, ["li@example.org", "lina@example.org"])
    Subscriber.objects.filter(address="li@example.org").update(name="Li Wei")
    client = logged_in(daily, "reader_care")
    page = reverse("admin:newsletter_issue_why", args=[issue.pk])

    def asked(of: str) -> dict[str, Any]:
        answer = client.post(page, {"address": of})
        assert answer.status_code == 200
        return {name: answer.context[name] for name in ("whom", "perhaps", "answer")}

    assert asked("wei")["whom"] == "li@example.org" and asked("wei")["answer"]
    assert asked("LINA@example.org")["whom"] == "lina@example.org"
    several = asked("example.org")
    assert sorted(several["perhaps"]) == ["li@example.org", "lina@example.org"]
    assert not several["answer"]
    assert "Nobody with this name or address" in asked("nobody@example.net")["answer"]


def test_a_large_issue_is_shown_as_kept(daily: Publication, monkeypatch: Any) -> None:
    monkeypatch.setattr(went, "_COUNTED_HERE", 1)
    issue = sent(daily, ["alice@example.org", "bob@example.org"])
    address = reverse("admin:newsletter_issue_went", args=[issue.pk])
    client = logged_in(daily, "editor")
    assert "has not been counted yet" in text(client.get(address))
    figures.sweep()
    assert dict(client.get(address).context["totals"])["handed over"] == 2


def test_the_board_asks_as_much_of_many_readers_as_of_few(daily: Publication) -> None:
    client = logged_in(daily, "owner")
    sent(daily, ["alice@example.org"])
    figures.sweep()
    readership.sweep()
    board(client)
    with CaptureQueriesContext(
        connection,
    ) as few:
        board(client)
    for number in range(60):
        builders.subscription(daily, f"r{number}@example.org")
    with CaptureQueriesContext(connection) as many:
        board(client)
    assert len(many) <= len(few) + 1  # Its own readers' changes are not folded yet.
    asked = [one["sql"] for one in many if "subscribers_subscription" in one["sql"]]
    # Round-ups of 0.1.0 that nobody made: by the partial index of the few who chose one.
    assert not [sql for sql in asked if "rhythm" not in sql]
