"""What an editor hears before a release: each blocker and warning once, on the right items."""

from __future__ import annotations

import dataclasses
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django_tasks import default_task_backend

from newsletter import editions, rendering
from newsletter.editions import IssueView, LinkView
from newsletter.issues import dead_links, preflight
from newsletter.issues.preflight import Finding, Level
from newsletter.outgoing.addresses import is_public
from newsletter.rendering import TooLarge
from tests import builders
from tests import sample_issues as issues
from tests.internet import internet
from tests.site_settings import configure

CLEAN = {"BASE_URL": "https://news.harbour.example.org", "BOUNCE_DOMAIN": ""}


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    configure(settings, **CLEAN)


def one(**extra: Any) -> IssueView:
    """One item with these fields."""
    category = extra.pop("category", issues.categories()[0])
    return issues.view(items=(issues.item(1, category, **extra),))


def findings(view: IssueView, **extra: Any) -> list[Finding]:
    return preflight.check(view, issues.publication(), **extra)


def codes(view: IssueView, **extra: Any) -> list[tuple[str, str]]:
    return [(finding.level.value, finding.code) for finding in findings(view, **extra)]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_good_issue_has_nothing_to_say(language: str) -> None:
    view = issues.view(3, language)
    made = rendering.prepare(view, issues.publication(language)).edition(view.mask)
    assert preflight.check(view, issues.publication(language), made=[made]) == []


def test_an_item_without_a_category_forbids_the_release() -> None:
    retired = dataclasses.replace(issues.categories()[0], bit=None)
    view = issues.view(
        items=(
            issues.item(1, issues.categories()[0]),
            issues.item(2, None),
            issues.item(3, retired),
        )
    )
    (found,) = findings(view)
    assert found == Finding(
        Level.BLOCKER,
        "no-category",
        "Items 2, 3 have no category: no reader would get them.",
        (1002, 1003),
    )
    assert preflight.blockers([found]) == [found.message]
    assert preflight.warnings([found]) == []


def test_an_issue_without_items_cannot_be_sent() -> None:
    assert codes(issues.view(items=())) == [("blocker", "no-items")]


@pytest.mark.parametrize(
    ("extra", "code", "message"),
    [
        (
            {"sources": (LinkView(1, "The Paper", ""),)},
            "no-source",
            "Item 1 has no link to its source.",
        ),
        (
            {"insight": "", "bullets": (), "body": ""},
            "empty",
            "Item 1 has nothing but a title.",
        ),
        (
            {"body": "![](https://example.org/p.png)"},
            "no-alt",
            "A picture in item 1 has no description.",
        ),
        (
            {"insight": "TODO: write this"},
            "unfinished",
            "The text holds a placeholder (TODO, lorem ipsum, 待补充 …).",
        ),
        (
            {"insight": "left \u202eright"},
            "invisible",
            "Item 1 holds invisible or direction-changing characters; they are left out.",
        ),
        (
            {"sources": (LinkView(1, "x", "https://bit.ly/3abc"),)},
            "link-odd",
            "https://bit.ly/3abc: a link shortener hides where it leads, "
            "and filters count that against us.",
        ),
        (
            {"sources": (LinkView(1, "x", "http://203.0.113.7/a"),)},
            "link-odd",
            "http://203.0.113.7/a: a bare IP address looks like a trap.",
        ),
        (
            {"sources": (LinkView(1, "x", "http://wiki.internal/a"),)},
            "link-odd",
            "http://wiki.internal/a: this address exists on your network only.",
        ),
        (
            {"sources": (LinkView(1, "x", "javascript:alert(1)"),)},
            "link-unusable",
            "javascript:alert(1) is not an address a reader can follow; it is left out.",
        ),
    ],
)
def test_what_to_look_at_in_an_item(extra: dict[str, Any], code: str, message: str) -> None:
    (found,) = [finding for finding in findings(one(**extra)) if finding.code == code]
    assert (found.level, found.message, found.items[:1]) == (
        Level.WARNING,
        message,
        (1001,) if found.items else (),
    )


def test_repeated_links_and_titles() -> None:
    kind = issues.categories()[0]
    url = "https://example.org/same"
    view = issues.view(
        items=(
            issues.item(1, kind, title="Same", sources=(LinkView(1, "a", url),)),
            issues.item(2, kind, title="**Same**", body=f"[x]({url})"),
        )
    )
    found = {finding.code: finding for finding in findings(view)}
    assert set(found) == {"link-twice", "same-text", "same-title"}
    assert found["link-twice"].message == (
        "https://example.org/same is linked more than once (items 1, 2)."
    )
    assert found["same-title"].items == (1001, 1002)


