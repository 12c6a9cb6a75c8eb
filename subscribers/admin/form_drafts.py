"""What somebody typed and did not save: kept on the server, private, and offered again.

A form carries a signed key that says whose it is and what it is about (`{% kept_form %}` writes
it). Its script posts what stands in its boxes every few seconds and on leaving. A save whose
session ended meanwhile, or that was refused, keeps its text by the same key, which nobody but its
owner can have: the login that follows brings it back. Whatever a key says, only its owner is ever
shown the text. Passwords and files are never kept.

Two tabs of one person keep a text each: what another tab wrote is replaced only by a tab that was
opened with it.
"""

from __future__ import annotations

import datetime as dt
import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Length
from django.http import HttpRequest, HttpResponseBase, JsonResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..models import FormDraft
from .access import actor

# The hidden box with the key.
FIELD = "unsaved"
_SALT = "subscribers.admin.form_drafts"
# How long a form that stays open may keep its text, and how long that is offered.
_KEY_LIFE = dt.timedelta(days=14)
KEPT = dt.timedelta(days=14)
# Octets of one kept form; forms kept for a person, and characters of all of them together. The
# oldest go: two hundred tabs of a day's work stay.
LARGEST = 1_000_000
_MOST = 1_000
_MOST_OF_ALL = 50_000_000
# `looked_at` is what an import carries along: the text itself is kept.
_NOT_KEPT = (FIELD, "csrfmiddlewaretoken", "do", "theirs", "looked_at")
# Marks a request whose form was stored.
_ENDED = "subscribers.form_drafts.ended"


@dataclass(frozen=True, slots=True)
class Place:
    """A form: its name, and what it is about, such as an item's number."""

    form: str
    object: str = ""

    def key(self, request: HttpRequest, shown: FormDraft | None) -> str:
        """The value of the hidden box for whoever asks: a new tab, or the one that has sent it.

        `shown` is the text that the page shows or offers: a save or a newer text ends it, too.
        """
        sent = _owner(request.POST) if request.method == "POST" else None
        if sent is not None and (sent.user, sent.place) == (str(actor(request).pk), self):
            return request.POST[FIELD]
        row = [] if shown is None else [shown.pk, shown.at.isoformat()]
        said = [str(actor(request).pk), self.form, self.object, secrets.token_hex(8), *row]
        return signing.dumps(said, salt=_SALT)


@dataclass(frozen=True, slots=True)
class _Owner:
    """What a key says: whose form in which tab, and the text (number, time) it was opened with."""

    user: str
    place: Place
    tab: str
    shown: tuple[int, dt.datetime] | None

    def rows(self) -> QuerySet[FormDraft]:
        """The tab's own text, and the one it was opened with unless that was typed on."""
        own = Q(tab=self.tab)
        if self.shown is not None:
            own |= Q(pk=self.shown[0], at=self.shown[1])
        return _of(self.user, self.place).filter(own)


def _of(user: Any, place: Place) -> QuerySet[FormDraft]:
    return FormDraft.objects.filter(user=user, form=place.form, object=place.object)


def left(request: HttpRequest, place: Place) -> QuerySet[FormDraft]:
    """What the person left there unsaved, on whatever machine: a text a tab, the last one first."""
    rows = _of(actor(request).pk, place).filter(at__gte=timezone.now() - KEPT)
    return rows.order_by("-at", "-pk")


def offered(request: HttpRequest, place: Place) -> FormDraft | None:
    """The last of them; another one is offered when it is settled."""
    return left(request, place).first()


def of_others(request: HttpRequest, place: Place) -> QuerySet[FormDraft]:
    """What others left there unsaved, to say whose it is; the words themselves are theirs alone."""
    rows = FormDraft.objects.filter(form=place.form, object=place.object)
    rows = rows.filter(at__gte=timezone.now() - KEPT).exclude(user=actor(request))
    return rows.select_related("user").order_by("-at")


def values(draft: FormDraft) -> QueryDict:
    """What was typed, as if it had been sent."""
    data = QueryDict(mutable=True)
    for name, sent in draft.values.items():
        data.setlist(name, [str(one) for one in sent])
    return data


def end(request: HttpRequest, place: Place) -> None:
    """It was saved, or is not wanted any more: the text of the tab that asks, else every one."""
    request.META[_ENDED] = True
    owner = _owner(request.POST)
    rows = _of(actor(request).pk, place)
    if owner is not None and (owner.user, owner.place) == (str(actor(request).pk), place):
        rows = owner.rows()
    rows.delete()


