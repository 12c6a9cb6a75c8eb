"""Whom a suppression stops, who may make one, and who may lift it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from newsletter import sending
from newsletter.config.backup.copying import step_by_step
from newsletter.models import change_triggers
from newsletter.sending import held
from subscribers import rekeying, suppression
from subscribers.addresses import key_of
from subscribers.models import AuditEntry, Incident, Publication, Role, Suppression
from subscribers.readership import triggers
from tests import builders
from tests.site_settings import configure

ALICE = "alice@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def weekly() -> Publication:
    return builders.publication("weekly")


def carer(name: str, publication: Publication) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    Role.objects.create(user=user, publication=publication, kind="reader_care")
    client = Client()
    client.force_login(user)
    return client


def owner_of_site() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("reason", ["soft", "manual", "imported"])
def test_one_publication_is_stopped_and_no_other(
    reason: str, daily: Publication, weekly: Publication
) -> None:
    made = suppression.suppress(ALICE, reason, publication=daily)
    assert suppression.suppressed(ALICE, daily) == made
    assert suppression.suppressed(ALICE, weekly) is None
    assert suppression.suppressed(ALICE, None) is None


@pytest.mark.parametrize("reason", ["hard", "complaint", "erased"])
def test_what_is_about_the_address_holds_for_the_whole_site(
    reason: str, daily: Publication
) -> None:
    with pytest.raises(ValueError, match="whole site"):
        suppression.suppress(ALICE, reason, publication=daily)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(key=key_of(ALICE), version=1, reason=reason, publication=daily)
    made = suppression.suppress(ALICE, reason)
    assert suppression.suppressed(ALICE, daily) == made


def test_once_in_force_for_each_scope(daily: Publication, weekly: Publication) -> None:
    for publication in (None, daily, weekly):
        Suppression.objects.create(
            key=key_of(ALICE), version=1, reason="manual", publication=publication
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            Suppression.objects.create(
                key=key_of(ALICE), version=1, reason="soft", publication=publication
            )


def test_the_strongest_of_both_scopes_speaks(daily: Publication) -> None:
    suppression.suppress(ALICE, "erased")
    suppression.suppress(ALICE, "manual", publication=daily)
    found = suppression.suppressed(ALICE, daily)
    assert found is not None and found.reason == "manual"


def test_many_at_once_keep_what_is_stronger(daily: Publication) -> None:
    keys = {key_of(f"r{n}@example.org"): {"n": n} for n in range(3)}
    suppression.suppress("r0@example.org", "complaint")
    suppression.suppress("r1@example.org", "erased")
    assert suppression.suppress_many(keys, "hard") == 2
    standing = Suppression.objects.filter(lifted_at=None).order_by("reason")
    assert list(standing.values_list("reason", flat=True)) == ["complaint", "hard", "hard"]
    assert suppression.suppress_many(keys, "hard") == 0


@pytest.mark.parametrize("where", ["site", "publication", "both", "other"])
def test_plan_and_preview_know_the_scope_and_double_nobody(
    where: str, daily: Publication, weekly: Publication
) -> None:
    category = builders.category(daily, "Ships")
    issue = builders.issue(daily)
    builders.item(issue, category, "A ship came in")
    builders.subscription(daily, ALICE)
    builders.subscription(daily, "bob@example.org")
    if where in ("site", "both"):
        suppression.suppress(ALICE, "hard")
    if where in ("publication", "both"):
        suppression.suppress(ALICE, "manual", publication=daily)
    if where == "other":
        suppression.suppress(ALICE, "manual", publication=weekly)
    plan = sending.plan(issue)
    assert plan.none == ({} if where == "other" else {"suppressed": 1})
    assert (plan.mails, plan.recipients) == (2 if where == "other" else 1, 2)


def test_a_new_link_key_takes_every_scope_along(daily: Publication, settings: Any) -> None:
    person = builders.subscription(daily, ALICE).subscriber
    suppression.suppress(ALICE, "hard")
    suppression.suppress(ALICE, "manual", publication=daily)
    configure(settings, LINK_KEYS={**settings.SUDI["LINK_KEYS"], 2: b"f" * 32})
    rekeying._position.clear()
    while not rekeying.sweep():
        pass
    person.refresh_from_db()
    found = Suppression.objects.filter(key=person.key, lifted_at=None)
    assert {one.publication_id for one in found} == {None, daily.pk}


# --- E7: the scope of a person ------------------------------------------------------------------


def page(subscriber: int) -> str:
    return reverse("admin:subscribers_subscriber_suppress", args=[subscriber])


def test_e7_reader_care_suppresses_for_its_own_publication(
    daily: Publication, weekly: Publication
) -> None:
    tie = builders.subscription(daily, ALICE)
    builders.subscription(weekly, ALICE)
    who = carer("uma", daily)
    for scope in ("site", "weekly"):
        who.post(page(tie.subscriber_id), {"do": "suppress", "scope": scope})
        assert not Suppression.objects.exists()
    who.post(page(tie.subscriber_id), {"do": "suppress"})
    made = Suppression.objects.get()
    assert (made.publication, made.reason) == (daily, "manual")
    entry = AuditEntry.objects.get(action="address suppressed")
    assert (entry.publication, entry.actor) == (daily, "uma")
    owner_of_site().post(page(tie.subscriber_id), {"do": "suppress", "scope": "site"})
    assert Suppression.objects.filter(publication=None).count() == 1


def test_e7_reader_care_lifts_nothing_of_others_and_no_complaint(
    daily: Publication, weekly: Publication
) -> None:
    tie = builders.subscription(daily, ALICE)
    builders.subscription(weekly, ALICE)
    theirs = suppression.suppress(ALICE, "manual", publication=weekly)
    complaint = suppression.suppress(ALICE, "complaint")
    own = suppression.suppress(ALICE, "soft", publication=daily)
    who = carer("uma", daily)
    shown = who.get(page(tie.subscriber_id)).content.decode()
    assert "weekly" not in shown
    for row in (theirs, complaint):
        who.post(page(tie.subscriber_id), {"do": "lift", "suppression": row.pk})
        row.refresh_from_db()
        assert row.lifted_at is None
    who.post(page(tie.subscriber_id), {"do": "lift", "suppression": own.pk})
    own.refresh_from_db()
    assert own.lifted_by == "uma"
    assert AuditEntry.objects.get(action="suppression lifted").publication == daily
    owner_of_site().post(page(tie.subscriber_id), {"do": "lift", "suppression": complaint.pk})
    complaint.refresh_from_db()
    assert complaint.lifted_by == "root"


def test_e7_a_dead_address_is_lifted_by_those_whose_incident_it_was(
    daily: Publication, weekly: Publication
) -> None:
    user = User.objects.create_user("uma", is_staff=True)
    Role.objects.create(user=user, publication=daily, kind="reader_care")
    plain = suppression.suppress(ALICE, "hard")
    assert not suppression.may_lift(user, plain)
    for publication, allowed in ((daily, True), (weekly, False)):
        plain.incident = Incident.objects.create(publication=publication, about="issue:1")
        assert suppression.may_lift(user, plain) is allowed
    complaint = suppression.suppress("bob@example.org", "complaint")
    complaint.incident = Incident.objects.get(publication=daily)
    assert not suppression.may_lift(user, complaint), "the reader's word, whatever led to it"


def test_e7_bounces_of_another_publication_are_not_shown(
    daily: Publication, weekly: Publication
) -> None:
    from newsletter.models import Bounce

    tie = builders.subscription(daily, ALICE)
    for publication, words in ((daily, "ours refused"), (weekly, "theirs refused")):
        issue = builders.issue(publication)
        Bounce.objects.create(
            subscriber=tie.subscriber, delivery_id=issue.pk * 2**32 + 1, kind="soft", via="dsn",
            reason=words, seen=words,
        )  # fmt: skip
    shown = (
        carer("uma", daily)
        .get(reverse("admin:subscribers_subscriber_change", args=[tie.subscriber_id]))
        .content.decode()
    )
    assert "ours refused" in shown
    assert "theirs refused" not in shown


# --- incidents, by a person ----------------------------------------------------------------------


def test_an_incident_is_decided_by_those_who_care_for_its_readers(
    daily: Publication, weekly: Publication
) -> None:
    issue = builders.issue(daily)
    incident = Incident.objects.create(
        publication=daily, about=f"issue:{issue.pk}", attempts=40, refusals=31, habit=0.025
    )
    change = reverse("admin:subscribers_incident_change", args=[incident.pk])
    drop = reverse("admin:subscribers_incident_act", args=[incident.pk, "drop"])
    stranger, own = carer("sam", weekly), carer("uma", daily)
    assert stranger.get(change).status_code == 404
    assert stranger.post(drop).status_code == 404
    assert own.get(drop).status_code == 405
    shown = own.get(change).content.decode()
    assert held.sentence(incident) == (
        "31 of 40 addresses were refused for good; usually 1 of 40. Nobody was suppressed."
    )
    assert held.sentence(incident) in shown
    assert own.post(drop).status_code == 302
    incident.refresh_from_db()
    assert (incident.state, incident.decided_by) == ("dropped", "uma")
    own.post(drop)
    assert AuditEntry.objects.filter(action="refusals dropped", publication=daily).count() == 1
    listed = reverse("admin:subscribers_incident_changelist")
    assert change in own.get(listed).content.decode()
    assert change not in stranger.get(listed).content.decode()


# --- migration -----------------------------------------------------------------------------------


@pytest.mark.long  # All migrations back and forth; tests/models/test_upgrade.py runs always.
@pytest.mark.django_db(transaction=True)
def test_the_rows_of_0_1_0_stay_in_force_for_the_whole_site() -> None:
    old = [("subscribers", "0003_words_of_publication"), ("newsletter", "0002_cheaper_check")]
    newest = [
        leaf for leaf in step_by_step().loader.graph.leaf_nodes() if "squashed" not in leaf[1]
    ]
    try:
        before = _migrated(old)
        reasons = ["hard", "soft", "complaint", "erased", "manual", "imported"]
        for n, reason in enumerate(reasons):
            before.get_model("subscribers", "Suppression").objects.create(
                key=key_of(f"r{n}@example.org"), version=1, reason=reason
            )
        before.get_model("newsletter", "Bounce").objects.create(
            kind="hard", via="smtp", seen="one", delivery_id=2**32 + 1
        )
        _migrated(newest)
        found = Suppression.objects.order_by("id").values_list("reason", "publication", "lifted_at")
        assert list(found) == [(reason, None, None) for reason in reasons]
        from newsletter.models import Bounce

        row = Bounce.objects.get()
        assert (row.kind, row.blame, row.decision, row.incident) == ("hard", "", "", None)
        daily = builders.publication()
        suppression.suppress("r0@example.org", "manual", publication=daily)
        after = _migrated(old)
        rows = after.get_model("subscribers", "Suppression").objects
        assert rows.filter(lifted_at=None).count() == 6, "what had a scope is lifted, not widened"
        assert rows.count() == 7
    finally:
        _migrated(newest)
        change_triggers.install("default")
        triggers.ensure()


def _migrated(targets: Any) -> Any:
    # As the command does: they name columns that go.
    change_triggers.remove("default")
    triggers.remove()
    step_by_step().migrate(targets)
    return step_by_step().loader.project_state(targets).apps
