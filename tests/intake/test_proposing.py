"""A program without the right to send proposes a release, and people are told of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from newsletter import notices
from newsletter.intake.mcp_server import Tools
from newsletter.models import Issue, NoticeChoice, OutboxEvent, Webhook
from subscribers.models import AuditEntry, Publication
from tests import builders
from tests.intake.programs import DIGEST, Program, member

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "issue.release_proposed"


@pytest.fixture
def daily() -> Publication:
    made = builders.publication()
    builders.category(made, "Ships"), builders.category(made, "Roads")
    return made


def proposed(program: Program) -> dict[str, Any]:
    tools = Tools(program.secret)
    tools.put_draft(DIGEST)
    seen = json.loads(tools.plan("2026-03-02"))["answer"]["seen"]
    answer: dict[str, Any] = json.loads(tools.propose_release("2026-03-02", seen))["answer"]
    notices.sweep()
    return answer


def test_who_chose_it_is_told_of_a_proposal_and_nobody_else(
    daily: Publication, mailoutbox: Sequence[Any]
) -> None:
    ed = member(daily, "ed", "editor")
    member(daily, "sue", "sender")
    NoticeChoice.objects.create(user=ed, publication=daily, type=KIND)
    hook = Webhook.objects.create(
        name="Chat", url="https://example.org/", types=[KIND], publication=daily, secret="whsec_AA"
    )
    program = Program(daily)
    answer = proposed(program)
    assert (answer["released"], answer["new"], answer["told"]) == (False, True, 1)
    issue = Issue.objects.get()
    assert issue.state == "draft"
    (mail,) = mailoutbox
    assert mail.to == ["ed@example.org"]
    assert mail.subject == (
        "Harbour Daily: a program of alice proposes to release “Harbour Daily - 2026-03-02”."
        " A person must do it."
    )
    assert f"/admin/newsletter/issue/{issue.pk}/send/" in mail.body
    (delivery,) = hook.deliveries.all()
    assert delivery.event.data["by"] == "alice"
    assert delivery.event.data["issue"] == "2026-03-02"


def test_the_same_text_is_proposed_once(daily: Publication, mailoutbox: Sequence[Any]) -> None:
    member(daily, "sue", "sender")
    program = Program(daily)
    assert [proposed(program)["new"], proposed(program)["new"]] == [True, False]
    assert OutboxEvent.objects.filter(type=KIND).count() == 1
    assert AuditEntry.objects.filter(action="release proposed", actor="alice").count() == 1
    assert len(mailoutbox) == 1


def test_where_nobody_chose_it_those_who_may_send_are_told(
    daily: Publication, mailoutbox: Sequence[Any]
) -> None:
    member(daily, "sue", "sender"), member(daily, "olga", "owner"), member(daily, "ed", "editor")
    assert proposed(Program(daily))["told"] == 2
    assert sorted(mail.to[0] for mail in mailoutbox) == ["olga@example.org", "sue@example.org"]
