"""What goes wrong again and again: refusals in a row, and whom to tell of them. In memory."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from newsletter.smtp import Verdict

from . import policy, rate_limit


class Trouble(NamedTuple):
    """Something that must stop an issue (None: every one) and be told to its editor."""

    issue: int | None
    kind: str
    text: str


class Troubles:
    """Rates to slow down and issues to pause, until somebody with a database has done so."""

    __slots__ = ("runs", "slow", "to_tell")

    def __init__(self) -> None:
        self.slow: set[str] = set()
        self.to_tell: deque[Trouble] = deque()
        # Refusals in a row that are about us or leave doubt, by issue.
        self.runs: dict[int, int] = {}

    def refused(
        self, issue: int, relay: str, address: str, verdict: Verdict, judgement: policy.Judgement
    ) -> None:
        """Slow down, and stop when refusal follows refusal for reasons of our own."""
        if judgement.throttled:
            domain = address.rpartition("@")[2]
            at_domain = verdict.phase == "rcpt" and bool(domain)
            self.slow.add(
                rate_limit.domain_key(relay, domain) if at_domain else rate_limit.relay_key(relay)
            )
        if judgement.ours or judgement.state == "in_doubt":
            run = self.runs[issue] = self.runs.get(issue, 0) + 1
            if run == policy.POLICY_RUN:
                kind = "policy" if judgement.ours else "doubt"
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
