"""Readers in and out as CSV: a file is looked at, its columns named, then imported by a job."""

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subscribers.admin import keyset, list_questions
from subscribers.admin.access import actor, find_publication, require, visible
from subscribers.admin.chrome import PagesAdmin, page, record
from subscribers.lists import decisions
from subscribers.lists import export as csv_out
from subscribers.lists import jobs as reader_files
from subscribers.lists.plan import Options
from subscribers.lists.source import look as look_at
from subscribers.models import ImportJob, ImportProblem, Publication
from subscribers.roles import Act

ACTIONS = {
    "active": gettext_lazy("become active"),
    "pending": gettext_lazy("wait for their confirmation"),
    "unsubscribed": gettext_lazy("come in as unsubscribed"),
    "suppressed": gettext_lazy("come in as suppressed"),
    "known": gettext_lazy("are here already and stay as they are"),
    "stays_suppressed": gettext_lazy("are suppressed here and stay so"),
    "error": gettext_lazy("cannot be read"),
    "blank": gettext_lazy("are blank"),
}


class FileForm(forms.Form):
    """A CSV file and for which publication."""

    publication = forms.ModelChoiceField(
        label=gettext_lazy("Publication"), queryset=Publication.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV as newsletter tools, shops and spreadsheets write it, in any encoding; or a list"
            " of addresses, one or more in a line."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )

    def __init__(self, *args: Any, publications: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["publication"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = publications

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > reader_files.LARGEST:
            raise forms.ValidationError(_("The file is larger than 200 MB. Use the command."))
        return upload


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Imports"), reverse("admin:subscribers_importjob_changelist"))]


def counted(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Counts by action, as words, in a fixed order."""
    return [(str(text), counts[name]) for name, text in ACTIONS.items() if counts.get(name)]


@require_safe
def job_list(request: HttpRequest) -> HttpResponseBase:
    """The imports of the publications the user cares for, newest first."""
    require(request, Act.READERS, None)
    publications = list(visible(request, Act.READERS))
    jobs = ImportJob.objects.filter(publication__in=publications).select_related(
        "publication", "by"
    )
    return page(
        request,
        "admin/sudi/jobs.html",
        title=_("Imports"),
        slice=keyset.take(request, jobs, ["id"]),
        publications=publications,
    )


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """Give a file; what it is is said on the next page."""
    require(request, Act.READERS, None)
    form = FileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        publications=visible(request, Act.READERS),
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        digest = reader_files.keep(file.chunks())
        publication = form.cleaned_data["publication"]
        address = reverse("admin:subscribers_importjob_look", args=[publication.slug, digest])
        # The name is only for the eyes; it travels along.
        request.session[f"import-{digest}"] = str(file.name)[:200]
        return HttpResponseRedirect(address)
    return page(
        request,
        "admin/sudi/job_upload.html",
        title=_("Import readers"),
        crumbs=_crumbs(),
        form=form,
    )


def _options(request: HttpRequest, answers: list_questions.Answers) -> Options:
    data = request.POST
    separator = data.get("separator", "")
    return Options(
        consent=" ".join(data.get("consent", "").split())[:200]
        if data.get("how") == "proof"
        else "",
        ask=data.get("how") == "ask",
        columns=answers.columns,
        values=answers.values,
        categories=tuple(data.getlist("c")),
        create_categories=bool(data.get("create")),
        encoding=data.get("encoding", ""),
        separator="\t" if separator == "tab" else separator,
    )


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, slug: str, digest: str) -> HttpResponseBase:
    """What the file is, what is to be decided of it, what its rows would become; `do=import`
    starts the job once nothing is open."""
    publication = find_publication(request, slug, Act.READERS)
    path = reader_files.path_of(digest)
    if path is None:
        messages.error(request, _("The file is no longer here. Give it again."))
        return HttpResponseRedirect(reverse("admin:subscribers_importjob_upload"))
    name = str(request.session.get(f"import-{digest}", "readers.csv"))
    answers = list_questions.answers_of(request.POST, decisions.latest(publication, digest))
    options = _options(request, answers)
    problem, source, trial = "", None, None
    if options.consent and "@" in options.consent:
        problem = _("Write no address as proof: it would outlive an erasure.")
        options = replace(options, consent="")
    try:
        source = look_at(path, options, name)
        if not source.questions:
            trial = reader_files.try_out(source, publication, options)
    except reader_files.NOT_READABLE as error:
        problem = str(error)
    if request.method == "POST" and request.POST.get("do") == "import" and not problem:
        assert source is not None
        if source.questions:
            problem = _("Answer what is open below first.")
        elif request.POST.get("how") == "proof" and not options.consent:
            problem = _("Say where the proof of consent is kept.")
        else:
            job = reader_files.start(source, publication, options, name, actor(request))
            record(request, "readers imported", f"import:{job.pk}", publication, file=name[:80])
            return HttpResponseRedirect(
                reverse("admin:subscribers_importjob_change", args=[job.pk])
            )
    return page(
        request,
        "admin/sudi/job_look.html",
        title=_("What the file is"),
        crumbs=_crumbs(),
        publication=publication,
        name=name,
        source=source,
        separator="tab" if source and source.opened.separator == "\t" else None,
        listing=list_questions.STANDINGS[source.listing] if source and source.listing else "",
        questions=list_questions.shown(source.questions) if source else [],
        answers=answers,
        decided=list_questions.decided(answers),
        trial=trial,
        counts=counted(trial.counts) if trial else [],
        problem=problem,
        columns=list_questions.fields_of(source.columns) if source else [],
        meanings=[(str(meaning), text) for meaning, text in list_questions.MEANINGS.items()],
        offers=source.columns.offers() if source else [],
        categories=publication.categories.filter(bit__isnull=False, retired_at__isnull=True),
        options=options,
        how=request.POST.get("how", "wait"),
        consent=request.POST.get("consent", ""),
    )


def _find_job(request: HttpRequest, pk: int) -> ImportJob:
    job = ImportJob.objects.select_related("publication", "by").filter(pk=pk).first()
    if job is None:
        raise Http404
    require(request, Act.READERS, job.publication)
    return job


def _progress(job: ImportJob) -> dict[str, Any]:
    lines = int(job.options.get("found", {}).get("lines", 0))
    done = job.state != ImportJob.State.RUNNING
    return {
        "job": job,
        "counts": counted(job.counts),
        "percent": 100
        if done and job.state == ImportJob.State.DONE
        else min(99, 100 * job.line // lines)
        if lines
        else 0,
        "live": not done,
    }


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far it is, and the rows that had a problem."""
    found = _find_job(request, pk)
    return page(
        request,
        "admin/sudi/job.html",
        title=found.file,
        crumbs=_crumbs(),
        slice=keyset.take(
            request, ImportProblem.objects.filter(job=found), ["id"], size=100, ascending=True
        ),
        publication=found.publication,
        found=found.options.get("found", {}),
        history=[
            (decision, list_questions.recorded(decision))
            for decision in decisions.history(found.publication, found.digest)
        ],
        **_progress(found),
    )


@require_safe
def job_now(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The live part alone."""
    return TemplateResponse(request, "admin/sudi/job_now.html", _progress(_find_job(request, pk)))


@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All readers of the publication as CSV; on record, so it is a POST."""
    publication = find_publication(request, slug, Act.READERS)
    # To a file first: a half-sent table would look whole.
    binary = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    text = io.TextIOWrapper(binary, encoding="utf-8", newline="")
    count = csv_out.write(text, publication)
    text.detach()
    binary.seek(0)
    record(request, "readers exported", f"publication:{publication.pk}", publication, readers=count)
    return FileResponse(
        binary,
        as_attachment=True,
        filename=f"{publication.slug}-readers.csv",
        content_type="text/csv; charset=utf-8",
    )


@admin.register(ImportJob)
class ImportJobAdmin(PagesAdmin[ImportJob]):
    """Imports of readers, and the export beside them."""

    act = Act.READERS
    pages = (
        ("", job_list, "changelist"),
        ("upload/", upload, "upload"),
        ("look/<slug:slug>/<slug:digest>/", look, "look"),
        ("export/<slug:slug>/", export, "export"),
        ("<int:pk>/", job, "change"),
        ("<int:pk>/now/", job_now, "now"),
    )
