"""Share cards: the picture that stands for an issue or an item where its address is shared.

    content   what stands on a card, from an issue's value; and the mark in its address
    fonts     which fonts this machine has, and whether a text can be drawn right with them
    drawing   a card's content as a PNG, in the publication's style and colours

1200 × 630 pixels is what previews of links show; 900 × 1200 is a sheet to post where the address
itself cannot be clicked, as in WeChat's moments. What a page names as its picture is decided in
`newsletter.archive.sharing`.
"""

from .content import Card, of_issue, of_item
from .drawing import SHAPES, png
from .fonts import can_draw

__all__ = ["SHAPES", "Card", "can_draw", "of_issue", "of_item", "png"]
