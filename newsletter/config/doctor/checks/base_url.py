"""The address in every link leads to this site, also for others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.templatetags.static import static

from newsletter import conf
from newsletter.config import forwarded

from ..findings import Finding, Text, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings
from ..web import Unreachable

NAME, PLACE = "base_url", 80

# Certificates of 90 days are renewed 30 days before their end, those of 6 days after half of it.
_RENEWAL = dt.timedelta(days=2)


def begin(site: Surroundings) -> None:
    """Ask now."""
    site.begin_request("/healthz")
    if not site.base_is_local and (style := _style_sheet(site)):
        site.begin_request(style)


def look(site: Surroundings) -> Iterator[Finding]:
    """Ask /healthz by the name in BASE_URL, and see whether anybody from outside came lately."""
    if site.base_is_local:
        yield _local(site)
        return
    url = conf.base_url()
    answer = site.health
    if isinstance(answer, Unreachable):
        yield _only_from_within(url) if site.not_reflected else _unreachable(site, answer)
        return
    if answer.status in (301, 302, 307, 308):
        yield bad(
            _("%(url)s leads on to %(to)s.", url=url, to=answer.headers.get("location", "?")[:200]),
            _("Set BASE_URL to the address that answers, or take the redirect away: links in mails"
              " and one-click requests are not redirected."),
        )  # fmt: skip
    elif answer.status != 200 or not answer.body.startswith(b"ok"):
        yield bad(
            _("%(url)s/healthz answers %(status)s, and not as this site does.",
              url=url, status=answer.status),
            _in_front(url, answer.status),
        )  # fmt: skip
    else:
        yield good(_("%(url)s answers from here (%(address)s).", url=url, address=answer.address))
        yield from _looks(site, url)
    if answer.expires is not None and answer.expires - site.now() < _RENEWAL:
        yield bad(
            _("The certificate of %(url)s ends on %(day)s.", url=url, day=answer.expires.date()),
            _("Renewing it has failed, or nobody does: certbot renew --dry-run (Caddy: its log)"),
        )
    yield _from_outside(url)


def _in_front(url: str, status: int) -> Text:
    """What to do about what stands in front, by what it says (RFC 9110, section 15)."""
    if status in (401, 403):
        return _("Something in front of %(url)s asks for a password or refuses: readers and their"
                 " mail programs must get through without.", url=url)  # fmt: skip
    if status in (502, 504):
        return _(
            "The web server in front gets no answer from Sudi: systemctl status sudi-web. The"
            " address it passes requests to must be the one that Sudi listens at."
        )
    return _(
        "Another program answers there, or the web server does not pass requests (with their"
        " Host) on: see the example in `sudi deploy-files DIR`."
    )


def offline() -> Iterator[Finding]:
    """An address of this machine, or one without encryption."""
    site = Surroundings()
    if site.base_is_local and not site.trial:
        yield _local(site)
    elif conf.base_url().startswith("http://") and not site.base_is_local:
        yield bad(
            _("BASE_URL is not encrypted: whoever is on the way can read and change pages."),
            _("Give the web server a certificate, and write https:// in BASE_URL."),
        )


def _style_sheet(site: Surroundings) -> str:
    """Its path below BASE_URL; empty where a host serves it from elsewhere."""
    return site.below_base(static("newsletter/site.css"))


def _looks(site: Surroundings, url: str) -> Iterator[Finding]:
    """Whether pages come with their style sheet: a web server in front may answer /static/."""
    path = _style_sheet(site)
    answer = site.ask(path) if path else None
    if answer is None or isinstance(answer, Unreachable):
        return
    if answer.status != 200 or "css" not in answer.headers.get("content-type", ""):
        yield bad(
            _("Pages have no style sheet: %(url)s%(path)s answers %(status)s.",
              url=url, path=path, status=answer.status),
            _("Take `location /static/` out of your web server, or let it pass those requests on:"
              " Sudi answers them itself."),
        )  # fmt: skip


def _local(site: Surroundings) -> Finding:
    if site.trial:
        return unseen(
            _("A trial: %(url)s is for this machine only.", url=conf.base_url()),
            _("For readers set BASE_URL to a public address, like https://news.example.org"),
        )
    return bad(
        _("BASE_URL is %(url)s: every link in a mail leads to the reader's own machine.",
          url=conf.base_url()),
        _("Set BASE_URL to the address readers use, like https://news.example.org"),
    )  # fmt: skip


def _only_from_within(url: str) -> Finding:
    return unseen(
        _(
            "%(url)s does not answer this machine itself, and visitors were answered lately.",
            url=url,
        ),
        _("Run on another machine: curl -fsS %(url)s/healthz", url=url),
    )  # fmt: skip


def _unreachable(site: Surroundings, error: Unreachable) -> Finding:
    said = _("%(url)s does not answer (%(phase)s): %(text)s",
             url=conf.base_url(), phase=error.phase, text=error.text)  # fmt: skip
    remedy = {
        "dns": _("%(host)s has no address. Publish one: %(host)s. IN A ADDRESS-OF-THIS-MACHINE",
                 host=error.text),
        "tls": _("Renew the certificate, or name this host in it: certbot certificates"),
        "time": _("Start the web server, and let ports 80 and 443 through the firewall."),
        "connect": _("Start the web server, and let ports 80 and 443 through the firewall."),
    }.get(error.phase, _("Look at the web server's error log."))  # fmt: skip
    return bad(said, remedy)


def _from_outside(url: str) -> Finding:
    """A request from a public address that was answered proves what this machine cannot."""
    if at := forwarded.last_from_outside():
        return good(_("Somebody from outside was answered on %(day)s.", day=at))
    return unseen(
        _("Whether it answers from outside is not seen from here."),
        _("Run on another machine: curl -fsS %(url)s/healthz", url=url),
    )
