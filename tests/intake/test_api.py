"""The interface: handing in, checking, reading, releasing; and all that can be wrong with it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client, RequestFactory

from newsletter import importing
from newsletter.config import busy
from newsletter.config.requests import Utf8WSGIRequest
from newsletter.intake import idempotency, tokens
from newsletter.intake.idempotency import Answer
from newsletter.models import Issue, KeptAnswer
from subscribers.limits import Rate
from subscribers.models import AuditEntry, Publication, Role
from tests import builders
from tests.intake.programs import DIGEST, NO_DATE, Program, member

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture(autouse=True)
def requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test client builds its requests with Django's class; ours is set in `config.wsgi`."""
    monkeypatch.setattr("django.test.client.WSGIRequest", Utf8WSGIRequest)


@pytest.fixture
def daily() -> Publication:
    return builders.publication(undo_seconds=180)


# ---- handing in


def test_a_digest_is_made_then_the_same_then_updated(daily: Publication) -> None:
    program = Program(daily)
    made = program.put()
    assert made.status == 201
    problems = [one for one in made.json["problems"] if one["level"] != "note"]
    assert (made.json["issue"], made.json["created"], made.json["items"]) == ("2026-03-02", True, 2)
    assert problems == []
    same = program.put()
    assert (same.status, same.json["created"], same.json["issue"]) == (200, False, "2026-03-02")
    other = program.put(DIGEST.replace("It is faster.", "It is much faster."))
    assert (other.status, other.json["created"]) == (200, False)
    assert {one["code"] for one in other.json["problems"]} >= {"changed"}
    assert Issue.objects.get().items.first().insight == "It is much faster."  # type: ignore[union-attr]
    audits = AuditEntry.objects.filter(action="digest imported").order_by("pk")
    assert [(one.actor, one.detail["way"]) for one in audits] == [("alice", "api")] * 2


def test_it_answers_as_the_command_does(daily: Publication, tmp_path: Any, capsys: Any) -> None:
    from django.core.management import call_command

    program = Program(daily)
    made = program.put(query="&name=2026-03-02.md")
    Issue.objects.all().delete()
    daily.categories.all().delete()
    (tmp_path / "2026-03-02.md").write_text(DIGEST)
    call_command(
        "import_digest", str(tmp_path / "2026-03-02.md"), "--publication", "daily",
        "--create-categories", "--json",
    )  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    assert {**made.json, "file": ""} == {**said, "file": ""}


def test_problems_come_with_their_lines_and_questions(daily: Publication) -> None:
    answer = Program(daily).put(NO_DATE)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["type"] == "http://127.0.0.1:8000/api/v1/docs#refused"
    assert answer.json["status"] == 422
    errors = [one for one in answer.json["problems"] if one["level"] == "error"]
    assert [(one["code"], one["line"]) for one in errors] == [("date-missing", 1)]
    assert any(one["option"] == "--date" for one in answer.json["questions"])
    assert not Issue.objects.exists() and not daily.categories.exists()
    told = Program(daily).put(NO_DATE, query="&date=2026-03-02&confirm=one-item")
    assert told.status == 201


def test_open_questions_are_answered_by_the_commands_options(daily: Publication) -> None:
    builders.category(daily, "Ships")
    program = Program(daily)
    answer = program.post("/issues/", DIGEST)
    assert answer.status == 422
    assert [one["code"] for one in answer.json["problems"] if one["level"] == "error"] == [
        "category-unknown"
    ]
    assert program.post("/issues/?map=Roads=ships", DIGEST).status == 201
    assert list(daily.categories.values_list("slug", flat=True)) == ["ships"]


