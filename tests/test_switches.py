"""Every switch that an editor or administrator sees: a test turns it on and sees what it does.

Tables name the test for each field of the forms for publications, categories, accounts and limits;
those no other test looks at are below.
"""

from __future__ import annotations

import ast
import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from newsletter import importing, sending
from newsletter.admin.tokens import TokenForm
from newsletter.admin.webhooks import WebhookForm
from newsletter.config.operation import limits_page
from newsletter.config.users import UserForm
from newsletter.models import Issue
from newsletter.notices.types import TYPES
from subscribers import languages
from subscribers.admin import versioned
from subscribers.admin.publications import PublicationAdmin
from subscribers.links import Purpose, make
from subscribers.models import Category, Publication
from tests import builders
from tests.committed import COMMITTED
from tests.sending.stage import relay_for

HERE = Path(__file__).parent
MAIL = "test_switches.py::test_a_mail_says_who_sends_it"
SITE = "test_switches.py::test_the_site_says_what_it_is_in_each_language"
BOXES = "test_switches.py::test_a_category_on_the_form_and_on_the_site"
ACCOUNT = "test_switches.py::test_what_an_account_may"
CANARY = "sending/test_control.py::test_the_canary_stops_the_rest"
DOMAINS = "subscribers/test_domains.py::test_a_visitor_of_a_blocked_domain_is_told_so"
HOURS = "sending/test_control.py::test_outside_its_hours_a_publication_sends_nothing"
LOGO = "rendering/test_rendering.py::test_a_logo_has_words_and_a_size"
ACCENT = "rendering/test_rendering.py::test_any_accent_stays_legible_in_light_and_dark"
WELCOME = "test_switches.py::test_who_confirms_gets_the_latest_issue_if_it_is_new_enough"
WEEK = "issues/test_roundups.py::test_a_weekly_period_ends_at_its_hour_in_the_publications_zone"
LEFT_OUT = "issues/test_roundups.py::test_the_order_decides_what_is_left_out"

