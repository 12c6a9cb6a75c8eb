"""Pictures that a document names: by file in one request or folder, and by address."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from newsletter import importing
from newsletter.importing import illustrating
from newsletter.intake.folder import Folder, Found
from newsletter.intake.mail import Drafts
from newsletter.models import ImportWarning, Issue, Item
from subscribers import pictures
from subscribers.models import Picture, Publication
from tests import builders
from tests.intake.programs import Program
from tests.intake.test_mail import mail
from tests.intake.test_ways import Ways
from tests.internet import Server, internet, serve

from .drawn import photograph

pytestmark = pytest.mark.django_db

DIGEST = """\
# Harbour Daily - 2026-03-03

## 1. Night ferries return

> **Category**: City
> **Source**: [The Riverside](https://example.org/ferries)

**Insight**: People cross the water after ten.

Before the picture.

![A ferry at night]({ferry})

Behind it. ![A map](map.png) and `![code](map.png)`.
"""


@pytest.fixture
def daily() -> Publication:
    made = builders.publication()
    builders.category(made, "City")
    return made


def names(item: Item) -> tuple[str, str]:
    return item.picture, item.picture_alt


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("**Insight**: People cross.\n\n", "\n"),
        ("**Insight**: People cross.\n\n**Summary**:\n\n- First\n- Second\n\n", "\n"),
        ("**Insight**: People cross.\n\n**Summary**:\n\n- First\n  ", "\n- Second\n"),
        ("", "\n\n**Insight**: People cross.\n"),
    ],
    ids=["below the insight", "below the bullets", "within a bullet", "above the insight"],
)
def test_a_picture_wherever_it_stands_in_an_item(
    daily: Publication, before: str, behind: str
) -> None:
    head = DIGEST.partition("**Insight**")[0]
    document = f"{head}{before}![A ferry at night](ferry.jpg){behind}"
    status, report = handed_in(Program(daily), document=document, ferry_jpg=photograph())
    assert status == 201, report
    item = Item.objects.get()
    assert names(item) == (pictures.make(photograph()).picture.name, "A ferry at night")
    assert (item.insight, item.body) == ("People cross.", "")
    assert "![" not in json.dumps(item.bullets)
    # The same request again, and one with a file that is no picture.
    status, report = handed_in(Program(daily), document=document, ferry_jpg=photograph())
    assert (status, report["created"]) == (200, False)
    status, report = handed_in(Program(daily), document=document, ferry_jpg=b"no picture")
    assert status == 422, report


# --- one request ------------------------------------------------------------------------------


def handed_in(program: Program, *, document: str, **files: bytes) -> tuple[int, dict[str, object]]:
    parts = {
        "document": SimpleUploadedFile("2026-03-03.md", document.encode(), "text/markdown"),
        **{n: SimpleUploadedFile(n.replace("_", "."), o) for n, o in files.items()},
    }
    answer = program.client.post(
        f"{program.base}/issues/", parts, headers={"Authorization": f"Bearer {program.secret}"}
    )
    return answer.status_code, answer.json()


def test_a_digest_and_its_pictures_in_one_request(daily: Publication) -> None:
    program = Program(daily)
    document = DIGEST.format(ferry="ferry.jpg")
    sent = {"ferry_jpg": photograph(), "map_png": photograph(500, 400, "#808000")}
    status, report = handed_in(program, document=document, **sent)
    assert status == 201, report
    item = Item.objects.get()
    ferry, chart = pictures.make(sent["ferry_jpg"]).picture, pictures.make(sent["map_png"]).picture
    assert names(item) == (ferry.name, "A ferry at night")
    assert item.body == (
        f"Before the picture.\n\nBehind it. ![A map]({chart.address()}) and `![code](map.png)`."
    )
    # The same request again changes nothing.
    status, report = handed_in(program, document=document, **sent)
    assert (status, report["created"]) == (200, False)
    item.refresh_from_db()
    assert names(item) == (ferry.name, "A ferry at night")


def test_a_file_that_is_no_picture_refuses_the_request(daily: Publication) -> None:
    program = Program(daily)
    document = DIGEST.format(ferry="ferry.jpg")
    status, report = handed_in(program, document=document, ferry_jpg=b"a text", map_png=b"")
    assert status == 422
    (problem,) = [one for one in report["problems"] if one["level"] == "error"][:1]  # type: ignore[attr-defined]
    assert problem["message"] == (
        "The picture “ferry.jpg” was not taken: "
        "This is no picture. JPEG, PNG, WebP, AVIF and GIF are taken."
    )
    assert not Issue.objects.exists() and not Picture.objects.exists()
    wrong = program.client.generic(
        "POST", f"{program.base}/issues/", b"--x\r\nnonsense", "multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {program.secret}"},
    )  # fmt: skip
    assert wrong.status_code == 400 and wrong.json()["detail"]


def part(name: str, file: str, kind: str, octets: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
    return b"--x\r\n" + f"{head}Content-Type: {kind}\r\n\r\n".encode() + octets + b"\r\n"


def sent(program: Program, body: bytes) -> tuple[int, str]:
    answer = program.client.generic(
        "POST", f"{program.base}/issues/", body, "multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {program.secret}"},
    )  # fmt: skip
    return answer.status_code, answer.json().get("detail", "")


def test_a_request_of_parts_is_taken_whole_or_not_at_all(daily: Publication) -> None:
    """Its parser takes one that was cut off, and of two parts of one name the last."""
    program = Program(daily)
    document = part("document", "d.md", "text/markdown", DIGEST.format(ferry="f.jpg").encode())
    ferry = part("a", "f.jpg", "image/jpeg", photograph())
    other = part("b", "f.jpg", "image/jpeg", photograph(500, 400))
    lost = (400, "The last boundary is missing, so nothing was done.")
    assert sent(program, document + ferry) == lost
    assert sent(program, document + ferry + b"--x") == lost
    assert sent(program, document + document + ferry + b"--x--\r\n") == (
        422,
        "Two parts are called “document”: send one.",
    )
    assert sent(program, document + ferry + other + b"--x--\r\n") == (
        422,
        "Two files are called “f.jpg”: name each by itself.",
    )
    assert not Issue.objects.exists() and not Picture.objects.exists()
    assert sent(program, document + ferry + b"--x--\r\nan epilogue")[0] == 201


def test_the_charset_of_a_part(daily: Publication) -> None:
    text = DIGEST.format(ferry="f.jpg").replace("Night ferries", "Nächtliche Fähren")
    octets = text.encode("iso-8859-1")
    document = part("document", "d.md", "text/markdown; charset=ISO-8859-1", octets)
    status, said = sent(Program(daily), document + b"--x--\r\n")
    assert (status, Item.objects.get().title) == (201, "Nächtliche Fähren return"), said
    wrong = part("document", "d.md", "text/markdown; charset=klingon", octets)
    assert sent(Program(daily), wrong + b"--x--\r\n")[0] == 415


def test_items_in_json_name_theirs(daily: Publication) -> None:
    program = Program(daily)
    document = {
        "title": "Harbour Daily", "date": "2026-03-03",
        "items": [
            {"title": "Ferries", "category": "City", "source": {"url": "https://example.org/1"},
             "body": "Text.", "picture": {"name": "ferry.jpg", "alt": "A ferry"}},
            {"title": "Trams", "category": "City", "source": {"url": "https://example.org/2"},
             "body": "Text.", "picture": {"name": "0" * 46 + ".jpg", "alt": "None"}},
        ],
    }  # fmt: skip
    parts = {
        "document": SimpleUploadedFile("d.json", json.dumps(document).encode(), "application/json"),
        "first": SimpleUploadedFile("ferry.jpg", photograph()),
    }
    answer = program.client.post(
        f"{program.base}/issues/", parts, headers={"Authorization": f"Bearer {program.secret}"}
    )
    assert answer.status_code == 201, answer.content
    first, second = Item.objects.order_by("number")
    assert names(first) == (pictures.make(photograph()).picture.name, "A ferry")
    assert names(second) == ("", "")
    assert [one["code"] for one in answer.json()["problems"]].count("picture-missing") == 1
    # What is read from the interface may be handed in again.
    again = program.get("/issues/2026-03-03/").json
    said = again["items"][0]["picture"]
    assert said["name"] == first.picture and said["url"].endswith("-1200.jpg")
    kept = {name: again[name] for name in ("title", "date", "items")}
    assert program.post("/issues/", kept).status == 200
    first.refresh_from_db()
    assert names(first) == (said["name"], "A ferry")


# --- a folder ---------------------------------------------------------------------------------


def test_a_watched_folder_gives_what_lies_in_it_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "in"
    (root / "2026" / "img").mkdir(parents=True)
    (root / "2026" / "img" / "a.jpg").write_bytes(b"picture")
    (root / ".hidden").write_bytes(b"secret")
    (tmp_path / "outside").write_bytes(b"secret")
    (root / "2026" / "link.jpg").symlink_to(tmp_path / "outside")
    source, found = Folder(root), Found("2026/02.md", "")
    assert source.beside_it(found, "img/a.jpg") == b"picture"
    for name in (
        "../../outside", "/etc/passwd", "link.jpg", "../.hidden", "img", "img/b.jpg", "https://x/a",
        "a\0b",
    ):  # fmt: skip
        assert source.beside_it(found, name) is None, name


# --- an address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["image/png", "IMAGE/PNG", "image/png;charset=utf-8", "image/svg+xml", "image/jpeg"]
)
@pytest.mark.parametrize("escaped", ["", "+/="])
def test_an_address_that_holds_its_picture_gives_it(
    daily: Publication, kind: str, escaped: str
) -> None:
    """RFC 2397. What it says to be counts for nothing, and its letters may be escaped."""
    octets = base64.b64encode(photograph()).decode()
    for letter in escaped:
        octets = octets.replace(letter, f"%{ord(letter):02X}")
    report = imported(daily, f"data:{kind};base64,{octets}")
    assert not report.problems
    item = Item.objects.get()
    assert names(item) == (Picture.objects.get().name, "A ferry at night")
    assert "data:" not in item.body


@pytest.mark.parametrize(
    ("held", "why"),
    [
        # What a page shows until its own picture is there.
        ("gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "1 × 1 pixels"),
        ("svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=", "An SVG"),
        ("png;base64,iVBORw0KGgo", "This is no picture."),  # Cut off.
        ("png;base64,!!!", "This is no picture."),
        ("webp;base64,PCFET0NUWVBFIGh0bWw+", "This is no picture."),
    ],
)
def test_one_that_holds_none_is_told_and_refuses_nothing(
    daily: Publication, held: str, why: str
) -> None:
    report = imported(daily, f"data:image/{held}")
    told = [one for one in report.problems if one.code == "picture-refused"]
    assert [(one.level, one.line) for one in told] == [("warning", 12)]
    assert why in str(told[0].message)
    assert Item.objects.get().picture == ""


@pytest.fixture
def server() -> Iterator[Server]:
    body = photograph()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
    with internet(), serve(head.encode() + body) as made:
        yield made


def imported(daily: Publication, ferry: str) -> importing.Report:
    document = DIGEST.format(ferry=ferry).replace(" ![A map](map.png)", "")
    return importing.import_digest(daily, document.encode(), "2026-03-03.md")


def test_pictures_are_fetched_where_that_is_wanted(daily: Publication, server: Server) -> None:
    address = f"{server.url}/ferry.jpg"
    imported(daily, address)
    item = Item.objects.get()
    assert names(item) == ("", "") and f"![A ferry at night]({address})" in item.body
    assert (server.connections, Picture.objects.count()) == (0, 0)
    Issue.objects.all().delete()

    Publication.objects.update(fetch_pictures=True)
    daily.refresh_from_db()
    imported(daily, address)
    item = Item.objects.get()
    assert names(item) == (pictures.make(photograph()).picture.name, "A ferry at night")
    assert address not in item.body
    # The same document again asks nobody and changes nothing.
    assert imported(daily, address).changes == []
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"http://{host}", "this address is not on the open internet.")
        for host in ("169.254.169.254/latest/meta-data/", "127.0.0.1/a.jpg", "[::1]/a.jpg")
    ]
    + [("http://nobody.example/a.jpg", "there is no host of this name.")]
    + [
        (address, "this is no address that can be asked.")
        for address in ("file:///etc/passwd", "gopher://10.0.0.1/a.jpg", "http://2852039166/a.jpg")
    ],
)
def test_an_address_that_must_not_be_asked_stays_a_link_and_is_told(
    daily: Publication, address: str, why: str
) -> None:
    daily.fetch_pictures = True
    daily.save()
    with internet():
        report = imported(daily, address)
    (told,) = [one for one in report.problems if one.code == "picture-not-fetched"]
    # Where the picture stands, not where its item begins.
    assert (told.level, told.line, told.column, told.message) == (
        "warning",
        12,
        21,
        f"The picture “{address}” was not fetched: {why}",
    )
    assert f"![A ferry at night]({address})" in Item.objects.get().body
    assert not Picture.objects.exists()


def test_where_pictures_are_not_fetched_it_is_told_once(daily: Publication) -> None:
    report = imported(daily, "http://169.254.169.254/a.jpg")
    (told,) = [one for one in report.problems if one.code == "picture-not-fetched"]
    assert (told.level, told.line, told.message) == (
        "note",
        12,
        "The picture “http://169.254.169.254/a.jpg” stays a link: "
        "the publication does not fetch pictures.",
    )


def test_a_check_says_what_is_plain_without_fetching(daily: Publication) -> None:
    daily.fetch_pictures = True
    daily.save()
    answer = Program(daily).post("/issues/check", DIGEST.format(ferry="http://[::1]/a").encode())
    (told,) = [one for one in answer.json["problems"] if one["code"] == "picture-not-fetched"]
    assert told["message"].endswith("this address is not on the open internet.")


def test_those_beyond_the_limit_are_told_and_come_with_the_next_import(
    daily: Publication, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily.fetch_pictures = True
    daily.save()
    monkeypatch.setattr(illustrating, "_MOST_FETCHED", 0)
    address = f"{server.url}/ferry.jpg"
    (told,) = [one for one in imported(daily, address).problems if one.level == "warning"]
    assert told.message == (
        f"The picture “{address}” was not fetched: at most 0 of a document are, within 20 seconds."
        " Import it again for the others."
    )
    monkeypatch.undo()
    assert not [one for one in imported(daily, address).problems if one.level == "warning"]
    assert names(Item.objects.get()) == (
        pictures.make(photograph()).picture.name,
        "A ferry at night",
    )


@pytest.mark.django_db(transaction=True)
def test_by_every_way_pictures_at_an_address_are_fetched_alike(
    daily: Publication, server: Server, tmp_path: Path
) -> None:
    Publication.objects.update(fetch_pictures=True)
    daily.refresh_from_db()
    document = DIGEST.format(ferry=f"{server.url}/ferry.jpg").replace(
        "![A map](map.png)", "![A map](http://127.0.0.1/map.png)"
    )
    ways = Ways(daily, tmp_path, document)
    ferry = pictures.make(photograph()).picture.name
    for name in ("file", "paste", "post", "mcp", "mail", "watched"):
        getattr(ways, name)()
        item = Item.objects.get()
        assert names(item) == (ferry, "A ferry at night"), name
        assert "![A map](http://127.0.0.1/map.png)" in item.body, name
        warned = ImportWarning.objects.get(code="picture-not-fetched")
        assert (warned.line, warned.params["case"]) == (14, "blocked"), name
        Issue.objects.all().delete()
        Picture.objects.all().delete()
    assert len(server.asked) == 6


def test_a_mail_brings_its_pictures_along(daily: Publication) -> None:
    program = Program(daily)
    to = f"drafts-{program.secret}@news.harbour.example.org"
    attached = {
        "2026-03-03.md": DIGEST.format(ferry="img/ferry.jpg").encode(),
        "ferry.jpg": photograph(),
    }
    Drafts().receive(mail("See the file.", to=to, attached=attached), "robot@example.net", to)
    assert names(Item.objects.get()) == (
        pictures.make(attached["ferry.jpg"]).picture.name,
        "A ferry at night",
    )
    (missing,) = ImportWarning.objects.filter(code="picture-missing")
    assert (missing.line, missing.params["text"]) == (14, "map.png")
