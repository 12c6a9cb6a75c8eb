"""The mail about a correction: to exactly those whose mail held what was wrong, over real SMTP."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from newsletter import sending
from newsletter.digest.value import Bullet, Link
from newsletter.digest.value import Item as ItemText
from newsletter.issues import correction_mail, mends
from newsletter.issues.corrections import NotCorrected
from newsletter.models import Delivery, Issue, Item, Outcome
from newsletter.sending import mending
from subscribers.choice import Choice
from subscribers.models import Publication, Subscription
from tests import builders
from tests.sending.stage import issue_for, relay_for, send
from tests.sending.test_mending import correct, send_some

pytestmark = pytest.mark.django_db(transaction=True)


def mails(server: Any) -> dict[str, Any]:
    found = {}
    for one in server.accepted:
        assert one.content is not None and one.recipient not in found
        found[one.recipient] = email.message_from_bytes(one.content, policy=email.policy.default)
    return found


def folder(parent: Path, name: str) -> Path:
    """A relay's own, made."""
    made = parent / name
    made.mkdir()
    return made


def test_exactly_those_who_had_the_old_text_of_the_item_are_told(tmp_path: Path) -> None:
    issue = issue_for(12)
    with relay_for(tmp_path):
        send_some(issue, 9)
        revision = correct(issue)
        assert mending.wait(issue, 5)
        had = set(Outcome.objects.filter(state="sent").values_list("delivery_id", flat=True))
        sending.resume(issue, by="alice")
        sending.drain(30)
        sending.sweep()
    old = {
        address
        for pk, address, items in Delivery.objects.filter(issue=issue).values_list(
            "pk", "subscription__subscriber__address", "edition__items"
        )
        if pk in had and len(items) == 2
    }
    assert len(old) == 3
    # One of them wants no such category any more, and another no single issues.
    ties = Subscription.objects.filter(subscriber__address__in=old).order_by("pk")
    trade = issue.publication.categories.get(name="Trade")
    Subscription.objects.filter(pk=ties[0].pk).update(
        choice=Choice.of([trade], live=issue.publication.categories.all()).bits, rhythm="weekly"
    )
    mail = correction_mail.make(revision)
    with relay_for(tmp_path) as server:
        ledger = send(mail)
        got = mails(server)
    assert set(got) == old
    assert (ledger["recipients"], ledger["sent"]) == (len(old), len(old))
    one = next(iter(got.values()))
    assert one["Subject"] == "Correction: Two ships came in"
    assert one["Archived-At"] == f"<http://127.0.0.1:8000/daily/{issue.slug}/>"
    html = one.get_body(("html",)).get_content()
    for said in (
        "There was a mistake in our issue of",
        "It was two ships.",
        "It said",
        "It should say",
        "A ship came in",
    ):
        assert said in html
    # Short: what was right is not said again, and its page is that of the issue.
    assert "one thing" not in html
    assert f'/issues/{issue.slug}/"' in html and mail.slug not in html
    mail.refresh_from_db()
    assert Client().get(f"/daily/{mail.slug}/").status_code == 404
    assert mail.slug not in Client().get("/daily/feed.atom").content.decode()


def test_who_had_a_copy_in_a_roundup_is_told_as_well(tmp_path: Path) -> None:
    issue = issue_for(4)
    publication = issue.publication
    ships = publication.categories.get(name="Ships")
    weekly = builders.subscription(publication, "wanda@example.org", [ships], rhythm="weekly")
    with relay_for(tmp_path):
        send(issue)
        roundup = builders.issue(publication, "2026-03-08", kind="roundup", slug="week-10")
        builders.item(roundup, ships, "A ship came in", copied_from=issue.items.get(number=1))
        send(roundup)
    assert Outcome.objects.filter(delivery__subscription=weekly, state="sent").exists()
    reach = mending.reach(issue, issue.items.get(number=1))
    assert (reach.had, reach.held, reach.elsewhere) == (4, 2, 1)
    mail = correction_mail.make(correct(issue))
    mending.carry_on_all()
    with relay_for(tmp_path) as server:
        send(mail)
        assert set(mails(server)) == {
            "reader001@example.org", "reader003@example.org", "wanda@example.org",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("done", "told"),
    [
        # Nobody looked at the mend: the copy went out with the words it had.
        (lambda copy: None, {"reader001", "reader003", "wanda"}),
        (mends.take, {"reader001", "reader003"}),
        (mends.keep, {"reader001", "reader003"}),
    ],
)
def test_a_copy_that_went_out_later_with_the_old_words_is_told_of_too(
    tmp_path: Path, done: Callable[[Item], None], told: set[str]
) -> None:
    issue = issue_for(4)
    publication = issue.publication
    ships = publication.categories.get(name="Ships")
    builders.subscription(publication, "wanda@example.org", [ships], rhythm="weekly")
    original = issue.items.get(number=1)
    with relay_for(tmp_path):
        send(issue)
        roundup = builders.issue(publication, "2026-03-08", kind="roundup", slug="week-10")
        copy = builders.item(
            roundup, ships, original.title, copied_from=original, copied_at=timezone.now()
        )
        mail = correction_mail.make(correct(issue))
        mending.carry_on_all()
        done(copy)
        send(roundup)
    with relay_for(tmp_path) as server:
        send(mail)
        assert set(mails(server)) == {f"{name}@example.org" for name in told}


