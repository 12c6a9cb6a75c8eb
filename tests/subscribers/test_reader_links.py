"""Links in mails: the way out, what robots do to links, and links that lead nowhere."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.test import Client

from newsletter.config import metrics
from subscribers import erasure, links, suppression
from subscribers.links import Purpose, make
from subscribers.models import ConsentEvent, DailyCount, Subscriber, Subscription
from tests import builders
from tests.site_settings import configure

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


def told(answer: Any) -> list[tuple[str, str]]:
    """The headers, but for the number of the request, which is drawn by chance."""
    return sorted(one for one in answer.headers.items() if one[0] != "X-Request-ID")


@pytest.fixture(autouse=True)
def _jobs_run_at_once(settings: Any) -> None:
    settings.TASKS = {
        "default": {
            "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
            "QUEUES": ["default", "sending", "mail"],
        }
    }


@pytest.fixture
def reader() -> Subscription:
    publication = builders.publication()
    builders.category(publication, "Tides")
    return builders.subscription(publication, "alice@example.org")


def way_out(reader: Subscription) -> str:
    return f"/s/u/{make(Purpose.UNSUBSCRIBE, reader.pk)}/"


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, to see whether anything changed."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
    }


@pytest.mark.parametrize("multipart", [False, True])
def test_one_click(client: Client, reader: Subscription, multipart: bool) -> None:
    strict = Client(enforce_csrf_checks=True)
    if multipart:
        answer = strict.post(way_out(reader), {"List-Unsubscribe": "One-Click"})
    else:
        answer = strict.post(way_out(reader), ONE_CLICK, FORM)
    assert (answer.status_code, answer.content) == (200, b"You are unsubscribed.\n")
    assert "Location" not in answer.headers
    assert answer.cookies == {}
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"
    event = ConsentEvent.objects.get()
    assert (event.kind, event.form) == ("unsubscribed", "one-click")


def test_one_click_again_foreign_and_gone_gets_the_same(
    client: Client, reader: Subscription
) -> None:
    client.cookies["sessionid"] = "anything"
    headers = {"origin": "https://mail.example.net", "sec-fetch-site": "cross-site"}
    paths = [way_out(reader)] * 3 + [f"/s/u/{make(Purpose.UNSUBSCRIBE, 99)}/"]
    answers = [client.post(path, ONE_CLICK, FORM, headers=headers) for path in paths]
    assert len({(a.status_code, a.content, str(told(a))) for a in answers}) == 1
    assert answers[0].status_code == 200
    assert ConsentEvent.objects.count() == 1
    assert not DailyCount.objects.exists()


def test_one_click_with_a_token_we_did_not_make_is_an_error_and_counted(
    client: Client, reader: Subscription, settings: Any
) -> None:
    good = make(Purpose.UNSUBSCRIBE, reader.pk)
    other_purpose = make(Purpose.MANAGE, reader.pk)
    with time_machine.travel(START, tick=False):
        bad = ["nonsense", good[:-1], good[:-4] + "AAAA", other_purpose, good.lower()]
        answers = [client.post(f"/s/u/{token}/", ONE_CLICK, FORM) for token in bad]
        configure(settings, LINK_KEYS={1: b"the keys of another site, 32 octets"})
        answers.append(client.post(f"/s/u/{good}/", ONE_CLICK, FORM))
    assert {(a.status_code, a.content) for a in answers} == {
        (400, b"This link is damaged, or of another site. Nobody was unsubscribed.\n")
    }
    assert all(a.headers["Content-Type"].startswith("text/plain") for a in answers)
    reader.refresh_from_db()
    assert reader.state == "active"
    counted = DailyCount.objects.get(name="one_click_refused")
    assert (counted.day, counted.number) == (START.date(), 6)
    assert "sudi_one_click_refused_total 6" in metrics.text()


@pytest.mark.parametrize("query", ["", "?utm_source=a&lang=de", "?lang=de&utm_source=a", "?="])
def test_one_click_without_the_last_slash_and_with_any_query(
    reader: Subscription, query: str
) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(way_out(reader).removesuffix("/") + query, ONE_CLICK, FORM)
    assert (answer.status_code, "Location" in answer.headers) == (200, False)
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


@pytest.mark.parametrize("slash", ["/", ""])
def test_every_page_of_a_reader_opens_with_and_without_the_last_slash(
    client: Client, reader: Subscription, slash: str
) -> None:
    pages = [way_out(reader), f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"]
    pages += ["/daily/subscribe/", "/daily/subscribe/embed/", "/daily/manage/"]
    for path in pages:
        path = path.removesuffix("/") + slash
        page, head = client.get(path), client.head(path)
        assert (page.status_code, head.status_code, head.content) == (200, 200, b"")
    fields = {"address": "bob@example.org"}
    assert client.post(f"/daily/subscribe{slash}", fields).status_code == 303
    answer = client.post(f"/api/publications/daily/subscribe{slash}", fields, "application/json")
    assert answer.status_code == 202
    assert client.post(f"/daily/manage{slash}", fields).status_code == 303


@pytest.mark.parametrize(
    "body",
    ["", "List-Unsubscribe=", "List-Unsubscribe=one click", "foo=bar", "action=", "action=erase"],
)
def test_another_body_changes_nothing(client: Client, reader: Subscription, body: str) -> None:
    before = everything()
    assert client.post(way_out(reader), body, FORM).status_code == 400
    assert client.post(way_out(reader), body, "application/json").status_code == 400
    assert client.post(way_out(reader), b"--x\r\n", "multipart/form-data; boundary=x")
    assert everything() == before


def test_get_head_and_options_change_nothing(client: Client, reader: Subscription) -> None:
    before = everything()
    for _ in range(7):
        assert client.get(way_out(reader)).status_code == 200
        assert client.head(way_out(reader)).status_code == 200
        assert client.options(way_out(reader)).status_code == 405
    assert everything() == before


def test_leaving_one_or_all_and_coming_back(client: Client, reader: Subscription) -> None:
    with time_machine.travel(START, tick=False) as clock:
        weekly = builders.publication("weekly", name="Chart Weekly")
        monthly = builders.publication("monthly", name="Moon Monthly")
        builders.subscription(weekly, "alice@example.org")
        left = builders.subscription(monthly, "alice@example.org", state="unsubscribed")
        Subscription.objects.filter(pk=left.pk).update(since=START - dt.timedelta(days=9))
        page = client.get(way_out(reader)).content.decode()
        assert "Chart Weekly" in page
        assert "Moon Monthly" not in page

        def states() -> list[str]:
            return list(Subscription.objects.order_by("id").values_list("state", flat=True))

        client.post(way_out(reader), {"action": "this", "reason": "too_many"})
        assert states() == ["unsubscribed", "active", "unsubscribed"]
        assert ConsentEvent.objects.get().detail == {"reason": "too_many"}
        assert "Changed your mind?" in client.get(way_out(reader)).content.decode()
        client.post(way_out(reader), {"action": "back"})
        assert states() == ["active", "active", "unsubscribed"]
        clock.shift(dt.timedelta(minutes=1))
        client.post(way_out(reader), {"action": "everything"})
        assert states() == ["unsubscribed"] * 3
        client.post(way_out(reader), {"action": "back"})
        # What was left together comes back together; what was left before stays left.
        assert states() == ["active", "active", "unsubscribed"]
        kinds = ConsentEvent.objects.order_by("id").values_list("kind", flat=True)
        assert list(kinds) == [
            "unsubscribed", "returned", "unsubscribed", "unsubscribed", "returned", "returned",
        ]  # fmt: skip
    assert mail.outbox == []  # No farewell, no welcome back.


def test_who_complained_cannot_be_brought_back_by_a_link(
    client: Client, reader: Subscription
) -> None:
    client.post(way_out(reader), ONE_CLICK, FORM)
    suppression.suppress("alice@example.org", "complaint")
    answer = client.post(way_out(reader), {"action": "back"}, follow=True)
    assert "This cannot be done for your address" in answer.content.decode()
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


def test_a_pause_from_the_way_out(client: Client, reader: Subscription) -> None:
    with time_machine.travel(START, tick=False):
        answer = client.post(way_out(reader), {"action": "pause", "span": "14"}, follow=True)
        assert "Mail starts again on March 16, 2026." in answer.content.decode()
        reader.refresh_from_db()
        assert reader.state == "active"


def test_the_way_out_survives_new_keys(client: Client, reader: Subscription, settings: Any) -> None:
    path = way_out(reader)
    configure(
        settings, LINK_KEYS={**settings.SUDI["LINK_KEYS"], 2: b"another-secret-of-the-next-year!"}
    )
    settings.SECRET_KEY = "rotated" * 9
    assert client.get(path).status_code == 200
    assert client.post(path, ONE_CLICK, FORM).status_code == 200
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


def test_after_erasure_every_link_opens_the_page_of_dead_links(
    client: Client, reader: Subscription
) -> None:
    paths = [
        f"/s/{part}/{make(purpose, reader.pk)}/"
        for part, purpose in (
            ("u", Purpose.UNSUBSCRIBE),
            ("m", Purpose.MANAGE),
            ("c", Purpose.CONFIRM),
        )
    ] + [f"/s/x/{make(Purpose.SENSITIVE, reader.subscriber_id, links.minutes_from_now(9))}/"]
    erasure.erase(reader.subscriber, by="reader")
    before = everything()
    nonsense = client.get("/s/m/nonsense/")
    assert nonsense.status_code == 404
    for path in paths:
        for answer in (client.get(path), client.post(path, {"action": "back"})):
            assert answer.status_code == 404
            assert same(answer) == same(nonsense)
    assert client.post(paths[0], ONE_CLICK, FORM).content == b"You are unsubscribed.\n"
    assert everything() == before


def same(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, told(answer)


PARTS = {
    "u": Purpose.UNSUBSCRIBE,
    "m": Purpose.MANAGE,
    "c": Purpose.CONFIRM,
    "x": Purpose.SENSITIVE,
    "a": Purpose.CHANGE_ADDRESS,
}


def good_token(part: str, subject: int) -> str:
    extra = links.minutes_from_now(60) if part in "xa" else 0
    bound = "alice@example.net" if part == "a" else ""
    return make(PARTS[part], subject, extra, bound=bound)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_altered_tokens_lead_nowhere(client: Client, reader: Subscription, part: str) -> None:
    """Twenty tokens a route: some of their bits flipped, cut, lengthened, for another purpose."""
    publication = reader.publication
    Subscriber.objects.update(new_address="alice@example.net", new_address_at=START)
    for number in range(19):
        builders.subscription(publication, f"reader{number}@example.org")
    nowhere = same(client.get("/s/m/nonsense/"))
    ids = list(Subscription.objects.values_list("pk", "subscriber_id"))
    before = everything()
    tried = 0
    for index, (tie, person) in enumerate(ids):
        token = good_token(part, person if part in "xa" else tie)
        if index == 0:
            assert client.get(f"/s/{part}/{token}/").status_code == 200
        wrong = [token[:-1], token[:20], token + "A", token.swapcase(), "A" * 40]
        wrong += [make(other, tie) for name, other in PARTS.items() if name != part]
        wrong += flipped(token, every=240 if index else 7)
        for text in wrong:
            path = f"/s/{part}/{text}/"
            answers = [client.get(path), client.post(path, {"action": "everything"})]
            for answer in answers:
                assert same(answer) == nowhere
                tried += 1
    assert everything() == before
    assert tried > 300


@pytest.mark.long
def test_every_bit_of_a_hundred_tokens(client: Client, reader: Subscription) -> None:
    nowhere = same(client.get("/s/m/nonsense/"))
    before = everything()
    for number in range(100):
        part = sorted(PARTS)[number % 5]
        token = good_token(part, reader.pk)
        for text in flipped(token, every=1):
            assert same(client.get(f"/s/{part}/{text}/")) == nowhere
            assert same(client.post(f"/s/{part}/{text}/", {"action": "this"})) == nowhere
    assert everything() == before


def flipped(token: str, *, every: int) -> list[str]:
    """The token with one bit flipped, for every n-th of its 240 bits, and in its spelling."""
    import base64

    raw = base64.urlsafe_b64decode(token)
    found = []
    for bit in range(0, 240, every):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        found.append(base64.urlsafe_b64encode(bytes(changed)).decode())
    return found


def test_every_link_of_every_mail_may_be_followed_seven_times(client: Client) -> None:
    """Mail scanners open what they find; only people press buttons."""
    publication = builders.publication()
    builders.category(publication, "Tides")
    client.post("/daily/subscribe/", {"address": "alice@example.org"})
    client.post(re.findall(r"8000(/s/c/\S+)", mail.outbox[0].body)[0])
    reader = Subscription.objects.get()
    client.post("/daily/manage/", {"address": "alice@example.org"})
    manage = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    client.post(manage, {"action": "link"})
    fresh = f"/s/x/{make(Purpose.SENSITIVE, reader.subscriber_id, links.minutes_from_now(9))}/"
    client.post(fresh, {"action": "address", "address": "alice@example.net"})
    client.post("/daily/subscribe/", {"address": "bob@example.org"})  # A pending one too.
    assert len(mail.outbox) == 7
    found = {
        path.partition("#")[0]
        for message in mail.outbox
        for path in re.findall(r"http://127\.0\.0\.1:8000(/\S+)", message.body)
    }
    assert {path[:5] for path in found} >= {"/s/c/", "/s/m/", "/s/u/", "/s/x/", "/s/a/", "/s/f/"}
    before = everything()
    for path in sorted(found):
        for _ in range(7):
            client.get(path)
            client.head(path)
    assert everything() == before


def test_pages_behind_a_token_keep_it_to_themselves(client: Client, reader: Subscription) -> None:
    for part in "umcx":
        subject = reader.subscriber_id if part == "x" else reader.pk
        for path in (f"/s/{part}/{good_token(part, subject)}/", f"/s/{part}/nonsense/"):
            answer = client.get(path)
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert answer.headers["X-Frame-Options"] == "DENY"
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; ")
            assert "script-src" not in policy
            assert "unsafe" not in policy
            assert answer.cookies == {}


def test_a_stranger_s_page_cannot_press_buttons(client: Client, reader: Subscription) -> None:
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    before = everything()
    foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example.net"}
    assert client.post(path, {"action": "pause", "span": "7"}, headers=foreign).status_code == 403
    assert everything() == before
    # What browsers send from our own page, whose referrer policy hides even the origin.
    own = {"sec-fetch-site": "same-origin", "origin": "null"}
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, {"action": "pause", "span": "7"}, headers=own).status_code == 303