def test_of_many_items_a_sentence_names_a_few() -> None:
    kind = issues.categories()[0]
    link = (LinkView(1, "a", "https://example.org/same"),)
    many = [issues.item(n, kind, title=f"Story {n}", sources=link) for n in range(1, 301)]
    for count, said in (
        (12, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"),
        (300, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 290 more"),
    ):
        found = findings(issues.view(items=tuple(many[:count])))
        twice = next(one for one in found if one.code == "link-twice")
        assert twice.message == f"https://example.org/same is linked more than once (items {said})."


def test_dead_links() -> None:
    url = issues.item(1, None).sources[0].url
    found = findings(one(), dead={url: "the server answers 404"})
    assert [finding.message for finding in found] == [
        f"{url} cannot be reached: the server answers 404",
    ]


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("Harbour Daily - 2026-03-02", False),
        ("海港日报 - 2026年3月2日", False),
        ("Harbour Daily", False),
        ("Harbour Daily - 2026-03-01", True),
        ("海港日报 - 2025年3月2日", True),
        ("Harbour Daily - 2026-02-31", True),
    ],
)
def test_a_wrong_date_in_the_title(title: str, wrong: bool) -> None:
    view = dataclasses.replace(one(), title=title)
    assert (("warning", "title-date") in codes(view)) is wrong


def test_subjects() -> None:
    assert codes(dataclasses.replace(one(), subject="A" * 71)) == [("warning", "subject-long")]
    assert codes(dataclasses.replace(one(), subject="港" * 35)) == []
    assert codes(dataclasses.replace(one(), subject="港" * 36)) == [("warning", "subject-long")]
    assert codes(dataclasses.replace(one(), subject="Re: ferry")) == [("warning", "subject-reply")]


def test_editions_too_large_short_or_without_a_way_out() -> None:
    view = issues.view(133)
    made = rendering.prepare(view, issues.publication()).edition(view.mask)
    (found,) = findings(one(), made=[made])
    assert found.message == ("1 edition does not fit into 75,000 bytes; its later items are brief.")
    broken = dataclasses.replace(made, html="<p>no link</p>", shortened=False)
    assert codes(one(), made=[broken, TooLarge("x")]) == [
        ("blocker", "too-large"),
        ("blocker", "no-unsubscribe"),
    ]


@pytest.mark.parametrize(
    ("sender", "base", "bounces", "expected"),
    [
        ("n@harbour.example.org", "https://news.harbour.example.org", "", []),
        ("n@example.org", "https://news.example.org", "bounces.example.org", []),
        ("n@mail.example.org", "https://news.example.org", "", []),
        ("n@example.org", "https://news.example.net", "", ["links-elsewhere"]),
        ("n@example.org", "https://example.org", "bounces.example.net", ["not-aligned"]),
        ("n@one.co.uk", "https://two.co.uk", "", ["links-elsewhere"]),
        ("n@one.com.cn", "https://one.com.cn", "two.com.cn", ["not-aligned"]),
        ("n@example.org", "http://example.org", "", ["no-https"]),
        ("n@example.org", "http://127.0.0.1:8000", "", []),
        ("", "https://example.org", "", ["no-sender"]),
    ],
)
def test_the_senders_domains(
    settings: Any, sender: str, base: str, bounces: str, expected: list[str]
) -> None:
    configure(settings, BASE_URL=base, BOUNCE_DOMAIN=bounces)
    found = preflight.check(one(), issues.publication(from_address=sender))
    assert [finding.code for finding in found] == expected


def test_the_publication_itself() -> None:
    found = preflight.check(
        one(), issues.publication(postal_identity=" ", theme={"accent": "blue"})
    )
    assert [finding.message for finding in found] == [
        "The publication has no postal identity; many countries' law asks for one.",
        "Look: “accent”: write a colour as #rrggbb.",
    ]


# Dead links ------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    """Alive, gone, moved, in a circle, moved to a private place, without HEAD."""

    asked: list[tuple[str, str, str]] = []

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.asked.append((self.command, self.path, self.headers["Host"]))
        moved = {
            "/moved": "/alive",
            "/circle": "/circle",
            "/inside": "http://inside.example/secret",
        }
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
        elif self.path == "/nohead" and self.command == "HEAD":
            self.send_response(405)
        elif self.path == "/shy":
            self.send_response(403)
        elif self.path in ("/alive", "/nohead"):
            self.send_response(200)
        else:
            self.send_response(404)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[int]:
    Handler.asked = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def reachable() -> Iterator[None]:
    """paper.example is the test's server, the only public one; every other name is inside."""
    with internet(
        resolve=lambda host, port: RESOLVED.get(host, ["10.0.0.1"]), public=["127.0.0.1"]
    ):
        yield


RESOLVED = {"paper.example": ["127.0.0.1"]}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/alive", ""),
        ("/moved", ""),
        ("/nohead", ""),
        ("/shy", ""),
        ("/gone", "the server answers 404"),
        ("/circle", "too many redirects"),
        ("/inside", "the address is not on the open internet"),
    ],
)
def test_what_a_link_answers(server: int, path: str, reason: str) -> None:
    url = f"http://paper.example:{server}{path}"
    assert dead_links.look(url) == reason
    assert {host for _method, _path, host in Handler.asked} == {f"paper.example:{server}"}


