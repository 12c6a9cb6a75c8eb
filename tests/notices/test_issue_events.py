"""An issue's whole way over a real relay: what is told of it, with its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newsletter import notices
from newsletter.models import Issue, OutboxEvent
from newsletter.sending import mending
from newsletter.sending.engine import leasing
from tests.sending.stage import issue_for, relay_for, send
from tests.sending.test_mending import correct

pytestmark = pytest.mark.django_db(transaction=True)


def told() -> list[tuple[str, dict[str, Any]]]:
    notices.sweep()
    return list(OutboxEvent.objects.order_by("at", "pk").values_list("type", "data"))


def test_scheduled_released_finished_corrected(tmp_path: Path) -> None:
    issue = issue_for(5)
    with relay_for(tmp_path):
        send(issue)
        assert not leasing.finish(issue.pk)  # It was finished once, and is told of once.
        correct(issue)
        mending.carry_on(issue.pk)
    found = dict(told())
    assert list(found) == ["issue.scheduled", "issue.released", "issue.finished", "issue.corrected"]
    assert found["issue.scheduled"]["by"] == "alice"
    assert found["issue.released"]["recipients"] == 5
    assert found["issue.finished"] == {
        "publication": "daily",
        "issue": "2026-03-02",
        "id": issue.pk,
        "title": "Harbour Daily - 2026-03-02",
        "date": "2026-03-02",
        "kind": "regular",
        "language": "en",
        "url": "http://127.0.0.1:8000/daily/2026-03-02/",
        "by": "worker",
        "figures": {
            "recipients": 5, "sent": 5, "deferred": 0, "failed": 0, "in_doubt": 0, "skipped": 0,
            "suppressed": 0, "cancelled": 0,
        },
    }  # fmt: skip
    assert found["issue.corrected"]["item"] == 1


def test_a_rehearsal_is_no_news(tmp_path: Path) -> None:
    issue = issue_for(3, rehearsal_address="desk@harbour.example.org")
    with relay_for(tmp_path):
        send(issue)
    assert Issue.objects.filter(rehearses=issue, state="sent").exists()
    assert told() == []