def saved(request: HttpRequest) -> None:
    """The form that was sent is stored: whatever its key says is kept no longer."""
    owner = _owner(request.POST)
    if owner is not None and owner.user == str(actor(request).pk):
        end(request, owner.place)


def _owner(post: QueryDict) -> _Owner | None:
    try:
        found = signing.loads(post.get(FIELD, ""), salt=_SALT, max_age=_KEY_LIFE)
        user, form, about, *more = found
        tab, *row = more or [""]
        shown = (int(row[0]), dt.datetime.fromisoformat(row[1])) if row else None
        return _Owner(str(user), Place(str(form), str(about)), str(tab), shown)
    except (signing.BadSignature, TypeError, ValueError):
        return None


def _keep(owner: _Owner, post: QueryDict) -> bool:
    """Keep the boxes of a form; False if they hold more than `LARGEST`."""
    sent = {
        name: post.getlist(name)
        for name in post
        if name not in _NOT_KEPT and "password" not in name.lower()
    }
    if sum(len(one.encode("utf-8", "replace")) for all_ in sent.values() for one in all_) > LARGEST:
        return False
    kept, _new = FormDraft.objects.update_or_create(
        user_id=owner.user,
        form=owner.place.form,
        object=owner.place.object,
        tab=owner.tab,
        defaults={"values": sent, "base": post.get("version", ""), "at": timezone.now()},
    )
    owner.rows().exclude(pk=kept.pk).delete()
    _forget_oldest(owner.user)
    return True


def _forget_oldest(user: str) -> None:
    mine = FormDraft.objects.filter(user_id=user)
    if mine.count() * LARGEST <= _MOST_OF_ALL:
        return
    sizes = mine.annotate(size=Length(Cast("values", TextField()))).order_by("-at", "-pk")
    rows = list(sizes.values_list("pk", "size"))
    total = 0
    for place, (_pk, size) in enumerate(rows):
        total += size
        if place and (total > _MOST_OF_ALL or place >= _MOST):
            mine.filter(pk__in=[pk for pk, _size in rows[place:]]).delete()
            return


@require_POST
def save(request: HttpRequest) -> HttpResponseBase:
    """Keep, or with `do=drop` forget, what the boxes say. Answers in JSON, for the script."""
    owner = _owner(request.POST)
    if owner is None or owner.user != str(actor(request).pk):
        return JsonResponse({"kept": False}, status=403)
    if request.POST.get("do") == "drop":
        end(request, owner.place)
        return JsonResponse({"kept": False})
    if not _keep(owner, request.POST):
        return JsonResponse({"kept": False, "largest": LARGEST}, status=413)
    beside = _of(owner.user, owner.place).exclude(tab=owner.tab).exists()
    return JsonResponse({"kept": True, "beside": True} if beside else {"kept": True})


def rescue(request: HttpRequest) -> bool:
    """Keep what a refused request brought, if it has a key: its session ended, say."""
    if request.method != "POST":
        return False
    owner = _owner(request.POST)
    if owner is None or not get_user_model().objects.filter(pk=owner.user, is_active=True).exists():
        return False
    return _keep(owner, request.POST)


def rescued(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page behind the login that loses no text when the session ended before it was saved.

    Nor when it was not saved because of what it says: the page that shows the errors may be closed
    before anything else is typed. A redirect brings what was stored, or says why nothing was.
    """

    @functools.wraps(view)
    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            rescue(request)
        try:
            answer = view(request, *args, **kwargs)
        except Exception:
            # What it was about is gone, say: it may be brought back.
            _keep_own(request)
            raise
        if not 300 <= answer.status_code < 400:
            _keep_own(request)
        return answer

    return outer


def _keep_own(request: HttpRequest) -> None:
    """Keep what the form brought, unless it was stored meanwhile."""
    if request.method != "POST" or not request.user.is_authenticated or _ENDED in request.META:
        return
    owner = _owner(request.POST)
    if owner is not None and owner.user == str(actor(request).pk):
        _keep(owner, request.POST)


def sweep() -> None:
    """Forget what nobody came back for."""
    FormDraft.objects.filter(at__lt=timezone.now() - KEPT).delete()
