"""The buttons of the list of items: add, copy, move, join, part, take out, hide, file; and undo.

Each is one step that its editor can undo. Without script a page follows; with it, the list alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from newsletter.issues import arranging, linked_page, steps
from newsletter.issues.linked_page import Page
from newsletter.issues.revisions import note_edit
from subscribers.admin import form_drafts
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.admin.form_drafts import Place
from subscribers.models import Category
from subscribers.roles import Act

from ..models import Issue, Item
from . import typed
from .frame import address, find_issue
from .items import NotADraft, hold_draft, refuse

# What takes an item's words elsewhere: text that is only typed would stay behind.
_OF_STORED = ("merge", "split")
# After what there is no item any more in which somebody else could save what they are typing.
_ENDS_IT = ("delete", "merge")
# What was done, in words, and the item to look at; None where there is none, "" for nothing done.
Done = tuple[str, Item | None]


@require_POST
def order(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One button: `do` says which, `item` of what; `place` and `part` are numbers from 1."""
    issue = find_issue(request, pk, Act.EDIT)
    # `up.12` is `do=up` and `item=12` in one button, so that many rows share one form.
    what, _dot, number = str(request.POST.get("do", "")).partition(".")
    post = request.POST.copy()
    if number:
        post["item"] = number
    item = None
    try:
        # Asked before the draft is locked: another server takes its time.
        page = linked_page.fetch(post.get("url", "")) if what == "address" else None
        with transaction.atomic():
            hold_draft(issue)
            done, item = _act(request, issue, what, post, page)
            if done:
                note_edit(issue, actor(request), done)
                record(
                    request,
                    "item edited",
                    f"issue:{issue.pk}",
                    issue.publication,
                    item=item.number if item is not None else 0,
                    what=what[:20],
                )
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    except arranging.NotPossible as error:
        messages.error(request, str(error))
    except linked_page.NotRead as error:
        messages.error(request, str(error))
        page_name = "write" if request.POST.get("from") == "write" else "change"
        query = urlencode({"url": post.get("url", "")[:2000]})
        return HttpResponseRedirect(f"{address(page_name, issue)}?{query}")
    except ProtectedError:
        messages.error(request, _("A round-up holds a copy of this item. Hide it instead."))
    return HttpResponseRedirect(_back(request, issue, item))


def _back(request: HttpRequest, issue: Issue, item: Item | None) -> str:
    """The page the button stood on, at the item."""
    page = "write" if request.POST.get("from") == "write" else "change"
    if request.headers.get("X-Sudi-Part") and item is not None and item.pk:
        # A script that follows the redirect is not told the fragment of its address.
        return f"{address(page, issue)}?at={item.pk}"
    anchor = f"#item-{item.pk}" if item is not None and item.pk else ""
    return address(page, issue) + anchor


def _act(request: HttpRequest, issue: Issue, what: str, post: QueryDict, page: Page | None) -> Done:
    """Raises Http404 for what is not of this issue, NotPossible."""
    if what == "undo":
        return _undo(request, issue)
    item = _item(issue, post)
    if page is not None:
        with steps.step(issue, actor(request), pgettext("step", "add an item")):
            new = arranging.add(
                issue, item, title=page.title, sources=[(page.site, page.url)], date=page.date
            )
        return pgettext("history", "new item"), new
    if what == "add":
        return _add(request, issue, item)
    act = _ACTS.get(what)
    if act is None or item is None:
        raise Http404
    if what in _OF_STORED:
        _refuse_unsaved(request, item)
    if what in _ENDS_IT:
        _refuse_unsaved_of_others(request, item)
    with steps.step(issue, actor(request), _words(what, item.number)):
        return act(item, post)


def _refuse_unsaved(request: HttpRequest, item: Item) -> None:
    """Raises NotPossible while the person's own text of the item is kept, but not stored in it."""
    left = form_drafts.left(request, Place("item", str(item.pk)))
    if any(typed.differs(one, item.issue, item.pk) for one in left):
        text = _("Item %(number)d has text of yours that is not saved. Save it or throw it away.")
        raise arranging.NotPossible(text % {"number": item.number})


def _refuse_unsaved_of_others(request: HttpRequest, item: Item) -> None:
    """Raises NotPossible while a colleague's text of the item is kept, but not stored in it."""
    for row in form_drafts.of_others(request, Place("item", str(item.pk))):
        if typed.differs(row, item.issue, item.pk):
            text = pgettext(
                "writing",
                "%(who)s has text in item %(number)d that is not saved yet. Ask first; or hide the"
                " item instead.",
            )
            who = row.user.get_username()
            raise arranging.NotPossible(text % {"who": who, "number": item.number})


