"""`{% kept_form "category" category.pk form %}` inside a form: what is typed there is kept.

The admin is imported when a page is drawn: django-unfold reads all tag libraries while it is itself
being imported.
"""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.http import HttpRequest

from ..models import FormDraft

register = template.Library()


@register.inclusion_tag("admin/sudi/kept_form.html", takes_context=True)
def kept_form(
    context: template.Context, name: str, about: object = "", form: forms.BaseForm | None = None
) -> dict[str, Any]:
    """The key by which the form is kept; and what was left there unsaved, to take or throw away.

    `name` and `about` say which form it is: of the same two, a person has one. With the form the
    offer shows which fields would differ. The page that answers a POST offers nothing: it shows
    what was sent.
    """
    from ..admin import form_drafts
    from ..admin.form_drafts import Place

    request: HttpRequest = context["request"]
    place = Place(name, str(about or ""))
    draft = form_drafts.offered(request, place) if request.method == "GET" else None
    return {
        "unsaved_key": place.key(request, draft),
        "draft": draft,
        "publication": context.get("publication"),
        "differences": differences(form, draft) if draft is not None and form is not None else [],
    }


def differences(form: forms.BaseForm, draft: FormDraft) -> list[tuple[str, str]]:
    """(label, text) of each field that was left with another value than the stored one."""
    from ..admin import versioned

    found = []
    for name, field in form.fields.items():
        if field.disabled or isinstance(field.widget, forms.HiddenInput):
            continue
        key = form.add_prefix(name)
        kept = [str(one) for one in draft.values.get(key, [])]
        several = isinstance(field, (forms.MultipleChoiceField, forms.ModelMultipleChoiceField))
        # A browser says nothing of boxes without a tick; of any other field it says at least "".
        if key not in draft.values and not (several or isinstance(field, forms.BooleanField)):
            continue
        mine: str | list[str] = kept if several else kept[0] if kept else ""
        stored = versioned.as_sent(field, form.get_initial_for_field(field, name))
        if versioned.plain(field, mine) != versioned.plain(field, stored):
            found.append((str(field.label or ""), versioned.shown(field, mine)))
    return found
