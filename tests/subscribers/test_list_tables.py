"""Two tables in one file, and files with one word that is not ASCII: asked, or read right."""

# A row is read across.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from subscribers.lists.plan import Options
from subscribers.lists.source import ReaderFile, look
from subscribers.models import Publication


def looked_at(tmp_path: Path, data: bytes) -> ReaderFile:
    path = tmp_path / "readers.csv"
    path.write_bytes(data)
    return look(path, Options(consent="paper"), "readers.csv")


@pytest.mark.parametrize(
    "text",
    [
        "Email,Name\na@t.example.org,Ann\nEmail,Bounce reason\nc@t.example.org,mailbox full\n",
        "Email,Name\na@t.example.org,Ann\n\nEmail,Removed on\nc@t.example.org,2024-01-01\n",
        "E-posta,Ad\na@t.example.org,Ann\n\nE-posta,Ayrılma nedeni\nc@t.example.org,çok sık\n",
        "E-mail;Nome;Cidade\na@t.example.org;Ana;Rio\n\nE-mail;Cancelou em\nc@t.example.org;01/02/2024\n",
        "メール,氏名\na@t.example.org,鈴木\n\nメール,停止日\nc@t.example.org,2024/01/02\n",
        "邮箱,姓名\na@t.example.org,王伟\n邮箱,原因\nc@t.example.org,内容太多\n",
    ],
)
def test_below_a_second_header_nobody_comes_in_unasked(tmp_path: Path, text: str) -> None:
    assert "*" in {question.column for question in looked_at(tmp_path, text.encode()).questions}


def test_the_same_header_again_is_no_other_table(tmp_path: Path) -> None:
    text = "Email,Name\na@t.example.org,Ann\n\nEmail,Name\nc@t.example.org,Cy\n"
    assert looked_at(tmp_path, text.encode()).questions == ()


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1251", "Ян"), ("cp1251", "Юля"), ("koi8-r", "Я"), ("koi8-r", "Юра"), ("cp866", "Ян"),
        ("cp1252", "Øystein"), ("cp1252", "Zoë"), ("cp1250", "Řehoř"), ("cp1250", "Gergő"),
        ("cp1254", "Işık"), ("cp1253", "Νίκη"), ("gbk", "王"), ("big5", "陳"), ("cp932", "東"),
        ("euc_jp", "山"), ("cp949", "김"),
    ],
)  # fmt: skip
def test_one_word_is_enough_to_tell_the_code_page(tmp_path: Path, encoding: str, name: str) -> None:
    text = f"email,name\na@t.example.org,{name}\nb@t.example.org,Bob\n"
    source = looked_at(tmp_path, text.encode(encoding))
    entries = [entry for batch in source.batches(Publication()) for entry in batch.entries]
    assert [entry.name for entry in entries] == [name, "Bob"]
