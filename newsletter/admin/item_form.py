"""An item as an editor changes it: bullets and sources as lines of text, both ways."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from newsletter.importing.stories import remember
from newsletter.issues import address_name, beginning, item_links
from newsletter.issues.revisions import bullets_of, bullets_text
from subscribers.admin.text_box import LinesField, TextBox, TextField
from subscribers.admin.versioned import VersionedForm
from subscribers.models import Category

from ..digest import markdown
from ..editions import pairing
from ..models import Issue, Item, Link
from .picture_field import PictureField, PictureInput

if TYPE_CHECKING:
    _Item = forms.ModelForm[Item]
    _Issue = forms.ModelForm[Issue]
else:
    _Item = _Issue = forms.ModelForm

# `- **Lead:** text`; the colon may stand behind the bold, in either width.
_BULLET = re.compile(r"(?P<indent>\s*)[-*+•]\s+(?P<rest>.*)\Z")
_LEAD = re.compile(r"\*\*(?P<lead>[^*]+?)\s*[:：]?\*\*\s*[:：]?\s*(?P<text>.*)\Z")
_MOST_BULLETS = 200
_DEEPEST = 6


class BadLines(ValueError):
    """A line that cannot be read; the message names its number."""


def read_bullets(text: str) -> list[dict[str, Any]]:
    """Lines of bullets -> Item.bullets. Raises BadLines with the number of the line."""
    top: list[dict[str, Any]] = []
    # (indent, children) of the bullets the next line may belong to.
    open_lists: list[tuple[int, list[dict[str, Any]]]] = [(-1, top)]
    count = 0
    for number, line in enumerate(text.splitlines(), 1):
        line = markdown.clean(line).rstrip()
        if not line.strip():
            continue
        found = _BULLET.match(line.replace("\t", "    "))
        if found is None:
            if count == 0:
                raise BadLines(_("Line %(line)d: begin each bullet with “- ”.") % {"line": number})
            last = open_lists[-1][1][-1] if open_lists[-1][1] else open_lists[-2][1][-1]
            last["text"] = f"{last['text']} {line.strip()}".strip()
            continue
        count += 1
        if count > _MOST_BULLETS:
            raise BadLines(_("More than %(most)d bullets.") % {"most": _MOST_BULLETS})
        indent = len(found["indent"])
        while len(open_lists) > 1 and open_lists[-1][0] >= indent:
            open_lists.pop()
        if len(open_lists) > _DEEPEST:
            raise BadLines(_("Line %(line)d: nested too deeply.") % {"line": number})
        lead = _LEAD.match(found["rest"])
        bullet: dict[str, Any] = {
            "lead": lead["lead"].strip() if lead else "",
            "text": (lead["text"] if lead else found["rest"]).strip(),
            "children": [],
        }
        open_lists[-1][1].append(bullet)
        open_lists.append((indent, bullet["children"]))
    return top


def read_sources(text: str) -> list[tuple[str, str]]:
    """Lines `Label | address` (or one of both) -> (label, address). Raises BadLines."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        line = markdown.clean(line).strip()
        if not line:
            continue
        label, bar, url = line.rpartition("|")
        label, url = label.strip(), url.strip()
        if not bar and not re.match(r"[a-z]+:", url, re.IGNORECASE):
            label, url = url, ""  # A source named without a link.
        if url and not markdown.safe_url(url):
            raise BadLines(
                _("Line %(line)d: write an address that begins with https:// or http://.")
                % {"line": number}
            )
        found.append((label[:300], url))
    return found


def one_line(text: str) -> str:
    """The text, if it is one line; raises ValidationError."""
    if any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029" for c in text):
        raise forms.ValidationError(_("Write this on one line, without control characters."))
    return text


