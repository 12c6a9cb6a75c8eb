"""The answers that imports remembered for a publication: seen, changed, added and taken back."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.digest import Role, shapes
from newsletter.digest.markdown import clean
from newsletter.importing.answers import By, key_of
from newsletter.importing.asked_words import ROLES, of_rule, of_shape
from subscribers.admin import last_worked
from subscribers.admin.access import actor, find_publication, require, visible
from subscribers.admin.chrome import PagesAdmin, page, record
from subscribers.models import Category, Publication
from subscribers.roles import Act, may

from ..models import ImportRule

_LAYOUT = (ImportRule.Kind.LINES, ImportRule.Kind.SHAPE, ImportRule.Kind.SPAN)


@require_http_methods(["GET", "HEAD"])
def rule_list(request: HttpRequest) -> HttpResponseBase:
    """Everything remembered for one publication."""
    require(request, Act.SEE, None)
    publications = list(visible(request))
    wanted = request.GET.get("publication")
    chosen = last_worked.choose(request, publications, wanted)
    return _shown(request, chosen or (publications[0] if publications else None))


def _shown(request: HttpRequest, chosen: Publication | None, problem: str = "") -> HttpResponseBase:
    """The list; with a `problem` of what was to be added, and what was typed."""
    rules = _rules(chosen) if chosen is not None else []
    return page(
        request,
        "admin/sudi/import_rules.html",
        title=_("Remembered answers"),
        status=422 if problem else 200,
        publications=list(visible(request)),
        chosen=chosen,
        problem=problem,
        given=request.POST,
        layout=[_row(rule) for rule in rules if rule.kind in _LAYOUT],
        filing=[_row(rule) for rule in rules if rule.kind not in _LAYOUT],
        categories=_living(chosen) if chosen is not None else [],
        kinds=[(by.value, ImportRule.Kind(by.value).label) for by in By],
        may_edit=chosen is not None and may(request.user, Act.EDIT, chosen),
    )


def _rules(publication: Publication) -> list[ImportRule]:
    rules = publication.import_rules.select_related("category", "used_in")
    return list(rules.order_by("kind", "name", "pk"))


def _living(publication: Publication) -> list[Category]:
    return list(publication.categories.filter(retired_at__isnull=True))


def _row(rule: ImportRule) -> dict[str, object]:
    about, answer = of_rule(rule)
    choices: list[tuple[str, str]] = []
    if rule.kind == ImportRule.Kind.LINES:
        choices = [(str(role), str(label)) for role, label in ROLES.items()]
    elif rule.kind == ImportRule.Kind.SHAPE:
        choices = [(shape.name, of_shape(shape.name)) for shape in shapes.known()]
    elif rule.kind == ImportRule.Kind.SPAN:
        choices = [(rule.value, answer)]
    void = rule.category is not None and rule.category.retired_at is not None
    return {"rule": rule, "about": about, "answer": answer, "choices": choices, "void": void}


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take one answer back, or give another in its place."""
    rule = ImportRule.objects.select_related("publication").filter(pk=pk).first()
    if rule is None:
        raise Http404
    publication = rule.publication
    require(request, Act.EDIT, publication)
    about, was = of_rule(rule)
    if request.POST.get("do") == "forget":
        with transaction.atomic():
            rule.delete()
            record(
                request, "import answer taken back", "", publication, about=about[:80], answer=was
            )
        messages.success(request, _("“%(about)s” will be asked again.") % {"about": about})
    elif _answered(rule, request.POST.get("answer", "")):
        with transaction.atomic():
            rule.by, rule.at = actor(request).get_username(), timezone.now()
            rule.save(update_fields=["value", "category", "by", "at"])
            now = of_rule(rule)[1]
            record(request, "import answer changed", "", publication, about=about[:80], answer=now)
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("Nothing was different."))
    return HttpResponseRedirect(_address(publication))


def _answered(rule: ImportRule, answer: str) -> bool:
    """Put `answer` into the rule; whether it is one, and another than before."""
    before = (rule.value, rule.category_id)
    if rule.kind == ImportRule.Kind.LINES:
        rule.value = answer if answer in list(Role) else rule.value
    elif rule.kind == ImportRule.Kind.SPAN:
        return False  # There is one answer: it can be taken back.
    elif rule.kind == ImportRule.Kind.SHAPE:
        rule.value = answer if shapes.find(answer) else rule.value
    elif answer == "-" and rule.key:
        rule.category = None
    else:
        found = rule.publication.categories.filter(slug=answer, retired_at__isnull=True).first()
        rule.category = found or rule.category
    return before != (rule.value, rule.category_id)


@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Say where a tag, a section, an author, a source or a category of documents goes."""
    publication = find_publication(request, slug, Act.EDIT)
    kind, name = request.POST.get("kind", ""), " ".join(clean(request.POST.get("name", "")).split())
    answer = request.POST.get("answer", "")
    category = publication.categories.filter(slug=answer, retired_at__isnull=True).first()
    if kind not in list(By) or not name or (category is None and answer != "-"):
        return _shown(request, publication, _("Write the name and choose the category."))
    _by, key = key_of(By(kind), name)
    with transaction.atomic():
        publication.import_rules.update_or_create(
            kind=kind,
            key=key,
            defaults={
                "name": name[:300],
                "category": category,
                "by": actor(request).get_username(),
                "at": timezone.now(),
            },
        )
        record(
            request,
            "import answer added",
            "",
            publication,
            about=f"{kind}:{name}"[:80],
            answer=category.name if category is not None else "-",
        )
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(_address(publication))


def _address(publication: Publication) -> str:
    return f"{reverse('admin:newsletter_importrule_changelist')}?publication={publication.slug}"


@admin.register(ImportRule)
class ImportRuleAdmin(PagesAdmin[ImportRule]):
    """What imports remember."""

    act = Act.SEE
    pages = (
        ("", rule_list, "changelist"),
        ("<int:pk>/", change, "change"),
        ("add/<slug:slug>/", add, "add"),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in Django's own list of models, which would ask the database on every page."""
        return False
