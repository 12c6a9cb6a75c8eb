"""Tokens: shown once, kept as a hash, never more than their user may now, ended at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from newsletter.intake import tokens
from newsletter.models import Token
from subscribers.limits import Rate
from subscribers.models import AuditEntry, Publication, Role
from subscribers.roles import Act
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
PAGE = "/admin/newsletter/token/?publication=daily"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


def member(publication: Publication, name: str, kind: str) -> Any:
    user = get_user_model().objects.create_user(name, f"{name}@example.org", is_staff=True)
    Role.objects.create(user=user, publication=publication, kind=kind)
    return user


def test_only_the_hash_is_stored_and_the_secret_opens(daily: Publication) -> None:
    alice = member(daily, "alice", "editor")
    token, secret = tokens.make(alice, daily, "draft", by="alice", name="script")
    assert secret.startswith("sudi_") and len(secret) == 37
    row = Token.objects.values().get()
    assert secret not in str(row)
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert row["expires_at"] == NOW + dt.timedelta(days=365)
    bearer = tokens.find(secret)
    assert bearer is not None
    assert (bearer.token.pk, bearer.user, bearer.publication) == (token.pk, alice, daily)
    assert tokens.find(secret.upper()) is not None  # Mail software changes case.
    assert tokens.find(secret[:-1]) is None
    assert tokens.find("") is None
    audit = AuditEntry.objects.get(action="token made")
    assert (audit.actor, audit.target) == ("alice", f"token:{token.pk}")
    assert secret not in str(audit.detail)


def test_it_never_does_more_than_its_user_may_now(daily: Publication) -> None:
    alice = member(daily, "alice", "sender")
    _token, secret = tokens.make(alice, daily, "send", by="alice")
    _token, draft = tokens.make(alice, daily, "draft", by="alice")
    bearer, drafter = tokens.find(secret), tokens.find(draft)
    assert bearer is not None and drafter is not None
    assert bearer.may(Act.SEND) and bearer.may(Act.EDIT)
    assert not bearer.may(Act.SET_UP) and not bearer.may(Act.READERS)
    assert drafter.may(Act.EDIT) and not drafter.may(Act.SEND)
    Role.objects.filter(user=alice).update(kind="editor")
    bearer = tokens.find(secret)
    assert bearer is not None and bearer.may(Act.EDIT) and not bearer.may(Act.SEND)
    # Roles of other publications, and of others, do not count; several of hers add up.
    other = builders.publication(slug="other")
    Role.objects.create(user=alice, publication=other, kind="owner")
    Role.objects.create(user=member(daily, "bob", "owner"), publication=other, kind="owner")
    bearer = tokens.find(secret)
    assert bearer is not None and not bearer.may(Act.SEND)
    Role.objects.create(user=alice, publication=daily, kind="approver")
    bearer = tokens.find(secret)
    assert bearer is not None and bearer.may(Act.EDIT) and bearer.may(Act.APPROVE)
    Role.objects.all().delete()
    bearer = tokens.find(secret)
    assert bearer is not None and not bearer.may(Act.SEE)
    alice.is_active = False
    alice.save()
    assert tokens.find(secret) is None
    root = get_user_model().objects.create_superuser("root")
    _token, secret = tokens.make(root, daily, "send", by="root")
    of_root = tokens.find(secret)
    assert of_root is not None and not of_root.may(Act.SET_UP)  # Not even an administrator's.


def test_it_ends(daily: Publication, clock: Any) -> None:
    alice = member(daily, "alice", "editor")
    token, secret = tokens.make(alice, daily, "draft", by="alice", days=1)
    clock.move_to(NOW + dt.timedelta(hours=23, minutes=59))
    assert tokens.find(secret) is not None
    clock.move_to(NOW + dt.timedelta(days=1))
    assert tokens.find(secret) is None
    token, secret = tokens.make(alice, daily, "draft", by="alice")
    assert tokens.revoke(token, "alice")
    assert tokens.find(secret) is None
    assert not tokens.revoke(token, "alice")
    clock.move_to(NOW + dt.timedelta(days=92))
    tokens.forget_old()
    assert not Token.objects.exists()


def test_the_last_use_is_seen_and_is_no_write_a_request(
    daily: Publication, clock: Any, django_assert_num_queries: Any
) -> None:
    _token, secret = tokens.make(member(daily, "alice", "editor"), daily, "draft", by="alice")
    tokens.find(secret)
    assert Token.objects.get().seen_at == NOW
    clock.move_to(NOW + dt.timedelta(minutes=4))
    with django_assert_num_queries(1):
        tokens.find(secret)
    clock.move_to(NOW + dt.timedelta(minutes=6))
    tokens.find(secret)
    assert Token.objects.get().seen_at == NOW + dt.timedelta(minutes=6)


@pytest.mark.parametrize(
    ("address", "opens"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("2001:db8:1::5", True),
        ("198.51.100.7", False),
        ("", False),
        ("no address", False),
    ],
)
def test_only_from_its_networks(daily: Publication, address: str, opens: bool) -> None:
    alice = member(daily, "alice", "editor")
    _token, secret = tokens.make(
        alice, daily, "draft", by="alice", networks=["192.0.2.5/24", "2001:db8::/32"]
    )
    assert Token.objects.get().networks == ["192.0.2.0/24", "2001:db8::/32"]
    assert (tokens.find(secret, address=address) is not None) == opens


def test_turns_are_counted_for_each_token(
    daily: Publication, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "RATE", Rate(interval=10, burst=3))
    alice = member(daily, "alice", "editor")
    bearers = [
        tokens.find(tokens.make(alice, daily, "draft", by="alice")[1]) for _number in range(2)
    ]
    first, second = bearers
    assert first is not None and second is not None
    assert [tokens.take_turn(first) for _turn in range(4)] == [True, True, True, False]
    assert tokens.take_turn(second)
    clock.move_to(NOW + dt.timedelta(seconds=10))
    assert [tokens.take_turn(first) for _turn in range(2)] == [True, False]


# ---- the command


def test_the_command_prints_the_token_alone(daily: Publication, capsys: Any) -> None:
    member(daily, "alice", "editor")
    call_command("make_token", "alice", "--publication", "daily", "--rights", "draft")
    out = capsys.readouterr().out
    assert tokens.find(out.strip()) is not None and out == out.strip() + "\n"


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["bob", "--publication", "daily", "--rights", "draft"], 2, "no user 'bob'"),
        (["alice", "--publication", "weekly", "--rights", "draft"], 2, "no publication “weekly”"),
        (["alice", "--publication", "daily", "--rights", "send"], 1, "may not"),
        (["alice", "--publication", "daily", "--rights", "draft", "--days", "0"], 1, "3650"),
        (
            ["alice", "--publication", "daily", "--rights", "draft", "--network", "here"],
            1,
            "no network",
        ),
    ],
)
def test_the_command_refuses(daily: Publication, args: list[str], code: int, said: str) -> None:
    member(daily, "alice", "editor")
    with pytest.raises(CommandError, match=said) as refused:
        call_command("make_token", *args)
    assert refused.value.returncode == code
    assert not Token.objects.exists()


# ---- the page


def test_the_page_shows_it_once_and_ends_it(daily: Publication) -> None:
    alice, client = member(daily, "alice", "editor"), Client()
    client.force_login(alice)
    fields = {"name": "script", "rights": "draft", "days": "30", "networks": "192.0.2.0/24"}
    answer = client.post(PAGE, fields)
    secret = answer.context["secret"]
    assert f"Authorization: Bearer {secret}" in answer.content.decode()
    # Only where the site takes mail is there an address for it.
    assert "drafts-" not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert tokens.find(secret, address="192.0.2.1") is not None
    again = client.get(PAGE)
    assert secret not in again.content.decode() and "script" in again.content.decode()
    pk = Token.objects.get().pk
    assert client.get("/admin/newsletter/token/revoke/daily/").status_code == 405
    client.post("/admin/newsletter/token/revoke/daily/", {"token": pk})
    assert tokens.find(secret, address="192.0.2.1") is None
    assert "revoked" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"rights": "send"}, "rights"), ({"networks": "here"}, "networks"), ({"days": "0"}, "days")],
)
def test_the_page_says_what_is_wrong(
    daily: Publication, fields: dict[str, str], wrong: str
) -> None:
    client = Client()
    client.force_login(member(daily, "alice", "editor"))
    answer = client.post(PAGE, {"name": "x", "rights": "draft", "days": "30", **fields})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    assert not Token.objects.exists()


def test_whose_tokens_one_sees_and_ends(daily: Publication) -> None:
    other = builders.publication("weekly", name="Weekly")
    alice, owner = member(daily, "alice", "editor"), member(daily, "olga", "owner")
    bob, stranger = member(daily, "bob", "editor"), member(other, "sue", "owner")
    token, _secret = tokens.make(alice, daily, "draft", by="alice")
    revoke = "/admin/newsletter/token/revoke/daily/"
    for user, status, seen in ((bob, 403, 0), (stranger, 404, None), (owner, 302, 1)):
        client = Client()
        client.force_login(user)
        if seen is None:
            assert client.get(PAGE).status_code == 404
        else:
            assert len(client.get(PAGE).context["tokens"]) == seen
        assert client.post(revoke, {"token": token.pk}).status_code == status
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_who_may_only_look_makes_none(daily: Publication) -> None:
    client = Client()
    client.force_login(member(daily, "carl", "reader_care"))
    answer = client.post(PAGE, {"name": "x", "rights": "draft", "days": "30"})
    assert answer.status_code == 403
    assert not Token.objects.exists()
    # Who cares for readers makes one that imports them, and is shown no other.
    offered = client.get(PAGE).context["form"].fields["rights"].choices
    assert [value for value, _label in offered] == ["readers"]
    assert client.post(PAGE, {"name": "x", "rights": "readers", "days": "30"}).status_code == 200
    assert Token.objects.get().rights == "readers"


@pytest.mark.parametrize(
    ("rights", "networks", "shown"),
    [("draft", "", True), ("send", "", False), ("draft", "192.0.2.0/24", False)],
)
def test_the_page_shows_the_address_for_mail_that_a_token_opens(
    daily: Publication, settings: Any, rights: str, networks: str, shown: bool
) -> None:
    settings.SUDI = {**settings.SUDI, "BOUNCE_DOMAIN": "news.harbour.example.org"}
    who = Client()
    who.force_login(member(daily, "alice", "sender"))
    made = {"name": "script", "rights": rights, "days": "7", "networks": networks}
    answer = who.post("/admin/newsletter/token/?publication=daily", made)
    address = f"drafts-{answer.context['secret']}@news.harbour.example.org"
    assert (address in answer.content.decode()) == shown
