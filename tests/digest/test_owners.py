"""Every line has exactly one owner: a part of the digest, the layout, what was left out, or a
question."""

from __future__ import annotations

import datetime as dt
import os
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.digest import Digest, Layout, Role
from newsletter.digest.parsing import account
from newsletter.digest.reading import Reading

from .test_properties import CHARACTERS, texts_of

EXAMPLES = int(os.environ.get("EXAMPLES", "60"))
DAY = dt.date(2026, 3, 2)

words = st.sampled_from(
    [
        "Boats",
        "Ropes and knots",
        "渡轮复航",
        "灯塔",
        "Les phares",
        "Новые причалы",
        "港の灯",
        "항구",
        "x",
    ]
)
urls = st.integers(0, 9).map("https://example.org/{}".format)
links = st.builds("[{}]({})".format, words, urls)
runs = st.one_of(
    words,
    links,
    urls,
    st.builds("{} {}.".format, words, links),
    st.builds("{}. {}".format, links, words),
    st.builds("**{}**".format, words),
    st.builds("**{}**".format, links),
    st.builds(
        "**{}:** {}".format, st.sampled_from(["Source", "来源", "Insight", "Mood", "作者"]), links
    ),
    st.builds("{}: {}".format, st.sampled_from(["Source", "Quelle", "Tags", "Score"]), words),
    st.builds("![{}]({})".format, words, urls),
    st.builds("[{}][ref]".format, words),
    st.builds("{} · {} · {}".format, words, words, links),
    st.builds("(via {})".format, links),
    st.just("Read more"),
    st.just("`code`"),
)
lines = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["#", "##", "###", "####"]), runs),
    st.builds("{} {}. {}".format, st.sampled_from(["##", "###"]), st.integers(1, 4), runs),
    runs,
    st.builds("- {}".format, runs),
    st.builds("  - {}".format, runs),
    st.builds("{}. {}".format, st.integers(1, 4), runs),
    st.builds("{}、{}".format, st.integers(1, 4), runs),
    st.builds("> {}".format, runs),
    st.builds("    {}".format, runs),
    st.builds("| {} | {} |".format, runs, runs),
    st.builds("<h2>{}</h2>".format, words),
    st.builds("<li>{}</li>".format, words),
    st.sampled_from(
        ["", "", "", "---", "***", "```", "<ul>", "</ul>", '<a id="x"></a>', "<!-- no -->", "-->",
         "<details>", "</details>", "<summary>More</summary>", "[ref]: https://example.org/ref",
         "===", "{% tag %}", "目录", "**Contents**", "- [x](#x)", "#", "-", "Text.  "]
    ),
)  # fmt: skip
documents = st.lists(lines, max_size=30).map(lambda made: "# T - 2026-03-02\n\n" + "\n".join(made))


def faults(text: str, digest: Digest, reading: Reading) -> list[str]:
    """Lines with no owner, or with two, in words."""
    owners = reading.owners()
    asked = [number for one in digest.open for number in range(one.first, one.last + 1)]
    found = [f"{number} is asked twice" for number in set(asked) if asked.count(number) > 1]
    both = reading.claimed & reading.left_out
    found += [f"{number} is held and left out" for number in both]
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        owned = number in owners
        if owned and owners[number] == "part" and number in asked:
            found.append(f"{number} {line!r} is held and asked about")
        if not owned and number not in asked:
            found.append(f"{number} {line!r} has no owner")
    return found


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_every_line_has_one_owner(text: str) -> None:
    digest, reading = account(text, date=DAY)
    if reading is not None:
        assert faults(text, digest, reading) == []
        assert [one.code for one in digest.problems if one.code == "unclaimed"] == [
            "unclaimed" for _one in digest.open
        ]


FIELDS = re.compile(
    r"Source|来源|Insight|Quelle|Tags|Score|作者|h2|ref|details|summary|code|tag|no|id|li"
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_what_a_part_holds_can_be_read_in_it(text: str) -> None:
    digest, reading = account(text, date=DAY)
    if reading is None:
        return
    kept = texts_of(digest)
    for number, line in enumerate(text.split("\n"), 1):
        if reading.owners().get(number) != "part":
            continue
        said = CHARACTERS.findall(FIELDS.sub("", line))
        # A name in another script, of which these are not looked for, is read, too.
        words = [*said, *re.findall(r"[^\W\d_]{3,}", FIELDS.sub("", line))]
        assert not said or any(word in kept or word.isdigit() for word in words), (number, line)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents, st.sampled_from(Role))
def test_an_answer_is_carried_out_and_is_the_same_for_the_next_issue(text: str, role: Role) -> None:
    first, reading = account(text, date=DAY)
    if reading is None or not first.open:
        return
    layout = Layout({one.key: role for one in first.open})
    again, reading = account(text, date=DAY, layout=layout)
    assert reading is not None
    assert faults(text, again, reading) == []
    assert {one.key for one in again.open} <= layout.lines.keys()
    if role is not Role.ABOVE:  # Nothing stands above the first item.
        assert again.open == ()
        assert [one for one, _role in again.decided] == list(first.open)


def test_a_heading_left_out_as_contents_is_not_kept_in_an_item() -> None:
    text = "# T\n\n- https://example.com/a\n# Read more\nBoats\n<h2>Boats</h2>\n- Read more"
    digest, reading = account(text, date=DAY)
    assert reading is not None
    assert faults(text, digest, reading) == []
