"""What editors are told by mail: who, of what, in which language, how often."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import django.core.mail
import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import importing, notices
from newsletter.models import (
    Alert,
    ImportWarning,
    Notice,
    NoticeChoice,
    NoticeReader,
    OutboxEvent,
    Revision,
    Webhook,
)
from newsletter.notices import clear_alert, raise_alert
from newsletter.notices.channels import known
from newsletter.notices.types import ALERTS, TYPES
from newsletter.sending import control, releasing
from subscribers import mailing
from subscribers.models import Publication, Role, ServiceMail
from tests import builders
from tests.conftest import ROOT
from tests.intake.programs import DIGEST

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def harbour() -> Publication:
    return builders.publication()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def person(
    name: str, publication: Publication | None, *types: str, language: str = "en", **extra: Any
) -> Any:
    user = get_user_model().objects.create_user(
        name, f"{name}@example.org", is_staff=True, is_superuser=publication is None, **extra
    )
    if publication is not None:
        Role.objects.create(user=user, publication=publication, kind=Role.Kind.EDITOR)
    NoticeReader.objects.create(user=user, language=language)
    for one in types:
        NoticeChoice.objects.create(user=user, publication=publication, type=one)
    return user


def draft(publication: Publication) -> Any:
    issue = builders.issue(publication)
    builders.item(issue, builders.category(publication, "Ships"), "A ship came in")
    return issue


def mails() -> list[EmailMessage]:
    """What was mailed since the last call."""
    notices.sweep()
    mailing.sweep()
    outbox = getattr(django.core.mail, "outbox", [])
    found = list(outbox)
    outbox.clear()
    return found


def test_who_chose_it_is_told_in_their_language_with_the_page(
    harbour: Publication, clock: Any
) -> None:
    person("emma", harbour, "issue.scheduled")
    person("li", harbour, "issue.scheduled", language="zh-hans")
    person("paul", harbour, "issue.paused")
    issue = draft(harbour)
    releasing.release(issue, by="olga")
    found = {mail.to[0]: mail for mail in mails()}
    assert set(found) == {"emma@example.org", "li@example.org"}
    emma = found["emma@example.org"]
    assert emma.subject.startswith("Harbour Daily: olga released “Harbour Daily - 2026-03-02”")
    page = reverse("admin:newsletter_issue_progress", args=[issue.pk])
    assert f"http://127.0.0.1:8000{page}" in emma.body
    assert emma.extra_headers["Content-Language"] == "en"
    assert found["li@example.org"].extra_headers["Content-Language"] == "zh-Hans"
    assert mails() == []


def test_opening_the_page_of_a_notice_changes_nothing(harbour: Publication, clock: Any) -> None:
    emma = person("emma", harbour, "issue.scheduled")
    issue = draft(harbour)
    releasing.release(issue, by="olga")
    client = Client()
    client.force_login(emma)
    client.get(reverse("admin:newsletter_issue_progress", args=[issue.pk]))
    issue.refresh_from_db()
    assert issue.state == "scheduled"


def test_what_follows_within_minutes_is_one_mail(harbour: Publication, clock: Any) -> None:
    person("emma", harbour, "issue.scheduled", "issue.paused")
    issue = draft(harbour)
    releasing.release(issue, by="olga")
    assert len(mails()) == 1
    for number in range(3):
        control.audit(issue, "worker", "pause", reason=f"Reason {number}.")
        assert mails() == []
    clock.shift(dt.timedelta(minutes=5))
    (mail,) = mails()
    assert mail.subject.endswith("And 2 more")
    for number in range(3):
        assert f"is paused. Reason {number}." in mail.body


def test_each_of_several_pages_says_what_it_is_for(harbour: Publication, clock: Any) -> None:
    person("emma", harbour, "issue.scheduled", "issue.paused")
    one, other = draft(harbour), builders.issue(harbour, "2026-03-03")
    builders.item(other, harbour.categories.get(), "A ship left")
    releasing.release(one, by="olga")
    releasing.release(other, by="olga")
    control.audit(one, "worker", "pause", reason="A reason.")
    (mail,) = mails()
    first, second, third = (mail.body.index(f"({number}) Harbour Daily:") for number in (1, 2, 3))
    assert first < second < third < mail.body.index("Open the page (1, 3):")
    page = reverse("admin:newsletter_issue_progress", args=[other.pk])
    assert f"Open the page (2):\nhttp://127.0.0.1:8000{page}" in mail.body


def test_who_may_not_see_it_any_more_is_not_told(harbour: Publication, clock: Any) -> None:
    gone = person("gone", harbour, "issue.scheduled")
    Role.objects.filter(user=gone).delete()
    person("away", harbour, "issue.scheduled", is_active=False)
    other = builders.publication("other")
    person("else", other, "issue.scheduled")
    releasing.release(draft(harbour), by="olga")
    assert mails() == []
    assert not Notice.objects.exists()


def test_a_draft_its_problems_and_the_approval_it_wants(harbour: Publication, clock: Any) -> None:
    harbour.needs_approval = True
    harbour.save()
    wanted = ["issue.drafted", "issue.problems", "issue.approval_wanted"]
    person("emma", harbour, *wanted)
    issue = draft(harbour)
    warning = ImportWarning.objects.create(issue=issue, mark="a", code="no-source", line=7)
    Revision.objects.create(issue=issue, number=1, kind=Revision.Kind.IMPORT)
    notices.sweep()
    ImportWarning.objects.filter(pk=warning.pk).delete()
    Revision.objects.create(issue=issue, number=2, kind=Revision.Kind.IMPORT)
    notices.sweep()
    told = list(OutboxEvent.objects.order_by("pk").values_list("type", "data__problems"))
    assert told == [
        ("issue.drafted", None),
        ("issue.problems", [{"code": "no-source", "line": 7}]),
        ("issue.drafted", None),
        ("issue.approval_wanted", None),
    ]
    assert [mail.to for mail in mails()] == [["emma@example.org"]]


def test_a_story_that_was_told_before_is_something_to_look_at(
    harbour: Publication, clock: Any
) -> None:
    for number, day in enumerate(("2026-03-02", "2026-03-03"), 1):
        text = DIGEST.replace("2026-03-02", day).replace("/bridge", f"/bridge/{number}")
        text = text.replace(
            "A bridge is closed", ("Bees move north", "Oil price falls")[number - 1]
        )
        importing.import_digest(harbour, text.encode(), "", create_categories=True)
    notices.sweep()
    told = list(OutboxEvent.objects.order_by("pk").values_list("type", "data__problems"))
    assert told == [
        ("issue.drafted", None),
        ("issue.drafted", None),
        ("issue.problems", [{"code": "seen_before", "line": 3}]),
    ]


def test_every_type_that_is_offered_has_its_sentence(harbour: Publication) -> None:
    from newsletter.notices.telling import told

    issue = draft(harbour)
    for one in TYPES:
        if one.to_people:
            data = {"id": issue.pk, "title": "T", "by": "olga"}
            if one.code == "alert":
                data = {"kind": "disk", "key": "data", "since": START.isoformat()}
            event = OutboxEvent(type=one.code, publication=harbour, at=START, data=data)
            said = told(event, harbour)
            assert said.text.startswith("Harbour Daily"), one.code
            assert "%(" not in said.text, one.code
            assert said.url.startswith("http://127.0.0.1:8000/admin/"), one.code


# ---- alerts


def test_an_alert_is_a_row_before_it_is_a_mail(harbour: Publication, clock: Any) -> None:
    person("olga", None, "alert")
    assert raise_alert("disk", "data", {"text": "12 MB free"})
    assert Alert.objects.count() == OutboxEvent.objects.count() == 1
    assert ServiceMail.objects.count() == 0
    (mail,) = mails()
    assert mail.to == ["olga@example.org"]
    assert mail.subject == "The disk is almost full. 12 MB free"
    assert ServiceMail.objects.get().by_alert_relay


def test_while_it_lasts_it_is_told_once_a_day(harbour: Publication, clock: Any) -> None:
    person("olga", None, "alert")
    told = []
    for _hour in range(49):
        told.append(raise_alert("disk", "data"))
        clock.shift(dt.timedelta(hours=1))
    assert [hour for hour, new in enumerate(told) if new] == [0, 24, 48]
    assert Alert.objects.get().times == 49
    assert clear_alert("disk", "data")
    assert not clear_alert("disk", "data")


def said_of_alerts(clock: Any, minutes: int, wrong: Callable[[int], bool]) -> list[str]:
    """What is told of a disk in so many minutes, each with its minute: `0 begins`, `25 over`."""
    found = []
    for minute in range(minutes):
        if wrong(minute):
            raise_alert("disk", "data", {"free_mb": 12})
        else:
            clear_alert("disk", "data")
        notices.sweep()
        new = OutboxEvent.objects.filter(spread_at=timezone.now()).order_by("pk")
        words = {"alert": "begins", "alert.ended": "over"}
        found += [f"{minute} {words[one.type]}" for one in new]
        clock.shift(dt.timedelta(minutes=1))
    return found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        # A fault of a quarter of an hour is over when it has been well for ten minutes.
        (lambda minute: minute < 15, ["0 begins", "25 over"]),
        # Wrong every other minute: one fault that lasts, and is not over between.
        (lambda minute: minute % 2 == 0, ["0 begins"]),
        (lambda minute: minute < 120 and minute % 2 == 0, ["0 begins", "129 over"]),
        # Well for nine minutes is not over; for eleven it is, and then the next is news at once.
        (lambda minute: minute % 14 < 5, ["0 begins"]),
        # From the second time on it must stay well for an hour, so this is told thrice and no more.
        (lambda minute: minute % 16 < 5, ["0 begins", "15 over", "16 begins"]),
        (lambda minute: minute in (0, 30, 150),
         ["0 begins", "11 over", "30 begins", "91 over", "150 begins", "211 over"]),
    ],
)  # fmt: skip
def test_what_was_told_is_told_to_be_over_once_and_only_when_it_is(
    wrong: Callable[[int], bool], told: list[str], harbour: Publication, clock: Any
) -> None:
    assert said_of_alerts(clock, 300, wrong) == told


def test_the_end_goes_by_the_same_ways_in_the_same_words(harbour: Publication, clock: Any) -> None:
    hook = Webhook.objects.create(
        name="Pager", url="https://example.org/", types=["alert"], secret="whsec_AAAA"
    )
    person("olga", None, "alert")
    raise_alert("disk", "data", {"free_mb": 12})
    (first,) = mails()
    clock.shift(dt.timedelta(minutes=20))
    assert clear_alert("disk", "data") and mails() == []
    clock.shift(dt.timedelta(minutes=10))
    (last,) = mails()
    assert (first.to, last.to) == (["olga@example.org"],) * 2
    assert last.subject == (
        "Over: The disk is almost full. 12 MB are free"
        " (from 2026-03-02 08:00 UTC to 2026-03-02 08:20 UTC)"
    )
    assert ServiceMail.objects.order_by("pk").last().by_alert_relay
    begun, ended = [one.event for one in hook.deliveries.order_by("event_id")]
    assert (begun.type, ended.type) == ("alert", "alert.ended")
    assert ended.data == {
        "kind": "disk",
        "key": "data",
        "since": START.isoformat(),
        "until": (START + dt.timedelta(minutes=20)).isoformat(),
        "detail": {"free_mb": 12},
    }
    clock.shift(dt.timedelta(days=2))
    assert mails() == []


def test_an_end_that_is_told_already_is_not_taken_back(harbour: Publication, clock: Any) -> None:
    raise_alert("relay", "main")
    clear_alert("relay", "main")
    clock.shift(dt.timedelta(minutes=10))
    notices.sweep()
    assert raise_alert("relay", "main")
    assert Alert.objects.filter(cleared_at__isnull=True).count() == 1
    assert Alert.objects.count() == 2


def test_what_a_person_acted_on_and_failed_again_is_news_at_once(
    harbour: Publication, clock: Any
) -> None:
    assert raise_alert("canary", "issue:1")
    clear_alert("canary", "issue:1")
    clock.shift(dt.timedelta(minutes=1))
    assert raise_alert("canary", "issue:1")  # Somebody let it go on, and it failed again.
    assert [one.type for one in OutboxEvent.objects.all()] == ["alert", "alert"]


def test_what_is_too_old_to_speak_of_does_not_end_with_a_word(
    harbour: Publication, clock: Any
) -> None:
    raise_alert("complaints", "issue:1")
    clear_alert("complaints", "issue:1", tells=False)
    assert [one.type for one in OutboxEvent.objects.all()] == ["alert"]


def test_many_alerts_at_once_are_one_mail_and_none_is_lost(
    harbour: Publication, clock: Any
) -> None:
    person("olga", None, "alert")
    for number in range(30):
        raise_alert("mailbox", f"box-{number}")
    (first,) = mails()
    clock.shift(dt.timedelta(minutes=5))
    (second,) = mails()
    assert [f"box-{n}" in first.body + second.body for n in range(30)] == [True] * 30
    clock.shift(dt.timedelta(minutes=5))
    assert mails() == []


def test_a_publications_alert_is_its_own_peoples(harbour: Publication, clock: Any) -> None:
    person("olga", None, "alert")
    person("emma", harbour, "alert")
    raise_alert("stuck", "issue:1", publication=harbour)
    assert [mail.to for mail in mails()] == [["emma@example.org"]]


def test_an_unknown_kind_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        raise_alert("nonsense", "x")


def test_every_kind_of_alert_is_raised_by_something_and_cleared_by_something() -> None:
    """A kind that nothing raises is a promise that nobody keeps."""
    rooms = ("sending/watching.py", "sending/engine/turning.py", "bounces/mailboxes.py")
    rooms += ("notices/channels/webhook.py", "config/housekeeping/tasks.py")
    raised = "".join((ROOT / "newsletter" / room).read_text() for room in rooms)
    found = set(re.findall(r'(?:raise_alert\(|_say\()[^()]*?"([a-z_]+)"', raised))
    found |= set(re.findall(r'_say\(now - since >= STUCK_AFTER, "([a-z]+)"', raised))
    assert found == set(ALERTS)


@pytest.mark.parametrize(
    ("kind", "key", "detail", "said", "page"),
    [
        ("disk", "data", {"free_mb": 12}, "12 MB are free", "newsletter/noticechoice/"),
        ("worker", "sender", {"seen": ""}, "None was ever seen", "newsletter/noticechoice/"),
        ("worker", "sender", {"seen": "2026-03-02 07:00"}, "Last seen: 2026-03-02 07:00 UTC", ""),
        ("relay", "mx:25", {"cause": "dns", "relay": "mx:25 (connect)"}, "no address: mx:25", ""),
        ("relay", "mx:25", {"cause": "later", "relay": "mx:25"}, "mx:25", ""),
        ("service_mail", "waiting",
         {"number": 4, "since": "2026-03-02 07:00", "answer": "login 535"},
         "4 mails wait, the first since 2026-03-02 07:00 UTC:"
         " the mail server refused our login: 535", "newsletter/noticechoice/"),
        ("bounces", "incident:3", {"about": "issue:7", "refusals": 9, "attempts": 20},
         "9 of 20 readers tried", "newsletter/issue/7/progress/"),
        ("stuck", "issue:7", {"text": "100 % ready"}, "100 % ready", "issue/7/progress/"),
        ("bounces", "incident:3", {}, "incident:3", ""),
    ],
)  # fmt: skip
def test_what_an_alert_says_and_which_page_it_opens(
    kind: str, key: str, detail: dict[str, Any], said: str, page: str
) -> None:
    from newsletter.notices.telling import told

    data = {"kind": kind, "key": key, "since": START.isoformat(), "detail": detail}
    found = told(OutboxEvent(type="alert", at=START, data=data), None)
    assert said in found.text
    assert page in found.url


def test_who_is_told_of_an_alert_may_open_its_page(harbour: Publication) -> None:
    """An editor who neither cares for readers nor sets anything up gets no page that refuses."""
    from newsletter.notices.telling import told

    client = Client()
    client.force_login(person("emma", harbour))
    issue = draft(harbour)
    for key, about in (("webhook:1", ""), ("incident:1", f"issue:{issue.pk}"), ("data", "")):
        data = {"kind": "bounces", "key": key, "since": START.isoformat()}
        data["detail"] = {"about": about}
        url = told(OutboxEvent(type="alert", at=START, data=data), harbour).url
        answer = client.get(url.removeprefix("http://127.0.0.1:8000"), follow=True)
        assert answer.status_code == 200, key


def test_an_alert_reaches_a_webhook(harbour: Publication) -> None:
    Webhook.objects.create(
        name="Pager", url="https://example.org/", types=["alert"], secret="whsec_AAAA"
    )
    raise_alert("worker", "sender", {"text": "last seen long ago"})
    notices.spreading.spread(START)
    (delivery,) = Webhook.objects.get().deliveries.all()
    assert delivery.event.data["kind"] == "worker"


def test_a_mail_that_cannot_be_written_is_no_silence_on_the_webhooks(
    harbour: Publication, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [channel.name for channel in known()] == ["mail", "webhook"]
    person("olga", None, "alert")
    raise_alert("disk", "data")
    with monkeypatch.context() as broken:
        broken.setattr(mailing, "write", _fails)
        notices.sweep()
    clock.shift(dt.timedelta(minutes=5))
    assert len(mails()) == 1  # And the notice waits.


def _fails(*args: Any, **options: Any) -> None:
    raise RuntimeError


# ---- the page


def test_the_page_offers_ones_own_publications_and_keeps_the_choice(harbour: Publication) -> None:
    other = builders.publication("other", name="Other Weekly")
    emma = person("emma", harbour)
    client = Client()
    client.force_login(emma)
    url = reverse("admin:newsletter_noticechoice_changelist")
    page = client.get(url).content.decode()
    assert "daily:issue.paused" in page
    assert "Other Weekly" not in page
    tell = ["daily:issue.paused", "daily:alert", "other:alert", ":alert", "daily:subscriber.left"]
    assert client.post(url, {"tell": tell, "language": "zh-hans"}).status_code == 302
    assert sorted(emma.notice_choices.values_list("publication", "type")) == [
        (harbour.pk, "alert"),
        (harbour.pk, "issue.paused"),
    ]
    assert NoticeReader.objects.get(user=emma).language == "zh-hans"
    assert not NoticeChoice.objects.filter(publication=other).exists()
    client.post(url, {"tell": [], "language": "en"})
    assert not emma.notice_choices.exists()
