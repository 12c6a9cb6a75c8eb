"""Who may do what, one table: every role against every act."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User

from subscribers.models import Role
from subscribers.roles import Act, may
from tests import builders

pytestmark = pytest.mark.django_db

ALLOWED = {
    "editor": {"see", "edit"},
    "sender": {"see", "edit", "send", "correct"},
    "approver": {"see", "approve"},
    "reader_care": {"see", "readers"},
    "owner": {"see", "edit", "send", "correct", "approve", "readers", "set_up"},
}


@pytest.mark.parametrize("kind", list(ALLOWED))
@pytest.mark.parametrize("act", list(Act))
def test_a_role_may_its_acts_in_its_publication(kind: str, act: Act) -> None:
    daily, other = builders.publication(), builders.publication("other")
    dora = User.objects.create_user("dora", is_staff=True)
    Role.objects.create(user=dora, publication=daily, kind=kind)
    assert may(dora, act, daily) == (act in ALLOWED[kind])
    assert may(dora, act, None) == (act in ALLOWED[kind])
    assert not may(dora, act, other)


def test_nobody_else() -> None:
    daily = builders.publication()
    stranger = User.objects.create_user("eve", is_staff=True)
    reader = User.objects.create_user("fred")
    Role.objects.create(user=reader, publication=daily, kind="owner")
    gone = User.objects.create_superuser("gone", is_active=False)
    root = User.objects.create_superuser("root")
    for user in (stranger, reader, gone, AnonymousUser()):
        assert not may(user, Act.SEE, daily)
    assert may(root, Act.SEND, daily)
