"""What is held of items that were seen: once of the same, and nothing long."""

from __future__ import annotations

import pytest

from newsletter import editions
from newsletter.admin import seen
from tests import builders


@pytest.mark.django_db
def test_what_is_long_is_hashed_anew_and_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = builders.issue(builders.publication())
    builders.item(issue, None, "The pier opens")
    item = editions.load(issue).items[0]
    monkeypatch.setattr(seen, "_hashes", {})
    once = seen._hash_of(item)
    assert seen._hash_of(item) == once and list(seen._hashes) == [id(item)]
    monkeypatch.setattr(seen, "_hashes", {})
    monkeypatch.setattr(seen, "_LONGEST", 3)
    assert seen._hash_of(item) == once and seen._hashes == {}
