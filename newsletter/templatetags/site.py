"""What the pages' templates need beyond Django's own tags: language links and Markdown."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from ..digest import markdown

register = template.Library()


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, code: str) -> str:
    """This page's address in another language: its own query with `lang` set."""
    request = context.get("request")
    if request is None:
        return f"?lang={code}"
    query = request.GET.copy()
    query["lang"] = code
    return f"{request.path}?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def keep(context: template.Context, address: str) -> str:
    """`address`, with the language the reader asked for, if it was asked for by ?lang=."""
    asked = getattr(context.get("request"), "asked_language", None)
    if asked is None:
        return address
    path, mark, fragment = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}lang={asked}{mark}{fragment}"


@register.filter
def html_language(code: str) -> str:
    """A language code as HTML and feeds write it: `zh-hans` -> `zh-Hans`."""
    return translation.to_locale(code).replace("_", "-") if code else ""


@register.filter
def inline(source: Any) -> SafeString:
    """One run of Markdown as safe HTML (sanitised by `digest.markdown`)."""
    return mark_safe(markdown.inline_html(str(source or "")))


@register.filter
def block(source: Any) -> SafeString:
    """Paragraphs of Markdown as safe HTML (sanitised by `digest.markdown`)."""
    return mark_safe(markdown.block_html(str(source or "")))


@register.filter
def plain(source: Any) -> str:
    """Markdown as text, links dropped to their labels."""
    return markdown.plain_text(str(source or ""), links=False)
