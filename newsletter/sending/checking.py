"""What is looked at before an issue goes out: its text, and what stands beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter import rendering
from newsletter.editions import IssueView
from newsletter.issues import import_findings, mends, preflight, side_by_side, stories, usual
from newsletter.issues.findings import CATEGORIES, Finding, Level, numbers, warning
from newsletter.issues.preflight import Checked
from newsletter.issues.sender_findings import kept_checks
from newsletter.models import Issue
from subscribers import rhythm
from subscribers.models import Category, Publication

# The warning of the import that the check of the text repeats.
_NO_SOURCE = "import/source-missing"


def looked_at(
    issue: Issue,
    view: IssueView,
    made: Sequence[preflight.Made | rendering.TooLarge],
    reach: usual.Reach,
    told: Iterable[stories.Told],
    *,
    at: dt.datetime | None,
    compared: bool,
) -> list[Checked]:
    """Everything that is looked at of an issue that would go out at `at` (None: now), in order.

    `made` are editions as they would be sent, `reach` whom it comes to, `told` its stories that
    were told before; `compared` with the issue in other languages, too. A few queries, whatever
    the number of readers.
    """
    of_text = preflight.checked(
        view,
        issue.publication,
        made=made,
        unserved=rhythm.unserved(issue.publication),
        beside=usual.around(issue, at),
        reach=reach,
        kept=kept_checks(),
    )
    return [
        *of_text,
        *_retired(view),
        *_told_before(issue, told),
        *_beside_the_text(issue, compared, of_text),
    ]


def _retired(view: IssueView) -> list[Checked]:
    """Categories retired since items were filed under them: nobody new can choose them."""
    filed = [one.id for one in view.categories()]
    gone = Category.objects.filter(pk__in=filed, retired_at__isnull=False).order_by("pk")
    found = []
    for pk, name in gone.values_list("pk", "name"):
        items = [one for one in view.items if one.category is not None and one.category.id == pk]
        text = pgettext(
            "preflight", "Item %(numbers)s: %(category)s is retired; nobody new can choose it."
        )
        said = text % {"numbers": numbers(items), "category": name}
        found.append(warning("retired", said, items, place=CATEGORIES))
    return [Checked(pgettext("preflight", "Categories"), tuple(found))] if found else []


def _told_before(issue: Issue, told: Iterable[stories.Told]) -> list[Checked]:
    """What nobody has decided yet of the stories that an earlier issue told."""
    if issue.kind != Issue.Kind.REGULAR:
        return []
    found = stories.findings(issue, stories.undecided(issue, told))
    return [Checked(pgettext("preflight", "Stories told before"), tuple(found))]


def _beside_the_text(issue: Issue, compared: bool, of_text: Iterable[Checked]) -> list[Checked]:
    """What was looked at of an issue's import, its originals and its translations.

    What is said `of_text` as it is now is not said again as what the import had found.
    """
    looked_at = []
    if issue.import_warnings.exists():
        bare = {
            pk for one in preflight.findings(of_text) if one.code == "no-source" for pk in one.items
        }
        found = [
            one
            for one in import_findings.findings(issue)
            if one.code != _NO_SOURCE or not one.items or not bare.issuperset(one.items)
        ]
        looked_at.append(Checked(pgettext("preflight", "Warnings of the import"), tuple(found)))
    if issue.kind == Issue.Kind.ROUNDUP:
        found = _not_mended(issue)
        looked_at.append(Checked(pgettext("preflight", "Originals of a round-up"), tuple(found)))
    if compared and (found := side_by_side.findings(issue)):
        looked_at.append(Checked(pgettext("preflight", "Translations"), tuple(found)))
    return looked_at


def problems(
    view: IssueView,
    publication: Publication,
    made: Iterable[preflight.Made | rendering.TooLarge] = (),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What forbids releasing the issue, and what its editor should look at: sentences."""
    found = preflight.check(view, publication, made=made, unserved=rhythm.unserved(publication))
    return (*preflight.blockers(found), *for_nobody(view)), tuple(preflight.warnings(found))


def for_nobody(view: IssueView) -> tuple[str, ...]:
    """Why the issue is for nobody, as a blocker; empty if it is for somebody."""
    if not view.items or view.category_mask:
        return ()
    return (_("No item of the issue has a category: nobody would get anything."),)


def _not_mended(issue: Issue) -> list[Finding]:
    """Copies of a round-up whose originals were corrected since: worth a look before it goes."""
    return [
        Finding(
            Level.WARNING,
            "original-corrected",
            _("Item %(number)d: the original was corrected since. Take its words, or keep yours.")
            % {"number": copy.number},
            (copy.pk,),
        )
        for copy in mends.offered(issue).filter(hidden=False).order_by("number")
    ]