def _item(issue: Issue, post: QueryDict) -> Item | None:
    number = post.get("item", "")
    if not number:
        return None
    found = None
    if number.isdecimal() and len(number) < 10:
        found = issue.items.select_related("category", "issue").filter(pk=int(number)).first()
    if found is None:
        raise Http404
    return found


def _number(post: QueryDict, name: str) -> int:
    text = post.get(name, "").strip()
    if not text.isdecimal() or len(text) > 6:
        raise arranging.NotPossible(_("Write a number, such as 1."))
    return int(text)


def _undo(request: HttpRequest, issue: Issue) -> Done:
    step = steps.last(issue, actor(request))
    if step is None:
        messages.info(request, _("There is nothing to undo."))
        return "", None
    what = step.what
    kept = steps.undo(step)
    for title in kept[:5]:
        messages.warning(
            request,
            _("“%(title)s” was changed since, and stays as it is now.") % {"title": title},
        )
    messages.success(request, _("Undone: %(what)s.") % {"what": what})
    return pgettext("history", "undone: %(what)s") % {"what": what}, None


def _add(request: HttpRequest, issue: Issue, after: Item | None) -> Done:
    with steps.step(issue, actor(request), pgettext("step", "add an item")):
        new = arranging.add(issue, after)
    return pgettext("history", "new item"), new


def _duplicate(item: Item, post: QueryDict) -> Done:
    return pgettext("history", "copied item"), arranging.duplicate(item)


def _take_out(item: Item, post: QueryDict) -> Done:
    arranging.take_out(item)
    return pgettext("history", "deleted item"), None


def _merge(item: Item, post: QueryDict) -> Done:
    return pgettext("history", "joined items"), arranging.merge_up(item)


def _split(item: Item, post: QueryDict) -> Done:
    return pgettext("history", "parted item"), arranging.split(item, _number(post, "part"))


def _move(item: Item, place: int) -> Done:
    moved = arranging.move_to(item, place)
    item.refresh_from_db()
    return _("order") if moved else "", item


def _place(item: Item, by: int) -> int:
    before = item.issue.items.filter(number__lt=item.number).count()
    return max(1, before + 1 + by)


def _hide(item: Item, hidden: bool) -> Done:
    if item.hidden == hidden:
        return "", item
    item.hidden = hidden
    item.save(update_fields=["hidden"])
    return _("hidden items"), item


def _file(item: Item, post: QueryDict) -> Done:
    chosen = post.get("category", "")
    category = None
    if chosen:
        if not chosen.isdecimal() or len(chosen) > 9:
            raise Http404
        category = Category.objects.filter(
            pk=int(chosen), publication_id=item.issue.publication_id, retired_at__isnull=True
        ).first()
        if category is None:
            raise Http404
    if item.category_id == (category.pk if category else None):
        return "", item
    item.category = category
    item.save(update_fields=["category"])
    return _("categories"), item


_ACTS: Mapping[str, Callable[[Item, QueryDict], Done]] = {
    "up": lambda item, post: _move(item, _place(item, -1)),
    "down": lambda item, post: _move(item, _place(item, 1)),
    "to": lambda item, post: _move(item, _number(post, "place")),
    "hide": lambda item, post: _hide(item, True),
    "show": lambda item, post: _hide(item, False),
    "file": _file,
    "duplicate": _duplicate,
    "delete": _take_out,
    "merge": _merge,
    "split": _split,
}


def _words(what: str, number: int) -> str:
    """What an undo button says of each act, in the language of whoever pressed it."""
    moved = pgettext("step", "move item %(number)d")
    words = {
        "up": moved,
        "down": moved,
        "to": moved,
        "hide": pgettext("step", "hide item %(number)d"),
        "show": pgettext("step", "show item %(number)d"),
        "file": pgettext("step", "file item %(number)d elsewhere"),
        "duplicate": pgettext("step", "copy item %(number)d"),
        "delete": pgettext("step", "delete item %(number)d"),
        "merge": pgettext("step", "join item %(number)d to the one above"),
        "split": pgettext("step", "part item %(number)d"),
    }
    return words[what] % {"number": number}
