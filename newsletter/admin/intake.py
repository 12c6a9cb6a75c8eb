"""Import a digest: drop a file or paste it, see what was understood, then store it.

Nothing is stored until it parses, every question is answered and the editor says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from subscribers.admin import form_drafts
from subscribers.admin.access import require, visible
from subscribers.admin.chrome import page, record
from subscribers.models import Publication
from subscribers.roles import Act

from .. import importing
from ..digest import decode, shapes
from ..digest.decoding import normal_lines
from ..digest.markdown import clean
from . import import_answers
from .frame import address
from .import_look import Looked, look

# The parser refuses more; a page that carries the source along need not try.
_LARGEST = 4_000_000


def _shapes() -> list[tuple[str, str]]:
    """(name, label) of what may be chosen."""
    return [
        (shapes.AUTO, _("Recognise it")),
        *((shape.name, _(shape.label)) for shape in shapes.known()),
    ]


class IntakeForm(forms.Form):
    """A file or a text, and for which publication."""

    publication = forms.ModelChoiceField(
        label=gettext_lazy("Publication"), queryset=Publication.objects.none(), empty_label=None
    )
    shape = forms.ChoiceField(label=gettext_lazy("Shape"), choices=_shapes, initial=shapes.AUTO)
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("Markdown or JSON, up to 4 MB; UTF-8, UTF-16 or GB18030."),
        widget=forms.FileInput(
            attrs={
                "accept": ".md,.markdown,.mdx,.txt,.json,text/markdown,text/plain,application/json"
            }
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("or paste it here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, publications: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["publication"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = publications

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.get("file")
        if upload is not None and upload.size > _LARGEST:
            self.add_error("file", _("The file is larger than 4 MB."))
        elif upload is None and not (data.get("text") or "").strip() and not self.errors:
            self.add_error("file", _("Choose a file or paste the text."))
        return data

    def source(self) -> tuple[bytes, str]:
        """(octets, name) of what was given; a file counts before a text."""
        upload = self.cleaned_data.get("file")
        if upload is not None:
            return upload.read(), str(upload.name)[:200]
        text = normal_lines(self.cleaned_data["text"])
        return text.encode("utf-8", "surrogatepass"), ""


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """The form, the look, and the storing: three steps at one address."""
    require(request, Act.EDIT, None)
    publications = visible(request, Act.EDIT)
    if request.method == "POST" and "looked_at" in request.POST:
        return _second_step(request)
    wanted = publications.filter(slug=request.GET.get("publication", "")).first()
    form = IntakeForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        publications=publications,
        initial={"publication": wanted.pk if wanted else None},
    )
    if request.method == "POST" and form.is_valid():
        data, name = form.source()
        publication = form.cleaned_data["publication"]
        return look(
            request, Looked(data, name, publication.pk, form.cleaned_data["shape"]), publication
        )
    return page(
        request,
        "admin/sudi/import.html",
        title=_("Import a digest"),
        crumbs=[(pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist"))],
        form=form,
        publications=publications,
    )


def _second_step(request: HttpRequest) -> HttpResponseBase:
    """Look again with more answers or another text, or store what was looked at."""
    looked = Looked.read(request.POST["looked_at"])
    if looked is None:
        messages.error(request, _("The form was too old to be read. Give the file again."))
        return HttpResponseRedirect(reverse("admin:newsletter_issue_import"))
    publication = visible(request, Act.EDIT).filter(pk=looked.publication).first()
    require(request, Act.EDIT, publication)
    if publication is None:  # Only an administrator gets here: it was deleted meanwhile.
        return HttpResponseRedirect(reverse("admin:newsletter_issue_import"))
    told = _with_form(looked, request.POST)
    # Stored is only what was shown: with another text or another answer it is shown first. Of a
    # conflict both sides were shown.
    shown = replace(looked, answers=replace(looked.answers, take=told.answers.take))
    if request.POST.get("do") != "store" or told != shown:
        return look(request, told, publication)
    report, refused = told.run(request, publication, dry_run=False)
    if refused:
        # Something changed since the look: a category retired, the draft released.
        return look(request, told, publication)
    issue = report.issue
    assert issue is not None
    form_drafts.end(request, form_drafts.Place("import"))
    record(
        request,
        "digest imported",
        f"issue:{issue.pk}",
        publication,
        items=issue.items.count(),
        created=report.created,
        file=looked.name[:80],
    )
    _say_stored(request, report)
    if report.conflicts:
        messages.warning(
            request,
            ngettext(
                "%(count)d place that you and the document changed stayed as it was.",
                "%(count)d places that you and the document changed stayed as they were.",
                len(report.conflicts),
            )
            % {"count": len(report.conflicts)},
        )
    return HttpResponseRedirect(address("change", issue))


def _with_form(looked: Looked, post: QueryDict) -> Looked:
    """What was looked at with what the form says anew."""
    looked = replace(
        looked,
        answers=import_answers.given(post, looked.answers),
        title=" ".join(post.get("title", looked.title).split())[:300] or looked.title,
        date=import_answers.day(post.get("date", "")) or looked.date,
        edition=_edition(looked, post),
        create=post.get("undo") != "create" and (looked.create or bool(post.get("create"))),
    )
    text = post.get("text")
    if text is None or _as_sent(text) == _as_sent(decode(looked.data).text):
        return looked
    return replace(looked, data=normal_lines(text).encode("utf-8", "surrogatepass"))


def _edition(looked: Looked, post: QueryDict) -> str:
    """The name of the edition that the form gives, or gave; nothing where it is taken back."""
    if post.get("undo") == "edition":
        return ""
    return " ".join(post.get("edition", "").split()) or looked.edition


def _as_sent(text: str) -> str:
    """A text without what a browser changes on its way through a text box."""
    return clean(normal_lines(text)).strip()


def _say_stored(request: HttpRequest, report: importing.Report) -> None:
    if report.created:
        messages.success(request, _("The issue was stored as a draft."))
    elif report.changes:
        messages.success(
            request,
            _("The draft was brought up to date: %(changes)s")
            % {"changes": "; ".join(report.changes[:6])},
        )
    else:
        messages.info(request, _("The same file again: nothing was different."))
