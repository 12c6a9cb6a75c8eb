"""Everything found by a few letters: the page, and the palette that Ctrl+K opens over any other.

Searched by POST, since what is typed may be an address, and web addresses end up in logs. Nothing
is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from newsletter import handbook
from subscribers import finding as reader_finding
from subscribers import times
from subscribers.admin import chrome
from subscribers.admin.access import require, visible
from subscribers.models import Category, Publication
from subscribers.roles import Act, may

from ..digest import markdown
from ..issues import finding
from ..models import Issue

# Shown of each kind in the palette, and on the page.
_FEW, _MANY = 6, 25
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its name, where it is, and what tells it from others."""

    text: str
    address: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `more`: there may be others."""

    title: str
    hits: Sequence[Hit]
    more: bool = False


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponseBase:
    """The page; a POST with `palette` answers with the list alone."""
    require(request, Act.SEE, None)
    typed = request.POST.get("q", "")[:_LONGEST].strip() if request.method == "POST" else ""
    palette = bool(request.POST.get("palette"))
    groups = search(request, typed, _FEW if palette else _MANY) if typed else []
    if palette:
        return TemplateResponse(
            request, "admin/sudi/found.html", {"typed": typed, "groups": groups}
        )
    missing = request.method == "POST" and not typed
    return chrome.page(
        request,
        "admin/sudi/find.html",
        title=pgettext("search", "Find"),
        status=422 if missing else 200,
        problem=pgettext("archive", "Write a word to look for.") if missing else "",
        typed=typed,
        groups=groups,
    )


def search(request: HttpRequest, typed: str, most: int) -> list[Group]:
    """All kinds in the order of the desk; only what the user may open. Empty ones are left out."""
    groups = (source(request, typed, most) for source in _SOURCES)
    return [group for group in groups if group.hits]


def _issues(request: HttpRequest, typed: str, most: int) -> Group:
    found = finding.issues(typed, list(visible(request)), most + 1)
    hits = [
        Hit(
            markdown.plain_text(one.title, links=False),
            _issue_page(one),
            f"{times.say_day(one.date)} · {one.publication.name} · {one.get_state_display()}",
        )
        for one in found[:most]
    ]
    return Group(pgettext("admin", "Issues"), hits, len(found) > most)


def _issue_page(issue: Issue) -> str:
    moving = issue.state in (Issue.State.SCHEDULED, Issue.State.SENDING, Issue.State.PAUSED)
    name = "progress" if moving else "change"
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk])


def _items(request: HttpRequest, typed: str, most: int) -> Group:
    found = finding.items(typed, list(visible(request)), most + 1)
    hits = [
        Hit(
            markdown.plain_text(one.title, links=False),
            f"{reverse('admin:newsletter_issue_change', args=[one.issue_id])}#item-{one.pk}",
            f"{times.say_day(one.issue.date)} · {one.issue.publication.name}",
        )
        for one in found[:most]
    ]
    return Group(_("Items"), hits, len(found) > most)


def _readers(request: HttpRequest, typed: str, most: int) -> Group:
    mine = _reader_publications(request)
    if mine is not None and not mine:
        return Group("", [])
    found = reader_finding.readers(typed, mine, most)
    hits = [
        Hit(one.address, reverse("admin:subscribers_subscriber_change", args=[one.pk]), one.name)
        for one in found.readers
    ]
    return Group(_("Readers"), hits, found.more)


def _reader_publications(request: HttpRequest) -> list[Publication] | None:
    """Where the user may care for readers; None: everywhere, also who is in no publication."""
    if request.user.is_superuser:
        return None
    return list(visible(request, Act.READERS))


def _categories(request: HttpRequest, typed: str, most: int) -> Group:
    low = typed.lower()
    rows = Category.objects.filter(publication__in=visible(request), merged_into__isnull=True)
    hits = [
        Hit(one.name, _category_page(request, one), one.publication.name)
        for one in rows.select_related("publication")
        if any(low in name.lower() for name in _names_of(one))
    ]
    return Group(_("Categories"), hits[:most], len(hits) > most)


def _category_page(request: HttpRequest, category: Category) -> str:
    """Its own page for who may change it, the list that it stands in for everybody else."""
    if may(request.user, Act.SET_UP, category.publication):
        return reverse("admin:subscribers_category_change", args=[category.pk])
    every = reverse("admin:subscribers_category_changelist")
    return f"{every}?publication={category.publication.slug}"


def _names_of(category: Category) -> Iterator[str]:
    yield category.name
    yield category.slug
    yield from (str(one) for one in category.aliases)
    yield from (str(one) for one in category.translations.values())


def _pages(request: HttpRequest, typed: str, most: int) -> Group:
    low = typed.lower()
    entries = [
        (str(entry["title"]), str(entry["link"]), str(group["title"]))
        for group in chrome.navigation(request)
        for entry in group["items"]
    ]
    if may(request.user, Act.EDIT, None):
        issues = pgettext("admin", "Issues")
        new, text = reverse("admin:newsletter_issue_new"), reverse("admin:newsletter_issue_import")
        entries += [(pgettext("admin", "New issue"), new, issues)]
        entries += [(_("Import a digest"), text, issues)]
    entries += [
        (
            one.name,
            reverse("admin:newsletter_issue_growth", args=[one.slug]),
            pgettext("readers", "Growth"),
        )
        for one in visible(request)
    ]
    hits = [Hit(*entry) for entry in entries if any(low in part.lower() for part in entry[::2])]
    return Group(_("Pages"), hits[:most], len(hits) > most)


def _handbook(request: HttpRequest, typed: str, most: int) -> Group:
    low = typed.lower()
    hits = []
    for chapter in handbook.chapters(get_language() or "en"):
        if low not in chapter.text.lower():
            continue
        try:
            address = reverse("help_chapter", args=[chapter.name])
        except NoReverseMatch:  # A host without our handbook.
            break
        hits.append((low not in chapter.title.lower(), Hit(chapter.title, address)))
    hits.sort(key=lambda one: one[0])
    return Group(_("Handbook"), [hit for _other, hit in hits[:most]], len(hits) > most)


Source = Callable[[HttpRequest, str, int], Group]
_SOURCES: list[Source] = [_pages, _issues, _items, _readers, _categories, _handbook]
