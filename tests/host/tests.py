"""The journey of a reader and of an editor within a host project, and what its `check` says."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core import checks, mail
from django.test import Client, TestCase, TransactionTestCase, override_settings
from django.urls import NoReverseMatch, reverse

from newsletter.models import Issue
from newsletter.sending import guard
from newsletter.sending.engine import service
from subscribers import choice, mailing, suppression
from subscribers.models import (
    Category,
    ConsentEvent,
    Publication,
    Role,
    SecondFactor,
    Subscription,
)

from ..smtpd import Smtpd
from .accounts.models import Member

HOST = "https://shop.example.org"
DIGEST = """# Harbour Daily - 2026-03-02

## A new quay opens

> **Category:** Docks
> **Source:** [The Paper](https://paper.example.org/quay)

**Insight:** It takes ships of any size.

---

## The fish market moves

> **Category:** Trade
> **Source:** [The Paper](https://paper.example.org/fish)

**Insight:** It opens at six.
"""


class Visitor(Client):
    """Somebody at the host's address."""

    def __init__(self, member: Member | None = None, **more: Any) -> None:
        super().__init__(SERVER_NAME="shop.example.org", **more)
        if member is not None:
            self.force_login(member)

    def page(self, path: str, status: int = 200) -> str:
        """A page by its path or its whole address, which must be of this host."""
        response = self.get(path.removeprefix(HOST), secure=True)
        assert response.status_code == status, (
            path,
            response.status_code,
            response.get("Location"),
        )
        return response.content.decode()

    def press(self, path: str, **data: Any) -> str:
        """Post a form, and the path it leads to."""
        response = self.post(path.removeprefix(HOST), data, secure=True)
        assert response.status_code in (302, 303), (path, response.content.decode()[:3000])
        return str(response["Location"])


def publication() -> Publication:
    """A daily with two categories."""
    daily = Publication.objects.create(
        slug="daily", name="Harbour Daily", language="en", from_name="Harbour Daily",
        from_address="news@shop.example.org", postal_identity="1 Quay Street, Port", undo_seconds=0,
        imprint="The shop", privacy="Nothing is told to anybody.",
    )  # fmt: skip
    for name in ("Docks", "Trade"):
        Category.objects.create(
            publication=daily, slug=name.lower(), name=name, bit=choice.free_bit(daily, "open")
        )
    return daily


def last_mail() -> str:
    """Send what waits, and the text of the last mail."""
    mailing.sweep()
    return str(mail.outbox[-1].body)


def link(text: str, part: str) -> str:
    """The personal link of this kind in a mail."""
    found = re.search(rf"{HOST}/a/b/s/{part}/\S+", text)
    assert found, text
    return found.group()


class Reader(TestCase):
    """Subscribe, confirm, choose, leave: by mail, and by an account of the host."""

    def setUp(self) -> None:
        self.daily = publication()
        self.visitor = Visitor()

    def test_a_reader_subscribes_confirms_chooses_and_leaves(self) -> None:
        form = self.visitor.page("/a/b/daily/subscribe/")
        assert 'href="/a/b/daily/"' in form and 'href="/daily/' not in form
        assert "account" not in form
        sent = self.visitor.press("/a/b/daily/subscribe/", address="alice@mail.example.org")
        assert sent.startswith("/a/b/daily/subscribe/sent/")
        self.visitor.page(sent)
        confirm = link(last_mail(), "c")
        self.visitor.page(confirm)
        own = self.visitor.press(confirm)
        tie = Subscription.objects.get()
        assert tie.state == "active" and own.startswith("/a/b/s/m/")
        docks = self.daily.categories.get(slug="docks")
        self.visitor.page(own)
        self.visitor.press(
            own.partition("?")[0],
            action="save", shown=["docks", "trade"], categories=["docks"], rhythm="every",
            language="en",
        )  # fmt: skip
        tie.refresh_from_db()
        assert choice.Choice(tie.choice).categories(list(self.daily.categories.all())) == [docks]
        leave = re.search(r'"(/a/b/s/u/[^"?]+)', self.visitor.page(own))
        assert leave is not None
        self.visitor.page(leave[1])
        self.visitor.post(leave[1], {"List-Unsubscribe": "One-Click"}, secure=True)
        tie.refresh_from_db()
        assert tie.state == "unsubscribed"

    def test_an_account_of_the_host_is_a_reader_without_a_mail(self) -> None:
        member = Member.objects.create_user("Bob@Mail.example.org")
        bob = Visitor(member, enforce_csrf_checks=True)
        assert 'href="/a/b/daily/account/"' in bob.page("/a/b/daily/subscribe/")
        assert 'href="/a/b/daily/account/"' in bob.page("/a/b/daily/manage/")
        page = bob.page("/a/b/daily/account/")
        assert "Bob@mail.example.org" in page
        assert not Subscription.objects.exists()  # Opening a page subscribes nobody.
        # Another site's form brings the cookie and not the token.
        refused = bob.post("/a/b/daily/account/", secure=True)
        assert refused.status_code == 403 and not Subscription.objects.exists()
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        own = bob.post(
            "/a/b/daily/account/",
            {"csrfmiddlewaretoken": token[1]},
            secure=True,
            headers={"Referer": f"{HOST}/a/b/daily/account/"},
        )["Location"]
        assert Subscription.objects.get().state == "active"
        kinds = ConsentEvent.objects.order_by("id").values_list("kind", "form")
        assert {form for _kind, form in kinds} == {"account"}
        assert "Docks" in bob.page(own)
        assert bob.get("/a/b/daily/account/", secure=True)["Location"].startswith("/a/b/s/m/")
        # Nobody else gets there, and a stranger is told nothing.
        self.visitor.page("/a/b/daily/account/", 404)
        carol = Visitor(Member.objects.create_user("carol@mail.example.org"))
        assert "bob" not in carol.page("/a/b/daily/account/").lower()

    def test_who_complained_is_not_subscribed_by_an_account(self) -> None:
        suppression.suppress("dora@mail.example.org", suppression.Reason.COMPLAINT)
        dora = Visitor(Member.objects.create_user("dora@mail.example.org"))
        answer = dora.post("/a/b/daily/account/", secure=True)
        assert answer.status_code == 409 and not Subscription.objects.exists()

    def test_the_hosts_own_pages_stay_its_own(self) -> None:
        assert "Things to buy" in self.visitor.page("/")
        assert "Things to buy" in self.visitor.page("/a/")
        # Our pages have our frame, though the host has a base.html; what it overrides is its own.
        ours = self.visitor.page("/a/b/daily/")
        assert "The shop's own frame" not in ours and "Harbour Daily" in ours
        imprint = self.visitor.page("/a/b/daily/imprint/")
        assert "The shop's own frame" in imprint and "The shop's own imprint" in imprint
        self.visitor.page("/nothing/", 404)
        for feed in ("feed.atom", "feed.json", "items.rss"):
            assert f"{HOST}/a/b/daily/{feed}" in self.visitor.page(f"/a/b/daily/{feed}")


class Editor(TransactionTestCase):
    """Import, preview, release, all in the host's admin; a worker sends it."""

    def setUp(self) -> None:
        self.daily = publication()
        self.editor = Member.objects.create_user("erin@shop.example.org", "pass", is_staff=True)
        for kind in ("sender", "owner"):
            Role.objects.create(user=self.editor, publication=self.daily, kind=kind)
        self.desk = Visitor(self.editor)

    def test_every_page_of_the_menu_opens(self) -> None:
        root = Member.objects.create_user(
            "root@shop.example.org", "pass", is_staff=True, is_superuser=True
        )
        # A second factor is the host's own affair: ours is neither shown nor asked for.
        SecondFactor.objects.create(user=root, secret="A" * 32, last_step=0)
        with self.assertRaises(NoReverseMatch):
            reverse("second_factor")
        for who, least in ((self.desk, 14), (Visitor(root), 18)):
            start = who.page("/backoffice/today/")
            menu = start.partition('<nav class="sudi-menu"')[2].partition("</nav>")[0]
            pages = re.findall(r'href="(/backoffice/[^"]*)"', menu)
            assert len(pages) >= least, pages
            for path in pages:
                response = who.get(path, secure=True, follow=True)
                assert response.status_code == 200, path
                if path != "/backoffice/accounts/member/":  # The host's own.
                    html = response.content.decode()
                    assert "newsletter/admin.css" in html and "sudi-menu" in html, path
        root_desk = Visitor(root)
        assert "Issues" in root_desk.page("/backoffice/")  # The host's index lists our models.
        root_desk.page("/backoffice/auth/group/")  # And nothing of Django's is taken from it.
        change = reverse("admin:subscribers_publication_change", args=[self.daily.pk])
        for path in (change, reverse("admin:subscribers_publication_add")):
            assert "postal_identity" in root_desk.page(path)

    def test_colleagues_are_invited_by_their_address(self) -> None:
        people = reverse("admin:subscribers_publication_people", args=["daily"])
        self.desk.press(people, address="fred@shop.example.org", kinds=["editor"])
        fred = Member.objects.get(mail="fred@shop.example.org")
        assert fred.is_staff and not fred.has_usable_password()
        assert "fred@shop.example.org" in self.desk.page(people)
        self.desk.page(reverse("admin:subscribers_publication_person", args=["daily", fred.pk]))
        found = re.search(rf"{HOST}/backoffice/invited/\S+", last_mail())
        assert found is not None
        invited = Visitor()
        form = invited.get(found.group().removeprefix(HOST), secure=True)["Location"]
        assert "Choose a password" in invited.page(form)
        invited.press(form, new_password1="quay-side-7-fish", new_password2="quay-side-7-fish")
        assert "Harbour Daily" in invited.page("/backoffice/today/")

    def test_an_editor_imports_previews_and_releases(self) -> None:
        self.desk.page(reverse("admin:newsletter_issue_import"))
        Visitor().press("/a/b/daily/subscribe/", address="alice@mail.example.org")
        confirm = link(last_mail(), "c")
        Visitor().press(confirm)
        text = self.desk.post(
            reverse("admin:newsletter_issue_import"),
            {"publication": self.daily.pk, "text": DIGEST, "shape": "auto", "do": "look"},
            secure=True,
        ).content.decode()
        token = re.search(r'name="looked_at" value="([^"]+)"', text)
        assert token is not None, text
        self.desk.press(
            reverse("admin:newsletter_issue_import"),
            publication=self.daily.pk, text=DIGEST, shape="auto", do="store", looked_at=token[1],
        )  # fmt: skip
        issue = Issue.objects.get()
        assert issue.items.count() == 2
        for page in ("change", "write", "preview", "preflight", "audience", "history"):
            assert "sudi-menu" in self.desk.page(
                reverse(f"admin:newsletter_issue_{page}", args=[issue.pk])
            )
        send = reverse("admin:newsletter_issue_send", args=[issue.pk])
        shown = self.desk.page(send)
        given = dict(re.findall(r'name="(seen|at|channels|rehearsal)" value="([^"]*)"', shown))
        ticks = re.findall(r'name="accept"\s+value="([^"]+)"', shown)
        with (
            Smtpd(keep=True) as relay,
            override_settings(
                SUDI={
                    **settings.SUDI,
                    "SMTP_URLS": [f"smtp://127.0.0.1:{relay.port}?starttls=never"],
                }
            ),
        ):
            self.desk.press(send, **given, accept=ticks)
            stop = threading.Event()

            def until_sent() -> None:
                for _ in range(300):
                    if relay.accepted:
                        break
                    time.sleep(0.1)
                stop.set()

            watching = threading.Thread(target=until_sent)
            watching.start()
            guard.may_act()
            service.serve(stop)
            watching.join()
            assert [one.recipient for one in relay.accepted] == ["alice@mail.example.org"]
            content = (relay.accepted[0].content or b"").decode()
        assert f"<{HOST}/a/b/s/u/" in content.replace("\r\n ", "")
        public = Visitor().page("/a/b/daily/2026-03-02/")
        assert "A new quay opens" in public and 'href="/a/b/daily/' in public
        assert f'rel="canonical" href="{HOST}/a/b/daily/2026-03-02/"' in public


class Checks(TestCase):
    """What `check` says of a host that lacks something."""

    def ids(self) -> set[str]:
        """The numbers of our findings."""
        return {str(one.id) for one in checks.run_checks() if str(one.id).startswith("subscribers")}

    def test_nothing_is_wrong_here(self) -> None:
        assert checks.run_checks() == []
        assert admin.site.is_registered(Member)

    def test_each_thing_that_is_missing_is_named(self) -> None:
        lacking = {key: value for key, value in settings.SUDI.items() if key != "DATA_DIR"}
        with override_settings(SUDI=lacking):
            assert "subscribers.E001" in self.ids()
        with override_settings(SUDI={**settings.SUDI, "VISITOR": "tests.host.urls.nobody"}):
            assert self.ids() == {"subscribers.E003"}
        with override_settings(SUDI={**settings.SUDI, "BASE_URL": f"{HOST}/news"}):
            assert self.ids() == {"subscribers.E006"}
        with override_settings(ROOT_URLCONF="tests.host.without_pages"):
            assert self.ids() == {"subscribers.E005", "subscribers.E007"}
        with override_settings(
            TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
        ):
            assert self.ids() == {"subscribers.E002"}
