"""What the pages' templates need beyond Django's own tags: language links and Markdown."""

from __future__ import annotations

import re

from django import template
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter import conf
from newsletter.archive import listing, sign_up, source_pages, stylesheet
from newsletter.feeds import formats
from newsletter.models import Issue
from subscribers import languages, styles, theme
from subscribers.models import Category, Publication
from subscribers.pictures import named
from subscribers.pictures.showing import on_page, ours_or_links, sized, sized_within

from ..digest import markdown
from ..editions import IssueView, ItemView, LinkView, item_path
from ..rendering import cards, columns, neutral, words
from ..rendering.scrolling import scrolling

register = template.Library()

# Not within a tag: an address may hold one.
_BEFORE_DASH = re.compile(r" (?=[-–—|·] (?![^<>]*>))")
_IN_A_FEED = 960  # CSS pixels; who reads feeds sets the width of the column.


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, code: str) -> str:
    """This page in another language: its own query with `lang` set, relative to its address.

    Without the path, so that every dead personal link shows the same page to the byte.
    """
    request = context.get("request")
    if request is None:
        return f"?lang={code}"
    query = request.GET.copy()
    query["lang"] = code
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def keep(context: template.Context, address: str) -> str:
    """`address`, with the language the reader asked for, if it was asked for by ?lang=."""
    asked = getattr(context.get("request"), "asked_language", None)
    if asked is None:
        return address
    path, mark, fragment = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}lang={asked}{mark}{fragment}"


@register.filter
def update_mark(item: ItemView) -> str:
    """What stands before the title of a follow-up, else nothing."""
    return words.update(item)


@register.filter
def earlier(item: ItemView) -> str:
    """What a follow-up says of the item it goes on with."""
    return words.earlier(item)


@register.filter
def mounted(path: str) -> str:
    """A path below BASE_URL as a link between pages: with the path our pages are mounted at."""
    return conf.mounted(path)


@register.filter
def home(publication: Publication) -> str:
    """A publication's own page, as a link between pages."""
    return conf.mounted(f"/{publication.slug}/")


@register.filter
def on_site(path: str) -> str:
    """A path below BASE_URL as a whole address, for what is read elsewhere."""
    return f"{conf.base_url()}/{path}"


@register.filter
def html_language(code: str) -> str:
    """A language code as HTML and feeds write it: `zh-hans` -> `zh-Hans`."""
    return languages.stored(code) or code


@register.filter
def said(row: Publication | Category, field: str) -> str:
    """`name` or `description` of a publication or category in the language of the page."""
    said_so = languages.words(row, translation.get_language() or "")
    return neutral.text(said_so.name if field == "name" else said_so.description)


@register.simple_tag
def sign_up_facts(publication: Publication) -> sign_up.SignUpFacts:
    """What the sign-up page tells about a publication."""
    return sign_up.facts(publication)


@register.simple_tag
def how_often(about: sign_up.SignUpFacts, category: str) -> str:
    """In how many of the last issues a category was, by its address name; empty for none."""
    found = about.often.get(category, 0)
    if not found:
        return ""
    if found == about.issues:
        return pgettext("sign-up", "in each of the last %(issues)d issues") % {"issues": found}
    numbers = {"found": found, "issues": about.issues}
    return pgettext("sign-up", "in %(found)d of the last %(issues)d issues") % numbers


@register.filter
def between_sentences(space: str) -> str:
    """`space` where the language of the page has one between sentences, else nothing."""
    return space if languages.between_sentences() else ""


@register.filter
def side(source: object) -> SafeString:
    """The attribute of an element whose text runs from the right; nothing for any other."""
    return SafeString(' dir="rtl"' if markdown.is_rtl(str(source or "")) else "")


@register.filter
def issue_name(issue: Issue | IssueView, publication: Publication) -> str:
    """What an issue is called below its publication's name, as Markdown."""
    return listing.issue_name(issue, publication)


@register.simple_tag
def item_language(item: ItemView, language: str) -> SafeString:
    """The attribute with the language of an item's words: as told, unless its script tells
    another. `language` may be empty, where the page's own language is meant."""
    found = markdown.foreign(cards.said(item), language or translation.get_language() or "")
    code = found or language
    return format_html('lang="{}"', code) if code else SafeString("")


@register.filter
def inline(source: object) -> SafeString:
    """One run of Markdown as safe HTML (sanitised by `digest.markdown`)."""
    return mark_safe(markdown.inline_html(neutral.text(str(source or ""))))


@register.filter
def block(source: object) -> SafeString:
    """Paragraphs of Markdown as safe HTML (sanitised by `digest.markdown`)."""
    return mark_safe(sized_within(markdown.block_html(neutral.text(str(source or "")))))


