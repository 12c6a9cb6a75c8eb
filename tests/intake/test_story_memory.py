"""What an assistant learns of the past before it writes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone

from newsletter.importing import link_key
from newsletter.importing.stories import remember
from newsletter.intake import story_memory
from newsletter.intake.mcp_server import Tools
from newsletter.intake.problems import Refusal
from newsletter.models import Issue, Item
from subscribers.models import Publication
from tests import builders
from tests.intake.programs import Program

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 9)
FERRY = "https://example.org/ferry"


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


def told(publication: Publication, date: str, title: str, url: str = FERRY, **extra: Any) -> Item:
    issue = builders.issue(publication, date, **extra)
    item = builders.item(issue, None, title, url=url)
    item.links.update(url_key=link_key(url))
    remember([item])
    return item


def ask(publication: Publication, *stories: Any, **more: Any) -> list[list[dict[str, Any]]]:
    found = story_memory.remember(publication, list(stories), **{"day": DAY, **more})
    return [one["told"] for one in found]


def test_where_and_when_it_was_told_and_what_it_followed(daily: Publication) -> None:
    first = told(daily, "2026-03-01", "A new ferry", published_at=timezone.now(), state="published")
    second = told(daily, "2026-03-04", "The new ferry is late")
    Item.objects.filter(pk=second.pk).update(follows=first)
    (found,) = ask(daily, {"title": "The new ferry has left", "urls": [FERRY + "?utm_id=4"]})
    where = {
        "publication": "daily", "issue": "2026-03-01", "key": first.anchor, "title": "A new ferry",
        "date": "2026-03-01",
        "url": f"http://127.0.0.1:8000/daily/2026-03-01/#{first.anchor}",
    }  # fmt: skip
    assert [(one["issue"], one["state"], one["url"]) for one in found] == [
        ("2026-03-04", "draft", None),
        ("2026-03-01", "published", where["url"]),
    ]
    assert (found[0]["follow_up_of"], found[1]["follow_up_of"]) == (where, None)
    assert found[0]["sure"]
    assert found[0]["edit_url"].endswith(f"/admin/newsletter/issue/{second.issue_id}/")


def test_of_a_sister_too_where_its_settings_say_so(daily: Publication) -> None:
    evening = builders.publication("evening")
    told(evening, "2026-03-01", "A new ferry")
    assert ask(daily, {"urls": [FERRY], "title": "A new ferry"}) == [[]]
    daily.memory_of.add(evening)
    ((found,),) = ask(daily, {"urls": [FERRY], "title": "A new ferry"})
    assert (found["publication"], found["issue"]) == ("evening", "2026-03-01")


def test_what_is_no_past_of_it(daily: Publication) -> None:
    own = told(daily, "2026-03-09", "A new ferry").issue
    told(daily, "2026-03-11", "A new ferry")
    told(daily, "2026-03-02", "A new ferry", language="zh-Hans")
    told(daily, "2026-03-03", "A new ferry", state="cancelled")
    asked = {"title": "A new ferry", "urls": [FERRY]}
    assert [[one["issue"] for one in found] for found in ask(daily, asked)] == [["2026-03-09"]]
    assert ask(daily, asked, draft=own) == [[]]


def test_what_is_uncertain_is_said_to_be(daily: Publication) -> None:
    told(daily, "2026-03-01", "The ferry carries 12 cars")
    ((found,),) = ask(daily, {"title": "The ferry carries 40 cars", "urls": [FERRY]})
    assert not found["sure"]


@pytest.mark.parametrize(
    "wrong",
    [{"title": 7}, {"urls": FERRY}, {"urls": [None]}, {"name": "x"}, {"title": "x" * 2001}],
    ids=str,
)
def test_a_story_of_another_form_is_refused_at_its_place(daily: Publication, wrong: Any) -> None:
    with pytest.raises(Refusal) as refused:
        ask(daily, {"title": "right"}, wrong)
    assert refused.value.document("")["fields"][0]["field"] == "stories.1"


@pytest.mark.django_db(transaction=True)
def test_the_tool_asks_of_today_or_of_the_day_that_is_named(daily: Publication) -> None:
    told(daily, "2026-03-01", "A new ferry")
    tools = Tools(Program(daily).secret)
    stories = [{"title": "A new ferry", "urls": [FERRY]}]

    def found(**more: Any) -> list[str]:
        answer = json.loads(tools.story_memory(stories, **more))["answer"]
        return [one["issue"] for one in answer[0]["told"]]

    assert found() == ["2026-03-01"]
    assert found(date="2026-02-28") == []
    own = Issue.objects.get()
    assert found(issue=own.slug) == []
