"""Files that browsers show and Pillow alone would refuse, or show otherwise."""

from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image

from subscribers import pictures

from .drawn import octets
from .test_taking import copy

pytestmark = pytest.mark.django_db

END = b"\xff\xd9"
NOISE = Image.effect_noise((200, 160), 60).convert("RGB")
DAMAGED = "The picture is damaged: it cannot be read to its end."


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_jpeg_without_its_end_mark_is_the_same_picture(how: dict[str, int]) -> None:
    whole = octets(NOISE, "JPEG", **how)
    assert whole.endswith(END)
    expected = copy(pictures.keep(whole)).tobytes()
    for given in (
        whole[:-2],
        whole[:-1],
        whole[:-2] + b"\r\n",
        whole[:-2] + bytes(4096),
    ):
        assert copy(pictures.keep(given)).tobytes() == expected


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("missing", [5, 40, 4000])
def test_a_jpeg_without_its_last_rows_is_damaged(how: dict[str, int], missing: int) -> None:
    with pytest.raises(pictures.NotAPicture, match=DAMAGED):
        pictures.keep(octets(NOISE, "JPEG", **how)[:-missing])


def test_a_jpeg_for_print_needs_no_end_mark_either() -> None:
    given = octets(Image.new("CMYK", (64, 48), (0, 255, 255, 0)), "JPEG")
    red, green, blue = copy(pictures.keep(given[:-2])).getpixel((30, 30))  # type: ignore[misc]
    assert red > 250 and green < 5 and blue < 5


def _png(depth: int, colours: int, row: bytes, transparent: bytes) -> bytes:
    """16 by 16 pixels, each row the same."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        mark = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + mark

    head = struct.pack(">IIBBBBB", 16, 16, depth, colours, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"tRNS", transparent),
            chunk(b"IDAT", zlib.compress((b"\0" + row) * 16)),
            chunk(b"IEND", b""),
        ]
    )


# Four stripes of greys in each depth, and how each grey looks in 8 bits.
GREYS = [
    (1, b"\x00\xff", (0, 0, 1, 1), (0, 0, 255, 255)),
    (2, bytes([0x00, 0x55, 0xAA, 0xFF]), (0, 1, 2, 3), (0, 85, 170, 255)),
    (4, bytes([0x00, 0x00, 0x55, 0x55, 0xAA, 0xAA, 0xFF, 0xFF]), (0, 5, 10, 15), (0, 85, 170, 255)),
    (8, bytes([0] * 4 + [7] * 4 + [8] * 4 + [200] * 4), (0, 7, 8, 200), (0, 7, 8, 200)),
    # The second and third differ in the lower half alone.
    (
        16, struct.pack(">16H", *[0] * 4, *[25600] * 4, *[25601] * 4, *[65535] * 4),
        (0, 25600, 25601, 65535), (0, 100, 100, 255),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("depth", "row", "named", "shown"), GREYS)
def test_the_grey_that_a_png_names_is_transparent_in_every_depth(
    depth: int, row: bytes, named: tuple[int, ...], shown: tuple[int, ...]
) -> None:
    for grey in sorted(set(named)):
        picture = pictures.keep(_png(depth, 0, row, struct.pack(">H", grey)))
        assert picture.ending == "png"
        image = copy(picture)
        found = [image.getpixel((x, 9)) for x in (1, 5, 9, 13)]
        assert found == [
            (tone, tone, tone, 0 if one == grey else 255)
            for one, tone in zip(named, shown, strict=True)
        ]


def test_a_grey_that_no_pixel_has_leaves_a_png_opaque() -> None:
    for depth, row, named, _shown in GREYS[1:]:
        absent = {2: None, 4: 6, 8: 199, 16: 40_000}[depth]
        if absent is not None:
            assert absent not in named
            assert pictures.keep(_png(depth, 0, row, struct.pack(">H", absent))).ending == "jpg"


@pytest.mark.parametrize("depth", [8, 16])
def test_the_colour_that_a_png_names_is_transparent(depth: int) -> None:
    scale = 257 if depth == 16 else 1
    code = ">24H" if depth == 16 else ">24B"
    half = [[0, 0, 0], [40, 1, 255]]
    row = b"".join(struct.pack(code, *[part * scale for part in one] * 8) for one in half)
    for place, colour in enumerate(half):
        named = struct.pack(">3H", *[part * scale for part in colour])
        image = copy(pictures.keep(_png(depth, 2, row, named)))
        found = [image.getpixel((x, 9)) for x in (3, 12)]
        assert found == [(*half[x], 0 if x == place else 255) for x in (0, 1)]
