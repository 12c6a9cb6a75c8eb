"""The register of regular tasks. A new one is a line here, and nothing elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from newsletter import bounces, conf, notices
from newsletter.archive.finished.purging import Purge
from newsletter.bounces import spool
from newsletter.config import doctor, forwarded, report
from newsletter.editions.search import entries
from newsletter.feeds import websub
from newsletter.importing.stories import remembering
from newsletter.intake import idempotency, tokens
from newsletter.issues import dead_links, deleted, told_before, unused_pictures
from newsletter.models import Change, CheckResult
from newsletter.sending import (
    figures,
    probing,
    retention,
    roundups,
    slot_notices,
    warm_up,
    watching,
)
from subscribers import housekeeping as readers
from subscribers import mailing, readership
from subscribers.admin import form_drafts

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_KEEP_JOBS_DAYS = 7
# What changed while another worker did this is not known here: the first call purges everything.
_PURGE = Purge()


@dataclass(frozen=True, slots=True)
class Task:
    """`every` and `limit` in seconds. It may run twice, and be cut off anywhere."""

    name: str
    about: str | Promise
    every: float
    limit: float
    run: Callable[[], object]


def _take_in_reports() -> int:
    return spool.take_in(report.folder(conf.data_dir()))


def _forget_old_jobs() -> None:
    """Jobs are a wake-up: a finished one tells nothing the tables do not."""
    if conf.tasks_engine() == "embedded":
        call_command("prune_db_task_results", min_age_days=_KEEP_JOBS_DAYS, verbosity=0)


def _forget_old_changes() -> None:
    """Notes of changes that every web process has read long ago."""
    Change.objects.tidy(timezone.now() - dt.timedelta(days=1))


def _forget_old_sessions() -> None:
    call_command("clearsessions", verbosity=0)


def _examine() -> None:
    """Keep what the doctor finds, and warn of each check that is wrong until it is well."""
    # Nobody waits for it here: a site with many domains may ask for longer.
    questions = doctor.Dns(conf.dns_resolver(), in_all=60)
    results = doctor.examine(doctor.Surroundings(dns=questions))
    doctor.store(results)
    for result in results:
        if result.ok is False:
            notices.raise_alert("doctor", result.name, {"text": result.detail.partition("\n")[0]})
        elif result.ok:
            # What is not seen is neither well nor wrong: a warning stays as it is.
            notices.clear_alert("doctor", result.name)


def _examine_again() -> None:
    """While something is wrong: whoever mended it must not read for an hour that it is."""
    if CheckResult.objects.filter(ok=False).exists():
        _examine()


TASKS: tuple[Task, ...] = (
    Task("confirmations", _("Mails to new readers that no job has sent"), 10, 120, readers.ask),
    Task("service-mail", _("Confirmations, links and notices that wait are sent"), 5, 120,
         mailing.sweep),
    Task("reminders", _("Reminders to who has not confirmed"), _MINUTE, 120, readers.remind),
    Task("purge", _("Sign-ups that nobody confirmed are forgotten"), 600, 120, readers.forget),
    Task(
        "address-changes", _("New addresses that nobody confirmed are forgotten"), _HOUR, 120,
        readers.give_up_address_changes,
    ),
    Task(
        "roundup-rhythm", _("Readers of a round-up that was switched off are told"), _MINUTE, 120,
        readers.end_roundups,
    ),
    Task("retention", _("Old events, limits and proofs are deleted"), 600, 300, readers.forget_old),
    Task("retention-periods", pgettext_lazy("retention", "What is kept for a time only is deleted"),
         _HOUR, 300, retention.sweep),
    Task("re-keying", _("Readers are known by the newest key"), 10, 120, readers.rekey),
    Task("secure-delete", _("SQLite's log is cut after a deletion"), 10, 60, readers.cut_log),
    Task("readership", _("Readers won and lost are added up"), 10, 120, readership.sweep),
    Task("figures", _("What became of each issue is counted"), 5, 120, figures.sweep),
    Task("mailboxes", _("Mailboxes are read for reports"), _MINUTE, 300, bounces.poll),
    Task("reports", _("Reports that sudi-report kept are read"), 5, 120, _take_in_reports),
    Task("websub", _("Hubs are told of new issues"), 15, 120, websub.sweep),
    Task("link-checks", _("Links of new issues are looked at"), _MINUTE, 120, dead_links.sweep),
    Task("roundups", _("Round-ups that are due are drafted"), 15, 300, roundups.sweep),
    Task("slots", _("Editors are told of their slots"), 20, 120, slot_notices.tell),
    # A batch of older items at a time; with nothing to take up one query.
    Task("stories", _("Older items are taken into the memory of stories"), 30, 120,
         remembering.sweep),
    Task("told-before", _("Older items are tied to those that told their story"), 30, 120,
         told_before.sweep),
    Task("search", _("Older items are taken into the index of the search"), 30, 120, entries.sweep),
    Task("notices", _("Editors and programs are told what happened"), 5, 120, notices.sweep),
    Task("watch", _("What editors want to be warned of is looked at"), _MINUTE, 120,
         watching.sweep),
    Task("old-notices", _("Notices told long ago are deleted"), _HOUR, 120, notices.forget),
    Task("warm-up", _("New senders are given today's rate"), 300, 60, warm_up.sweep),
    Task("relay-latency", _("How quickly the relays answer"), 300, 60, probing.measure),
    Task("doctor", _("The doctor looks at everything"), _HOUR, 300, _examine),
    Task("doctor-again", pgettext_lazy("regular task", "What was wrong is looked at again"), 600,
         300, _examine_again),
    Task("old-jobs", _("Finished jobs are deleted"), _HOUR, 120, _forget_old_jobs),
    Task("old-sessions", _("Ended sessions are deleted"), _DAY, 120, _forget_old_sessions),
    Task("deleted-drafts", _("Deleted drafts that nobody took back are forgotten"), _HOUR, 120,
         deleted.sweep),
    Task("pictures", pgettext_lazy("regular task", "Pictures that nobody uses are deleted"), _DAY,
         600, unused_pictures.sweep),
    Task("unsaved", _("What was typed and never saved is forgotten"), _HOUR, 120,
         form_drafts.sweep),
    Task("old-changes", _("Notes of changes that every web process has read are deleted"), _HOUR,
         120, _forget_old_changes),
    Task("old-answers", _("Answers kept for programs that ask twice are deleted"), _HOUR, 120,
         idempotency.forget_old),
    Task("old-tokens", _("Tokens that ended long ago are deleted"), _DAY, 120, tokens.forget_old),
    # Only where there is a CDN to tell: it looks every second.
    *([Task("cdn", _("A CDN is told which copies are old"), 1, 120, _PURGE.sweep)]
      if conf.purge_hook() else []),
    Task("peers", _("Peers that were counted are forgotten"), _DAY, 60, forwarded.sweep),
)  # fmt: skip