WARM_UP = "sending/test_limits.py::test_a_warm_up_holds_back_what_is_over_its_number"
PLAN = "sending/test_limits.py::test_a_warm_up_grows_by_the_day_and_ends"
RELAY_HOURS = "sending/test_relay_hours.py::test_no_issue_goes_by_a_relay_outside_its_hours"
LIMITS = {
    "domain": "sending/test_control.py::test_a_slow_domain_holds_up_nobody_else",
    "an_hour": "sending/test_control.py::test_a_relays_rate_is_kept",
    "at_once": "sending/test_control.py::test_a_slow_domain_holds_up_nobody_else",
    "weight":
        "sending/test_control.py::test_two_relays_share_by_weight_and_one_that_is_down_gets_nothing",
    "publications": "sending/test_routing.py::test_a_publications_issue_goes_by_its_relay_alone",
    "send_from": RELAY_HOURS,
    "send_until": RELAY_HOURS,
    "time_zone": RELAY_HOURS,
    "first": WARM_UP,
    "percent": PLAN,
    "until": PLAN,
}  # fmt: skip
PUBLICATION = {
    "name": MAIL,
    "slug": SITE,
    "language": MAIL,
    "time_zone": "admin/test_pages.py::test_a_time_is_read_in_the_publications_zone",
    "description": SITE,
    "open": "subscribers/test_readers.py::test_other_publications_from_the_same_page",
    "style": "admin/test_look.py::test_each_style_is_shown_with_the_last_issue_and_one_is_taken",
    "typeface": "rendering/test_rendering.py::test_a_typeface_is_in_mail_and_site",
    "accent": ACCENT,
    "accent_dark": ACCENT,
    "logo_file": "pictures/test_logo.py::test_a_logo_is_given_as_a_file",
    "logo": LOGO,
    "logo_alt": LOGO,
    "logo_width": LOGO,
    "logo_height": LOGO,
    "from_name": MAIL,
    "from_address": MAIL,
    "reply_to": MAIL,
    "postal_identity": MAIL,
    "imprint": "subscribers/test_imprint.py::test_every_page_form_and_mail_leads_to_it",
    "privacy": "subscribers/test_imprint.py::test_the_consent_entry_names_the_version",
    "needs_approval": "sending/test_freeze.py::test_a_second_person_must_approve",
    "undo_seconds":
        "sending/test_freeze.py::test_the_undo_time_ends_before_the_freeze_so_undo_cannot_fail",
    "send_from": HOURS,
    "send_until": HOURS,
    "canary_size": CANARY,
    "canary_max_failures": CANARY,
    "late_start_minutes": "sending/test_control.py::test_an_overdue_issue_waits_for_a_person",
    "slot_notice_minutes": "sending/test_slots.py::test_who_is_told_and_when_is_settable",
    "welcome_latest_issue": WELCOME,
    "welcome_days": WELCOME,
    "memory_of": "issues/test_sister_memory.py::test_by_every_way_in_a_sisters_story_is_known",
    "leave_out_told": "editions/test_told.py::test_who_had_it_gets_the_rest",
    "roundup": "subscribers/test_rhythm.py::"
        "test_forms_preferences_interface_and_files_offer_what_is_kept",
    "sister_of": "importing/test_translations.py::"
        "test_the_date_pairs_sisters_whoever_comes_first",
    "roundup_ends": "subscribers/test_rhythm.py::test_switching_it_off_says_how_many_depend_on_it",
    "roundup_weekday": WEEK,
    "roundup_day": "issues/test_roundups.py::"
        "test_a_monthly_period_ends_on_the_months_last_day_where_it_is_shorter",
    "roundup_hour": WEEK,
    "roundup_items": LEFT_OUT,
    "roundup_per_category": LEFT_OUT,
    "roundup_order": LEFT_OUT,
    "roundup_by_itself": "issues/test_roundups.py::test_it_goes_by_itself_through_the_undo_time",
    "readers_only": "archive/test_reading_room.py::"
        "test_a_closed_publication_shows_strangers_no_page_feed_or_card",
    "show_readers": "archive/test_reading_room.py::"
        "test_sign_up_tells_how_often_a_category_comes_and_the_newest_issue",
    "blocked_domains": DOMAINS,
    "allowed_domains": DOMAINS,
    "rehearsal_address":
        "sending/test_rehearsals.py::test_setting_the_address_pauses_a_real_send",
    "hub_url":
        "feeds/test_websub.py::test_a_change_is_told_once_with_every_feed_that_names_the_hub",
    "labels": "test_switches.py::test_own_labels_are_read_at_import",
    "fetch_pictures": "pictures/test_documents.py::test_pictures_are_fetched_where_that_is_wanted",
    "name_*": SITE,
    "description_*": SITE,
}  # fmt: skip
CATEGORY = {
    "name": BOXES,
    "slug": BOXES,
    "description": BOXES,
    "colour": BOXES,
    "visibility": BOXES,
    "position": BOXES,
    "other_names": "test_switches.py::test_own_labels_are_read_at_import",
    "name_*": BOXES,
    "description_*": BOXES,
}
HOOKS = "admin/test_webhook_pages.py::"
WEBHOOK = {
    "publication": HOOKS + "test_an_owner_adds_one_and_finds_its_secret",
    "name": HOOKS + "test_an_owner_adds_one_and_finds_its_secret",
    "url": "notices/test_webhooks.py::"
    "test_an_event_arrives_signed_as_the_standards_own_library_checks",
    "types": HOOKS + "test_each_type_that_is_offered_is_told",
    "with_addresses": "notices/test_webhooks.py::test_addresses_only_where_they_are_switched_on",
}
WHOLE_WAY = "notices/test_issue_events.py::test_scheduled_released_finished_corrected"
DRAFT = "notices/test_notices.py::test_a_draft_its_problems_and_the_approval_it_wants"
SENT_BACK = (
    "admin/test_asking.py::test_what_is_sent_back_waits_for_its_writers_until_they_ask_again"
)
PROPOSED = "intake/test_proposing.py::test_who_chose_it_is_told_of_a_proposal_and_nobody_else"
READER = "notices/test_webhooks.py::test_readers_are_told_of_only_where_a_webhook_wants_it"
# Each type of event that a webhook or a person can choose.
TOLD = {
    "issue.drafted": DRAFT,
    "issue.problems": DRAFT,
    "issue.approval_wanted": DRAFT,
    "issue.sent_back": SENT_BACK,
    "issue.release_proposed": PROPOSED,
    "issue.scheduled": WHOLE_WAY,
    "issue.released": WHOLE_WAY,
    "issue.paused": "notices/test_notices.py::test_what_follows_within_minutes_is_one_mail",
    "issue.finished": WHOLE_WAY,
    "issue.corrected": WHOLE_WAY,
    "subscriber.joined": READER,
    "subscriber.changed": "notices/test_webhooks.py::test_each_change_of_a_reader_is_told",
    "subscriber.left": "notices/test_webhooks.py::test_addresses_only_where_they_are_switched_on",
    "alert": "notices/test_notices.py::test_an_alert_is_a_row_before_it_is_a_mail",
}
USER = {"is_active": ACCOUNT, "is_staff": ACCOUNT, "is_superuser": ACCOUNT}
TOKEN = {
    "name": "intake/test_tokens.py::test_the_page_shows_it_once_and_ends_it",
    "rights": "intake/test_rights.py::test_over_http",
    "days": "intake/test_tokens.py::test_it_ends",
    "networks": "intake/test_tokens.py::test_only_from_its_networks",
}


