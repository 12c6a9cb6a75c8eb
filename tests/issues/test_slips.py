"""Accidents of other kinds, planted one by one in a good issue: each is named at its item.

And texts that look like them and are none, of which preflight says nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from newsletter import sending
from newsletter.importing import link_key
from newsletter.issues.preflight import findings
from newsletter.models import Issue, Link
from subscribers.models import Category

from .test_accidents import NOW, daily, draft, site  # noqa: F401

pytestmark = pytest.mark.django_db

LONG = "The harbour master says that the ferry sails again from Monday on, twice an hour."
LONG_ZH = "渡轮从周一起恢复通航，市民可以乘坐，班次为每天二十班，早晚各加开两班，票价保持不变。"
MOJIBAKE = "渡轮恢复通航市民可以乘坐".encode().decode("gb18030", errors="replace")
Plant = tuple[str, dict[int, dict[str, Any]], set[int]]

# Code, what an item holds by its number, and the items that are named.
PLANTS: list[Plant] = [
    ("secret", {2: {"body": "Try it with sk-proj-abcdefghijklmnopqrstuvwxyz0123."}}, {2}),
    ("secret", {3: {"insight": "令牌：ghp_abcdefghijklmnopqrstuvwxyz0123456789"}}, {3}),
    ("not-public", {2: {"body": "EMBARGOED UNTIL 5 MARCH. The ferry returns."}}, {2}),
    ("not-public", {2: {"body": "【内部资料，请勿外传】渡轮恢复。"}}, {2}),
    ("not-public", {4: {"insight": "Sperrfrist: 5. März. Die Fähre kommt."}}, {4}),
    ("marks", {2: {"insight": "This is **very important and goes on."}}, {2}),
    ("marks", {2: {"body": "See [the report](https://paper.example.net/r and more"}}, {2}),
    ("title-odd", {2: {"title": "https://paper.example.net/2026/tram"}}, {2}),
    ("title-odd", {2: {"title": "### 渡轮恢复通航"}}, {2}),
    ("title-odd", {2: {"title": "final_v3_clean.docx"}}, {2}),
    ("same-text", {2: {"insight": LONG}, 4: {"insight": f" {LONG} "}}, {2, 4}),
    ("same-text", {1: {"body": LONG_ZH}, 5: {"insight": LONG_ZH}}, {1, 5}),
    ("same-text", {n: {"insight": LONG, "body": "", "bullets": []} for n in (1, 3, 5)}, {1, 3, 5}),
    ("same-text", {n: {"bullets": [{"lead": "Fare", "text": LONG}]} for n in (2, 4)}, {2, 4}),
    ("not-the-page", {2: {"title": "404 Not Found"}}, {2}),
    ("not-the-page", {2: {"title": "Just a moment..."}}, {2}),
    ("not-the-page", {2: {"title": "百度安全验证"}}, {2}),
    ("not-the-page", {2: {"title": "Page introuvable | Le Journal"}}, {2}),
    ("not-the-page", {3: {"body": "We use cookies to improve your visit. Accept all."}}, {3}),
    ("not-the-page", {3: {"insight": "当前环境异常，完成验证后即可继续访问。"}}, {3}),
    ("not-the-page", {3: {"body": "Bitte aktivieren Sie JavaScript."}}, {3}),
    ("secret", {2: {"body": "Login: admin / password: hunter2"}}, {2}),
    ("secret", {2: {"body": "后台密码：Abc12345"}}, {2}),
    ("marks", {2: {"body": "The ferry returns.[^3]"}}, {2}),
    ("marks", {2: {"body": "![[ferry.png]] and more"}}, {2}),
    ("marks", {2: {"body": "The cost \\textbf{rises} again."}}, {2}),
    ("item-date", {4: {"date": dt.date(2027, 3, 2)}}, {4}),
    ("unfinished", {2: {"body": "Die Fähre kostet 40 Mio. (Zahl noch prüfen!)"}}, {2}),
    ("unfinished", {2: {"body": "여객선이 다시 운항한다 (추후 기재)."}}, {2}),
    ("unfinished", {2: {"body": "渡轮恢复。（此处插图）"}}, {2}),
    ("unfinished", {2: {"body": "Said the mayor: “TK TK”."}}, {2}),
    ("unfinished", {2: {"body": "See Error! Reference source not found. for more."}}, {2}),
    ("unfinished", {2: {"body": "The cost is #REF! euros, up #DIV/0! %."}}, {2}),
    ("unfinished", {2: {"body": "The tram returns. Commented [AB1]: is this right?"}}, {2}),
    ("unfinished", {2: {"insight": "Summarize the following article in two sentences."}}, {2}),
    ("unfinished", {2: {"insight": "请用两句话总结以下文章：渡轮恢复。"}}, {2}),
    ("unfinished", {2: {"insight": "渡轮恢复通航。（字数：48）"}}, {2}),
    ("unfinished", {2: {"title": "无标题"}}, {2}),
    ("empty", {3: {"insight": "", "body": "", "bullets": [{"lead": "", "text": " "}]}}, {3}),
    ("picture-lost", {1: {"body": "![A ferry](ferry.png)"}}, {1}),
    ("picture-lost", {1: {"body": "![渡轮](file:///C:/Users/me/ferry.png)"}}, {1}),
    ("no-alt", {1: {"body": "![IMG_2031.jpg](https://paper.example.net/p.png)"}}, {1}),
    ("no-alt", {1: {"body": "![微信图片_2026](https://paper.example.net/p.png)"}}, {1}),
    ("other-script", {2: {"insight": LONG_ZH, "bullets": []}}, {2}),
    ("garbled", {5: {"insight": MOJIBAKE}}, {5}),
    ("unfinished", {2: {"body": "One.\n<<<<<<< HEAD\nTwo.\n>>>>>>> main"}}, {2}),
    ("unfinished", {2: {"body": "{++added++} and {--taken out--}"}}, {2}),
    ("unfinished", {2: {"insight": "<think>A summary is wanted.</think> The tram."}}, {2}),
    ("unfinished", {2: {"insight": '{"title": "The tram", "summary": "It is back."}'}}, {2}),
    ("unfinished", {2: {"body": "Text. [@Bob: please look at this number]"}}, {2}),
    ("unfinished", {2: {"body": "正文。（小王，这里请再核一下）"}}, {2}),
    ("unfinished", {2: {"body": "公司全年收入为 XX 亿元。"}}, {2}),
]
LINKS = (
    "https://https://paper.example.net/a",
    "https://paper/a",
    "https://paper.example.net/a，更多",
    "https://paper.example.net/a),",
    "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fpaper.example.net%2Fa",
    "https://www.google.com/url?q=https://paper.example.net/a&sa=D",
    "https://paper.example.net/?p=123&preview=true",
    "https://paper.example.net/a;jsessionid=ABCDEF0123456789?x=1",
)


def found(issue: Issue) -> dict[str, set[int]]:
    issue.refresh_from_db()
    numbers = dict(issue.items.values_list("pk", "number"))
    said: dict[str, set[int]] = {}
    for one in findings(sending.plan(issue).looked_at):
        said.setdefault(one.code, set()).update(numbers[pk] for pk in one.items)
    return said


@pytest.mark.parametrize(("code", "plant", "named"), PLANTS)
def test_it_is_named_at_its_item_and_nothing_else_is(
    draft: Issue,  # noqa: F811
    code: str,
    plant: dict[int, dict[str, Any]],
    named: set[int],
) -> None:
    for number, values in plant.items():
        draft.items.filter(number=number).update(**values)
    said = found(draft)
    assert said.get(code) == named
    # A glued address and a title that is none are seen in their other quality as well.
    beside = {"link-twice", "link-odd", "link-unusable", "other-script", "two-languages"}
    beside |= {"left-open"}  # Half a mark of Markdown is a bracket, too.
    assert set(said) - {code} <= beside


@pytest.mark.parametrize("url", LINKS)
def test_an_address_that_was_pasted_wrongly(draft: Issue, url: str) -> None:  # noqa: F811
    Link.objects.filter(item__issue=draft, item__number=3).update(url=url, url_key=link_key(url))
    assert {3} in (found(draft).get("link-odd"), found(draft).get("link-unusable"))


def test_what_is_said_above_the_items(draft: Issue) -> None:  # noqa: F811
    for values, code in (
        ({"subject": "Harbour Daily 2026-03-01: the ferry"}, "subject-date"),
        ({"subject": "TEST please ignore"}, "test-title"),
        ({"subject": "Today", "intro": "【保密】各位早上好。"}, "not-public"),
    ):
        Issue.objects.filter(pk=draft.pk).update(**values)
        assert code in found(draft), code
    Issue.objects.filter(pk=draft.pk).update(subject="", intro="")
    links = Link.objects.filter(issue=draft, kind="tail")
    links.update(url=links[0].url)
    assert found(draft) == {"tail-twice": set()}


def test_a_category_that_was_retired(draft: Issue) -> None:  # noqa: F811
    Category.objects.filter(name="Nature").update(retired_at=NOW - dt.timedelta(days=1))
    assert found(draft) == {
        "retired": set(draft.items.filter(category__name="Nature").values_list("number", flat=True))
    }


@pytest.mark.parametrize(
    "values",
    [
        {"body": "Use `2**10`:\n\n```py\na = 2**3\nprint(**kw)\n```\n\nAnd 5 ** 2 = 25."},
        {"body": "Confidential documents show that the harbour paid. The embargo ends."},
        {"body": "“Do not distribute leaflets here”, the sign says; nobody did."},
        {"insight": "“渡轮” is what Hong Kong calls its ferry, and 天星小輪 is its oldest line."},
        {"body": "![Image of the ferry at dawn](https://paper.example.net/p.png)"},
        {"body": "See [a](https://paper.example.net/x) and **so** on, `![a](b.png)` is Markdown."},
        {"title": "#MeToo in the harbour"},
        {"title": "Node.js 24 is out"},
        {"body": 'The server answers {"ok": true} to each, and {--flag} is none.'},
        {"body": "The XX century line is back; sk-8 is a skateboard."},
        {"insight": "", "body": "", "bullets": [{"lead": "", "text": "From May on"}]},
        {"title": "Why 404 pages matter"},
        {"title": "Access denied: how the harbour lost its archive"},
        {"title": "Just a moment of silence for the old ferry"},
        {"body": "“We use cookies”, every page says. A law wants that to end."},
        {"body": "The law says that sites may ask readers to enable JavaScript."},
        {"body": "Password: what makes a good one. 密码：6位数字以上才安全。"},
        {"body": "Summarise this, says the button; nobody does. 以下のニュースを伝える。"},
        {"body": "He commented [on the report]: “Nothing new.” Use C:\\temp for it."},
        {"insight": "The #1 song is about the ferry; the caption reads TK Maxx."},
        {"date": dt.date(2026, 4, 1)},
        {"body": "・" * 50},
    ],
)
def test_what_only_looks_like_one_is_none(draft: Issue, values: dict[str, Any]) -> None:  # noqa: F811
    draft.items.filter(number=2).update(**values)
    assert found(draft) == {}
