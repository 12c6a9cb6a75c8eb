"""Addresses of the reader's pages. They are in mails, so they never change."""

from __future__ import annotations

from django.urls import path

from .views import joining, leaving, preferences, returning, sensitive

app_name = "subscribers"
urlpatterns = [
    path("<slug:slug>/subscribe/", joining.subscribe, name="subscribe"),
    path("<slug:slug>/subscribe/sent/", joining.sent, name="sent"),
    path("<slug:slug>/subscribe/embed/", joining.embed, name="embed"),
    path("<slug:slug>/subscribe/embed/sent/", joining.embed_sent, name="embed_sent"),
    path("<slug:slug>/subscribe/code/", joining.code, name="code"),
    path("<slug:slug>/manage/", joining.ask_for_link, name="ask_for_link"),
    path("s/c/<str:token>/", joining.confirm, name="confirm"),
    path("s/m/<str:token>/", preferences.manage, name="manage"),
    path("s/u/<str:token>/", leaving.unsubscribe, name="unsubscribe"),
    path("s/p/<str:token>/", returning.prove, name="prove"),
    path("s/x/<str:token>/", sensitive.sensitive, name="sensitive"),
    path("s/a/<str:token>/", sensitive.new_address, name="new_address"),
]
