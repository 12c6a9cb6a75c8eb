"""The picture that stands for an issue's page where that is shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .value import Picture, named


@dataclass(frozen=True, slots=True)
class Shared:
    """`address` is absolute; `width` and `height` in pixels; `alt` says what it shows."""

    address: str
    width: int
    height: int
    alt: str


def shared_picture(pictures: Iterable[tuple[str, str]]) -> Shared | None:
    """The first large picture of (name, what it shows), in the order of the items.

    None: no item has one, and whatever stands for pages without pictures takes its place.
    """
    for name, alt in pictures:
        picture: Picture | None = named(name)
        if picture is not None and picture.large:
            return Shared(picture.address(), picture.width, picture.height, alt)
    return None
