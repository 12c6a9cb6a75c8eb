"""Mails that pass another one on, as programs for mail write them: the digest in it counts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

import pytest

from newsletter.intake.mail import Drafts, documents
from newsletter.models import Issue
from tests import builders
from tests.intake.programs import DIGEST, Program


def texts(raw: bytes) -> list[str]:
    return [one.data.decode() for one in documents.documents(documents.parse(raw))]


def plain(fields: str, text: str, kind: str = "text/plain; charset=utf-8") -> bytes:
    head = f"From: a@example.org\n{fields}MIME-Version: 1.0\nContent-Type: {kind}\n\n"
    return (head + text).encode()


# Fields, an empty line, and the text above the digest.
FORWARDED = {
    "Gmail": """Subject: Fwd: Digest
References: <a@b>
In-Reply-To: <a@b>

---------- Forwarded message ---------
From: Gen <gen@example.org>
Date: Mon, 2 Mar 2026 at 08:00
Subject: Digest
To: <a@example.org>


""",
    "with a word above, and a signature": """Subject: Fwd: Digest

Here is today's.

--\x20
Alice

---------- Forwarded message ---------
From: Gen <gen@example.org>
Date: Mon
Subject: Digest
To: <a@example.org>

""",
    "Outlook": """Subject: FW: Digest
In-Reply-To: <a@b>

-----Original Message-----
From: Gen <gen@example.org>
Sent: Monday, March 2, 2026 8:00 AM
To: a@example.org
Subject: Digest

""",
    "Outlook, with a rule": """Subject: WG: Digest
In-Reply-To: <a@b>

zur Kenntnis

________________________________
Von: Gen <gen@example.org>
Gesendet: Montag, 2. März 2026
An: a@example.org
Betreff: Digest

""",
    "Outlook within one house": """Subject: RV: Digest
In-Reply-To: <a@b>

De: Gen, Robot
Enviado el: lunes, 2 de marzo
Para: Alice
Asunto: Digest

""",
    "Thunderbird": """Subject: Tr: Digest

-------- Message transféré --------
Sujet: \tDigest
Date: \tMon, 2 Mar 2026
De: \tGen <gen@example.org>
Pour: \ta@example.org



""",
    "QQ": """Subject: =?utf-8?B?6L2s5Y+R77yaRA==?=
References: <a@b>

------------------ 原始邮件 ------------------
发件人: "Gen" <gen@example.org>;
发送时间: 2026年3月2日(星期一) 上午8:00
收件人: "a"<a@example.org>;
主题: Digest

""",
    "163": """Subject: Fw:Digest



-------- 转发邮件信息 --------
发件人："Gen" <gen@example.org>
发送日期：2026-03-02 08:00:00
收件人：a@example.org
主题：Digest
""",
    "in Japanese": """Subject: Fwd: D

---------- 転送メール ----------
差出人: Gen <gen@example.org>
日時: 2026年3月2日
件名: D
宛先: a@example.org

""",
    "in Russian": """Subject: Fwd: D

-------- Пересылаемое сообщение --------
От: Gen <gen@example.org>
Кому: a@example.org
Дата: Понедельник
Тема: D

""",
    "Yahoo, in one line": """Subject: Fw: D
References: <a@b>

  ----- Forwarded Message ----- From: Gen <gen@example.org>To: <a@example.org>Sent: MonSubject: D

""",
    "in Portuguese": """Subject: ENC: D

De: Gen <gen@example.org>
Enviada em: segunda-feira
Para: a@example.org
Assunto: D

""",
    "twice": """Subject: Fwd: Fwd: D

ok

-------- Weitergeleitete Nachricht --------
Betreff: D
Datum: Montag
Von: A <a@example.org>
An: b@example.org

von mir

---------- Forwarded message ---------
From: Gen <gen@example.org>
Date: Mon
Subject: D
To: a@example.org

""",
}
# All of it quoted, and its lines broken as RFC 3676 has it.
APPLE = """Subject: Fwd: D

Begin forwarded message:

