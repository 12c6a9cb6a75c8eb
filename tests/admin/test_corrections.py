"""The pages of a correction: who may, in what figures it is said, and who applies it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from newsletter import sending
from newsletter.models import Delivery, Issue, Item, Outcome, Revision
from newsletter.sending import mending
from subscribers.models import AuditEntry, Publication, Role, Subscription
from tests import builders
from tests.committed import COMMITTED
from tests.sending.stage import issue_for

pytestmark = pytest.mark.django_db

NOTE = "There were two ships."


@pytest.fixture
def issue() -> Issue:
    """Seven readers: two had both items, one of them in doubt; one had the other; four wait."""
    made = issue_for(7)
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    handed = {"reader001": "sent", "reader003": "in_doubt", "reader000": "sent"}
    for name, state in handed.items():
        delivery = Delivery.objects.get(subscription__subscriber__address=f"{name}@example.org")
        Outcome.objects.create(delivery_id=delivery.pk, round=1, state=state)
    made.chunks.update(sent=2, in_doubt=1)
    made.refresh_from_db()
    return made


def client(name: str, kind: str) -> Client:
    who = User.objects.create(username=name, is_staff=True, password="!")
    Role.objects.create(user=who, publication=Publication.objects.get(), kind=kind)
    made = Client()
    made.force_login(who)
    return made


def page(name: str, issue: Issue, *more: Any) -> str:
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk, *more])


def fill(who: Client, address: str, **typed: str) -> dict[str, str]:
    """The form as it was shown, with something typed into it."""
    response = who.get(address)
    assert response.status_code == 200, response
    form = response.context["form"]
    shown = {
        name: str(form[name].value() if form[name].value() is not None else "")
        for name in form.fields
    }
    seen = re.search(r'name="seen" value="([^"]*)"', response.content.decode())
    assert seen
    return {**shown, "seen": seen[1], "note": NOTE, **typed}


def first(issue: Issue) -> str:
    return page("correct_item", issue, issue.items.get(number=1).pk)


def test_the_page_says_beforehand_in_numbers_who_gets_what(issue: Issue) -> None:
    html = client("sam", "sender").get(first(issue)).content.decode()
    assert "4 still wait and will get the mended text." in html
    assert "3 have had the old one (2 of them held this item)." in html
    assert "Also make a mail about it for the 2 readers who had it" in html


@COMMITTED
def test_a_round_up_that_keeps_the_old_text_is_named_before_and_after(issue: Issue) -> None:
    week = builders.issue(issue.publication, "2026-03-06", kind="roundup", title="The week")
    item = issue.items.get(number=1)
    builders.item(week, item.category, item.title, copied_from=item)
    who = client("sam", "sender")
    draft = "“The week” repeats it and is a draft: take the mended text over there."
    assert draft in who.get(first(issue)).content.decode()
    Issue.objects.filter(pk=week.pk).update(
        state="scheduled", send_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    )
    on_its_way = "“The week” repeats it and is on its way with the old text"
    done = who.post(first(issue), fill(who, first(issue), title="Two ships came in"), follow=True)
    assert on_its_way in done.content.decode()
    # What is out is told in figures of readers instead.
    Issue.objects.filter(pk=week.pk).update(state="archived", send_at=None)
    assert "“The week”" not in who.get(first(issue)).content.decode()


def test_a_chinese_sentence_ends_with_its_own_stop(issue: Issue) -> None:
    html = client("sam", "sender").get(first(issue), headers={"accept-language": "zh-CN"})
    assert "含有这一条）。" in html.content.decode()


def test_of_very_many_the_page_reckons_and_does_not_count(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mending, "_COUNTED", 2)
    html = client("sam", "sender").get(first(issue)).content.decode()
    # Of seven readers three chose the item's category; three of the seven have had their mail.
    assert "3 have had the old one (about 1 of them held this item)." in html
    assert "Also make a mail about it for the about 1 reader who had it" in html


def test_an_item_nobody_got_has_nobody_to_be_told(issue: Issue) -> None:
    Outcome.objects.all().delete()
    issue.chunks.update(sent=0, in_doubt=0, skipped=7)
    who = client("sam", "sender")
    html = who.get(first(issue)).content.decode()
    assert "Nobody has had it by mail, and nobody waits for it." in html
    assert 'name="mail"' not in html
    data = fill(who, first(issue), title="Two ships came in", mail="on")
    answer = who.post(first(issue), data)
    assert answer.status_code == 422 and "there is nobody to tell" in answer.content.decode()
    # All of it or nothing.
    assert Item.objects.get(issue=issue, number=1).title == "A ship came in"
    assert not Revision.objects.filter(kind="correction").exists()


@COMMITTED
def test_c3_who_may_not_send_may_not_correct_but_propose(issue: Issue) -> None:
    editor, sender = client("eve", "editor"), client("sam", "sender")
    answer = editor.post(first(issue), fill(editor, first(issue), title="Two ships came in"))
    assert answer.status_code == 302
    proposal = Revision.objects.get(kind="proposal")
    assert Item.objects.get(issue=issue, number=1).title == "A ship came in"
    site = Client().get(f"/daily/{issue.slug}/").content.decode()
    assert NOTE not in site and "Two ships" not in site
    own = editor.get(page("proposal", issue, proposal.number)).content.decode()
    assert "You proposed it yourself" in own and 'value="apply"' not in own
    assert editor.get(page("correct", issue)).content.decode().count(NOTE) == 1
    shown = sender.get(page("proposal", issue, proposal.number)).content.decode()
    assert "A ship came in" in shown and "Two ships came in" in shown
    assert "4 still wait and will get the mended text." in shown
    done = sender.post(page("proposal", issue, proposal.number), {"do": "apply"})
    assert done.status_code == 302
    assert Item.objects.get(issue=issue, number=1).title == "Two ships came in"
    correction = Revision.objects.get(kind="correction")
    assert correction.by is not None and correction.by.username == "eve"
    assert AuditEntry.objects.get(action="issue corrected").actor == "sam"
    assert NOTE in Client().get(f"/daily/{issue.slug}/").content.decode()
    again = sender.post(page("proposal", issue, proposal.number), {"do": "apply"})
    assert again.status_code == 302 and Revision.objects.filter(kind="correction").count() == 1


def test_c3_where_a_second_person_must_approve_another_one_applies_it(issue: Issue) -> None:
    Publication.objects.update(needs_approval=True)
    owner, sender, approver = (
        client("olga", "owner"),
        client("sam", "sender"),
        client("amy", "approver"),
    )
    owner.post(first(issue), fill(owner, first(issue), title="Two ships came in"))
    proposal = Revision.objects.get(kind="proposal")
    address = page("proposal", issue, proposal.number)
    assert sender.get(address).status_code == 403
    # Nobody approves what they wrote themselves: a press takes it back.
    assert 'value="apply"' not in owner.get(address).content.decode()
    # Nor by a second account of theirs.
    second = client("olga2", "owner")
    User.objects.filter(username__startswith="olga").update(email="olga@harbour.example.org")
    assert 'value="apply"' not in second.get(address).content.decode()
    assert approver.post(address, {"do": "apply"}).status_code == 302
    assert Item.objects.get(issue=issue, number=1).title == "Two ships came in"


def test_what_was_proposed_is_refused_when_the_text_was_changed_since(issue: Issue) -> None:
    editor, sender = client("eve", "editor"), client("sam", "sender")
    editor.post(first(issue), fill(editor, first(issue), title="Two ships came in"))
    sender.post(first(issue), fill(sender, first(issue), title="Three ships came in"))
    proposal = Revision.objects.get(kind="proposal")
    answer = sender.post(page("proposal", issue, proposal.number), {"do": "apply"})
    assert answer.status_code == 409
    assert "Somebody changed this text meanwhile" in answer.content.decode()
    assert Item.objects.get(issue=issue, number=1).title == "Three ships came in"
    assert Revision.objects.filter(kind="proposal").exists()
    assert (
        sender.post(page("proposal", issue, proposal.number), {"do": "refuse"}).status_code == 302
    )
    assert not Revision.objects.filter(kind="proposal").exists()


def test_a_form_of_before_shows_what_it_would_change_and_stores_nothing(issue: Issue) -> None:
    sam, olga = client("sam", "sender"), client("olga", "owner")
    old = fill(sam, first(issue), insight="It was two ships.")
    olga.post(first(issue), fill(olga, first(issue), title="Two ships came in"))
    answer = sam.post(first(issue), old)
    html = answer.content.decode()
    assert answer.status_code == 409 and "Somebody changed this text meanwhile" in html
    # The old title stands in the form, and is said to be a change now.
    assert "A ship came in – title" in html and "It was two ships." in html
    assert Revision.objects.filter(kind="correction").count() == 1


def test_title_introduction_and_further_links(issue: Issue) -> None:
    who = client("sam", "sender")
    address = page("correct_head", issue)
    bad = who.post(address, fill(who, address, tail_lines="The map | ftp://example.org/"))
    assert bad.status_code == 422 and "begins with https" in bad.content.decode()
    data = fill(
        who,
        address,
        title="Harbour Daily, second try",
        intro="It is **Monday**.",
        tail_title="Maps",
        tail_lines="The map | https://example.org/map",
    )
    assert who.post(address, data).status_code == 302
    site = Client().get(f"/daily/{issue.slug}/").content.decode()
    for said in ("Harbour Daily, second try", "Monday", "Maps", "https://example.org/map", NOTE):
        assert said in site
    issue.refresh_from_db()
    assert issue.corrected_at is not None
    assert AuditEntry.objects.get(action="issue corrected").detail["fields"] == [
        "title", "intro", "tail_title", "tail_links",
    ]  # fmt: skip


def test_the_mail_about_it_is_a_draft_of_its_own(issue: Issue) -> None:
    who = client("sam", "sender")
    data = fill(who, first(issue), title="Two ships came in", mail="on")
    answer = who.post(first(issue), data)
    mail = Issue.objects.get(kind="correction")
    assert answer.status_code == 302 and answer["Location"] == page("change", mail)
    assert (mail.state, mail.corrects, mail.listed) == ("draft", issue, False)
    assert who.get(page("send", mail)).status_code == 200
    assert "The mail about it" in who.get(page("correct", issue)).content.decode()


def test_after_folding_the_mail_is_refused_with_the_reason(issue: Issue) -> None:
    Issue.objects.update(
        folded_at="2026-06-01T00:00:00Z", state="sent", finished_at="2026-03-02T09:00:00Z"
    )
    html = client("sam", "sender").get(first(issue)).content.decode()
    assert 'name="mail"' not in html and "was folded away after two months" in html


def test_what_a_reader_received_is_the_text_of_their_own_revision(issue: Issue) -> None:
    sender, carer = client("sam", "sender"), client("cara", "reader_care")
    sender.post(first(issue), fill(sender, first(issue), title="Two ships came in"))
    waiting = Delivery.objects.get(subscription__subscriber__address="reader005@example.org")
    issue.refresh_from_db()
    assert (issue.state, issue.mending_id) == ("sending", None)
    Outcome.objects.create(delivery=waiting, round=1, state="sent", revision_id=issue.mailed_id)

    def of(name: str) -> tuple[str, str]:
        tie = Subscription.objects.get(subscriber__address=f"{name}@example.org")
        shown = carer.get(page("received_shown", issue, tie.pk))
        assert "sandbox" in shown["Content-Security-Policy"]
        return (
            carer.get(page("received", issue, tie.pk)).content.decode(),
            shown.content.decode(),
        )

    old, new = of("reader001"), of("reader005")
    assert "A ship came in" in old[1] and "Two ships came in" not in old[1]
    assert "before the correction (revision 1 of 2)" in old[0]
    assert "Two ships came in" in new[1]
    assert "the corrected text (revision 2 of 2)" in new[0]
    nobody = Subscription.objects.get(subscriber__address="reader006@example.org")
    assert carer.get(page("received", issue, nobody.pk)).status_code == 404
    assert sender.get(page("received", issue, nobody.pk)).status_code == 403
    asked = carer.post(page("why", issue), {"address": "reader001@example.org"}).content.decode()
    assert "before the correction" in asked and "What this reader received" in asked
    panel = reverse(
        "admin:subscribers_subscriber_change", args=[waiting.subscription.subscriber_id]
    )
    assert "the corrected text (revision 2 of 2)" in carer.get(panel).content.decode()
