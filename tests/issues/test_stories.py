"""Stories told before: what is asked, what is decided, and twins on every way out."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import conf, editions, rendering, sending
from newsletter.editions import frozen
from newsletter.importing import link_key
from newsletter.importing.stories import remember
from newsletter.issues import ready, stories, twins
from newsletter.models import Issue, Item, Link, Slot, SlotUse, StoryDecision, TwinConfirmation
from newsletter.sending import slots
from subscribers.models import AuditEntry, Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db

YEAR = dt.timedelta(days=365)
TITLES = ["Night ferry starts in spring", "The new yard opens", "Egrets are back in the park"]


@pytest.fixture
def daily() -> Publication:
    made = builders.publication(language="en")
    builders.category(made, "City")
    builders.subscription(made, "alice@example.org")
    for name, kind in (("sam", Role.Kind.SENDER), ("erin", Role.Kind.EDITOR)):
        user = get_user_model().objects.create_user(name, is_staff=True)
        Role.objects.create(user=user, publication=made, kind=kind)
    return made


def issue(daily: Publication, date: str, titles: list[str], **extra: Any) -> Issue:
    """An issue whose items link pages of their own, the same in every issue."""
    made = builders.issue(daily, date, **extra)
    city = daily.categories.get()
    for title in titles:
        url = f"https://example.org/{abs(hash(title))}?utm_source={date}"
        item = builders.item(made, city, title, url=url)
        Link.objects.filter(item=item).update(url_key=link_key(url))
        remember([item])
    return made


def sent(daily: Publication, date: str, titles: list[str], **extra: Any) -> Issue:
    return issue(
        daily, date, titles, state="sent", finished_at=timezone.now(),
        published_at=timezone.now(), **extra,
    )  # fmt: skip


def of(name: str) -> Client:
    made = Client()
    made.force_login(get_user_model().objects.get(username=name))
    return made


def page(issue: Issue, name: str) -> str:
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk])


def items(issue: Issue) -> list[Item]:
    return list(issue.items.order_by("number"))


# ---- what is asked


def test_a_draft_is_asked_about_what_an_earlier_issue_told(daily: Publication) -> None:
    old = sent(daily, "2026-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", TITLES[:2])
    (told,) = stories.undecided(draft, stories.told(draft))
    assert told.item.title == TITLES[0]
    assert [one.item for one in told.earlier] == [items(old)[0].pk]
    (finding,) = stories.findings(draft, [told])
    assert finding.message == (
        "Item 1 was told on 2026-03-01: “Night ferry starts in spring” (issue 2026-03-01)."
    )
    assert finding.message in sending.plan(draft).warnings


def test_an_issue_of_a_later_day_was_not_before_it(daily: Publication) -> None:
    sent(daily, "2026-03-03", TITLES)
    draft = issue(daily, "2026-03-02", TITLES[:1])
    assert stories.undecided(draft, stories.told(draft)) == []


@pytest.mark.parametrize("choice", ["keep", "follow_up", "drop"])
def test_a_decision_does_not_come_back(daily: Publication, choice: str) -> None:
    old = sent(daily, "2026-03-01", TITLES[:1])
    older = sent(daily, "2025-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", TITLES[:2])
    erin = of("erin")
    shown = erin.get(page(draft, "preflight")).content.decode()
    assert "Told before" in shown and TITLES[0] in shown
    answer = erin.post(
        page(draft, "story"),
        {"item": items(draft)[0].pk, "earlier": items(old)[0].pk, "choice": choice},
    )
    assert answer.status_code == 302
    assert "Told before" not in erin.get(page(draft, "preflight")).content.decode()
    item = items(draft)[0]
    assert item.hidden is (choice == "drop")
    made = {one.earlier.issue.slug: one.choice for one in item.story_decisions.all()}
    assert made[old.slug] == choice
    if choice != "drop":  # A hidden item tells nothing.
        assert made == {old.slug: choice, older.slug: "keep"}
    assert AuditEntry.objects.filter(action="story decided").count() == 1
    Item.objects.update(hidden=False)
    assert stories.undecided(draft, stories.told(draft)) == [] or choice == "drop"


def test_who_may_not_edit_decides_nothing(daily: Publication) -> None:
    old = sent(daily, "2026-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", TITLES[:1])
    other = builders.publication("other")
    foreign = builders.item(builders.issue(other), None, TITLES[0])
    form = {"item": items(draft)[0].pk, "earlier": items(old)[0].pk, "choice": "drop"}
    user = get_user_model().objects.create_user("reader", is_staff=True)
    Role.objects.create(user=user, publication=daily, kind=Role.Kind.READER_CARE)
    assert of("reader").post(page(draft, "story"), form).status_code == 403
    erin = of("erin")
    assert erin.get(page(draft, "story")).status_code == 405
    wrong: dict[str, object]
    for wrong in ({"choice": "burn"}, {"earlier": foreign.pk}, {"item": "x"}, {"item": "9" * 30}):
        assert erin.post(page(draft, "story"), {**form, **wrong}).status_code == 404
    assert not StoryDecision.objects.exists()
    Issue.objects.filter(pk=draft.pk).update(
        state="sent", finished_at=timezone.now(), published_at=timezone.now()
    )
    erin.post(page(draft, "story"), form)
    assert not StoryDecision.objects.exists()


def test_releasing_keeps_what_was_ticked(daily: Publication) -> None:
    sent(daily, "2026-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", TITLES)
    stories.keep_all(draft, "sam")
    assert [(one.choice, one.by) for one in StoryDecision.objects.all()] == [("keep", "sam")]


# ---- twins


@pytest.fixture
def twin(daily: Publication) -> Issue:
    """A draft with two of its three stories in an issue that is out."""
    sent(daily, "2026-03-01", TITLES[:2])
    return issue(daily, "2026-03-02", TITLES)


REFUSED = (
    "The issue 2026-03-01 holds 2 of the 3 stories of this one. Readers would get them twice: say "
    "that it may go out all the same."
)


@pytest.mark.parametrize("channels", ["all", "site", "mail"])
def test_no_way_out_without_a_word(twin: Issue, channels: str) -> None:
    with pytest.raises(sending.ActRefused) as refused:
        sending.release(twin, by="api", channels=channels)
    assert refused.value.reasons == [REFUSED]
    twin.refresh_from_db()
    assert twin.state == "draft"


@pytest.mark.parametrize("state", ["scheduled", "sending", "paused", "sent", "published"])
def test_whatever_state_the_other_is_in(daily: Publication, state: str) -> None:
    other = sent(daily, "2026-03-01", TITLES)
    revision = other.revisions.create(number=1, kind="release")
    Issue.objects.filter(pk=other.pk).update(
        state=state,
        send_at=timezone.now(),
        frozen=None if state in ("scheduled", "published") else revision,
        frozen_at=None if state in ("scheduled", "published") else timezone.now(),
    )
    draft = issue(daily, "2026-03-02", TITLES)
    assert [one.slug for one in twins.unconfirmed(draft)] == [other.slug]


def test_the_command(twin: Issue) -> None:
    def send(*more: str) -> None:
        call_command("send_issue", "daily", twin.slug, "--now", *more, stdout=io.StringIO())

    with pytest.raises(CommandError) as refused:
        send()
    assert (refused.value.returncode, str(refused.value)) == (1, REFUSED)
    with pytest.raises(CommandError) as unknown:
        send("--confirm-twin", "1999-01-01")
    assert unknown.value.returncode == 2
    send("--confirm-twin", "2026-03-01")
    twin.refresh_from_db()
    assert twin.state == "scheduled"
    assert TwinConfirmation.objects.get().by == "send_issue"


def test_the_send_page(twin: Issue) -> None:
    sam = of("sam")
    shown = sam.get(page(twin, "send")).content.decode()
    assert REFUSED in shown and "The same stories are out already" in shown
    assert of("erin").post(
        page(twin, "twin"), {"twin": "2026-03-01", "seen": "yes"}
    ).status_code == 403  # fmt: skip
    sam.post(page(twin, "twin"), {"twin": "2026-03-01"})
    assert not TwinConfirmation.objects.exists()
    assert sam.post(page(twin, "twin"), {"twin": "none", "seen": "yes"}).status_code == 404
    sam.post(page(twin, "twin"), {"twin": "2026-03-01", "seen": "yes"})
    assert TwinConfirmation.objects.get().by == "sam"
    assert AuditEntry.objects.filter(action="twin confirmed", actor="sam").exists()
    assert REFUSED not in sam.get(page(twin, "send")).content.decode()
    assert twins.unconfirmed(twin) == []


def test_a_slot(twin: Issue, daily: Publication) -> None:
    Publication.objects.update(time_zone="UTC")
    for hour in (7, 8):
        Slot.objects.create(
            publication=daily, weekdays=127, at=dt.time(hour), created_at=builders.NOW - YEAR
        )
    twin.refresh_from_db()
    sam = get_user_model().objects.get(username="sam")
    with time_machine.travel(dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC), tick=False):
        ready.declare(twin, editions.load(twin), sam)
        assert slots.blockers(twin) == (REFUSED,)
        assert slots.sweep() == 0
    with time_machine.travel(dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC), tick=False):
        twins.confirm(twin, "2026-03-01", "sam")
        assert slots.blockers(twin) == ()
        assert slots.sweep() == 1
    assert SlotUse.objects.get(state="taken").issue == twin


def test_of_two_released_at_once_the_second_is_refused(daily: Publication) -> None:
    one = issue(daily, "2026-03-02", TITLES)
    two = issue(daily, "2026-03-03", TITLES)
    sending.release(one, by="api")
    with pytest.raises(sending.ActRefused):
        sending.release(two, by="api")


def test_what_is_no_twin(daily: Publication) -> None:
    original = sent(daily, "2026-03-01", TITLES)
    half = issue(daily, "2026-03-04", [TITLES[0], "Something quite different happened"])
    assert twins.unconfirmed(half) == []
    german = issue(daily, "2026-03-01", TITLES, slug="2026-03-01-2", language="de")
    assert twins.unconfirmed(german) == []
    paired = issue(daily, "2026-03-01", TITLES, slug="2026-03-01-3", original=original)
    assert twins.unconfirmed(paired) == []
    for kind in ("roundup", "correction"):
        other = issue(daily, "2026-03-05", TITLES, slug=f"2026-03-05-{kind}", kind=kind)
        assert twins.unconfirmed(other) == []
    Issue.objects.filter(pk=original.pk).update(state="draft", published_at=None, finished_at=None)
    assert twins.unconfirmed(issue(daily, "2026-03-06", TITLES)) == []


def test_follow_ups_do_not_say_the_same(daily: Publication) -> None:
    old = sent(daily, "2026-03-01", TITLES)
    draft = issue(daily, "2026-03-02", TITLES)
    for mine, theirs in zip(items(draft), items(old), strict=True):
        stories.decide(draft, mine, theirs, "follow_up", "erin")
    assert twins.unconfirmed(draft) == []


def test_a_draft_of_next_year_is_compared_too(daily: Publication) -> None:
    sent(daily, "2026-03-01", TITLES)
    draft = issue(daily, f"{dt.date(2027, 3, 1)}", TITLES)
    assert len(twins.unconfirmed(draft)) == 1


# ---- follow-ups, as readers see them


def test_a_follow_up_of_what_only_some_may_read_names_it_to_none_but_them(
    daily: Publication, client: Client
) -> None:
    old = sent(daily, "2026-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", TITLES[:1])
    stories.decide(draft, items(draft)[0], items(old)[0], "follow_up", "erin")
    within = builders.category(daily, "Board", visibility="private")
    Item.objects.filter(issue=old).update(category=within)
    Issue.objects.filter(pk=draft.pk).update(
        state="published", channels="site", published_at=timezone.now()
    )
    Item.objects.filter(issue=draft).update(published_at=timezone.now())
    assert editions.load(draft).items[0].follows is None
    assert TITLES[0] in (page := client.get("/daily/feed.atom").content.decode())
    assert "Earlier: " not in page and "2026-03-01/item-1" not in page
    Item.objects.filter(issue=draft).update(category=within)
    assert editions.load(draft).items[0].follows == editions.Follows(
        TITLES[0], dt.date(2026, 3, 1), "daily/2026-03-01/item-1/"
    )


def test_a_follow_up_links_back_everywhere(daily: Publication, client: Client) -> None:
    old = sent(daily, "2026-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", TITLES[:1])
    stories.decide(draft, items(draft)[0], items(old)[0], "follow_up", "erin")
    address = f"{conf.base_url()}/daily/2026-03-01/item-1/"
    said = "Earlier: Night ferry starts in spring (2026-03-01)"
    view = editions.load(draft)
    assert view.items[0].follows == editions.Follows(
        TITLES[0], dt.date(2026, 3, 1), "daily/2026-03-01/item-1/"
    )
    mail = rendering.prepare(view, daily).edition(view.mask)
    assert f'href="{address}"' in mail.html and said in mail.html
    assert f"Update: {TITLES[0]}" in mail.html
    assert f"Update: {TITLES[0]}\n" in mail.text and f"{said}\n" in mail.text
    assert address in mail.text
    Issue.objects.filter(pk=draft.pk).update(
        state="published", channels="site", published_at=timezone.now()
    )
    Item.objects.filter(issue=draft).update(published_at=timezone.now())
    page = client.get("/daily/2026-03-02/").content.decode()
    assert f"Update: {TITLES[0]}" in page and 'href="/daily/2026-03-01/item-1/"' in page
    for feed in ("/daily/feed.atom", "/daily/c/city/feed.atom"):
        entries = client.get(feed).content.decode()
        assert f"Update: {TITLES[0]}" in entries and address in entries, feed
    # Where the earlier one cannot be read it is named, and no link leads nowhere.
    Item.objects.filter(issue=old).update(hidden=True)
    view = editions.load(draft)
    assert view.items[0].follows is not None and view.items[0].follows.path == ""
    mail = rendering.prepare(view, daily).edition(view.mask)
    assert said in mail.html and address not in mail.html
    # Decided otherwise later, it is an item like any other.
    stories.decide(draft, items(draft)[0], items(old)[0], "keep", "erin")
    assert editions.load(draft).items[0].follows is None


def test_what_was_released_keeps_its_mark(daily: Publication) -> None:
    old = sent(daily, "2026-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", TITLES[:1])
    stories.decide(draft, items(draft)[0], items(old)[0], "follow_up", "erin")
    view = editions.load(draft)
    sending.release(draft, by="test", now=True)
    assert sending.freeze(draft.pk)
    draft.refresh_from_db()
    assert draft.frozen is not None
    draft.frozen.refresh_from_db()  # As JSON gives it back.
    assert frozen.view_of(draft.frozen).items[0].follows == view.items[0].follows


def test_what_is_uncertain_is_shown_and_not_asked(daily: Publication) -> None:
    old = sent(daily, "2026-03-01", ["Acme Tool v1.2 brings faster builds"])
    draft = issue(daily, "2026-03-02", ["Acme Tool v1.3 brings faster builds"])
    url = old.links.get().url
    draft.links.update(url=url, url_key=link_key(url))
    erin = of("erin")
    shown = erin.get(page(draft, "preflight")).content.decode()
    assert "Perhaps told before" in shown and "v1.2" in shown
    assert not [text for text in sending.plan(draft).warnings if "was told" in text]
    form = {"item": items(draft)[0].pk, "earlier": items(old)[0].pk, "choice": "follow_up"}
    erin.post(page(draft, "story"), form)
    assert "Perhaps" not in erin.get(page(draft, "preflight")).content.decode()
    assert items(draft)[0].follows == items(old)[0]


def test_the_page_of_an_item_and_its_saving_tell(daily: Publication) -> None:
    sent(daily, "2026-03-01", TITLES[:1])
    draft = issue(daily, "2026-03-02", ["Something quite new happened in town"])
    url = Link.objects.get(issue__slug="2026-03-01").url
    item = items(draft)[0]
    erin = of("erin")
    address = reverse("admin:newsletter_issue_item", args=[draft.pk, item.pk])
    assert "Told before" not in erin.get(address).content.decode()
    form = {
        "title": TITLES[0], "category": item.category_id, "source_lines": f"The Paper | {url}",
        "insight": "It does.", "bullet_lines": "", "body": "", "date": "",
    }  # fmt: skip
    answer = erin.post(address, form, follow=True).content.decode()
    assert "Item 1 was told on 2026-03-01" in answer
    assert "Told before" in erin.get(address).content.decode()
