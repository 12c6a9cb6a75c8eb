"""Set-up in words: a zone by its city, errors at their fields, figures before an end."""

from __future__ import annotations

import zoneinfo
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from newsletter.digest import vocabulary
from newsletter.templatetags.audit import act_detail
from subscribers import theme
from subscribers.admin.cities import OTHER_NAMES
from subscribers.admin.labels_field import FIELDS, LabelsField
from subscribers.admin.publication_form import PublicationForm
from subscribers.admin.zone_field import ZoneField
from subscribers.models import AuditEntry, Role
from tests import builders


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        (" Shanghai ", "Asia/Shanghai"),
        ("new york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("SÃO PAULO", "America/Sao_Paulo"),
        ("北京", "Asia/Shanghai"),
        ("Beijing", "Asia/Shanghai"),
        ("柏林", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("san francisco", "America/Los_Angeles"),
        ("utc", "UTC"),
        ("kolkata", "Asia/Kolkata"),
        ("port moresby", "Pacific/Port_Moresby"),
        ("johannesburg", "Africa/Johannesburg"),
    ],
)
def test_a_time_zone_by_its_city(typed: str, zone: str) -> None:
    assert ZoneField().clean(typed) == zone


@pytest.mark.parametrize("typed", ["", "Mars/Olympus", "Atlantis", "<b>", "Europe/", "x" * 51])
def test_what_is_no_time_zone(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        ZoneField().clean(typed)


@pytest.mark.django_db
def test_an_error_of_the_look_stands_at_its_field_by_its_label() -> None:
    daily = builders.publication()
    unbound = PublicationForm(instance=daily)
    data: dict[str, Any] = {name: unbound[name].value() for name in unbound.fields}
    form = PublicationForm({**data, "accent": "red", "logo": "/logo.png"}, instance=daily)
    assert not form.is_valid()
    assert form.errors["accent"] == ["“Accent colour”: write a colour as #rrggbb."]
    assert form.errors["logo_alt"] == ["“What the logo shows”: say in words what the logo shows."]
    assert form.non_field_errors() == []
    # What is read elsewhere keeps its keys.
    assert theme.problems({"accent": "red"}) == ["“accent”: write a colour as #rrggbb."]


@pytest.mark.django_db
def test_merging_and_retiring_say_what_they_touch() -> None:
    daily = builders.publication()
    city, nature = builders.category(daily, "City"), builders.category(daily, "Nature")
    for number in range(3):
        builders.subscription(daily, f"r{number}@example.org", [city])
    builders.subscription(daily, "gone@example.org", [city], state="unsubscribed")
    builders.subscription(daily, "other@example.org", [nature])
    sent = builders.issue(daily, state="archived", published_at=builders.NOW)
    draft = builders.issue(daily, "2026-03-03")
    for issue in (sent, sent, draft):
        builders.item(issue, city, "News")
    owner = User.objects.create(username="olga", is_staff=True, password="!")
    Role.objects.create(user=owner, publication=daily, kind="owner")
    who = Client()
    who.force_login(owner)
    for name, figures in (("merge", ["3", "3", "1"]), ("retire", ["3", "3"])):
        url = reverse(f"admin:subscribers_category_{name}", args=[city.pk])
        html = who.get(url).content.decode()
        numbers = html.split('<dl class="sudi-numbers">')[1].split("</dl>")[0]
        assert [part.split("</dd>")[0] for part in numbers.split("<dd>")[1:]] == figures, name


@pytest.mark.django_db
def test_the_audit_says_fields_in_words() -> None:
    detail = {"fields": ["from_name", "undo_seconds", "name_de"], "keys": ["x"], "number": 2}
    assert act_detail(AuditEntry(detail=detail)) == (
        "changed: sender name, undo time in seconds, name_de; number: 2"
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (
            "category: Desk, Ressort\nsource: Via",
            {"category": ["Desk", "Ressort"], "source": ["Via"]},
        ),
        ("分类：栏，目、Desk\r\n\r\n分类: Desk", {"category": ["栏", "目", "Desk"]}),
        ('{"category": ["Desk"]}', {"category": ["Desk"]}),
        ("", {}),
    ],
)
def test_own_labels_are_lines(typed: str, stored: dict[str, list[str]]) -> None:
    field = LabelsField()
    assert field.clean(typed) == stored
    assert field.clean(field.prepare_value(stored)) == stored
    assert not field.has_changed(field.prepare_value(stored), typed)


@pytest.mark.parametrize("typed", ["[", "{", "Desk", "category:", "categry: Desk", '{"desk": []}'])
def test_what_names_no_field_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        LabelsField().clean(typed)


def test_every_other_name_of_a_city_is_a_zone_of_the_database() -> None:
    assert set(OTHER_NAMES.values()) <= zoneinfo.available_timezones()
    assert all(ZoneField().clean(name) for name in OTHER_NAMES)


@pytest.mark.django_db
def test_pages_open_on_the_publication_last_worked_in() -> None:
    daily, weekly = builders.publication("a-daily"), builders.publication("weekly")
    user = User.objects.create_user("own", is_staff=True)
    for one in (daily, weekly):
        Role.objects.create(user=user, publication=one, kind=Role.Kind.OWNER)
    issue = builders.issue(weekly)
    client = Client()
    client.force_login(user)
    pages = [
        "subscribers_subscriber", "subscribers_category", "newsletter_slot", "newsletter_token"
    ]  # fmt: skip

    def opened() -> set[str]:
        answers = [client.get(reverse(f"admin:{name}_changelist")) for name in pages]
        shown = [one.context.get("chosen") or one.context.get("publication") for one in answers]
        return {one.slug for one in shown}

    assert opened() == {"a-daily"}
    client.get(reverse("admin:newsletter_issue_preflight", args=[issue.pk]))
    assert opened() == {"weekly"}
    client.get(reverse("admin:subscribers_category_changelist"), {"publication": "a-daily"})
    assert opened() == {"a-daily"}
    # What was opened with a role that is gone since is not opened again.
    client.get(reverse("admin:newsletter_issue_preflight", args=[issue.pk]))
    Role.objects.filter(publication=weekly).delete()
    assert opened() == {"a-daily"}


def test_the_fields_are_those_that_digests_have() -> None:
    assert set(FIELDS) == set(vocabulary.FIELDS)
