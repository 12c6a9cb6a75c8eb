"""Import a digest: drop a file or paste it, see what was understood, then store it.

Looking is a dry run: nothing is stored until it parses and the editor says so. What was looked at
travels in the form, so what is stored is exactly what was shown.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from newsletter.importing.wording import DocumentProblem
from subscribers.admin.access import require, visible
from subscribers.admin.chrome import page, record
from subscribers.models import Publication
from subscribers.roles import Act

from .. import importing
from ..digest import Digest, decode, shapes
from .frame import address

# The parser refuses more; a page that carries the source along need not try.
_LARGEST = 4_000_000
_SALT = "newsletter.admin.intake"
# Lines shown around a problem.
_AROUND = 1


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
        help_text=gettext_lazy("Markdown, up to 4 MB; UTF-8, UTF-16 or GB18030."),
        widget=forms.FileInput(attrs={"accept": ".md,.markdown,.txt,text/markdown,text/plain"}),
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
        return self.cleaned_data["text"].encode("utf-8", "surrogatepass"), ""


@dataclass(frozen=True, slots=True)
class Place:
    """A problem with the lines of the source it is about: (number, text, whether it is the one)."""

    problem: DocumentProblem
    lines: tuple[tuple[int, str, bool], ...]


def _places(problems: list[DocumentProblem], lines: list[str]) -> list[Place]:
    order = {"error": 0, "warning": 1, "note": 2}
    found = []
    for problem in sorted(problems, key=lambda one: (order[one.level], one.line)):
        near: tuple[tuple[int, str, bool], ...] = ()
        if 0 < problem.line <= len(lines):
            first = max(1, problem.line - _AROUND)
            last = min(len(lines), problem.line + _AROUND)
            near = tuple(
                (number, lines[number - 1][:400], number == problem.line)
                for number in range(first, last + 1)
            )
        found.append(Place(problem, near))
    return found


def _unclaimed(digest: Digest, lines: list[str]) -> list[tuple[int, int, list[tuple[int, str]]]]:
    return [
        (
            first,
            last,
            [(n, lines[n - 1][:400]) for n in range(first, min(last, first + 11, len(lines)) + 1)],
        )
        for first, last in digest.unclaimed_lines
    ]


def _pack(data: bytes, name: str, publication: Publication, shape: str) -> str:
    return signing.dumps(
        [base64.b64encode(data).decode(), name, publication.pk, shape], salt=_SALT, compress=True
    )


def _unpack(token: str) -> tuple[bytes, str, int, str] | None:
    try:
        data, name, pk, shape = signing.loads(token, salt=_SALT)
        return base64.b64decode(data), str(name), int(pk), str(shape)
    except (signing.BadSignature, ValueError, TypeError, binascii.Error):
        return None


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
        return _look(
            request, data, name, form.cleaned_data["publication"], form.cleaned_data["shape"]
        )
    return page(
        request,
        "admin/sudi/import.html",
        title=_("Import a digest"),
        crumbs=[(pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist"))],
        form=form,
        publications=publications,
        status=422 if form.errors else 200,
    )


def _look(
    request: HttpRequest,
    data: bytes,
    name: str,
    publication: Publication,
    shape: str,
    *,
    create: bool = False,
) -> HttpResponseBase:
    """What the digest would come to. Stores nothing."""
    refused = False
    try:
        report = importing.import_digest(
            publication,
            data,
            name,
            shape=shape,
            create_categories=create,
            dry_run=True,
            by=request.user,
        )
    except importing.NotImported as error:
        report, refused = error.report, True
    decoded = decode(data)
    digest = report.digest
    lines = decoded.text.splitlines()
    problems = list(report.problems)
    missing = [one for one in problems if one.code == importing.UNKNOWN_CATEGORY]
    return page(
        request,
        "admin/sudi/import_result.html",
        title=_("What was understood"),
        crumbs=[
            (pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist")),
            (_("Import a digest"), reverse("admin:newsletter_issue_import")),
        ],
        publication=publication,
        publications=[publication],
        name=name,
        digest=digest,
        encoding=report.encoding or decoded.encoding,
        report=report,
        refused=refused,
        places=_places(problems, lines),
        counts={
            level: sum(one.level == level for one in problems)
            for level in ("error", "warning", "note")
        },
        unclaimed=_unclaimed(digest, lines),
        missing=missing,
        only_categories=refused
        and bool(missing)
        and all(one in missing for one in problems if one.level == "error"),
        create=create,
        token=_pack(data, name, publication, shape),
        shape_name=dict(_shapes()).get(digest.shape, digest.shape),
        status=422 if refused else 200,
    )


def _second_step(request: HttpRequest) -> HttpResponseBase:
    unpacked = _unpack(request.POST["looked_at"])
    if unpacked is None:
        messages.error(request, _("The form was too old to be read. Give the file again."))
        return HttpResponseRedirect(reverse("admin:newsletter_issue_import"))
    data, name, pk, shape = unpacked
    publication = visible(request, Act.EDIT).filter(pk=pk).first()
    require(request, Act.EDIT, publication)
    if publication is None:  # Only an administrator gets here: it was deleted meanwhile.
        return HttpResponseRedirect(reverse("admin:newsletter_issue_import"))
    create = bool(request.POST.get("create"))
    if request.POST.get("do") != "store":
        return _look(request, data, name, publication, shape, create=create)
    try:
        report = importing.import_digest(
            publication, data, name, shape=shape, create_categories=create, by=request.user
        )
    except importing.NotImported:
        # Something changed since the look: a category retired, the draft released.
        return _look(request, data, name, publication, shape, create=create)
    issue = report.issue
    assert issue is not None
    record(
        request,
        "digest imported",
        f"issue:{issue.pk}",
        publication,
        items=issue.items.count(),
        created=report.created,
        file=name[:80],
    )
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
    return HttpResponseRedirect(address("change", issue))
