"""What of a file is asked, by the kind of its columns, headings and values; nothing is stored."""

# A row is read across.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from subscribers.lists.encodings import by_letters
from subscribers.lists.plan import Options
from subscribers.lists.source import ReaderFile, look
from subscribers.lists.vocabulary import header_speaks, is_code, value_speaks
from tests import builders


def looked_at(
    tmp_path: Path, text: str, name: str = "readers.csv", encoding: str = "utf-8"
) -> ReaderFile:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return look(path, Options(consent="paper"), name)


def asked(source: ReaderFile) -> dict[str, list[str]]:
    return {q.column: sorted(value.value for value in q.values) for q in source.questions}


def table(header: str, *values: str) -> str:
    rows = [f'r{place}@kinds.example.org,"{value}"' for place, value in enumerate(values)]
    return "\n".join([f'email,"{header}"', *rows, ""])


@pytest.mark.parametrize(
    ("header", "values", "expected"),
    [
        # A yes or no with a word of politeness, or behind the letter of the answer.
        ("Dürfen wir uns melden?", ["Ja, gerne", "Nein danke"], ["Ja, gerne", "Nein danke"]),
        ("Q7", ["Yes please", "No thank you"], ["No thank you", "Yes please"]),
        ("Q7", ["A) oui", "B) non"], ["A) oui", "B) non"]),
        ("Q7", ["No. 5, Harbour Road, second door", "Quay"], []),
        # One of a few values speaks of a state: then the others do, too.
        ("check", ["fine", "undeliverable", "risky"], ["fine", "risky", "undeliverable"]),
        ("Reason", ["too many of them", ""], ["too many of them"]),
        ("原因", ["内容太多", ""], ["内容太多"]),
        ("answer of the server", ["550 5.1.1 nobody", "552 5.2.2 full"], ["550 5.1.1 nobody", "552 5.2.2 full"]),
        # What came of something says a state, though the header is about mails or days.
        ("last mailing result", ["delivered", "rejected"], ["delivered", "rejected"]),
        ("Letztes Ereignis", ["geöffnet", "abgemeldet"], ["abgemeldet", "geöffnet"]),
        ("kod", ["AKT", "ODH"], ["AKT", "ODH"]),
        ("kod", ["harbour", "quay"], []),
        ("segment", ["Friends", "Former subscribers"], ["Former subscribers"]),
        ("خبر", ["نعم", "لا"], ["لا", "نعم"]),
        ("Loobunud", ["", "jah"], ["jah"]),
        # A yes or no under a header that sorts, and numbers that do not count the rows.
        ("list_evenings", ["1", "0"], ["0", "1"]),
        ("group", ["A", "B"], []),
        ("Kind", ["0", "3"], ["0", "3"]),
        ("Kind", ["1", "2", "3"], []),
        # Years that only some have.
        ("Vertrag bis", ["2019", ""], ["*"]),
        # Languages with vowels above and below, and a script from right to left.
        ("สถานะ", ["ปกติ", "ยกเลิกแล้ว"], ["ปกติ", "ยกเลิกแล้ว"]),
        ("حالة الاشتراك", ["نشط", "محظور"], ["محظور", "نشط"]),
        ("Trạng thái", ["bình thường", "đã hủy"], ["bình thường", "đã hủy"]),
        ("Black Listed", ["0", "1"], ["0", "1"]),
        # What needs no person.
        ("Last activity", ["2024-01-02", ""], []),
        ("Dernière activité", ["2024-01-02", ""], []),
        ("Subscription method", ["Web form", "Import"], []),
        ("Mailing lists", ["Harbour news", ""], []),
        ("职务", ["经理", "主任"], []),
        ("Function", ["Captain", "Pilot"], []),
        # The same, where the words do speak.
        ("Subscription method", ["Web form", "unsubscribed by phone"], ["unsubscribed by phone"]),
        ("Mailing lists", ["Harbour news", "Unsubscribes"], ["Unsubscribes"]),
        ("Mailing list", ["yes", "no"], ["no", "yes"]),
        ("Last status", ["ok", "gone"], ["gone", "ok"]),
        # No word is known, but a few words come again: in whatever language, that may be a state.
        ("Hali ya mteja", ["hai", "hai", "amekwenda"], ["amekwenda", "hai"]),
        ("Sotto voce", ["alfa", "beta", "gamma"], []),
        ("Sotto voce", ["alfa", "", "", ""], ["", "alfa"]),
        ("Sotto voce", ["alfa", "alfa"], []),
        ("სტატუსი", ["კი", "არა"], ["არა", "კი"]),
        ("Tags", ["გაუქმებული", "news"], ["გაუქმებული"]),
        # A few remarks are read by a person; of many, those whose words speak.
        ("Notes", ["de baixa", "fira de maig", ""], ["de baixa", "fira de maig"]),
        ("備考", ["送付お断り", "担当：山田"], ["担当：山田", "送付お断り"]),
        ("Notes", [*map(str, range(100, 120)), "no vol rebre res"], ["no vol rebre res"]),
        # A header that only begins like a word for a town.
        ("Staða", ["virkur", "virkur", "skráður út"], ["skráður út", "virkur"]),
        # Of other ways to be reached nothing is asked, but mail can be called post.
        ("SMS opt-out", ["yes", "no"], []),
        ("Keine Post mehr", ["", "x"], ["x"]),
        # A link that everybody has is the tool's; one that some have says that they left.
        ("Unsubscribe link", ["http://a", "http://b"], []),
        ("Unsubscribe link", ["", "http://b"], ["http://b"]),
        # How often somebody wants mail can be "not at all".
        ("Frequency", ["weekly", "no mails"], ["no mails"]),
        ("Frequency", ["weekly", "never", ""], []),
        # Who has no day on which they subscribed may never have.
        ("Subscribed at", ["2024-01-02", ""], [""]),
        ("Subscribed at", ["2024-01-02", "2024-01-03"], []),
        ("Subscribed at", ["", ""], []),
        # Said in full beside a name, whatever the header; a question is answered, not named.
        ("Name", ["Ada Bell", "Ben Cole (UNSUBSCRIBED)"], ["Ben Cole (UNSUBSCRIBED)"]),
        ("Engagement", ["high", "suppressed"], ["suppressed"]),
        ("Company", ["Quay Ltd", "Pier AG – on the blacklist: blacklisted"], ["Pier AG – on the blacklist: blacklisted"]),
        ("城市", ["上海", "已加入黑名单"], ["已加入黑名单"]),
        ("Города", ["Мурманск", "в чёрном списке"], ["в чёрном списке"]),
        ("Rank", ["1", "hard bounce"], ["hard bounce"]),
        ("News of your town?", ["sure", "sure", "rather not"], ["rather not", "sure"]),
        # A question is asked of a person though few answer it, each in their own words: by its
        # mark, or by how a language asks for a yes or no.
        ("Haberlerimizi size gönderelim mi", ["Olur", "Olmasın"], ["Olmasın", "Olur"]),
        ("Apakah Anda mau kami kabari", ["Mau", "Enggak"], ["Enggak", "Mau"]),
        ("Saammeko lähettää kuulumisia?", ["Kyllä", "En halua"], ["En halua", "Kyllä"]),
        ("Küldhetünk híreket?", ["Persze", "Inkább ne"], ["Inkább ne", "Persze"]),
        ("هل تود متابعة أخبارنا؟", ["نعم", "كلا"], ["كلا", "نعم"]),
        ("Sollen wir uns mal melden", ["gern", "lieber nicht"], ["gern", "lieber nicht"]),
        ("What is your name?", ["Ada", "Ben"], []),
        # What is the same for nearly everybody and says nothing of them.
        ("E-Mail-Typ", ["SMTP", "SMTP"], []),
        ("Account Balance", ["0", "0"], []),
        ("Cellulare", ["1", "2"], []),
    ],
)  # fmt: skip
def test_a_column_is_asked_by_its_kind(
    tmp_path: Path, header: str, values: list[str], expected: list[str]
) -> None:
    found = asked(looked_at(tmp_path, table(header, *values)))
    assert found == ({header: sorted(expected)} if expected else {})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Unsubscribed e-mails\nada@kinds.example.org\nben@kinds.example.org\n", "a.csv"),
        ("Gesperrte Adresse;Datum\nada@kinds.example.org;1.2.2024\n", "a.csv"),
        ("解除したアドレス\nada@kinds.example.org\n", "a.csv"),
        ("Désabonnements de mai\n\nCourriel,Nom\nada@kinds.example.org,Ada\n", "a.csv"),
        ("ada@kinds.example.org\nUnsubscribed:\nben@kinds.example.org\n", "a.csv"),
        ("Ada <ada@kinds.example.org>\n-- bounced --\nBen <ben@kinds.example.org>\n", "a.csv"),
        ("email,name\nada@kinds.example.org,Ada\nDo not contact,\nben@kinds.example.org,\n", "a.csv"),
    ],
)  # fmt: skip
def test_words_above_the_addresses_are_asked(tmp_path: Path, text: str, name: str) -> None:
    found = asked(looked_at(tmp_path, text, name))
    assert found == {"*": ["*"]}
    # A person who has looked may say that they are readers all the same.
    assert look(tmp_path / name, Options(values=(("*", "*", "active"),)), name).questions == ()


