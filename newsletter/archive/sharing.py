"""What stands for an issue or an item where it is shared: `picture` decides, alone.

Pages name it as `og:image` and in JSON-LD. Its address carries a mark of what is drawn, so no
cache has an old one; an older mark, in a share of before, leads to the picture as it is now.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from newsletter import conf, editions
from newsletter.editions import IssueView, ItemView, item_path, published
from newsletter.feeds.views import Missing, publication_or_missing
from subscribers.models import Publication
from subscribers.pictures.serving import POLICY
from subscribers.pictures.sharing import Shared, shared_picture

from . import cards, withdrawn

# Not for ever, though what has this address never changes: it may be withdrawn.
_DAY = 86400
# So long a card without words, until somebody installed a font.
_HOUR = 3600


def picture(publication: Publication, view: IssueView, item: ItemView | None = None) -> Shared:
    """The picture of an issue, or of one of its items, for previews of its address.

    One of its own if that is large enough, else a drawn card. `view` holds public items only.
    """
    shown = view.items if item is None else [item]
    own = shared_picture((one.picture, one.picture_alt) for one in shown)
    return own or _drawn(publication, view, item, "card")


def tall(publication: Publication, view: IssueView, item: ItemView | None = None) -> Shared:
    """The same as a sheet to post where an address cannot be followed."""
    return _drawn(publication, view, item, "tall")


def _drawn(publication: Publication, view: IssueView, item: ItemView | None, shape: str) -> Shared:
    card = _card(publication, view, item)
    size = cards.SHAPES[shape]
    path = _path(view, item, shape, card.mark)
    return Shared(f"{conf.base_url()}/{path}", size.width, size.height, card.title)


def _card(publication: Publication, view: IssueView, item: ItemView | None) -> cards.Card:
    if item is None:
        return cards.of_issue(publication, view)
    return cards.of_item(publication, view, item)


def _path(view: IssueView, item: ItemView | None, shape: str, mark: str) -> str:
    page = f"{view.publication}/{view.slug}/"
    if item is not None:
        page = item_path(view.publication, view.slug, item.anchor)
    return f"{page}{shape}-{mark}.png"


@require_safe
def card(
    request: HttpRequest, publication: str, issue: str, shape: str, mark: str, item: str = ""
) -> HttpResponse:
    """`/PUB/ISSUE/card-MARK.png`, `/PUB/ISSUE/ITEM/tall-MARK.png`: drawn once a change."""
    found = publication_or_missing(publication)
    taken_back = (
        withdrawn.of_item_address(found, issue, item)
        if item
        else withdrawn.of_address(found, issue)
    )
    if taken_back is not None:
        return withdrawn.gone(request, found, taken_back)
    row = published.issue(found, issue)
    if row is None:
        raise _missing()
    view = published.public_view(editions.load(row))
    chosen = next((one for one in view.items if one.anchor == item), None)
    if item and chosen is None:
        raise _missing()
    request.language_is_settled = True  # type: ignore[attr-defined]
    content = _card(found, view, chosen)
    if content.mark != mark:
        response: HttpResponse = HttpResponseRedirect(
            conf.mounted(f"/{_path(view, chosen, shape, content.mark)}")
        )
        patch_cache_control(response, public=True, max_age=60)
        return response
    response = HttpResponse(cards.png(content, cards.SHAPES[shape]), content_type="image/png")
    response["Content-Security-Policy"] = POLICY
    written = cards.can_draw(content.texts, content.language, serif=content.serif)
    patch_cache_control(response, public=True, max_age=_DAY if written else _HOUR)
    return response


def _missing() -> Missing:
    return Missing(pgettext("item", "There is nothing to show at this address."))
