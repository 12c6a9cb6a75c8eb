"""The way from a page of the admin to the chapter of the handbook that explains it."""

from __future__ import annotations

from django import template
from django.urls import reverse

from ..handbook import explained

register = template.Library()


@register.simple_tag(takes_context=True)
def help_here(context: template.Context) -> str:
    """The address of the chapter about this page; empty if there is none."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = explained.chapter(match.url_name or "") if match is not None else ""
    return reverse("help_chapter", args=[name]) if name else ""
