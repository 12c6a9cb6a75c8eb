"""Under what words an issue stands in a list."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import translation

from newsletter.archive.listing import Row, day_beside, issue_name, rows, says_more
from newsletter.editions.published import Line
from newsletter.models import Issue
from subscribers.models import Publication

DAY = dt.date(2026, 3, 2)  # A Monday.


@pytest.mark.parametrize("language, name, title, more", [
    ("en", "Harbour Daily", "Harbour Daily", False),
    ("en", "Harbour Daily", "📮 Harbour Daily - March 2nd, 2026", False),
    ("en", "Harbour Daily", "2026-03-02", False),
    ("en", "Harbour Daily", "**HARBOUR DAILY** | Mon 2 Mar 2026", False),
    ("en", "Harbour Daily", "Harbour Daily: the ferry is back", True),
    ("en", "Harbour Daily", "Harbour Daily #128", False),
    ("en", "Harbour Daily", "Sample Digest - March 2, 2026", True),
    ("zh-hans", "海港日报", "海港日报 2026年03月02日 星期一", False),
    ("zh-hans", "海港日报", "海港日报（2026年3月2日）：渡轮复航", True),
    ("de", "Hafenpost", "Hafenpost vom 2. März 2026", True),
])  # fmt: skip
def test_a_title_of_name_and_date_says_nothing(
    language: str, name: str, title: str, more: bool
) -> None:
    with translation.override(language):
        assert says_more(title, name, DAY) is more


def test_a_row_is_headed_by_its_first_story_where_the_title_says_nothing() -> None:
    dated = Issue(title="Harbour Daily 2026-03-02", date=DAY)
    named = Issue(title="The ferry is back", date=DAY)
    lines = [
        Line(dated, 2, ("Spring tide", "The ship left")),
        Line(named, 1, ("Spring tide",)),
        Line(dated, 0, ()),
    ]
    assert rows(lines, "Harbour Daily") == [
        Row(dated, 2, "Spring tide", ("The ship left",)),
        Row(named, 1, "The ferry is back", ("Spring tide",)),
        Row(dated, 0, "Harbour Daily 2026-03-02", ()),
    ]


@pytest.mark.parametrize("language, title, shown, beside", [
    ("en", "📮 Harbour Daily - March 2nd, 2026", "Monday, 2 March 2026", ""),
    ("en", "Harbour Daily", "Monday, 2 March 2026", ""),
    ("en", "Harbour Daily #128", "Harbour Daily #128", "Monday, 2 March 2026"),
    ("en", "Harbour Daily 2026-03-02: the *ferry* is back",
     "Harbour Daily 2026-03-02: the *ferry* is back", ""),
    ("zh-Hans", "海港日报 - 2026年03月02日", "2026年3月2日 星期一", ""),
    ("zh-Hans", "海港日报第128期", "海港日报第128期", "Monday, 2 March 2026"),
])  # fmt: skip
def test_under_its_publications_name_an_issue_of_a_day_is_called_by_the_day_once(
    language: str, title: str, shown: str, beside: str
) -> None:
    daily = Publication(
        name="Harbour Daily", language="en", translations={"zh-hans": {"name": "海港日报"}}
    )
    # In the language of the issue, whatever that of the page.
    with translation.override("en"):
        issue = Issue(title=title, date=DAY, language=language)
        assert (issue_name(issue, daily), day_beside(issue, daily)) == (shown, beside)


def test_no_line_begins_with_the_dash_of_a_title() -> None:
    template = Template("{% load site %}{{ title|inline|dashes }} {{ title|plain|dashes }}")
    shown = template.render(
        Context({"title": "Harbour - *March* | 2 < 3 – [b](https://e.org/?a=1)"})
    )
    assert shown.count("\xa0- ") == shown.count("\xa0| ") == shown.count("\xa0– ") == 2
    assert '<a href="https://e.org/?a=1"' in shown and "2 &lt; 3" in shown
