"""A picture given in the browser, in every place where readers meet its item."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from newsletter import editions, importing, rendering
from newsletter.importing import exporting
from newsletter.issues import picture_findings
from newsletter.models import Issue, Item
from subscribers import pictures
from subscribers.models import Picture, Publication
from tests import builders
from tests.admin.test_pages import client, user

from .drawn import photograph

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def issue(daily: Publication) -> Issue:
    made = builders.issue(daily)
    builders.item(made, builders.category(daily, "City"), "Night ferries return", bullets=[])
    return made


@pytest.fixture
def editor(daily: Publication) -> Client:
    return client(user("uma", daily, "editor"))


def saved(editor: Client, item: Item, **changes: Any) -> Any:
    """The item's form as it was opened, with changes."""
    address = reverse("admin:newsletter_issue_item", args=[item.issue_id, item.pk])
    form = editor.get(address).context["form"]
    fields = {one.name: one.value() for one in form}
    data = {n: v for n, v in fields.items() if v is not None and v is not False}
    return editor.post(address, {**data, **changes})


def given(editor: Client, issue: Issue, **changes: Any) -> pictures.Picture:
    item = issue.items.get(number=1)
    file = SimpleUploadedFile("ferry.jpg", photograph(), "image/jpeg")
    answer = saved(editor, item, **{"picture-file": file, "picture_alt": "A ferry", **changes})
    assert answer.status_code == 302, answer.content.decode()
    item.refresh_from_db()
    picture = pictures.named(item.picture)
    assert picture is not None
    return picture


def published(issue: Issue) -> None:
    now = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)
    issue.items.update(published_at=now)
    Issue.objects.filter(pk=issue.pk).update(state="published", published_at=now)


def test_an_item_s_picture_is_in_the_mail_on_the_site_and_in_the_feeds(
    editor: Client, issue: Issue
) -> None:
    picture = given(editor, issue)
    published(issue)
    issue.refresh_from_db()
    small, whole = picture.address(584), picture.address()
    assert (small, whole) == (
        f"{SITE}/p/{picture.stem}-960.jpg",
        f"{SITE}/p/{picture.stem}-1200.jpg",
    )

    view = editions.load(issue)
    mail = rendering.prepare(view, issue.publication).edition(view.mask)
    (tag,) = [part.partition(">")[0] for part in mail.html.split("<img")[1:]]
    assert f'src="{small}"' in tag and 'alt="A ferry"' in tag
    assert 'width="584"' in tag and 'height="389"' in tag and picture.colour in tag
    assert "[Picture: A ferry]" in mail.text

    page = Client().get("/daily/2026-03-02/").content.decode()
    path = f"/p/{picture.stem}"
    assert f'srcset="{path}-480.webp 480w, {path}-960.webp 960w, {path}-1200.webp 1200w"' in page
    assert 'width="1200" height="800" alt="A ferry"></picture>' in page  # The first is not lazy.
    assert f'<rect width="100%" height="100%" fill="{picture.colour}"/>' in page
    assert f'<meta property="og:image" content="{whole}">' in page
    assert '<meta property="og:image:alt" content="A ferry">' in page
    assert f'"image": ["{whole}"]' in page

    size = pictures.octets(picture)
    assert size > 1000
    atom = Client().get("/daily/items.atom").content.decode()
    for said in ('rel="enclosure"', f'href="{whole}"', 'type="image/jpeg"', f'length="{size}"'):
        assert said in atom
    enclosure = f'<enclosure url="{whole}" length="{size}" type="image/jpeg"/>'
    for feed in ("items", "feed"):  # An entry an item, and one of the whole issue.
        assert enclosure in Client().get(f"/daily/{feed}.rss").content.decode()
    (entry,) = json.loads(Client().get("/daily/items.json").content)["items"]
    assert entry["image"] == whole
    assert entry["attachments"] == [
        {"url": whole, "mime_type": "image/jpeg", "size_in_bytes": size}
    ]
    assert f'<img src="{small}" width="960" height="640" alt="A ferry">' in entry["content_html"]