> From: Gen <gen@example.org>
> Subject: D
> Date: 2 March 2026
> To: a@example.org
>\x20
> # A - 2026-03-02
>\x20
> It is long and\x20\x20
> goes on.
>\x20
> > Quoted.
"""


@pytest.mark.parametrize("program", FORWARDED)
def test_what_is_passed_on_in_the_text_is_the_document(program: str) -> None:
    fields, _blank, above = FORWARDED[program].partition("\n\n")
    (text,) = texts(plain(fields + "\n", above + DIGEST))
    assert text.strip() == DIGEST.strip()


@pytest.mark.parametrize(
    "end",
    [
        "\n----- End forwarded message -----\n",
        "-------------------- End of forwarded message --------------------\n\nAlice\n",
        "----------------------------------------------------------\n",
    ],
)
def test_the_line_that_ends_it_is_no_part_of_it(end: str) -> None:
    fields, _blank, above = FORWARDED["Gmail"].partition("\n\n")
    (text,) = texts(plain(fields + "\n", above + DIGEST + end))
    assert text.strip() == DIGEST.strip()


def test_quoted_lines_that_were_broken_are_one_again() -> None:
    fields, _blank, text = APPLE.partition("\n\n")
    kind = "text/plain; charset=us-ascii; format=flowed; delsp=yes"
    (text,) = texts(plain(fields + "\n", text, kind))
    assert text == "# A - 2026-03-02\n\nIt is long and goes on.\n\n> Quoted.\n"


KEPT = {
    "an answer with the old mail below": (
        "Subject: RE: D\nIn-Reply-To: <a@b>\n",
        DIGEST + "\n________________________________\nFrom: Sudi <s@example.org>\nSent: Monday\n"
        "To: a@example.org\nSubject: D\n\n# Old\n"),
    "items that say from whom and when": (
        "Subject: Fwd: D\n", DIGEST + "\nFrom: Reuters\nDate: 2026-03-02\n\nText\n"),
    "a mail that an item quotes": (
        "Subject: Today\n",
        DIGEST + "\nFrom: Boss <boss@example.org>\nTo: all@example.org\nSubject: News\n\nText\n"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEPT)
def test_what_is_passed_on_by_nobody_is_kept(kind: str) -> None:
    (text,) = texts(plain(*KEPT[kind]))
    assert text.startswith(DIGEST)
    assert "# Old" not in text
    assert ("Text" in text) is ("Text" in KEPT[kind][1])


def inner() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Gen <gen@example.org>"
    message["Subject"] = "Digest"
    message.set_content(DIGEST)
    return message


def around(part: EmailMessage) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Fwd: Digest"
    message.set_content("FYI, see below\n")
    message.add_attachment(part)
    return bytes(message)


def with_file() -> EmailMessage:
    message = EmailMessage()
    message.set_content("See the file.")
    message.add_attachment(DIGEST.encode(), "text", "markdown", filename="a.md")
    return message


def as_file() -> bytes:
    message = EmailMessage()
    message.set_content("see")
    message.add_attachment(bytes(inner()), "application", "octet-stream", filename="Digest.EML")
    return bytes(message)


PACKED = (
    b"Subject: Fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    b"Content-Type: text/plain\n\nSee it\n--b\nContent-Type: message/rfc822\n"
    b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(bytes(inner())) + b"\n--b--\n"
)


@pytest.mark.parametrize(
    "raw",
    [around(inner()), around(with_file()), as_file(), PACKED],
    ids=["attached", "with a file in it", "as .eml", "packed"],
)
def test_an_attached_mail_is_the_document_and_not_the_word_above_it(raw: bytes) -> None:
    (text,) = texts(raw)
    assert text == DIGEST


def test_a_picture_in_the_middle_parts_no_text_and_a_lists_footer_is_none() -> None:
    raw = (
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\n# One - 2026-03-02\n\n"
        b"--b\nContent-Type: image/png\nContent-Disposition: inline; filename=a.png\n\nx\n"
        b"--b\nContent-Type: text/plain\n\nAnd more.\n"
        b"--b\nContent-Type: text/plain\n\n" + b"_" * 47 + b"\nNews mailing list\n--b--\n"
    )
    assert texts(raw) == ["# One - 2026-03-02\n\nAnd more."]


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_is_html_alone_is_told_so(mailoutbox: Sequence[Any]) -> None:
    program = Program(builders.publication())
    message = EmailMessage()
    message["From"], message["To"] = "a@example.org", "b@example.org"
    message.set_content("<h1>Digest</h1>", subtype="html")
    to = f"drafts-{program.secret}@x.example"
    Drafts().receive(bytes(message), "a@example.org", to)
    (told,) = mailoutbox
    assert "Its text is there as HTML only, which is not read." in told.body
    assert Issue.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "fields",
    [
        {"Auto-Submitted": "auto-generated", "Subject": "Automatic reply: Digest"},  # Exchange
        {"X-Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Subject": "Réponse automatique : D"},
        {"Subject": "自动回复: D"},
    ],
)
def test_who_is_away_is_not_answered(mailoutbox: Sequence[Any], fields: dict[str, str]) -> None:
    program = Program(builders.publication())
    message = EmailMessage()
    for name, value in fields.items():
        message[name] = value
    message.set_content("I am away until Monday.")
    Drafts().receive(bytes(message), "a@example.org", f"drafts-{program.secret}@x.example")
    assert len(mailoutbox) == 0
