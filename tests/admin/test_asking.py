"""A second person is asked, told, and shown what is new to them; what is sent back goes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from newsletter import notices, sending
from newsletter.issues.revisions import add_revision
from newsletter.models import Approval, ApprovalLook, Issue, Revision
from subscribers.models import Category, Limit, Publication, Role, ServiceMail
from tests import builders

from .test_pages import hidden, page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(builders.NOW, tick=False) as clock:
        yield clock


class Desk:
    """A draft that erin wrote; petra and paul may approve, olga owns the publication."""

    def __init__(self) -> None:
        self.daily = builders.publication(needs_approval=True)
        self.news = builders.category(self.daily, "News")
        builders.subscription(self.daily, "alice@example.org")
        self.issue = builders.issue(self.daily)
        self.item = builders.item(self.issue, self.news, "The pier opens")
        self.people = {
            "erin": self.person("erin", "editor"),
            "petra": self.person("petra", "approver"),
            "paul": self.person("paul", "approver"),
            "olga": self.person("olga", "owner"),
        }
        add_revision(self.issue, Revision.Kind.EDIT, self.people["erin"], note="")

    def person(self, name: str, kind: str) -> Any:
        made = get_user_model().objects.create_user(name, f"{name}@example.org", is_staff=True)
        Role.objects.create(user=made, publication=self.daily, kind=kind)
        return made

    def client(self, name: str) -> Client:
        made = Client()
        made.force_login(self.people[name])
        return made

    def ask(self, *names: str) -> None:
        who = [self.people[name].pk for name in names]
        self.client("erin").post(page("ask", self.issue), {"who": who})

    def told(self) -> list[tuple[str, str, str]]:
        """(to, subject, page) of every mail that was written since the last call."""
        Limit.objects.all().delete()
        notices.sweep()
        found = [
            (mail.address, mail.letter["subject"], mail.letter["button"]["url"])
            for mail in ServiceMail.objects.order_by("address")
        ]
        ServiceMail.objects.all().delete()
        return found

    def waits_for(self, name: str) -> list[str]:
        """What the board says of this draft to somebody."""
        html = self.client(name).get(reverse("admin:index"))
        return [one.text for one in html.context["waiting"] if "2026-03-02" in one.about]

    def approve_page(self, name: str) -> str:
        return self.page(name, "approve")

    def page(self, name: str, which: str) -> str:
        return self.client(name).get(page(which, self.issue)).content.decode()

    def approve(self, name: str, *, seen_by: str = "") -> Any:
        seen = hidden(self.approve_page(seen_by or name), "seen")
        return self.client(name).post(page("approve", self.issue), {"seen": seen}, follow=True)


@pytest.fixture
def desk(clock: Any) -> Desk:
    return Desk()


def test_who_is_asked_by_name_is_told_and_finds_it_first(desk: Desk) -> None:
    desk.ask("petra")
    subject = "Harbour Daily: erin asks you to approve “Harbour Daily - 2026-03-02”."
    assert [(to, said) for to, said, _page in desk.told()] == [("petra@example.org", subject)]
    assert desk.waits_for("petra") == ["erin asks you to approve it"]
    assert desk.waits_for("paul") == ["A draft to approve; asked for it: petra"]
    assert desk.waits_for("erin") == []


def test_a_queue_is_all_who_may_approve_whatever_they_chose(desk: Desk) -> None:
    desk.ask()
    told = desk.told()
    assert [to for to, _said, _page in told] == [
        "olga@example.org", "paul@example.org", "petra@example.org",
    ]  # fmt: skip
    # The mail leads to where the yes is said.
    assert {address.partition("/admin/")[2] for _to, _said, address in told} == {
        page("approve", desk.issue).partition("/admin/")[2]
    }
    assert desk.waits_for("paul") == ["A draft to approve"]


def test_nobody_is_asked_who_may_not_approve(desk: Desk) -> None:
    desk.client("erin").post(page("ask", desk.issue), {"who": [desk.people["erin"].pk, "x", "9"]})
    assert len(desk.told()) == 3  # As if nobody had been ticked.
    html = desk.client("erin").get(page("discussion", desk.issue)).content.decode()
    assert html.count('name="who"') == 3


def test_what_is_sent_back_waits_for_its_writers_until_they_ask_again(
    desk: Desk, clock: Any
) -> None:
    desk.ask("petra")
    desk.told()
    clock.shift(dt.timedelta(minutes=5))
    words = "The pier is not open yet."
    desk.client("petra").post(page("approve", desk.issue), {"what": "back", "words": words})
    assert desk.told() == [
        (
            "erin@example.org",
            "Harbour Daily: petra sent “Harbour Daily - 2026-03-02” back to be mended.",
            f"http://127.0.0.1:8000{page('discussion', desk.issue)}",
        )
    ]
    assert desk.waits_for("petra") == desk.waits_for("paul") == []
    assert desk.waits_for("erin") == [f"petra sent it back: {words}"]
    clock.shift(dt.timedelta(minutes=5))
    desk.ask("petra")
    assert desk.waits_for("petra") == ["erin asks you to approve it"]
    assert desk.waits_for("erin") == []


def test_a_yes_ends_what_was_sent_back(desk: Desk, clock: Any) -> None:
    desk.client("petra").post(page("approve", desk.issue), {"what": "back", "words": "No."})
    clock.shift(dt.timedelta(minutes=5))
    desk.approve("paul")
    desk.issue.items.update(insight="It is long.")
    assert desk.waits_for("erin") == []
    assert desk.waits_for("petra") == ["A draft to approve"]


def test_what_is_different_since_they_last_looked(desk: Desk, clock: Any) -> None:
    assert "Since you last looked" not in desk.approve_page("petra")
    clock.shift(dt.timedelta(hours=1))
    assert "Nothing that readers get is different." in desk.approve_page("petra")
    desk.issue.items.update(insight="It is long.")
    for _look in range(2):  # A visit is many looks.
        html = desk.approve_page("petra")
        assert "Since you last looked, 2026-03-02 08:00" in html
        assert "words of “The pier opens”" in html
    assert "Since you last looked" not in desk.approve_page("paul")
    clock.shift(dt.timedelta(hours=1))
    assert "words of “The pier opens”" not in desk.approve_page("petra")
    assert ApprovalLook.objects.count() == 2


def test_what_of_the_publication_is_different_since_its_last_issue(desk: Desk) -> None:
    last = builders.issue(desk.daily, "2026-03-01")
    builders.item(last, desk.news, "The pier is built")
    sending.approve(last, by=desk.people["petra"])
    assert "since its last issue" not in desk.approve_page("petra")
    Issue.objects.filter(pk=last.pk).update(published_at=builders.NOW, state="published")
    assert "since its last issue" not in desk.approve_page("petra")
    Publication.objects.update(from_name="Quay Daily")
    Category.objects.update(name="Town")
    html = " ".join(desk.approve_page("petra").split())
    assert "Of the publication, since its last issue “Harbour Daily - 2026-03-01”" in html
    for one in ("Sender, name or postal identity of the publication",
                "category “News” is now “Town”"):  # fmt: skip
        assert f"<li>{one}</li>" in html


def test_nobody_says_yes_to_what_they_wrote_alone(desk: Desk) -> None:
    Revision.objects.update(by=desk.people["olga"])
    html = desk.approve("olga", seen_by="petra").content.decode()
    assert "You alone wrote it: another person must approve it." in html
    assert not Approval.objects.exists() and desk.waits_for("olga") == []
    # Nor is it offered: a button that only refuses is none.
    assert "Approve this issue" not in desk.approve_page("olga")
    for which in ("change", "send"):
        html = desk.page("olga", which)
        assert "Review and approve" not in html and "Approve it" not in html
    assert "Ask for approval" in desk.page("olga", "send")
    # A colleague wrote at it, too: then every word is read by another one before it goes.
    add_revision(desk.issue, Revision.Kind.EDIT, desk.people["erin"], note="")
    assert "Review and approve" in desk.page("olga", "change")
    assert "Approve it" in desk.page("olga", "send")
    desk.approve("olga")
    assert Approval.objects.get().by == desk.people["olga"]


def test_where_nobody_else_could_whoever_sends_is_the_second(desk: Desk) -> None:
    Role.objects.filter(kind="approver").delete()
    Revision.objects.update(by=desk.people["olga"])
    desk.approve("olga")
    with pytest.raises(sending.ActRefused, match="Somebody else"):
        sending.release(Issue.objects.get(pk=desk.issue.pk), by=desk.people["olga"])


def test_superusers_are_asked_where_nobody_has_the_role(desk: Desk) -> None:
    Role.objects.exclude(kind="editor").delete()
    get_user_model().objects.create_superuser("root", "root@example.org")
    desk.ask()
    assert [to for to, _said, _page in desk.told()] == ["root@example.org"]


def test_another_way_is_asked_for_and_said_yes_to_by_itself(desk: Desk) -> None:
    sending.approve(desk.issue, by=desk.people["petra"])
    sam = desk.person("sam", "sender")
    sender = Client()
    sender.force_login(sam)
    html = sender.get(page("send", desk.issue), {"channels": "mail"}).content.decode()
    assert "petra approved it for mail, site and feeds, not for mail only." in html
    talk = f"{page('discussion', desk.issue)}?to=mail"
    assert talk in html
    erin = desk.client("erin")
    assert '<option value="mail" selected>' in erin.get(talk).content.decode()
    # Asking for another way takes the first yes back, so that it waits on every board.
    erin.post(page("ask", desk.issue), {"to": "mail"})
    desk.issue.refresh_from_db()
    assert desk.issue.approved_by is None
    paul = desk.client("paul")
    html = paul.get(page("approve", desk.issue)).content.decode()
    assert hidden(html, "to") == "mail"
    paul.post(page("approve", desk.issue), {"to": "mail", "seen": hidden(html, "seen")})
    assert Approval.objects.get().state["goes_to"] == "mail"
    # What was looked at as a mail alone is no yes to the site.
    html = paul.get(page("approve", desk.issue), {"to": "all"}).content.decode()
    answer = paul.post(page("approve", desk.issue), {"to": "mail", "seen": hidden(html, "seen")})
    assert answer.status_code == 409
