"""The second factor: set up, asked for after every way in, lost, required, and never a lock-out."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
from io import StringIO
from typing import Any

import pyotp
import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from newsletter.intake import tokens
from newsletter.models import Token
from subscribers import second_factor
from subscribers.emails.invitation import password_link
from subscribers.models import AuditEntry, Publication, RecoveryCode, Role, SecondFactor
from tests import builders

pytestmark = pytest.mark.django_db
PASSWORD = "ferry-quay-77"
PAGE, CODE, LOGIN = "/admin/second-factor/", "/admin/login/code/", "/admin/login/"
NOON = dt.datetime(2026, 3, 2, 12, 0, 0, tzinfo=dt.UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def olga(daily: Publication) -> User:
    user = User.objects.create_user("olga", "olga@example.org", PASSWORD, is_staff=True)
    Role.objects.create(user=user, publication=daily, kind="owner")
    return user


def code_at(moment: dt.datetime, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(int(moment.timestamp()))


def has_one(user: User) -> list[str]:
    """Give it a second factor whose last code was that of a minute ago; its recovery codes."""
    with time_machine.travel(NOON - dt.timedelta(minutes=1), tick=False):
        codes = second_factor.set_up(user, SECRET, code_at(NOON - dt.timedelta(minutes=1)))
    assert codes is not None
    return codes


def password(name: str = "olga", address: str = "192.0.2.7") -> Client:
    """A browser of that address which has got as far as the password leads."""
    who = Client(REMOTE_ADDR=address)
    answer = who.post(f"{LOGIN}?next={PAGE}", {"username": name, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return who


def inside(who: Client) -> bool:
    return who.get("/admin/").status_code == 200


def test_e14_set_up_by_the_square_and_from_then_on_asked_for(clock: Any, olga: User) -> None:
    who = password()
    assert inside(who)
    page = who.get(PAGE).content.decode()
    assert "<svg" in page and "<script>" not in page
    secret = re.search(r'class="sudi-secret">([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="secret" value="([^"]+)"', page)
    assert secret and sealed
    plain = secret[1].replace(" ", "")
    sent = {"secret": html.unescape(sealed[1]), "password": PASSWORD}
    assert not SecondFactor.objects.exists()  # Looking changes nothing.
    wrong = who.post(PAGE, {**sent, "code": "000000"})
    assert wrong.status_code == 422 and secret[1] in wrong.content.decode()
    other = who.post(PAGE, {**sent, "password": "not-mine", "code": code_at(NOON, plain)})
    assert other.status_code == 422 and not SecondFactor.objects.exists()
    done = who.post(PAGE, {**sent, "code": code_at(NOON, plain)}).content.decode()
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", done)
    assert len(codes) == 10 and inside(who)
    assert codes[0] not in who.get(PAGE).content.decode()
    digest = hashlib.sha256(codes[0].replace("-", "").encode()).hexdigest()
    assert RecoveryCode.objects.filter(digest=digest).count() == 1
    # The next sign-in: nothing before the code, and then where it was to lead.
    clock.shift(30)
    again = password()
    assert not inside(again)
    answer = again.get(PAGE, follow=True)
    assert answer.redirect_chain[-1][0] == f"{CODE}?next=%2Fadmin%2Fsecond-factor%2F"
    clock.shift(30)
    right = again.post(CODE, {"code": code_at(NOON + dt.timedelta(minutes=1), plain), "next": PAGE})
    assert right.headers["Location"] == PAGE and inside(again)
    assert list(AuditEntry.objects.values_list("actor", "action", "target")) == [
        ("olga", "second factor set up", f"user:{olga.pk}")
    ]


def test_no_way_in_goes_around_it(clock: Any, olga: User) -> None:
    """Neither a mailed link, nor a session that was open elsewhere, nor pages that have a door."""
    elsewhere = password()
    has_one(olga)
    assert not inside(elsewhere)
    olga.refresh_from_db()  # A link is over with the next sign-in.
    link = Client()
    address = password_link(olga).removeprefix("http://127.0.0.1:8000")
    form = link.get(address, follow=True)
    chosen = {"new_password1": "lantern-pier-8", "new_password2": "lantern-pier-8"}
    answer = link.post(form.redirect_chain[-1][0], chosen, follow=True)
    assert answer.redirect_chain[-1][0].startswith(CODE) and not inside(link)
    for path in ("/admin/password_change/", "/admin/operation/", "/admin/auth/user/", PAGE):
        got = link.get(path)
        assert got.status_code == 302 and got.headers["Location"].startswith(LOGIN), path
    assert link.post(PAGE, {"do": "remove", "code": "000000"}).status_code == 302
    # Leaving ends what the password had opened.
    link.post(CODE, {"do": "leave"})
    assert link.get(LOGIN).status_code == 200
    # A next outside this site is not followed.
    outside = {"code": code_at(NOON), "next": "https://evil.example/"}
    assert elsewhere.post(CODE, outside).status_code == 302  # Signed out by the new password.
    back = Client()
    back.post(LOGIN, {"username": "olga", "password": "lantern-pier-8"})
    assert back.post(CODE, outside).headers["Location"] == "/admin/" and inside(back)


@pytest.mark.parametrize("near", [-1, 0, 1])
def test_a_code_is_good_once_and_for_clocks_that_differ(clock: Any, olga: User, near: int) -> None:
    has_one(olga)
    shown = code_at(NOON + dt.timedelta(seconds=30 * near))
    full_width = "".join(chr(ord(one) + 0xFEE0) for one in shown)
    assert second_factor.check(olga, f" {full_width[:3]} {full_width[3:]}", "a").name == "RIGHT"
    assert second_factor.check(olga, shown, "b").name == "WRONG"
    # Nor is one of before it.
    earlier = code_at(NOON + dt.timedelta(seconds=30 * (near - 1)))
    assert second_factor.check(olga, earlier, "c").name == "WRONG"
    far = code_at(NOON + dt.timedelta(seconds=90))
    assert second_factor.check(olga, far, "d").name == "WRONG"


def test_a_recovery_code_stands_in_once(clock: Any, olga: User) -> None:
    codes = has_one(olga)
    who = password()
    assert who.post(CODE, {"code": codes[3].upper().replace("-", " ")}).status_code == 302
    assert inside(who) and "9 recovery codes are left" in who.get(PAGE).content.decode()
    second = password()
    assert second.post(CODE, {"code": codes[3]}).status_code == 422 and not inside(second)
    new = who.post(PAGE, {"do": "codes", "code": code_at(NOON)}).content.decode()
    assert len(re.findall(r"<code>[a-z2-7-]{19}</code>", new)) == 10
    assert second.post(CODE, {"code": codes[4]}).status_code == 422
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["second factor set up", "recovery code used", "recovery codes made"]


def test_removed_with_a_code_and_not_without(clock: Any, olga: User) -> None:
    has_one(olga)
    who = password()
    who.post(CODE, {"code": code_at(NOON)})
    assert who.post(PAGE, {"do": "remove", "code": code_at(NOON)}).status_code == 422  # Used up.
    clock.shift(30)
    later = code_at(NOON + dt.timedelta(seconds=30))
    assert who.post(PAGE, {"do": "remove", "code": later}).status_code == 302
    assert not SecondFactor.objects.exists() and inside(who) and inside(password())


def test_who_guesses_is_held_up_and_the_owner_is_not(clock: Any, olga: User) -> None:
    """With the password and a thousand networks: 20 guesses, then one every ten minutes."""
    codes = has_one(olga)
    home, away = "192.0.2.7", "198.51.100.7"
    first = password(address=home)
    assert first.post(CODE, {"code": code_at(NOON)}).status_code == 302
    wrong = "000000" if code_at(NOON) != "000000" else "111111"
    answers = [second_factor.check(olga, wrong, f"10.{number}.0.0/24").name for number in range(40)]
    assert answers == ["WRONG"] * 19 + ["TOO_MANY"] * 21  # The first one was her own.
    one = [second_factor.check(olga, codes[0][:-1], "10.99.0.0/24").name for _ in range(7)]
    assert one == ["WRONG"] * 5 + ["TOO_MANY"] * 2
    clock.shift(30)
    # From a network that was hers before, and from a new one with a recovery code.
    code = code_at(NOON + dt.timedelta(seconds=30))
    again = password(address=home)
    assert again.post(CODE, {"code": code}).status_code == 302 and inside(again)
    new = password(address=away)
    slow = new.post(CODE, {"code": code})
    assert slow.status_code == 422 and "Too many wrong codes" in slow.content.decode()
    assert new.post(CODE, {"code": codes[0]}).status_code == 302 and inside(new)


@pytest.mark.parametrize(
    ("setting", "kind", "held"),
    [
        ("all", "editor", True), ("senders", "editor", False), ("senders", "sender", True),
        ("senders", "", True), ("optional", "owner", False),
    ],
)  # fmt: skip
def test_where_it_is_required_there_is_no_other_page(
    clock: Any, settings: Any, daily: Publication, setting: str, kind: str, held: bool
) -> None:
    """`kind` "": an administrator."""
    settings.SUDI = {**settings.SUDI, "SECOND_FACTOR": setting}
    li = User.objects.create_user("li", "li@example.org", PASSWORD, is_staff=True)
    if kind:
        Role.objects.create(user=li, publication=daily, kind=kind)
    else:
        User.objects.filter(pk=li.pk).update(is_superuser=True)
    who = password("li")
    assert inside(who) is not held
    if not held:
        return
    answer = who.get("/admin/newsletter/issue/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{PAGE}?next=%2Fadmin%2Fnewsletter%2Fissue%2F"
    page = answer.content.decode()
    assert "/admin/subscribers/" not in page and "/admin/password_change/" not in page
    secret = re.search(r'class="sudi-secret">([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="secret" value="([^"]+)"', page)
    assert secret and sealed
    code = code_at(NOON, secret[1].replace(" ", ""))
    who.post(PAGE, {"secret": html.unescape(sealed[1]), "password": PASSWORD, "code": code})
    assert inside(who)
    call_command("reset_second_factor", "li", stdout=StringIO())
    assert not inside(who)  # Not even who was in already goes on without.


def test_a_programs_token_needs_no_code(
    clock: Any, settings: Any, olga: User, daily: Publication
) -> None:
    settings.SUDI = {**settings.SUDI, "SECOND_FACTOR": "all"}
    has_one(olga)
    _, secret = tokens.make(olga, daily, Token.Rights.DRAFT, by="olga")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/publications/daily/issues/", headers=bearer).status_code == 200


def test_the_command_is_the_way_back_and_the_accounts_say_who_has_one(
    clock: Any, olga: User
) -> None:
    has_one(olga)
    who = password()
    who.post(CODE, {"code": code_at(NOON)})
    chip = re.compile(r'chip good"\s*>second factor<')
    assert chip.search(who.get("/admin/auth/user/").content.decode())
    assert chip.search(who.get(f"/admin/auth/user/{olga.pk}/change/").content.decode())
    out = StringIO()
    call_command("reset_second_factor", "olga", stdout=out)
    assert out.getvalue() == "olga has no second factor any more.\n"
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.action) == ("command", "second factor removed")
    assert inside(password())
    assert not chip.search(who.get("/admin/auth/user/").content.decode())
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("reset_second_factor", "olga")
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_second_factor", "nobody")
