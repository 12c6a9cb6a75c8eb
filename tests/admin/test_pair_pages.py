"""The pages of a pair: paired by hand, side by side, released with both figures, on its way."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from newsletter import sending
from newsletter.admin.item_form import AboutForm
from newsletter.issues import quick_mends, restoring
from newsletter.issues.revisions import add_revision
from newsletter.models import Issue, Revision
from subscribers.models import Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db

ZH = "zh-Hans"


@pytest.fixture
def issues() -> tuple[Issue, Issue]:
    """Two drafts of one day that are no pair yet; the Chinese one has a figure of its own."""
    daily = builders.publication(undo_seconds=60)
    ships = builders.category(daily, "Ships")
    english = builders.issue(daily, slug="2026-03-02")
    chinese = builders.issue(daily, slug="2026-03-02-zh", language=ZH, title="港口日报")
    builders.item(english, ships, "1,234 ships came in", url="https://example.org/en/ship")
    builders.item(chinese, ships, "1243艘船进港", url="https://example.org/zh/ship")
    builders.item(english, ships, "Corn is up", url="")
    for name, language in (("en", "en"), ("zh", ZH), ("de", "de")):
        builders.subscription(daily, f"{name}@example.org", language=language)
    return english, chinese


def client_of(publication: Publication, kind: str = "owner") -> Client:
    user = User.objects.create_user(f"u-{kind}", is_staff=True)
    Role.objects.create(user=user, publication=publication, kind=kind)
    client = Client()
    client.force_login(user)
    return client


def at(issue: Issue, page: str) -> str:
    return f"/admin/newsletter/issue/{issue.pk}/{page}/"


def shown(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return re.sub(r"\s+", " ", response.content.decode())


def pair(client: Client, issue: Issue, other: str, status: int = 302) -> str:
    response = client.post(at(issue, "pair"), {"what": "pair", "with": other})
    assert response.status_code == status
    return re.sub(r">\s+", ">", response.content.decode())


def test_paired_by_hand_from_either_side(issues: Any) -> None:
    english, chinese = issues
    client = client_of(english.publication)
    page = shown(client, at(english, "pair"))
    assert 'value="daily/2026-03-02-zh"' in page
    pair(client, english, "2026-03-02-zh")
    chinese.refresh_from_db()
    assert chinese.original == english
    page = shown(client, at(english, "pair"))
    assert "1 without a partner" in page and "1,234 | 1243" in page
    assert "https://example.org" not in page.split("Side by side")[1]
    response = client.post(at(english, "pair"), {"what": "part", "issue": chinese.pk})
    assert response.status_code == 302
    chinese.refresh_from_db()
    assert chinese.original is None


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("2026-03-02", "An issue cannot be a translation of itself."),
        ("2026-03-05", "They are of two dates"),
        ("nowhere", "There is no such issue that you may change."),
        ("secret/2026-03-02", "There is no such issue that you may change."),
    ],
)
def test_what_cannot_be_is_said_at_the_field(issues: Any, other: str, sentence: str) -> None:
    english, _ = issues
    builders.issue(english.publication, "2026-03-05", language=ZH)
    builders.issue(builders.publication("secret"), "2026-03-02")
    client = client_of(english.publication)
    page = pair(client, english, other, 422)
    assert f'id="with-problem" role="alert">{sentence}' in page
    assert 'aria-describedby="with-problem"' in page and f'value="{other}"' in page
    assert not Issue.objects.filter(original__isnull=False).exists()


def test_items_are_paired_by_hand(issues: Any) -> None:
    english, chinese = issues
    client = client_of(english.publication)
    pair(client, chinese, "2026-03-02")
    item, corn = chinese.items.get(), english.items.get(number=2)
    form = {"what": "items", "item": item.pk, "to": corn.pk}
    assert client.post(at(chinese, "pair"), form).status_code == 302
    item.refresh_from_db()
    assert item.translates == corn
    assert re.search(r"selected\s*>\s*2\s*</option>", shown(client, at(english, "pair")))
    assert client.post(at(chinese, "pair"), {**form, "to": item.pk}).status_code == 422
    assert client.post(at(chinese, "pair"), {**form, "to": ""}).status_code == 302
    item.refresh_from_db()
    assert item.translates is None


def test_who_may_not_edit_changes_nothing(issues: Any) -> None:
    english, chinese = issues
    client = client_of(english.publication, "reader_care")
    assert 'name="what"' not in shown(client, at(english, "pair"))
    pair(client, english, "2026-03-02-zh", 403)
    assert Client().get(at(english, "pair")).status_code in (302, 403)
    chinese.refresh_from_db()
    assert chinese.original is None


def test_one_send_page_with_both_figures_and_one_undo(issues: Any) -> None:
    english, chinese = issues
    client = client_of(english.publication)
    pair(client, english, "2026-03-02-zh")
    page = shown(client, at(english, "send"))
    assert "Goes with it" in page and "Send to 3 readers in" in page
    assert "not in their language" in page
    warnings = re.findall(r'name="accept" value="(\w+)"', page)
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None and "figures here 1,234, there 1243" in page
    form = {"seen": seen[1], "at": "", "channels": "all", "rehearsal": "", "accept": warnings}
    # A change of the translation is seen as well as one of the issue itself.
    chinese.items.update(title="1,234艘船进港")
    stale = client.post(at(english, "send"), form)
    assert stale.status_code == 409 and "1,234艘船进港" in stale.content.decode()
    page = shown(client, at(english, "send"))
    assert "figures here" not in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    form |= {"seen": seen[1], "accept": re.findall(r'name="accept" value="(\w+)"', page)}
    assert client.post(at(english, "send"), form).status_code == 302
    assert list(Issue.objects.values_list("state", flat=True)) == ["scheduled", "scheduled"]
    assert "港口日报" in shown(client, at(english, "progress"))
    assert client.post(f"{at(chinese, 'act')}undo/").status_code == 302
    assert list(Issue.objects.values_list("state", flat=True)) == ["draft", "draft"]


@pytest.mark.django_db(transaction=True)
def test_the_page_of_one_on_its_way_has_the_figures_of_both(issues: Any) -> None:
    english, chinese = issues
    client = client_of(english.publication)
    pair(client, english, "2026-03-02-zh")
    english.refresh_from_db()
    sending.release(english, by="alice", now=True)
    assert sending.freeze(english.pk)
    page = shown(client, at(english, "progress"))
    assert at(chinese, "progress") in page and "In other languages" in page
    assert "In other languages" in shown(client, at(chinese, "progress/now"))
    assert "goes with it" not in page


def test_preflight_repeats_what_differs(issues: Any) -> None:
    english, _ = issues
    client = client_of(english.publication)
    pair(client, english, "2026-03-02-zh")
    page = shown(client, at(english, "preflight"))
    assert "figures here 1,234, there 1243" in page
    assert "Item 2 has no partner" in page


def test_a_pair_is_moved_to_another_day_in_one_act(issues: Any) -> None:
    english, chinese = issues
    client = client_of(english.publication)
    pair(client, english, "2026-03-02-zh")
    data = {"title": english.title, "date": "2026-03-09", "intro": "", "subject": ""}
    done = client.post(at(english, "about"), data, follow=True)
    assert "“港口日报” is of 2026-03-09 now, too: a pair has one date." in done.content.decode()
    assert list(Issue.objects.order_by("pk").values_list("date", "slug")) == [
        (dt.date(2026, 3, 9), "2026-03-09"), (dt.date(2026, 3, 9), "2026-03-09-zh"),
    ]  # fmt: skip
    chinese.refresh_from_db()
    assert chinese.original_id == english.pk
    assert chinese.revisions.order_by("-number")[0].kind == Revision.Kind.EDIT
    # What is on its way keeps its day, and so does the draft.
    Issue.objects.filter(pk=chinese.pk).update(
        state="published", published_at=dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    )
    refused = client.post(at(english, "about"), data | {"date": "2026-03-10"})
    assert refused.status_code == 422 and "a pair has one date" in refused.content.decode()


def test_one_of_a_pair_gets_no_date_of_its_own(issues: Any) -> None:
    """Not by its form, not by the button of the preflight, not by an earlier revision."""
    english, chinese = issues
    client = client_of(english.publication)
    user = User.objects.get()
    earlier = add_revision(english, Revision.Kind.EDIT, user, note="as it was")
    Issue.objects.filter(pk__in=[english.pk, chinese.pk]).update(date="2026-03-03")
    english.refresh_from_db()
    pair(client, english, chinese.slug)
    with transaction.atomic():
        (said,) = restoring.restore(english, earlier, user)
    assert said.startswith("It is paired with “港口日报” of 2026-03-03, and a pair has one date.")
    assert quick_mends.offered(english, "not-today") == ""
    assert quick_mends.mend(english, "not-today", dt.date(2026, 3, 9)) == ""
    for day, fine in (("2026-03-04", False), ("2026-03-03", True)):
        form = AboutForm({"title": "New", "date": day}, instance=Issue.objects.get(pk=english.pk))
        assert ("date" not in form.errors) is fine
    english.refresh_from_db()
    assert english.date == dt.date(2026, 3, 3)
