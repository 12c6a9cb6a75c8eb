"""Which issues may be a pair, and what becomes of those that may not."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from newsletter.editions import family, pairing
from newsletter.editions.pairing import NotPaired
from newsletter.models import Issue
from subscribers.admin.publication_form import PublicationForm
from subscribers.models import AuditEntry, Publication
from tests import builders

pytestmark = pytest.mark.django_db

ZH = "zh-Hans"


@pytest.fixture
def harbour() -> Publication:
    return builders.publication()


def draft(publication: Publication, language: str = "en", **extra: object) -> Issue:
    number = publication.issues.count() + 1
    return builders.issue(
        publication, language=language, **{"slug": f"2026-03-02-{number}", **extra}
    )


def refused(translation: Issue, original: Issue) -> str:
    before = list(Issue.objects.order_by("pk").values_list("pk", "original"))
    with pytest.raises(NotPaired) as raised:
        pairing.pair(translation, original, by="alice")
    assert list(Issue.objects.order_by("pk").values_list("pk", "original")) == before
    assert not AuditEntry.objects.filter(action="paired").exclude(detail__how="first").exists()
    return str(raised.value)


def test_two_of_one_date_in_two_languages_are_a_pair(harbour: Publication) -> None:
    english, chinese = draft(harbour), draft(harbour, ZH)
    pairing.pair(chinese, english, by="alice", detail="hand")
    chinese.refresh_from_db()
    assert chinese.original == english
    assert list(family.rows(chinese)) == list(family.rows(english)) == [english, chinese]
    assert family.together(chinese) == [chinese, english]
    entry = AuditEntry.objects.get(action="paired")
    assert (entry.actor, entry.target) == ("alice", f"issue:{chinese.pk}")
    pairing.pair(chinese, english, by="alice")  # Again: nothing.
    assert AuditEntry.objects.filter(action="paired").count() == 1
    pairing.part(chinese, by="alice")
    chinese.refresh_from_db()
    assert chinese.original is None


def test_a_translation_of_itself_is_refused_by_the_database_too(harbour: Publication) -> None:
    english = draft(harbour)
    assert refused(english, english) == "An issue cannot be a translation of itself."
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=english.pk).update(original=english)


def test_a_translation_of_a_translation_is_refused(harbour: Publication) -> None:
    english, chinese, german = draft(harbour), draft(harbour, ZH), draft(harbour, "de")
    pairing.pair(chinese, english, by="alice", detail="first")
    assert refused(german, chinese).startswith(f"“{chinese.title}” is a translation itself.")
    assert (
        refused(english, german)
        == f"“{english.title}” has translations itself, so it cannot be one."
    )
    assert refused(chinese, german) == (
        f"“{chinese.title}” is the translation of another issue already."
    )


def test_two_dates_one_language_and_a_language_twice_are_refused(harbour: Publication) -> None:
    english = draft(harbour)
    later = builders.issue(harbour, "2026-03-03", language=ZH)
    assert refused(later, english) == (
        "They are of two dates: 2026-03-03 and 2026-03-02. A translation is of the same date."
    )
    assert refused(draft(harbour), english) == "There is one in this language (en) already."
    pairing.pair(draft(harbour, ZH), english, by="alice", detail="first")
    assert (
        refused(draft(harbour, ZH), english) == "There is one in this language (zh-Hans) already."
    )


def test_of_another_publication_only_where_it_is_declared(harbour: Publication) -> None:
    gang = builders.publication("gang", name="港口日报", language=ZH)
    english, chinese = draft(harbour), draft(gang, ZH)
    assert refused(chinese, english).startswith("“港口日报” and “Harbour Daily” are not declared")
    Publication.objects.filter(pk=gang.pk).update(sister_of=harbour)
    pairing.pair(Issue.objects.get(pk=chinese.pk), Issue.objects.get(pk=english.pk), by="alice")
    assert Issue.objects.get(pk=chinese.pk).original == english


def test_what_is_on_its_way_is_neither_paired_nor_parted(harbour: Publication) -> None:
    english, chinese = draft(harbour), draft(harbour, ZH)
    Issue.objects.filter(pk=english.pk).update(state="scheduled", send_at=builders.NOW)
    assert "is on its way" in refused(chinese, english)
    Issue.objects.filter(pk=english.pk).update(state="draft", send_at=None)
    pairing.pair(chinese, english, by="alice")
    Issue.objects.filter(pk=english.pk).update(state="scheduled", send_at=builders.NOW)
    with pytest.raises(NotPaired, match="on its way"):
        pairing.part(chinese, by="alice")


def test_only_issues_of_their_own_are_paired(harbour: Publication) -> None:
    english, roundup = draft(harbour), draft(harbour, ZH, kind="roundup")
    assert refused(roundup, english).endswith(
        "is no issue of its own: only such have translations."
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=roundup.pk).update(original=english)


# ---- sister publications


def form(publication: Publication, sister: Publication) -> PublicationForm:
    unbound = PublicationForm(instance=publication)
    data = {name: unbound[name].value() for name in unbound.fields}
    return PublicationForm({**data, "sister_of": sister.slug}, instance=publication)


def test_sisters_in_a_circle_or_a_chain_are_refused_at_the_field(harbour: Publication) -> None:
    gang = builders.publication("gang", name="港口日报", language=ZH)
    third = builders.publication("hafen", name="Hafen", language=ZH)
    made = form(gang, harbour)
    assert made.is_valid(), made.errors
    made.save()
    assert Publication.objects.get(slug="gang").sister_of == harbour
    harbour.refresh_from_db()
    for publication, sister, sentence in (
        (harbour, harbour, "A publication cannot be a translation of itself."),
        (
            harbour,
            gang,
            "“港口日报” is declared a translation of this one: that would be a circle.",
        ),
        (third, gang, "“港口日报” is a translation itself: name the original, “Harbour Daily”."),
        (
            harbour,
            third,
            "“港口日报” is declared a translation of this one, so it must be the original.",
        ),
    ):
        sister.refresh_from_db()
        bad = form(publication, sister)
        assert bad.errors == {"sister_of": [sentence]}
    assert pairing.sisters(harbour) == pairing.sisters(gang) == sorted([harbour.pk, gang.pk])


def test_sisters_in_one_language_are_refused(harbour: Publication) -> None:
    other = builders.publication("other", name="Other")
    assert form(other, harbour).errors == {
        "sister_of": ["“Harbour Daily” is in the same language."]
    }