def test_a_name_is_resolved_once_and_the_connection_goes_where_it_pointed(server: int) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    with internet(resolve=lambda host, port: answers.pop(0), public=["127.0.0.1"]):
        assert dead_links.look(f"http://paper.example:{server}/alive") == ""
    assert answers == [["10.0.0.1"]]


def test_one_private_address_among_public_ones_is_enough_to_refuse(server: int) -> None:
    url = f"http://paper.example:{server}/alive"
    both = ["127.0.0.1", "10.0.0.1"]
    with internet(resolve=lambda host, port: both, public=["127.0.0.1"]):
        reason = dead_links.look(url)
    assert reason == "the address is not on the open internet"
    assert Handler.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/alive",
        "http://localhost:{port}/alive",
        "http://[::1]:{port}/alive",
        "http://[::ffff:127.0.0.1]:{port}/alive",
        "http://2130706433:{port}/alive",
        "ftp://paper.example/",
        "http://user@127.0.0.1:{port}/alive",
        "http://:{port}/",
    ],
)
def test_this_machine_is_never_asked(server: int, url: str) -> None:
    with internet(public=[]):  # As in life: nothing of this machine is public.
        reason = dead_links.look(url.format(port=server))
    assert reason in (
        "the address is not on the open internet",
        "not an http address",
        "the host name is not known",
    )
    assert Handler.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False),
    ],
)
def test_what_counts_as_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_server_that_does_not_answer() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_address[1]
    reason = dead_links.look(f"http://paper.example:{port}/")
    assert reason == "the server does not answer"


@pytest.mark.django_db
def test_the_job_is_off_by_default(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look(url: str, **_kwargs: Any) -> str:
        looked.append(url)
        return "the server answers 404" if url.endswith("/1") else ""

    monkeypatch.setattr(dead_links, "look", look)
    publication = builders.publication()
    issue = builders.issue(publication, extra={"tail_title": "More"})
    builders.item(issue, builders.category(publication, "News"), "One")
    builders.tail_link(issue, "Tail")
    dead_links.check_issue.func(issue.pk)
    assert looked == []
    configure(settings, CHECK_LINKS=True)
    dead_links.check_issue.func(issue.pk)
    assert sorted(looked) == ["https://example.org/2026-03-02/1", "https://example.org/tail"]
    issue.refresh_from_db()
    assert issue.extra["tail_title"] == "More"
    (found,) = [
        finding
        for finding in preflight.check(editions.load(issue), publication)
        if finding.code == "link-dead"
    ]
    assert found.message == (
        "https://example.org/2026-03-02/1 cannot be reached: the server answers 404"
    )


@pytest.mark.django_db
def test_the_sweeper_asks_once_for_each_revision_of_what_is_not_sent(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    publication = builders.publication()
    draft = builders.issue(publication)
    builders.issue(publication, "2026-03-01", state="archived")

    def asked() -> list[tuple[Any, ...]]:
        default_task_backend.clear()
        dead_links.sweep()
        return [tuple(result.args) for result in default_task_backend.results]

    assert asked() == []
    configure(settings, CHECK_LINKS=True)
    draft.revisions.create(number=1, kind="import")
    assert asked() == [(draft.pk,)]
    assert asked() == []
    draft.revisions.create(number=2, kind="edit")
    assert asked() == [(draft.pk,)]


def test_a_page_that_texts_only_mention_is_no_story_told_twice() -> None:
    kind = issues.categories()[0]

    def found(url: str, *, source: bool = False) -> set[str]:
        sources = (LinkView(1, "a", url if source else "https://example.org/a"),)
        items = (
            issues.item(1, kind, title="One", body=f"By [her]({url}).", sources=sources),
            issues.item(2, kind, title="Two", body=f"Thanks to [her]({url})."),
        )
        return {one.code for one in findings(issues.view(items=items))} & {"link-twice"}

    # A person's page, a home page, a chat; by its path or what is asked of it.
    for url in (
        "https://github.com/ada", "https://example.org/", "https://example.org",
        "https://chat.example.org/?channel=harbour", "https://example.social/@ada/",
    ):  # fmt: skip
        assert found(url) == set(), url
        assert found(url, source=True) == {"link-twice"}, url
    assert found("https://paper.example.org/2026/03/pier") == {"link-twice"}


def test_a_link_of_a_list_needs_no_other_words() -> None:
    kind = issues.categories()[0]
    url = "https://example.org/calico"
    empty: dict[str, Any] = {"insight": "", "body": "", "bullets": ()}
    for label, says_nothing in (("Calico to *v3.8.4*", True), ("The Paper", False)):
        one = issues.item(
            1, kind, title="Calico to v3.8.4", sources=(LinkView(1, label, url),), **empty
        )
        codes = {found.code for found in findings(issues.view(items=(one,)))}
        assert ("empty" not in codes) == says_nothing, label
