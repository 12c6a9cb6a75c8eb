"""A finished edition and a reader -> octets every mail program reads, with nobody else's data."""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.message
import email.policy
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import message, rendering
from newsletter.message import Filled, MessageTemplate, Reader
from newsletter.models import Issue
from newsletter.rendering import fields
from subscribers import links
from subscribers.links import Purpose
from tests import sample_issues as issues
from tests.site_settings import configure

AT = dt.datetime(2026, 3, 2, 8, 0, 7, tzinfo=dt.UTC)
ALICE = Reader("alice@example.com", subscription=11, delivery=2**32 + 1, issue=1)


@dataclass
class Edition:
    """What a template needs, with slots in both parts."""

    subject: str = "Ferry, and 9 more"
    headers: dict[str, str] = field(default_factory=lambda: {"From": "news@harbour.example.org"})
    html: str = "<p>" + "</p><p>".join(rendering.SLOTS.values()) + "</p>"
    text: str = "\n\n".join(rendering.SLOTS.values())


def real(language: str = "en", count: int = 3) -> rendering.Rendered:
    view = issues.view(count, language)
    return rendering.prepare(view, issues.publication(language)).edition(view.mask)


def template(edition: message.Finished | None = None, **extra: str) -> MessageTemplate:
    return MessageTemplate(edition or Edition(), issues.publication(**extra), Issue(pk=1))


def parse(filled: Filled) -> email.message.EmailMessage:
    strict = email.policy.SMTP.clone(raise_on_defect=True)
    parsed = email.message_from_bytes(message.plain_bytes(filled.content), policy=strict)
    assert isinstance(parsed, email.message.EmailMessage)
    for part in parsed.walk():
        assert part.defects == []
        for _name, value in part.items():
            assert getattr(value, "defects", ()) == ()
    return parsed


def tokens(reader: Reader) -> dict[Purpose, str]:
    return {
        Purpose.MANAGE: links.make(Purpose.MANAGE, reader.subscription),
        Purpose.UNSUBSCRIBE: links.make(Purpose.UNSUBSCRIBE, reader.subscription),
        Purpose.FEED: links.make(Purpose.FEED, reader.subscription, reader.feed_serial),
    }


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_parts_are_the_edition_with_this_readers_links(language: str) -> None:
    edition = real(language)
    reader = Reader("bob@example.com", 12, 2**32 + 2, 1, feed_serial=3)
    parsed = parse(template(edition, language=language).fill(reader, AT))
    assert parsed.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in parsed.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in parsed.iter_parts())
    assert text == rendering.fill(edition.text, tokens(reader))
    assert html == rendering.fill(edition.html, tokens(reader))
    assert "SUDI--SLOT" not in text + html


@given(
    st.lists(st.text(alphabet="a.é漢\U0001f389\r\n", max_size=70), min_size=4, max_size=4),
    st.permutations(list(rendering.SLOTS.values())),
)
@settings(max_examples=80, deadline=None)
def test_splicing_decodes_to_the_filled_text_at_any_offset(
    between: list[str], order: list[str]
) -> None:
    body = between[0] + "".join(
        slot + "/," + text for slot, text in zip(order, between[1:], strict=True)
    )
    filled = template(Edition(html=body, text=body)).fill(ALICE, AT)
    for part in email.message_from_bytes(filled.content).walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert payload == rendering.fill(body, tokens(ALICE)).encode()


def test_every_required_field_stands_once_and_in_full() -> None:
    parsed = parse(template(real()).fill(ALICE, AT))
    names = [name.lower() for name in parsed]
    for name in (
        "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-id",
        "list-unsubscribe", "list-unsubscribe-post", "feedback-id", "precedence",
    ):  # fmt: skip
        assert names.count(name) == 1, name
    assert "bcc" not in names
    assert "sender" not in names
    assert all(str(value).strip() for value in parsed.values())
    unsubscribe = links.make(Purpose.UNSUBSCRIBE, 11)
    way_back = links.make_return(ALICE.delivery)
    assert dict(parsed.items()) == {
        "From": "Harbour Daily <news@harbour.example.org>",
        "List-Id": "Harbour Daily <daily.harbour.example.org>",
        "List-Archive": "<http://127.0.0.1:8000/daily/>",
        "Archived-At": "<http://127.0.0.1:8000/daily/2026-03-02/>",
        "Feedback-ID": "2026-03-02:daily:issue:d1356e54b8",
        "Precedence": "bulk",
        "Content-Language": "en",
        "Subject": "Harbour opens the night ferry to the islands, and 2 more",
        "To": "alice@example.com",
        "Date": "Mon, 02 Mar 2026 08:00:07 +0000",
        "Message-ID": f"<{message.message_id(1, 11).decode()}@harbour.example.org>",
        "List-Unsubscribe": f"<http://127.0.0.1:8000/s/u/{unsubscribe}/>,"
        f" <mailto:u-{way_back}@harbour.example.org?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": parsed["Content-Type"],
    }


