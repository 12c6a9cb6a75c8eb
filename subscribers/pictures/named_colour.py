"""The one colour of a PNG that its file names as transparent (PNG, third edition, 11.3.1.1: tRNS).

The file names it in its own depth, 1 to 16 bits, and Pillow compares it with pixels of 8.
"""

from __future__ import annotations

from PIL import Image

# Where the first chunk, which is always IHDR, holds the bits of a sample.
_DEPTH = 24


def put_right(image: Image.Image, octets: bytes) -> None:
    """Have Pillow find the pixels of that colour. `image` is a PNG just opened from `octets`."""
    named = image.info.get("transparency")
    depth = octets[_DEPTH]
    if isinstance(named, int):
        # Only the lowest bits count, as many as a sample has. Pillow heeds a depth of 1 itself, and
        # `in_8_bits` needs all of 16.
        if depth in (2, 4, 8):
            highest = 2**depth - 1
            image.info["transparency"] = (named & highest) * 255 // highest
    elif isinstance(named, tuple):
        # Of 16 bits Pillow keeps the upper half. Neighbours that only the lower half told apart
        # go with it: nobody sees the difference.
        image.info["transparency"] = tuple(
            part >> 8 if depth == 16 else part & 255 for part in named
        )


def in_8_bits(image: Image.Image) -> Image.Image:
    """A picture of 16-bit greys as L, or as LA where one of the greys is transparent."""
    wide = image.convert("I")
    grey = wide.point(lambda value: value / 256).convert("L")
    named = image.info.get("transparency")
    grey.info = {key: value for key, value in image.info.items() if key != "transparency"}
    if isinstance(named, int):
        # While all 16 bits are there: the neighbours of that grey are opaque.
        alpha = wide.point([0 if value == named else 255 for value in range(65536)], "L")
        grey.putalpha(alpha)
    return grey
