"""An approval is for exactly what readers would get: whatever of it changes asks again, by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from newsletter import sending
from newsletter.issues import approvals, dead_links
from newsletter.issues.revisions import add_revision
from newsletter.models import Approval, Issue, Item, Link, Revision
from newsletter.sending.engine import sweeper
from subscribers import categories as life
from subscribers.models import Category, Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db


class Desk:
    """An issue of two items in two categories, with a writer, an approver and a sender."""

    def __init__(self) -> None:
        self.publication = builders.publication(needs_approval=True)
        self.news = builders.category(self.publication, "News")
        self.sea = builders.category(self.publication, "Sea")
        self.issue = builders.issue(self.publication, subject="The pier opens", intro="Good day.")
        self.first = builders.item(self.issue, self.news, "The pier opens")
        self.second = builders.item(self.issue, self.sea, "The ferry sails")
        builders.tail_link(self.issue, "Tide tables")
        builders.subscription(self.publication, "alice@example.org")
        self.approver = self._user("petra", Role.Kind.APPROVER)
        self.sender = self._user("sam", Role.Kind.SENDER)

    def _user(self, name: str, kind: str) -> AbstractBaseUser:
        user = get_user_model().objects.create_user(name, password="x", is_staff=True)
        Role.objects.create(user=user, publication=self.publication, kind=kind)
        return user

    def approve(self) -> None:
        sending.approve(self.issue, by=self.approver)

    def fresh(self) -> Issue:
        return Issue.objects.select_related("publication").get(pk=self.issue.pk)

    def refused(self) -> list[str]:
        """Why it cannot be released; empty if it was."""
        try:
            sending.release(self.fresh(), by=self.sender)
        except sending.ActRefused as error:
            return error.reasons
        return []


@pytest.fixture
def desk() -> Desk:
    return Desk()


def issues(**changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Issue.objects.filter(pk=desk.issue.pk).update(**changed)


def first(**changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Item.objects.filter(pk=desk.first.pk).update(**changed)


def link(**changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Link.objects.filter(item=desk.first).update(**changed)


def publications(**changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Publication.objects.filter(pk=desk.publication.pk).update(**changed)


def news(**changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Category.objects.filter(pk=desk.news.pk).update(**changed)


def swap(desk: Desk) -> None:
    for row, number in ((desk.first, 9), (desk.second, 1), (desk.first, 2)):
        Item.objects.filter(pk=row.pk).update(number=number)


def remember(desk: Desk) -> None:
    publications(leave_out_told=True)(desk)
    desk.approve()
    desk.publication.memory_of.add(builders.publication("evening"))


def translate(desk: Desk) -> None:
    issue = builders.issue(desk.publication, "2026-03-03", language="zh-Hans")
    Issue.objects.filter(pk=issue.pk).update(original=desk.issue)


CHANGES: dict[str, tuple[Callable[[Desk], object], str]] = {
    "title": (issues(title="Other"), "Title"),
    "subject": (issues(subject="Other"), "Subject or preheader"),
    "preheader": (issues(preheader="Other"), "Subject or preheader"),
    "introduction": (issues(intro="Other"), "Introduction"),
    "date": (issues(date=dt.date(2026, 3, 9)), "Date"),
    "tail title": (issues(extra={"tail_title": "More"}), "Tail links"),
    "item title": (first(title="The pier closes"), "words of “The pier closes”"),
    "insight": (first(insight="Other"), "words of “The pier opens”"),
    "bullets": (
        first(bullets=[{"lead": "", "text": "x", "children": []}]),
        "words of “The pier opens”",
    ),
    "body": (first(body="Other"), "words of “The pier opens”"),
    "picture": (first(picture_alt="The pier at dawn"), "words of “The pier opens”"),
    "item date": (first(date=dt.date(2026, 1, 1)), "words of “The pier opens”"),
    "score": (first(score=1.0), "words of “The pier opens”"),
    "source address": (link(url="https://example.org/other"), "words of “The pier opens”"),
    "source name": (link(label="Other"), "words of “The pier opens”"),
    "hidden": (first(hidden=True), "left out: “The pier opens”"),
    "added": (lambda d: builders.item(d.issue, d.news, "New"), "new: “New”"),
    "taken out": (lambda d: d.second.delete(), "left out: “The ferry sails”"),
    "order": (swap, "Order of the items"),
    "filing": (
        lambda d: Item.objects.filter(pk=d.first.pk).update(category=d.sea),
        "category of “The pier opens”",
    ),
    "tail link": (lambda d: builders.tail_link(d.issue, "Other"), "Tail links"),
    "category name": (news(name="Town"), "category “News” is now “Town”"),
    "who may choose": (news(visibility="private"), "who can choose the category “News”"),
    "bit": (news(bit=40), "who can choose the category “News”"),
    "sender name": (
        publications(from_name="Other"),
        "Sender, name or postal identity of the publication",
    ),
    "sender address": (
        publications(from_address="o@example.org"),
        "Sender, name or postal identity of the publication",
    ),
    "reply-to": (
        publications(reply_to="o@example.org"),
        "Sender, name or postal identity of the publication",
    ),
    "postal identity": (
        publications(postal_identity="Elsewhere"),
        "Sender, name or postal identity of the publication",
    ),
    "publication name": (
        publications(name="Other"),
        "Sender, name or postal identity of the publication",
    ),
    "look": (publications(theme={"accent": "#123456"}), "Look"),
    "hours": (
        publications(send_from=dt.time(8), send_until=dt.time(9)),
        "Hours in which it may be sent",
    ),
    "time zone": (publications(time_zone="Asia/Tokyo"), "Hours in which it may be sent"),
    "language": (publications(language="de"), "Who it goes to"),
    "round-up": (publications(roundup="weekly"), "Who it goes to"),
    "category colour": (news(colour="#aa0000"), "colour of the category “News”"),
    "merged in": (
        lambda d: life.merge(builders.category(d.publication, "Town"), d.news),
        "another category was merged into “News”: its readers come in",
    ),
    "address": (issues(slug="2026-03-02-b"), "Address of the issue"),
    "open": (publications(open=False), "Links at the foot of the mail"),
    "imprint": (publications(imprint="Harbour Press"), "Links at the foot of the mail"),
    "translation": (translate, "Who it goes to"),
    "memory": (remember, "Who it goes to"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_the_approval_is_named_and_stops_the_release(desk: Desk, name: str) -> None:
    change, said = CHANGES[name]
    desk.approve()
    assert approvals.lacking(desk.fresh()) == []
    change(desk)
    assert desk.refused()[:1] == [f"It was changed since petra approved it: {said}"]
    desk.approve()
    assert approvals.lacking(desk.fresh()) == []


@pytest.mark.parametrize("name", ["category name", "sender name", "hours", "item title"])
def test_a_change_after_the_release_pauses_it_before_anybody_is_mailed(
    desk: Desk, name: str
) -> None:
    change, said = CHANGES[name]
    desk.approve()
    assert desk.refused() == []
    change(desk)
    sweeper.start_due()
    issue = desk.fresh()
    assert (issue.state, issue.frozen_at) == ("paused", None)
    assert issue.state_reason == (
        f"It was changed since petra approved it: {said}"
        " Take it back, and let it be approved again."
    )
    assert issue.recipients == 0


def test_what_goes_on_the_site_alone_is_held_as_well(desk: Desk) -> None:
    sending.approve(desk.issue, by=desk.approver, channels="site")
    later = timezone.now() + dt.timedelta(minutes=5)
    sending.release(desk.fresh(), by=desk.sender, at=later, channels="site")
    first(title="The pier closes")(desk)
    Issue.objects.filter(pk=desk.issue.pk).update(send_at=timezone.now())
    sweeper.start_due()
    assert desk.fresh().state == "paused"
    assert desk.fresh().published_at is None


def test_readers_who_come_and_what_was_found_of_links_are_no_change(desk: Desk) -> None:
    desk.approve()
    builders.subscription(desk.publication, "bob@example.org")
    dead_links._keep(desk.issue.pk, found={"https://example.org/": "gone"})
    publications(canary_size=3, description="Other", undo_seconds=60)(desk)
    assert desk.refused() == []
    sweeper.start_due()
    assert desk.fresh().state in ("scheduled", "sending")


def test_an_approval_of_somebody_who_may_not_any_more_is_none(desk: Desk) -> None:
    desk.approve()
    Role.objects.filter(user=desk.approver).delete()
    assert desk.refused() == ["petra, who approved it, may not approve any more."]


def test_an_approval_without_what_it_was_for_is_none(desk: Desk) -> None:
    # As a database of an earlier version holds it.
    desk.approve()
    Approval.objects.all().delete()
    assert desk.refused() == ["A second person must approve the issue first."]


def test_a_yes_that_an_earlier_version_kept_still_holds(desk: Desk) -> None:
    desk.approve()
    word = Approval.objects.get()
    del word.state["parts"]["address"], word.state["parts"]["foot"]
    word.state["categories"] = {key: row[:3] for key, row in word.state["categories"].items()}
    word.save()
    assert approvals.lacking(desk.fresh()) == []
    news(name="Town", colour="#aa0000")(desk)
    assert len(approvals.lacking(desk.fresh())) == 1


# What the site says of the publication (a mail only leads there); who approves, and how carefully
# it is handed over; who joins later; where a rehearsal goes; when a round-up is made and of what.
NOT_SEEN = {
    "id", "description", "hub_url", "labels", "changed_at",
    "created_at", "blocked_domains", "allowed_domains", "fetch_pictures",
    "show_readers", "needs_approval", "undo_seconds", "canary_size", "canary_max_failures",
    "late_start_minutes", "slot_notice_minutes", "welcome_latest_issue", "welcome_days",
    "rehearsal_address", "roundup_weekday", "roundup_day", "roundup_hour", "roundup_items",
    "roundup_per_category", "roundup_order", "roundup_by_itself", "roundup_changed_at",
}  # fmt: skip


def test_every_field_of_a_publication_is_either_seen_by_readers_or_not() -> None:
    # A new field has to be put into one of the two.
    named = {name for names in approvals.SEEN.values() for name in names} | NOT_SEEN
    named.add("memory_of")  # With `leave_out_told`, by the rule of the audience.
    assert {field.name for field in Publication._meta.get_fields() if field.concrete} == named


@pytest.mark.parametrize(
    ("approver", "sender", "second"),
    [
        ("petra@harbour.example.org", "petra@harbour.example.org", False),
        ("petra@harbour.example.org", "Petra@HARBOUR.example.org", False),
        ("petra@harbour.example.org", "petra+send@harbour.example.org", False),
        ("petra.lam@gmail.com", "petralam@googlemail.com", False),
        ("petra@harbour.example.org", "sam@harbour.example.org", True),
        ("petra@harbour.example.org", "petra@bay.example.org", True),
        ("", "", True),  # No address says nothing.
        ("petra", "petra", True),  # Nor does what is none.
    ],
)
def test_a_second_account_of_the_approver_is_no_second_person(
    desk: Desk, approver: str, sender: str, second: bool
) -> None:
    get_user_model().objects.filter(pk=desk.approver.pk).update(email=approver)
    get_user_model().objects.filter(pk=desk.sender.pk).update(email=sender)
    desk.approver.refresh_from_db()
    desk.sender.refresh_from_db()
    desk.approve()
    said = ["Somebody else than the one who approved it must send it."]
    assert desk.refused() == ([] if second else said)


def test_who_alone_wrote_it_does_not_approve_it_by_another_account(desk: Desk) -> None:
    get_user_model().objects.filter(pk=desk.sender.pk).update(email="petra@harbour.example.org")
    get_user_model().objects.filter(pk=desk.approver.pk).update(email="Petra@harbour.example.org")
    desk._user("olga", Role.Kind.APPROVER)
    add_revision(desk.issue, Revision.Kind.EDIT, desk.sender, note="")
    approver = get_user_model().objects.get(pk=desk.approver.pk)
    with pytest.raises(sending.ActRefused, match="You alone wrote it"):
        sending.approve(desk.issue, by=approver)


WAYS = ("all", "site", "mail")


@pytest.mark.parametrize("approved", WAYS)
@pytest.mark.parametrize("released", WAYS)
def test_a_yes_is_for_where_it_goes(desk: Desk, approved: str, released: str) -> None:
    """On the site alone nobody is mailed, a mail alone has no page: either is another issue."""
    sending.approve(desk.issue, by=desk.approver, channels=approved)
    said = {
        "all": "mail, site and feeds", "site": "site and feeds only", "mail": "mail only"
    }  # fmt: skip
    if approved == released:
        sending.release(desk.fresh(), by=desk.sender, channels=released)
        return
    with pytest.raises(sending.ActRefused) as refused:
        sending.release(desk.fresh(), by=desk.sender, channels=released)
    assert refused.value.reasons == [
        f"petra approved it for {said[approved]}, not for {said[released]}."
    ]
    assert desk.fresh().state == "draft"
    # Another yes, to this way, is asked for and enough.
    sending.approve(desk.issue, by=desk.approver, channels=released)
    sending.release(desk.fresh(), by=desk.sender, channels=released)


@pytest.mark.parametrize(
    ("approved", "stored"), [("site", "all"), ("all", "mail"), ("mail", "site")]
)
def test_where_it_goes_is_looked_at_again_before_it_goes(
    desk: Desk, approved: str, stored: str
) -> None:
    sending.approve(desk.issue, by=desk.approver, channels=approved)
    later = timezone.now() + dt.timedelta(minutes=5)
    sending.release(desk.fresh(), by=desk.sender, at=later, channels=approved)
    issues(channels=stored, send_at=timezone.now())(desk)
    sweeper.start_due()
    issue = desk.fresh()
    assert (issue.state, issue.frozen_at, issue.published_at) == ("paused", None, None)
    assert "petra approved it for" in issue.state_reason


def test_a_yes_of_an_earlier_version_says_nothing_of_where(desk: Desk) -> None:
    desk.approve()
    word = Approval.objects.get()
    del word.state["goes_to"]
    word.save()
    sending.release(desk.fresh(), by=desk.sender, channels="mail")