def test_the_unsubscribe_address_is_on_the_first_line_of_its_field_and_not_encoded() -> None:
    content = template(real()).fill(ALICE, AT).content
    token = links.make(Purpose.UNSUBSCRIBE, 11).encode()
    assert b"\r\nList-Unsubscribe: <http://127.0.0.1:8000/s/u/" + token + b"/>,\r\n <mailto:" in (
        content
    )


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_octets_are_what_every_server_takes(language: str) -> None:
    content = template(real(language), language=language).fill(ALICE, AT).content
    assert content.isascii()
    assert content.endswith(b"--\r\n")
    assert b"\0" not in content
    assert content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not [line for line in lines if line.startswith(b".")]
    head, _, body = content.partition(b"\r\n\r\n")
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    for word in re.findall(rb"=\?[^ ]*\?=", head):
        assert len(word) <= 75


def test_the_same_issue_and_reader_have_the_same_message_id_and_others_another() -> None:
    def ids(reader: Reader, at: dt.datetime) -> str:
        return str(parse(template().fill(reader, at))["Message-ID"])

    later = AT + dt.timedelta(hours=5)
    assert ids(ALICE, AT) == ids(ALICE, later)
    seen = {message.message_id(issue, reader) for issue in range(40) for reader in range(500)}
    assert len(seen) == 20_000
    assert b"alice" not in seen.pop()


def test_another_link_key_does_not_change_the_message_id(settings: Any) -> None:
    before = message.message_id(1, 11)
    configure(settings, LINK_KEYS={**settings.SUDI["LINK_KEYS"], 2: b"f" * 64})
    assert message.message_id(1, 11) == before


def test_the_return_path_names_the_delivery_and_fits() -> None:
    filled = template().fill(ALICE, AT)
    local, _, domain = filled.envelope_from.decode().partition("@")
    assert domain == "harbour.example.org"
    assert len(local) <= 64
    assert links.open_return(local.removeprefix("b-")) == ALICE.delivery
    assert filled.recipient == b"alice@example.com"


def test_reports_may_come_back_to_a_domain_of_their_own(settings: Any) -> None:
    configure(settings, BOUNCE_DOMAIN="bounces.example.net")
    filled = template().fill(ALICE, AT)
    assert filled.envelope_from.endswith(b"@bounces.example.net")


def test_a_message_holds_nothing_of_another_reader() -> None:
    one = template(real())
    first = one.fill(ALICE, AT).content
    second = one.fill(Reader("charlie@example.com", 13, 2**32 + 3, 1), AT).content
    decoded = b"".join(
        part.get_payload(decode=True)  # type: ignore[misc]
        for part in email.message_from_bytes(second).walk()
        if not part.is_multipart()
    )
    for token in tokens(ALICE).values():
        assert token.encode() not in second + decoded
    assert b"alice" not in second + decoded
    assert len(first) + 2 == len(second)  # "charlie" is two letters longer.


def test_a_local_part_outside_ascii_needs_smtputf8_and_a_domain_does_not() -> None:
    filled = template().fill(Reader("爱丽丝@example.com", 11, 1, 1), AT)
    assert filled.utf8
    assert filled.recipient == "爱丽丝@example.com".encode()
    assert not template().fill(Reader("alice@xn--fsqu00a.example", 11, 1, 1), AT).utf8


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nBcc: eve@example.org",
        "a@example.com\n",
        "a\x00b@example.com",
        "a b@example.com",
        "<a@example.com>",
        "a@example.com, eve@example.org",
        "a@b@example.com",
        "no-at-sign",
        "@example.com",
        "a@",
        "a@ex ample.com",
        "a@exämple.com",
        "a;b@example.com",
        '"a"@example.com',
        "x" * 65 + "@example.com",
    ],
)
def test_an_address_that_could_leave_its_line_is_refused(address: str) -> None:
    with pytest.raises(message.BadReader):
        template().fill(Reader(address, 11, 1, 1), AT)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "b\r\nBcc: eve@example.org"},
        {"X-A": "b\nc"},
        {"X-A": "b\r\n\r\nbody"},
        {"X-A": "café"},
        {"X A": "b"},
        {"X-A": "x" * 999},
        {"X-A": ""},
    ],
)
def test_a_stored_header_that_may_not_be_sent_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="X"):
        template(Edition(headers=headers))


