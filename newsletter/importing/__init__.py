"""A file -> a draft (or a published past issue): all of it or nothing, in one transaction.

The same file again updates the same draft and says what changed. An issue that was released is
never touched: its differences are said instead.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Max, ProtectedError
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from newsletter.digest import Digest, bullets_to_json, decode, parse, to_json
from newsletter.digest import Item as Parsed
from newsletter.digest import Link as ParsedLink
from newsletter.digest.dates import find_date
from newsletter.digest.markdown import found_links
from newsletter.digest.problems import Problems
from newsletter.digest.value import Problem
from newsletter.models import Issue, Item, Link, Revision
from subscribers import languages
from subscribers.choice import NoBitLeft, free_bit
from subscribers.models import Category, Publication

from .wording import ImportProblem, ImportProblems, in_words

UNKNOWN_CATEGORY = "category-unknown"
# Issues this near count as recent when the same link comes again.
_RECENT = dt.timedelta(days=30)
# Parts of an address that name the way a reader came, not the page.
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|mc_cid|mc_eid|spm|scene|sessionid|chksm|from|isappinstalled|ref_src",
    re.IGNORECASE,
)
# File stems that say nothing by themselves: with the date they do.
_OWN_NAME = re.compile(r"[^\W\d_]+.*\d")
# Numbers of items out of the way while new ones are given (the pair issue, number is unique).
_ASIDE = 1_000_000


@dataclass(slots=True)
class Report:
    """What an import did or would do. `problems` holds the reader's and the database's."""

    issue: Issue | None
    created: bool
    digest: Digest
    changes: list[str] = field(default_factory=list)
    problems: tuple[ImportProblem, ...] = ()
    encoding: str = ""

    @property
    def errors(self) -> list[ImportProblem]:
        """What refused the import."""
        return [problem for problem in self.problems if problem.level == "error"]


class Refused(Exception):
    """Nothing was stored; `report.problems` says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(problem.message for problem in report.errors))
        self.report = report


def import_digest(
    publication: Publication,
    data: bytes,
    name: str,
    *,
    shape: str = "auto",
    create_categories: bool = False,
    archived: bool = False,
    dry_run: bool = False,
    by: Any = None,
    title: str = "",
    date: dt.date | None = None,
) -> Report:
    """Import one file. Raises Refused, and then nothing was stored.

    `name` is its name or path (its date and identity may be there); empty for pasted text.
    `title` and `date` answer what the file does not say. `archived` makes it published history:
    in archive and feeds under its own date, never mailed. `by` is the user who imports.
    """
    decoded = decode(data)
    digest = parse(
        decoded.text, name=name, shape=shape, labels=publication.labels, title=title, date=date
    )
    problems = ImportProblems()
    problems.found += in_words(decoded.problems)
    if not problems.refused():  # Nothing more can be said of bytes that are no text.
        problems.found += in_words(digest.problems)
    report = Report(None, False, digest, encoding=decoded.encoding)
    if problems.refused():
        raise _refuse(report, problems)
    with transaction.atomic():
        # Two imports of one file at once: the second finds what the first made.
        Publication.objects.select_for_update().get(pk=publication.pk)
        work = _Import(publication, digest, decoded.text, name, problems, archived, by)
        work.prepare(create_categories)
        if not problems.refused():
            work.store(report, dry_run)
        if problems.refused():
            raise _refuse(report, problems)
        if dry_run:
            transaction.set_rollback(True)
            if report.created:
                report.issue = None
    report.problems = problems.sorted()
    return report


def _refuse(report: Report, problems: ImportProblems) -> Refused:
    report.issue = None
    report.problems = problems.sorted()
    return Refused(report)


