"""Digests by mail: over the wire to the listener, with signatures of another library's making."""

from __future__ import annotations

import base64
import datetime as dt
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from newsletter.bounces import listener
from newsletter.intake import tokens
from newsletter.intake.mail import Drafts, documents, proof
from newsletter.models import Issue
from subscribers.models import AuditEntry, Publication
from tests import builders
from tests.bounces.test_effects import Listening
from tests.intake.programs import DIGEST, NO_DATE, Program, member

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
RECORD = b"v=DKIM1; k=rsa; p=" + base64.b64encode(
    KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
)
COVERED = [b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"mime-version"]
OWN = "drafts-daily@news.harbour.example.org"


def mail(text: str = DIGEST, *, to: str = OWN, sender: str = "Alice <alice@example.org>",
         attached: dict[str, bytes] | None = None, **fields: str) -> bytes:  # fmt: skip
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = "Today's digest"
    message["Date"] = fields.pop("Date", format_datetime(timezone.now()))
    message["Message-ID"] = "<one@example.org>"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text, cte="base64")
    for name, data in (attached or {}).items():
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return bytes(message).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def signed(data: bytes, domain: bytes = b"example.org", covered: list[bytes] | None = None,
           **options: Any) -> bytes:  # fmt: skip
    fields = [name for name in covered or COVERED if name + b":" in data.lower()]
    return dkim.sign(data, b"s1", domain, PEM, include_headers=fields, **options) + data


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, bytes | None]:
    """What the DNS holds."""
    known: dict[bytes, bytes | None] = {
        b"s1._domainkey.example.org.": RECORD,
        b"s1._domainkey.elsewhere.example.": RECORD,
    }

    def ask(name: bytes, seconds: int) -> bytes | None:
        if name in known and known[name] is None:
            raise proof.NotKnown("timeout")
        return known.get(name)

    monkeypatch.setattr(proof, "_ask_dns", ask)
    return known


@pytest.fixture
def daily(transactional_db: None) -> Publication:
    made = builders.publication()
    builders.category(made, "Ships"), builders.category(made, "Roads")
    member(made, "alice", "editor")
    return made


@pytest.fixture(params=[False, True], ids=["smtp", "lmtp"])
def client(request: pytest.FixtureRequest) -> Iterator[smtplib.SMTP]:
    with Listening(request.param, (*listener.REPORTS, Drafts())) as listening:
        kind = smtplib.LMTP if request.param else smtplib.SMTP
        with kind("127.0.0.1", listening.port) as connection:
            yield connection


def bring(client: smtplib.SMTP, data: bytes, to: str = OWN, path: str = "bounce@x.example") -> str:
    """The reply of the listener: "" when the mail was taken."""
    try:
        client.sendmail(path, [to], data)
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        return f"{code} {text.decode()}"
    except smtplib.SMTPDataError as refused:
        assert isinstance(refused.smtp_error, bytes)
        return f"{refused.smtp_code} {refused.smtp_error.decode()}"
    return ""


# ---- who may


def test_a_token_in_the_address_opens_it_for_any_sender(
    daily: Publication, client: smtplib.SMTP, mailoutbox: list[Any]
) -> None:
    program = Program(daily)
    # As a server or a form may write it: in capitals.
    to = f"drafts-{program.secret.upper()}@news.harbour.example.org"
    assert bring(client, mail(to=to, sender="robot@nowhere.example"), to) == ""
    issue = Issue.objects.get()
    assert (issue.slug, issue.state, issue.items.count()) == ("2026-03-02", "draft", 2)
    entry = AuditEntry.objects.get(action="digest imported")
    assert (entry.actor, entry.detail["way"]) == ("alice", "mail")
    (told,) = mailoutbox
    assert told.to == ["alice@example.org"]
    assert told.subject == "A draft was made: Harbour Daily - 2026-03-02"
    assert told.extra_headers["In-Reply-To"] == "<one@example.org>"
    assert told.extra_headers["Auto-Submitted"] == "auto-replied"
    assert f"/admin/newsletter/issue/{issue.pk}/" in told.body