def test_a_picture_in_the_text_is_shown_and_one_of_another_host_is_a_link(
    editor: Client, issue: Issue
) -> None:
    address = reverse("admin:newsletter_issue_picture", args=[issue.pk])
    file = SimpleUploadedFile("map.png", photograph(700, 350), "image/png")
    said = editor.post(address, {"picture": file}).json()
    body = f"![A map]({said['address']})\n\n![Theirs](https://example.org/a.jpg)"
    assert saved(editor, issue.items.get(), body=body).status_code == 302
    published(issue)
    page = Client().get("/daily/2026-03-02/").content.decode()
    assert 'width="700" height="350" alt="A map" loading="lazy"' in page
    assert "<img" in page and 'src="https://example.org' not in page
    view = editions.load(Issue.objects.get(pk=issue.pk))
    mail = rendering.prepare(view, issue.publication).edition(view.mask).html
    assert 'width="508" height="254" alt="A map"' in mail


def test_what_is_no_picture_is_refused_at_the_field_and_nothing_is_stored(
    editor: Client, issue: Issue
) -> None:
    item = issue.items.get()
    file = SimpleUploadedFile("ferry.png", b"just a text", "image/png")
    answer = saved(editor, item, **{"picture-file": file, "title": "Another"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["picture"] == [
        "This is no picture. JPEG, PNG, WebP, AVIF and GIF are taken."
    ]
    # A name nobody gave is none, however well it is formed.
    answer = saved(editor, item, picture=f"{'0' * 32}04b00320aabbcc.jpg")
    assert answer.context["form"].errors["picture"] == [
        "This picture is not here any more. Choose the file again."
    ]
    address = reverse("admin:newsletter_issue_picture", args=[issue.pk])
    refused = editor.post(address, {"picture": SimpleUploadedFile("a.png", b"text")})
    assert refused.status_code == 422 and "no picture" in refused.json()["error"]
    item.refresh_from_db()
    assert (item.picture, item.title) == ("", "Night ferries return")
    assert not Picture.objects.exists()


def test_who_may_not_edit_gives_no_picture(daily: Publication, issue: Issue) -> None:
    address = reverse("admin:newsletter_issue_picture", args=[issue.pk])
    other = builders.publication("other")
    for who in (user("ann", daily, "approver"), user("oto", other, "owner")):
        file = SimpleUploadedFile("a.jpg", photograph())
        assert client(who).post(address, {"picture": file}).status_code in (403, 404)
    assert not Picture.objects.exists()


def test_a_picture_is_taken_away_restored_and_exported(editor: Client, issue: Issue) -> None:
    picture = given(editor, issue)
    markdown, data = (exporting.write(issue, form) for form in ("markdown", "json"))
    assert f"> **Picture:** [A ferry]({picture.name})" in markdown
    assert json.loads(data)["items"][0]["picture"] == {"name": picture.name, "alt": "A ferry"}
    for text, name in ((markdown, "2026-03-02.md"), (data, "2026-03-02.json")):
        report = importing.import_digest(issue.publication, text.encode(), name)
        assert (report.changes, report.issue) == ([], issue)
    assert exporting.write(issue, "markdown") == markdown
    item = issue.items.get()
    assert saved(editor, item, **{"picture-remove": "1"}).status_code == 302
    item.refresh_from_db()
    assert item.picture == ""
    order = reverse("admin:newsletter_issue_order", args=[issue.pk])
    editor.post(order, {"do": "undo"})
    item.refresh_from_db()
    assert (item.picture, item.picture_alt) == (picture.name, "A ferry")


def test_preflight_names_pictures_without_words_and_heavy_ones(
    editor: Client, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(editor, issue, picture_alt="")
    view = editions.load(issue)
    (found,) = picture_findings.of_pictures(view)
    assert (found.code, found.message) == ("no-alt", "A picture in item 1 has no description.")
    monkeypatch.setattr(picture_findings, "_HEAVY", 1000)
    assert [one.code for one in picture_findings.of_pictures(view)] == ["no-alt", "heavy-picture"]
