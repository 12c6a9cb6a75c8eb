"""What is taken for a picture, and what is made of it."""

from __future__ import annotations

import io
import stat
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageCms

from newsletter.config import written
from subscribers import pictures
from subscribers.models import Picture as Row

from .drawn import octets

pytestmark = pytest.mark.django_db


def copy(picture: pictures.Picture, ending: str = "") -> Image.Image:
    name = picture.file(picture.width, ending or picture.ending)
    with pictures.storage().open(name) as file:
        image = Image.open(file)
        image.load()
    return image


def test_a_photograph_is_kept_in_three_widths_and_two_formats(folder: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned to the right: it is shown upright.
    exif[0x010E] = "secret place"
    given = octets(Image.new("RGB", (3000, 4000), "#2266aa"), "JPEG", exif=exif, quality=90)
    picture = pictures.keep(given)
    assert (picture.width, picture.height, picture.ending) == (1600, 1200, "jpg")
    assert picture.widths == (480, 960, 1600)
    red, green, blue = bytes.fromhex(picture.colour[1:])
    assert abs(red - 0x22) < 4 and abs(green - 0x66) < 4 and abs(blue - 0xAA) < 4
    assert sorted(one.name for one in folder.iterdir()) == sorted(picture.files())
    for file in folder.iterdir():
        assert b"secret" not in file.read_bytes()
        with Image.open(file) as image:
            assert not image.getexif()
    assert pictures.named(picture.name) == picture
    assert pictures.at_address(picture.address(480)) == picture
    # The same octets again are the same picture.
    assert pictures.keep(given) == picture
    assert Row.objects.count() == 1


@pytest.mark.parametrize("shared", [False, True])
def test_they_are_for_this_user_alone_also_where_machines_share_them(
    folder: Path, tmp_path: Path, settings: Any, shared: bool
) -> None:
    if shared:
        folder = tmp_path / "mounted" / "pictures"
        settings.STORAGES = {
            **settings.STORAGES, "pictures": written.storage("PICTURE_STORAGE", str(folder)),
        }  # fmt: skip
    picture = pictures.keep(octets(Image.new("RGB", (30, 20), "#2266aa"), "PNG"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    answer = Client().get(picture.address())
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("made", "form", "expected"),
    [
        (Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("I;16", (40, 30), 0x8080), "PNG", (128, 128, 128)),
        (Image.new("RGB", (40, 30), (200, 60, 20)), "AVIF", (200, 60, 20)),
        (Image.new("L", (40, 30), 90), "PNG", (90, 90, 90)),
        (Image.new("1", (40, 30), 1), "GIF", (255, 255, 255)),
        (Image.new("P", (40, 30), 0), "GIF", (0, 0, 0)),
        (Image.new("RGBA", (40, 30), (10, 200, 30, 255)), "WEBP", (10, 200, 30)),
    ],
)
def test_every_kind_of_colour_comes_out_as_it_looked(
    made: Image.Image, form: str, expected: tuple[int, int, int]
) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    picture = pictures.keep(octets(made, form, **options))
    assert picture.ending == "jpg"
    shown = copy(picture).convert("RGB").getpixel((20, 15))
    assert isinstance(shown, tuple)
    assert all(abs(a - b) <= 3 for a, b in zip(shown, expected, strict=True)), shown


def _exchanged() -> bytes:
    """sRGB with red and green exchanged: who heeds it shows red as green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"----"), (b"gXYZ", b"rXYZ"), (b"----", b"gXYZ")):
        profile = profile.replace(old, new)
    return profile


@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA"])
def test_a_profile_is_heeded_in_a_palette_too(mode: str) -> None:
    given = Image.new("RGB", (40, 40), (255, 0, 0)).convert(mode)
    if mode == "RGBA":
        given.putpixel((0, 0), (255, 0, 0, 0))
    kept = copy(pictures.keep(octets(given, icc_profile=_exchanged()))).convert("RGB")
    red, green, blue = kept.getpixel((20, 20))  # type: ignore[misc]
    assert red < 6 and green > 250 and blue < 6


def test_it_is_turned_by_its_exif_and_by_no_other_word(folder: Path) -> None:
    """XMP may say it too; no browser turns a picture for it."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><tiff:Orientation>6</tiff:Orientation></x:xmpmeta>"
    picture = pictures.keep(octets(Image.new("RGB", (60, 40)), "JPEG", xmp=xmp))
    assert (picture.width, picture.height) == (60, 40)
    assert all(b"xmpmeta" not in file.read_bytes() for file in folder.iterdir())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ((1600, 2400), (1600, 2400)), ((3200, 4800), (1600, 2400)), ((1000, 3000), (800, 2400)),
        ((1080, 12_000), (720, 8000)), ((720, 9000), (720, 9000)), ((800, 24_000), (400, 12_000)),
        ((300, 4000), (300, 4000)), ((4000, 600), (1600, 240)),
    ],
)  # fmt: skip
def test_a_long_picture_is_kept_wide_enough_to_be_read(
    given: tuple[int, int], kept: tuple[int, int]
) -> None:
    picture = pictures.keep(octets(Image.new("RGB", given, "#eeeeee"), "JPEG"))
    assert (picture.width, picture.height) == kept
    assert pictures.named(picture.name) == picture
    assert {copy(picture, ending).size for ending in ("jpg", "webp")} == {kept}
    # Where a page is shared, nobody sees more than a piece of a long one.
    assert not (picture.large and kept[1] > 2 * kept[0])


