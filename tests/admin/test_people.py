"""Who works on a publication: invited by mail, roles in words, and always an owner left."""

from __future__ import annotations

import email
import re
from email import policy
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from subscribers import granting, mailing, suppression
from subscribers.models import AuditEntry, Publication, Role, ServiceMail
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


def person(name: str, publication: Publication | None = None, kind: str = "owner") -> User:
    made = User.objects.create(
        username=name, email=f"{name}@harbour.example.org", is_staff=True, password="!"
    )
    if publication is not None:
        Role.objects.create(user=made, publication=publication, kind=kind)
    return made


def client(of: User) -> Client:
    made = Client()
    made.force_login(of)
    return made


def people(publication: Publication, user: User | None = None) -> str:
    if user is None:
        return reverse("admin:subscribers_publication_people", args=[publication.slug])
    return reverse("admin:subscribers_publication_person", args=[publication.slug, user.pk])


def roles(user: User) -> list[str]:
    return sorted(user.sudi_roles.values_list("kind", flat=True))


def link_of(number: int = -1) -> str:
    sent = email.message_from_bytes(mail.outbox[number].message().as_bytes(), policy=policy.default)
    text = sent.get_body(("plain",))
    assert text is not None
    found = re.search(r"http://127\.0\.0\.1:8000(/admin/invited/\S+)", text.get_content())
    assert found
    return found[1]


def test_an_invitation_from_mail_to_the_first_page(daily: Publication) -> None:
    owner = client(person("olga", daily))
    answer = owner.post(people(daily), {"address": "Li.Wei@Example.org", "kinds": ["editor"]})
    assert answer.status_code == 302
    li = User.objects.get(email__iexact="li.wei@example.org")
    assert (li.username, li.is_staff, li.has_usable_password()) == ("li.wei", True, False)
    assert roles(li) == ["editor"]
    row = ServiceMail.objects.get()
    assert row.kind == "invitation" and "invited" not in str(row.letter)  # No link at rest.
    assert "@" not in str([one.detail for one in AuditEntry.objects.all()])
    mailing.sweep()
    assert mail.outbox[0].to == ["Li.Wei@example.org"]
    link, visitor = link_of(), Client()
    page = visitor.get(link, follow=True)
    assert page.status_code == 200 and "<strong>li.wei</strong>" in page.content.decode()
    address = page.request["PATH_INFO"]
    assert "set-password" in address  # The token is out of the address.
    weak = visitor.post(address, {"new_password1": "1234", "new_password2": "1234"})
    assert weak.status_code == 200 and "too short" in weak.content.decode()
    secret = "harbour-lamp-39-west"
    done = visitor.post(address, {"new_password1": secret, "new_password2": secret})
    assert done.status_code == 302 and done["Location"] == "/admin/"
    assert visitor.get("/admin/").status_code == 200
    assert "not good any more" in Client().get(link, follow=True).content.decode()
    assert not granting.is_waiting(User.objects.get(pk=li.pk))


def test_who_has_an_account_gets_the_role_and_no_mail(daily: Publication) -> None:
    olga, adam = person("olga", daily), person("adam", builders.publication("other"))
    answer = client(olga).post(people(daily), {"address": adam.email, "kinds": ["sender"]})
    assert answer.status_code == 302 and roles(adam) == ["owner", "sender"]
    assert not ServiceMail.objects.exists() and User.objects.count() == 2


@pytest.mark.parametrize(
    ("address", "kinds", "words"),
    [
        ("li@", ["editor"], "Enter a valid email address."),
        ("li@example.org", [], "Tick at least one role."),
        ("li@example.org", ["king"], "king"),
        ("stopped@example.org", ["editor"], "suppressed"),
        ("reader@harbour.example.org", ["editor"], "may not open these pages"),
    ],
)
def test_what_cannot_be_invited_is_said_at_the_field(
    address: str, kinds: list[str], words: str, daily: Publication
) -> None:
    suppression.suppress("stopped@example.org", "complaint")
    person("reader")
    User.objects.filter(username="reader").update(is_staff=False)
    olga = client(person("olga", daily))
    answer = olga.post(people(daily), {"address": address, "kinds": kinds})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert User.objects.count() == 2 and not ServiceMail.objects.exists()


def test_an_invitation_taken_back_is_not_mailed_and_opens_nothing(daily: Publication) -> None:
    olga = client(person("olga", daily))
    olga.post(people(daily), {"address": "li@example.org", "kinds": ["editor"]})
    li = User.objects.get(username="li")
    assert olga.post(people(daily, li), {}).status_code == 302
    mailing.sweep()
    assert mail.outbox == [] and ServiceMail.objects.get().state == "dropped"
    assert olga.get(people(daily, li)).status_code == 404


