"""Twenty accidents, planted one by one in a good issue: preflight names each, and nothing else.

Each says the item's number or the page, and leads there. The good issue itself has nothing to say.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import sending
from newsletter.importing import link_key
from newsletter.importing.stories import remember
from newsletter.issues.preflight import findings
from newsletter.models import CheckResult, Edition, ImportWarning, Issue, Link
from subscribers.choice import Choice
from subscribers.models import Publication, Subscription
from tests import builders
from tests.site_settings import configure

pytestmark = pytest.mark.django_db

NOW = builders.NOW  # Monday 2 March 2026, 08:00 UTC.
ITEMS = 5
WORDS = ("ferry", "tram", "bakery", "river", "library")


@pytest.fixture(autouse=True)
def site(settings: Any) -> Any:
    configure(settings, BASE_URL="https://news.harbour.example.org")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def daily(db: None) -> Publication:
    """A publication with four readers and five issues that went out, one a day."""
    made = builders.publication()
    city, nature = builders.category(made, "City"), builders.category(made, "Nature")
    for number in range(4):
        builders.subscription(made, f"reader{number}@example.org", [city, nature])
    for ago in range(5, 0, -1):
        at = NOW - dt.timedelta(days=ago)
        past = filled(made, f"{at:%Y-%m-%d}")
        Issue.objects.filter(pk=past.pk).update(
            state="sent", published_at=at, frozen_at=at, finished_at=at, subject=f"Of {at:%A}"
        )
        Edition.objects.create(issue=past, selection=3, readers=4, size=17_000)
    return made


def filled(publication: Publication, date: str) -> Issue:
    """An issue of five items with sources of their own, and two tail links."""
    made = builders.issue(publication, date)
    for number, word in enumerate(WORDS, 1):
        category = publication.categories.order_by("pk")[number % 2]
        url = f"https://paper.example.net/{date}/{word}"
        item = builders.item(made, category, f"The {word} of {date} and what it means", url=url)
        Link.objects.filter(item=item).update(url_key=link_key(url))
        remember([item])
    for number in (1, 2):
        builders.tail_link(made, f"Further {number}", f"https://paper.example.net/{date}/t{number}")
    return made


@pytest.fixture
def draft(daily: Publication) -> Issue:
    return filled(daily, "2026-03-02")


def item(draft: Issue, number: int) -> Any:
    return draft.items.filter(number=number)


def test_the_good_issue_has_nothing_to_say(draft: Issue) -> None:
    plan = sending.plan(draft)
    assert (plan.blockers, plan.warnings) == ((), ())


# ---- the accidents: what a person did, and the finding's code and item or place


def of_another_year(draft: Issue) -> None:
    Issue.objects.filter(pk=draft.pk).update(date=dt.date(2025, 3, 2))


def title_of_another_day(draft: Issue) -> None:
    Issue.objects.filter(pk=draft.pk).update(title="Harbour Daily - 2026-03-03")


def dated_as_the_last(draft: Issue) -> None:
    Issue.objects.filter(pk=draft.pk).update(date=dt.date(2026, 3, 1), title="Harbour Daily")


def story_told_yesterday(draft: Issue) -> None:
    url = "https://paper.example.net/2026-03-01/tram"
    Link.objects.filter(item__in=item(draft, 2)).update(url=url, url_key=link_key(url))
    item(draft, 2).update(title="The tram of 2026-03-01 and what it means")
    remember(list(item(draft, 2)))


def dead_link(draft: Issue) -> None:
    url = "https://paper.example.net/2026-03-02/bakery"
    draft.extra = {"dead_links": {"found": {url: "the server answers 404"}}}
    draft.save()


def doubled_link(draft: Issue) -> None:
    url = "https://paper.example.net/2026-03-02/ferry"
    item(draft, 2).update(body=f"See [the timetable]({url}).")


def no_source(draft: Issue) -> None:
    Link.objects.filter(item__in=item(draft, 3)).delete()


def no_category(draft: Issue) -> None:
    item(draft, 4).update(category=None)


def unticked_import_warning(draft: Issue) -> None:
    item(draft, 2).update(line=7)
    ImportWarning.objects.create(issue=draft, line=7, code="source-missing", mark="m")


def picture_without_words(draft: Issue) -> None:
    item(draft, 1).update(body="![](https://paper.example.net/p.png)")


def hidden_category(draft: Issue) -> None:
    hidden = builders.category(draft.publication, "Members", visibility="hidden")
    item(draft, 5).update(category=hidden)


def todo(draft: Issue) -> None:
    item(draft, 2).update(insight="TODO: ask the harbour master.")


def lorem(draft: Issue) -> None:
    item(draft, 3).update(body="Lorem ipsum dolor sit amet.")


def brackets_of_a_template(draft: Issue) -> None:
    item(draft, 4).update(insight="Good morning, {{ first_name }}.")


def nothing_but_a_title(draft: Issue) -> None:
    item(draft, 1).update(insight="", body="", bullets=[])


def somebodys_own_link(draft: Issue) -> None:
    url = "https://paper.example.net/a?access_token=abc123"
    Link.objects.filter(item__in=item(draft, 3)).update(url=url, url_key=link_key(url))


def wrong_letters(draft: Issue) -> None:
    item(draft, 5).update(insight="The harbourâ€™s own ferry.")


def one_title_twice(draft: Issue) -> None:
    item(draft, 5).update(title=item(draft, 1).get().title)


def another_figure_in_the_translation(draft: Issue) -> None:
    twin = builders.issue(
        draft.publication,
        slug="2026-03-02-zh",
        language="zh-Hans",
        original=draft,
        title="海港日报",
    )
    for one in draft.items.order_by("number"):
        figure = "1243" if one.number == 2 else "1234"
        url = one.links.get().url
        builders.item(twin, one.category, f"{figure}艘渡轮", url=url)
    for number in range(1, ITEMS + 1):
        item(draft, number).update(title=f"1,234 ferries, part {WORDS[number - 1]}")


def key_that_is_not_published(draft: Issue) -> None:
    CheckResult.objects.create(
        name="dkim",
        ok=False,
        at=NOW,
        findings=[
            [False, ["No DKIM key is published at %(name)s.",
                     {"name": "s1._domainkey.harbour.example.org"}],
             ["Publish: %(record)s", {"record": "s1._domainkey TXT v=DKIM1"}]],
            [False, ["No DKIM key is published at %(name)s.",
                     {"name": "s1._domainkey.elsewhere.example.net"}], ""],
        ],
    )  # fmt: skip


def nobody_may_send_for_the_domain(draft: Issue) -> None:
    CheckResult.objects.create(
        name="spf", ok=False, at=NOW,
        findings=[[False, ["%(domain)s has no SPF record.",
                           {"domain": "harbour.example.org"}], ""]],
    )  # fmt: skip


def no_policy_of_the_domain(draft: Issue) -> None:
    CheckResult.objects.create(
        name="dmarc", ok=False, at=NOW,
        findings=[[False, ["The DMARC record of %(where)s is not valid: %(said)s",
                           {"where": "example.org", "said": "p"}], ""]],
    )  # fmt: skip


def half_of_the_issue(draft: Issue) -> None:
    draft.items.filter(number__gt=2).delete()


def three_of_four_get_nothing(draft: Issue) -> None:
    lost = builders.category(draft.publication, "Sport")
    for tie in Subscription.objects.order_by("pk")[:3]:
        tie.choice = Choice.of([lost], live=draft.publication.categories.all()).bits
        tie.save()


def as_long_as_a_book(draft: Issue) -> None:
    item(draft, 1).update(body="A sentence that goes on and on. " * 1200)


def no_sender(draft: Issue) -> None:
    Publication.objects.update(from_address="")


Plant = Callable[[Issue], None]
# What happened, the codes that are found, and where the finding leads: the number of an item, or
# the name of a page.
ACCIDENTS: list[tuple[Plant, set[str], int | str]] = [
    (of_another_year, {"not-today", "older-than-last", "title-date"}, "about"),
    (title_of_another_day, {"title-date"}, "about"),
    (dated_as_the_last, {"same-day", "not-today"}, "about"),
    (story_told_yesterday, {"seen-before"}, 2),
    (dead_link, {"link-dead"}, 3),
    (doubled_link, {"link-twice"}, 2),
    (no_source, {"no-source"}, 3),
    (no_category, {"no-category"}, 4),
    (unticked_import_warning, {"import/source-missing"}, 2),
    (picture_without_words, {"no-alt"}, 1),
    (hidden_category, {"not-offered"}, 5),
    (todo, {"unfinished"}, 2),
    (lorem, {"unfinished"}, 3),
    (brackets_of_a_template, {"unfinished"}, 4),
    (nothing_but_a_title, {"empty"}, 1),
    (somebodys_own_link, {"link-odd"}, 3),
    (wrong_letters, {"garbled"}, 5),
    (one_title_twice, {"same-title"}, 5),
    (another_figure_in_the_translation, {"pair-differs"}, 2),
    (key_that_is_not_published, {"doctor-dkim"}, "operation"),
    (nobody_may_send_for_the_domain, {"doctor-spf"}, "operation"),
    (no_policy_of_the_domain, {"doctor-dmarc"}, "operation"),
    (half_of_the_issue, {"items-unlike"}, ""),
    (three_of_four_get_nothing, {"readers-unlike", "nothing-unlike"}, "audience"),
    (as_long_as_a_book, {"size-unlike"}, ""),
    (no_sender, {"no-sender"}, "publication"),
]


def test_there_are_twenty_and_more() -> None:
    assert len(ACCIDENTS) >= 20


@pytest.mark.parametrize(
    ("plant", "codes", "leads"), ACCIDENTS, ids=lambda one: getattr(one, "__name__", "")
)
def test_an_accident_is_named_and_nothing_else(
    draft: Issue, plant: Plant, codes: set[str], leads: int | str
) -> None:
    plant(draft)
    draft.refresh_from_db()
    draft.publication.refresh_from_db()
    found = findings(sending.plan(draft).looked_at)
    assert {one.code for one in found} == codes, [one.message for one in found]
    # On the page it leads to where it is mended.
    olga = Client()
    olga.force_login(get_user_model().objects.create_superuser("olga", "olga@example.org"))
    page = olga.get(reverse("admin:newsletter_issue_preflight", args=[draft.pk]))
    html = " ".join(page.content.decode().split())
    if isinstance(leads, int):
        pk = draft.items.get(number=leads).pk
        address = reverse("admin:newsletter_issue_item", args=[draft.pk, pk])
        assert f'<a href="{address}">Item {leads}</a>' in html
        assert any(pk in one.items for one in found)
    elif leads:
        pages = {
            "about": reverse("admin:newsletter_issue_about", args=[draft.pk]),
            "audience": reverse("admin:newsletter_issue_audience", args=[draft.pk]),
            "operation": reverse("operation"),
            "publication": reverse(
                "admin:subscribers_publication_change", args=[draft.publication_id]
            ),
        }
        checks = re.search(r'<ul class="sudi-checks">(.*)</ul>', html)
        assert checks is not None and f'href="{pages[leads]}"' in checks[1]


def test_what_the_doctor_found_says_what_to_publish_and_when_it_looked(draft: Issue) -> None:
    key_that_is_not_published(draft)
    assert sending.plan(draft).warnings == (
        "DKIM: No DKIM key is published at s1._domainkey.harbour.example.org."
        " Publish: s1._domainkey TXT v=DKIM1 (The doctor looked on 2026-03-02.)",
    )
    # What it saw long ago says nothing of today.
    CheckResult.objects.update(at=timezone.now() - dt.timedelta(days=8))
    assert sending.plan(draft).warnings == ()
