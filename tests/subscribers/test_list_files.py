"""Files as they are: open quotes, encodings, address books; every line has an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.lists import importing as csv_in
from subscribers.lists.cells import is_date, is_nothing
from subscribers.lists.columns import NoEmailColumn
from subscribers.lists.file import Unreadable, examine
from subscribers.lists.plan import FileRefused, Options
from subscribers.lists.rows import Entry
from subscribers.lists.source import ReaderFile
from subscribers.lists.source import look as look_at
from subscribers.models import Publication
from tests import builders


def look(folder: Path, data: bytes | str, options: Options | None = None) -> ReaderFile:
    path = folder / "readers.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return look_at(path, options or Options())


def rows(folder: Path, data: bytes | str) -> list[tuple[int, str, str]]:
    """(line, address, name) of every row; blank lines are left out.

    Instead of the address: REFUSED where it is none, else the code of the refusal.
    """
    return [
        (entry.line, entry.address or _refusal(entry), entry.name)
        for batch in look(folder, data).batches(Publication())
        for entry in batch.entries
    ]


REFUSED = "no address"


def _refusal(entry: Entry) -> str:
    code = entry.problems[0].code
    return REFUSED if code in ("syntax", "characters", "empty", "domain") else code


# --- quotes -------------------------------------------------------------------------------------


def test_a_quote_that_does_not_close_swallows_nobody(tmp_path: Path) -> None:
    text = "email,name\n" + "".join(
        f"r{n}@example.org,{chr(34) if n == 5 else ''}Name {n}\n" for n in range(1, 400)
    )
    found = rows(tmp_path, text)
    assert [line for line, _address, _name in found] == list(range(2, 401))
    assert found[4] == (6, "r5@example.org", "Name 5")


def test_an_open_quote_and_a_stray_one_further_down_do_not_make_a_cell(tmp_path: Path) -> None:
    text = (
        'email,name\na@example.org,"Ann\nb@example.org,Ben\nc@example.org,Cid"\n'
        'd@example.org,"Dot"\n'
    )
    assert [(line, who) for line, who, _name in rows(tmp_path, text)] == [
        (2, "a@example.org"),
        (3, "b@example.org"),
        (4, "c@example.org"),
        (5, "d@example.org"),
    ]


def test_a_cell_over_several_lines_is_one_cell(tmp_path: Path) -> None:
    text = (
        'email,name,notes\na@example.org,Ann,"met in May;\nknows bob@example.org\n\n'
        'likes ""jazz"""\n'
        "b@example.org,Ben,\n"
    )
    assert rows(tmp_path, text) == [(2, "a@example.org", "Ann"), (6, "b@example.org", "Ben")]


def test_a_broken_row_that_cannot_be_read_is_refused_at_its_line(tmp_path: Path) -> None:
    text = 'email,name,city\na@example.org,"Ann, Rome\nb@example.org,Ben,Bern\n'
    text += 'c@example.org,"Cid, Junior, Rome, Italy\n'
    assert rows(tmp_path, text) == [
        (2, "a@example.org", "Ann"),
        (3, "b@example.org", "Ben"),
        (4, "wide", ""),
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('a@example.org,"Bob "the" Builder"', "Bob the Builder"),
        ('a@example.org,O"Neil', 'O"Neil'),
        ('"a@example.org,Ann"', "Ann"),
        ("a@example.org;Ann", "Ann"),
        ("a@example.org\tAnn", "Ann"),
        ('"a@example.org","Ann",,', "Ann"),
    ],
)
def test_rows_written_otherwise_are_read_where_one_reading_exists(
    line: str, name: str, tmp_path: Path
) -> None:
    text = f"email,name\nx@example.org,Xa\ny@example.org,Yb\n{line}\n"
    (_x, _y, (number, address, found)) = rows(tmp_path, text)
    assert (number, address, found.replace('"', "")) == (4, "a@example.org", name.replace('"', ""))


