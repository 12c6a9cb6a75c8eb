"""How often: a round-up is offered where the publication keeps one, and nowhere else."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import django.core.mail
import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from newsletter import sending
from subscribers import housekeeping, rhythm, suppression
from subscribers.emails import relay
from subscribers.links import Purpose, make
from subscribers.lists import importing as csv_in
from subscribers.lists.plan import Options
from subscribers.lists.source import look as look_at
from subscribers.models import AuditEntry, ConsentEvent, ImportProblem, Publication, Subscription
from tests import builders
from tests.test_switches import fill, filled

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = pytest.mark.parametrize("kept", ["weekly", "monthly"])


@pytest.fixture
def harbour() -> Publication:
    publication = builders.publication()
    builders.category(publication, "Tides")
    return publication


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("olga", "olga@example.org"))
    return client


def keeping(publication: Publication, kept: str) -> Publication:
    Publication.objects.filter(pk=publication.pk).update(roundup=kept)
    publication.refresh_from_db()
    return publication


# ---- where none is kept


def test_a4_the_sign_up_form_offers_none_and_refuses_one(
    client: Client, harbour: Publication
) -> None:
    path = f"/{harbour.slug}/subscribe/"
    page = client.get(path).content.decode()
    assert "weekly" not in page and 'name="rhythm"' not in page
    answer = client.post(path, {"address": "alice@example.org", "rhythm": "weekly"})
    assert answer.status_code == 422
    assert "sends nothing in this rhythm" in answer.content.decode()
    assert not Subscription.objects.exists()
    assert client.post(path, {"address": "alice@example.org"}).status_code == 303
    assert Subscription.objects.get().rhythm == "every"


def test_a4_preferences_offer_none_and_refuse_one(client: Client, harbour: Publication) -> None:
    reader = builders.subscription(harbour, "alice@example.org")
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    page = client.get(path).content.decode()
    assert "round-up" not in page and 'name="rhythm"' not in page
    assert client.post(path, {"action": "save", "rhythm": "weekly"}).status_code == 422
    reader.refresh_from_db()
    assert reader.rhythm == "every"


def test_who_has_one_keeps_it_is_told_and_can_change(client: Client, harbour: Publication) -> None:
    reader = builders.subscription(harbour, "alice@example.org", rhythm="weekly")
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    page = client.get(path).content.decode()
    assert "Nothing is sent in this rhythm at present" in page
    assert 'value="weekly" checked' in " ".join(page.split()) and 'value="every"' in page
    for said, stored in (({}, "weekly"), ({"rhythm": "weekly"}, "weekly"),
                         ({"rhythm": "every"}, "every")):  # fmt: skip
        assert client.post(path, {"action": "save", **said}).status_code == 303
        reader.refresh_from_db()
        assert reader.rhythm == stored
    assert client.post(path, {"action": "save", "rhythm": "weekly"}).status_code == 422


def test_a4_the_interface_says_that_there_is_no_round_up(
    client: Client, harbour: Publication
) -> None:
    path = f"/api/publications/{harbour.slug}/subscribe/"
    wish = {"address": "alice@example.org", "rhythm": "weekly"}
    answer = client.post(path, wish, "application/json")
    assert answer.status_code == 422
    assert answer.json()["problems"] == [
        {
            "field": "rhythm",
            "code": "unserved",
            "message": "the publication does not send in this rhythm; it has: every",
        }
    ]
    assert client.get("/api/publications/").json()[0]["rhythms"] == ["every"]
    assert client.post(path, {**wish, "rhythm": "every"}, "application/json").status_code == 202


def read(tmp_path: Path, publication: Publication, text: str) -> None:
    path = tmp_path / "readers.csv"
    path.write_text(text)
    options = Options(consent="signed forms, folder 7")
    csv_in.run(look_at(path, options), publication, options)


def test_a4_a_file_that_says_weekly_is_told_by_row(tmp_path: Path, harbour: Publication) -> None:
    read(
        tmp_path,
        harbour,
        "email,frequency\nalice@example.org,Weekly\nbob@example.org,every\ncharlie@example.org,\n",
    )
    assert list(Subscription.objects.values_list("rhythm", flat=True)) == ["every"] * 3
    problem = ImportProblem.objects.get()
    assert (problem.line, problem.column, problem.level, problem.code, problem.message) == (
        2,
        "frequency",
        "warning",
        "rhythm",
        "The rhythm “Weekly” is not served; the reader gets every issue.",
    )


@pytest.mark.parametrize(
    ("readers", "sentence"),
    [
        (1, "1 reader chose a round-up, which nothing sends."),
        (12, "12 readers chose a round-up, which nothing sends."),
    ],
)
def test_a4_plan_and_preflight_say_how_many_would_be_lost(
    client: Client, harbour: Publication, capsys: Any, readers: int, sentence: str
) -> None:
    issue = builders.issue(harbour)
    builders.item(issue, harbour.categories.get(), "High water")
    builders.subscription(harbour, "alice@example.org")
    builders.subscription(harbour, "left@example.org", rhythm="weekly", state="unsubscribed")
    other = builders.publication("other")
    builders.subscription(other, "bob@example.org", rhythm="weekly")
    assert not any("round-up" in warning for warning in sending.plan(issue).warnings)
    for number in range(readers):
        builders.subscription(harbour, f"weekly{number}@example.org", rhythm="weekly")
    plan = sending.plan(issue)
    assert sentence in plan.warnings
    assert (plan.mails, plan.none) == (1, {"rhythm": readers})
    call_command("plan_issue", harbour.slug, issue.slug, "--json")
    assert sentence in json.loads(capsys.readouterr().out)["warnings"]
    client.force_login(get_user_model().objects.create_superuser("alice", "alice@example.org"))
    for page in ("preflight", "send"):
        shown = client.get(f"/admin/newsletter/issue/{issue.pk}/{page}/").content.decode()
        assert sentence in shown, page
    keeping(harbour, "weekly")
    issue.refresh_from_db()
    assert not any("round-up" in warning for warning in sending.plan(issue).warnings)


# ---- where one is kept


@KEPT
def test_forms_preferences_interface_and_files_offer_what_is_kept(
    client: Client, harbour: Publication, tmp_path: Path, kept: str
) -> None:
    keeping(harbour, kept)
    other = {"weekly": "monthly", "monthly": "weekly"}[kept]
    path = f"/{harbour.slug}/subscribe/"
    for address in (path, f"{path}embed/"):
        page = client.get(address).content.decode()
        assert f'value="{kept}"' in page and f'value="{other}"' not in page
        assert "Nothing is sent in this rhythm" not in page
    assert client.post(path, {"address": "a@example.org", "rhythm": other}).status_code == 422
    assert client.post(path, {"address": "a@example.org", "rhythm": kept}).status_code == 303
    assert Subscription.objects.get().rhythm == kept
    reader = builders.subscription(harbour, "b@example.org")
    mine = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    assert f'value="{kept}"' in client.get(mine).content.decode()
    assert client.post(mine, {"action": "save", "rhythm": other}).status_code == 422
    assert client.post(mine, {"action": "save", "rhythm": kept}).status_code == 303
    reader.refresh_from_db()
    assert reader.rhythm == kept
    assert client.get("/api/publications/").json()[0]["rhythms"] == ["every", kept]
    wish = {"address": "c@example.org", "rhythm": kept}
    api = f"/api/publications/{harbour.slug}/subscribe/"
    assert client.post(api, wish, "application/json").status_code == 202
    assert client.post(api, {**wish, "rhythm": other}, "application/json").status_code == 422
    read(tmp_path, harbour, f"email,frequency\nd@example.org,{kept}\ne@example.org,{other}\n")
    rhythms = Subscription.objects.values_list("subscriber__address", "rhythm")
    assert dict(rhythms) == {
        "a@example.org": kept, "b@example.org": kept, "c@example.org": kept,
        "d@example.org": kept, "e@example.org": "every",
    }  # fmt: skip


def test_a_change_of_rhythm_is_dated_and_another_change_is_not(harbour: Publication) -> None:
    from subscribers import subscriptions

    keeping(harbour, "weekly")
    with time_machine.travel(builders.NOW, tick=False) as clock:
        reader = builders.subscription(harbour, "a@example.org")
        joined = reader.rhythm_since
        clock.move_to(builders.NOW + dt.timedelta(days=1))
        subscriptions.change(reader, clear=1, chosen=0, rhythm="every", form="mail")
        reader.refresh_from_db()
        assert reader.rhythm_since == joined
        subscriptions.change(reader, clear=0, chosen=0, rhythm="weekly", form="mail")
        reader.refresh_from_db()
        assert reader.rhythm_since == builders.NOW + dt.timedelta(days=1)


# ---- switching


def test_switching_between_weekly_and_monthly_keeps_readers_with_the_round_up(
    owner: Client, harbour: Publication
) -> None:
    keeping(harbour, "weekly")
    reader = builders.subscription(harbour, "a@example.org", rhythm="weekly")
    builders.subscription(harbour, "b@example.org")
    fill(owner, harbour, roundup="monthly")
    assert sorted(Subscription.objects.values_list("rhythm", flat=True)) == ["every", "monthly"]
    since = reader.rhythm_since
    reader.refresh_from_db()
    assert reader.rhythm_since == since
    entry = AuditEntry.objects.get(action="round-up readers moved")
    assert entry.detail == {"readers": 1}


def test_switching_it_off_says_how_many_depend_on_it(owner: Client, harbour: Publication) -> None:
    keeping(harbour, "weekly")
    for number in range(2):
        builders.subscription(harbour, f"{number}@example.org", rhythm="weekly")
    url = reverse("admin:subscribers_publication_change", args=[harbour.pk])
    answer = owner.post(url, filled(harbour, roundup="off"))
    assert answer.status_code == 200
    assert "2 readers get the round-up. Tick the box beside it" in answer.content.decode()
    harbour.refresh_from_db()
    assert harbour.roundup == "weekly"
    fill(owner, harbour, roundup="off", roundup_ends="on")
    assert harbour.roundup == "off" and harbour.roundup_changed_at is not None
    # Not before they were told.
    assert rhythm.unserved(harbour) == 2


def test_they_get_single_issues_after_a_mail_that_tells_them_so(
    owner: Client, harbour: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping(harbour, "weekly")
    told = builders.subscription(harbour, "told@example.org", rhythm="weekly")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    paused = builders.subscription(
        harbour, "paused@example.org", rhythm="weekly", paused_until=later
    )
    builders.subscription(harbour, "dead@example.org", rhythm="weekly")
    suppression.suppress("dead@example.org", "hard")
    fill(owner, harbour, roundup="off", roundup_ends="on")

    def unreachable(*args: Any, **options: Any) -> None:
        raise relay.NoRelay("unreachable")

    with monkeypatch.context() as broken:
        broken.setattr(relay, "send", unreachable)
        housekeeping.sweep()
    told.refresh_from_db()
    assert told.rhythm == "every"  # With the mail that says so, which is kept.
    assert outbox() == []
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)):
        housekeeping.sweep()
        housekeeping.sweep()
    (mail,) = outbox()
    assert mail.to == ["told@example.org"]
    assert mail.subject == "Harbour Daily: single issues instead of the round-up"
    assert dict(Subscription.objects.values_list("subscriber__address", "rhythm")) == {
        "told@example.org": "every", "paused@example.org": "weekly", "dead@example.org": "every",
    }  # fmt: skip
    assert ConsentEvent.objects.filter(kind="changed", form="roundup-ended").count() == 2
    # Who paused is told when the pause is over.
    with time_machine.travel(later + dt.timedelta(minutes=1)):
        housekeeping.sweep()
    assert outbox()[-1].to == ["paused@example.org"]
    paused.refresh_from_db()
    assert paused.rhythm == "every"


def outbox() -> list[EmailMessage]:
    return list(getattr(django.core.mail, "outbox", []))


def test_readers_of_0_1_0_are_moved_by_nobody_but_a_person(harbour: Publication) -> None:
    reader = builders.subscription(harbour, "alice@example.org", rhythm="weekly")
    housekeeping.sweep()
    assert outbox() == []
    reader.refresh_from_db()
    assert reader.rhythm == "weekly"