@register.filter
def plain(source: object) -> str:
    """Markdown as one line of text, links dropped to their labels."""
    return neutral.line(markdown.plain_text(neutral.text(str(source or "")), links=False))


@register.filter
def shortened(text: object, most: int) -> str:
    """A line of text of at most `most` columns, cut behind a word and never inside a grapheme."""
    return columns.shorten(str(text or ""), most)


@register.filter
def dashes(html: str) -> str:
    """The text or HTML, with no line that begins with the dash between two parts of a title."""
    made = _BEFORE_DASH.sub("\xa0", html)
    return SafeString(made) if isinstance(html, SafeString) else made


@register.filter
def followable(url: object) -> str:
    """An absolute address in ASCII, or empty if a reader must not be led there."""
    return neutral.address(str(url or ""))


@register.filter
def web_block(source: object, under: int = 2) -> SafeString:
    """`block` for pages: pictures elsewhere are links, so that opening a page tells no other host.

    Ours are shown. `under` is the level of the heading it stands under.
    """
    html = markdown.block_html(neutral.text(str(source or "")), under + 1)
    return mark_safe(scrolling(ours_or_links(html, on_page)))


@register.filter
def facts(item: ItemView) -> list[tuple[str, str]]:
    """What an item's source had under labels of its own, unless its text says it already."""
    names = {
        "score": _("Score"),
        "note": _("Note"),
        "translation": _("Translation"),
        "date": _("Date"),
    }
    return [
        (names.get(name, name), str(value))
        for name, value in item.extra.items()
        if str(value).strip() and str(value) not in item.body
    ]


@register.filter
def language_name(code: str) -> str:
    """A language's name in itself: `zh-Hans` -> 简体中文."""
    return dict(languages.offered()).get(languages.stored(code), code)


@register.simple_tag(takes_context=True)
def keep_before(context: template.Context, path: str, issue: str) -> str:
    """The next page of a list: `path` with `before`, and the language asked for."""
    return keep(context, f"{path}{'&' if '?' in path else '?'}before={issue}")


@register.simple_tag(takes_context=True)
def keep_month(context: template.Context, home: str, month: object) -> str:
    """The page of a month, with the language asked for."""
    return keep(context, f"{home}months/{month}/")


@register.simple_tag(takes_context=True)
def keep_source(context: template.Context, publication: str, host: str) -> str:
    """The page of a source, with the language asked for."""
    return keep(context, conf.mounted(source_pages.path(publication, host)))


@register.filter
def spoken(code: str) -> str:
    """Django's code of a language we speak, else that of the page: for `{% language %}`."""
    return languages.known(code) or translation.get_language() or "en"


@register.simple_tag
def feed_formats() -> tuple[formats.Format, ...]:
    """The written forms of a feed, in the order of lists."""
    return formats.FORMATS


@register.simple_tag
def logo_of(publication: Publication) -> theme.Theme | None:
    """The publication's look, if it has a logo that pages may show."""
    return stylesheet.logo(publication)


@register.simple_tag
def site_address() -> str:
    """BASE_URL, for what must be absolute."""
    return conf.base_url()


@register.filter
def style(publication: object) -> styles.Style:
    """The style of a publication's pages; the default one where the page has no publication."""
    return theme.style_of(getattr(publication, "theme", None))


@register.filter
def source_name(source: LinkView, title: str) -> str:
    """What a source is called under a title: as in the mail."""
    return neutral.line(cards.labelled(source, title).label)


@register.simple_tag
def permanent_of(issue: IssueView, item: ItemView, preview: bool) -> str:
    """The path of an item's own page, a copy's is its original's; empty while it is a draft."""
    if item.home:
        return conf.mounted(f"/{item.home}")
    if preview:
        return ""
    return conf.mounted(f"/{item_path(issue.publication, issue.slug, item.anchor)}")


@register.simple_tag
def headline(item: ItemView, elsewhere: str = "") -> SafeString:
    """An item's title, leading to its first source with an address, else to `elsewhere`."""
    title = format_html("{}{}", words.update(item), inline(item.title))
    found = (address for source in item.sources if (address := followable(source.url)))
    to = next(found, elsewhere)
    if not to or "<a " in title:  # HTML has no link within a link.
        return title
    return format_html('<a class="head" href="{}" rel="noopener noreferrer">{}</a>', to, title)


@register.simple_tag
def item_picture(item: ItemView, lead: bool = False) -> SafeString | str:
    """An item's own picture for its page; that of the `lead` story is asked for at once."""
    picture = named(item.picture)
    return on_page(picture, neutral.line(item.picture_alt), first=lead) if picture else ""


@register.simple_tag
def fed_picture(item: ItemView) -> SafeString | str:
    """An item's own picture for readers of feeds."""
    picture = named(item.picture)
    return sized(picture, neutral.line(item.picture_alt), _IN_A_FEED) if picture else ""