def test_it_can_be_mailed_again(daily: Publication) -> None:
    olga = client(person("olga", daily))
    olga.post(people(daily), {"address": "li@example.org", "kinds": ["editor"]})
    li = User.objects.get(username="li")
    assert "Mail the invitation again" in olga.get(people(daily, li)).content.decode()
    assert olga.post(people(daily, li), {"do": "again"}).status_code == 302
    mailing.sweep()
    assert [one.to for one in mail.outbox] == [["li@example.org"]] * 2
    assert roles(li) == ["editor"]


def test_twenty_invitations_at_once_and_no_more(daily: Publication) -> None:
    olga = client(person("olga", daily))
    for number in range(20):
        data = {"address": f"r{number}@example.org", "kinds": ["editor"]}
        assert olga.post(people(daily), data).status_code == 302
    answer = olga.post(people(daily), {"address": "more@example.org", "kinds": ["editor"]})
    assert answer.status_code == 422 and "Too many invitations" in answer.content.decode()
    assert not User.objects.filter(email="more@example.org").exists()


def test_nobody_removes_themselves_or_the_last_owner(daily: Publication) -> None:
    olga, adam = person("olga", daily), person("adam", daily, "editor")
    own = client(olga).post(people(daily, olga), {"kinds": ["editor"]})
    assert own.status_code == 422 and "their own roles" in own.content.decode()
    root = client(User.objects.create_superuser("root"))
    last = root.post(people(daily, olga), {"kinds": ["editor"]})
    assert last.status_code == 422 and "last owner" in last.content.decode()
    assert roles(olga) == ["owner"]
    assert client(olga).post(people(daily, adam), {"kinds": ["owner"]}).status_code == 302
    User.objects.filter(pk=adam.pk).update(is_active=False)  # Who cannot sign in owns nothing.
    assert root.post(people(daily, olga), {}).status_code == 422
    User.objects.filter(pk=adam.pk).update(is_active=True)
    assert client(adam).post(people(daily, olga), {}).status_code == 302
    assert roles(olga) == []
    entry = AuditEntry.objects.filter(action="roles changed").latest("pk")
    assert (entry.actor, entry.detail["user"]) == ("adam", "olga")


def test_an_account_keeps_itself_and_the_only_owner(daily: Publication) -> None:
    olga = person("olga", daily)
    root = User.objects.create_superuser("root", "root@example.org")
    who = client(root)

    def change(user: User, **more: Any) -> int:
        url = reverse("admin:auth_user_change", args=[user.pk])
        data = {"username": user.username, "email": user.email, "date_joined_0": "2026-01-01"}
        return who.post(url, {**data, "date_joined_1": "00:00", **more}).status_code

    assert change(root) == 302 and change(olga) == 302
    root.refresh_from_db()
    olga.refresh_from_db()
    assert root.is_active and root.is_superuser and olga.is_active and olga.is_staff
    for user in (root, olga):
        answer = who.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})
        assert answer.status_code == 403
    assert User.objects.count() == 2


@pytest.mark.parametrize("kind", ["editor", "sender", "approver", "reader_care", "stranger"])
def test_only_an_owner_sees_who_works_on_it(kind: str, daily: Publication) -> None:
    olga = person("olga", daily)
    other = builders.publication("other")
    who = client(person("eve", other) if kind == "stranger" else person("eve", daily, kind))
    for url in (people(daily), people(daily, olga)):
        for answer in (who.get(url), who.post(url, {"address": "x@example.org"})):
            assert answer.status_code == (404 if kind == "stranger" else 403)
            assert b"harbour.example.org" not in answer.content


def test_each_role_is_said_in_words(daily: Publication) -> None:
    assert set(granting.WORDS) == set(Role.Kind)
    html = client(person("olga", daily)).get(people(daily)).content.decode()
    for words in granting.WORDS.values():
        assert str(words) in html


def test_a_command_lets_in_whom_others_keep_out(daily: Publication) -> None:
    person("olga", daily)
    out = StringIO()
    call_command("login_link", "olga", stdout=out)
    path = out.getvalue().strip().removeprefix("http://127.0.0.1:8000")
    visitor = Client()
    form = visitor.get(path)["Location"]
    new = {"new_password1": "quay-side-7-fish", "new_password2": "quay-side-7-fish"}
    assert visitor.post(form, new).status_code == 302
    assert visitor.get("/admin/").status_code == 200
    assert Client().get(path).status_code == 200  # Good once: it says so.
    assert b"not good any more" in Client().get(path, follow=True).content
    User.objects.update(is_active=False)
    for name in ("olga", "nobody"):
        with pytest.raises(CommandError):
            call_command("login_link", name)
    assert AuditEntry.objects.filter(action="login link made").count() == 1