class ItemForm(VersionedForm, _Item):
    """The fields of one item; `write` stores the row and its sources."""

    bullet_lines = LinesField(
        label=gettext_lazy("Bullets"),
        required=False,
        strip=False,
        widget=TextBox(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "One a line: “- **Lead:** text”. Indent by two spaces to nest. Markdown is understood."
        ),
    )
    source_lines = LinesField(
        label=gettext_lazy("Sources"),
        required=False,
        widget=TextBox(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line: “The Paper | https://example.org/story”."),
    )

    class Meta:
        model = Item
        fields: tuple[str, ...] = (
            "title", "category", "date", "insight", "body", "picture", "picture_alt", "hidden",
        )  # fmt: skip
        widgets = {
            "title": TextBox(attrs={"rows": 2}),
            "insight": TextBox(attrs={"rows": 3}),
            "body": TextBox(attrs={"rows": 4}),
            "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "picture": PictureInput,
        }
        field_classes = {
            "title": TextField,
            "insight": TextField,
            "body": TextField,
            "picture": PictureField,
        }
        help_texts = {
            "picture": pgettext_lazy(
                "picture",
                "JPEG, PNG, WebP or GIF, at most 10 MB. It can also be dropped here or pasted.",
            ),
            "picture_alt": pgettext_lazy("picture", "In words, for readers who do not see it."),
        }

    field_order = (
        "title", "category", "source_lines", "date", "insight", "bullet_lines", "body", "picture",
        "picture_alt", "hidden",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance
        widget = self.fields["picture"].widget
        assert isinstance(widget, PictureInput)
        widget.upload = reverse("admin:newsletter_issue_picture", args=[item.issue_id])
        category = self.fields["category"]
        assert isinstance(category, forms.ModelChoiceField)
        category.queryset = Category.objects.filter(
            publication_id=item.issue.publication_id, retired_at__isnull=True
        ) | Category.objects.filter(pk=item.category_id or 0)
        category.empty_label = _("– none: readers will not get this item –")
        self.fields["bullet_lines"].initial = bullets_text(bullets_of(item.bullets))
        self.fields["source_lines"].initial = "\n".join(
            f"{link.label} | {link.url}" if link.url else link.label
            for link in item.links.filter(kind=Link.Kind.SOURCE).order_by("number")
        )

    def clean_title(self) -> str:
        return one_line(" ".join(self.cleaned_data["title"].split()))

    def clean_picture_alt(self) -> str:
        return one_line(" ".join(self.cleaned_data["picture_alt"].split()))

    def clean_insight(self) -> str:
        return markdown.clean(self.cleaned_data["insight"])

    def clean_body(self) -> str:
        return markdown.clean(self.cleaned_data["body"])

    def clean_bullet_lines(self) -> list[dict[str, Any]]:
        try:
            return read_bullets(self.cleaned_data["bullet_lines"])
        except BadLines as error:
            raise forms.ValidationError(str(error)) from None

    def clean_source_lines(self) -> list[tuple[str, str]]:
        try:
            return read_sources(self.cleaned_data["source_lines"])
        except BadLines as error:
            raise forms.ValidationError(str(error)) from None

    def write(self) -> Item:
        """Store what was changed of the item and its sources. Call it inside a transaction."""
        item = self.instance
        changed = {name for name in self.changed_data if name in self.Meta.fields}
        if "bullet_lines" in self.changed_data:
            item.bullets = self.cleaned_data["bullet_lines"]
            changed.add("bullets")
        item.save(update_fields=changed)
        item.refresh_from_db()
        if "source_lines" in self.changed_data:
            item_links.write_sources(item, self.cleaned_data["source_lines"])
        item_links.write_body_links(item)
        remember([item])
        return item


class AboutForm(VersionedForm, _Issue):
    """What belongs to the issue as a whole."""

    tail_title = forms.CharField(
        label=gettext_lazy("Title of the further links"), max_length=300, required=False
    )
    tail_lines = LinesField(
        label=gettext_lazy("Further links"),
        required=False,
        widget=TextBox(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line: “The Paper | https://example.org/story”."),
    )

    class Meta:
        model = Issue
        fields: tuple[str, ...] = (
            "title", "date", "slug", "subject", "preheader", "intro", "listed",
        )  # fmt: skip
        widgets = {
            "intro": TextBox(attrs={"rows": 5}),
            "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        field_classes = {"intro": TextField}

    field_order = (
        "title", "date", "slug", "subject", "preheader", "intro", "tail_title", "tail_lines",
        "listed",
    )  # fmt: skip

    def __init__(self, *args: Any, moved: Collection[int] = (), **kwargs: Any) -> None:
        """`moved` are issues paired with it (keys) that get another day with it."""
        super().__init__(*args, **kwargs)
        issue = self.instance
        self.moved = moved
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _(
                "Its page will be at /%(publication)s/…/. Nobody knows the address of a draft yet;"
                " once it is out it never changes. Left as it is, it follows the date."
            ) % {"publication": issue.publication.slug}
        # What `_post_clean` sets, so that the move to another day still knows the first one.
        self.day, self.address = issue.date, issue.slug
        self.fields["tail_title"].initial = str(issue.extra.get("tail_title", ""))
        self.fields["tail_lines"].initial = "\n".join(
            f"{link.label} | {link.url}" if link.url else link.label
            for link in issue.links.filter(kind=Link.Kind.TAIL).order_by("number")
        )

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"].strip())

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"] or self.address
        if problem := address_name.problem(self.instance, slug):
            raise forms.ValidationError(problem)
        return slug

    def clean_subject(self) -> str:
        return one_line(self.cleaned_data["subject"].strip())

    def clean_preheader(self) -> str:
        return one_line(self.cleaned_data["preheader"].strip())

    def clean_intro(self) -> str:
        return markdown.clean(self.cleaned_data["intro"])

    def clean_date(self) -> dt.date:
        day: dt.date = self.cleaned_data["date"]
        if not 1900 <= day.year <= 2999:
            raise forms.ValidationError(_("Give a date between 1900 and 2999."))
        if day != self.day and (reason := pairing.other_day(self.instance, day, self.moved)):
            raise forms.ValidationError(reason)
        return day

    def clean_tail_title(self) -> str:
        return one_line(self.cleaned_data["tail_title"].strip())

    def clean_tail_lines(self) -> list[tuple[str, str]]:
        try:
            return read_sources(self.cleaned_data["tail_lines"])
        except BadLines as error:
            raise forms.ValidationError(str(error)) from None

    def write(self) -> None:
        """Store what was changed, in a transaction. A draft of another day has another address."""
        issue, changed = self.instance, set(self.changed_data)
        slug = issue.slug
        changed = changed - {"slug"} | ({"slug"} if slug != self.address else set())
        if "date" in changed:
            issue.slug, issue.date, day = self.address, self.day, issue.date
            beginning.move_to_day(issue, day)
        if "slug" in changed:
            issue.slug = slug
        if columns := (changed & set(self.Meta.fields)) - {"date"}:
            issue.save(update_fields=columns)
        if changed & {"tail_title", "tail_lines"}:
            beginning.set_tail(
                issue, self.cleaned_data["tail_title"], self.cleaned_data["tail_lines"]
            )
