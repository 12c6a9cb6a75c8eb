"""A form that is saved as it was opened changes nothing; what is stored has `\\n` as line ends.

A browser sends a text box with CRLF, whatever stood in it.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from newsletter.models import Issue, Item, Revision
from subscribers.models import AuditEntry, Publication
from tests import builders

pytestmark = pytest.mark.django_db

BODY = "First.\n\n- one\n- two  \nbroken line\n"
BULLETS = [
    {"lead": "When", "text": "nine", "children": [{"lead": "", "text": "or ten", "children": []}]},
    {"lead": "", "text": "bare", "children": []},
]


@pytest.fixture
def who(admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


@pytest.fixture
def item() -> Item:
    daily = builders.publication(description="One.\n\nTwo.")
    issue = builders.issue(daily, intro="Hello.\n\nAgain.")
    return builders.item(
        issue, builders.category(daily, "City"), "Ferry", body=BODY, insight="A.\n\nB.",
        bullets=BULLETS,
    )  # fmt: skip


def sent(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    fields = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, list):
            fields[bound.html_name] = value
        elif value is not None and value is not False:
            text = "on" if value is True else str(value)
            fields[bound.html_name] = text.replace("\n", "\r\n")
            if bound.field.show_hidden_initial:
                fields[bound.html_initial_name] = fields[bound.html_name]
    return fields


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:newsletter_issue_{name}", args=args)


def test_an_untouched_item_is_not_changed(who: Client, item: Item) -> None:
    page = address("item", item.issue_id, item.pk)
    fields = sent(who.get(page).context_data["form"])
    assert "\r\n" in fields["bullet_lines"] and "\r\n" in fields["body"]
    before = Item.objects.filter(pk=item.pk).values().get()
    assert who.post(page, fields).status_code == 302
    assert Item.objects.filter(pk=item.pk).values().get() == before
    assert not AuditEntry.objects.exists() and not Revision.objects.exists()
    # Blanks that nobody sees are no change of the bullets either.
    fields["bullet_lines"] = fields["bullet_lines"].replace("\r\n", "   \r\n") + "\r\n\r\n"
    who.post(page, fields)
    assert Item.objects.filter(pk=item.pk).values().get() == before
    assert not AuditEntry.objects.exists()


def test_only_what_was_changed_is_written_and_said(who: Client, item: Item) -> None:
    page = address("item", item.issue_id, item.pk)
    fields = sent(who.get(page).context_data["form"])
    who.post(page, {**fields, "insight": "A.\r\n\r\nC."})
    entry = AuditEntry.objects.get()
    assert entry.detail["fields"] == ["insight"]
    now = Item.objects.get(pk=item.pk)
    assert (now.insight, now.body, now.bullets) == ("A.\n\nC.", BODY, BULLETS)
    who.post(page, {**fields, "insight": "A.\n\nC.", "body": "Old Mac\rline ends"})
    assert Item.objects.get(pk=item.pk).body == "Old Mac\nline ends"


def test_a_hard_break_is_a_change(who: Client, item: Item) -> None:
    page = address("item", item.issue_id, item.pk)
    fields = sent(who.get(page).context_data["form"])
    who.post(page, {**fields, "body": "First.  \r\nbroken line"})
    assert Item.objects.get(pk=item.pk).body == "First.  \nbroken line"


def test_an_untouched_issue_is_not_changed(who: Client, item: Item) -> None:
    page = address("about", item.issue_id)
    fields = sent(who.get(page).context_data["form"])
    assert fields["intro"] == "Hello.\r\n\r\nAgain."
    before = Issue.objects.filter(pk=item.issue_id).values().get()
    who.post(page, fields)
    assert Issue.objects.filter(pk=item.issue_id).values().get() == before
    assert not AuditEntry.objects.exists() and not Revision.objects.exists()
    who.post(page, {**fields, "intro": "Hello.\r\n\r\nOnce more."})
    assert Issue.objects.get(pk=item.issue_id).intro == "Hello.\n\nOnce more."
    assert AuditEntry.objects.get().detail["fields"] == ["intro"]


def test_an_untouched_correction_is_none(who: Client, item: Item) -> None:
    Issue.objects.filter(pk=item.issue_id).update(state="archived", published_at=builders.NOW)
    page = address("correct_item", item.issue_id, item.pk)
    context = who.get(page).context_data
    fields = {**sent(context["form"]), "seen": context["seen"], "note": "One.\r\nTwo."}
    assert who.post(page, fields).status_code == 422
    assert not Revision.objects.exists()
    who.post(page, {**fields, "body": "Mended.\r\n\r\nTwice."})
    assert Item.objects.get(pk=item.pk).body == "Mended.\n\nTwice."
    assert Revision.objects.get(kind="correction").note == "One.\nTwo."


def test_a_publication_keeps_its_line_ends(who: Client, item: Item) -> None:
    daily = Publication.objects.get()
    page = reverse("admin:subscribers_publication_change", args=[daily.pk])
    fields = sent(who.get(page).context_data["adminform"].form)
    assert fields["description"] == "One.\r\n\r\nTwo."
    before = Publication.objects.values().get()
    answer = who.post(page, fields)
    assert answer.status_code == 302, answer.context_data["errors"]  # type: ignore[attr-defined]
    assert Publication.objects.values().get() == before


def test_an_import_has_one_kind_of_line_end_whatever_came(who: Client) -> None:
    daily = builders.publication()
    builders.category(daily, "City")
    text = (
        "# T - 2026-03-02\n\nHello.\n\n## A\n\nSource: [P](https://example.org/1)\n\nOne.\n\nTwo.\n"
    )
    from newsletter.importing import import_digest

    stored = []
    for number, end in enumerate(("\n", "\r\n", "\r"), 1):
        report = import_digest(daily, text.replace("\n", end).encode(), f"issue-{number}.md")
        assert report.issue is not None
        row = report.issue.items.get()
        stored.append((report.issue.intro, row.body, report.issue.revisions.get().source))
    assert len(set(stored)) == 1 and "\r" not in "".join(stored[0])
    # The same file with other line ends is the same file.
    again = import_digest(daily, text.replace("\n", "\r\n").encode(), "issue-1.md")
    assert again.changes == [] and not again.created
    looked = who.post(
        reverse("admin:newsletter_issue_import"),
        {"publication": daily.pk, "shape": "auto", "text": text.replace("\n", "\r\n")},
    )
    token = looked.context_data["token"]  # type: ignore[attr-defined]
    who.post(reverse("admin:newsletter_issue_import"), {"looked_at": token, "do": "store"})
    assert "\r" not in Issue.objects.latest("pk").revisions.get().source
