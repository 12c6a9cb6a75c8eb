"""Put one reader in, on a person's word."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ... import subscriptions, suppression
from ...addresses import BadAddress, normalise
from ...models import Publication
from ...roles import Act
from .. import form_drafts
from ..access import require, visible
from ..chrome import page, record
from .places import crumbs, reader_address


class AddForm(forms.Form):
    """A reader put in by a person, with the reason why that is right."""

    address = forms.CharField(label=gettext_lazy("Address"), max_length=320)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    publication = forms.ModelChoiceField(
        label=gettext_lazy("Publication"), queryset=Publication.objects.none(), empty_label=None
    )
    state = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            ("pending", gettext_lazy("Ask them: a confirmation is mailed, nothing else")),
            ("active", gettext_lazy("Active at once: their consent is on record elsewhere")),
        ],
        widget=forms.RadioSelect,
        initial="pending",
    )
    proof = forms.CharField(
        label=gettext_lazy("Proof of consent"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Needed for “active at once”: where and when they agreed. Write no address."
        ),
    )

    def __init__(self, *args: Any, publications: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["publication"]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = publications

    def clean_address(self) -> str:
        try:
            return normalise(self.cleaned_data["address"])
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("state") == "active" and not (data.get("proof") or "").strip():
            self.add_error("proof", _("Say where and when they agreed."))
        if "@" in (data.get("proof") or ""):
            self.add_error("proof", _("Write no address here: it would outlive an erasure."))
        if any(ord(c) < 32 for c in data.get("name") or ""):
            self.add_error("name", _("Write this on one line, without control characters."))
        return data


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """Put one reader in."""
    require(request, Act.READERS, None)
    form = AddForm(
        request.POST if request.method == "POST" else None,
        publications=visible(request, Act.READERS),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        publication = data["publication"]
        standing = suppression.suppressed(data["address"], publication)
        if standing is not None:
            form.add_error(
                "address",
                _("This address must not be mailed: %(reason)s.")
                % {"reason": standing.get_reason_display()},
            )
        else:
            with transaction.atomic():
                form_drafts.saved(request)
                tie, made = subscriptions.enter(
                    publication,
                    data["address"],
                    form="admin",
                    active=data["state"] == "active",
                    name=data["name"].strip(),
                    detail={"proof": data["proof"].strip()} if data["proof"].strip() else None,
                )
                if made:
                    record(
                        request,
                        "reader added",
                        f"subscription:{tie.pk}",
                        publication,
                        state=data["state"],
                    )
            if made:
                messages.success(
                    request,
                    _("Added.")
                    if data["state"] == "active"
                    else _("Added; the confirmation is mailed within a minute."),
                )
            else:
                messages.info(request, _("This reader is here already; nothing was changed."))
            return HttpResponseRedirect(reader_address(tie.subscriber))
    return page(
        request,
        "admin/sudi/reader_add.html",
        title=_("Add a reader"),
        crumbs=crumbs(),
        form=form,
        status=422 if form.errors else 200,
    )
