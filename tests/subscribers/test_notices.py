"""What a reader's pages and one-off mails say of what went well, and of what did not."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from dataclasses import replace
from email.header import decode_header, make_header
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from subscribers import conf
from subscribers.emails import letters, relay
from subscribers.links import Purpose, make, minutes_from_now
from subscribers.models import Publication, Subscription
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db: Any) -> Subscription:
    publication = builders.publication(
        theme={"accent": "#7a1f5c", "style": "essay"}, roundup="weekly"
    )
    builders.category(publication, "Tides")
    return builders.subscription(publication, "alice@example.org")


def manage(reader: Subscription) -> str:
    return reverse("subscribers:manage", args=[make(Purpose.MANAGE, reader.pk)])


def test_d2_an_answer_to_a_post_does_not_repeat_what_was_done_before(
    client: Client, reader: Subscription
) -> None:
    page = f"{manage(reader)}?done=saved&at={minutes_from_now(0)}"
    assert "Saved." in client.get(page).content.decode()
    answer = client.post(page, {"action": "pause", "span": "date", "until": "yesterday"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Saved." not in html
    assert "notice-good" not in html


def test_d2_a_notice_does_not_outlive_its_moment(client: Client, reader: Subscription) -> None:
    with time_machine.travel(builders.NOW, tick=False) as clock:
        page = client.post(manage(reader), {"action": "save", "new": "on"})["Location"]
        assert "Saved." in client.get(page).content.decode()
        clock.shift(dt.timedelta(minutes=3))
        assert "Saved." not in client.get(page).content.decode()
    for wrong in ("", "&at=", "&at=soon", "&at=-1", "&at=99999999999999999999", "&at=٣"):
        answer = client.get(f"{manage(reader)}?done=saved{wrong}")
        assert answer.status_code == 200 and "Saved." not in answer.content.decode()


def test_d9_what_was_done_already_is_not_called_impossible(
    client: Client, reader: Subscription
) -> None:
    other = builders.publication("weekly", name="Chart Weekly")
    closed = builders.publication("closed", name="Closed Circle", open=False)
    way_out = reverse("subscribers:unsubscribe", args=[make(Purpose.UNSUBSCRIBE, reader.pk)])

    def told(path: str, **given: str) -> str:
        html = client.post(path, given, follow=True).content.decode()
        assert "This cannot be done" not in html
        return html

    for path in (manage(reader), way_out):
        assert "Everything is as it was." in told(path, action="back")
    for _time in range(2):
        assert "Added." in told(manage(reader), action="join", publication=other.slug)
    for slug in (closed.slug, "nowhere"):
        html = told(manage(reader), action="join", publication=slug)
        assert "That publication takes no new readers at the moment." in html
    assert "There is no change of address to stop" in told(manage(reader), action="keep")


@pytest.mark.parametrize(
    ("page", "given", "field"),
    [
        ("manage", {"action": "pause", "span": "date", "until": "soon"}, "until"),
        ("manage", {"action": "save", "rhythm": "hourly"}, "rhythm"),
        ("leave", {"action": "pause", "span": "date", "until": ""}, "until"),
        ("ask", {"address": "nobody"}, "address"),
        ("sign-up", {"address": "no body@example"}, "address"),
        ("sensitive", {"action": "address", "address": "@"}, "address"),
        ("sensitive", {"action": "erase"}, "sure"),
    ],
)
def test_d2_every_form_says_first_what_is_wrong_and_leads_to_it(
    client: Client, reader: Subscription, page: str, given: dict[str, str], field: str
) -> None:
    address = {
        "manage": manage(reader),
        "leave": reverse("subscribers:unsubscribe", args=[make(Purpose.UNSUBSCRIBE, reader.pk)]),
        "ask": "/daily/manage/",
        "sign-up": "/daily/subscribe/",
        "sensitive": _button(letters.sensitive(reader)),
    }[page]
    answer = client.post(address, given)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert html.count('id="problems"') == 1
    # The summary takes the focus, so a screen reader begins there; its link leads to the field.
    assert re.search(r'<div\s[^>]*id="problems"\s+autofocus', html)
    assert f'href="#{field}"' in html
    assert f'id="{field}"' in html
    assert html.index('id="problems"') < html.index("<form")
    assert html.count('role="alert"') == 1


def test_d9_a_mail_of_ours_has_the_look_of_its_publication(reader: Subscription) -> None:
    html = _html(reader.publication, letters.confirmation(reader), "en")
    assert "background: #7a1f5c" in html and "color: #ffffff" in html
    assert "#fffdf8" in html  # The essay's paper.
    assert "Charter" in html
    assert html.count('role="main"') == 1
    assert "#0a6558" not in html


def test_d9_no_space_stands_behind_a_chinese_full_stop(
    client: Client, reader: Subscription
) -> None:
    Subscription.objects.filter(pk=reader.pk).update(language="zh-Hans")
    reader.refresh_from_db()
    for letter in (letters.confirmation(reader), letters.already(reader), letters.welcome(reader)):
        for html in (*letter.paragraphs, *letter.small):
            assert not re.search(r"[。：！？] ", html)
    for done in ("confirmed", "saved", "cannot"):
        page = client.get(f"{manage(reader)}?done={done}&at={minutes_from_now(0)}").content.decode()
        assert not re.search(r"[。：！？] <a", page)


@pytest.mark.parametrize(
    ("subject", "first"),
    [
        ("您现在能收到邮件了吗？《示例速递》", "您现在能收到邮件了吗"),
        ("Bestätigen Sie bitte Ihr Abonnement von „Hafen täglich“ hier", "Bestätigen Sie bitte"),
        ("أكد اشتراكك في النشرة اليومية للميناء من فضلك الآن", "أكد اشتراكك"),
        ("Confirm your subscription", "Confirm your subscription"),
    ],
)
def test_no_long_field_begins_with_an_empty_line(
    reader: Subscription, subject: str, first: str
) -> None:
    """RFC 2047, section 2: at most 76 characters a line, the field's name among them."""
    reader.publication.from_name = "示例速递编辑部，港口与渡轮"
    letter = replace(letters.welcome(reader), subject=subject)
    made = relay.compose(letter, reader.publication, "alice@example.org", "en")
    octets = made.message().as_bytes()
    head = octets.partition(b"\n\n")[0].decode("ascii").split("\n")
    for name in ("Subject: ", "From: "):
        (line,) = [line for line in head if line.startswith(name)]
        assert len(name) < len(line) <= 76
    said = next(line for line in head if line.startswith("Subject: "))
    assert str(make_header(decode_header(said.removeprefix("Subject: ")))).startswith(first)
    again = email.message_from_bytes(octets, policy=email.policy.default)
    assert again["Subject"] == subject


def test_d9_a_confirmation_promises_no_single_click(client: Client, reader: Subscription) -> None:
    letter = letters.confirmation(reader)
    assert "click" not in " ".join([letter.heading, letter.subject, *letter.paragraphs]).lower()


def _button(letter: letters.Letter) -> str:
    assert letter.button is not None
    return letter.button.url.removeprefix(conf.base_url())


def _html(publication: Publication, letter: letters.Letter, language: str) -> str:
    message = relay.compose(letter, publication, "alice@example.org", language)
    return str(message.alternatives[0][0])