def test_words_above_that_say_nothing_are_not_asked(tmp_path: Path) -> None:
    text = "Readers of the weekly\n\nYour e-mail,Your name\nada@kinds.example.org,Ada\nTotal,1\n"
    assert asked(looked_at(tmp_path, text)) == {}


def test_a_known_tool_needs_no_answer_for_why_somebody_left(tmp_path: Path) -> None:
    text = """\
email,status,lead score,prospect,unsubscribe reason,bounce reason
ada@kinds.example.org,active,3,true,,
ben@kinds.example.org,unsubscribed,3,true,too long,
"""
    assert asked(looked_at(tmp_path, text)) == {}
    unknown = text.replace("lead score,prospect", "points,city")
    assert "unsubscribe reason" in asked(looked_at(tmp_path, unknown))


_LEFT = """
took herself off the list|left us|not interested|passed away|wrong address|mail comes back
will keine Mails|Mail kam zurück|ne veut plus recevoir|revocó el consentimiento|revoca consenso
wycofał zgodę|адрес не существует|уволился|请不要再发送|邮件无法送达|已離職|宛先不明|退職|同意なし
퇴사|휴면 계정|보내지 마세요|tidak aktif|nepotvrzený|διαγραμμένος|550 no such person|5.1.1 unknown
ยกเลิกการรับข่าวสาร|ألغى الاشتراك|مرتد"""
_FINE = """
met at the fair|Stammkundin seit 2010|ancien élève|cliente VIP|dziennikarz|журналист|老师|お客様
고객|gazeteci|sponsor|speaker 2021"""