def test_it_waits_for_the_issue_itself_and_is_made_once(tmp_path: Path) -> None:
    issue = issue_for(5)
    with relay_for(tmp_path):
        send_some(issue)
        revision = correct(issue)
        mail = correction_mail.make(revision)
        with pytest.raises(sending.ActRefused, match="still being put into the issue"):
            sending.release(mail, by="alice", now=True)
        assert mending.wait(issue, 5)
        mail.refresh_from_db()
        sending.release(mail, by="alice")
        revision.refresh_from_db()
        with pytest.raises(NotCorrected, match="a mail about this correction already"):
            correction_mail.make(revision)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"folded_at": "2026-06-01T00:00:00Z"}, "folded away"),
        ({"kind": "correction"}, "a correction mail itself"),
    ],
)
def test_what_no_mail_can_be_about(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    issue = issue_for(2)
    with relay_for(tmp_path):
        send(issue)
        revision = correct(issue)
        Issue.objects.filter(pk=issue.pk).update(**changes)
        revision.issue.refresh_from_db()
        with pytest.raises(NotCorrected, match=reason):
            correction_mail.make(revision)
    assert Issue.objects.count() == 1


def test_only_what_differs_stands_side_by_side() -> None:
    old = ItemText(
        "A ship | a port", 0, "Ships", (Link("The Paper", "https://example.org/a"),), None,
        "Corn.\n\n# Much corn.", (Bullet("First", "one"), Bullet("", "two")), "Same.",
    )  # fmt: skip
    new = ItemText(
        "Two ships | a port", 0, "Trade", (), None,
        "Corn.\n\n# Little corn.", (Bullet("First", "one"), Bullet("", "2"), Bullet("", "3")),
        "Same.",
    )  # fmt: skip
    assert correction_mail.side_by_side(old, new).splitlines() == [
        "| It said | It should say |",
        "| --- | --- |",
        "| A ship \\| a port | Two ships \\| a port |",
        "| [The Paper](https://example.org/a) | – |",
        "| Much corn. | Little corn. |",
        "| two | 2 |",
        "| – | 3 |",
    ]
    assert correction_mail.side_by_side(old, old) == ""


def test_in_the_issues_own_language(tmp_path: Path) -> None:
    issue = issue_for(2, language="zh-Hans")
    with relay_for(tmp_path):
        send(issue)
        mail = correction_mail.make(correct(issue, "两艘船进港"))
    assert mail.language == "zh-Hans" and "两艘船进港" in mail.subject


# ---- the command


ITEM = """## Two ships came in

**Category:** {category}

They carried corn.
"""


def run(tmp_path: Path, *args: str, category: str = "ships") -> dict[str, Any]:
    file = tmp_path / "item.md"
    file.write_text(ITEM.format(category=category))
    out = tmp_path / "out"
    with out.open("w") as stream:
        call_command(
            "correct_issue", "daily", "2026-03-02", "--file", str(file), "--note", "Two ships.",
            "--json", *args, stdout=stream,
        )  # fmt: skip
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def test_the_command_mends_and_makes_the_mail(tmp_path: Path) -> None:
    issue = issue_for(5)
    with relay_for(folder(tmp_path, "relay")):
        send_some(issue, 4)
        answer = run(tmp_path, "--item", "item-1", "--mail")
    assert answer == {
        "issue": "2026-03-02", "item": 1, "waiting": 1, "had": 4, "held": 1,
        "elsewhere": 0, "revision": 2, "proposal": None, "mail": "2026-03-02-correction",
        "final": True,
    }  # fmt: skip
    item = Item.objects.get(issue=issue, number=1)
    assert (item.title, item.body, item.bullets) == ("Two ships came in", "They carried corn.", [])
    assert item.category is not None and item.category.name == "Ships"
    # What the file does not name stays.
    assert item.links.get(kind="source").url == "https://example.org/2026-03-02/1"


@pytest.mark.parametrize(
    ("args", "category", "code", "text"),
    [
        (("--item", "9"), "Ships", 2, "no item “9”"),
        (("--item", "1"), "Weather", 1, "Weather"),
        (("--item", "1", "--note", " "), "Ships", 2, "what was wrong"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, args: tuple[str, ...], category: str, code: int, text: str
) -> None:
    issue = issue_for(2)
    with relay_for(folder(tmp_path, "relay")):
        send(issue)
        with pytest.raises(CommandError, match=text) as refused:
            run(tmp_path, *args, category=category)
    assert refused.value.returncode == code
    assert not issue.revisions.filter(kind="correction").exists()


def test_where_two_must_agree_the_command_proposes(tmp_path: Path) -> None:
    issue = issue_for(2)
    with relay_for(folder(tmp_path, "relay")):
        send(issue)
        Publication.objects.update(needs_approval=True)
        with pytest.raises(CommandError, match="Not final") as refused:
            run(tmp_path, "--item", "1")
    assert refused.value.returncode == 3
    assert issue.revisions.filter(kind="proposal").count() == 1
    assert Item.objects.get(issue=issue, number=1).title == "A ship came in"
