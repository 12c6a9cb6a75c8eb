"""Where script sends a picture that was chosen, dropped or pasted while an item is written."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from subscribers import pictures
from subscribers.roles import Act

from .frame import find_issue


@require_POST
def take(request: HttpRequest, pk: int) -> JsonResponse:
    """The picture's name and address in JSON, or 422 with the reason in words."""
    find_issue(request, pk, Act.EDIT)
    file = request.FILES.get("picture")
    if file is None:
        return JsonResponse({"error": pgettext("picture", "Choose a file.")}, status=422)
    try:
        picture = pictures.keep_upload(file)
    except pictures.NotAPicture as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    small = picture.path(picture.widths[0], picture.ending)
    return JsonResponse({"name": picture.name, "address": picture.address(), "small": small})
