"""The address name of a draft, when somebody chooses it: what stands in its way, in words."""

from __future__ import annotations

from django.urls import Resolver404, get_script_prefix, resolve, reverse
from django.utils.translation import gettext as _

from ..models import Issue


def problem(issue: Issue, slug: str) -> str:
    """Why the issue cannot have this address name; "" if it can.

    A page of the publication that has the name already, such as its search, is found by asking the
    site's own table of addresses: the names are listed nowhere else.
    """
    if issue.publication.issues.filter(slug=slug).exclude(pk=issue.pk).exists():
        return _("Another issue has this address name.")
    address = reverse("site:issue", args=[issue.publication.slug, slug])
    path = "/" + address.removeprefix(get_script_prefix())
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    if found.url_name != "issue":
        return _("A page of the publication has this address name. Choose another one.")
    return ""