def _generic(names: set[str]) -> set[str]:
    """`name_zh-Hans` and `name_en` are one switch; the hidden box of a form's state is none."""
    names = names - {versioned.FIELD}
    for code, _name in languages.offered():
        names = {f"{n.removesuffix(code)}*" if n.endswith(f"_{code}") else n for n in names}
    return names


def _shown(fieldsets: Any) -> set[str]:
    found: set[str] = set()
    for _title, options in fieldsets:
        for entry in options["fields"]:
            found |= {entry} if isinstance(entry, str) else set(entry)
    return found


@pytest.mark.django_db
def test_every_switch_has_its_test(owner: Client) -> None:
    publication = builders.publication()
    category = builders.category(publication, "Ships")
    # Without what is only shown, like the list of categories.
    shown = _shown(PublicationAdmin.fieldsets) & set(PublicationAdmin.form.base_fields)
    translated = {f"{part}_zh-Hans" for part in ("name", "description")}
    assert _generic(shown | translated) == set(PUBLICATION)
    new = owner.get(reverse("admin:subscribers_category_add", args=[publication.slug]))
    old = owner.get(reverse("admin:subscribers_category_change", args=[category.pk]))
    fields = {*new.context["form"].fields, *old.context["form"].fields}
    assert _generic(fields) == set(CATEGORY)
    assert set(UserForm.RIGHTS) == set(USER)
    assert set(WebhookForm.base_fields) == set(WEBHOOK)
    assert [one.code for one in TYPES] == list(TOLD)
    shown = {name for form in limits_page.FORMS.values() for name in form.base_fields}
    assert shown == set(LIMITS)
    assert set(TokenForm.base_fields) == set(TOKEN)
    tables = (PUBLICATION, CATEGORY, WEBHOOK, TOLD, USER, TOKEN, LIMITS)
    for name in {test for table in tables for test in table.values()}:
        file, _, function = name.partition("::")
        tree = ast.parse((HERE / file).read_text())
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert function in defined, name


# ---- those that are seen nowhere else


@pytest.fixture
def owner(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("olga", "olga@example.org"))
    return client