def test_hand_edits_are_left_and_said(daily: Publication) -> None:
    program = Program(daily)
    program.put()
    Issue.objects.get().items.filter(number=1).update(insight="By hand.")
    answer = program.put(DIGEST.replace("It is faster.", "It is slower.").replace("week", "day"))
    assert answer.status == 200
    (conflict,) = answer.json["conflicts"]
    assert (conflict["mine"], conflict["theirs"]) == ("By hand.", "It is slower.")
    items = Issue.objects.get().items.order_by("number")
    assert [one.insight for one in items] == ["By hand.", "For a day."]
    taken = program.put(DIGEST.replace("It is faster.", "It is slower."), query="&take=theirs")
    assert (taken.status, taken.json["conflicts"]) == (200, [])
    assert Issue.objects.get().items.get(number=1).insight == "It is slower."


def test_two_editions_of_a_day_are_said_by_name(daily: Publication) -> None:
    program = Program(daily)
    program.put()
    other = "# Evening - 2026-03-02\n" + DIGEST.partition("\n")[2].replace("ferry", "tram").replace(
        "bridge", "tunnel"
    )
    assert program.put(other, query="&edition=evening").json["edition"] == "evening"
    assert Issue.objects.count() == 2
    assert program.put(other, query="&edition=evening").status == 200


def test_check_stores_nothing(daily: Publication) -> None:
    program = Program(daily)
    answer = program.post("/issues/check?create_categories=true", DIGEST)
    assert (answer.status, answer.json["created"], answer.json["issue"]) == (200, True, None)
    assert program.post("/issues/check", NO_DATE).status == 422
    assert not Issue.objects.exists() and not daily.categories.exists()
    assert not AuditEntry.objects.filter(action="digest imported").exists()


def test_what_is_out_is_corrected_and_not_overwritten(daily: Publication) -> None:
    program = Program(daily)
    program.put()
    Issue.objects.update(state="published", published_at=NOW)
    issue = Issue.objects.get()
    assert program.put().status == 200  # The same again is no mistake.
    answer = program.put(DIGEST.replace("faster", "slower"))
    assert answer.status == 409
    assert answer.json["type"].endswith("#released")
    where = f"/admin/newsletter/issue/{issue.pk}/correct/"
    assert answer.json["correction"] == "http://127.0.0.1:8000" + where
    assert answer.json["issue"] == "2026-03-02"
    assert {one["code"] for one in answer.json["problems"]} >= {"released", "changed"}
    assert issue.items.get(number=1).insight == "It is faster."


def test_what_nobody_has_yet_is_taken_back_first(daily: Publication) -> None:
    program = Program(daily)
    program.put()
    Issue.objects.update(state="scheduled", send_at=NOW)
    answer = program.put(DIGEST.replace("faster", "slower"))
    assert (answer.status, answer.json["type"].rpartition("#")[2]) == (409, "released")
    assert answer.json["detail"] == "It is scheduled: take it back to a draft first, on its page."
    page = f"/admin/newsletter/issue/{Issue.objects.get().pk}/"
    assert answer.json["edit_url"] == "http://127.0.0.1:8000" + page
    assert "correction" not in answer.json


def test_a10_one_text_by_file_paste_and_post_is_one_draft(daily: Publication) -> None:
    Program(daily).put()
    for name in ("2026-03-02.md", "", "harbour-2026-03-02-final.md"):
        importing.import_digest(daily, DIGEST.encode(), name)
    assert Issue.objects.count() == 1


# ---- who may


