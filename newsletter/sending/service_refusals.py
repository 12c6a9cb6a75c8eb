"""Whether a relay's no ends a mail that somebody waits for, or only this try.

A relay that was set up wrongly says 5yz to everybody: "relay access denied", "authentication
required", "sender not owned by user". An issue is paused then and asks a person; a confirmation
waits until the relay is mended, since whoever asked for it would never ask again.
"""

from __future__ import annotations

from newsletter.refusals import Blame, Phase, judge
from subscribers.additions import No

# Nobody but the reader, or who writes the mail, could change these.
_ENDS = (Blame.READER, Blame.CONTENT)


def is_last_word(no: No) -> bool:
    """True for an address or a mail refused for good; what is about us, the way or unclear is not.

    A no to MAIL came before the relay knew for whom the mail is (RFC 5321 section 3.3).
    """
    step = Phase(no.step)
    if no.code < 500 or step is Phase.MAIL:
        return False
    ours = {no.sender, no.sender.rpartition("@")[2]}
    refusal = judge(no.words, code=no.code, phase=step, recipient=no.recipient, ours=ours)
    return refusal.permanent and refusal.blame in _ENDS
