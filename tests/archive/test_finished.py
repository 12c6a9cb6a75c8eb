"""Finished octets: what is stored, for whom, for how long, and what a client is told of it."""

from __future__ import annotations

import datetime as dt
import gzip
import threading
import time
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import constants
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, override_settings
from django.urls import path
from django.utils.http import http_date

from newsletter.archive.finished import answers, changes, codings, finished, serving
from newsletter.archive.finished.store import Body, Entry, Scope, Store
from newsletter.config.urls import urlpatterns as real_urlpatterns
from newsletter.models import Change, Issue, Item, change_triggers
from newsletter.models.changes import settled
from subscribers import links
from subscribers.models import Publication
from tests import builders
from tests.committed import COMMITTED

pytestmark = COMMITTED

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def daily(db: None) -> Publication:
    publication = builders.publication()
    ships = builders.category(publication, "Ships")
    for day in ("2026-03-02", "2026-03-03"):
        moment = dt.datetime.fromisoformat(f"{day}T08:00+00:00")
        issue = builders.issue(publication, day, state="archived", published_at=moment)
        builders.item(issue, ships, f"A ship of {day}", published_at=moment)
    return publication


def answered() -> dict[str, int]:
    return dict(serving.ANSWERS)


# --- what a client is told --------------------------------------------------------------------


def test_a_page_is_built_once_and_then_handed_out(client: Client, daily: Publication) -> None:
    before = answered()
    first, second = client.get("/daily/2026-03-02/"), client.get("/daily/2026-03-02/")
    assert first.content == second.content
    assert dict(first.headers) == dict(second.headers)
    assert second["Content-Security-Policy"].startswith("default-src 'none'")
    assert second["X-Content-Type-Options"] == "nosniff"
    assert second["Permissions-Policy"]
    assert second["Vary"] == "Accept-Encoding"
    after = answered()
    assert after["built"] - before.get("built", 0) == 1
    assert after["stored"] - before.get("stored", 0) == 1


def test_each_coding_has_octets_and_a_tag_of_its_own(client: Client, daily: Publication) -> None:
    plain = client.get("/daily/")
    packed = client.get("/daily/", headers={"Accept-Encoding": "gzip"})
    best = client.get("/daily/", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed["Content-Encoding"] == "gzip"
    assert best["Content-Encoding"] == "br"
    assert gzip.decompress(packed.content) == brotli.decompress(best.content) == plain.content
    assert len({one["ETag"] for one in (plain, packed, best)}) == 3
    for one in (plain, packed, best):
        assert one["Content-Length"] == str(len(one.content))
        assert one["Vary"] == "Accept-Encoding"
    tag = packed["ETag"]
    again = client.get("/daily/", headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert again.status_code == 304
    assert client.get("/daily/", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, ""), ("", ""), ("gzip", "gzip"), ("br", "br"), ("gzip, br", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"), ("gzip;q=0, br;q=0", ""), ("*", "br"), ("*;q=0", ""),
        ("gzip;q=0, *", "br"), ("identity", ""), ("identity;q=1, gzip;q=0.5", ""),
        ("gzip;q=1.0, identity; q=0.5, *;q=0", "gzip"), ("x-gzip", "gzip"), ("deflate, zstd", ""),
        ("GZIP ; Q=0.3", "gzip"), ("gzip;q=nonsense", ""), ("gzip;q=7", ""), (";;,,", ""),
        ("compress, gzip" + ", deflate" * 40, "gzip"), ("identity;q=0, deflate", ""),
    ],
)  # fmt: skip
def test_the_coding_is_what_the_client_takes(header: str | None, coding: str) -> None:
    assert codings.choose(header) == coding


SECOND = 1_772_452_800  # Mon, 02 Mar 2026 12:00:00 GMT
AFTER, BEFORE = http_date(SECOND + 60), http_date(SECOND - 60)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"HTTP_IF_NONE_MATCH": '"a"'}, 304),
        ({"HTTP_IF_NONE_MATCH": 'W/"a"'}, 304),
        ({"HTTP_IF_NONE_MATCH": '"x", W/"y", "a"'}, 304),
        ({"HTTP_IF_NONE_MATCH": "*"}, 304),
        ({"HTTP_IF_NONE_MATCH": '"b"'}, 200),
        ({"HTTP_IF_NONE_MATCH": "a"}, 200),
        ({"HTTP_IF_MODIFIED_SINCE": http_date(SECOND)}, 304),
        ({"HTTP_IF_MODIFIED_SINCE": AFTER}, 304),
        ({"HTTP_IF_MODIFIED_SINCE": BEFORE}, 200),
        ({"HTTP_IF_MODIFIED_SINCE": "yesterday"}, 200),
        # The tag wins over the date.
        ({"HTTP_IF_NONE_MATCH": '"b"', "HTTP_IF_MODIFIED_SINCE": AFTER}, 200),
        ({"HTTP_IF_NONE_MATCH": '"a"', "HTTP_IF_MODIFIED_SINCE": BEFORE}, 304),
        ({"HTTP_IF_MATCH": '"a"'}, 200),
        ({"HTTP_IF_MATCH": "*"}, 200),
        ({"HTTP_IF_MATCH": '"b"'}, 412),
        ({"HTTP_IF_MATCH": 'W/"a"'}, 412),  # Only strong tags match there.
        ({"HTTP_IF_UNMODIFIED_SINCE": BEFORE}, 412),
        ({"HTTP_IF_UNMODIFIED_SINCE": AFTER}, 200),
    ],
)
def test_conditions_of_rfc_9110(headers: dict[str, str], status: int) -> None:
    assert answers.condition(headers, '"a"', SECOND) == status


