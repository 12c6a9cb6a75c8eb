"""A document that says there is nothing, and a title that only sounds like it."""

from __future__ import annotations

import pytest

from newsletter.digest import parse


@pytest.mark.parametrize(
    ("title", "field", "said"),
    [
        ("Nothing new at the north quay", "Insight", "Which is news by itself."),
        ("暂无消息", "核心洞察", "这本身就是消息。"),
        ("Nichts Neues am Kai", "Insight", "Das ist die Nachricht."),
    ],
)
def test_a_title_that_says_so_is_one_where_its_item_says_something(
    title: str, field: str, said: str
) -> None:
    digest = parse(f"# T 2026-03-02\n\n## {title}\n> Category: Harbour\n\n**{field}:** {said}\n")
    assert [one.title for one in digest.items] == [title]
    silent = parse(f"# T 2026-03-02\n\n## {title}\n\nSummary: none\n")
    assert (silent.items, [one.code for one in silent.problems]) == ((), ["no-items"])