def test_a_grey_of_16_bits_stays_one_where_another_grey_is_transparent() -> None:
    given = octets(Image.new("I;16", (40, 30), 0x8080), "PNG", transparency=0xFFFF)
    assert copy(pictures.keep(given)).convert("RGB").getpixel((20, 15)) == (128, 128, 128)


def test_what_is_transparent_stays_so_and_has_no_ground() -> None:
    image = Image.new("RGBA", (600, 40), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 300, 40))
    picture = pictures.keep(octets(image))
    assert (picture.ending, picture.colour, picture.widths) == ("png", "", (480, 600))
    for ending in ("png", "webp"):
        alpha = copy(picture, ending).convert("RGBA").getchannel("A")
        assert (alpha.getpixel((50, 20)), alpha.getpixel((550, 20))) == (255, 0)


def test_of_a_moving_picture_the_first_frame_is_taken() -> None:
    first, second = Image.new("RGB", (32, 32), "red"), Image.new("RGB", (32, 32), "blue")
    moving = octets(first, "GIF", save_all=True, append_images=[second], duration=100)
    shown = copy(pictures.keep(moving)).getpixel((16, 16))
    assert isinstance(shown, tuple)
    assert shown[0] > 240 and shown[2] < 16


def _bomb(side: int) -> bytes:
    """A PNG that says it is so many pixels wide and high; a few octets of data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
REFUSED: list[tuple[Any, str]] = [
    (lambda: _bomb(30_000), "The picture has more than 40 million pixels: make it smaller."),
    (lambda: _bomb(7_000), "The picture has more than 40 million pixels: make it smaller."),
    (lambda: bytes(20 * 2**20), "The picture has 20.0 MB. At most 10 MB are taken."),
    (lambda: b"GIF89a/*", "The picture is damaged: it cannot be read to its end."),
    (lambda: b"just a text", "This is no picture. JPEG, PNG, WebP, AVIF and GIF are taken."),
    (lambda: b"", "This is no picture. JPEG, PNG, WebP, AVIF and GIF are taken."),
    (lambda: SVG, "An SVG is a program, not a picture. Export it as PNG and give that one."),
    (
        lambda: octets(Image.new("RGB", (1, 1))),
        "The picture has only 1 × 1 pixels: nobody would see it.",
    ),
    (
        lambda: octets(Image.new("RGB", (900, 10))),
        "The picture is a line: one side is over 60 times the other.",
    ),
    (
        lambda: octets(Image.effect_noise((200, 200), 90), "PNG")[:9000],
        "The picture is damaged: it cannot be read to its end.",
    ),
    (
        lambda: octets(Image.effect_noise((200, 200), 90), "WEBP")[:900],
        "The picture is damaged: it cannot be read to its end.",
    ),
    (
        lambda: b"<?xml version='1.0'?><rss version='2.0'><svg/></rss>",
        "This is no picture. JPEG, PNG, WebP, AVIF and GIF are taken.",
    ),
    (
        lambda: b"<!-- Made by hand -- " + b"-" * 3000 + b" -->\n<svg:svg/>",
        "An SVG is a program, not a picture. Export it as PNG and give that one.",
    ),
    (
        lambda: b"<!DOCTYPE html><title>Not found</title><svg/>",
        "This is no picture. JPEG, PNG, WebP, AVIF and GIF are taken.",
    ),
    *(
        (
            given,
            f"This is a {kind} picture, which not every reader could see. Save it as JPEG or PNG "
            "and give that one.",
        )
        for kind, given in (
            ("HEIC", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(90)),
            ("TIFF", lambda: octets(Image.new("RGB", (40, 40)), "TIFF")),
            ("BMP", lambda: octets(Image.new("RGB", (40, 40)), "BMP")),
            ("JPEG 2000", lambda: octets(Image.new("RGB", (40, 40)), "JPEG2000")),
            ("JPEG XL", lambda: b"\xff\x0a\x7f\x07"),
        )
    ),
]


@pytest.mark.parametrize(("given", "why"), REFUSED)
def test_what_is_refused_says_why_and_nothing_is_stored(given: Any, why: str, folder: Path) -> None:
    with pytest.raises(pictures.NotAPicture) as refused:
        pictures.keep(given())
    assert str(refused.value) == why
    assert not folder.exists() and not Row.objects.exists()


def test_of_a_file_that_is_two_things_only_the_pixels_survive(folder: Path) -> None:
    polyglot = (
        octets(Image.new("RGB", (40, 40), "green"), "GIF") + b"<script>alert(1)</script>PK\x03\x04"
    )
    pictures.keep(polyglot)
    assert all(b"script" not in file.read_bytes() for file in folder.iterdir())


def test_a_copy_is_served_for_ever_without_a_query(
    client: Client, django_assert_num_queries: Any
) -> None:
    picture = pictures.keep(octets(Image.new("RGB", (700, 400), "orange"), "JPEG"))
    for ending, kind in (("webp", "image/webp"), ("jpg", "image/jpeg")):
        with django_assert_num_queries(0):
            answer = client.get(f"/p/{picture.file(480, ending)}")
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "Vary" not in answer and "Set-Cookie" not in answer
        assert Image.open(io.BytesIO(answer.content)).size == (480, 274)
    for path in (
        f"/p/{picture.stem}-481.jpg",
        "/p/../secrets/SECRET_KEY",
        f"/p/{'0' * 46}-480.jpg",
    ):
        assert client.get(path).status_code == 404