# --- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "header", "name"),
    [
        ("gb18030", "邮箱,姓名", "慕容 雪"),
        ("gb18030", "邮箱,姓名", "司马 懿"),
        ("big5", "電子郵件,姓名", "歐陽 鋒"),
        ("cp932", "メールアドレス,氏名", "佐々木 健"),
        ("cp932", "メール,お名前", "渡辺 まゆみ"),
        ("euc_jp", "メールアドレス,氏名", "宮本 武蔵"),
        ("cp949", "이메일,이름", "남궁 민수"),
        ("cp1251", "Почта,Имя", "Ярослав Ёлкин"),
        ("koi8-r", "Почта,Имя", "Ярослав Щукин"),
        ("cp1252", "Courriel,Prénom", "Hélène Lefèvre"),
        ("cp1252", "E-Mail,Größe", "Jürgen Weiß"),
        ("cp1252", "e-mail,navn", "Søren Kjær"),
        ("cp1250", "E-mail,Příjmení", "Dvořák"),
        ("cp1250", "Adres,Imię", "Żaneta Łęcka"),
        ("cp1250", "E-mail,Név", "Szűcs Gergő"),
        ("cp1254", "E-posta,Adı", "Ayşe Yıldız"),
        ("utf-16", "邮箱,姓名", "王 芳"),
        ("utf-16-be", "email,name", "Ann"),
        ("utf-8-sig", "邮箱,姓名", "王 芳"),
    ],
)
def test_the_code_pages_of_the_world_are_told_by_their_letters(
    encoding: str, header: str, name: str, tmp_path: Path
) -> None:
    text = f"{header}\r\nann@example.org,{name}\r\n"
    source = look(tmp_path, text.encode(encoding))
    assert source.opened.encoding == encoding
    assert source.columns.names[1] == header.partition(",")[2]
    entries = [entry for batch in source.batches(Publication()) for entry in batch.entries]
    assert [entry.address for entry in entries] == ["ann@example.org"]


def test_a_line_in_another_encoding_is_read_in_its_own(tmp_path: Path) -> None:
    lines = ["email,name", *(f"r{n}@example.org,Zoë {n}" for n in range(5))]
    data = "\n".join(lines).encode() + b"\nx@example.org,J\xfcrgen\ny@example.org,Zo\xc3\xab\n"
    source = look(tmp_path, data)
    assert (source.opened.encoding, source.opened.other) == ("utf-8", "cp1252")
    found = [entry for batch in source.batches(Publication()) for entry in batch.entries]
    assert [entry.name for entry in found[-2:]] == ["Jürgen", "Zoë"]
    assert [p.code for p in found[-2].problems] == ["encoding"]


# --- what is not quite a table ------------------------------------------------------------------


def test_an_address_book_gives_everybody_in_it(tmp_path: Path) -> None:
    text = (
        "Ann Example <a@example.org>\n"
        '"Bell, Ben" <b@example.org>; c@example.org\n'
        "\n"
        "no address here\n"
        "mailto:d@example.org, Eve <e@example.org>\n"
    )
    assert rows(tmp_path, text) == [
        (1, "a@example.org", "Ann Example"),
        (2, "b@example.org", "Bell, Ben"),
        (2, "c@example.org", ""),
        (4, REFUSED, ""),
        (5, "d@example.org", ""),
        (5, "e@example.org", "Eve"),
    ]


def test_one_bad_address_in_a_line_of_many_costs_only_itself(tmp_path: Path) -> None:
    text = "a@example.org; b@example.org; c@; d@example.org; e@example.org\n"
    assert rows(tmp_path, text) == [
        (1, "a@example.org", ""),
        (1, "b@example.org", ""),
        (1, REFUSED, ""),
        (1, "d@example.org", ""),
        (1, "e@example.org", ""),
    ]


def test_several_addresses_in_a_cell_are_several_readers_of_one_line(tmp_path: Path) -> None:
    text = "name,email\nAnn,a@example.org; a2@example.org\nBen,b@example.org / nowhere\n"
    assert rows(tmp_path, text) == [
        (2, "a@example.org", "Ann"),
        (2, "a2@example.org", "Ann"),
        (3, REFUSED, ""),
    ]


def test_the_address_column_is_found_by_what_is_in_it(tmp_path: Path) -> None:
    text = "Sähköposti,Kutsuja,Nimi\na@example.org,own@example.org,Ann\nb@example.org,,Ben\n"
    assert look(tmp_path, text).columns.email == 0


def test_of_two_columns_of_addresses_a_person_says_which(tmp_path: Path) -> None:
    text = "Name,Work,Home\nAnn,a@example.org,a@example.net\nBen,b@example.org,b@example.net\n"
    assert [q.column for q in look(tmp_path, text).questions] == ["Work", "Home"]
    source = look(tmp_path, text, Options(columns={"Home": "email"}))
    assert (source.questions, source.columns.email) == ((), 2)


