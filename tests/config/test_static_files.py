"""Static files by a digest of their octets."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_names_its_style_sheet_by_its_digest_and_it_may_be_kept_for_good(
    client: Client,
) -> None:
    page = client.get("/").content.decode()
    address = re.search(r'href="(/static/newsletter/site\.[0-9a-f]{12}\.css)"', page)
    assert address is not None
    response = client.get(address[1])
    assert response.content == Path(finders.find("newsletter/site.css")).read_bytes()
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    packed = client.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == response.content


def test_a_digest_of_another_version_leads_to_the_file_but_not_for_good(client: Client) -> None:
    response = client.get("/static/newsletter/site.000000000000.css")
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "name",
    ["newsletter/no.0123456789ab.css", "../settings.0123456789ab.py", "newsletter/site.zz.css",
     "newsletter/..%2f..%2fconfig/settings.0123456789ab.py", "newsletter.0123456789ab.css"],
)  # fmt: skip
def test_nothing_else_is_served(client: Client, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_every_static_address_of_the_admin_s_theme_is_answered(client: Client) -> None:
    for name in ("unfold/css/styles.css", "newsletter/admin.js", "newsletter/icon-512.png"):
        address = static(name)
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), name
        assert client.get(address).status_code == 200, name


def test_the_plain_name_still_works(client: Client) -> None:
    response = client.get("/static/newsletter/site.css")
    assert response.status_code == 200
    response.close()