def test_an_edition_without_its_links_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks a personal link"):
        template(Edition(html="<p>x</p>", text="x"))


@pytest.mark.parametrize("behind", [0, 1, 40, 900, 1_100, 5_000, 100_000])
def test_the_last_piece_ends_the_message_however_much_stands_behind_the_links(behind: int) -> None:
    """The sender looks at the last piece alone; an empty one failed every reader of an edition."""
    body = "".join(f"{slot}/, " for slot in rendering.SLOTS.values()) + "x" * behind
    filled = template(Edition(html=body, text=body)).fill(ALICE, AT)
    assert filled.pieces[-1].endswith(b"--\r\n")
    assert filled.size == len(filled.content)


def test_slots_that_touch_are_refused() -> None:
    with pytest.raises(ValueError, match="two characters between"):
        template(Edition(html="/".join(rendering.SLOTS.values())))


def test_a_stored_edition_pours_like_the_rendered_one() -> None:
    made = real("zh-Hans")

    @dataclass
    class Stored:
        subject: str
        headers: dict[str, str]
        html: memoryview
        text: bytes

    stored = Stored(made.subject, made.headers, memoryview(made.html.encode()), made.text.encode())
    one = template(made, language="zh-Hans").fill(ALICE, AT)
    assert template(stored, language="zh-Hans").fill(ALICE, AT) == one


def test_the_size_is_that_of_a_poured_message() -> None:
    one = template(real())
    assert abs(one.size - len(one.fill(ALICE, AT).content)) < 20


def test_dot_stuffing_is_undone() -> None:
    assert message.plain_bytes(b"..a\r\n..b\r\n.c\r\nd..\r\n") == b".a\r\n.b\r\n.c\r\nd..\r\n"


# Header fields ---------------------------------------------------------------------------------

ANY = st.text(max_size=300) | st.sampled_from(issues.HOSTILE[:17])


@given(ANY)
def test_any_subject_comes_out_as_it_went_in_and_stays_in_its_field(text: str) -> None:
    value = fields.check("Subject", fields.unstructured("Subject", text) or "x")
    for line in f"Subject: {value}".split("\r\n"):
        assert len(line) <= 78
    raw = f"Subject: {value}\r\nTo: a@example.org\r\n\r\n".encode("ascii")
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert parsed.keys() == ["Subject", "To"]
    if text.isascii() and "=?" in text:
        return  # Decoded below by hand: the parser joins what stands around encoded words.
    clean = re.sub("[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()
    if clean and not re.search("[\ud800-\udfff]", clean) and " " * 2 not in clean:
        assert parsed["Subject"] == clean


def test_a_long_chinese_subject_with_emoji() -> None:
    text = "🎉 港口夜航轮渡下月开通，往返岛屿不再绕行，市议会表决有轨电车新线 等 10 条"
    value = fields.unstructured("Subject", text)
    words = value.split("\r\n ")
    assert len(words) > 1
    for word in words:
        assert len(word) <= 75
        payload = re.fullmatch(r"=\?utf-8\?B\?([A-Za-z0-9+/=]+)\?=", word)
        assert payload
        base64.b64decode(payload.group(1)).decode()  # Each word is whole characters.
    parsed = email.message_from_string(f"Subject: {value}\n\n", policy=email.policy.default)
    assert parsed["Subject"] == text


def test_what_looks_encoded_is_encoded() -> None:
    value = fields.unstructured("Subject", "=?utf-8?Q?=0ABcc:_eve@example.org?=")
    assert value.startswith("=?utf-8?B?")


def test_display_names() -> None:
    assert fields.mailbox("From", "Harbour Daily", "a@b.example") == "Harbour Daily <a@b.example>"
    assert fields.mailbox("From", 'A "B", C.', "a@b.example") == '"A \\"B\\", C." <a@b.example>'
    assert fields.mailbox("From", "海港", "a@b.example") == "=?utf-8?B?5rW35riv?= <a@b.example>"
    assert fields.mailbox("From", "", "a@b.example") == "a@b.example"
    long = fields.mailbox("From", "海港日报" * 20, "a@b.example")
    assert all(len(line) <= 78 for line in f"From: {long}".split("\r\n"))
    with pytest.raises(ValueError, match="not an address"):
        fields.mailbox("From", "x", "a@b.example>\r\nBcc: e@example.org")


def test_a_chinese_list_keeps_its_plain_id() -> None:
    made = real("zh-Hans")
    assert made.headers["List-Id"] == "=?utf-8?B?5rW35riv5pel5oql?= <daily.harbour.example.org>"
