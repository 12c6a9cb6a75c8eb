"""Addresses of the reader's pages. They are in mails, so they never change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpResponse
from django.urls import URLPattern, path

from .views import account, joining, leaving, preferences, returning, sensitive

app_name = "subscribers"


def _routes() -> Iterator[URLPattern]:
    """Each address also without its last slash.

    Some mail programs and gateways store a link without it. A redirect would lose the body of a
    post, and RFC 8058 section 3.1 forbids one for a one-click request.
    """
    pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
        ("<slug:slug>/subscribe/", joining.subscribe, "subscribe"),
        ("<slug:slug>/subscribe/sent/", joining.sent, "sent"),
        ("<slug:slug>/subscribe/embed/", joining.embed, "embed"),
        ("<slug:slug>/subscribe/embed/sent/", joining.embed_sent, "embed_sent"),
        ("<slug:slug>/subscribe/code/", joining.code, "code"),
        ("<slug:slug>/account/", account.account, "account"),
        ("<slug:slug>/manage/", joining.ask_for_link, "ask_for_link"),
        ("s/c/<str:token>/", joining.confirm, "confirm"),
        ("s/m/<str:token>/", preferences.manage, "manage"),
        ("s/u/<str:token>/", leaving.unsubscribe, "unsubscribe"),
        ("s/p/<str:token>/", returning.prove, "prove"),
        ("s/x/<str:token>/", sensitive.sensitive, "sensitive"),
        ("s/a/<str:token>/", sensitive.new_address, "new_address"),
    ]
    for route, view, name in pages:
        yield path(route, view, name=name)
        yield path(route.removesuffix("/"), view)


urlpatterns = list(_routes())
