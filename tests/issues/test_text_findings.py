"""What preflight says of words: those left over, and those that only look so."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from newsletter.issues import link_findings, text_findings
from tests import sample_issues as issues
from tests.site_settings import configure


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    configure(settings, BASE_URL="https://news.harbour.example.org", BOUNCE_DOMAIN="")


def of_words(text: str) -> list[str]:
    view = issues.view(items=(issues.item(1, issues.categories()[0], insight=text),))
    return [found.code for found in text_findings.of_words(view)]


@pytest.mark.parametrize(
    "text",
    [
        "TODO",
        "TODO: find the second source",
        "The ferry sails again. TBD",
        "The ferry (TODO) sails again.",
        "**TK** who pays for it",
        "Who pays: XXXX",
        "Lorem ipsum dolor sit amet, consectetur",
        "Your text here",
        "Dear {{ first_name }}, the ferry sails",
        "{% if reader %}The ferry{% endif %}",
        "Dear *|FNAME|*",
        "Dear %FIRSTNAME%",
        "Dear ${reader.name}",
        "See [insert link to the report] for more",
        "See [LINK_TO_REPORT] for more",
        "The ferry sails ???",
        "待补充",
        "渡轮明天恢复。（待核实）",
        "渡轮恢复：待定",
        "此处填写摘要",
        "作为一个AI语言模型，我无法访问链接。",
        "As an AI language model, I cannot browse the web.",
        "I'm sorry, but I can't open that page.",
        "ここに本文を入力してください",
        "要確認",
        "여기에 내용을 입력하세요",
        "À compléter",
        "Platzhalter",
        "Die Fähre fährt wieder (Platzhalter).",
        "Вставить ссылку",
        "[TO DO: quote from the mayor]",
        "Who pays? TBA",
        "(tbc)",
        "@todo source",
        "[Quelle?]",
        "[figure to check]",
        "[Zahl einsetzen]",
        "[photo à venir]",
        "[falta fuente]",
        "[cifra da verificare]",
        "[verificar dado]",
        "[уточнить цифру]",
        "[kaynak ekle]",
        "【数据待核实】",
        "（数据待补）",
        "※要確認",
        "(출처 추가)",
        "Text folgt.",
        "Nog in te vullen",
        "Do uzupełnienia",
        "PENDIENTE: confirmar cifra",
        "Тут будет текст",
        "[First Name]",
        "[LINK HERE]",
        "[Bild einfügen]",
        "【标题】",
        "[제목]",
        "Hallo {Vorname}",
        "Dear <<First Name>>,",
        "Hello |*FNAME*|",
        "[[FIRSTNAME|reader]]",
        "Hi {{{ body }}}",
        "%recipient.name%",
        "#{title}",
        "$title$",
        "Dear %(name)s",
        "[object Object]",
        "undefined",
        "xx.xx.2026",
        "XX Prozent mehr",
        "XX月XX日",
        "DD.MM.YYYY",
        "○○株式会社",
        "Click here to enter text.",
        "Klicken Sie hier, um Text einzugeben.",
        "单击或点击此处输入文字。",
        "クリックしてテキストを入力",
        "（ここに本文）",
        "Digite o seu texto aqui",
        "Sample text",
        "asdf asdf",
        "Certainly! Here's the summary you asked for:",
        "Here is the translation:",
        "Below is a summary of the article:",
        "I cannot access external links.",
        "Als KI-Sprachmodell kann ich das nicht prüfen.",
        "En tant que modèle de langage, je ne sais.",
        "Como modelo de lenguaje, no puedo",
        "好的，以下是摘要：",
        "抱歉，我无法访问该链接",
        "I hope this helps!",
        "希望这对您有帮助",
        "It sails again. :contentReference[oaicite:0]{index=0}",
        "The ferry sails【4†source】.",
        "The ferry sails [citation needed].",
    ],
)
def test_words_left_over_are_named(text: str) -> None:
    assert of_words(text) == ["unfinished"]


@pytest.mark.parametrize(
    "text",
    [
        "A TODO list that lives in the terminal",
        "It resolves a FIXME from 2015",
        "The template engine replaces `{{ name }}` by the reader's name",
        "```\n{{ title }}\nTODO: mend\n```",
        "The report is at https://example.org/{{x}}/a",
        "[The proxy](https://ko.example.org/%EC%9B%90%EA%B2%A9_%ED%94%84%EB%A1%9C)",
        "该框架文档待完善，但性能很好",
        "核心设计决策待确认，社区正在讨论",
        "插件从占位符变为可执行",
        "How Lorem Ipsum became the standard text of printers",
        "You may think of à vérifier as a habit",
        "[BIP141] and [RFC 9110] are the sources",
        "[Your Guide to the Harbour](https://example.org/guide)",
        "She asked: why? And how??",
        "XXL ships need deeper water",
        "大模型作为AI助手的用法正在改变",
        "The model says that it is an AI model",
        "The rate is 5 % and the other 7 %",
        "XXX Olympiad opens in Paris",
        "TK Maxx opens in Hull",
        "Techniker Krankenkasse (TK) hebt Beitrag an",
        "TBC, the bank, lists in London",
        "A study of AI models as an AI model, researchers say",
        "Lorem ipsum, the Latin text, turns 500",
        "Le texte est à compléter avant juin, dit le maire.",
        "[Video] The mayor speaks",
        "【深度】图片之争",
        "[图片来源：新华社]",
        "[Foto: dpa]",
        "See the [source](https://example.org/x), [date](https://example.org/y)",
        "The [documentation][verify docs] says so",
        "“It [the title] matters”",
        "Here are the figures: 4, 5",
        "Hier ist die Übersetzung des Romans erschienen",
        "I cannot open this door, said the mayor",
        "抱歉，我不能同意他的看法，市长说",
        "作为模型，它很快",
        "Les travaux sont à venir, dit-il",
        "Super Bowl XXX: der Rückblick",
        "Claro, aqui se come bien",
        "50% of all ferries",
        "[2026-03-02] The pier",
        "Learn Swift {CITY} meets in Berlin",
        "[1] and [2] agree",
        "Null Toleranz am Hafen",
        "Let the ferry sail, if you like",
    ],
)
def test_words_about_such_words_are_not(text: str) -> None:
    assert of_words(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The portâ€™s new pier", ["garbled"]),
        ("CafÃ© on the quay", ["garbled"]),
        ("新锟斤拷港口", ["garbled"]),
        ("The port\ufffds pier", ["garbled"]),
        ("Café on the quay, São Paulo, Ãlvares", []),
        # UTF-8 read as Windows' Latin, its Cyrillic, GB 18030 and Shift JIS; and never decoded.
        ("FÃ¼r die FÃ¤hre", ["garbled"]),
        ("L’Ã©cole", ["garbled"]),
        ("ÐŸÐ¾Ñ€Ñ‚ Ð¾Ñ‚ÐºÑ€Ñ‹Ñ‚", ["garbled"]),
        ("РџРѕСЂС‚ РѕС‚РєСЂС‹С‚", ["garbled"]),
        ("æ—¥æœ¬", ["garbled"]),
        ("娓\ue21a彛鏄庡ぉ鎭㈠\ue632娓¤疆", ["garbled"]),
        ("縺薙ｌ縺ｯ繝�繧ｹ繝医〒縺�", ["garbled"]),
        ("Â£5 and 10Â °C", ["garbled"]),
        ("ðŸš¢ sails", ["garbled"]),
        ("The port=E2=80=99s pier", ["garbled"]),
        ("The port\\u2019s pier", ["garbled"]),
        ("«Été» in the CAFÉ” and CAFÉ—bar, œuvre d’art", []),
        ("Ёж «ёлка» ещё, Ґанок їжак є", []),
        ("新华社北京十二月一日电，繁體中文的港口與渡輪", []),
        ("銀行保険証券会社の港", []),
        ("Łódź żółw, Türkçe ığdır, Tiếng Việt", []),
        ("10 €–20 €, 5×10³ m², E=MC2", []),
    ],
)
def test_letters_of_a_wrong_encoding_are_named(text: str, code: list[str]) -> None:
    assert of_words(text) == code


@pytest.mark.parametrize(
    ("title", "marked"),
    [
        ("The <b>new</b> pier", True),
        ("Fish &amp; chips", True),
        ('<a href="https://example.org/">The pier</a>', True),
        ("30 years of <br> tags", False),
        ("a < b and c > d", False),
        ("AT&T buys the pier", False),
    ],
)
def test_markup_in_a_title_is_named(title: str, marked: bool) -> None:
    view = issues.view(items=(issues.item(1, issues.categories()[0], title=title),))
    assert [f.code for f in text_findings.of_words(view)] == (["markup"] if marked else [])


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Harbour Daily - 7 items", 7),
        ("海港日报 2026年3月2日（共 12 条）", 12),
        ("Harbour Daily: 10 stories", 10),
        ("Hafenblatt – 5 Meldungen", 5),
        ("항구 일보 | 8건", 8),
        ("3 articles of the treaty that matter", None),
        ("From 50 items", None),
        ("The port's 12 cranes", None),
        ("2026-03-02", None),
    ],
)
def test_a_title_says_how_many_items_there_are(title: str, said: int | None) -> None:
    assert text_findings.title_count(title) == said


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Test", True),
        ("test 2", True),
        ("[TEST] Harbour Daily", True),
        ("测试", True),
        ("测试邮件：海港日报", True),
        ("Untitled", True),
        ("Copy of Harbour Daily", True),
        ("Entwurf", True),
        ("Testing the waters", False),
        ("TEST ISSUE - do not send", True),
        ("Prueba", True),
        ("Essai 2", True),
        ("Testausgabe: Hafenblatt", True),
        ("テスト配信", True),
        ("Kopie von Hafenblatt", True),
        ("海港日报的副本", True),
        ("Harbour Daily (copy) 2", True),
        ("Prueba de fuego en el puerto", False),
        ("Concept cars on the quay", False),
        ("Draft law passes", False),
        ("测试版发布会", False),
        ("Contest of the year", False),
    ],
)
def test_the_name_of_a_test_is_no_title(title: str, named: bool) -> None:
    found = text_findings.of_subject(dataclasses.replace(issues.view(1), title=title))
    assert [one.code for one in found] == (["test-title"] if named else [])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (
            "https://news.harbour.example.org/admin/newsletter/issue/1/",
            "this page is the editors'; readers cannot open it.",
        ),
        (
            "https://paper.example.org/a?utm_source=x&mkt_tok=abc",
            "“mkt_tok” in it belongs to one person: whoever follows it acts as them.",
        ),
        (
            "https://api.example.org/v1?api_key=5f",
            "“api_key” in it belongs to one person: whoever follows it acts as them.",
        ),
        (
            "https://other.example.org/unsubscribe/abc",
            "it ends somebody's subscription, or changes it.",
        ),
        (
            "https://mail.google.com/mail/u/0/#inbox/abc",
            "it opens only for whoever is signed in there.",
        ),
        (
            "https://staging.paper.example.org/a",
            "this looks like the address of a copy for tests.",
        ),
        ("https://news.harbour.example.org/daily/2026-03-02/", None),
        ("https://paper.example.org/administration/unsubscribed-readers", None),
        ("https://paper.example.org/?token=&id=7", None),
    ],
)
def test_addresses_that_readers_cannot_use(url: str, reason: str | None) -> None:
    source = issues.LinkView(1, "The Paper", url)
    view = issues.view(items=(issues.item(1, issues.categories()[0], sources=(source,)),), tail=())
    found = [one.message for one in link_findings.of_links(view, {})]
    assert found == ([f"{url}: {reason}"] if reason else [])


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        # The issue's day is Monday 2 March 2026.
        ("Harbour Daily, Tuesday 3 March", True),
        ("Harbour Daily, Tuesday 2 March", True),  # The weekday is another one's.
        ("Harbour Daily, Monday 2 March", False),
        ("Harbour Daily – March 1, 2026", True),
        ("Hafenblatt vom 3. März 2026", True),
        ("Dienstag, 2. März 2026", True),
        ("Le Port – lundi 2 mars", False),
        ("Le Port – mardi 3 mars", True),
        ("El Puerto, 1 de marzo de 2026", True),
        ("Notizie del porto, 3 marzo", True),
        ("Новости порта, 3 марта 2026 г.", True),
        ("Новости порта, 2 марта 2026 г.", False),
        ("海港日报 2026年3月2日 星期二", True),
        ("海港日报 3月3日 星期二", True),
        ("Harbour Daily 03/02/2026", False),
        ("Harbour Daily 05/04/2026", True),
        ("What 9 November 1989 changed", False),
        ("What 9 November changed", False),
        ("Harbour Daily", False),
    ],
)
def test_a_title_that_says_another_day_in_words(title: str, wrong: bool) -> None:
    view = issues.view(title=title, date=dt.date(2026, 3, 2))
    assert bool(list(text_findings.of_dates(view))) is wrong


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("Week Ending February 28, 2026", False),
        ("Harbour: the week of 2026-02-27", False),
        ("Woche bis 28. Februar 2026", False),
        ("Semaine du 24 février 2026", False),
        ("La semana del 26 de febrero de 2026", False),
        ("海港周报（截至2026年3月1日）", False),
        # A week back is the last issue's title, and a weekly's own day is its own.
        ("Week Ending February 23, 2026", True),
        ("Harbour Weekly - 2026-02-28", True),
        ("海港周报 2026年2月28日", True),
    ],
)
def test_a_day_of_the_week_that_a_title_speaks_of(title: str, wrong: bool) -> None:
    view = dataclasses.replace(issues.view(2), title=title, date=dt.date(2026, 3, 2))
    assert bool(list(text_findings.of_dates(view))) is wrong


def test_a_distance_that_all_titles_have_is_meant() -> None:
    before = [
        ("Harbour 2026-02-26", dt.date(2026, 2, 27)),
        ("Harbour 2026-02-27", dt.date(2026, 2, 28)),
    ]

    def codes(title: str, past: list[tuple[str, dt.date]]) -> list[str]:
        view = dataclasses.replace(issues.view(2), title=title, date=dt.date(2026, 3, 2))
        return [one.code for one in text_findings.of_dates(view, past)]

    assert codes("Harbour 2026-03-01", before) == []
    assert codes("Harbour 2026-03-01", before[:1]) == ["title-date"]
    assert codes("Harbour 2026-03-03", before) == ["title-date"]
    own = [("Harbour 2026-02-28", dt.date(2026, 2, 28)), *before]
    assert codes("Harbour 2026-03-01", own) == ["title-date"]