def test_a_signed_mail_of_somebody_with_the_role_opens_the_publications_own(
    daily: Publication, client: smtplib.SMTP, keys: Any, mailoutbox: list[Any]
) -> None:
    assert bring(client, signed(mail())) == ""
    assert Issue.objects.get().slug == "2026-03-02"
    assert bring(client, signed(mail())) == ""
    assert [one.subject for one in mailoutbox] == [
        "A draft was made: Harbour Daily - 2026-03-02",
        "Nothing to change: Harbour Daily - 2026-03-02",
    ]


NOT_SIGNED = "550 5.7.1 Not signed (DKIM) by somebody who may write drafts here"


def without(data: bytes, name: bytes) -> bytes:
    head, blank, body = data.partition(b"\r\n\r\n")
    lines = [one for one in head.split(b"\r\n") if not one.lower().startswith(name + b":")]
    return b"\r\n".join(lines) + blank + body


def forged() -> dict[str, bytes]:
    """Mails that look like Alice's and prove nothing."""
    week = format_datetime(timezone.now() - dt.timedelta(days=8))
    long = base64.b64encode(b"x" * 3000) + b"\r\n"
    good = signed(mail())
    return {
        "none": mail(),
        "by another domain": signed(mail(), b"elsewhere.example"),
        "a body that was changed": good.replace(b"\r\n\r\n", b"\r\n\r\nYWJj\r\n"),
        "only a part of the body": signed(mail(), length=True) + long,
        "a second From": b"From: alice@example.org\r\n" + good,
        "two senders": signed(mail(sender="bob@example.org, alice@example.org")),
        "to somebody else": signed(mail(to="list@example.org")),
        "To is not covered": signed(mail(), covered=[b"from", b"date", b"subject"]),
        "Date is not covered": signed(mail(), covered=[b"from", b"to", b"subject"]),
        "a week old": signed(mail(Date=week)),
        "no date": signed(without(mail(), b"date")),
        "no key": signed(mail()).replace(b"s=s1", b"s=s2"),
        "of a subdomain for the domain above": signed(mail(), b"mail.example.org"),
        "another's word": b"Authentication-Results: mx; dkim=pass header.d=example.org\r\n"
        + mail(),
    }


@pytest.mark.parametrize("kind", list(forged()))
def test_what_proves_nothing_is_not_taken(
    daily: Publication, keys: Any, mailoutbox: list[Any], kind: str
) -> None:
    with pytest.raises(listener.NotTaken, match="Not signed"):
        Drafts().receive(forged()[kind], "alice@example.org", OWN)
    assert (Issue.objects.count(), len(mailoutbox)) == (0, 0)


def test_a_signature_by_the_domain_above_counts(daily: Publication, keys: Any) -> None:
    user = member(daily, "alice", "editor")
    user.email = "alice@mail.example.org"
    user.save()
    Drafts().receive(signed(mail(sender="alice@mail.example.org")), "a@x.example", OWN)
    assert Issue.objects.count() == 1


def test_a_role_is_needed_here_and_now(
    daily: Publication, client: smtplib.SMTP, keys: Any, mailoutbox: list[Any]
) -> None:
    user = member(daily, "alice", "editor")
    user.sudi_roles.update(kind="reader_care")
    assert bring(client, signed(mail())) == NOT_SIGNED
    user.sudi_roles.update(kind="editor")
    user.is_active = False
    user.save()
    assert bring(client, signed(mail())) == NOT_SIGNED
    assert (Issue.objects.count(), len(mailoutbox)) == (0, 0)


def test_a_key_that_cannot_be_looked_up_leaves_the_mail_with_the_server(
    daily: Publication, client: smtplib.SMTP, keys: dict[bytes, bytes | None]
) -> None:
    keys[b"s1._domainkey.example.org."] = None
    assert bring(client, signed(mail())).startswith("451 4.7.5")
    keys[b"s1._domainkey.example.org."] = RECORD
    assert bring(client, signed(mail())) == ""
    assert Issue.objects.count() == 1


