"""What goes wrong again and again: refusals in a row, and whom to tell of them. In memory."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from newsletter.smtp import Verdict

from .. import weighing
from . import policy, rate_limit


class Trouble(NamedTuple):
    """Something that must stop an issue (None: every one) and be told to its editor.

    Of kind "refusals" it is a suspicion to be weighed with what the database knows: so many
    addresses (`refused`) were refused for good to this worker.
    """

    issue: int | None
    kind: str
    text: str
    refused: int = 0


class Troubles:
    """Rates to slow down and issues to pause, until somebody with a database has done so."""

    __slots__ = ("ended", "runs", "slow", "to_tell")

    def __init__(self) -> None:
        self.slow: set[str] = set()
        self.to_tell: deque[Trouble] = deque()
        # Refusals in a row that are about us or leave doubt, by issue; and refusals that end an
        # address, in all.
        self.runs: dict[int, int] = {}
        self.ended: dict[int, int] = {}

    def refused(
        self, issue: int, relay: str, address: str, verdict: Verdict, judgement: policy.Judgement
    ) -> None:
        """Slow down, and stop when refusal follows refusal, whoever is blamed.

        Every so many refusals that end an address are a suspicion; the sweep weighs the rest.
        """
        if judgement.throttled:
            domain = address.rpartition("@")[2]
            at_domain = verdict.phase == "rcpt" and bool(domain)
            self.slow.add(
                rate_limit.domain_key(relay, domain) if at_domain else rate_limit.relay_key(relay)
            )
        if judgement.ends_address:
            ended = self.ended[issue] = self.ended.get(issue, 0) + 1
            if ended % weighing.ENOUGH == 0:
                self.to_tell.append(Trouble(issue, "refusals", "", ended))
        elif judgement.ours or judgement.permanent or judgement.state == "in_doubt":
            run = self.runs[issue] = self.runs.get(issue, 0) + 1
            if run == policy.POLICY_RUN:
                kind = "doubt" if judgement.state == "in_doubt" else "policy"
                text = f"{judgement.code or ''} {judgement.detail}".strip()
                self.to_tell.append(Trouble(issue, kind, text))
                self.runs[issue] = 0

    def not_let_in(self, relay: str, text: str) -> None:
        """No relay accepts our login any more."""
        self.to_tell.append(Trouble(None, "login", f"{relay}: {text}".strip()))

    def told(self) -> None:
        """The first trouble is in the database: what follows counts anew."""
        self.to_tell.popleft()
        self.runs.clear()
