"""A process that never saw an issue says of its editions what another found, and nothing old."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter import rendering, sending
from newsletter.models import Issue, Item, Link
from newsletter.rendering import figured, kept
from subscribers.models import Category, Publication
from tests import builders
from tests.site_settings import configure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(figured.conf, "data_dir", lambda: tmp_path)
    monkeypatch.setattr(figured, "_program", lambda: "this one")
    kept.forget()
    yield
    kept.forget()


@pytest.fixture
def issue() -> Issue:
    daily = builders.publication()
    city, nature = (builders.category(daily, name) for name in ("City", "Nature"))
    made = builders.issue(daily, subject="", intro="What is here today.")
    for number, category in enumerate((city, nature, city, nature)):
        builders.item(made, category, f"Story {number}", insight="It is so.")
    builders.subscription(daily, "all@example.org")
    builders.subscription(daily, "city@example.org", [city])
    return made


def planned(issue: Issue) -> Any:
    """What the send page would say of the editions, by a process that was just started."""
    kept.forget()
    again = Issue.objects.select_related("publication").get(pk=issue.pk)
    return sending.plan(again, messages=False).editions


def renders(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The issues that are rendered from now on."""
    seen: list[int] = []
    prepare = rendering.prepare

    def counted(view: Any, publication: Publication) -> Any:
        seen.append(view.id)
        return prepare(view, publication)

    monkeypatch.setattr(kept, "prepare", counted)
    return seen


def test_what_another_process_found_is_said_without_rendering(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = planned(issue)
    assert sorted(edition.readers for edition in first) == [1, 1]
    seen = renders(monkeypatch)
    assert planned(issue) == first
    assert seen == []


def first_item(issue: Issue) -> Any:
    return issue.items.filter(number=1)


def swap(issue: Issue) -> None:
    one, two = issue.items.order_by("number")[:2]
    Item.objects.filter(pk=one.pk).update(number=99)
    Item.objects.filter(pk=two.pk).update(number=1)
    Item.objects.filter(pk=one.pk).update(number=2)


EDITS: dict[str, Callable[[Issue], object]] = {
    "title": lambda i: first_item(i).update(title="Another story altogether"),
    "insight": lambda i: first_item(i).update(insight="It is otherwise, and longer."),
    "bullets": lambda i: first_item(i).update(bullets=[{"lead": "", "text": "x", "children": []}]),
    "hidden": lambda i: first_item(i).update(hidden=True),
    "deleted": lambda i: first_item(i).delete(),
    "filed elsewhere": lambda i: first_item(i).update(category=Category.objects.get(name="Nature")),
    "order": swap,
    "source": lambda i: Link.objects.create(
        issue=i, item=first_item(i).get(), kind="source", number=1, label="P", url="https://e.org/p"
    ),
    "tail": lambda i: Link.objects.create(
        issue=i, kind="tail", number=1, label="Tail", url="https://e.org/t"
    ),
    "subject": lambda i: Issue.objects.filter(pk=i.pk).update(subject="A subject"),
    "introduction": lambda i: Issue.objects.filter(pk=i.pk).update(intro="Else."),
    "category renamed": lambda _i: Category.objects.filter(name="City").update(name="Harbour town"),
    "name of the publication": lambda _i: Publication.objects.update(name="The Longer Daily"),
    "imprint": lambda _i: Publication.objects.update(postal_identity="Quay 1, Harbour"),
    "style": lambda _i: Publication.objects.update(theme={"style": "essay"}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_shows(edit: str, issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    before = planned(issue)
    EDITS[edit](issue)
    seen = renders(monkeypatch)
    after = planned(issue)
    assert seen == [issue.pk]
    monkeypatch.setattr(figured, "read", lambda *_: {})
    assert after == planned(issue)
    assert after != before or edit == "order"


def test_another_address_of_the_site_shows(issue: Issue, settings: Any) -> None:
    before = planned(issue)
    configure(settings, BASE_URL="https://a-longer-name.example.org")
    assert planned(issue)[0].html_bytes > before[0].html_bytes


@pytest.mark.parametrize("what", ["program", "own templates", "limits"])
def test_nothing_is_taken_from_another_program(
    what: str, issue: Issue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planned(issue)
    if what == "program":
        monkeypatch.setattr(figured, "_program", lambda: "the next one")
    elif what == "limits":
        monkeypatch.setattr(figured.shortening, "TARGET", 74_000)
    else:
        own = tmp_path / "templates" / "emails"
        own.mkdir(parents=True)
        (own / "unused.mjml").write_text("x")
    seen = renders(monkeypatch)
    planned(issue)
    assert seen == [issue.pk]


def test_a_process_older_than_its_program_shares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    figured._program.cache_clear()
    monkeypatch.setattr(figured, "_STARTED", 0.0)
    assert figured._program() == ""
    figured._program.cache_clear()
    monkeypatch.setattr(figured, "_STARTED", 4e9)
    assert len(figured._program()) == 128
    figured._program.cache_clear()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"of": 1}', '{"of": "x", "figures": [[1]]}'])
def test_a_damaged_file_is_none(text: str, issue: Issue, tmp_path: Path) -> None:
    first = planned(issue)
    path = tmp_path / "figures" / f"{issue.pk}.json"
    path.write_text(text)
    assert planned(issue) == first
    assert len(path.read_text()) > 100


def test_where_no_file_can_be_written_the_page_says_the_same(issue: Issue, tmp_path: Path) -> None:
    (tmp_path / "figures").write_text("no folder")
    assert planned(issue) == planned(issue)


def test_its_files_are_private_few_and_of_today(issue: Issue, tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    for number in range(40):
        (folder / f"x{number}.json").write_text("{}")
    old = folder / "x39.json"
    os.utime(old, (1_000_000_000, 1_000_000_000))
    planned(issue)
    made = folder / f"{issue.pk}.json"
    assert made.stat().st_mode & 0o777 == 0o600
    assert len(list(folder.iterdir())) == 30
    assert made.exists()
    assert not old.exists()
