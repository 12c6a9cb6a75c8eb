"""What an earlier item told is found again, by link and by title, and forgotten with the item."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from newsletter.importing import link_key
from newsletter.importing.stories import Asked, Likeness, look_up, remember
from newsletter.importing.stories.remembering import progress, sweep
from newsletter.models import Issue, Item, Link, TitleBand
from tests import builders

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)
LONG = "Harbour board approves a second container terminal west of the old lighthouse"
SAME = "The harbour board approves a second container terminal, west of the old lighthouse"


@pytest.fixture
def paper() -> Any:
    return builders.publication()


def told(paper: Any, date: str, title: str, url: str = "", **extra: Any) -> Item:
    issue = Issue.objects.filter(publication=paper, slug=date).first() or builders.issue(
        paper, date
    )
    item = builders.item(issue, None, title, url=url or None, **extra)
    for link in Link.objects.filter(item=item):
        Link.objects.filter(pk=link.pk).update(url_key=link_key(link.url))
    remember([item])
    return item


def seen(paper: Any, title: str, *urls: str, **how: Any) -> list[int]:
    (found,) = look_up(paper, [Asked(title, urls)], DAY, **how)
    return [one.item for one in found]


def test_by_link_whatever_the_title_and_the_year(paper: Any) -> None:
    old = told(paper, "2019-05-05", "Night ferry", "https://example.org/ferry?utm_source=mail")
    assert seen(paper, "Fähre bei Nacht", "http://www.example.org/ferry/#top") == []
    assert seen(paper, "Night ferry to start", "http://www.example.org/ferry/#top") == [old.pk]


def test_by_title_among_years_of_items(paper: Any) -> None:
    old = told(paper, "2019-05-05", LONG)
    for number in range(30):
        told(paper, f"2020-01-{number + 1:02}", f"Report number {number} about quite other matters")
    assert seen(paper, SAME) == [old.pk]


def test_what_is_news_is_found_in_other_words(paper: Any) -> None:
    words = "Kando AI 获数千万元种子轮融资：以决策记忆打造「决策领域的 Cursor」"
    other = "Kando AI 获数千万种子轮：对标 Cursor，做「决策自进化」设施"
    old = told(paper, "2026-02-27", words)
    assert seen(paper, other) == [old.pk]
    Issue.objects.update(date=dt.date(2025, 2, 27))
    assert seen(paper, other) == []  # A year ago it was other news.


@pytest.mark.parametrize(
    ("title", "figure", "other"),
    [
        ("OpenAI releases GPT-{} for every developer today", "5", "6"),
        ("Rust v1.{} brings faster builds and better errors", "2", "3"),
        ("Acme reports record revenue for Q{} and raises its outlook", "1", "2"),
        ("腾讯研究院 AI 周报（{}）：50个关键词速览", "0511-0515", "0518-0522"),
        ("东京电力发布第{}期可持续发展报告并公布目标", "3", "4"),
        ("Вышла версия 17.{} операционной системы для телефонов", "2", "3"),
    ],
)
def test_a_changed_figure_is_another_story(paper: Any, title: str, figure: str, other: str) -> None:
    before, after = title.format(figure), title.format(other)
    told(paper, "2026-03-01", before)
    assert seen(paper, after) == []
    assert len(seen(paper, before)) == 1


def test_one_page_and_a_changed_version_is_perhaps_the_same(paper: Any) -> None:
    url = "https://github.com/acme/tool"
    told(paper, "2026-03-01", "Acme Tool v1.2 brings faster builds", url)
    assert seen(paper, "Acme Tool v1.3 brings faster builds", url) == []
    (found,) = look_up(
        paper, [Asked("Acme Tool v1.3 brings faster builds", (url,))], DAY, least=Likeness.PERHAPS
    )
    assert [one.likeness for one in found] == [Likeness.PERHAPS]


def test_a_page_that_everybody_links_tells_nothing(paper: Any) -> None:
    url = "https://example.org/trending"
    for number, title in enumerate(["A faster parser", "Boats on the canal", "Cheese from Jura"]):
        told(paper, f"2026-02-0{number + 1}", title, url)
    assert seen(paper, "Dances of the north", url) == []


def test_a_column_with_one_title_is_no_story(paper: Any) -> None:
    title = "The picture of the day and what its makers say about it"
    for number in range(3):
        told(paper, f"2026-01-0{number + 1}", title, f"https://example.org/{number}")
    assert seen(paper, title, "https://example.org/9") == []


def test_what_does_not_count(paper: Any) -> None:
    mine = told(paper, "2026-03-01", LONG, "https://example.org/a")
    other = builders.publication("other")
    told(other, "2026-03-01", LONG, "https://example.org/a")
    roundup = builders.issue(paper, "2026-03-02", slug="week", kind="roundup")
    copy = builders.item(roundup, None, LONG, url=None, copied_from=mine)
    remember([copy])
    assert not TitleBand.objects.filter(item=copy).exists()
    gone = builders.issue(paper, "2026-02-28", state="cancelled")
    remember([builders.item(gone, None, LONG, url=None)])
    assert seen(paper, LONG, "https://example.org/a") == [mine.pk]
    assert seen(paper, LONG, "https://example.org/a", apart={mine.issue_id}) == []


def test_an_edit_and_a_deletion(paper: Any) -> None:
    item = told(paper, "2019-05-05", LONG)
    assert seen(paper, SAME) == [item.pk]
    item.title = "Something else entirely, about the price of bread in small towns"
    item.save()
    remember([item])
    assert seen(paper, SAME) == []
    assert seen(paper, item.title) == [item.pk]
    item.delete()
    assert not TitleBand.objects.exists()


def test_what_was_here_before_is_taken_up_in_turn(paper: Any) -> None:
    issue = builders.issue(paper, "2019-05-05")
    item = builders.item(issue, None, LONG, url="https://www.example.org/x/?fbclid=1")
    assert seen(paper, SAME) == []
    assert progress() == (0, item.pk)
    assert sweep() == 1
    assert seen(paper, SAME) == [item.pk]
    assert seen(paper, "Harbour news", "https://example.org/x") == [item.pk]
    assert progress() == (item.pk, item.pk)
    assert sweep() == 0
    assert sweep() == 0  # Again, and nothing is twice.
    assert TitleBand.objects.count() == 12


def test_what_both_say_below_their_titles(paper: Any) -> None:
    """Other titles, the same rare names and figures: found where the texts are given."""
    said = (
        "Kestrel Labs connects its Tidewatch platform to 14 cranes; Orlow Capital pays 38 million,"
        " and a ship waits 9.5 minutes instead of 52."
    )
    for number in range(30):
        told(
            paper,
            "2026-03-01",
            f"Report {number} on shipping",
            body=f"Ships wait at pier {number}.",
        )
    old = told(paper, "2026-02-28", "Harbour tries machines that plan the cranes", body=said)
    again = (
        "With 38 million of Orlow Capital the harbour lets Tidewatch by Kestrel Labs run 14 cranes:"
        " 9.5 minutes of waiting, not 52."
    )
    title = "Who commands the harbour now"
    (found,) = look_up(paper, [Asked(title, (), again)], DAY)
    assert [one.item for one in found] == [old.pk]
    assert seen(paper, title) == []
