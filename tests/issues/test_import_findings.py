"""What an import warned of stands at preflight until somebody says that they looked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from newsletter import sending
from newsletter.importing import import_digest
from newsletter.issues import import_findings
from newsletter.models import Issue
from subscribers.models import AuditEntry, Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db

TEXT = """# Harbour Daily - 2026-03-02

## Night ferry

Category: News

It is late, see [the list](https://example.org/list).

## New yard

Category: News
Source: [The Mill](https://example.org/yard)

It is large.
"""
# The same warning of another item.
MORE = """
## Old mill

Category: News

It is old.
"""


@pytest.fixture
def daily() -> Publication:
    daily = builders.publication()
    builders.category(daily, "News")
    return daily


def imported(daily: Publication, text: str = TEXT) -> Issue:
    issue = import_digest(daily, text.encode(), "2026-03-02.md").issue
    assert issue is not None
    return issue


def noted(issue: Issue) -> list[tuple[str, str, str]]:
    return [(one.code, one.message, one.accepted_by) for one in import_findings.of_import(issue)]


BARE = "Item 1 has no link to its source."
SAID = "This item names no source. Add a line “来源：[name](address)” or “Source: …”."


def test_a_warning_of_the_import_is_a_finding_and_asked_at_the_release(daily: Publication) -> None:
    issue = imported(daily)
    assert noted(issue) == [("source-missing", f"Import, line 3: {SAID}", "")]
    # The check of the text says it already.
    assert sending.plan(issue).warnings == (BARE,)
    assert import_findings.accept(issue, "uma", {"source-missing"}) == 1
    (one,) = import_findings.of_import(issue)
    assert one.accepted_by == "uma" and one.accepted_at is not None
    assert import_findings.findings(issue) == []
    assert not any(SAID in warning for warning in sending.plan(issue).warnings)


def test_a_tick_outlives_another_import_that_warns_of_the_same(daily: Publication) -> None:
    issue = imported(daily)
    import_findings.accept(issue, "uma")
    # Two lines more above it: the same warning, elsewhere.
    moved = TEXT.replace("## Night", "Hello, dear readers.\n\n## Night")
    assert imported(daily, moved) == issue
    assert noted(issue) == [("source-missing", f"Import, line 5: {SAID}", "uma")]
    # A new one of the same kind is open, and the kind with it.
    imported(daily, moved + MORE)
    assert noted(issue) == [("source-missing", f"Import, line 18: {SAID}", "")]
    import_findings.accept(issue, "vic", {"source-missing"})
    ticks = dict(issue.import_warnings.values_list("line", "accepted_by"))
    assert ticks == {5: "uma", 18: "vic"}
    # What is mended is gone.
    imported(daily, moved.replace("It is late,", "Source: [P](https://example.org/1)\n\nLate,"))
    assert noted(issue) == []


def test_kinds_are_ticked_one_by_one(daily: Publication) -> None:
    issue = imported(daily, TEXT + "\n<!-- note -->\n")
    assert [one[0] for one in noted(issue)] == ["source-missing", "comment-dropped"]
    import_findings.accept(issue, "uma", {"comment-dropped"})
    assert [one.code for one in import_findings.of_import(issue) if one.open] == ["source-missing"]


def test_they_are_ticked_on_the_page_and_it_is_on_record(
    daily: Publication, django_user_model: Any
) -> None:
    issue = imported(daily)
    uma = django_user_model.objects.create_user("uma", password="x", is_staff=True)
    Role.objects.create(user=uma, publication=daily, kind="editor")
    who = Client()
    who.force_login(uma)
    page = reverse("admin:newsletter_issue_preflight", args=[issue.pk])
    html = who.get(page).content.decode()
    assert 'value="source-missing"' in html and "From the import" in html
    looked = reverse("admin:newsletter_issue_looked", args=[issue.pk])
    assert who.get(looked).status_code == 405
    who.post(looked)
    assert not AuditEntry.objects.exists()
    who.post(looked, {"looked": ["source-missing", "no-such-kind"]})
    html = who.get(page).content.decode()
    assert "looked at by uma" in html and 'name="looked"' not in html
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.detail["count"]) == (
        "uma", "import warnings looked at", 1,
    )  # fmt: skip


def test_who_releases_has_looked_at_them(daily: Publication, admin_user: Any) -> None:
    issue = imported(daily)
    builders.subscription(daily, "alice@example.org")
    who = Client()
    who.force_login(admin_user)
    page = reverse("admin:newsletter_issue_send", args=[issue.pk])
    shown = who.get(page)
    seen = shown.context_data["look"].seen  # type: ignore[attr-defined]
    warnings = shown.context_data["warnings"]  # type: ignore[attr-defined]
    assert any(BARE in one["text"] for one in warnings)
    some = [one["mark"] for one in warnings if BARE not in one["text"]]
    assert who.post(page, {"seen": seen, "accept": some}).status_code == 422
    assert issue.import_warnings.filter(accepted_at__isnull=True).count() == 1
    every = [one["mark"] for one in warnings]
    assert who.post(page, {"seen": seen, "accept": every}).status_code == 302
    assert issue.import_warnings.get().accepted_by == admin_user.get_username()


def test_a_past_issue_has_nothing_to_look_at(daily: Publication) -> None:
    issue = import_digest(daily, TEXT.encode(), "2026-03-02.md", archived=True).issue
    assert issue is not None and not issue.import_warnings.exists()


def test_a_missing_source_is_said_once(daily: Publication) -> None:
    issue = imported(daily, TEXT.replace(", see [the list](https://example.org/list)", ""))
    said = [one for one in sending.plan(issue).looked_at for one in one.findings]
    assert [one.code for one in said if "source" in one.code] == ["no-source"]
    # Where the text as it is now is not named for it, what the import found still is.
    row = issue.items.get(number=1)
    row.links.create(issue=issue, kind="source", number=1, label="Mill", url="https://mill.org/x")
    said = [one for one in sending.plan(issue).looked_at for one in one.findings]
    assert [one.code for one in said if "source" in one.code] == ["import/source-missing"]