@pytest.mark.parametrize("kind", ["none", "revoked", "send", "network", "role"])
def test_an_address_that_opens_nothing_is_refused_at_once(
    daily: Publication, client: smtplib.SMTP, kind: str
) -> None:
    program = Program(daily, role="sender", rights="send" if kind == "send" else "draft")
    secret = program.secret
    match kind:
        case "none":
            secret = tokens.PREFIX + "a" * 32
        case "revoked":
            tokens.revoke(program.token, "alice")
        case "network":
            program.token.networks = ["192.0.2.0/24"]
            program.token.save()
        case "role":
            program.user.sudi_roles.all().delete()
    to = f"drafts-{secret}@news.harbour.example.org"
    assert bring(client, mail(to=to), to).startswith("550 5.1.1")
    for other in ("drafts-@x.example", "drafts-weekly@x.example", "daily@x.example"):
        assert bring(client, mail(), other).startswith("550 5.1.1")
    assert Issue.objects.count() == 0


# ---- what is in it


def test_problems_come_back_at_their_lines_and_nothing_is_stored(
    daily: Publication, client: smtplib.SMTP, keys: Any, mailoutbox: list[Any]
) -> None:
    assert bring(client, signed(mail(NO_DATE))) == ""
    (told,) = mailoutbox
    assert Issue.objects.count() == 0
    assert told.subject == "Nothing was stored: your mail to Harbour Daily"
    assert "line 1, column 1: " in told.body
    assert "/admin/newsletter/issue/import/" in told.body


def test_attached_files_are_documents_and_the_text_is_not(
    daily: Publication, keys: Any, mailoutbox: list[Any]
) -> None:
    files = {
        "3月2日.md": DIGEST.encode(),
        "next.md": DIGEST.replace("2026-03-02", "2026-03-03").encode("utf-16"),
        "picture.png": b"\x89PNG",
    }
    Drafts().receive(signed(mail("Here it is.", attached=files)), "a@x.example", OWN)
    assert sorted(Issue.objects.values_list("slug", flat=True)) == ["2026-03-02", "2026-03-03"]
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "There is no document in it."),
        ({f"{n}.md": DIGEST.encode() for n in range(11)}, "at most 10 documents"),
    ],
)
def test_a_mail_without_a_document_or_with_too_many_is_told_so(
    daily: Publication, keys: Any, mailoutbox: list[Any], files: dict[str, bytes], said: str
) -> None:
    Drafts().receive(signed(mail("", attached=files)), "a@x.example", OWN)
    (told,) = mailoutbox
    assert Issue.objects.count() == 0
    assert said in told.body


def test_automatic_replies_and_bounces_are_never_answered(
    daily: Publication, client: smtplib.SMTP, keys: Any, mailoutbox: list[Any]
) -> None:
    assert bring(client, signed(mail(Auto_Submitted="auto-replied"))) == ""
    assert bring(client, signed(mail()), path="") == ""
    assert (Issue.objects.count(), len(mailoutbox)) == (0, 0)
    # What a program sent by itself is what the address is for.
    assert bring(client, signed(mail(Auto_Submitted="auto-generated"))) == ""
    assert Issue.objects.count() == 1


