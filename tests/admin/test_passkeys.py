"""Passkeys as a second factor: whose they are, what they are asked, and what is refused."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from subscribers import passkeys, second_factor
from subscribers.models import AuditEntry, Passkey, RecoveryCode, SecondFactor

from .authenticator import Authenticator
from .test_second_factor import (
    CODE,
    NOON,
    PAGE,
    PASSWORD,
    code_at,
    daily,
    has_one,
    inside,
    olga,
    password,
)

__all__ = ["daily", "olga"]
pytestmark = pytest.mark.django_db
QUESTION, ADD = "/admin/login/passkey/", "/admin/second-factor/passkeys/add/"


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.SUDI = {**settings.SUDI, "BASE_URL": "https://news.example.org"}


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def begin(who: Client, **proof: str) -> dict[str, Any]:
    """Ask to add a passkey called Phone; what the page has the browser do."""
    page = who.post(ADD, {"name": "Phone", **proof})
    found = re.search(r'data-passkey-new="([^"]+)"', page.content.decode())
    assert found, page.content.decode()[-3000:]
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def with_passkey(who: Client) -> Authenticator:
    """An account without a factor adds one."""
    device = Authenticator()
    made = who.post(ADD, {"made": device.made(begin(who, password=PASSWORD))})
    assert made.status_code == 200 and made.content.decode().count("<li><code>") == 10
    return device


def asked(who: Client) -> dict[str, Any]:
    options: dict[str, Any] = who.post(QUESTION).json()
    return options


def sign_in(who: Client, signed: str) -> str:
    """ "" if it opened; else what the page said."""
    answer = who.post(CODE, {"passkey": signed})
    if answer.status_code == 302:
        return ""
    assert answer.status_code == 422 and not inside(who)
    said = re.search(r'class="sudi-error" role="alert">([^<]+)<', answer.content.decode())
    assert said
    return html.unescape(said[1])


OVER = "Too late: what a passkey is asked is good once and for five minutes. Try again."
NONE = "This is no passkey of your account here. Try again with another, or use a code."


def test_added_with_the_password_and_used_at_the_next_sign_in(clock: Any, olga: User) -> None:
    first = password()
    assert "Add a passkey" in first.get(PAGE).content.decode()
    refused = first.post(ADD, {"name": "Phone", "password": "not-mine"})
    assert refused.status_code == 422 and "This is not your password." in refused.content.decode()
    options = begin(first, password=PASSWORD)
    assert (options["rp"], options["attestation"]) == (
        {"name": "news.example.org", "id": "news.example.org"}, "none",
    )  # fmt: skip
    assert options["authenticatorSelection"]["userVerification"] == "preferred"
    assert not SecondFactor.objects.exists()
    device = Authenticator()
    assert first.post(ADD, {"made": device.made(options)}).status_code == 200
    assert inside(first) and not inside(Client())
    clock.shift(60)
    again = password()
    assert not inside(again)
    page = again.get(CODE).content.decode()
    assert "Use a passkey" in page and "/static/newsletter/passkeys." in page
    options = asked(again)
    assert [one["transports"] for one in options["allowCredentials"]] == [["usb"]]
    assert options["userVerification"] == "preferred"
    # Without a PIN or a finger: preferred is not required.
    assert sign_in(again, device.signed(options)) == "" and inside(again)
    row = Passkey.objects.get()
    assert (row.name, row.since, row.last_used, row.sign_count) == (
        "Phone", NOON, NOON + dt.timedelta(seconds=60), 2,
    )  # fmt: skip
    assert "Last used" in again.get(PAGE).content.decode()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.detail) == (
        "olga", "passkey added", {"user": "olga", "passkey": "Phone"},
    )  # fmt: skip


def moved(settings: Any, url: str) -> None:
    settings.SUDI = {**settings.SUDI, "BASE_URL": url}


def test_after_a_move_the_page_says_which_do_not_work(
    clock: Any, olga: User, settings: Any
) -> None:
    who = password()
    with_passkey(who)
    code = second_factor.fresh_recovery_codes(olga)[0]
    assert Passkey.objects.get().host == "news.example.org"
    moved(settings, "https://letters.example.net")
    late = password()
    page = " ".join(late.get(CODE).content.decode().split())
    assert "Use a passkey" not in page and "data-passkey" not in page
    assert "Your passkeys were made for news.example.org and do not work at this address" in page
    assert late.post(QUESTION).status_code == 404
    assert late.post(CODE, {"code": code}).status_code == 302 and inside(late)
    page = " ".join(late.get(PAGE).content.decode().split())
    assert "It does not work here: it was made for news.example.org" in page
    # The new one is asked for alone, and the old one can be taken away.
    codes = second_factor.fresh_recovery_codes(olga)
    page = late.post(ADD, {"name": "New", "code": codes[0]}).content.decode()
    found = re.search(r'data-passkey-new="([^"]+)"', page)
    assert found
    device = Authenticator(b"harbour-phone-02", host="letters.example.net")
    made = device.made(json.loads(html.unescape(found[1])), origin="https://letters.example.net")
    assert late.post(ADD, {"made": made}).status_code == 302
    again = password()
    assert [one["id"] for one in asked(again)["allowCredentials"]] == [
        Passkey.objects.get(name="New").credential
    ]
    remove = f"/admin/second-factor/passkeys/{Passkey.objects.get(name='Phone').pk}/remove/"
    assert late.post(remove, {"code": codes[1]}).status_code == 302
    assert [one.name for one in Passkey.objects.all()] == ["New"]


def test_where_one_was_made_is_learned_when_it_signs(clock: Any, olga: User, settings: Any) -> None:
    device = with_passkey(password())
    Passkey.objects.update(host="")
    who = password()
    assert sign_in(who, device.signed(asked(who))) == ""
    assert Passkey.objects.get().host == "news.example.org"
    assert "does not work here" not in who.get(PAGE).content.decode()
    moved(settings, "https://192.0.2.7")
    assert "it was made for news.example.org" in " ".join(who.get(PAGE).content.decode().split())


def test_a_question_is_good_once_and_for_five_minutes(clock: Any, olga: User) -> None:
    device = with_passkey(password())
    who, twin = password(), password()
    signed = device.signed(asked(who))
    # The same session in two requests at once: both read the question before either used it up.
    kept = who.session["passkey"]
    assert sign_in(who, signed) == ""
    session = twin.session
    session["passkey"] = kept
    session.save()
    device.count = 50
    assert sign_in(twin, signed) == OVER
    late = device.signed(asked(twin))
    clock.shift(301)
    assert sign_in(twin, late) == OVER
    # A new question ends the one before.
    before = device.signed(asked(twin))
    asked(twin)
    assert sign_in(twin, before) == NONE
    assert sign_in(twin, device.signed(asked(twin))) == ""


def test_a_question_is_for_one_purpose_and_one_account(clock: Any, olga: User) -> None:
    inner = password()
    device = with_passkey(inner)
    change, outer = device.signed(asked(inner)), password()
    session = outer.session
    session["passkey"] = inner.session["passkey"]
    session.save()
    assert sign_in(outer, change) == OVER
    # What asked for a signature stores no new passkey.
    made = Authenticator(b"other-device-002").made(asked(inner))
    assert inner.post(ADD, {"made": made}).status_code == 422
    # Nor does the question of somebody else.
    li = User.objects.create_user("li", "li@example.org", PASSWORD, is_staff=True)
    _, kept = passkeys.question(li, passkeys.ADD)
    _, mine = passkeys.question(olga, passkeys.ADD)
    assert passkeys.add(li, "Phone", "{}", mine) is second_factor.Answer.OVER
    assert passkeys.add(li, "Phone", "{}", kept) is second_factor.Answer.WRONG
    assert Passkey.objects.count() == 1


def test_an_id_that_is_too_long_is_not_stored(clock: Any, olga: User) -> None:
    who = password()
    made = Authenticator(b"x" * 1024).made(begin(who, password=PASSWORD))
    assert who.post(ADD, {"made": made}).status_code == 422 and not Passkey.objects.exists()


@pytest.mark.parametrize(
    "origin", ["https://news.example.org.evil.example", "http://news.example.org", "null"]
)
def test_a_page_of_another_address_gets_nothing(clock: Any, olga: User, origin: str) -> None:
    inner = password()
    elsewhere = Authenticator().made(begin(inner, password=PASSWORD), origin=origin)
    assert inner.post(ADD, {"made": elsewhere}).status_code == 422
    assert not SecondFactor.objects.exists()
    device, who = with_passkey(inner), password()
    assert sign_in(who, device.signed(asked(who), origin=origin)) == NONE
    device.host = "evil.example"
    assert sign_in(who, device.signed(asked(who))) == NONE


def test_a_counter_that_goes_back_is_refused_and_told(clock: Any, olga: User) -> None:
    inner = password()
    device = with_passkey(inner)
    who = password()
    device.count = 6
    assert sign_in(who, device.signed(asked(who))) == ""
    copy = password()
    device.count = 6  # The copy signs with the number that was used.
    assert "the counter of this passkey went back" in sign_in(copy, device.signed(asked(copy)))
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.detail["passkey"]) == ("passkey refused: counter", "Phone")
    assert "so a copy of it may exist. Remove it." in inner.get(PAGE).content.decode()
    assert Passkey.objects.get().sign_count == 7


def test_another_accounts_passkey_opens_nothing(clock: Any, olga: User) -> None:
    device = with_passkey(password())
    li = User.objects.create_user("li", "li@example.org", PASSWORD, is_staff=True)
    theirs = password("li")
    other = Authenticator(b"li-laptop-000002")
    assert theirs.post(ADD, {"made": other.made(begin(theirs, password=PASSWORD))}).status_code
    who = password("li")
    assert sign_in(who, device.signed(asked(who))) == NONE
    # Nor with the id of li's own and the key of olga's.
    device.id = other.id
    assert sign_in(who, device.signed(asked(who))) == NONE
    assert sign_in(who, other.signed(asked(who))) == ""
    # Neither seen nor removed; and one device's passkey is one account's.
    mine = Passkey.objects.get(factor__user=olga)
    address = f"/admin/second-factor/passkeys/{mine.pk}/remove/"
    assert who.get(address).status_code == 404
    assert who.post(address, {"passkey": other.signed(asked(who))}).status_code == 404
    _, kept = passkeys.question(li, passkeys.ADD)
    device.id = b"harbour-phone-01"
    again = device.made({"challenge": kept["challenge"]})
    assert passkeys.add(li, "Mine now", again, kept) is second_factor.Answer.WRONG


def test_beside_the_app_each_proves_a_change(clock: Any, olga: User) -> None:
    has_one(olga)
    who = password()
    who.post(CODE, {"code": code_at(NOON)})
    clock.shift(30)
    device = Authenticator()
    begun = begin(who, code=code_at(NOON + dt.timedelta(seconds=30)))
    made = who.post(ADD, {"made": device.made(begun)})
    assert made.headers["Location"] == PAGE and RecoveryCode.objects.count() == 10
    # Looking and pressing without a proof change nothing.
    assert who.post(PAGE, {"do": "codes"}).status_code == 422
    same = who.post(ADD, {"name": " Phone ", "passkey": device.signed(asked(who))})
    assert "You have a passkey of this name already." in same.content.decode()
    new = who.post(PAGE, {"do": "codes", "passkey": device.signed(asked(who))})
    assert new.content.decode().count("<li><code>") == 10
    pk = Passkey.objects.get().pk
    address = f"/admin/second-factor/passkeys/{pk}/remove/"
    assert who.get(address).status_code == 200 and Passkey.objects.exists()
    assert who.post(address, {"code": "000000"}).status_code == 422
    signed = device.signed(asked(who))
    assert who.post(address, {"passkey": signed}).headers["Location"] == PAGE
    assert SecondFactor.objects.exists() and not Passkey.objects.exists()


def test_without_an_app_no_code_is_right_and_one_can_be_added(clock: Any, olga: User) -> None:
    who = password()
    device = with_passkey(who)
    assert second_factor.check(olga, "123456", "a").name == "WRONG"
    # A secret that no proof gave out joins nothing.
    stray = {"secret": "x", "password": PASSWORD, "code": code_at(NOON)}
    assert who.post(PAGE, stray).status_code == 302 and not SecondFactor.objects.get().secret
    page = who.post(PAGE, {"do": "app", "passkey": device.signed(asked(who))}).content.decode()
    secret = re.search(r'class="sudi-secret">([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="secret" value="([^"]+)"', page)
    assert secret and sealed
    code = code_at(NOON, secret[1].replace(" ", ""))
    sent = {"secret": html.unescape(sealed[1]), "password": PASSWORD, "code": code}
    assert who.post(PAGE, sent).headers["Location"] == PAGE
    assert SecondFactor.objects.get().secret == secret[1].replace(" ", "")
    assert Passkey.objects.count() == 1 and RecoveryCode.objects.count() == 10


def test_the_way_back_and_the_limits_hold_for_it(clock: Any, olga: User) -> None:
    with_passkey(password())
    who = password()
    junk = ["{}", "[" * 5000, '{"id": "\\ud800"}', "x", '{"id": "aGFyYm91ci1waG9uZS0wMQ"}']
    for one in junk:
        asked(who)
        assert sign_in(who, one) == NONE
    assert sign_in(who, "{}") == "Too many tries. Wait some minutes, then try again."
    # Nor does that hold up who has a recovery code; here the operator has to help.
    call_command("reset_second_factor", "olga", stdout=StringIO())
    assert inside(who) and not Passkey.objects.exists()


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://news.example.org", "news.example.org"),
        ("https://NEWS.example.org:8443/news", "news.example.org"),
        ("https://新闻.example", "xn--efvy88h.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", ""),
        ("https://192.0.2.7", ""),
        ("https://[2001:db8::7]", ""),
        ("http://news.example.org", ""),
    ],
)
def test_where_browsers_have_passkeys(
    clock: Any, settings: Any, olga: User, address: str, host: str
) -> None:
    settings.SUDI = {**settings.SUDI, "BASE_URL": address}
    found = passkeys.place()
    assert (found.host if found else "") == host
    if found or "127" not in address:
        return
    who = password()
    page = who.get(PAGE).content.decode()
    assert "Passkeys need https and a host name" in page and "Add a passkey" not in page
    assert who.get(ADD).status_code == 404 and who.post(QUESTION).status_code == 404


def test_without_the_extra_nothing_of_them_is_shown(
    clock: Any, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who has passkeys alone is not let in for that, but gets in by a recovery code."""
    with_passkey(password())
    codes = second_factor.fresh_recovery_codes(olga)
    monkeypatch.setattr(passkeys, "installed", lambda: False)
    who = password()
    assert not inside(who) and "passkey" not in who.get(CODE).content.decode().lower()
    assert who.post(QUESTION).status_code == 404
    assert who.post(CODE, {"passkey": "{}"}).status_code == 422
    assert who.post(CODE, {"code": codes[0]}).status_code == 302
    assert "Add a passkey" not in who.get(PAGE).content.decode()
    assert who.get(ADD).status_code == 404


def test_no_act_without_the_token_of_the_page(clock: Any, olga: User) -> None:
    who = Client(enforce_csrf_checks=True)
    who.force_login(olga)
    for address in (QUESTION, ADD, CODE, PAGE):
        assert who.post(address, {"made": "{}"}).status_code == 403, address
    assert who.get(QUESTION).status_code == 405
