"""A report in sentences, for the command and the page."""

from __future__ import annotations

from django.utils.translation import ngettext, npgettext, pgettext

from subscribers import times

from .settling import Report
from .verdict import Verdict


def _why(verdict: Verdict) -> str:
    said = {
        Verdict.NOT_COVERED: pgettext(
            "doubt",
            "%(count)s stay in doubt: the log does not cover the time in which they were sent.",
        ),
        Verdict.NO_ZONE: pgettext(
            "doubt",
            "%(count)s stay in doubt: the log does not say its time zone, and it could not be found"
            " out. Say it, like Europe/Berlin.",
        ),
        Verdict.INCOMPLETE: pgettext(
            "doubt",
            "%(count)s stay in doubt: the log lacks mails that were taken over, so that it proves"
            " nothing by its silence. Give the logs of every mail server, whole.",
        ),
    }
    return said[verdict]


def sentences(report: Report) -> list[str]:
    """What was settled, what was not and why, and what the log covers."""
    lines = [
        ngettext(
            "%(count)s reader in doubt got the mail.",
            "%(count)s readers in doubt got the mail.",
            report.sent,
        ) % {"count": f"{report.sent:,}"},
        ngettext(
            "%(count)s mail never reached the mail server: it may be sent again.",
            "%(count)s mails never reached the mail server: they may be sent again.",
            report.never,
        ) % {"count": f"{report.never:,}"},
    ]  # fmt: skip
    if report.after_copy:
        lines.append(
            ngettext(
                "%(count)s reader got the mail after the copy of the database was made.",
                "%(count)s readers got the mail after the copy of the database was made.",
                report.after_copy,
            ) % {"count": f"{report.after_copy:,}"}
        )  # fmt: skip
    for why, count in sorted(report.left.items()):
        lines.append(_why(Verdict(why)) % {"count": f"{count:,}"})
    if report.missing:
        text = npgettext(
            "doubt",
            "The log lacks %(count)s mail that the mail server took over.",
            "The log lacks %(count)s mails that the mail server took over.",
            report.missing,
        )
        lines.append(text % {"count": f"{report.missing:,}"})
    for first, last in report.covered:
        text = pgettext("doubt", "%(formats)s, from %(first)s to %(last)s.")
        lines.append(
            text
            % {
                "formats": ", ".join(report.formats),
                "first": times.say(first, None, seconds=True),
                "last": times.say(last, None, seconds=True),
            }
        )
    return lines
