"""Accidents of a tired editor and of language models, each beside news that only looks like it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from newsletter.editions import BulletView, IssueView, LinkView
from newsletter.issues import left_over, outlets, preflight, quick_mends, source_findings, typos
from newsletter.issues.private_pages import Private, who_opens
from tests import builders
from tests import sample_issues as issues

DAY = dt.date(2026, 3, 4)  # A Wednesday.
PROSE = (
    "Planning comes first here, says the council, and the contracts follow in the autumn.",
    "Nine years of argument end with a vote that was closer than anybody had expected.",
    "People wait an hour for their bread, and they say that it is worth it every day.",
    "Nobody had expected that the bees would return to the quarry so soon after that.",
)


def view(language: str = "en", head: dict[str, Any] | None = None, **item: Any) -> IssueView:
    """Four items with prose of their own, the second of them with these fields."""
    kind = issues.categories()[0]
    rows = []
    for number, (title, text) in enumerate(zip(TITLES, PROSE, strict=True), 1):
        own = item if number == 2 else {}
        fields: dict[str, Any] = {
            "title": title,
            "insight": text if language == "en" else "",
            "body": "",
            "bullets": (),
            "sources": (LinkView(number, "The Paper", f"https://paper.example.org/2026/{number}"),),
        }
        rows.append(issues.item(number, kind, **(fields | own)))
    made = issues.view(items=tuple(rows))
    made = dataclasses.replace(
        made,
        language=language,
        date=DAY,
        title="Harbour",
        subject="Ferries",
        preheader="",
        intro="",
    )
    return dataclasses.replace(made, **(head or {}))


TITLES = ("Harbour opens a ferry", "Council votes on trams", "Bakery has a queue", "Bees return")


def codes(made: IssueView) -> set[str]:
    return {one.code for one in preflight.check(made, issues.publication())}


BEFORE = codes(view()) | codes(view("zh-Hans"))


def named(made: IssueView) -> set[str]:
    return codes(made) - BEFORE


BODIES: list[tuple[str, str]] = [
    ("word-twice", "The council said the the pier would open."),
    ("word-twice", "Der Rat und und die Stadt sind einig."),
    ("word-twice", "The council said The council said that trams come."),
    ("word-twice", "这是市里的的第一座码头。"),
    ("word-twice", "报告称，我们我们需要更多时间。"),
    ("", "She said that that was all, and had had enough. Die, die kommen, sind da."),
    ("", "此举是为了了解目的的明确性，他的的确确来过。"),
    ("", "Use `the` the way you like, [the](https://paper.example.org/a) the other way."),
    ("stop-twice", "The pier,, which was closed, opens."),
    ("stop-twice", "The pier opens.. Nobody asked."),
    ("stop-twice", "码头周五开放。。市民很高兴。"),
    ("stop-twice", "码头，，周五开放。"),
    ("", "Wait... what?! Open ../pier or use etc., and `a,,b`. The vol. 2 of it."),
    ("spaces", "The pier , which was closed, opens."),
    ("spaces", "Nine years ended.The council voted at last."),
    ("", "Call `System.The` or Node.js, then Vue.Draggable and no more."),
    ("left-open", "The pier (closed since 2019 opens on Friday."),
    ("left-open", "码头（自2019年关闭，周五开放。"),
    ("left-open", "据《港口日报报道，码头开放。"),
    ("left-open", "He said: “The pier opens. Nobody asked why."),
    ("left-open", "Run `make pier to open it."),
    ("", "a) first, b) second :( and (x, y] or [0, 1) hold."),
    ("", "“The pier opens.\n\n“Nobody asked why.”"),
    ("", "Er sagte: „Der Pier ist offen.“ Mehr nicht."),
    ("impossible", "The ferry leaves at 25:30 from pier two."),
    ("impossible", "It opens on Friday at 17:75 for all."),
    ("impossible", "渡轮将于25:30出发。"),
    ("impossible", "Die Fähre fährt um 25:30 Uhr ab."),
    ("impossible", "It begins at 13 p.m. sharp."),
    ("impossible", "Of those asked, 134% of voters favour it."),
    ("impossible", "调查显示，134%的市民支持。"),
    ("", "They won 25:30, read John 25:61 and grew by 134%. 100% of voters agree."),
    ("", "134%的用户增长令人惊讶。 The ferry leaves at 24:00."),
    ("figure-lost", "The line will cost $ million over ten years."),
    ("figure-lost", "Traffic grew by % in 2025."),
    ("figure-lost", "Numbers rose by NaN% over the year."),
    ("", "Take % as a sign, and $5 million by 3 % of it."),
    ("tool-left", "The pier opens on Friday.[1][2] Nobody asked why.[3]"),
    ("tool-left", "The pier opens on Friday :rocket: :tada:"),
    ("tool-left", "Nine years ended.\n\nRelevance: 8/10"),
    ("tool-left", "Category: Transport\n\nNine years ended."),
    ("tool-left", "Nine years ended.\n\nPhoto: Getty Images"),
    ("tool-left", "It opens on 2026-03-06T08:00:00Z at noon."),
    ("tool-left", "Prices:\n\n| Line | Price |\n| One | 2.00 |"),
    ("", "| Line | Price |\n| --- | --- |\n| One | 2.00 |"),
    ("", "The category: transport and [1](https://paper.example.org/1) of std::vector:: names."),
    ("tool-left", "Output only the summary. Nine years ended."),
    ("tool-left", "Assistant: Nine years ended."),
    ("tool-left", "Nine years ended on Tuesday. (42 words)"),
    ("tool-left", '"summary": "Nine years ended."'),
    ("tool-left", "<!-- check this --> Nine years ended."),
    ("", "An assistant: that is what they want. The summary is short."),
    ("struck-out", "The pier opens on ~~Thursday~~ Friday."),
    ("point-empty", "Points:\n\n- One\n-\n- Two"),
    ("link-file", "See [it](file:///C:/Users/dana/pier.html)."),
    ("promised", "Three reasons speak for it:\n\n- Cost\n- Speed\n- Noise\n- Smell"),
    ("promised", "有三个原因：\n\n- 成本\n- 速度\n- 噪声\n- 气味"),
    ("", "Three reasons speak for it:\n\n- Cost\n  - of all\n- Speed\n- Noise"),
    ("", "Three reasons: cost, speed, noise and smell."),
    ("no-day", "The pier opens on 2026-02-31."),
    ("no-day", "The pier opens on 29 February 2026."),
    ("no-day", "码头将于2026年2月30日开放。"),
    ("", "The pier opens on 2028-02-29, with version 2026.13.1."),
    ("link-here", "The plan can be read [here](https://paper.example.net/plan)."),
    ("link-here", "全文请[点击这里](https://paper.example.net/plan)。"),
    ("link-tracked", "See [it](https://paper.example.net/pier?gclid=abc&page=2)."),
    ("unfinished", "当然，以下是整理后的内容：\n\n码头开放。"),
    ("unfinished", "The pier opens. citeturn0search1"),
    ("", "这当然是好消息，以下地区受益。"),
]


@pytest.mark.parametrize(("code", "body"), BODIES)
def test_of_a_text(code: str, body: str) -> None:
    wide = any("\u4e00" <= sign <= "\u9fff" for sign in body)
    made = view("zh-Hans" if wide else "en", body=body)
    if wide:
        made = dataclasses.replace(made, items=made.items[1:2])
    assert named(made) == ({code} if code else set())


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("title-place", {"title": "2. Council votes on trams"}),
        ("title-capitals", {"title": "COUNCIL VOTES ON NEW TRAM LINE"}),
        ("title-cut", {"title": "Council votes on the new tram line after nine years of…"}),
        ("title-site", {"title": "Council votes on trams | The Paper"}),
        ("title-site", {"title": "市议会表决有轨电车_新闻频道_港口网"}),
        ("title-file", {"title": "Council votes on trams FINAL v2"}),
        ("title-source", {"title": "The Paper"}),
        ("same-title", {"title": "Harbour Opens a Ferry."}),
        ("insight-title", {"insight": "Council votes on trams.", "body": PROSE[1]}),
        ("tool-left", {"title": "Council%20votes%20on%20trams"}),
        ("", {"title": "Council votes on the final"}),
        ("", {"title": "NASA and ESA ship GPT-5 API"}),
        ("", {"title": "Who pays? 5. All of them…"}),
        ("point-empty", {"bullets": (BulletView("", "One."), BulletView("", " "))}),
        ("promised", {"body": "Two steps follow:", "bullets": (BulletView("", "One."),)}),
        ("cut-off", {"insight": PROSE[1][:-10]}),
        ("other-script", {"insight": "Le conseil a voté pour une nouvelle ligne de tramway dans la"
                          " ville, après neuf ans de débats avec les habitants."}),
    ],
)  # fmt: skip
def test_of_an_item(code: str, fields: dict[str, Any]) -> None:
    assert named(view(**fields)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("code", "label", "url"),
    [
        ("source-name", "Reuters", "https://www.nytimes.com/2026/03/04/pier.html"),
        ("source-name", "新华网", "http://www.people.com.cn/n1/pier.html"),
        ("source-front", "BBC", "https://www.bbc.co.uk/"),
        ("source-picture", "The Paper", "https://cdn.example.net/img/pier-1200x630.jpg"),
        ("link-tracked", "The Paper", "https://paper.example.net/pier?utm_source=chatgpt.com"),
        ("link-odd", "The Paper", "https://amp.paper.example.net/pier"),
        ("link-twice", "The Paper", "https://www.paper.example.org/2026/1/?utm_source=x"),
        ("", "Reuters", "https://news.example.net/reuters/pier"),
        ("", "BBC", "https://www.bbc.co.uk/news/pier"),
        ("", "The Paper", "https://paper.example.org/2026/1#part"),
        ("", "The Paper", "https://paper.example.net/list?channel=pier&source=b"),
    ],
)
def test_of_a_source(code: str, label: str, url: str) -> None:
    found = named(view(sources=(LinkView(2, label, url),))) - ({"link-tracked"} - {code})
    assert found == ({code} if code else set())


@pytest.mark.parametrize(
    ("who", "url"),
    [
        (Private.SHARED, "https://docs.google.com/document/d/1AbC/edit?usp=sharing"),
        (Private.SHARED, "https://www.notion.so/acme/Draft-0123456789abcdef0123456789abcdef"),
        (Private.SHARED, "https://acme.feishu.cn/docx/AbCdEf"),
        (Private.SHARED, "https://acme.sharepoint.com/:w:/s/team/Eabc"),
        (Private.ACCOUNT, "https://chatgpt.com/c/0a1b2c"),
        (Private.ACCOUNT, "https://claude.ai/chat/0a1b2c"),
        (Private.ACCOUNT, "https://www.dropbox.com/home/Drafts"),
        (Private.EDITORS, "https://blog.example.net/wp-admin/post.php?post=12"),
        (Private.EDITORS, "https://github.com/acme/pier/edit/main/README.md"),
        (Private.REVIEW, "https://paper-git-main-acme.vercel.app/pier"),
        (Private.REVIEW, "https://deploy-preview-12--paper.netlify.app/pier"),
        (Private.REVIEW, "https://ab12.ngrok-free.app/pier"),
        (None, "https://docs.google.com/document/d/e/2PACX-1v/pub"),
        (None, "https://chatgpt.com/share/0a1b2c"),
        (None, "https://paper.vercel.app/pier"),
        (None, "https://acme.notion.site/Plan-0123456789abcdef0123456789abcdef"),
        (None, "https://github.com/acme/pier"),
    ],
)
def test_who_opens_a_page(who: Private | None, url: str) -> None:
    assert who_opens(url) is who


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("issue-number", {"title": "Harbour Daily #XX"}),
        ("issue-number", {"title": "Harbour Daily, Issue #NN"}),
        ("issue-number", {"title": "港口日报 第X期"}),
        ("issue-number", {"subject": "Harbour Vol. __"}),
        ("count", {"intro": "Three stories: the ferry, the trams and a bakery."}),
        ("count", {"intro": "Today we have three things for you: ferry, trams, bakery."}),
        ("intro-order", {"intro": "First bees at the quarry, then trams, and finally a ferry."}),
        ("season", {"intro": "Merry Christmas to all our readers!"}),
        ("season", {"intro": "祝各位读者中秋节快乐！"}),
        ("preheader-same", {"preheader": "Ferries"}),
        ("typing", {"intro": "We have the the news."}),
        ("impossible", {"subject": "Ferry leaves at 25:30"}),
        ("", {"title": "Harbour Daily #41", "intro": "First a ferry, then trams, finally bees."}),
        ("", {"intro": "Three stories from the council were told to us. No. 7 is the best."}),
        ("", {"subject": "Why #X is no longer a bird"}),
    ],
)
def test_of_the_head(code: str, fields: dict[str, Any]) -> None:
    assert named(view(head=fields)) == ({code} if code else set())


def test_what_many_items_do_is_meant() -> None:
    made = view()
    here = "See [here](https://paper.example.net/{0})."
    rows = [dataclasses.replace(one, body=here.format(one.number)) for one in made.items]
    assert "link-here" not in named(dataclasses.replace(made, items=tuple(rows)))


def test_a_name_leads_to_its_own_host_only() -> None:
    assert outlets.is_of_another("Reuters", "https://edition.cnn.com/pier")
    assert not outlets.is_of_another("Reuters", "https://mobile.reuters.com/pier")
    assert not outlets.is_of_another("Paper", "https://edition.cnn.com/pier")


def test_a_tracker_is_taken_out_and_the_rest_stays_as_written() -> None:
    url = "https://paper.example.net/a%20b?x=1%2B2&utm_source=chatgpt.com&y=%C3%A9#part"
    assert source_findings.without_trackers(url) == (
        "https://paper.example.net/a%20b?x=1%2B2&y=%C3%A9#part"
    )


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("The the pier,, they say , opens.. `the the`", "The pier, they say, opens. `the the`"),
        ("市里的的码头。。开放，。", "市里的码头。开放。"),
        ("Ended.The council said that that is it.", "Ended. The council said that that is it."),
        (
            "[the the](https://paper.example.net/the the)",
            "[the](https://paper.example.net/the the)",
        ),
    ],
)
def test_typing_is_mended(text: str, right: str) -> None:
    assert typos.mended(text) == right


@pytest.mark.django_db
def test_one_click_mends_each_in_every_place() -> None:
    publication = builders.publication()
    issue = builders.issue(publication, intro="We have the the news.")
    item = builders.item(issue, builders.category(publication, "News"), "The pier")
    item.body = "On the the [pier](https://paper.example.net/?a=1&utm_source=x).\n\n- One\n-\n- Two"
    item.bullets = [{"lead": "", "text": "One,, two."}, {"lead": "", "text": " "}]
    item.save()
    item.links.update(url="https://paper.example.net/p?fbclid=abc")
    assert quick_mends.mend(issue, "word-twice", DAY) == "typing"
    assert quick_mends.mend(issue, "link-tracked", DAY) == "trackers in links"
    assert quick_mends.mend(issue, "point-empty", DAY) == "empty points"
    issue.refresh_from_db()
    item.refresh_from_db()
    assert issue.intro == "We have the news."
    assert item.body == "On the [pier](https://paper.example.net/?a=1).\n\n- One\n- Two"
    assert item.bullets == [{"lead": "", "text": "One, two."}]
    assert {link.url for link in item.links.all()} == {"https://paper.example.net/p"}
    for code in ("typing", "tail-tracked", "point-empty"):
        assert quick_mends.mend(issue, code, DAY) == ""


@pytest.mark.parametrize("run", ["*", "*_", "* ", "[", "{", "- ", "…"])
def test_signs_in_a_row_are_looked_at_once(run: str) -> None:
    """From each of twenty thousand to all that follow would take minutes."""
    assert not left_over.found_in("Boats " + run * (20_000 // len(run)) + "x")
    assert left_over.found_in(run * (20_000 // len(run)) + "x TODO: the rest")