def test_a_title_before_the_header_is_no_row(tmp_path: Path) -> None:
    text = "Members of the club\n\nEmail,Name\nnonsense,Bob\na@example.org,Ann\n"
    assert rows(tmp_path, text) == [(4, REFUSED, ""), (5, "a@example.org", "Ann")]


NOTHING = [
    "", "0000-00-00", "0000-00-00 00:00:00", "1970-01-01", "1970-01-01T00:00:00Z", "01/01/1970",
    "1969-12-31 19:00:00", "N/A", "null", "-", "NaN", "0001-01-01T00:00:00", "1900-01-00",
    "Jan 1, 1970", "00.00.0000", "#N/A", "None",
]  # fmt: skip
DATES = [
    "2024-05-01", "01.05.2024", "5/1/24", "May 1, 2024", "1. Mai 2024", "2024年5月1日",
    "1714556400",
    "20240501", "2024-05-01T10:00:00+02:00", "Wed, 01 May 2024 10:00:00 +0000", "2024. 5. 1.",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_a_date_of_nothing_is_nothing(text: str) -> None:
    assert is_nothing(text)


@pytest.mark.parametrize("text", DATES)
def test_a_date_is_one_in_whatever_order(text: str) -> None:
    assert is_date(text) and not is_nothing(text)


@pytest.mark.parametrize("text", ["9999-12-31", "yes", "17", "Berlin", "unsubscribed 2024"])
def test_what_is_no_date(text: str) -> None:
    assert not is_date(text)


# --- every line ---------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        b"a@example.org", b"b@example.org,Ben", b'"', b'"Ann"', b",", b";", b"\t", b"\n", b"\r\n",
        b"\r", b"name", b"email", b"status", b"unsubscribed", b"\xff", b"\x00", b"\xe4\xbd\xa0",
        b"\xc4\xe3", b" ", b"<c@example.org>", b"nonsense", b"0", b"{", b"\xef\xbb\xbf", b"sep=;",
    ]
)  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=300, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    data=st.one_of(st.lists(_PIECES, max_size=40).map(b"".join), st.binary(max_size=200)),
    headed=st.booleans(),
)
def test_every_line_of_any_file_is_read_refused_or_blank(
    data: bytes, headed: bool, tmp_path: Path
) -> None:
    data = (b"email,name\nx@example.org,Xa\n" if headed else b"") + data
    path = tmp_path / "readers.csv"
    path.write_bytes(data)
    try:
        source = look_at(path, Options())
        opened = examine(path)
    except (Unreadable, NoEmailColumn, FileRefused):
        return
    lines: set[int] = set()
    blank = 0
    for batch in source.batches(Publication()):
        blank += batch.blank
        for entry in batch.entries:
            assert entry.address or entry.problems[0].level == "error"
            lines.add(entry.line)
    text = data.decode(opened.encoding, "replace") if not opened.other else data.decode("latin-1")
    physical = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    assert len(lines) + blank <= len(physical)
    if b'"' not in data and b"sep=" not in data and opened.encoding != "utf-16":
        # Without quotes a row is a line; what is before the rows is the header.
        assert len(lines) + blank == len(physical) - source.layout.first


@pytest.mark.django_db
def test_the_result_adds_up(tmp_path: Path) -> None:
    daily = builders.publication()
    text = "email,name\na@example.org,Ann\n\nnonsense,Bob\n , \nb@example.org\nA@example.org,An\n"
    job = csv_in.run(look(tmp_path, text), daily, Options())
    assert job.counts == {"pending": 2, "blank": 2, "error": 1, "known": 1, "problems": 3}


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("UTC", "2023-01-02T10:00:00+00:00"),
        ("Asia/Shanghai", "2023-01-02T02:00:00+00:00"),
        ("America/New_York", "2023-01-02T15:00:00+00:00"),
    ],
)
def test_a_time_without_a_zone_is_the_publications(tmp_path: Path, zone: str, at: str) -> None:
    text = (
        "Email Address,First Name,Last Name,OPTIN_TIME,CONFIRM_TIME,LEID,EUID\n"
        'a@example.org,Ann,,,"2023-01-02 10:00:00",1,x\n'
        "b@example.org,Ben,,,2023-01-02T10:00:00+00:00,2,y\n"
    )
    source = look(tmp_path, text)
    (batch,) = source.batches(Publication(time_zone=zone))
    moments = [entry.confirmed_at for entry in batch.entries]
    assert [moment and moment.isoformat() for moment in moments] == [
        at, "2023-01-02T10:00:00+00:00",
    ]  # fmt: skip