def filled(publication: Publication, **changed: str) -> dict[str, str]:
    """A publication's form as it is sent."""
    return {
        "name": publication.name,
        "language": publication.language,
        "time_zone": "UTC",
        "from_name": publication.from_name,
        "from_address": publication.from_address,
        "open": "on",
        "undo_seconds": "0",
        "canary_size": "0",
        "canary_max_failures": "0",
        "late_start_minutes": "60",
        "welcome_days": "7",
        "slot_notice_minutes": "30",
        "labels": "{}",
        **changed,
    }


def post(owner: Client, publication: Publication, **changed: str) -> Any:
    """The answer to the publication's form with these values."""
    url = reverse("admin:subscribers_publication_change", args=[publication.pk])
    return owner.post(url, filled(publication, **changed))


def fill(owner: Client, publication: Publication, **changed: str) -> Publication:
    """The publication after its form was saved with these values."""
    answer = post(owner, publication, **changed)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    publication.refresh_from_db()
    return publication


@pytest.mark.django_db(transaction=True)
def test_a_mail_says_who_sends_it(owner: Client, tmp_path: Path) -> None:
    publication = fill(
        owner,
        builders.publication(),
        name="港湾日报",
        language="zh-Hans",
        from_name="Harbour Desk",
        from_address="desk@harbour.example.org",
        reply_to="answers@harbour.example.org",
        postal_identity="Harbour Press, 7 Pier Road",
    )
    ships = builders.category(publication, "Ships")
    issue = builders.issue(publication)
    builders.item(issue, ships, "A ship came in")
    builders.subscription(publication, "alice@example.org")
    with relay_for(tmp_path) as relay:
        sending.release(issue, by="olga", now=True)
        sending.sweep()
        sending.drain(20)
        (taken,) = relay.accepted
    mail = email.message_from_bytes(taken.content or b"", policy=email.policy.default)
    assert mail["From"] == "Harbour Desk <desk@harbour.example.org>"
    assert mail["Reply-To"] == "answers@harbour.example.org"
    assert mail["Content-Language"] == "zh-Hans"
    text = mail.get_body(("plain",)).get_content()
    assert "Harbour Press, 7 Pier Road" in text and "港湾日报" in text and "退订" in text


@pytest.mark.django_db(transaction=True)
def test_who_confirms_gets_the_latest_issue_if_it_is_new_enough(
    owner: Client, tmp_path: Path
) -> None:
    publication = builders.publication()
    ships = builders.category(publication, "Ships")
    issue = builders.issue(publication)
    builders.item(issue, ships, "A ship came in")

    def confirm(address: str) -> None:
        tie = builders.subscription(publication, address, state="pending", confirmed_at=None)
        Client().post(f"/s/c/{make(Purpose.CONFIRM, tie.pk)}/")
        sending.sweep()
        sending.drain(20)

    with relay_for(tmp_path) as relay, time_machine.travel(builders.NOW) as clock:
        builders.subscription(publication, "alice@example.org")
        sending.release(issue, by="olga", now=True)
        sending.sweep()
        sending.drain(20)
        confirm("early@example.org")
        publication = fill(owner, publication, welcome_latest_issue="on", welcome_days="3")
        confirm("bob@example.org")
        clock.shift(3 * 24 * 3600)
        confirm("late@example.org")
        assert relay.recipients() == ["alice@example.org", "bob@example.org"]


@pytest.mark.django_db
def test_the_site_says_what_it_is_in_each_language(owner: Client, client: Client) -> None:
    publication = fill(
        owner,
        builders.publication("harbour"),
        description="What moves in the port.",
        **{"name_zh-Hans": "港湾日报", "description_zh-Hans": "港口里的动静。"},
    )
    page = f"/{publication.slug}/subscribe/"
    english = client.get(page).content.decode()
    assert "Harbour Daily" in english and "What moves in the port." in english
    chinese = client.get(page, {"lang": "zh-Hans"}).content.decode()
    assert "港湾日报" in chinese and "港口里的动静。" in chinese


