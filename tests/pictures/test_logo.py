"""The picture at the head of a publication's mails and pages, given as a file."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from newsletter import editions, rendering
from subscribers import theme
from subscribers.models import Picture, Publication
from tests import builders
from tests.admin.test_pages import client, user

from .drawn import octets

pytestmark = pytest.mark.django_db


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


def saved(owner: Client, daily: Publication, **changes: Any) -> Any:
    address = reverse("admin:subscribers_publication_change", args=[daily.pk])
    page = owner.get(address)
    assert 'enctype="multipart/form-data"' in page.content.decode()
    form = page.context["adminform"].form
    values = {one.name: one.value() for one in form}
    data = {name: v for name, v in values.items() if v is not None and v is not False}
    return owner.post(address, {**data, **changes})


def test_a_logo_is_given_as_a_file(daily: Publication) -> None:
    owner = client(user("uma", daily, "owner"))
    image = Image.new("RGBA", (1200, 240), (0, 90, 80, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    file = SimpleUploadedFile("anchor.png", octets(image), "image/png")
    answer = saved(owner, daily, logo_file=file, logo_alt="An anchor")
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    daily.refresh_from_db()
    stem = Picture.objects.get().name.partition(".")[0]
    look = theme.load(daily.theme)
    address = f"http://127.0.0.1:8000/p/{stem}-960.png"
    assert (look.logo, look.logo_width, look.logo_height) == (address, 480, 96)
    assert f'src="{address}"' in Client().get("/daily/").content.decode()
    issue = builders.issue(daily)
    builders.item(issue, builders.category(daily, "City"), "Night ferries return")
    view = editions.load(issue)
    mail = rendering.prepare(view, daily).edition(view.mask).html
    assert f'src="{address}"' in mail and 'alt="An anchor"' in mail
    assert Client().get(f"/p/{stem}-960.png").status_code == 200


def test_a_logo_that_is_no_picture_is_refused_at_its_field(daily: Publication) -> None:
    owner = client(user("uma", daily, "owner"))
    file = SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    answer = saved(owner, daily, logo_file=file, logo_alt="An anchor")
    assert answer.context["adminform"].form.errors["logo_file"] == [
        "An SVG is a program, not a picture. Export it as PNG and give that one."
    ]
    daily.refresh_from_db()
    assert not daily.theme and not Picture.objects.exists()
