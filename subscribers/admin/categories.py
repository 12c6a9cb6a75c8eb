"""Categories: what items are filed under and readers choose. Named, coloured, retired, merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from .. import categories as life
from .. import languages, theme
from ..choice import NoBitLeft
from ..models import Category, Publication
from ..roles import Act, may
from . import colour_box, form_drafts, last_worked
from .access import find_publication, require, visible
from .chrome import PagesAdmin, page, record, steps_address
from .row_numbers import row_number
from .versioned import VersionedForm

if TYPE_CHECKING:
    _Form = forms.ModelForm[Category]
else:
    _Form = forms.ModelForm


class CategoryForm(VersionedForm, _Form):
    """A category; its slug only while it is new."""

    other_names = forms.CharField(
        label=gettext_lazy("Other names at import"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line. A digest that uses one of them means this category."),
    )

    class Meta:
        model = Category
        fields = ("name", "slug", "description", "colour", "visibility", "position")
        widgets = {"colour": forms.TextInput(attrs=colour_box.attrs(placeholder="#2f6fb0"))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.instance
        self.fields["other_names"].initial = "\n".join(category.aliases or [])
        if category.pk:
            # Feed addresses hold it: it never changes.
            del self.fields["slug"]
        else:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _(
                "Part of permanent addresses, like /c/markets/; empty: made from the name. It"
                " cannot be changed later."
            )
            del self.fields["position"]
        others = languages.others(category.publication.language)
        for code, name in ((one.code, one.name) for one in others):
            words = (category.translations or {}).get(code, {})
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": name},
                required=False,
                max_length=60,
                initial=words.get("name", ""),
            )
            self.fields[f"description_{code}"] = forms.CharField(
                label=_("Description in %(language)s") % {"language": name},
                required=False,
                max_length=200,
                initial=words.get("description", ""),
            )
        self.languages = [one.code for one in others]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        others = Category.objects.filter(publication=self.instance.publication)
        if others.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a category of this name already."))
        return name

    def clean_slug(self) -> str:
        slug = slugify(str(self.cleaned_data["slug"]), allow_unicode=True)
        others = Category.objects.filter(publication=self.instance.publication)
        if slug and others.filter(slug=slug).exists():
            raise forms.ValidationError(_("This address name is taken."))
        return slug

    def clean_other_names(self) -> list[str]:
        lines = [
            " ".join(line.split())[:60] for line in self.cleaned_data["other_names"].split("\n")
        ]
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        category = self.instance
        translations = dict(category.translations or {})
        for code in self.languages:
            words = {
                key: data[f"{key}_{code}"].strip()
                for key in ("name", "description")
                if data.get(f"{key}_{code}", "").strip()
            }
            translations.pop(code, None)
            if words:
                translations[code] = words
        category.translations = translations
        if "other_names" in data:
            category.aliases = data["other_names"]
        return data


def _list_of(publication: Publication) -> str:
    address = reverse("admin:subscribers_category_changelist")
    return f"{address}?publication={publication.slug}"


def _find(request: HttpRequest, pk: int, act: Act) -> Category:
    category = Category.objects.select_related("publication", "merged_into").filter(pk=pk).first()
    if category is None:
        raise Http404
    require(request, act, category.publication)
    return category


def _category_page(
    request: HttpRequest, publication: Publication, template: str, title: str, **context: Any
) -> HttpResponseBase:
    return page(
        request,
        template,
        title=title,
        crumbs=[
            (_("Categories"), reverse("admin:subscribers_category_changelist")),
            (publication.name, _list_of(publication)),
        ],
        publication=publication,
        back=_list_of(publication),
        **context,
    )


@require_safe
def category_list(request: HttpRequest) -> HttpResponseBase:
    """The categories of one publication, live ones first."""
    require(request, Act.SEE, None)
    publications = list(visible(request))
    wanted = request.GET.get("publication")
    chosen = last_worked.choose(request, publications, wanted)
    chosen = chosen or (publications[0] if publications else None)
    live: list[Category] = []
    retired: list[Category] = []
    if chosen is not None:
        for category in chosen.categories.select_related("merged_into"):
            (retired if category.retired_at else live).append(category)
    return page(
        request,
        "admin/sudi/categories.html",
        title=_("Categories"),
        publications=publications,
        chosen=chosen,
        live=[(one, theme.chip(one.colour, one.bit).text) for one in live],
        retired=retired,
        may_set_up=chosen is not None and may(request.user, Act.SET_UP, chosen),
    )


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A new category, with a bit of its own."""
    publication = find_publication(request, slug, Act.SET_UP)
    category = Category(publication=publication)
    form = CategoryForm(request.POST if request.method == "POST" else None, instance=category)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                life.create(category)
                record(
                    request,
                    "category created",
                    f"category:{category.pk}",
                    publication,
                    name=category.name,
                    visibility=category.visibility,
                )
        except NoBitLeft:
            form.add_error(
                None,
                _(
                    "All places for categories of this kind are taken (48 open ones, 12 hidden or"
                    " private). Retire one and free its place first."
                ),
            )
        except IntegrityError:
            form.add_error(None, _("Somebody created the same category at this moment."))
        else:
            form_drafts.saved(request)
            messages.success(request, _("“%(name)s” was created.") % {"name": category.name})
            back = steps_address(request, publication.slug)
            return HttpResponseRedirect(back or _list_of(publication))
    return _category_page(
        request,
        publication,
        "admin/sudi/category.html",
        _("New category"),
        form=form,
        category=category,
        kept_as=f"of {publication.pk}",
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Name, look, visibility. The address name stays as it was created."""
    category = _find(request, pk, Act.SET_UP)
    publication = category.publication
    old_name = category.name
    if request.method != "POST":
        form = CategoryForm(instance=category)
    else:
        with transaction.atomic():
            category = _locked(category)
            old_name = category.name
            form = CategoryForm(request.POST, instance=category)
            changed = sorted(form.changed_data) if form.is_valid() else []
            if changed:
                _store(request, category, old_name, changed)
        if not form.errors:
            form_drafts.saved(request)
            if changed:
                messages.success(request, _("Saved."))
            return HttpResponseRedirect(_list_of(publication))
    return _category_page(
        request,
        publication,
        "admin/sudi/category.html",
        old_name,
        form=form,
        category=category,
        kept_as=category.pk,
        status=form.answer,
    )


def _locked(category: Category) -> Category:
    """The row as it is now, until the transaction ends."""
    rows = Category.objects.select_for_update(of=("self",)).select_related("publication")
    return rows.get(pk=category.pk)


def _store(request: HttpRequest, category: Category, old_name: str, changed: list[str]) -> None:
    publication = category.publication
    if category.name != old_name and old_name not in category.aliases:
        # Digests written before still use it.
        category.aliases = [*category.aliases, old_name]
    category.aliases = [name for name in category.aliases if name != category.name]
    category.save()
    Publication.objects.filter(pk=publication.pk).update(changed_at=timezone.now())
    record(
        request,
        "category changed",
        f"category:{category.pk}",
        publication,
        name=category.name,
        fields=changed,
    )


@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Retire, take up again, or free the place of a retired one; `do` says which."""
    category = _find(request, pk, Act.SET_UP)
    publication = category.publication
    if request.method == "POST":
        what = request.POST.get("do")
        try:
            if what == "retire":
                done, text = life.retire(category), _("“%(name)s” was retired.")
                action = "category retired"
            elif what == "restore":
                done, text = life.restore(category), _("“%(name)s” is in use again.")
                action = "category restored"
            elif what == "free":
                life.free(category)
                done, text, action = True, _("The place of “%(name)s” is free."), "category freed"
            else:
                raise Http404
        except life.NotPossible:
            messages.error(
                request,
                _("Not possible: it was merged, its place was given away, or it is in use."),
            )
        else:
            if done:
                record(request, action, f"category:{category.pk}", publication, name=category.name)
                messages.success(request, text % {"name": category.name})
            else:
                messages.info(request, _("That was done already."))
        return HttpResponseRedirect(_list_of(publication))
    return _category_page(
        request,
        publication,
        "admin/sudi/category_retire.html",
        _("Retire “%(name)s”") % {"name": category.name}
        if category.retired_at is None
        else category.name,
        category=category,
        touched=life.touched(category),
    )


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Its readers and unsent items move to another category; it is retired."""
    category = _find(request, pk, Act.SET_UP)
    publication = category.publication
    targets = publication.categories.filter(retired_at__isnull=True, bit__isnull=False).exclude(
        pk=category.pk
    )
    problem = ""
    if request.method == "POST":
        wanted = request.POST.get("into", "")
        target = targets.filter(pk=row_number(wanted)).first()
        if target is None:
            problem = _("Choose the category it is merged into.")
        elif target.visibility != category.visibility and not request.POST.get("sure"):
            problem = _(
                "“%(name)s” has another visibility. Tick the box if its readers and items may"
                " become visible or hidden like it."
            ) % {"name": target.name}
        else:
            try:
                with transaction.atomic():
                    moved = life.merge(category, target)
                    record(
                        request,
                        "category merged",
                        f"category:{category.pk}",
                        publication,
                        name=category.name,
                        into=target.name,
                        **moved,
                    )
            except life.NotPossible:
                problem = _("It was merged or retired meanwhile.")
            else:
                messages.success(
                    request,
                    ngettext(
                        "“%(name)s” was merged into “%(into)s”; %(readers)s reader moved with it.",
                        "“%(name)s” was merged into “%(into)s”; %(readers)s readers moved with it.",
                        moved["readers"],
                    )
                    % {
                        "name": category.name,
                        "into": target.name,
                        "readers": f"{moved['readers']:,}",
                    },
                )
                return HttpResponseRedirect(_list_of(publication))
    return _category_page(
        request,
        publication,
        "admin/sudi/category_merge.html",
        _("Merge “%(name)s”") % {"name": category.name},
        category=category,
        targets=targets,
        touched=life.touched(category),
        problem=problem,
        status=422 if problem else 200,
    )


@admin.register(Category)
class CategoryAdmin(PagesAdmin[Category]):
    """Categories have pages of their own: a bit, a slug and readers' choices hang on them."""

    act = Act.SEE
    pages = (
        ("", category_list, "changelist"),
        ("add/<slug:slug>/", add, "add"),
        ("<int:pk>/", change, "change"),
        ("<int:pk>/retire/", retire, "retire"),
        ("<int:pk>/merge/", merge, "merge"),
    )