@pytest.mark.django_db
def test_own_labels_are_read_at_import(owner: Client) -> None:
    publication = fill(owner, builders.publication(), labels='{"category": ["Desk"]}')
    ships = builders.category(publication, "Ships")
    url = reverse("admin:subscribers_category_change", args=[ships.pk])
    said = {"name": "Ships", "visibility": "open", "position": "0", "other_names": "Vessels"}
    assert owner.post(url, said).status_code == 302
    text = (
        "# Harbour Daily - 2026-03-02\n\n## A ship came in\n\n> **Desk:** Vessels\n"
        "> **Source:** [The Paper](https://example.org/1)\n\n**Insight:** It is large.\n"
    )
    report = importing.import_digest(publication, text.encode(), "2026-03-02.md")
    assert report.issue is not None
    assert report.issue.items.get().category == ships


@pytest.mark.django_db
@COMMITTED
def test_a_category_on_the_form_and_on_the_site(owner: Client, client: Client) -> None:
    publication = builders.publication("harbour")
    add = reverse("admin:subscribers_category_add", args=[publication.slug])
    tides = {
        "name": "Tides",
        "slug": "water",
        "description": "When the water comes.",
        "colour": "#8a1be2",
        "visibility": "open",
        "name_zh-Hans": "潮汐",
        "description_zh-Hans": "水什么时候来。",
    }
    assert owner.post(add, tides).status_code == 302
    for name, visibility in (("Ships", "open"), ("Board", "hidden"), ("Crew", "private")):
        owner.post(add, {"name": name, "slug": "", "visibility": visibility})
    made = {one.name: one for one in Category.objects.all()}
    assert made["Tides"].slug == "water" and made["Ships"].slug == "ships"
    page = f"/{publication.slug}/subscribe/"
    shown = client.get(page).content.decode()
    assert "When the water comes." in shown
    assert "Board" not in shown and "Crew" not in shown
    assert shown.index("Tides") < shown.index("Ships")
    assert "潮汐" in client.get(page, {"lang": "zh-Hans"}).content.decode()
    assert "水什么时候来。" in client.get(page, {"lang": "zh-Hans"}).content.decode()
    change = reverse("admin:subscribers_category_change", args=[made["Tides"].pk])
    assert owner.post(change, {**tides, "position": "9"}).status_code == 302
    shown = client.get(page).content.decode()
    assert shown.index("Ships") < shown.index("Tides")
    # A hidden category is read on the site by who knows of it; a private one by nobody.
    issue = builders.issue(publication, state=Issue.State.ARCHIVED, published_at=builders.NOW)
    for name in ("Tides", "Board", "Crew"):
        builders.item(issue, made[name], f"News of {name}", published_at=builders.NOW)
    sheet = client.get(f"/{publication.slug}/look.css").content.decode()
    Category.objects.filter(pk=made["Tides"].pk).update(colour="")
    Publication.objects.update(changed_at=builders.NOW)
    assert client.get(f"/{publication.slug}/look.css").content.decode() != sheet
    assert client.get(f"/{publication.slug}/c/water/").status_code == 200
    assert client.get(f"/{publication.slug}/c/crew/").status_code == 404


@pytest.mark.django_db
def test_what_an_account_may(client: Client) -> None:
    accounts = get_user_model().objects
    publications = reverse("admin:subscribers_publication_changelist")
    for name, rights, path, code in (
        ("root", {"is_staff": True, "is_superuser": True}, publications, 200),
        ("staff", {"is_staff": True}, "/admin/", 200),
        ("staff2", {"is_staff": True}, reverse("admin:auth_user_changelist"), 403),
        ("reader", {}, "/admin/", 302),
        ("gone", {"is_staff": True, "is_superuser": True, "is_active": False}, "/admin/", 302),
    ):
        client.force_login(accounts.create_user(name, **rights))
        assert client.get(path).status_code == code, name