def test_without_a_token_and_beyond_its_rights(daily: Publication) -> None:
    other = builders.publication("weekly", name="Weekly")
    program = Program(daily, role="sender")
    for secret in ("", "x" * 40, "sudi_" + "a" * 32, "\u00fc"):
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        answer = Client().get("/api/v1/publications/daily/issues/", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sudi"'
        assert answer.json()["type"].endswith("#no-token")
    basic = Client().get(
        "/api/v1/publications/daily/issues/", headers={"Authorization": f"Basic {program.secret}"}
    )
    assert basic.status_code == 401
    # Other publications and those that are none are the same.
    builders.issue(other)
    for path in ("weekly", "nowhere"):
        program.base = f"/api/v1/publications/{path}"
        answers = [program.get("/issues/"), program.put(), program.get("/issues/2026-03-02/plan")]
        assert [one.status for one in answers] == [404] * 3
        assert answers[0].json["detail"] == "The token opens no such publication."
    program.base = "/api/v1/publications/daily"
    program.put()
    assert program.post("/issues/2026-03-02/release").status == 403  # rights draft
    Role.objects.update(kind="approver")
    assert program.put().status == 403
    assert program.get("/issues/").status == 200
    Role.objects.all().delete()
    assert program.get("/issues/").status == 404
    assert Issue.objects.filter(publication=daily).count() == 1


def test_nobody_is_let_in_by_a_cookie(daily: Publication, client: Client) -> None:
    client.force_login(member(daily, "olga", "owner"))
    assert client.get("/api/v1/publications/daily/issues/").status_code == 401


def test_a_thousand_posts_a_minute_are_held_back(
    daily: Publication, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "RATE", Rate(interval=0.5, burst=5))
    program = Program(daily)
    answers = [program.post("/issues/check", NO_DATE) for _number in range(8)]
    assert [one.status for one in answers] == [422] * 5 + [429] * 3
    assert answers[-1].headers["Retry-After"] == "1"
    assert program.get("/issues/").status == 200  # Reading goes on,
    assert Program(daily, name="bob").post("/issues/check", NO_DATE).status == 422  # and others.
    clock.move_to(NOW + dt.timedelta(seconds=1))
    assert program.post("/issues/check", NO_DATE).status == 422


# ---- Idempotency-Key


def test_a_key_gives_the_first_answer_for_a_day(daily: Publication, clock: Any) -> None:
    program = Program(daily)
    first = program.put(key="k1")
    again = program.put(key="k1")
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert program.put(key="k2").status == 200
    other = program.put(DIGEST + "\n- x\n", key="k1")
    assert (other.status, other.json["type"][-11:]) == (409, "#key-reused")
    assert program.put(key="k1", query="&name=x.md").status == 409  # Another request.
    refused = program.put(NO_DATE, key="k3")
    assert program.put(NO_DATE, key="k3").json == refused.json
    # Another token's keys are its own.
    assert Program(daily, name="bob").put(key="k1").status == 200
    clock.move_to(NOW + dt.timedelta(days=1))
    assert program.put(key="k1").status == 200
    assert program.put(NO_DATE, key="k2").status == 422
    clock.move_to(NOW + dt.timedelta(days=3))
    assert idempotency.forget_old() == 4
    assert not KeptAnswer.objects.exists()


def test_a_request_in_flight_is_said_and_a_lost_one_is_taken_over(
    daily: Publication, clock: Any
) -> None:
    token, calls = Program(daily).token, []

    def answer() -> Answer:
        calls.append(1)
        with pytest.raises(Exception, match="not answered yet"):
            idempotency.once(token, "k", "digest", answer)
        return Answer(201, "{}")

    assert idempotency.once(token, "k", "digest", answer).status == 201
    assert len(calls) == 1
    KeptAnswer.objects.update(status=None, answer="")  # Its process died.
    with pytest.raises(Exception, match="not answered yet"):
        idempotency.once(token, "k", "digest", answer)
    clock.move_to(NOW + dt.timedelta(seconds=61))
    assert idempotency.once(token, "k", "digest", answer).status == 201
    assert len(calls) == 2


def test_a_fault_of_ours_is_not_kept(daily: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(daily)

    def busy(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(importing, "import_digest", busy)
    answer = program.put(key="k1")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    monkeypatch.undo()
    assert program.put(key="k1").status == 201


def test_who_is_not_let_in_to_write_gets_a_document(rf: RequestFactory) -> None:
    answer = busy.later(rf.post("/api/v1/publications/daily/issues/"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = json.loads(answer.content)
    assert (said["status"], said["title"]) == (503, "The database is busy")
    page = busy.later(rf.post("/daily/subscribe/"))
    assert page.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("key", ["x" * 201, "a b", "schlüssel", "\x7f", "", " "])
def test_a_key_that_is_none(daily: Publication, key: str) -> None:
    headers = {"Authorization": f"Bearer {Program(daily).secret}", "Idempotency-Key": key}
    path = "/api/v1/publications/daily/issues/check"
    answer = Client().post(path, DIGEST, content_type="text/markdown", headers=headers)
    assert (answer.status_code, answer.json()["type"][-12:]) == (400, "#bad-request")


def test_the_whole_document_is_the_empty_pointer(daily: Publication) -> None:
    """RFC 6901, section 5: "/" is the member whose name is empty."""
    answer = Program(daily).post("/issues/check", b'{"": 1, "title": 7}', "application/json")
    found = [(one["message"], one.get("pointer", "")) for one in answer.json["problems"]]
    assert ("“items” is missing at /.", "") in found
    assert ("“” at / is no field of a digest and was left out.", "/") in found


# ---- bad input


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", "text/markdown", 422, "refused"),
        (b"{", "application/json", 422, "refused"),
        (b"[" * 200_000, "application/json", 422, "refused"),
        (b'{"title":' * 50_000, "application/json", 422, "refused"),
        (b"null", "application/json", 422, "refused"),
        (b'"text"', "application/json", 422, "refused"),
        (b'{"title": 7, "items": {}}', "application/json", 422, "refused"),
        (b'{"title": "\\ud800", "items": []}', "application/json", 422, "refused"),
        (b"x" * (4 * 1024 * 1024 + 1), "text/markdown", 413, "too-large"),
        (b"# A\xff\xfe\xfd", "text/markdown", 422, "refused"),
        (b"# \x00\x00\x00\x00", "text/markdown", 422, "refused"),
        ("# \ud800 - 2026-03-02".encode("utf-8", "surrogatepass"), "text/markdown", 422, "refused"),
        (DIGEST.encode(), "text/html", 415, "media-type"),
        (DIGEST.encode(), "application/x-www-form-urlencoded", 415, "media-type"),
        (DIGEST.encode(), "multipart/form-data; boundary=x", 400, "incomplete"),
        (DIGEST.encode(), "text/markdown; charset=klingon", 415, "media-type"),
        (DIGEST.encode(), "text/markdown; charset=base64", 415, "media-type"),
        (DIGEST.encode(), "text/markdown; charset=idna", 415, "media-type"),
        (DIGEST.encode(), "text/markdown; charset=punycode", 415, "media-type"),
        (DIGEST.encode(), "text/markdown; charset=Unicode_Escape", 415, "media-type"),
        (DIGEST.encode(), "text/markdown; charset=undefined", 415, "media-type"),
        (b"\xff", "text/markdown; charset=utf-16", 400, "bad-request"),
        (b'{"title": "A", "title": "B", "items": []}', "application/json", 422, "refused"),
        (
            b'{"title": "A", "date": "2026-03-02", "items": [{"title": "I", "category": "C",'
            b' "score": 1e999}]}',
            "application/json",
            422,
            "refused",
        ),
        (
            b'{"title": "A", "date": "9999-12-31", "items": [{"title": "I", "category": "C"}]}',
            "application/json",
            422,
            "refused",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="document"\r\n\r\n'
            + b"x" * 3_000_000
            + b"\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
            413,
            "too-large",
        ),
        (b"\xff\xff", "text/markdown; charset=us-ascii", 400, "bad-request"),
    ],
)
def test_bad_bodies_are_answered_and_nothing_is_stored(
    daily: Publication, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = Program(daily).post("/issues/?create_categories=true", body, kind)
    assert (answer.status, answer.json["type"].rpartition("#")[2]) == (status, code)
    assert answer.json["detail"]
    assert not Issue.objects.exists() and not daily.categories.exists()


@pytest.mark.parametrize(
    "query",
    ["create_categories=true&create_categories=false", "name=a.md&name=b.md", "lang=zh&lang=en"],
)
def test_an_option_that_stands_twice_is_refused(daily: Publication, query: str) -> None:
    answer = Program(daily).post(f"/issues/?{query}", DIGEST.encode(), "text/markdown")
    assert (answer.status, answer.json["fields"][0]["field"]) == (422, query.partition("=")[0])
    assert "it stands there twice" in answer.json["fields"][0]["message"]
    assert not Issue.objects.exists()
    # What may be said of many things may stand there many times.
    query = "create_categories=true&map=tag:a=%2B&map=tag:b=%2B"
    again = Program(daily).post(f"/issues/check?{query}", DIGEST.encode(), "text/markdown")
    assert "twice" not in str(again.json)


def test_three_megabytes_are_taken_or_refused_and_not_a_fault(daily: Publication) -> None:
    text = DIGEST + "\n- a line of a list that goes on and on and on\n" * 60_000
    assert 2_700_000 < len(text) < 3_000_000
    assert Program(daily).put(text).status in (201, 422)


@pytest.mark.parametrize("charset", ["gb18030", "utf-16", "utf-8", "GBK", '"utf-8"'])
def test_other_charsets_that_are_named(daily: Publication, charset: str) -> None:
    text = DIGEST.replace("A new ferry", "新的渡轮")
    body = text.encode(charset.strip('"'))
    answer = Program(daily).post(
        "/issues/?create_categories=true", body, f"text/markdown; charset={charset}"
    )
    assert answer.status == 201
    assert Issue.objects.get().items.get(number=1).title == "新的渡轮"


@pytest.mark.parametrize(
    "query",
    ["shape=none", "date=2026-13-01", "create_categories=perhaps", "unknown=1", "confirm=all",
     "lines=7", "map=x", "title=" + "x" * 301, "lines=" + "x" * 501],
)  # fmt: skip
def test_bad_options(daily: Publication, query: str) -> None:
    answer = Program(daily).post(f"/issues/?{query}", DIGEST)
    assert (answer.status, answer.json["type"].rpartition("#")[2]) == (422, "invalid")
    assert not Issue.objects.exists()


@pytest.mark.parametrize("date", ["0001-01-01", "1899-12-31", "2100-01-01", "9999-12-31"])
def test_a_year_that_no_issue_is_of(daily: Publication, date: str) -> None:
    """Given beside the document: nothing in it could be read as such a date."""
    answer = Program(daily).put(DIGEST, query=f"&date={date}")
    assert (answer.status, answer.json["type"].rpartition("#")[2]) == (422, "refused")
    assert f"An issue cannot be of {date}. Write a year from 1900 to 2099." in {
        one["message"] for one in answer.json["problems"]
    }
    assert not Issue.objects.exists()


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP, identity"])
def test_a_packed_body_is_refused_by_name(daily: Publication, coding: str) -> None:
    for path, body in (("/issues/", DIGEST), ("/issues/check", DIGEST)):
        answer = Program(daily, name=path).post(path, body, **{"Content-Encoding": coding})
        assert (answer.status, answer.json["detail"]) == (
            415,
            f"Send the body as it is, without Content-Encoding: {coding.lower()}.",
        )
    plain = Program(daily).post(
        "/issues/?create_categories=true", DIGEST, **{"Content-Encoding": "identity"}
    )
    assert plain.status == 201


def test_who_takes_get_takes_head(daily: Publication) -> None:
    """RFC 9110, section 9.1; and what is not taken is said with what is."""
    program = Program(daily)
    headers = {"Authorization": f"Bearer {program.secret}"}
    answer = Client().head("/api/v1/publications/daily/issues/", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert Client().head("/api/v1/publications/daily/issues/").status_code == 401
    answer = Client().head("/api/v1/publications/daily/issues/check", headers=headers)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    answer = Client().put("/api/v1/publications/daily/issues/", headers=headers)
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nowhere", 404),
        ("get", "/api/v1/", 404),
        ("get", "/api/v1/publications/daily/issues/no-such-issue/", 404),
        ("get", "/api/v1/publications/daily/issues/%00/", 404),
        ("get", "/api/v1/publications/daily/issues/?before=x", 422),
        ("get", "/api/v1/publications/daily/issues/?before=2026-03-02.9999999999999999999999", 422),
        ("get", "/api/v1/publications/daily/issues/?limit=0", 422),
        ("get", "/api/v1/publications/daily/issues/?limit=many", 422),
        ("delete", "/api/v1/publications/daily/issues/2026-03-02/", 405),
        ("put", "/api/v1/publications/daily/issues/", 405),
        ("post", "/api/v1/docs", 405),
        ("delete", "/api/v1/digest.schema.json", 405),
    ],
)
def test_bad_addresses(daily: Publication, method: str, path: str, status: int) -> None:
    program = Program(daily)
    headers = {"Authorization": f"Bearer {program.secret}"}
    answer = getattr(Client(), method)(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_without_a_length(daily: Publication) -> None:
    program = Program(daily)
    answer = Client().generic(
        "POST", program.base + "/issues/", b"", CONTENT_LENGTH="", CONTENT_TYPE="text/markdown",
        HTTP_TRANSFER_ENCODING="chunked", HTTP_AUTHORIZATION=f"Bearer {program.secret}",
    )  # fmt: skip
    assert answer.status_code == 411


# ---- reading


def test_issues_page_by_page(daily: Publication) -> None:
    for day in range(1, 6):
        builders.issue(daily, f"2026-03-0{day}")
    builders.issue(daily, "2026-03-03-evening".removesuffix("-evening"), slug="2026-03-03-evening")
    sent = builders.issue(daily, "2026-02-01", state="sent", finished_at=NOW, published_at=NOW)
    original = Issue.objects.get(slug="2026-03-01")
    builders.issue(
        daily, "2026-03-09", kind="rehearsal", rehearses=original, listed=False,
        rehearsed_to="a@example.org", state="cancelled",
    )  # fmt: skip
    program, seen, before = Program(daily), [], ""
    while True:
        page = program.get(f"/issues/?limit=3&before={before}").json
        seen += [one["issue"] for one in page["issues"]]
        before = page["next"]
        if not before:
            break
    assert seen == [
        "2026-03-05", "2026-03-04", "2026-03-03-evening", "2026-03-03", "2026-03-02", "2026-03-01",
        "2026-02-01",
    ]  # fmt: skip
    only = program.get("/issues/?state=sent").json["issues"]
    assert only == [
        {
            "issue": "2026-02-01",
            "title": "Harbour Daily - 2026-02-01",
            "date": "2026-02-01",
            "edition": "",
            "language": "en",
            "kind": "regular",
            "state": "sent",
            "channels": "all",
            "send_at": None,
            "published_at": "2026-03-02T08:00:00Z",
            "url": "http://127.0.0.1:8000/daily/2026-02-01/",
            "edit_url": f"http://127.0.0.1:8000/admin/newsletter/issue/{sent.pk}/",
        }
    ]


def test_one_issue_whole(daily: Publication) -> None:
    program = Program(daily)
    program.put(DIGEST + "\n## Further links\n\n- [A link](https://example.org/more)\n")
    found = program.get("/issues/2026-03-02/").json
    first = found["items"][0]
    assert (found["title"], found["state"], found["url"]) == (
        "Harbour Daily - 2026-03-02", "draft", None,
    )  # fmt: skip
    assert first["title"] == "A new ferry"
    assert first["category"] == "Ships"
    assert first["source"] == {"name": "The Paper", "url": "https://example.org/ferry"}
    assert first["insight"] == "It is faster."
    assert len(first["summary"]) == 2


def test_plan_ledger_categories_and_readers(daily: Publication) -> None:
    ships, roads = builders.category(daily, "Ships"), builders.category(daily, "Roads")
    builders.subscription(daily, "a@example.org", [ships])
    builders.subscription(daily, "b@example.org", [ships, roads])
    builders.subscription(daily, "c@example.org", [roads], state="unsubscribed")
    program = Program(daily)
    program.put()
    plan = program.get("/issues/2026-03-02/plan").json
    assert plan["readers"] == {"full": 1, "partial": 1, "none": 0}
    assert (plan["recipients"], len(plan["editions"]), plan["blockers"]) == (2, 2, [])
    assert len(plan["seen"]) == 32
    assert list(program.get("/issues/2026-03-02/ledger").json) == [
        "recipients", "waiting", "in_flight", "sent", "deferred", "failed", "in_doubt", "skipped",
        "suppressed", "cancelled", "bounced", "complained", "left",
    ]  # fmt: skip
    assert [one["slug"] for one in program.get("/categories").json] == ["ships", "roads"]
    assert program.get("/readers").json == {
        "pending": 0, "active": 2, "unsubscribed": 1, "categories": {"ships": 2, "roads": 1},
    }  # fmt: skip
    assert "example.org" not in str(program.get("/readers").json)


# ---- releasing


@pytest.fixture
def ready(daily: Publication) -> Program:
    ships = builders.category(daily, "Ships")
    builders.category(daily, "Roads")
    builders.subscription(daily, "a@example.org", [ships])
    program = Program(daily, role="sender", rights="send")
    assert program.put().status == 201
    return program


def test_a_release_goes_through_the_undo_time(ready: Program, daily: Publication) -> None:
    plan = ready.get("/issues/2026-03-02/plan").json
    answer = ready.post("/issues/2026-03-02/release", {"seen": plan["seen"]})
    assert (answer.status, answer.json["state"]) == (200, "scheduled")
    assert answer.json["send_at"] == "2026-03-02T08:03:00Z"
    issue = Issue.objects.get()
    assert issue.released_by == ready.user
    again = ready.post("/issues/2026-03-02/release", {"seen": plan["seen"]})
    assert (again.status, again.json["state"]) == (409, "scheduled")


def test_a_release_that_says_something_twice(ready: Program) -> None:
    answer = ready.post(
        "/issues/2026-03-02/release", b'{"channels":"site","channels":"all"}', "application/json"
    )
    assert (answer.status, answer.json["detail"]) == (422, "channels: it stands twice")


def test_what_was_not_seen_does_not_go(ready: Program) -> None:
    plan = ready.get("/issues/2026-03-02/plan").json
    ready.put(DIGEST.replace("faster", "slower"))
    answer = ready.post("/issues/2026-03-02/release", {"seen": plan["seen"]})
    assert (answer.status, answer.json["type"].rpartition("#")[2]) == (409, "changed")
    assert Issue.objects.get().state == "draft"
    if answer.json["warnings"]:  # And without having seen them, warnings stop it.
        assert ready.post("/issues/2026-03-02/release").status == 409
    assert ready.post("/issues/2026-03-02/release", {"seen": answer.json["seen"]}).status == 200


def test_warnings_are_to_be_seen(ready: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from newsletter.issues import findings
    from newsletter.issues.preflight import Checked
    from newsletter.sending import checking

    found = Checked("Something", (findings.warning("x", "Look at this."),))
    monkeypatch.setattr(checking, "_beside_the_text", lambda *given: [found])
    answer = ready.post("/issues/2026-03-02/release")
    assert answer.status == 409 and "Look at this." in answer.json["warnings"]
    assert ready.post("/issues/2026-03-02/release", {"seen": answer.json["seen"]}).status == 200


def test_two_keys_where_a_second_person_must_approve(ready: Program, daily: Publication) -> None:
    Publication.objects.update(needs_approval=True)
    planned = ready.get("/issues/2026-03-02/plan").json
    assert planned["approval_lacks"] == ["A second person must approve the issue first."]
    seen = {"seen": planned["seen"]}
    alone = ready.post("/issues/2026-03-02/release", seen)
    assert (alone.status, alone.json["type"].rpartition("#")[2]) == (409, "not-released")
    assert alone.json["reasons"] == ["A second person must approve the issue first."]
    assert ready.post("/issues/2026-03-02/approve", seen).status == 403  # A sender is no approver.
    second = Program(daily, name="olga", role="owner", rights="send")
    assert second.post("/issues/2026-03-02/approve", seen).status == 200
    assert ready.get("/issues/2026-03-02/plan").json["approval_lacks"] == []
    assert second.post("/issues/2026-03-02/release", seen).json["reasons"] == [
        "Somebody else than the one who approved it must send it."
    ]
    assert ready.post("/issues/2026-03-02/release", seen).status == 200


def test_a_yes_to_the_site_mails_nobody(ready: Program, daily: Publication) -> None:
    Publication.objects.update(needs_approval=True)
    seen = {"seen": ready.get("/issues/2026-03-02/plan").json["seen"]}
    second = Program(daily, name="olga", role="owner", rights="send")
    assert second.post("/issues/2026-03-02/approve", seen | {"channels": "post"}).status == 422
    assert second.post("/issues/2026-03-02/approve", seen | {"channels": "site"}).status == 200
    mailed = ready.post("/issues/2026-03-02/release", seen)
    assert mailed.json["reasons"] == [
        "olga approved it for site and feeds only, not for mail, site and feeds."
    ]
    assert ready.post("/issues/2026-03-02/release", seen | {"channels": "site"}).status == 200


@pytest.mark.parametrize(
    ("body", "status", "send_at"),
    [
        ({"at": "2026-03-02T09:30:00Z"}, 200, "2026-03-02T09:30:00Z"),
        ({"at": "2026-03-02 11:30"}, 200, "2026-03-02T10:30:00Z"),  # The publication's own time.
        ({"at": "2026-03-01T09:30:00Z"}, 422, None),
        ({"at": "2036-03-02T09:30:00Z"}, 422, None),
        ({"at": "2026-03-29 02:30"}, 422, None),  # The hour that is not there.
        ({"at": "soon"}, 422, None),
        ({"at": 7}, 422, None),
        ({"channels": "radio"}, 422, None),
        ({"now": True}, 422, None),
    ],
)
def test_when_a_release_goes(
    ready: Program, body: dict[str, Any], status: int, send_at: str | None
) -> None:
    Publication.objects.update(time_zone="Europe/Berlin")
    body = {"seen": ready.get("/issues/2026-03-02/plan").json["seen"], **body}
    answer = ready.post("/issues/2026-03-02/release", body)
    assert answer.status == status
    if send_at:
        assert answer.json["send_at"] == send_at
    else:
        assert Issue.objects.get().state == "draft"


# ---- its page


def test_its_page_is_served_by_us_alone(daily: Publication) -> None:
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "script" not in page.headers["Content-Security-Policy"]
    assert "<script" not in text and "https://cdn" not in text and "style=" not in text
    assert 'id="key-reused"' in text and "/api/v1/publications/{slug}/issues/" in text
    schema = Client().get("/api/v1/openapi.json").json()
    assert set(schema["paths"]) == {
        "/api/v1/publications/{slug}/" + rest
        for rest in (
            "issues/", "issues/check", "issues/{issue}/", "issues/{issue}/plan",
            "issues/{issue}/ledger", "issues/{issue}/release", "issues/{issue}/approve",
            "categories", "readers", "readers/import", "readers/imports/{pk}",
        )
    }  # fmt: skip
