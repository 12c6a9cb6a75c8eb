"""Readers in and out as CSV through the admin."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from subscribers.lists import jobs as reader_files
from subscribers.models import AuditEntry, ImportJob, Publication, Subscription
from tests import builders
from tests.admin.test_pages import ROLES, client, user

pytestmark = pytest.mark.django_db

CSV = """\
email,name,status
alice@example.org,Alice,active
bob@example.org,Bob,unsubscribed
not an address,Eve,active
"""


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


def give(who: Any, publication: Publication, text: str = CSV) -> Any:
    return who.post(
        reverse("admin:subscribers_importjob_upload"),
        {
            "publication": publication.pk,
            "file": SimpleUploadedFile("fair.csv", text.encode()),
        },
    )


@pytest.mark.django_db(transaction=True)
def test_a_file_is_looked_at_then_imported_by_a_job(daily: Publication) -> None:
    who = client(user("uma", daily, "reader_care"))
    where = give(who, daily)["Location"]
    html = who.get(where).content.decode()
    assert "fair.csv" in html and "utf-8" in html and "separated by “,”" in html
    assert "cannot be read" in html
    assert Subscription.objects.count() == 0 and ImportJob.objects.count() == 0
    unproved = who.post(where, {"do": "import", "how": "proof", "consent": ""})
    assert "Say where the proof of consent is kept." in unproved.content.decode()
    press = {"do": "import", "how": "proof", "consent": "Sheets of the spring fair"}
    done = who.post(where, press)
    assert who.post(where, press)["Location"] == done["Location"]  # Pressed twice: one job.
    job = ImportJob.objects.get()
    assert job.file == "fair.csv" and job.by is not None
    html = who.get(done["Location"]).content.decode()
    assert "data-progress" in html
    reader_files.import_readers.func(job.pk)
    states = dict(Subscription.objects.values_list("subscriber__address", "state"))
    assert states == {"alice@example.org": "active", "bob@example.org": "unsubscribed"}
    html = who.get(done["Location"]).content.decode()
    assert "data-progress" not in html and "100 %" in html
    assert "become active" in html and "come in as unsubscribed" in html
    # A file of addresses is not kept longer than it is needed.
    assert reader_files.path_of(job.digest) is None
    assert who.get(where).status_code == 302
    reader_files.import_readers.func(job.pk)  # A job may run twice.
    assert Subscription.objects.count() == 2
    entry = AuditEntry.objects.filter(action="readers imported").first()
    assert entry is not None and entry.target == f"import:{job.pk}"


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_file_is_gone_says_so(daily: Publication) -> None:
    who = client(user("uma", daily, "reader_care"))
    where = give(who, daily)["Location"]
    who.post(where, {"do": "import", "how": "wait"})
    job = ImportJob.objects.get()
    path = reader_files.path_of(job.digest)
    assert path is not None
    path.unlink()
    reader_files.import_readers.func(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    url = reverse("admin:subscribers_importjob_change", args=[job.pk])
    assert "the file is gone" in who.get(url).content.decode()


@pytest.mark.parametrize("text", ["", "PK\x03\x04 a workbook", "name,town\nAlice,Port\n"])
def test_what_is_no_file_of_readers_is_refused(text: str, daily: Publication) -> None:
    who = client(user("uma", daily, "reader_care"))
    answer = give(who, daily, text)
    if answer.status_code == 302:
        answer = who.get(answer["Location"])
    assert 'role="alert"' in answer.content.decode()
    assert ImportJob.objects.count() == 0


def test_a_column_can_be_named_by_hand(daily: Publication) -> None:
    who = client(user("uma", daily, "reader_care"))
    where = give(who, daily, "who,where\nalice@example.org,Port\n")["Location"]
    html = who.post(where, {"do": "look", "name": ["who", "where"], "field0": "email"})
    assert "wait for their confirmation" in html.content.decode()


def test_the_export_can_be_read_again_and_is_on_record(daily: Publication) -> None:
    builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "reader_care"))
    answer = who.post(reverse("admin:subscribers_importjob_export", args=[daily.slug]))
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["email"] for row in rows] == ["alice@example.org"]
    assert "attachment" in answer["Content-Disposition"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("readers exported", {"readers": 1})


@pytest.mark.parametrize("role", [*ROLES, "stranger"])
def test_files_of_readers_are_for_those_who_care_for_them(role: str, daily: Publication) -> None:
    job = ImportJob.objects.create(publication=daily, file="fair.csv", digest="0" * 64)
    other = builders.publication("other")
    who = client(user("sam", other, "owner") if role == "stranger" else user("u", daily, role))
    caring = role in ("reader_care", "owner")
    expected = 200 if caring else 404 if role == "stranger" else 403
    change = reverse("admin:subscribers_importjob_change", args=[job.pk])
    now = reverse("admin:subscribers_importjob_now", args=[job.pk])
    export = reverse("admin:subscribers_importjob_export", args=[daily.slug])
    look = reverse("admin:subscribers_importjob_look", args=[daily.slug, "0" * 64])
    assert who.get(change).status_code == expected
    assert who.get(now).status_code == expected
    answer = who.post(export)
    assert answer.status_code == expected
    if answer.streaming:
        list(answer.streaming_content)  # Closes the file.
    assert who.get(export).status_code == 405
    assert who.get(look).status_code == (302 if caring else expected)
    assert who.post(look, {"do": "import"}).status_code == (302 if caring else expected)
    listed = who.get(reverse("admin:subscribers_importjob_changelist"))
    assert listed.status_code == (200 if caring or role == "stranger" else 403)
    assert b"fair.csv" not in listed.content or caring
