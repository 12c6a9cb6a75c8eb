"""The web process that answers runs the version that is installed."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.config import running_version
from newsletter.sending.engine.sender import version

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings
from ..web import Unreachable

NAME, PLACE = "web", 105


def begin(site: Surroundings) -> None:
    """Ask now."""
    site.begin_request("/healthz")


def look(site: Surroundings) -> Iterator[Finding]:
    """Compare what it says of itself with what is installed here."""
    answer = site.health
    if isinstance(answer, Unreachable):
        yield unseen(
            _("The web process does not answer this machine: %(said)s", said=answer.text),
            _("Look at the check “base_url”. After an upgrade: systemctl restart sudi-web"),
        )
        return
    said = answer.headers.get(running_version.HEADER.lower(), "")
    if said == running_version.mark(version()):
        yield good(_("The web process that answered runs this version."))
    elif said:
        yield bad(
            _("The web process that answered still runs another version than the one installed."),
            _("Restart it after an upgrade: systemctl restart sudi-web"),
        )
    else:
        yield unseen(
            _("The answer does not say which version runs: it is old, or what stands in front"
              " takes the header %(header)s away.", header=running_version.HEADER),
            _("Restart it once: systemctl restart sudi-web"),
        )  # fmt: skip
