"""A test mail: any edition, to any addresses, with a marked subject. It is in no ledger."""

from __future__ import annotations

import re

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from subscribers.addresses import BadAddress, normalise
from subscribers.admin.access import actor
from subscribers.choice import TAIL
from subscribers.roles import Act

from .. import editions, rendering, sending
from ..editions import EditionKey
from ..models import Issue
from ..sending.proofs import MOST_AN_HOUR, NotTaken, said_by
from .frame import address, find_issue, issue_page
from .person import Person, person_of
from .selection import chosen_selection

# A test is for the editors, not another way to mail readers.
_MOST_ADDRESSES = 10


class ProofForm(forms.Form):
    """The addresses of a test mail."""

    addresses = forms.CharField(
        label=gettext_lazy("To"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Up to ten addresses, separated by commas, spaces or lines."),
    )

    def clean_addresses(self) -> list[str]:
        found: dict[str, None] = {}
        for text in re.split(r"[\s,;，；]+", self.cleaned_data["addresses"]):
            if not text:
                continue
            try:
                found[normalise(text)] = None
            except BadAddress as error:
                raise forms.ValidationError(f"“{text[:80]}”: {error}") from None
        if not found:
            raise forms.ValidationError(_("Give at least one address."))
        if len(found) > _MOST_ADDRESSES:
            raise forms.ValidationError(_("At most ten addresses."))
        return list(found)


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Choose an edition and say where to send it."""
    issue = find_issue(request, pk, Act.EDIT)
    view = editions.load(issue)
    data = request.POST if request.method == "POST" else request.GET
    person, nobody = person_of(request, data, issue, view)
    selection = person.selection if person is not None else chosen_selection(data, view)
    start = person.start if person is not None else 0
    form = ProofForm(
        request.POST if request.method == "POST" else None,
        initial={"addresses": getattr(request.user, "email", "")},
    )
    if request.method == "POST" and form.is_valid():
        nothing = nobody or _nothing(person, bool(view.select(selection, start)))
        if nothing:
            form.add_error(None, nothing)
        elif _sent(request, issue, form, EditionKey(selection, start), person):
            return HttpResponseRedirect(address("preview", issue))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/test.html",
        title=_("Send a test"),
        form=form,
        choices=[
            (category, category.bit is not None and bool(selection >> category.bit & 1))
            for category in view.categories()
        ],
        has_tail=bool(view.tail),
        tail=bool(selection & TAIL),
        person=person,
        nobody="" if form.is_bound else nobody,
        most_an_hour=MOST_AN_HOUR,
        status=422 if form.errors else 404 if nobody else 200,
    )


def _nothing(person: Person | None, items: bool) -> str:
    """Why there is no mail to test; empty if there is one."""
    if person is not None and person.none_because:
        return pgettext("test mail", "This reader gets no mail of this issue: %(why)s") % {
            "why": person.none_because
        }
    return "" if items else _("No item is in the categories you ticked.")


def _sent(
    request: HttpRequest, issue: Issue, form: ProofForm, key: EditionKey, person: Person | None
) -> bool:
    """Send it; False, with the reason in the form, if it was not."""
    addresses = form.cleaned_data["addresses"]
    try:
        sending.send_test(
            issue,
            addresses,
            key.selection,
            actor(request),
            start=key.start,
            reader=person.id if person is not None else None,
        )
    except sending.ActRefused as error:
        if isinstance(error, NotTaken) and error.taken:
            _say_sent(request, len(error.taken))
            # Pressed once more, it goes to the others alone.
            left = request.POST.copy()
            left["addresses"] = ", ".join(one for one in addresses if one not in error.taken)
            form.data = left
        for reason in error.reasons:
            form.add_error("addresses", reason)
    except rendering.RenderingError as error:
        form.add_error(None, str(error))
    except OSError as error:
        form.add_error(
            None, _("The mail server did not take it: %(error)s") % {"error": said_by(error)}
        )
    else:
        _say_sent(request, len(addresses))
        return True
    return False


def _say_sent(request: HttpRequest, number: int) -> None:
    text = ngettext(
        "A test mail is on its way to %(n)d address.",
        "Test mails are on their way to %(n)d addresses.",
        number,
    )
    messages.success(request, text % {"n": number})