@pytest.mark.parametrize("words", [w for line in _LEFT.split("\n") for w in line.split("|") if w])
def test_words_that_speak_of_leaving(words: str) -> None:
    assert value_speaks(words)


@pytest.mark.parametrize("words", [w for line in _FINE.split("\n") for w in line.split("|") if w])
def test_words_that_do_not(words: str) -> None:
    assert not value_speaks(words)
    assert not is_code(words)


@pytest.mark.parametrize(
    "header",
    [
        "mailable", "can_email", "churned", "date of death", "member until", "mail_opt", "validity",
        "reachable", "mail problem", "Actif", "Einddatum", "would you like to hear from us", "Grund",
    ],
)  # fmt: skip
def test_headers_that_speak(header: str) -> None:
    assert header_speaks(header)


@pytest.mark.parametrize(
    ("text", "encoding", "addresses"),
    [
        ("“ada@kinds.example.org”,“Ada”\nben@kinds.example.org,Ben\n", "utf-8", "ada ben"),
        ("email,name\nada@kinds.example.org,Ada\nben@kinds.example.org,王\n", "utf-32", "ada ben"),
        ("邮箱，姓名\nada@kinds.example.org，王芳\nben@kinds.example.org，李强\n", "utf-8", "ada ben"),
        ('email,name\n"ada@kinds.example.org\nben@kinds.example.org",Both\n', "utf-8", "ada ben"),
        ("email,name\nada@kinds.example.org / ben@kinds.example.org,Both\n", "utf-8", "ada ben"),
        ("email,name\nmailto:ada@kinds.example.org?subject=Hello,Ada\n", "utf-8", "ada"),
        ("email,name\nmailto://ada@kinds.example.org,Ada\n", "utf-8", "ada"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_file_as_it_is(tmp_path: Path, text: str, encoding: str, addresses: str) -> None:
    source = looked_at(tmp_path, text, encoding=encoding)
    entries = [e for batch in source.batches(builders.publication()) for e in batch.entries]
    assert [e.address for e in entries] == [f"{who}@kinds.example.org" for who in addresses.split()]


@pytest.mark.parametrize("nothing", ["NaT", "1970年1月1日", "1970年01月01日 08:00"])
def test_no_date_in_more_spellings(tmp_path: Path, nothing: str) -> None:
    text = f"email,unsubscribed_at\nada@kinds.example.org,{nothing}\n"
    source = looked_at(tmp_path, text)
    assert asked(source) == {}
    assert source.rules[0].standing_of(nothing) == "active"


@pytest.mark.parametrize(
    ("encoding", "header", "values"),
    [
        ("cp1253", "Κατάσταση", ["Ενεργός", "Διαγραμμένος", "Ενεργός"]),
        ("cp1255", "סטטוס", ["פעיל", "הוסר מהרשימה", "פעיל"]),
        ("cp1256", "الوضع", ["فعال", "غير فعال", "فعال"]),
        ("cp874", "สถานะการรับข่าวสาร", ["รับ", "ไม่รับ", "รับ"]),
        ("cp866", "Состояние подписки", ["активен", "отписан", "активен"]),
        ("koi8-u", "Стан підписки", ["підписаний", "відписався", "підписаний"]),
        ("iso2022_jp", "配信状況", ["配信中", "配信停止", "配信中"]),
        ("mac_roman", "État de l’abonné", ["abonné", "désabonné", "abonné"]),
        ("cp1257", "Atsisakė", ["Žydrūnas Ąžuolas", "taip", "taip"]),
        ("cp1257", "Statuss", ["aktīvs Bērziņš", "atteicās", "atteicās"]),
        ("iso8859-2", "Wypisany", ["tak, Śliwińska", "nie, Wiśniewski", "tak, Śliwińska"]),
        ("iso8859-2", "odhlášen", ["ano", "ne, Šťastný", "ano"]),
        ("cp1250", "Státusz", ["élő Erdős", "leiratkozott Kőrösi", "élő Erdős"]),
        ("cp1254", "Durum", ["açık İbrahim", "kapalı Gülşen", "açık İbrahim"]),
        ("cp932", "ﾊｲｼﾝ", ["ﾃｲｼ", "ｵｸﾙ", "ﾃｲｼ"]),
    ],
)  # fmt: skip
def test_code_pages_of_the_world(
    tmp_path: Path, encoding: str, header: str, values: list[str]
) -> None:
    source = looked_at(tmp_path, table(header, *values), encoding=encoding)
    assert source.opened.encoding == encoding
    assert asked(source) == {header: sorted(set(values))}


def test_a_state_that_is_answered_in_part_is_still_asked(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text(table("Hali ya mteja", "hai", "hai", "amekwenda", "amezuiwa"))
    said = (("Hali ya mteja", "hai", "active"),)
    assert asked(look(path, Options(values=said))) == {"Hali ya mteja": ["amekwenda", "amezuiwa"]}


@pytest.mark.django_db
def test_words_beside_the_address_are_not_overlooked(tmp_path: Path) -> None:
    text = "Ada <ada@kinds.example.org>\nBen (do not email) <ben@kinds.example.org>\n"
    source = looked_at(tmp_path, text)
    entries = [e for batch in source.batches(builders.publication()) for e in batch.entries]
    assert [(e.line, e.address) for e in entries] == [(1, "ada@kinds.example.org"), (2, "")]
    assert entries[1].problems[0].code == "said"


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        # One word with a mark is all that a short list may have.
        ("mac_roman", "Zürich"),
        ("mac_roman", "Müller"),
        ("mac_roman", "Köln"),
        ("mac_roman", "Göteborg"),
        ("mac_roman", "José"),
        ("cp1252", "Zürich"),
        ("cp1252", "Söderström"),
        ("cp1252", "Guðrún"),
        ("cp1250", "Dvořák"),
        ("cp1250", "Łódź"),
        ("iso8859-2", "Šťastný"),
        ("cp1254", "Yıldız Ünal"),
        ("cp1257", "Rūta Žukauskienė"),
    ],
)
def test_one_word_tells_the_code_page(encoding: str, word: str) -> None:
    found = by_letters(f"{word};a@kinds.example.org".encode(encoding))
    assert f"{word}".encode(encoding).decode(found) == word


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("pending-2024.csv", "pending"),
        ("Unbestätigte Anmeldungen.csv", "pending"),
        ("待确认名单.csv", "pending"),
        ("people who did not agree to emails.csv", "pending"),
        ("Abmeldungen_Export.csv", "unsubscribed"),
        ("удалённые.csv", "unsubscribed"),
        ("spam complaints.csv", "suppressed"),
        ("confirmed.csv", None),
        ("newsletter-subscribers.csv", None),
        ("new readers who said yes.csv", None),
    ],
)
def test_the_name_of_a_file_says_who_is_in_it(
    tmp_path: Path, name: str, suggestion: str | None
) -> None:
    questions = looked_at(tmp_path, "Email\nada@kinds.example.org\n", name).questions
    assert [q.suggestion for q in questions] == ([suggestion] if suggestion else [])


def test_a_line_that_explains_a_mark_is_a_question(tmp_path: Path) -> None:
    text = "Name,Email\nAda,ada@kinds.example.org\n*Ben,ben@kinds.example.org\n,\n* = has left,\n"
    assert asked(looked_at(tmp_path, text)) == {"*": ["*"]}
