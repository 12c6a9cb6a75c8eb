"""An issue and its translation: one release, one undo, one freeze, and one of the two a reader."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from newsletter import sending
from newsletter.editions import family, pairing
from newsletter.issues import ready
from newsletter.models import Delivery, Edition, Issue, Outcome
from newsletter.sending import bodies, freezing, incidents, welcome
from newsletter.sending.engine import sweeper
from newsletter.sending.welcome import Refusal
from subscribers.choice import FOREIGN
from subscribers.models import Publication, Subscription
from tests import builders
from tests.sending.stage import relay_for
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)

ZH = "zh-Hans"


def pair(*, sister: bool = False, **settings: Any) -> tuple[Issue, Issue]:
    """An English draft and its Chinese translation, in one publication or in two sisters."""
    english = builders.publication(**settings)
    chinese = english
    if sister:
        chinese = builders.publication(
            "gang", name="港口日报", language=ZH, sister_of=english, **settings
        )
    made = []
    for publication, language, slug, title in (
        (english, "en", "2026-03-02", "A ship came in"),
        (chinese, ZH, "2026-03-02-zh", "一艘船进港"),
    ):
        ships = publication.categories.first() or builders.category(
            publication, "Ships", translations={ZH: {"name": "船舶"}}
        )
        issue = builders.issue(publication, language=language, slug=slug)
        builders.item(issue, ships, title, url="https://example.org/ship")
        made.append(issue)
    pairing.pair(made[1], made[0], by="alice")
    return made[0], made[1]


def reader(publication: Publication, name: str, language: str = "", **extra: Any) -> Subscription:
    return builders.subscription(publication, f"{name}@example.org", language=language, **extra)


def states(*issues: Issue) -> list[str]:
    return [Issue.objects.get(pk=one.pk).state for one in issues]


def got() -> dict[str, list[int]]:
    """Address -> the issues of which they were given a mail."""
    found: dict[str, list[int]] = {}
    mails = Edition.objects.filter(none_because="").values("pk")
    for row in Delivery.objects.filter(edition__in=mails).order_by("pk"):
        tie = Subscription.objects.select_related("subscriber").get(pk=row.subscription_id)
        found.setdefault(tie.subscriber.address.partition("@")[0], []).append(row.issue_id)
    return found


@pytest.mark.parametrize("first", [0, 1])
def test_they_are_scheduled_taken_back_and_frozen_as_one(first: int) -> None:
    both = pair()
    publication = both[0].publication
    for name, language in (("en", "en"), ("zh", ZH), ("de", "de"), ("unsaid", "")):
        reader(publication, name, language)
    asked = both[first]
    later = timezone.now() + dt.timedelta(hours=1)
    sending.release(asked, by="alice", at=later)
    assert states(*both) == ["scheduled", "scheduled"]
    assert len({Issue.objects.get(pk=one.pk).send_at for one in both}) == 1
    sending.unschedule(Issue.objects.get(pk=both[1 - first].pk), by="alice")
    assert states(*both) == ["draft", "draft"]
    asked.refresh_from_db()
    sending.release(asked, by="alice", now=True)
    assert sending.freeze(asked.pk)
    assert states(*both) == ["sending", "sending"]
    assert not sending.freeze(both[1 - first].pk)
    english, chinese = (one.pk for one in both)
    assert got() == {"en": [english], "zh": [chinese], "de": [english], "unsaid": [english]}
    for one in both:
        one.refresh_from_db()
        assert sum(sending.ledger(one).values()) == 2 * one.recipients
    assert both[0].frozen_at == both[1].frozen_at and both[0].published_at == both[1].published_at


def test_who_reads_neither_is_told_so_in_the_mail_and_nobody_else() -> None:
    english, chinese = pair()
    for name, language in (("en", "en"), ("zh", ZH), ("de", "de")):
        reader(english.publication, name, language)
    sending.release(english, by="alice", now=True)
    assert sending.freeze(english.pk)
    line = "There is no edition of this issue in the language you chose. This is English."
    mails = Edition.objects.filter(none_because="")
    for edition in mails:
        body = bodies.unpack(edition)
        told = bool(edition.selection & FOREIGN)
        assert (line in body.html) is told
        assert (line in " ".join(body.text.split())) is told
    assert sorted((one.issue_id, bool(one.selection & FOREIGN), one.readers) for one in mails) == [
        (english.pk, False, 1),
        (english.pk, True, 1),
        (chinese.pk, False, 1),
    ]
    # The category by its name in the language of the mail.
    assert "船舶" in bodies.unpack(mails.get(issue=chinese)).html
    assert "Ships" in bodies.unpack(mails.get(issue=english, selection__lt=FOREIGN)).html


def test_if_one_of_the_two_cannot_be_frozen_neither_is(monkeypatch: pytest.MonkeyPatch) -> None:
    english, chinese = pair()
    reader(english.publication, "en", "en")
    reader(english.publication, "zh", ZH)
    sending.release(english, by="alice", now=True)
    usual = freezing.release_revision

    def broken(issue: Issue, *rest: Any) -> Any:
        if issue.pk == chinese.pk:
            raise ValueError("disk full")
        return usual(issue, *rest)

    monkeypatch.setattr(freezing, "release_revision", broken)
    with pytest.raises(ValueError, match="disk full"):
        sending.freeze(english.pk)
    assert states(english, chinese) == ["scheduled", "scheduled"]
    assert not Delivery.objects.exists() and not Edition.objects.exists()
    # The sweep stops both, and going on with one goes on with both.
    sweeper.start_due()
    assert states(english, chinese) == ["paused", "paused"]
    monkeypatch.undo()
    sending.resume(Issue.objects.get(pk=chinese.pk), by="alice")
    assert states(english, chinese) == ["scheduled", "scheduled"]
    assert sweeper.start_due() == 1
    assert states(english, chinese) == ["sending", "sending"]


def test_what_blocks_the_one_blocks_both_and_nothing_is_stored() -> None:
    english, chinese = pair()
    chinese.items.all().update(category=None)
    with pytest.raises(sending.ActRefused) as raised:
        sending.release(english, by="alice", now=True)
    assert all(
        reason.startswith(f"“{chinese.title} (zh-Hans)”: ") for reason in raised.value.reasons
    )
    assert states(english, chinese) == ["draft", "draft"]


def test_of_a_sister_only_who_may_send_both() -> None:
    english, chinese = pair(sister=True)
    user = User.objects.create_user("bo", is_staff=True)
    english.publication.roles.create(user=user, kind="sender")
    with pytest.raises(sending.ActRefused, match="You may not send it"):
        sending.release(english, by=user, now=True)
    assert states(english, chinese) == ["draft", "draft"]
    chinese.publication.roles.create(user=user, kind="sender")
    sending.release(english, by=user, now=True)
    assert states(english, chinese) == ["scheduled", "scheduled"]


def test_sister_readers_get_theirs_and_who_has_both_one() -> None:
    english, chinese = pair(sister=True)
    reader(english.publication, "only_english", "de")
    reader(chinese.publication, "only_chinese")
    for publication in (english.publication, chinese.publication):
        reader(publication, "both_zh", ZH)
        reader(publication, "both_en", "en")
    sending.release(chinese, by="alice", now=True)
    assert sending.freeze(chinese.pk)
    assert got() == {
        "only_english": [english.pk],
        "only_chinese": [chinese.pk],
        "both_zh": [chinese.pk],
        "both_en": [english.pk],
    }
    english.refresh_from_db()
    chinese.refresh_from_db()
    assert (english.recipients, chinese.recipients) == (2, 2)


def test_the_plan_of_each_is_what_is_frozen() -> None:
    english, chinese = pair(sister=True)
    for number in range(6):
        reader(english.publication, f"r{number}", "en" if number % 2 else ZH)
        if number < 4:
            reader(chinese.publication, f"r{number}", "en" if number < 2 else "")
    plans = {one.pk: sending.plan(one) for one in (english, chinese)}
    sending.release(english, by="alice", now=True)
    assert sending.freeze(english.pk)
    for one in (english, chinese):
        one.refresh_from_db()
        assert one.recipients == plans[one.pk].recipients
        assert sending.plan(one).editions == plans[one.pk].editions


@pytest.mark.parametrize("sister", [False, True])
def test_one_side_sent_later_and_a_wave_of_either_mail_nobody_twice(
    tmp_path: Path, sister: bool
) -> None:
    english, chinese = pair(sister=sister)
    pairing.part(chinese, by="alice")
    reader(english.publication, "li", ZH)
    with relay_for(tmp_path):
        english.refresh_from_db()
        sending.release(english, by="alice", now=True)
        assert sending.freeze(english.pk)
        sending.drain(20)
        sweeper.sweep()
        english.refresh_from_db()
        chinese.refresh_from_db()
        pairing.pair(chinese, english, by="alice")
        if sister:
            reader(chinese.publication, "li", ZH)
        reader(chinese.publication, "new", ZH)
        chinese.refresh_from_db()
        sending.release(chinese, by="alice", now=True)
        assert sending.freeze(chinese.pk)
        assert got() == {"li": [english.pk], "new": [chinese.pk]}
        if sister:
            reader(english.publication, "new", "en")
        assert sending.left_over(Issue.objects.get(pk=english.pk)) == 0


def test_published_on_the_site_together() -> None:
    english, chinese = pair()
    sending.release(english, by="alice", now=True, channels=Issue.Channels.SITE)
    assert states(english, chinese) == ["published", "published"]
    reader(english.publication, "zh", ZH)
    english.refresh_from_db()
    sending.release(english, by="alice", now=True)
    assert sending.freeze(english.pk)
    assert got() == {"zh": [chinese.pk]}


def test_a_late_pair_asks_a_person_about_both() -> None:
    english, chinese = pair()
    sending.release(english, by="alice", now=True)
    late = timezone.now() - dt.timedelta(hours=5)
    Issue.objects.filter(pk__in=[english.pk, chinese.pk]).update(send_at=late)
    sweeper.start_due()
    assert states(english, chinese) == ["paused", "paused"]


def test_a_rehearsal_is_of_both() -> None:
    english, chinese = pair()
    reader(english.publication, "en", "en")
    reader(english.publication, "zh", ZH)
    Publication.objects.update(rehearsal_address="try@harbour.example.org")
    english.refresh_from_db()
    english = Issue.objects.select_related("publication").get(pk=english.pk)
    sending.rehearse(english, by="alice")
    made = Issue.objects.filter(kind="rehearsal").order_by("pk")
    assert [(one.rehearses_id, one.recipients) for one in made] == [
        (english.pk, 1),
        (chinese.pk, 1),
    ]
    assert states(english, chinese) == ["draft", "draft"]


def test_both_must_be_ready_for_a_slot() -> None:
    from newsletter.editions import load

    english, chinese = pair()
    user = User.objects.create_superuser("bo")
    ready.declare(english, load(english), user)
    english = Issue.objects.get(pk=english.pk)
    assert ready.lacking(english) == [
        f"“{chinese.title} (zh-Hans)”: Nobody has said yet that it is ready."
    ]
    ready.declare(chinese, load(chinese), user)
    assert ready.lacking(Issue.objects.get(pk=english.pk)) == []


def test_one_approval_is_for_both() -> None:
    english, chinese = pair(needs_approval=True)
    boss = User.objects.create_superuser("boss")
    sending.approve(english, by=boss)
    chinese.refresh_from_db()
    assert chinese.approved_by == boss
    sending.release(chinese, by="alice", now=True)
    assert states(english, chinese) == ["scheduled", "scheduled"]


def test_the_first_issue_on_joining_is_the_one_in_the_readers_language(tmp_path: Path) -> None:
    english, chinese = pair(welcome_latest_issue=True, welcome_days=30)
    reader(english.publication, "en", "en")
    with relay_for(tmp_path):
        sending.release(english, by="alice", now=True)
        assert sending.freeze(english.pk)
        sending.drain(20)
        ties = [reader(english.publication, name, name) for name in (ZH, "de")]
        for tie in ties:
            assert welcome.deliver(tie.pk, timezone.now()) is None
            assert welcome.deliver(tie.pk, timezone.now()) is Refusal.HAD
    assert got() == {"en": [english.pk], ZH: [chinese.pk], "de": [english.pk]}
    foreign = Delivery.objects.get(subscription=ties[1]).edition
    assert foreign.selection & FOREIGN


def test_a_correction_of_the_one_side_mails_nobody_of_the_other(relay: Smtpd) -> None:
    english, chinese = pair()
    reader(english.publication, "en", "en")
    reader(english.publication, "zh", ZH)
    sending.release(english, by="alice", now=True)
    assert sending.freeze(english.pk)
    sending.drain(20)
    assert Outcome.objects.filter(state="sent").count() == 2
    from newsletter.editions.corrected import corrected

    assert corrected(english, english.items.get()).count() == 1
    assert corrected(chinese, chinese.items.get()).count() == 1
    assert family.together(Issue.objects.get(pk=english.pk)) == [english]
    assert incidents is not None


@pytest.fixture
def relay(tmp_path: Path) -> Any:
    with relay_for(tmp_path) as found:
        yield found
