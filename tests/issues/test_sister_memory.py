"""Whose past items count as told: the publication's own, and those its settings name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from newsletter import editions, sending
from newsletter.importing.stories import remember
from newsletter.intake.mcp_server import Tools
from newsletter.issues import stories
from newsletter.models import Issue
from subscribers.admin.memory_setting import MOST
from subscribers.models import Publication, Role
from tests import builders
from tests.admin.test_import_pages import paste
from tests.intake.programs import DIGEST, Program

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "https://example.org/ferry"


@pytest.fixture
def daily() -> Publication:
    made = builders.publication()
    builders.category(made, "Ships"), builders.category(made, "Roads")
    return made


@pytest.fixture
def evening() -> Publication:
    return builders.publication("evening")


def told_by(publication: Publication, date: str = "2026-03-01", **extra: Any) -> Issue:
    from newsletter.importing import link_key

    made = builders.issue(publication, date, **extra)
    category = builders.category(publication, "Sea")
    item = builders.item(made, category, "A new ferry", url=PAGE)
    item.links.update(url_key=link_key(PAGE))
    remember([item])
    return made


def client(publication: Publication, name: str, kind: str) -> Client:
    user = get_user_model().objects.create_user(name, is_staff=True)
    Role.objects.create(user=user, publication=publication, kind=kind)
    made = Client()
    made.force_login(user)
    return made


def page(name: str, issue: Issue, *more: int) -> str:
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk, *more])


def test_by_every_way_in_a_sisters_story_is_known(
    daily: Publication, evening: Publication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = told_by(evening)
    program = Program(daily)
    check = program.post("/issues/check", DIGEST)
    assert check.json["problems"] == []
    daily.memory_of.add(evening)
    said = (
        "“A new ferry” told the same story on 2026-03-01 (issue evening/2026-03-01). Drop it, "
        "make it a follow-up, or keep it: the preflight of the draft asks."
    )
    # HTTP, an assistant, the command, the browser: checked, then put.
    by_api = program.post("/issues/check", DIGEST).json["problems"]
    tools = Tools(program.secret)
    by_mcp = json.loads(tools.check(DIGEST))["answer"]["problems"]
    (tmp_path / "ferry.md").write_text(DIGEST)
    capsys.readouterr()
    call_command("import_digest", str(tmp_path / "ferry.md"), publication="daily", json=True)
    by_command = json.loads(capsys.readouterr().out)["problems"]
    for problems in (by_api, by_mcp, by_command):
        assert [(one["line"], one["code"], one["message"]) for one in problems] == [
            (3, "seen_before", said)
        ]
    browser = Client()
    browser.force_login(program.user)
    assert "evening/2026-03-01" in paste(browser, daily, DIGEST).content.decode()
    # The draft: its pages, its plan, the page to write on, an item of it.
    issue = Issue.objects.get(publication=daily)
    warning = "Item 1 was told on 2026-03-01: “A new ferry” (issue evening/2026-03-01)."
    assert warning in sending.plan(issue).warnings
    item = issue.items.get(number=1)
    for address in (page("preflight", issue), page("item", issue, item.pk)):
        html = browser.get(address).content.decode()
        assert "(evening/2026-03-01)" in html
        assert page("change", old) not in html  # They do not work on that one.
    marks = browser.post(page("live", issue), {"measure": "1"}).json()["told"]
    assert marks == [item.pk]
    part = browser.get(page("item", issue, item.pk), headers={"X-Sudi-Part": "1"})
    assert "(evening/2026-03-01)" in part.content.decode()
    # It is one-way.
    told_by(daily, "2026-03-04", slug="later")
    other = builders.issue(evening, "2026-03-05")
    builders.item(other, None, "A new ferry", url=PAGE)
    assert [one.publication for one in stories.told(other)[0].earlier] == [evening.pk]


def test_a_follow_up_of_a_sisters_item_links_there(
    daily: Publication, evening: Publication
) -> None:
    from django.utils import timezone

    old = told_by(evening, published_at=timezone.now(), state="published")
    daily.memory_of.add(evening)
    Tools(Program(daily).secret).put_draft(DIGEST)
    issue = Issue.objects.get(publication=daily)
    item, earlier = issue.items.get(number=1), old.items.get()
    erin = client(daily, "erin", "editor")
    form = {"item": item.pk, "earlier": earlier.pk, "choice": "follow_up"}
    assert erin.post(page("story", issue), form).status_code == 302
    (follows,) = [one.follows for one in editions.load(issue).items if one.follows]
    assert follows.path == f"evening/2026-03-01/{earlier.anchor}/"
    daily.memory_of.clear()
    assert erin.post(page("story", issue), form).status_code == 404


def test_the_setting_on_its_page(daily: Publication, evening: Publication) -> None:
    foreign = builders.publication("foreign")
    olga = client(daily, "olga", "owner")
    Role.objects.create(
        user=get_user_model().objects.get(username="olga"), publication=evening, kind="owner"
    )
    address = reverse("admin:subscribers_publication_change", args=[daily.pk])
    answer = olga.get(address)
    field = answer.context["adminform"].form.fields["memory_of"]
    assert [one.slug for one in field.queryset] == ["evening"]
    assert 'name="memory_of"' in answer.content.decode()
    # What is set and not one's own to set stays.
    daily.memory_of.add(foreign)
    field = olga.get(address).context["adminform"].form.fields["memory_of"]
    assert [one.slug for one in field.queryset] == ["evening", "foreign"]


def test_the_setting_by_the_command(
    daily: Publication, evening: Publication, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("publication", "daily", "--set", "memory_of=evening", "--json")
    assert json.loads(capsys.readouterr().out)["memory_of"] == "evening"
    assert list(daily.memory_of.all()) == [evening]
    more = [builders.publication(f"paper-{number}").slug for number in range(MOST)]
    for wrong, reason in (
        ("daily", "own stories always count"),
        ("nowhere", "nowhere is not one of the available choices"),
        (",".join(["evening", *more]), f"At most {MOST} publications"),
    ):
        with pytest.raises((SystemExit, CommandError)):
            call_command("publication", "daily", "--set", f"memory_of={wrong}")
        assert reason in capsys.readouterr().err
        assert list(daily.memory_of.all()) == [evening]
    call_command("publication", "daily", "--set", "memory_of=")
    assert not daily.memory_of.exists()