def test_a_date_is_told_only_when_its_second_is_over() -> None:
    assert settled(SECOND, SECOND + 1.9) is None
    assert settled(SECOND, SECOND + 2.0) == SECOND
    assert settled(None, SECOND) is None
    entry = _entry(b"x", changed=SECOND)
    early = answers.answer({}, entry, entry.bodies[""], SECOND + 1)
    assert "Last-Modified" not in dict(early.headers)
    since = {"HTTP_IF_MODIFIED_SINCE": http_date(SECOND)}
    assert answers.answer(since, entry, entry.bodies[""], SECOND + 1).status == 200
    late = answers.answer(since, entry, entry.bodies[""], SECOND + 2)
    assert (late.status, dict(late.headers)["Last-Modified"]) == (304, http_date(SECOND))


def test_head_is_get_without_the_octets_and_ranges_are_not_cut(
    client: Client, daily: Publication
) -> None:
    head, got = client.head("/daily/"), client.get("/daily/", headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers
    assert got.status_code == 200
    assert head["Content-Length"] == str(len(got.content))
    again = client.head("/daily/", headers={"If-None-Match": got["ETag"]})
    assert again.status_code == 304
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again[name] == got[name]


def test_a_foreign_host_gets_nothing_even_of_what_is_stored(
    client: Client, daily: Publication
) -> None:
    assert client.get("/daily/").status_code == 200
    assert client.get("/daily/", headers={"Host": "evil.example"}).status_code == 400
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/daily/", "HTTP_HOST": "evil.example"}
    assert serving.stored(environ) is None


def test_before_django_the_same_is_answered(client: Client, daily: Publication) -> None:
    built = client.get("/daily/")
    asked: list[str] = []

    def django(environ: dict[str, Any], start: Callable[..., None]) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        return [b"django"]

    sent: list[Any] = []
    door = serving.before(django)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/daily/", "HTTP_HOST": None}
    environ |= {"wsgi.url_scheme": "http", "SCRIPT_NAME": ""}
    octets = b"".join(door(environ, lambda *said: sent.append(said)))
    assert octets == built.content
    assert sent == [("200 OK", list(built.headers.items()))]
    for other in ({"REQUEST_METHOD": "POST"}, {"PATH_INFO": "/admin/"}, {"SCRIPT_NAME": "/news"}):
        assert list(door(environ | other, lambda *said: None)) == [b"django"]
    assert asked == ["/daily/", "/admin/", "/daily/"]


# --- keys -------------------------------------------------------------------------------------


def test_what_no_page_heeds_is_no_other_address(client: Client, daily: Publication) -> None:
    plain = client.get("/daily/2026-03-02/")
    before = answered()
    for query in ("?utm_source=x", "?fbclid=1&lang=xx", "?"):
        assert client.get(f"/daily/2026-03-02/{query}").content == plain.content
    assert answered()["built"] == before["built"]
    assert b"utm_source" not in plain.content


def test_what_another_page_heeds_is_no_other_address_either(
    client: Client, daily: Publication
) -> None:
    """An issue has no categories to ask for: whoever asks a thousand times builds nothing."""
    plain = client.get("/daily/2026-03-02/")
    before, kept = answered(), serving.STORE.figures()
    for query in ("?category=a", "?category=b&category=c", "?before=x&month=2026-01"):
        assert client.get(f"/daily/2026-03-02/{query}").content == plain.content
    assert answered()["built"] == before["built"]
    assert serving.STORE.figures() == kept


def test_the_order_of_a_query_is_no_other_address(client: Client, daily: Publication) -> None:
    page = client.get("/daily/?lang=zh&before=2026-03-03")
    before = answered()
    assert client.get("/daily/?before=2026-03-03&x=1&lang=zh-CN").content == page.content
    assert answered()["built"] == before["built"]


def test_languages_and_choices_are_addresses_of_their_own(
    client: Client, daily: Publication
) -> None:
    chinese = client.get("/", headers={"Accept-Language": "zh-CN"})
    english = client.get("/", headers={"Accept-Language": "en"})
    assert chinese.content != english.content
    assert chinese["Vary"] == english["Vary"] == "Accept-Language, Accept-Encoding"
    assert client.get("/", headers={"Accept-Language": "zh-CN"}).content == chinese.content
    assert client.get("/", headers={"Accept-Language": "en"}).content == english.content
    asked = client.get("/daily/?lang=zh-hans").content
    assert asked != client.get("/daily/").content
    assert asked == client.get("/daily/?lang=zh-CN").content


@override_settings(SECURE_HSTS_SECONDS=60, SECURE_PROXY_SSL_HEADER=("HTTP_X_PROTO", "https"))
def test_what_was_built_over_http_is_not_what_goes_over_https(
    client: Client, daily: Publication
) -> None:
    assert "Strict-Transport-Security" not in client.get("/daily/").headers
    secure = client.get("/daily/", headers={"X-Proto": "https"})
    assert secure["Strict-Transport-Security"] == "max-age=60"
    assert "Strict-Transport-Security" not in client.get("/daily/").headers


def test_under_a_mount_path_nothing_is_mixed_up(client: Client, daily: Publication) -> None:
    client.get("/daily/")
    before = answered()
    assert client.get("/daily/", SCRIPT_NAME="/news").status_code == 200
    assert answered()["built"] == before["built"] + 1


# --- nothing personal -------------------------------------------------------------------------


def _asks_who_is_there(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(get_token(request))
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _greets(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(f"Hello {request.user} {request.COOKIES} {sorted(request.GET)}")
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


urlpatterns = [
    path("asks/", finished(_asks_who_is_there)),
    path("greets/", finished(_greets)),
    *real_urlpatterns,
]


@pytest.mark.urls("tests.archive.test_finished")
def test_a_view_that_answers_by_cookie_is_never_stored(client: Client, db: None) -> None:
    first, second = client.get("/asks/"), client.get("/asks/")
    assert first.content != second.content
    assert serving.STORE.figures()[0] == 0


@pytest.mark.urls("tests.archive.test_finished")
def test_whoever_asks_first_leaves_nothing_in_what_others_get(client: Client, db: None) -> None:
    user = get_user_model().objects.create_superuser("editor", "e@example.org", "secret")
    client.force_login(user)
    client.cookies["seen"] = "private-cookie"
    response = client.get(
        "/greets/?token=abc", headers={"Authorization": "Bearer tok", "X-Csrftoken": "t"}
    )
    assert response.content == b"Hello AnonymousUser {} []"
    assert Client().get("/greets/").content == response.content


def test_no_personal_address_or_octet_is_ever_stored(client: Client, daily: Publication) -> None:
    user = get_user_model().objects.create_superuser("wanda", "wanda@example.org", "secret")
    client.force_login(user)
    session = client.session
    session["_messages"] = f'[["__json_message",0,{constants.INFO},"flash of wanda",""]]'
    session.save()
    reader = builders.subscription(daily, "bob@example.org")
    token = links.make(links.Purpose.FEED, reader.pk, reader.feed_serial)
    for address in (
        "/", "/daily/", "/daily/2026-03-02/", "/daily/feed.atom", "/daily/c/ships/",
        f"/s/f/{token}/", f"/s/f/{token}/feed.atom", "/admin/", "/daily/subscribe/",
        "/daily/manage/", "/admin/login/", "/healthz", f"/daily/?token={token}",
    ):  # fmt: skip
        client.get(address)
    kept = list(serving.STORE._entries.items())
    assert {key[2] for key, _entry in kept} == {  # type: ignore[index]
        "/", "/daily/", "/daily/2026-03-02/", "/daily/feed.atom", "/daily/c/ships/",
    }  # fmt: skip
    for word in (token, "wanda", "bob@", "csrfmiddlewaretoken", str(session.session_key)):
        for key, entry in kept:
            assert word not in repr(key)
            for body in entry.bodies.values():
                assert word.encode() not in body.octets
                assert word not in repr(body.headers)
                assert "set-cookie" not in body.headers


# --- changes ----------------------------------------------------------------------------------


def test_a_correction_touches_its_issue_and_the_lists_and_no_other_issue(
    client: Client, daily: Publication
) -> None:
    pages = ["/daily/2026-03-02/", "/daily/2026-03-03/", "/daily/", "/daily/feed.atom"]
    before = {address: client.get(address).content for address in pages}
    built = answered()["built"]
    Item.objects.filter(issue__slug="2026-03-02").update(title="Another title")
    after = {address: client.get(address).content for address in pages}
    changed = {address for address in pages if before[address] != after[address]}
    assert changed == {"/daily/2026-03-02/", "/daily/", "/daily/feed.atom"}
    assert answered()["built"] - built == 3


def test_drafts_and_sending_touch_nothing(client: Client, daily: Publication) -> None:
    client.get("/daily/")
    built = answered()["built"]
    draft = builders.issue(daily, "2026-03-04")
    builders.item(draft, None, "Not yet")
    draft.title = "Renamed"
    draft.save()
    Issue.objects.filter(slug="2026-03-03").update(state_reason="x", folded_at=NOON)
    client.get("/daily/")
    assert answered()["built"] == built


def test_an_insert_that_ignores_conflicts_is_noted_too(client: Client, daily: Publication) -> None:
    assert b"Brand new" not in client.get("/daily/2026-03-02/").content
    issue = Issue.objects.get(slug="2026-03-02")
    Item.objects.bulk_create(
        [Item(issue=issue, number=9, anchor="n", entry_id="urn:n", title="Brand new")],
        ignore_conflicts=True,
    )
    assert b"Brand new" in client.get("/daily/2026-03-02/").content


def test_another_publication_is_not_touched(client: Client, daily: Publication) -> None:
    builders.publication("weekly")
    client.get("/weekly/")
    client.get("/weekly/feed.rss")
    built = answered()["built"]
    Publication.objects.filter(slug="daily").update(name="Renamed")
    client.get("/weekly/")
    client.get("/weekly/feed.rss")
    assert answered()["built"] == built


def test_robots_txt_shows_nothing_that_changes(client: Client, daily: Publication) -> None:
    octets = client.get("/robots.txt").content
    Publication.objects.filter(slug="daily").update(name="Renamed")
    built = answered()["built"]
    assert client.get("/robots.txt").content == octets
    assert answered()["built"] == built


def test_no_request_for_what_is_stored_asks_the_database_by_itself(
    client: Client, daily: Publication, monkeypatch: Any, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(changes, "LOOK_EVERY", 3600.0)
    client.get("/daily/")
    with django_assert_num_queries(0):
        for _ in range(20):
            assert client.get("/daily/").status_code == 200


@pytest.mark.parametrize("known_for", [0.0, 60.0])
def test_who_knows_only_what_was_true_longer_ago_waits_for_the_look(
    daily: Publication, monkeypatch: Any, known_for: float
) -> None:
    """One thread looks; what the others know meanwhile is good for a moment and no longer."""
    known = changes.Changes(lambda scopes: None)
    assert known.may_serve()
    monkeypatch.setattr(changes, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(changes, "_SHORT", known_for)
    monkeypatch.setattr(changes, "_LONGEST_WAIT", 60.0)
    asking, answer, served = threading.Event(), threading.Event(), threading.Event()

    def look() -> None:
        if not asking.is_set():
            asking.set()
            answer.wait(30)

    monkeypatch.setattr(known, "_look", look)
    one = threading.Thread(target=known.may_serve)
    other = threading.Thread(target=lambda: (known.may_serve(), served.set()))
    one.start()
    assert asking.wait(30)
    other.start()
    assert served.wait(0.5 if known_for == 0 else 30) is (known_for > 0)
    answer.set()
    one.join(30)
    other.join(30)
    assert served.is_set()


def test_without_the_triggers_nothing_is_stored(client: Client, daily: Publication) -> None:
    change_triggers.remove("default")
    serving.clear()
    client.get("/daily/")
    Publication.objects.update(name="Renamed")
    assert b"Renamed" in client.get("/daily/").content
    assert serving.STORE.figures()[0] == 0
    change_triggers.install("default")
    serving.clear()
    client.get("/daily/")
    assert serving.STORE.figures()[0] == 1


def test_a_database_put_back_makes_everything_old(client: Client, daily: Publication) -> None:
    client.get("/daily/")
    serving.CHANGES._floor += 10_000  # As if it had known more than the database does.
    built = answered()["built"]
    client.get("/daily/")
    assert answered()["built"] == built + 1


def test_while_the_database_is_away_what_is_stored_is_served_for_a_while(
    client: Client, daily: Publication, monkeypatch: Any
) -> None:
    page = client.get("/daily/").content

    def away(since: int) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(changes, "_read", away)
    assert client.get("/daily/").content == page
    monkeypatch.setattr(changes, "STALE_FOR", 0.0)
    built = answered()["built"]
    client.get("/daily/")  # Built, or refused by the database itself.
    assert answered()["built"] == built + 1


def test_old_rows_go_but_the_newest_of_everything_stays(daily: Publication) -> None:
    change_triggers.remove("default")
    Change.objects.all().delete()
    old, new = NOON - dt.timedelta(days=9), NOON
    for number, (publication, issue, at) in enumerate(
        [(1, 0, old), (1, 0, new), (1, 5, old), (2, 0, old), (2, 0, old)]
    ):
        Change.objects.create(publication=publication, issue=issue, at=at, transaction=number)
    Change.objects.tidy(NOON - dt.timedelta(days=1))
    left = list(Change.objects.order_by("id").values_list("publication", "issue", "at"))
    assert left == [(1, 0, new), (1, 5, old), (2, 0, old)]
    change_triggers.install("default")


# --- the store --------------------------------------------------------------------------------


def _entry(octets: bytes, changed: int | None = None) -> Entry:
    headers = {"last-modified": ("Last-Modified", http_date(changed))} if changed else {}
    return Entry(200, Scope(1), {"": Body(octets, headers, '"a"')}, changed=changed)


def test_the_store_is_bounded_in_octets_and_in_number() -> None:
    store = Store(most_bytes=10_000, most_entries=3)
    for name in "abc":
        store.built(name, lambda: _entry(b"x" * 100))
    store.get("a")  # Asked for again, so it is "b" that falls out.
    store.built("d", lambda: _entry(b"x" * 100))
    assert [name for name in "abcd" if store.get(name)] == ["a", "c", "d"]
    store.built("e", lambda: _entry(b"x" * 7_000))
    entries, octets = store.figures()
    assert octets <= 10_000
    assert store.get("e") is not None
    entry = store.get("e")
    assert entry is not None
    store.add_body(entry, "gzip", Body(b"y" * 9_000, {}, '"b"'))
    assert store.figures() == (0, 0)
    assert entries <= 3


def test_of_many_who_ask_at_once_one_builds() -> None:
    store, built, got = Store(10**6, 10), [], []
    gate = threading.Event()

    def build() -> Entry:
        built.append(1)
        gate.wait(5)
        return _entry(b"page")

    def ask() -> None:
        got.append(store.built("page", build))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    gate.set()
    for thread in threads:
        thread.join(10)
    assert built == [1]
    assert sorted(ran for _entry, ran in got) == [False] * 11 + [True]
    assert len({id(entry) for entry, _ran in got}) == 1


def test_a_build_that_fails_leaves_nobody_waiting() -> None:
    store = Store(10**6, 10)
    with pytest.raises(ZeroDivisionError):
        store.built("page", lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    assert store.built("page", lambda: _entry(b"x"))[1] is True


def test_what_changed_during_a_build_is_not_kept() -> None:
    store = Store(10**6, 10)

    def build() -> Entry:
        store.forget([Scope(1)])
        return _entry(b"old")

    store.built("page", build)
    assert store.get("page") is None


@pytest.mark.parametrize(
    ("shown", "change", "touched"),
    [
        (Scope(1), Scope(1), True), (Scope(1), Scope(1, 7), True), (Scope(1), Scope(2), False),
        (Scope(1, 7), Scope(1, 7), True), (Scope(1, 7), Scope(1, 8), False),
        (Scope(1, 7), Scope(1), True), (Scope(1, 7), Scope(2, 7), False),
        (Scope(), Scope(2, 7), True), (Scope(1, 7), Scope(), True), (Scope(-1), Scope(1), False),
    ],
)  # fmt: skip
def test_what_a_change_touches(shown: Scope, change: Scope, touched: bool) -> None:
    assert shown.touched_by(change) is touched


@pytest.mark.django_db(transaction=True)
def test_a_stampede_builds_a_cold_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = builders.publication()
    builders.issue(publication, "2026-03-02", state="archived", published_at=NOON)
    Client().get("/daily/2026-03-02/")
    # Looked at just now: a look between two of them may find the last change once more, since on
    # PostgreSQL any transaction that still runs may come before it.
    monkeypatch.setattr(changes, "LOOK_EVERY", 60.0)
    serving.STORE.clear()
    built = answered().get("built", 0)
    bodies: list[bytes] = []

    def ask() -> None:
        bodies.append(Client().get("/daily/2026-03-02/").content)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(bodies)) == 1
    assert len(bodies) == 8
    assert answered()["built"] - built == 1
