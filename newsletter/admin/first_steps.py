"""From a new publication to its first issue in readers' hands: what is done, and what comes next.

Nothing is stored about it: each step looks at what there is, by lookups that end at the first row.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from newsletter import conf
from subscribers.admin.access import find_publication, require, visible
from subscribers.admin.chrome import FROM_STEPS, page
from subscribers.models import AuditEntry, Publication, Subscription
from subscribers.roles import Act, may

from ..models import Issue
from .frame import address


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `link` is empty where it cannot be done yet; `other` is another way to it,
    its words and where it leads."""

    title: str
    why: str
    done: bool
    link: str
    act: Act
    optional: bool = False
    other: tuple[str, str] | None = None


def steps(publication: Publication) -> list[Step]:
    """The steps in their order, the publication itself being there."""
    return [*_of_publication(publication), *_of_issue(publication)]


def _of_publication(publication: Publication) -> list[Step]:
    # What is saved there leads back here (`chrome.steps_address`).
    settings = reverse("admin:subscribers_publication_change", args=[publication.pk]) + FROM_STEPS
    of = f"?publication={publication.slug}"
    others = publication.roles.values("user").distinct()[:2]
    return [
        Step(
            pgettext("first steps", "Say who sends it"),
            pgettext("first steps", "Sender, and the postal identity in the foot of each mail."),
            bool(publication.from_address and publication.postal_identity.strip()),
            settings,
            Act.SET_UP,
        ),
        Step(
            pgettext("first steps", "Make its categories"),
            pgettext("first steps", "What readers choose from; an import can make them, too."),
            publication.categories.filter(retired_at__isnull=True).exists(),
            reverse("admin:subscribers_category_add", args=[publication.slug]) + FROM_STEPS,
            Act.SET_UP,
        ),
        Step(
            pgettext("first steps", "Choose its look"),
            pgettext("first steps", "One of the styles, a colour, a logo. It may stay as it is."),
            bool(publication.theme),
            reverse("look") + of,
            Act.SET_UP,
            optional=True,
        ),
        Step(
            pgettext("first steps", "Write imprint and privacy text"),
            pgettext("first steps", "Every page, form and mail leads to them; many laws ask."),
            publication.has_legal_texts,
            settings,
            Act.SET_UP,
            optional=True,
        ),
        Step(
            pgettext("first steps", "Invite colleagues"),
            pgettext("first steps", "Each with the roles they need."),
            len(others) > 1,
            reverse("admin:subscribers_publication_people", args=[publication.slug]),
            Act.SET_UP,
            optional=True,
        ),
    ]


def _of_issue(publication: Publication) -> list[Step]:
    issues = Issue.objects.filter(publication=publication, rehearses__isnull=True)
    draft = issues.filter(state=Issue.State.DRAFT).order_by("-pk").first()
    out = issues.exclude(state__in=[Issue.State.DRAFT, Issue.State.SCHEDULED])
    tests = AuditEntry.objects.filter(publication=publication, action="send_test")
    sent = out.exclude(state=Issue.State.ARCHIVED).exists()
    return [
        Step(
            pgettext("first steps", "Write the first issue"),
            pgettext(
                "first steps", "In the browser; or upload or paste a digest that you have already."
            ),
            issues.exists(),
            f"{reverse('admin:newsletter_issue_new')}?publication={publication.slug}",
            Act.EDIT,
            other=(
                pgettext("first steps", "Bring in a digest"),
                reverse("admin:newsletter_issue_import"),
            ),
        ),
        Step(
            pgettext("first steps", "Mail yourself a test"),
            pgettext("first steps", "The edition as readers get it, in your own mail program."),
            tests.exists(),
            address("test", draft) if draft is not None else "",
            Act.EDIT,
        ),
        Step(
            pgettext("first steps", "Find readers"),
            pgettext("first steps", "Give out the address of the form, or import a list."),
            Subscription.objects.filter(publication=publication).exists(),
            conf.mounted(f"/{publication.slug}/subscribe/"),
            Act.SEE,
        ),
        Step(
            pgettext("first steps", "Send the first issue"),
            pgettext("first steps", "The plan shows who gets what; it can be taken back."),
            sent,
            address("send", draft) if draft is not None else "",
            Act.SEND,
        ),
    ]


@require_safe
def first(request: HttpRequest) -> HttpResponseBase:
    """The steps of the newest publication the user sees; without one, the step that makes it."""
    require(request, Act.SEE, None)
    newest = visible(request).order_by("-pk").first()
    if newest is not None:
        return HttpResponseRedirect(reverse("first_steps_of", args=[newest.slug]))
    return page(
        request,
        "admin/sudi/first_steps.html",
        title=pgettext("first steps", "First steps"),
        may_add=bool(getattr(request.user, "is_superuser", False)),
    )


@require_safe
def of_publication(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What is done and what comes next."""
    publication = find_publication(request, slug, Act.SEE)
    found = steps(publication)
    next_step = next((one for one in found if not one.done and not one.optional), None)
    return page(
        request,
        "admin/sudi/first_steps.html",
        title=pgettext("first steps", "First steps"),
        crumbs=[(publication.name, "")],
        publication=publication,
        publications=list(visible(request)),
        rows=[
            (one, one is next_step, bool(one.link) and may(request.user, one.act, publication))
            for one in found
        ],
        finished=next_step is None,
    )
