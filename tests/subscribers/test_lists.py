"""Readers from and to CSV: what is recognised, what never comes in, what survives a kill."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers import housekeeping, suppression
from subscribers.addresses import BadAddress, key_of, normalise
from subscribers.choice import Choice
from subscribers.lists import export as csv_out
from subscribers.lists import importing as csv_in
from subscribers.lists import source as source_module
from subscribers.lists.cells import defuse, undefuse
from subscribers.lists.columns import Meaning, NoEmailColumn, understand
from subscribers.lists.file import Unreadable, examine
from subscribers.lists.mailboxes import address_of
from subscribers.lists.plan import Done, FileRefused, Options
from subscribers.lists.source import look as look_at
from subscribers.models import (
    ConsentEvent,
    ImportJob,
    ImportProblem,
    Publication,
    Subscriber,
    Subscription,
    Suppression,
)
from tests import builders
from tests.conftest import Site
from tests.site_settings import configure

PROOF = Options(consent="signed forms, folder 7")


@pytest.fixture
def daily(db: None) -> Publication:
    publication = builders.publication()
    builders.category(publication, "Markets")
    builders.category(publication, "Science")
    return publication


def file(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "readers.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def bring(
    folder: Path, text: str | bytes, daily: Publication, options: Options = PROOF
) -> ImportJob:
    return csv_in.run(look_at(file(folder, text), options), daily, options)


def checked(folder: Path, text: str, daily: Publication, options: Options = PROOF) -> list[Done]:
    return list(csv_in.check(look_at(file(folder, text), options), daily, options))


def states() -> dict[str, str]:
    rows = Subscription.objects.values_list("subscriber__address", "state")
    return dict(rows)


# --- the file -----------------------------------------------------------------------------------

CHINESE = "邮箱;姓名\r\nalice@example.org;爱丽丝\r\nbob@example.org;鲍勃·史密斯\r\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CHINESE.encode("utf-8"), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("utf-16"), "utf-16"),
        ("email;name\nalice@example.org;A\nbob@example.org;B\n".encode("utf-16-le"), "utf-16-le"),
        (CHINESE.encode("gb18030"), "gb18030"),
        ("email;name\r\na@example.org;José Núñez\r\nb@b.org;Zoë\r\n".encode("cp1252"), "cp1252"),
    ],
)  # fmt: skip
def test_the_encoding_is_found_and_named(tmp_path: Path, data: bytes, encoding: str) -> None:
    opened = examine(file(tmp_path, data))
    assert (opened.encoding, opened.separator) == (encoding, ";")


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("email,name\na@example.org,A\n", ","),
        ("email\tname\na@example.org\tA, B\n", "\t"),
        ("email|name\na@example.org|A\n", "|"),
        ('"last, first";email\n"B, A";a@example.org\n', ";"),
        ("sep=;\nemail;name\na@example.org;A\n", ";"),
        ("email\na@example.org\n", ","),
    ],
)
def test_the_separator_is_found(tmp_path: Path, text: str, separator: str) -> None:
    assert examine(file(tmp_path, text)).separator == separator


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "binary"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        examine(file(tmp_path, data))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("Email Address,First Name,Last Name,MEMBER_RATING,CONFIRM_TIME,LEID", "mailchimp"),
        ("email,active_subscription,expiry,plan,email_disabled,created_at", "substack"),
        ("id,email,name,note,subscribed_to_emails,created_at,deleted_at", "ghost"),
        ("email,name,attributes", "listmonk"),
        ("Email,First name,Last name,Data,External ID,Status", "keila"),
        ("email,notes,metadata,tags,type", "buttondown"),
        ("email,name,state,new_categories,tail_links", "sudi"),
        ("email,name", ""),
    ],
)  # fmt: skip
def test_the_exports_of_other_tools_are_recognised(header: str, source: str) -> None:
    columns = understand(header.split(","))
    assert columns.source == source
    assert Meaning.EMAIL in columns.meanings


def test_a_file_without_a_header_is_read_by_its_first_address() -> None:
    columns = understand(["", ""], header=False, address=0)
    assert (columns.header, columns.meanings) == (False, (Meaning.EMAIL, Meaning.NAME))


def test_columns_can_be_named_by_header_or_number() -> None:
    columns = understand(["Kontakt", "Wer", "Themen"], {"kontakt": "email", "3": "categories"})
    assert columns.meanings == (Meaning.EMAIL, None, Meaning.CATEGORIES)
    with pytest.raises(NoEmailColumn, match="title, html"):
        understand(["title", "html"])
    with pytest.raises(ValueError, match="Nirgends"):
        understand(["email"], {"Nirgends": "name"})


# --- the rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "row", "standing"),
    [
        ("email,status", "subscribed", "active"),
        ("email,status", "enabled", "active"),
        ("email,status", "unsubscribed", "unsubscribed"),
        ("email,status", "Unconfirmed", "pending"),
        ("email,status", "blocklisted", "suppressed"),
        ("email,status", "cleaned", "suppressed"),
        ("email,status", "unreachable", "suppressed"),
        ("email,status", "complained", "suppressed"),
        ("email,subscribed_to_emails", "false", "unsubscribed"),
        ("email,subscribed_to_emails", "true", "active"),
        ("email,email_disabled", "true", "unsubscribed"),
        ("email,deleted_at", "2025-01-01", "unsubscribed"),
        ("email,UNSUB_TIME", "2025-01-01 10:00:00", "unsubscribed"),
        ("email,CLEAN_TIME", "2025-01-01 10:00:00", "suppressed"),
        ("email,suppressed", "hard", "suppressed"),
        ("email,状态", "退订", "unsubscribed"),
    ],
)
def test_nobody_comes_in_more_alive_than_the_file_says(
    tmp_path: Path, daily: Publication, header: str, row: str, standing: str
) -> None:
    bring(tmp_path, f"{header}\nalice@example.org,{row}\n", daily)
    if standing == "suppressed":
        assert states() == {}
        assert Suppression.objects.get().reason == "imported"
        here = Publication.objects.get()
        assert suppression.suppressed("alice@example.org", here) is not None
        assert suppression.suppressed("alice@example.org", None) is None, "of nobody else's mail"
    else:
        assert states() == {"alice@example.org": standing}


def test_with_proof_readers_are_active_and_the_proof_is_on_record(
    tmp_path: Path, daily: Publication
) -> None:
    text = "email,name,CONFIRM_TIME\nAlice@Example.org,Alice,2024-05-01 10:05:00\n"
    job = bring(tmp_path, text, daily)
    tie = Subscription.objects.select_related("subscriber").get()
    assert (tie.subscriber.address, tie.subscriber.name) == ("Alice@example.org", "Alice")
    assert tie.subscriber.key == key_of("alice@example.org")
    assert (tie.state, tie.choice) == ("active", Choice.all().bits)
    assert (
        tie.confirmed_at is not None and tie.confirmed_at.isoformat() == "2024-05-01T10:05:00+00:00"
    )
    event = ConsentEvent.objects.get()
    assert (event.kind, event.form) == ("imported", f"csv:{job.pk}")
    assert event.detail == {"line": 2, "proof": "signed forms, folder 7"}
    assert (job.state, job.counts["active"], job.line) == ("done", 1, 2)


def test_without_proof_readers_wait_and_are_mailed_nothing_until_somebody_asks(
    tmp_path: Path, daily: Publication, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "email\nalice@example.org\n"
    bring(tmp_path, text, daily, Options())
    assert states() == {"alice@example.org": "pending"}
    monkeypatch.setattr(housekeeping, "PATIENCE", housekeeping.PATIENCE * 0)
    housekeeping.sweep()
    assert mailoutbox == []
    job = bring(tmp_path, text, daily, Options(ask=True))
    assert job.counts["pending"] == 1
    housekeeping.sweep()
    assert [letter.to for letter in mailoutbox] == [["alice@example.org"]]


def test_proof_that_comes_later_makes_them_active(tmp_path: Path, daily: Publication) -> None:
    bring(tmp_path, "email\nalice@example.org\n", daily, Options())
    bring(tmp_path, "email\nalice@example.org\n", daily, PROOF)
    assert states() == {"alice@example.org": "active"}
    assert [e.detail.get("proof") for e in ConsentEvent.objects.order_by("id")] == [
        None,
        "signed forms, folder 7",
    ]


def test_whoever_is_here_stays_as_they_are(tmp_path: Path, daily: Publication) -> None:
    builders.subscription(daily, "left@example.org", state="unsubscribed")
    builders.subscription(daily, "asked@example.org", state="pending", confirmed_at=None)
    builders.subscription(daily, "here@example.org", [daily.categories.all()[0]])
    before = list(Subscription.objects.order_by("id").values())
    text = "email\nLEFT@example.org\nasked@example.org\nhere@example.org\n"
    job = bring(tmp_path, text, daily)
    assert list(Subscription.objects.order_by("id").values()) == before
    assert job.counts["known"] == 3


def test_the_suppressed_stay_suppressed_under_every_key(
    tmp_path: Path, daily: Publication, settings: Any
) -> None:
    suppression.suppress("alice@example.org", "erased")
    suppression.suppress("bob@example.org", "complaint")
    configure(
        settings,
        LINK_KEYS={**settings.SUDI["LINK_KEYS"], 2: b"another secret of thirty-two octets!"},
    )
    suppression.suppress("charlie@example.org", "hard")
    text = "email\nALICE@example.org\nbob@example.org\ncharlie@example.org\ndora@example.org\n"
    job = bring(tmp_path, text, daily)
    assert states() == {"dora@example.org": "active"}
    assert job.counts["stays_suppressed"] == 3
    assert Subscriber.objects.get().key == key_of("dora@example.org", 2)


def test_the_same_address_twice_in_other_letters_is_one_reader(
    tmp_path: Path, daily: Publication
) -> None:
    text = "email,name\nalice@example.org,A\nAlice@EXAMPLE.org,B\nALICE@example.org,C\n"
    assert [done.action for done in checked(tmp_path, text, daily)] == ["active", "known", "known"]
    assert bring(tmp_path, text, daily).counts["known"] == 2
    assert Subscriber.objects.get().name == "A"


@pytest.mark.parametrize("batch", [1, 100])
def test_of_two_rows_the_one_that_left_speaks(
    tmp_path: Path, daily: Publication, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(source_module, "BATCH", batch)
    text = "email,status\nalice@example.org,active\nALICE@example.org,unsubscribed\n"
    bring(tmp_path, text, daily)
    assert set(states().values()) == {"unsubscribed"}


def test_categories_of_a_row_become_the_choice(tmp_path: Path, daily: Publication) -> None:
    markets, science = daily.categories.order_by("id")
    text = (
        "email,categories\nalice@example.org,Markets\nbob@example.org,\n"
        "charlie@example.org,science; Gossip\ndora@example.org,Gossip\n"
    )
    job = bring(tmp_path, text, daily)
    choice = dict(Subscription.objects.values_list("subscriber__address", "choice"))
    live = [markets, science]
    assert Choice(choice["alice@example.org"]).categories(live) == [markets]
    assert not Choice(choice["alice@example.org"]).new
    assert choice["bob@example.org"] == Choice.all().bits
    assert Choice(choice["charlie@example.org"]).categories(live) == [science]
    assert "dora@example.org" not in choice
    problems = ImportProblem.objects.filter(job=job).values_list("line", "level", "code")
    assert list(problems) == [(4, "warning", "category"), (5, "error", "category")]
    with pytest.raises(FileRefused, match="Gossip"):
        bring(tmp_path, "email\n", daily, Options(categories=("Gossip",)))


def test_bad_rows_are_named_and_left_out(tmp_path: Path, daily: Publication) -> None:
    text = (
        'name,email\nAlice, "alice@example.org"\n\n   ,\nNobody,\nShort\nBob,bob@localhost\n'
        "Eve,eve@example.org>\nZoe,zoe@example org\nCharlie,charlie@example.org\n"
    )
    rows = checked(tmp_path, text, daily)
    assert [(row.line, row.action) for row in rows] == [
        (2, "active"),
        (5, "error"),
        (6, "error"),
        (7, "error"),
        (8, "error"),
        (9, "error"),
        (10, "active"),
    ]
    codes = [row.problems[0].code for row in rows if row.action == "error"]
    assert codes[:2] == ["empty", "empty"] and len(codes) == 5
    assert all("@" not in p.message for row in rows for p in row.problems)
    assert Subscriber.objects.count() == 0  # It was a look, and no more.


def test_an_address_in_the_wrong_column_is_not_kept(tmp_path: Path, daily: Publication) -> None:
    text = "email,status,categories\nalice@example.org,bob@example.org,carol@example.org\n"
    text += "dora@example.org,eve@example.org,Markets\n"
    said = Options(consent=PROOF.consent, values=(("status", "*", "pending"),))
    bring(tmp_path, text, daily, said)
    kept = [p.message for p in ImportProblem.objects.all()]
    kept += [json.dumps(e.detail) for e in ConsentEvent.objects.all()]
    assert len(kept) == 2 and "@" not in "".join(kept)


def test_a_header_alone_brings_nobody(tmp_path: Path, daily: Publication) -> None:
    assert bring(tmp_path, "email,name\n", daily).counts == {}


# --- killed, and going on -----------------------------------------------------------------------


class Killed(BaseException):
    pass


def test_a_killed_import_goes_on_where_it_was(
    tmp_path: Path, daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "BATCH", 10)
    text = "email\n" + "".join(f"reader.{n}@example.org\n" for n in range(95))
    source = look_at(file(tmp_path, text), PROOF)
    batches = 0

    def kill(_share: float) -> None:
        nonlocal batches
        batches += 1
        if batches == 4:
            raise Killed

    with pytest.raises(Killed):
        csv_in.run(source, daily, PROOF, on_read=kill)
    job = ImportJob.objects.get()
    assert (job.state, job.line, Subscription.objects.count()) == ("running", 41, 40)
    again = csv_in.run(source, daily, PROOF)
    assert (again.pk, again.state, again.counts) == (job.pk, "done", {"active": 95, "problems": 0})
    assert Subscription.objects.count() == ConsentEvent.objects.count() == 95


# --- the quick way for plain addresses ----------------------------------------------------------

_LETTERS = st.sampled_from("abzAZ019._+-@é\u200b '\"<,xn")


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(_LETTERS, max_size=30),
        st.builds(
            lambda a, b, c: f"{a}@{b}.{c}",
            st.text(_LETTERS, min_size=1, max_size=12),
            st.text(_LETTERS, min_size=1, max_size=12),
            st.sampled_from(["org", "test", "local", "c", "co.uk", "xn--p1ai", "invalid", "ORG"]),
        ),
        st.emails(),
    )
)  # fmt: skip
def test_the_quick_check_says_what_the_full_one_says(text: str) -> None:
    try:
        wanted = normalise(text)
    except BadAddress:
        with pytest.raises(BadAddress):
            address_of(text)
    else:
        assert address_of(text) == wanted


# --- out, and in again --------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("'=+-@\t\r\n＝a1 \""), max_size=8))
def test_a_defused_cell_is_no_formula_and_comes_back_as_it_was(cell: str) -> None:
    safe = defuse(cell)
    assert safe[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n", "＝")
    assert undefuse(safe) == cell


def exported(publication: Publication) -> str:
    out = io.StringIO()
    csv_out.write(out, publication)
    return out.getvalue()


def test_an_export_comes_back_as_it_was(tmp_path: Path, daily: Publication) -> None:
    markets, science = daily.categories.order_by("id")
    builders.subscription(daily, "-dash@example.org", [markets], language="zh-Hans")
    builders.subscription(daily, "all@example.org")
    builders.subscription(daily, "none@example.org", [])
    builders.subscription(daily, "left@example.org", [science], state="unsubscribed")
    names = {
        "-dash@example.org": "=1+1",
        "all@example.org": 'O\'Brien, "Pat"',
        "none@example.org": "'+x",
    }
    for address, name in names.items():
        Subscriber.objects.filter(address=address).update(name=name)
    before = exported(daily)
    cells = [cell for row in csv.reader(io.StringIO(before)) for cell in row]
    assert "'=1+1" in cells and "'-dash@example.org" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    Subscription.objects.all().delete()
    Subscriber.objects.all().delete()
    job = bring(tmp_path, before, daily)
    assert job.options["found"]["source"] == "sudi"
    assert exported(daily) == before


def test_a_suppressed_reader_is_exported_as_one_and_not_revived(
    tmp_path: Path, daily: Publication
) -> None:
    builders.subscription(daily, "alice@example.org")
    suppression.suppress("alice@example.org", "complaint")
    before = exported(daily)
    assert ",active,complaint," in before
    Subscription.objects.all().delete()
    Subscriber.objects.all().delete()
    Suppression.objects.all().delete()
    bring(tmp_path, before, daily)
    assert states() == {}
    assert Suppression.objects.get().reason == "imported"


# --- the commands -------------------------------------------------------------------------------


def test_the_commands_keep_their_contract(site: Site, tmp_path: Path) -> None:
    made = (
        "from subscribers.models import Publication as P;"
        "P.objects.create(slug='daily', name='Daily', from_name='D', from_address='d@example.org')"
    )
    site.manage("shell", "-c", made)
    path = file(tmp_path, "Email,Name\nalice@example.org,=1+1\nnonsense,Bob\n")
    look = site.manage(
        "import_subscribers", str(path), "--publication", "daily", "--dry-run", "--json"
    )
    lines = [json.loads(line) for line in look.stdout.splitlines()]
    assert [(line["line"], line["action"]) for line in lines[:-1]] == [(2, "pending"), (3, "error")]
    assert lines[-1] == {
        "file": "readers.csv",
        "encoding": "utf-8",
        "separator": ",",
        "source": "",
        "header": True,
        "columns": {"email": "Email", "name": "Name"},
        "states": [],
        "ignored": [],
        "rows": 2,
        "read": 1,
        "refused": 1,
        "blank": 0,
        "dry_run": True,
        "counts": {"pending": 1, "error": 1},
    }
    out = site.manage("export_subscribers", "--publication", "daily").stdout
    assert len(out.splitlines()) == 1  # A dry run stores nothing.
    site.manage(
        "import_subscribers", str(path), "--publication", "daily", "--consent", "paper", "--json"
    )
    target = tmp_path / "out.csv"
    site.manage("export_subscribers", "--publication", "daily", "--output", str(target))
    text = target.read_bytes()
    assert text.startswith(b"\xef\xbb\xbfemail,name,state,")
    assert b"\r\nalice@example.org,'=1+1,active,," in text
    assert target.stat().st_mode & 0o777 == 0o600
    assert (
        site.manage(
            "import_subscribers", "no.csv", "--publication", "daily", check=False
        ).returncode
        == 2
    )
    assert (
        site.manage(
            "import_subscribers", str(path), "--publication", "none", check=False
        ).returncode
        == 1
    )
    bad = file(tmp_path, b"PK\x03\x04")
    done = site.manage(
        "import_subscribers", str(bad), "--publication", "daily", "--json", check=False
    )
    assert done.returncode == 1 and "CSV" in json.loads(done.stdout)["error"]
