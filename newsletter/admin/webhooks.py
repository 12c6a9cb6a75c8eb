"""Webhooks of a publication: what is told to which address, and what became of each delivery."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subscribers.admin import form_drafts, keyset
from subscribers.admin.access import require, visible
from subscribers.admin.chrome import PagesAdmin, page, record
from subscribers.admin.row_numbers import row_number
from subscribers.admin.versioned import VersionedForm
from subscribers.models import Publication
from subscribers.roles import Act

from ..models import Webhook, WebhookDelivery
from ..notices import webhooks
from ..notices.types import TYPES
from ..outgoing import BadUrl


class WebhookForm(VersionedForm):
    """An address and what it is told."""

    publication = forms.ModelChoiceField(
        Publication.objects.none(), label=gettext_lazy("Publication"), required=False
    )
    name = forms.CharField(
        label=pgettext_lazy("webhook", "Name"),
        max_length=60,
        help_text=pgettext_lazy("webhook", "For you: what listens there."),
    )
    url = forms.CharField(
        label=pgettext_lazy("webhook", "Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/hooks/sudi"}),
        help_text=pgettext_lazy(
            "webhook", "It must be public: addresses of this machine or network are not asked."
        ),
    )
    types = forms.MultipleChoiceField(
        label=pgettext_lazy("webhook", "What is told"),
        choices=[(one.code, one.label) for one in TYPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": pgettext_lazy("webhook", "Choose at least one.")},
    )
    with_addresses = forms.BooleanField(
        label=pgettext_lazy("webhook", "With the readers' mail addresses"),
        required=False,
        help_text=pgettext_lazy(
            "webhook",
            "Without it a reader is only a number. With it the receiver keeps personal data, and"
            " the address must begin with https.",
        ),
    )

    def __init__(self, *args: Any, offered: QuerySet[Publication], site: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["publication"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = offered
        field.required = not site
        field.empty_label = pgettext("webhook", "The whole site") if site else None

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            asked = webhooks.is_asked(url)
        except BadUrl:
            raise forms.ValidationError(
                pgettext("webhook", "Write an address like https://example.org/hooks/sudi")
            ) from None
        if not asked:
            raise forms.ValidationError(
                pgettext(
                    "webhook",
                    "This address is not public, or its port is one that is not asked (only 80,"
                    " 443 and from 1024 up are).",
                )
            )
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("with_addresses") and not data.get("url", "https:").startswith("https:"):
            self.add_error(
                "url", pgettext("webhook", "With readers' addresses it must begin with https.")
            )
        return data


def _ours(request: HttpRequest) -> QuerySet[Webhook]:
    """Those of the publications the user sets up; the whole site's are the administrators'."""
    own = Q(publication__in=visible(request, Act.SET_UP))
    if request.user.is_superuser:
        own |= Q(publication__isnull=True)
    return Webhook.objects.select_related("publication").filter(own)


def _find(request: HttpRequest, pk: int) -> Webhook:
    require(request, Act.SET_UP, None)
    hook = _ours(request).filter(pk=pk).first()
    if hook is None:
        raise Http404
    return hook


def _form(request: HttpRequest, data: Any = None, hook: Webhook | None = None) -> WebhookForm:
    initial: dict[str, Any] = {}
    if hook is not None:
        names = ("publication", "name", "url", "types", "with_addresses")
        initial = {name: getattr(hook, name) for name in names}
    return WebhookForm(
        data,
        initial=initial,
        offered=visible(request, Act.SET_UP),
        site=bool(request.user.is_superuser),
    )


def address(hook: Webhook) -> str:
    """The address of a webhook's page."""
    return reverse("admin:newsletter_webhook_change", args=[hook.pk])


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """The webhooks the user may set up."""
    require(request, Act.SET_UP, None)
    return page(
        request,
        "admin/sudi/webhooks.html",
        title=pgettext("webhook", "Webhooks"),
        hooks=_ours(request).order_by("name", "pk"),
    )


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """A new webhook; its secret is on its page."""
    require(request, Act.SET_UP, None)
    form = _form(request, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        if form.is_valid():
            hook = Webhook.objects.create(**form.values(), secret=webhooks.new_secret())
            form_drafts.saved(request)
            _record(request, hook, "webhook created")
            return HttpResponseRedirect(address(hook))
        status = 422
    return page(
        request,
        "admin/sudi/webhook_add.html",
        title=pgettext("webhook", "New webhook"),
        crumbs=_crumbs(),
        form=form,
        status=status,
    )


def _crumbs() -> list[tuple[str, str]]:
    return [(pgettext("webhook", "Webhooks"), reverse("admin:newsletter_webhook_changelist"))]


def _record(request: HttpRequest, hook: Webhook, action: str) -> None:
    record(request, action, f"webhook:{hook.pk}", hook.publication, what=hook.name)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One webhook: settings, secret, what became of its deliveries, and what can be done."""
    hook = _find(request, pk)
    form, status = _form(request, hook=hook), 200
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "save":
            form = _save(request, hook)
            if not form.errors:
                messages.success(request, pgettext("webhook", "Saved."))
                return HttpResponseRedirect(address(hook))
            status = form.answer
        elif action == "remove":
            _record(request, hook, "webhook removed")
            webhooks.remove(hook)
            return HttpResponseRedirect(reverse("admin:newsletter_webhook_changelist"))
        elif action in ("test", "again") and hook.state != Webhook.State.ON:
            messages.error(request, pgettext("webhook", "It is switched off; switch it on first."))
            return HttpResponseRedirect(address(hook))
        else:
            messages.success(request, _act(request, hook, action))
            return HttpResponseRedirect(address(hook))
    deliveries = hook.deliveries.select_related("event").prefetch_related("attempts")
    return page(
        request,
        "admin/sudi/webhook.html",
        title=hook.name,
        crumbs=_crumbs(),
        hook=hook,
        form=form,
        slice=keyset.take(request, deliveries, ["id"], size=30),
        waiting=hook.deliveries.filter(state=WebhookDelivery.State.WAITING)[:1].exists(),
        status=status,
    )


def _save(request: HttpRequest, hook: Webhook) -> WebhookForm:
    """Store the settings; a form that cannot be stored has errors."""
    with transaction.atomic():
        # Locked while what is sent is compared with what is there: two people may set it up.
        now = Webhook.objects.select_for_update(of=("self",)).get(pk=hook.pk)
        form = _form(request, request.POST, now)
        if form.is_valid():
            webhooks.change(now, form.values())
            _record(request, now, "webhook changed")
            form_drafts.saved(request)
    return form


def _act(request: HttpRequest, hook: Webhook, action: str) -> str:
    """Do what a button says, on record; what to tell the person."""
    if action == "test":
        webhooks.send_test(hook)
        return pgettext("webhook", "A test event is on its way; look at the list in a moment.")
    if action == "again":
        number = request.POST.get("number", "")
        found = hook.deliveries.filter(pk=row_number(number)).first()
        if found is None:
            raise Http404
        webhooks.send_again(found)
        _record(request, hook, "webhook sent again")
        return pgettext("webhook", "It is sent once more, under the same id.")
    if action == "rotate":
        webhooks.rotate(hook)
        _record(request, hook, "webhook secret changed")
        return pgettext("webhook", "There is a new secret. The old one is valid for 24 hours more.")
    if action in ("on", "off"):
        webhooks.switch(hook, on=action == "on")
        _record(request, hook, f"webhook {action}")
        if action == "on":
            return pgettext("webhook", "On: what waits goes now.")
        return pgettext("webhook", "Off: nothing is told, and what happens is not kept for it.")
    raise Http404


@admin.register(Webhook)
class WebhookAdmin(PagesAdmin[Webhook]):
    """The addresses of these pages."""

    act = Act.SET_UP
    pages = (
        ("", listing, "changelist"),
        ("add/", add, "add"),
        ("<int:pk>/", change, "change"),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in Django's own list of models, which asks on every page: our sidebar has it."""
        return False
