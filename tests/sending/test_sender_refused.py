"""A relay that refuses *us*, in every place and language: nobody is suppressed, somebody is told.

Recorded over a real SMTP conversation. The readers of a second publication on the same site get
their mail as if nothing had been.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter import sending
from newsletter.models import Bounce, Issue
from subscribers.models import Suppression
from tests import builders
from tests.sending.stage import issue_for, relay_for

pytestmark = pytest.mark.django_db(transaction=True)

OURS = "news@harbour.example.org"
VERIFY = (
    f"550-Verification failed for <{OURS}>\r\n550-No Such User Here\r\n550 Sender verify failed"
)
REFUSALS = [
    pytest.param("mail:550 5.7.1 Sender address rejected: not owned by user", 40, id="mail"),
    pytest.param("mail:553 5.1.8 Sender domain does not exist", 71, id="mail-domain"),
    pytest.param(
        f"rcpt:550 5.1.8 <{OURS}>| Sender address rejected| Domain not found", 71, id="rcpt"
    ),
    pytest.param("rcpt:" + VERIFY.replace(":", "|"), 40, id="rcpt-verification"),
    pytest.param(f"rcpt:550 sender <{OURS}> does not exist", 40, id="rcpt-no-code"),
    pytest.param("dot:550 5.7.1 Sender address rejected: no such domain", 40, id="dot"),
    pytest.param(f"dot:550 5.1.8 unknown sender {OURS}", 40, id="dot-unknown-sender"),
    pytest.param("dot:554 5.7.1 Message rejected as spam by content filter", 40, id="content"),
    pytest.param("rcpt:550 5.7.1 Relaying denied", 40, id="relay"),
    pytest.param("rcpt:550 Absenderadresse existiert nicht", 40, id="german"),
    pytest.param("rcpt:550 5.1.8 Die Absenderdomäne ist unbekannt", 40, id="german-code"),
    pytest.param("rcpt:550 发件人地址不存在", 40, id="chinese"),
    pytest.param("dot:550 发信人域名不存在, 拒绝接收", 40, id="chinese-dot"),
    pytest.param("rcpt:550 Адрес отправителя не существует", 40, id="russian"),
    pytest.param("rcpt:550 送信者のアドレスが存在しません", 40, id="japanese"),
    pytest.param("rcpt:550 L'adresse de l'expéditeur n'existe pas", 40, id="french"),
]


@pytest.mark.parametrize(("fault", "readers"), REFUSALS)
def test_a1_nobody_is_suppressed_when_the_sender_is_refused(
    fault: str, readers: int, tmp_path: Path
) -> None:
    where, _, words = fault.partition(":")
    issue = issue_for(readers)
    other = builders.publication("weekly", from_address="weekly@quay.example.org")
    category = builders.category(other, "Ships")
    second = builders.issue(other)
    builders.item(second, category, "A ship left")
    for number in range(25):
        builders.subscription(other, f"reader{number:03}@example.org")
    with relay_for(tmp_path) as relay:
        relay.faults = [_fault(where, words)]
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        sending.drain(30)
        sending.sweep()
        issue.refresh_from_db()
        ledger = sending.ledger(issue)
        assert ledger["sent"] == 0
        assert issue.state == Issue.State.PAUSED, ledger
        assert issue.state_reason
        assert Suppression.objects.count() == 0
        assert not Bounce.objects.filter(kind="hard").exists()
        relay.faults = []
        sending.release(second, by="alice", now=True)
        sending.sweep()
        sending.drain(30)
        sending.sweep()
    assert sending.ledger(second)["sent"] == 25
    assert Suppression.objects.count() == 0


def _fault(where: str, words: str) -> object:
    from tests.smtpd import Fault

    return Fault(where, words.replace("|", ":"))
