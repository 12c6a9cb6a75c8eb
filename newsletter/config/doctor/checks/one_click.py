"""One-click unsubscription works through whatever stands in front (RFC 8058)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from newsletter import conf
from subscribers.links import Purpose, make

from ..findings import Finding, Text, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings
from ..web import Answer, Unreachable

NAME, PLACE = "one_click", 170

_BODY = b"List-Unsubscribe=One-Click"
# The link of a test mail: signed by our keys, and nobody's.
_NOBODY = 0


def begin(site: Surroundings) -> None:
    """Ask now."""
    site.begin_request(_path(site), _BODY)


def _path(site: Surroundings) -> str:
    link = reverse("subscribers:unsubscribe", args=[make(Purpose.UNSUBSCRIBE, _NOBODY)])
    return site.below_base(link) or link


def look(site: Surroundings) -> Iterator[Finding]:
    """Post as a mail program does, with a link that is ours and nobody's."""
    answer = site.ask(_path(site), _BODY)
    if isinstance(answer, Unreachable):
        if site.trial:
            yield unseen(_("The trial's web server does not run."), _("Run: sudi quickstart"))
            return
        if site.not_reflected:
            yield unseen(
                _("%(url)s does not answer this machine itself, and visitors were answered lately.",
                  url=conf.base_url()),
                _("Send a test mail, and use its button to unsubscribe in a mail program."),
            )  # fmt: skip
            return
        yield bad(
            _("The address in List-Unsubscribe does not answer: %(said)s", said=answer.text),
            _("Mend the check “base_url” first."),
        )
    elif answer.status == 200 and _is_page(answer):
        yield bad(
            _("One-click requests are answered with a page, which is not this site's answer."),
            _let_through(),
        )
    elif answer.status == 200:
        yield good(_("The one-click address answers, with this site's keys."))
    elif answer.status in (301, 302, 303, 307, 308):
        yield bad(
            _("One-click requests are redirected to %(to)s, which mail programs do not follow.",
              to=answer.headers.get("location", "?")[:200]),
            _("Set BASE_URL to where the redirect leads, or take it away for /s/."),
        )  # fmt: skip
    elif answer.status == 400:
        yield bad(
            _("The site at %(url)s does not know the links that this one makes.",
              url=conf.base_url()),
            _("Web and worker have different LINK_KEYS, or BASE_URL leads to another site or allows"
              " another host. Give both the same environment, and restart."),
        )  # fmt: skip
    else:
        silent = answer.status in (502, 504)
        yield bad(
            _("One-click requests are answered with %(status)s.", status=answer.status),
            _("Mend the check “base_url” first.") if silent else _let_through(),
        )


def _is_page(answer: Answer) -> bool:
    """Ours is a line of text; a page is the question of a guard against robots."""
    return "html" in answer.headers.get("content-type", "") or answer.body.lstrip()[:1] == b"<"


def _let_through() -> Text:
    return _(
        "Let the web server, firewall or protection against robots pass POST requests to /s/"
        " without a question."
    )