def test_what_cannot_be_stored_stays_with_the_server(
    daily: Publication, client: smtplib.SMTP, keys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("newsletter.intake.mail.door.put", full)
    assert bring(client, signed(mail())).startswith("451 4.3.0")


def own_text(head: str, body: bytes) -> str:
    raw = f"From: a@x.example\nMIME-Version: 1.0\n{head}\n\n".encode() + body
    (found,) = documents.documents(documents.parse(raw))
    return found.data.decode()


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        ("Content-Type: text/plain", "# 一\n".encode(), "# 一\n"),
        ("Content-Type: text/plain; charset=GBK", "# 速递\n".encode("gbk"), "# 速递\n"),
        ("Content-Type: text/plain; charset=iso-2022-jp", "# 日報\n".encode("iso-2022-jp"),
         "# 日報\n"),
        ("Content-Type: text/plain; charset=windows-1252", "# Été €\n".encode("cp1252"),
         "# Été €\n"),
        ("Content-Type: text/plain; charset=no-such", "# 一\n".encode(), "# 一\n"),
        # Labels as programs use them: letters that GB2312 has not, and none that is right.
        ("Content-Type: text/plain; charset=gb2312", "# 镕 喆\n".encode("gbk"), "# 镕 喆\n"),
        ("Content-Type: text/plain; charset=no-such", "# 速递\n".encode("gbk"), "# 速递\n"),
        ("Content-Type: text/plain; charset=latin1", "# “É”\n".encode("cp1252"), "# “É”\n"),
        ("Content-Type: text/plain; charset=Shift_JIS", "# ①髙\n".encode("cp932"), "# ①髙\n"),
        # What a reply answers is not its text; what a digest quotes is.
        ("In-Reply-To: <a@b>\nContent-Type: text/plain",
         b"# A\n\nOn Mon, 2 Mar 2026, Sudi <s@x> wrote:\n> # Old\n>\n> text\n", "# A\n\n"),
        ("References: <a@b>\nContent-Type: text/plain",
         "# 一\n\n--------- 原始邮件 ---------\n发件人: s\n\n# 旧\n".encode(), "# 一\n\n"),
        ("In-Reply-To: <a@b>\nContent-Type: text/plain",
         b"# A\n\nHe wrote:\n> word\n\nAnd more.\n", "# A\n\nHe wrote:\n> word\n\nAnd more.\n"),
        ("Content-Type: text/plain", b"# A\n\nHe wrote:\n> word\n", "# A\n\nHe wrote:\n> word\n"),
        ("Content-Type: text/plain", b"# A\n\nText\n\n-- \nAlice\nPhone 1\n", "# A\n\nText\n\n"),
        ("Content-Type: text/plain; format=flowed", b"A line that \ngoes on\n\n-- \nMe\n",
         "A line that goes on\n\n"),
        ("Content-Type: text/plain; format=flowed; delsp=yes", "报纸 \n说\n".encode(), "报纸说\n"),
        ("Content-Type: text/plain; format=flowed", b" > quoted\n From here\n",
         "> quoted\nFrom here\n"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable",
         b"[a](https://example.org/?q=3D1&long=\n=3D2)\n", "[a](https://example.org/?q=1&long=2)\n"),
    ],
)  # fmt: skip
def test_the_mails_own_text_as_programs_for_mail_write_it(
    head: str, body: bytes, text: str
) -> None:
    assert own_text(head, body) == text


def test_the_plain_text_of_an_alternative_is_read_and_html_alone_is_none() -> None:
    message = EmailMessage()
    message.set_content("# Plain\n")
    message.add_alternative("<h1>Html</h1>", subtype="html")
    assert documents.documents(message) == [documents.Document("", b"# Plain\n")]
    only = EmailMessage()
    only.set_content("<h1>Html</h1>", subtype="html")
    assert documents.documents(only) == []


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="../../etc/a.md"', "a.md"),
        ("attachment; filename*=UTF-8''%E9%80%9F.md", "速.md"),
        ('attachment; filename="=?UTF-8?B?6YCf?=.md"', "速.md"),
        ('attachment; filename="C:\\\\x\\\\b.MD"', "b.MD"),
        ("inline", ""),
    ],
)
def test_a_files_name_is_a_name_and_no_path(disposition: str, name: str) -> None:
    raw = f"MIME-Version: 1.0\nContent-Type: text/markdown\nContent-Disposition: {disposition}\n\nx"
    (found,) = documents.documents(documents.parse(raw.encode()))
    assert (found.name, found.data) == (name, b"x")


def test_a_mail_nested_without_end_is_refused_with_words(daily: Publication, keys: Any) -> None:
    program = Program(daily)
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(5000)
    )
    data = b"From: alice@example.org\r\nMIME-Version: 1.0\r\n" + parts
    try:
        Drafts().receive(data, "a@x.example", f"drafts-{program.secret}@x.example")
    except listener.NotTaken as refused:
        assert str(refused).startswith("554 5.6.0")
    assert Issue.objects.count() == 0
