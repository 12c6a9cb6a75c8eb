"""Set-up in Chromium: every new page, both languages, light and dark, phone and desk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from newsletter.models import Issue
from newsletter.sending import withdrawing
from subscribers import granting
from subscribers.models import Publication, Role
from tests import builders

from .test_browser import Window, daily

__all__ = ["daily"]
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
LEGAL = "Harbour Press, *1 Quay Street*, Port.\n\nhttps://example.org/" + "long" * 30


def scene(daily: Publication) -> dict[str, str]:
    """Name -> address of each page, with something on it."""
    Publication.objects.update(imprint=LEGAL, privacy="We keep your address.")
    city = daily.categories.get(name="City")
    tie = builders.subscription(daily, "bob@example.org", [city])
    out = builders.issue(
        daily, state=Issue.State.PUBLISHED, channels="site", published_at=builders.NOW
    )
    for title in ("Night ferries return", "Egrets are back"):
        builders.item(out, city, title, published_at=builders.NOW)
    second = out.items.get(title="Egrets are back")
    draft = builders.issue(daily, "2026-03-03")
    builders.item(draft, city, "The tree map")
    gone = builders.issue(
        daily, "2026-03-01", state=Issue.State.PUBLISHED, channels="site",
        published_at=builders.NOW,
    )  # fmt: skip
    withdrawing.withdraw(gone, None, "The account it told of was invented.", by="olga")
    third = builders.item(out, city, "Invented", published_at=builders.NOW)
    withdrawing.withdraw(out, third, "It was not so.", by="olga")
    owner = User.objects.get(username="olga")
    li = granting.invite("li@example.org", daily, ["editor"], by=owner)
    uid = urlsafe_base64_encode(force_bytes(li.pk))
    admin = "/admin/newsletter/issue"
    return {
        "test": f"{admin}/{draft.pk}/test/",
        "test-as-reader": f"{admin}/{draft.pk}/test/?person={tie.pk}",
        "corrections": f"{admin}/{out.pk}/correct/",
        "withdraw": f"{admin}/{out.pk}/withdraw/",
        "withdraw-item": f"{admin}/{out.pk}/withdraw/?item={second.pk}",
        "withdrawn-history": f"{admin}/{gone.pk}/history/",
        "people": "/admin/subscribers/publication/of/daily/people/",
        "person": f"/admin/subscribers/publication/of/daily/people/{li.pk}/",
        "publication": f"/admin/subscribers/publication/{daily.pk}/change/",
        "publications": "/admin/subscribers/publication/",
        "merge": f"/admin/subscribers/category/{city.pk}/merge/",
        "retire": f"/admin/subscribers/category/{city.pk}/retire/",
        "first-steps": "/admin/first-steps/daily/",
        "not-found": f"{admin}/99999/",
        "forbidden": "/admin/auth/user/add/",
        "users": "/admin/auth/user/",
        "second-factor": "/admin/second-factor/",
        "user": f"/admin/auth/user/{li.pk}/change/",
        "invited": f"/admin/invited/{uid}/{default_token_generator.make_token(li)}/",
        "link-used": f"/admin/invited/{uid}/x-y/",
        "withdrawn": "/daily/2026-03-01/",
        "issue-with-withdrawn": "/daily/2026-03-02/",
        "imprint": "/daily/imprint/",
        "subscribe": "/daily/subscribe/",
    }


@pytest.mark.parametrize(
    ("locale", "scheme", "width"),
    [
        ("en-GB", "light", 1280),
        ("zh-CN", "dark", 375),
        pytest.param("zh-CN", "light", 1280, marks=pytest.mark.long),
        pytest.param("en-GB", "dark", 375, marks=pytest.mark.long),
    ],
)
def test_every_page_is_clean(
    chromium: Any,
    live_server: Any,
    daily: Publication,
    locale: str,
    scheme: str,
    width: int,
) -> None:
    owner = User.objects.create(
        username="olga", email="olga@harbour.example.org", is_staff=True, password="!"
    )
    Role.objects.create(user=owner, publication=daily, kind="owner")
    addresses = scene(daily)
    window = Window(
        chromium,
        live_server.url,
        owner,
        locale=locale,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    wrong: list[str] = []
    for name, address in addresses.items():
        window.go(address)
        window.page.wait_for_load_state("load")
        if folder := os.environ.get("SUDI_PICTURES"):
            file = f"setup-{name}-{locale[:2]}-{scheme}-{width}.png"
            window.page.screenshot(path=str(Path(folder) / file), full_page=True)
        # The browser notes 403, 404 and 410 themselves.
        wrong += [f"{name}: {e}" for e in window.errors if "Failed to load resource" not in e]
        window.errors.clear()
        wrong += [f"{name}: {one}" for one in window.foreign]
        for violation in Axe().run(window.page).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"]]
            wrong.append(f"{name}: {violation['id']} {nodes[:3]}")
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if (extra := window.page.evaluate(over)) > 0:
            wrong.append(f"{name}: {extra} px too wide")
    window.close()
    assert not wrong, "\n".join(wrong)
