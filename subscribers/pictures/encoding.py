"""Octets of anybody -> our own copies of a picture, or why not. Nothing of the file itself is kept:
whatever else hides in it (a place, a name, a script, a second file) does not survive.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
from dataclasses import dataclass

from django.utils.translation import pgettext
from PIL import Image, ImageCms, ImageOps

from . import named_colour
from .value import HIGHEST, WEBP, WIDEST, Picture, named, stem_of

MOST_OCTETS = 10 * 1024 * 1024
# A photograph of 40 million pixels takes 160 MB while it is read.
MOST_PIXELS = 40_000_000
_LEAST = 8  # Pixels on a side: what is smaller is there to count readers.
# Pixels: a picture is made no higher than the one, unless its words could then not be read. A page
# saved as one long picture stays as wide as the other.
_HIGH_ENOUGH, _READABLE = 2400, 720
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
# How files of those begin, AVIF apart: its beginning is that of HEIC and of films too.
_OURS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF.{4}WEBP|GIF8[79]a", re.DOTALL)
# Pictures that not every browser shows, by how their files begin: those who give one are told what
# it is (ISO 14496-12 `ftyp` with HEIF's brands; TIFF 6.0; ISO 18181-2; ISO 15444-1).
_OTHERS = {
    "HEIC": rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "BMP": rb"BM.{4}\0{4}",
    "JPEG XL": rb"\xff\x0a|\0{3}\x0cJXL \r\n\x87\n",
    "JPEG 2000": rb"\0{3}\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
    "Photoshop": rb"8BPS\0[\x01\x02]",
}
# What may stand before the first element of an XML file, and that element's name. Each part ends
# at its first own end: no text makes it try twice.
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:\s|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)*+"
    rb"<(?:\w+:)?svg\b",
    re.IGNORECASE,
)
_END_OF_JPEG = b"\xff\xd9"
_QUALITY = {"webp": 80, "jpg": 82}
# What Pillow raises for files that are cut, wrong or made to harm (its decoders, by format).
_DAMAGED = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    MemoryError, struct.error, Image.DecompressionBombError,
)  # fmt: skip


class NotAPicture(Exception):
    """Nothing was stored; the text tells a person why, and what to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture and its copies, by the names of `Picture.files`."""

    picture: Picture
    files: dict[str, bytes]


def make(octets: bytes) -> Made:
    """Check and re-encode. Of a moving picture the first frame is taken. Raises NotAPicture."""
    if len(octets) > MOST_OCTETS:
        raise NotAPicture(
            pgettext("picture", "The picture has %(size)s MB. At most %(most)s MB are taken.")
            % {"size": f"{len(octets) / 2**20:.1f}", "most": MOST_OCTETS // 2**20}
        )
    image = _read(octets)
    image.thumbnail(_largest(*image.size), Image.Resampling.LANCZOS)
    opaque = image.mode == "RGB"
    key = hashlib.blake2b(octets, digest_size=16).hexdigest()
    stem = stem_of(key, image.width, image.height, _colour(image))
    picture = named(f"{stem}.{'jpg' if opaque else 'png'}")
    assert picture is not None
    files: dict[str, bytes] = {}
    for width in picture.widths:
        size = (width, picture.height_at(width))
        copy = image if width == image.width else image.resize(size, Image.Resampling.LANCZOS)
        for ending in (WEBP, picture.ending):
            files[picture.file(width, ending)] = _written(copy, ending)
    return Made(picture, files)


def _largest(width: int, height: int) -> tuple[int, int]:
    """The box in which a picture of that size is kept."""
    scale = max(_HIGH_ENOUGH / height, min(_READABLE / width, HIGHEST / height))
    return WIDEST, max(1, round(height * min(1.0, scale)))


def _read(octets: bytes) -> Image.Image:
    """In 8-bit sRGB, upright, with or without an alpha channel. Raises NotAPicture."""
    try:
        image = Image.open(io.BytesIO(octets), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except _DAMAGED:
        raise NotAPicture(_what_it_is(octets[:16_384])) from None
    _check_size(image)
    try:
        loaded = _loaded(image, octets)
        # Without EXIF Pillow turns it as its XMP says, which no browser does (CSS Images 3, 7.5).
        loaded.info.pop("xmp", None)
        loaded.info.pop("XML:com.adobe.xmp", None)
        return _in_srgb(ImageOps.exif_transpose(loaded))
    except _DAMAGED:
        raise NotAPicture(_damaged()) from None


def _loaded(image: Image.Image, octets: bytes) -> Image.Image:
    """`image`, just opened from `octets`, with its pixels."""
    if image.format == "PNG":
        named_colour.put_right(image, octets)
    if image.format != "JPEG":
        image.load()
        return image
    try:
        return _drawn(image)
    except OSError:
        # Cameras that lost power and cut downloads leave the end mark out, which no browser minds
        # where the whole picture stands before it: then it is the same whatever stands behind.
        # What a download had reserved and never filled is no part of it.
        begun = octets.rstrip(b"\0") if octets.endswith(bytes(16)) else octets
        begun = begun.rstrip(b"\xff")
        first, second = (
            _drawn(Image.open(io.BytesIO(begun + behind + _END_OF_JPEG), formats=("JPEG",)))
            for behind in (b"", b"\x55" * 2048)
        )
        if first.tobytes() != second.tobytes():
            raise
        return first


def _drawn(image: Image.Image) -> Image.Image:
    """A JPEG, read at a half or less where that is enough: quicker."""
    largest = _largest(*image.size)
    image.draft(image.mode, (largest[0] * 2, largest[1] * 2))
    image.load()
    return image


def _what_it_is(start: bytes) -> str:
    """Why a file that begins so cannot be taken."""
    if _SVG.match(start):
        return pgettext(
            "picture", "An SVG is a program, not a picture. Export it as PNG and give that one."
        )
    if _OURS.match(start):
        return _damaged()
    for name, beginning in _OTHERS.items():
        if re.match(beginning, start, re.DOTALL):
            return pgettext(
                "picture",
                "This is a %(kind)s picture, which not every reader could see. Save it as JPEG "
                "or PNG and give that one.",
            ) % {"kind": name}
    return pgettext("picture", "This is no picture. JPEG, PNG, WebP, AVIF and GIF are taken.")


def _damaged() -> str:
    return pgettext("picture", "The picture is damaged: it cannot be read to its end.")


def _too_many_pixels() -> NotAPicture:
    return NotAPicture(
        pgettext("picture", "The picture has more than %(most)d million pixels: make it smaller.")
        % {"most": MOST_PIXELS // 1_000_000}
    )


def _check_size(image: Image.Image) -> None:
    """By what the file says of itself: nothing has been unpacked yet."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < _LEAST:
        raise NotAPicture(
            pgettext(
                "picture",
                "The picture has only %(width)d × %(height)d pixels: nobody would see it.",
            )
            % {"width": width, "height": height}
        )
    if max(width, height) > 60 * min(width, height):
        raise NotAPicture(
            pgettext("picture", "The picture is a line: one side is over 60 times the other.")
        )


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    alpha = None
    if image.mode.startswith("I"):
        # 16 bits a pixel: `convert` alone would cut at 255, and all were white.
        image = named_colour.in_8_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        if alpha.getextrema() == (255, 255):
            alpha = None
    if profile:
        # A profile is for colours, not for the places in a palette.
        coloured = alpha is not None or image.mode in ("P", "PA")
        image = _by_profile(image.convert("RGB") if coloured else image, profile)
    image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    image.info = {}
    return image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Its colours as sRGB has them; as they are where the profile is not for such a picture."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(
            image, given, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, *_DAMAGED):
        return image
    return made if made is not None else image


def _colour(image: Image.Image) -> str:
    """#rrggbb of the largest of eight groups of its colours."""
    small = image.convert("RGB").resize((48, 48), Image.Resampling.BOX)
    few = small.quantize(8)
    groups = few.getcolors() or []
    _count, place = max(groups)
    assert isinstance(place, int)
    red, green, blue = (few.getpalette() or [])[place * 3 : place * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _written(image: Image.Image, ending: str) -> bytes:
    file = io.BytesIO()
    if ending == "webp":
        image.save(file, "WEBP", quality=_QUALITY["webp"], method=4)
    elif ending == "jpg":
        image.save(file, "JPEG", quality=_QUALITY["jpg"], optimize=True, progressive=True)
    else:
        image.save(file, "PNG", optimize=True)
    return file.getvalue()