def link_key(url: str) -> uuid.UUID | None:
    """The same page under different addresses has the same key; None without an address.

    http and https, a trailing slash, the fragment, the order of the query and what only says
    where a reader came from make no difference.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return None
    kept = sorted(pair for pair in query if not _TRACKING.fullmatch(pair[0]))
    scheme = "http" if parts.scheme.lower() in {"http", "https"} else parts.scheme.lower()
    host = parts.netloc.lower().removesuffix(":80").removesuffix(":443").removeprefix("www.")
    normal = f"{scheme}://{host}{parts.path.rstrip('/')}?{urlencode(kept)}"
    return uuid.UUID(bytes=hashlib.sha256(normal.encode()).digest()[:16])


def origin_of(digest: Digest, name: str) -> str:
    """What makes two files the same issue: an id in front matter, else the file's stem.

    A stem that says nothing by itself (`10`, `index`, `weekly`) is joined with the date.
    """
    for key in ("id", "guid", "slug", "permalink"):
        value = digest.extra.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()[:200]
    stem = re.sub(r"\.[A-Za-z]{1,10}$", "", re.split(r"[/\\]", name)[-1]).strip()
    if stem and (find_date(stem) or _OWN_NAME.fullmatch(stem)):
        return stem[-200:]
    date = digest.date.isoformat() if digest.date else ""
    return f"{date}/{stem}"[:200] if stem else date


@dataclass(slots=True)
class _Import:
    """One import inside its transaction."""

    publication: Publication
    digest: Digest
    text: str
    name: str
    problems: ImportProblems
    archived: bool
    by: Any
    categories: dict[str, Category] = field(default_factory=dict)

    # -- what the database has to say ------------------------------------------------

    def prepare(self, create_categories: bool) -> None:
        self._check_lengths()
        self._find_categories(create_categories)
        if not self.archived:
            self._find_recent_links()

    def _check_lengths(self) -> None:
        self._short(self.digest.title, 300, 1)
        self._short(self.digest.tail_title, 300, 1)
        for item in self.digest.items:
            self._short(item.title, 500, item.line)

    def _short(self, text: str, most: int, line: int) -> None:
        if len(text) > most:
            self.problems.error(
                "too-long",
                _("“%(text)s…” has %(size)d characters; the most is %(most)d. Shorten it.")
                % {"text": text[:40], "size": len(text), "most": most},
                line,
            )

    def _find_categories(self, create: bool) -> None:
        known: dict[str, Category] = {}
        live = []
        everything = list(self.publication.categories.select_related("merged_into"))
        # Retired ones first, so that a living one of the same name wins.
        for category in sorted(everything, key=lambda one: one.retired_at is None):
            target = category.merged_into or category
            if target.retired_at is not None:
                continue
            live.append(category.name)
            translations = category.translations if isinstance(category.translations, dict) else {}
            names = [category.name, *category.aliases, category.slug]
            names += [
                str(words["name"])
                for words in translations.values()
                if isinstance(words, dict) and words.get("name")
            ]
            for one in names:
                known[_same(str(one))] = target
        wanted: dict[str, list[int]] = {}
        for item in self.digest.items:
            wanted.setdefault(item.category, []).append(item.line)
        for name, lines in wanted.items():
            found = known.get(_same(name)) if name else self._only(known)
            if found is not None:
                self.categories[name] = found
            elif create:
                self._create_category(name, lines[0], everything)
            else:
                self._say_unknown(name, lines, known)

    @staticmethod
    def _only(known: Mapping[str, Category]) -> Category | None:
        """A publication with one category needs no labels."""
        distinct = {category.pk: category for category in known.values()}
        return next(iter(distinct.values())) if len(distinct) == 1 else None

    def _say_unknown(self, name: str, lines: list[int], known: Mapping[str, Category]) -> None:
        if not name:
            self.problems.error(
                "category-missing",
                ngettext(
                    "%(count)d item has no category. Add a line “分类：…” or “Category: …”.",
                    "%(count)d items have no category. Add a line “分类：…” or “Category: …”.",
                    len(lines),
                )
                % {"count": len(lines)},
                lines[0],
            )
            return
        near = difflib.get_close_matches(_same(name), known, n=1, cutoff=0.0)
        if near:
            nearest = known[near[0]].name
            message = _(
                "“%(name)s” is no category of this publication; the nearest is “%(nearest)s”. "
                "Rename it, or create the category."
            ) % {"name": name, "nearest": nearest}
        else:
            message = _("This publication has no category yet; create “%(name)s”.") % {"name": name}
        self.problems.error(UNKNOWN_CATEGORY, message, lines[0])

    def _create_category(self, name: str, line: int, everything: list[Category]) -> None:
        with override(self.publication.language.lower()):
            shown = name or _("General")
        if len(shown) > 60:
            self._short(shown, 60, line)
            return
        base = slugify(shown, allow_unicode=True)[:50] or "category"
        slugs = {category.slug for category in everything}
        slug = next(s for s in (base, *(f"{base}-{n}" for n in range(2, 1000))) if s not in slugs)
        # The name of a retired category is taken by the database's rule.
        if any(category.name == shown for category in everything):
            self.problems.error(
                UNKNOWN_CATEGORY,
                _("“%(name)s” is a retired category. Bring it back or name the item's category "
                  "otherwise.") % {"name": shown},
                line,
            )  # fmt: skip
            return
        try:
            bit = free_bit(self.publication, Category.Visibility.OPEN)
        except NoBitLeft:
            self.problems.error(
                "too-many-categories",
                _("There is no room for the category “%(name)s”: retire one.") % {"name": shown},
                line,
            )
            return
        made = Category.objects.create(
            publication=self.publication,
            slug=slug,
            name=shown,
            bit=bit,
            position=max((category.position for category in everything), default=-1) + 1,
        )
        everything.append(made)
        self.categories[name] = made
        self.problems.note(
            "category-created", _("The category “%(name)s” is new.") % {"name": shown}, line
        )

    def _find_recent_links(self) -> None:
        assert self.digest.date is not None
        lines: dict[uuid.UUID, int] = {}
        for item in self.digest.items:
            for source in item.sources:
                if key := link_key(source.url):
                    lines.setdefault(key, item.line)
        if not lines:
            return
        seen = (
            Link.objects.filter(
                url_key__in=list(lines),
                kind=Link.Kind.SOURCE,
                issue__publication=self.publication,
                issue__date__gte=self.digest.date - _RECENT,
                issue__date__lte=self.digest.date,
            )
            .exclude(issue__origin=self._find_issue()[1])
            .order_by("-issue__date", "pk")
            .values_list("url_key", "issue__slug", "item__title")
        )
        told: set[uuid.UUID] = set()
        for key, slug, title in seen:
            if key is not None and key not in told:
                told.add(key)
                self.problems.warn(
                    "link-recent",
                    _("The issue %(issue)s had the same link, in “%(title)s”.")
                    % {"issue": slug, "title": title},
                    lines[key],
                )

    # -- storing -----------------------------------------------------------------

    def store(self, report: Report, dry_run: bool) -> None:
        issue, origin = self._find_issue()
        if issue is None:
            issue = self._new_issue(origin)
            report.created = True
            self._write_items(issue, [])
        else:
            rows = list(issue.items.select_related("category").prefetch_related("links"))
            pairs = _pair(self.digest.items, rows)
            report.changes = self._changes(issue, rows, pairs)
            archive = self.archived and issue.state == Issue.State.DRAFT
            if issue.state != Issue.State.DRAFT:
                report.issue = issue
                self._refuse_released(issue, report.changes)
                return
            if report.changes or archive:
                self._update_issue(issue)
                try:
                    self._write_items(issue, pairs)
                except ProtectedError:
                    self.problems.error(
                        "item-copied",
                        _("A round-up holds a copy of an item that is no longer in this file."),
                    )
                    return
            for change in report.changes:
                self.problems.note("changed", change)
        report.issue = issue
        if (report.created or report.changes) and not dry_run:
            self._add_revision(issue)

    def _find_issue(self) -> tuple[Issue | None, str]:
        """The issue this file is, if it is here, and its origin.

        A date and a name like `10` or `index` are a weak identity: two newsletters of one day
        share it. There the title or an item must be the same, too.
        """
        origin = origin_of(self.digest, self.name)
        day = self.digest.date.isoformat() if self.digest.date else ""
        if not origin:
            return None, ""
        # Locked: nobody may release it between the look at its state and the last write.
        drafts = self.publication.issues.select_for_update()
        if origin != day and not origin.startswith(f"{day}/"):
            return drafts.filter(origin=origin).first(), origin
        candidates = [origin, *(f"{origin} ({n})" for n in range(2, 100))]
        found = {issue.origin: issue for issue in drafts.filter(origin__in=candidates)}
        for name in candidates:
            issue = found.get(name)
            if issue is None:
                return None, name
            rows = list(issue.items.prefetch_related("links"))
            if issue.title == self.digest.title or any(
                row is not None for _parsed, row in _pair(self.digest.items, rows)
            ):
                return issue, name
        return None, ""

    def _refuse_released(self, issue: Issue, changes: Iterable[str]) -> None:
        """A released issue is never touched; the same file again is no mistake, though."""
        changes = list(changes)
        if not changes:
            self.problems.note(
                "released",
                _("This issue is already %(state)s, and nothing is different.")
                % {"state": issue.get_state_display()},
            )
            return
        self.problems.error(
            "released",
            _("This issue is already %(state)s and stays as it is. What the file would change:")
            % {"state": issue.get_state_display()},
        )
        for change in changes:
            self.problems.note("changed", change)

    def _fields(self) -> dict[str, Any]:
        digest = self.digest
        extra: dict[str, Any] = {"front": dict(digest.extra)} if digest.extra else {}
        if digest.tail_title:
            extra["tail_title"] = digest.tail_title
        return {
            "title": digest.title,
            "date": digest.date,
            "language": languages.stored(digest.language) or self.publication.language,
            "intro": digest.intro,
            "extra": extra,
        }

    def _new_issue(self, origin: str) -> Issue:
        issue = Issue(
            publication=self.publication,
            slug=self._slug(None),
            origin=origin,
            entry_id=f"urn:uuid:{uuid.uuid4()}",
            **self._fields(),
        )
        self._archive(issue)
        issue.save(force_insert=True)
        return issue

    def _slug(self, issue: Issue | None) -> str:
        assert self.digest.date is not None
        day = self.digest.date.isoformat()
        others = self.publication.issues.filter(slug__startswith=day)
        if issue is not None:
            others = others.exclude(pk=issue.pk)
        taken = set(others.values_list("slug", flat=True))
        if issue is not None and issue.slug.startswith(day) and issue.slug not in taken:
            return issue.slug
        return next(s for s in (day, *(f"{day}-{n}" for n in range(2, 10_000))) if s not in taken)

    def _update_issue(self, issue: Issue) -> None:
        for name, value in self._fields().items():
            setattr(issue, name, value)
        issue.slug = self._slug(issue)
        self._archive(issue)
        issue.approved_by = None  # It was for another text.
        issue.save(
            update_fields=[
                "title", "date", "language", "intro", "extra", "slug", "state", "published_at",
                "approved_by",
            ]
        )  # fmt: skip

    def _archive(self, issue: Issue) -> None:
        if not self.archived:
            return
        assert self.digest.date is not None
        issue.state = Issue.State.ARCHIVED
        # Noon of its own day there: the same date in nearly every reader's time zone.
        issue.published_at = dt.datetime.combine(
            self.digest.date, dt.time(12), tzinfo=ZoneInfo(self.publication.time_zone)
        )
        Publication.objects.filter(pk=self.publication.pk).update(changed_at=timezone.now())

    def _write_items(self, issue: Issue, pairs: Sequence[tuple[Parsed, Item | None]]) -> None:
        pairs = pairs or [(parsed, None) for parsed in self.digest.items]
        kept = {row.pk for _parsed, row in pairs if row is not None}
        issue.items.exclude(pk__in=kept).delete()
        issue.items.update(number=F("number") + _ASIDE)
        anchors = {row.anchor for _parsed, row in pairs if row is not None}
        fresh: list[Item] = []
        rows: list[Item] = []
        changed: list[Item] = []
        for number, (parsed, old) in enumerate(pairs, start=1):
            row = old
            if row is None:
                anchor = next(
                    a
                    for a in (f"item-{n}" for n in (number, *range(1, 100_000)))
                    if a not in anchors
                )
                anchors.add(anchor)
                row = Item(issue=issue, anchor=anchor, entry_id=f"urn:uuid:{uuid.uuid4()}")
                fresh.append(row)
            elif self._differs(parsed, row):
                changed.append(row)
            row.number = number
            row.category = self.categories[parsed.category]
            row.title = parsed.title
            row.date = parsed.date
            row.insight = parsed.insight
            row.bullets = bullets_to_json(parsed.bullets)
            row.body = parsed.body
            row.score = parsed.score
            row.extra = dict(parsed.extra)
            row.line = parsed.line
            row.published_at = issue.published_at
            rows.append(row)
        Item.objects.bulk_create(fresh)
        Item.objects.bulk_update(
            [row for row in rows if row.pk in kept],
            ["number", "category", "title", "date", "insight", "bullets", "body", "score", "extra",
             "line", "published_at"],
        )  # fmt: skip
        self._write_links(
            issue, [*fresh, *changed], {id(r): p for (p, _o), r in zip(pairs, rows, strict=True)}
        )

    def _write_links(
        self, issue: Issue, rows: Sequence[Item], parsed_of: Mapping[int, Parsed]
    ) -> None:
        Link.objects.filter(issue=issue, item__in=[row.pk for row in rows]).delete()
        issue.links.filter(kind=Link.Kind.TAIL).delete()
        made = []
        for row in rows:
            parsed = parsed_of[id(row)]
            made += [
                _link(issue, row, Link.Kind.SOURCE, number, link)
                for number, link in enumerate(parsed.sources, start=1)
            ]
            made += [
                _link(issue, row, Link.Kind.BODY, number, link)
                for number, link in enumerate(_body_links(parsed), start=1)
            ]
        made += [
            _link(issue, None, Link.Kind.TAIL, number, link)
            for number, link in enumerate(self.digest.tail_links, start=1)
        ]
        Link.objects.bulk_create(made)

    def _add_revision(self, issue: Issue) -> None:
        last = issue.revisions.aggregate(last=Max("number"))["last"] or 0
        Revision.objects.create(
            issue=issue,
            number=last + 1,
            kind=Revision.Kind.IMPORT,
            by_id=getattr(self.by, "pk", None),
            source_name=self.name[-200:],
            source=self.text,
            shape=self.digest.shape,
            digest=to_json(self.digest),
            problems=[_problem(problem) for problem in self.problems.sorted()],
        )

    # -- what changed ----------------------------------------------------------------

    def _changes(
        self, issue: Issue, rows: Sequence[Item], pairs: Sequence[tuple[Parsed, Item | None]]
    ) -> list[str]:
        found: list[str] = []
        fields = self._fields()
        if fields["title"] != issue.title:
            found.append(
                _("title: “%(old)s” is now “%(new)s”")
                % {"old": issue.title, "new": fields["title"]}
            )
        if fields["date"] != issue.date:
            found.append(
                _("date: %(old)s is now %(new)s") % {"old": issue.date, "new": fields["date"]}
            )
        if fields["intro"] != issue.intro:
            found.append(_("the introduction changed"))
        if fields["language"] != issue.language:
            found.append(
                _("language: %(old)s is now %(new)s")
                % {"old": issue.language, "new": fields["language"]}
            )
        kept = {row.pk for _parsed, row in pairs if row is not None}
        found += [
            _("item left out: “%(title)s”") % {"title": row.title}
            for row in rows
            if row.pk not in kept
        ]
        for parsed, old in pairs:
            if old is None:
                found.append(_("new item: “%(title)s”") % {"title": parsed.title})
            elif parts := self._differs(parsed, old):
                found.append(
                    _("“%(title)s”: %(parts)s changed")
                    % {"title": parsed.title, "parts": ", ".join(parts)}
                )
        order = [row.number for _parsed, row in pairs if row is not None]
        if order != sorted(order):
            found.append(_("the items stand in another order"))
        tail = [
            ParsedLink(link.label, link.url)
            for link in issue.links.filter(kind=Link.Kind.TAIL).order_by("number")
        ]
        if [_cut(link) for link in self.digest.tail_links] != tail or (
            self.digest.tail_title != issue.extra.get("tail_title", "")
        ):
            found.append(_("the further links changed"))
        return found

    def _differs(self, parsed: Parsed, row: Item) -> list[str]:
        """Names of the parts in which a row is not what the file says."""
        sources = [
            ParsedLink(link.label, link.url)
            for link in sorted(row.links.all(), key=lambda link: link.number)
            if link.kind == Link.Kind.SOURCE
        ]
        parts = [
            (_("title"), parsed.title != row.title),
            (_("category"), self.categories[parsed.category].pk != row.category_id),
            (_("sources"), [_cut(link) for link in parsed.sources] != sources),
            (_("date"), parsed.date != row.date),
            (_("insight"), parsed.insight != row.insight),
            (_("bullets"), bullets_to_json(parsed.bullets) != row.bullets),
            (_("text"), parsed.body != row.body),
            (_("score"), parsed.score != row.score),
            (_("other fields"), dict(parsed.extra) != row.extra),
        ]
        return [name for name, different in parts if different]


def _pair(items: Sequence[Parsed], rows: Sequence[Item]) -> list[tuple[Parsed, Item | None]]:
    """Which row is which item: same title and link, else same title, else same link."""
    left = {row.pk: row for row in rows}
    found: dict[int, Item] = {}
    keys = {
        row.pk: {link.url_key for link in row.links.all() if link.kind == Link.Kind.SOURCE} - {None}
        for row in rows
    }

    def same_link(parsed: Parsed, row: Item) -> bool:
        return any(link_key(source.url) in keys[row.pk] for source in parsed.sources if source.url)

    def same_title(parsed: Parsed, row: Item) -> bool:
        return parsed.title == row.title

    for fits in (lambda p, r: same_title(p, r) and same_link(p, r), same_title, same_link):
        for place, parsed in enumerate(items):
            if place in found:
                continue
            row = next((row for row in left.values() if fits(parsed, row)), None)
            if row is not None:
                found[place] = row
                del left[row.pk]
    return [(parsed, found.get(place)) for place, parsed in enumerate(items)]


def _same(name: str) -> str:
    return "".join(name.split()).casefold()


def _cut(link: ParsedLink) -> ParsedLink:
    label = link.label if len(link.label) <= 300 else link.label[:299] + "…"
    return ParsedLink(label, link.url)


def _link(issue: Issue, item: Item | None, kind: Link.Kind, number: int, link: ParsedLink) -> Link:
    return Link(
        issue=issue,
        item=item,
        kind=kind,
        number=number,
        label=_cut(link).label,
        url=link.url,
        url_key=link_key(link.url),
    )


def _body_links(parsed: Parsed) -> list[ParsedLink]:
    texts = [parsed.insight, parsed.body]
    queue = list(parsed.bullets)
    while queue:
        bullet = queue.pop(0)
        texts += [bullet.lead, bullet.text]
        queue = [*bullet.children, *queue]
    return [
        ParsedLink(label, url)
        for text in texts
        if "](" in text or "://" in text or "<a" in text
        for label, url in found_links(text)
    ]


def _problem(problem: ImportProblem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "level": problem.level,
        "code": problem.code,
        "message": problem.message,
    }
