"""The JSON interface: what there is to subscribe to, and subscribing.

Open to every origin, without cookies or credentials, so a form on another site may use it from a
script. The same guard stands before it as before the page, and the same answer follows whoever
the address belongs to.
"""

from __future__ import annotations

from typing import Any, Literal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from subscribers import guard, languages, network, rhythm, signup, wordings
from subscribers.choice import Choice, live
from subscribers.forms import check_domain, clean_address
from subscribers.guard import GuardVerdict
from subscribers.models import Publication
from subscribers.subscriptions import Wish

api = NinjaAPI(
    title="Sudi",
    version="1",
    description="Publications, their categories, and subscribing to them.",
    urls_namespace="api",
    # Its page would load scripts from another host; the schema itself is at openapi.json.
    docs_url=None,
)


class PublicationOut(Schema):
    """One publication."""

    slug: str
    name: str
    description: str
    language: str
    open: bool
    rhythms: list[str] = Field(description="every: each issue; weekly, monthly: a round-up.")


class CategoryOut(Schema):
    """One category a reader may choose."""

    slug: str
    name: str
    description: str


class SubscribeIn(Schema):
    """A request to subscribe. Without `categories` it means all of them, and those to come."""

    address: str = Field(max_length=1000)
    categories: list[str] | None = Field(default=None, max_length=60)
    new: bool = Field(default=True, description="Also categories that are added later.")
    tail_links: bool = Field(default=True, description="Also the links at the end of an issue.")
    rhythm: str = Field(
        default="every", max_length=20, description="every, or another of the publication's rhythms"
    )
    language: str = Field(
        default="",
        max_length=20,
        description="one of the languages the forms offer, such as zh-Hans",
    )
    proof: str = Field(default="", max_length=4000, description="A solved challenge (ALTCHA).")


class SubscribeOut(Schema):
    """The one answer."""

    status: Literal["look into the mailbox"] = "look into the mailbox"


class FieldProblem(Schema):
    """What is wrong, field by field."""

    field: str
    code: str
    message: str


class Problems(Schema):
    """Why a request was refused."""

    problems: list[FieldProblem]


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Exception) -> HttpResponse:
    assert isinstance(error, ValidationError)
    problems = [
        {"field": str(found["loc"][-1]), "code": found["type"], "message": found["msg"]}
        for found in error.errors
    ]
    return _open(api.create_response(request, {"problems": problems}, status=422))


@api.get("/publications/", response=list[PublicationOut], summary="Publications")
def publications(request: HttpRequest, lang: str = "") -> list[dict[str, Any]]:
    """Every publication that takes readers, by name. `lang` picks translated names."""
    return [
        {
            "slug": publication.slug,
            "name": (words := languages.words(publication, lang or publication.language)).name,
            "description": words.description,
            "language": publication.language,
            "open": publication.open,
            "rhythms": list(rhythm.served(publication)),
        }
        for publication in Publication.objects.filter(open=True).order_by("name")
    ]


@api.get("/publications/{slug}/categories/", response=list[CategoryOut], summary="Categories")
def categories(request: HttpRequest, slug: str, lang: str = "") -> list[dict[str, Any]]:
    """The categories of a publication that a reader may choose, in their order."""
    publication = get_object_or_404(Publication, slug=slug)
    return [
        {
            "slug": category.slug,
            "name": (words := languages.words(category, lang or publication.language)).name,
            "description": words.description,
        }
        for category in signup.offered(publication)
    ]


@api.get("/publications/{slug}/challenge/", summary="A challenge")
def challenge(request: HttpRequest, slug: str) -> HttpResponse:
    """A fresh ALTCHA challenge (version 2, SHA-256). Solved, it is the `proof` of a request."""
    publication = get_object_or_404(Publication, slug=slug)
    response = api.create_response(request, guard.challenge(publication), status=200)
    response.headers["Cache-Control"] = "no-store"
    return _open(response)


@api.post(
    "/publications/{slug}/subscribe",  # A redirect would lose the body.
    response={202: SubscribeOut, 422: Problems, 429: Problems},
    include_in_schema=False,
)
@api.post(
    "/publications/{slug}/subscribe/",
    response={202: SubscribeOut, 422: Problems, 429: Problems},
    summary="Subscribe",
)
def subscribe(request: HttpRequest, slug: str, wish: SubscribeIn) -> HttpResponse:
    """Ask for a publication. A mail with a button to confirm follows, if one may be sent.

    The answer is the same whether the address is new, known, unsubscribed or suppressed.
    """
    publication = get_object_or_404(Publication, slug=slug)
    if not publication.open:
        raise HttpError(410, "this publication takes no new readers")
    try:
        address = check_domain(clean_address(wish.address), publication)
    except forms.ValidationError as error:
        return _refuse(request, "address", str(error.code), str(error.messages[0]))
    if wish.rhythm not in rhythm.served(publication):
        return _refuse(request, "rhythm", "unserved", rhythm.refusal(publication))
    boxes = signup.offered(publication)
    choice = Choice.all()
    if wish.categories is not None:
        unknown = set(wish.categories) - {box.slug for box in boxes}
        if unknown or not wish.categories:
            return _refuse(request, "categories", "unknown", "choose among the open categories")
        choice = Choice.of(
            [box for box in boxes if box.slug in wish.categories],
            live=live(publication),
            new=wish.new,
            tail=wish.tail_links,
        )
    language = languages.known(wish.language) or languages.guess(request, publication)
    source = network.network(request)
    verdict = guard.judge(publication, source, proof=wish.proof, patient=False)
    if verdict is GuardVerdict.HOLD:
        return _refuse(request, "proof", "needed", "solve a challenge first", status=429)
    if verdict is GuardVerdict.BUSY:
        return _refuse(request, "", "busy", "too many sign-ups from this network", status=429)
    signup.ask(
        publication,
        address,
        Wish(choice, wish.rhythm, languages.stored(language)),
        form="api",
        network=source,
        wording=wordings.stored(
            publication, language, "subscribe", wordings.subscribe(publication, language)
        ),
    )
    return _open(api.create_response(request, {"status": SubscribeOut().status}, status=202))


@api.api_operation(
    ["OPTIONS"], "/publications/{slug}/subscribe/", include_in_schema=False, auth=None
)
def subscribe_preflight(request: HttpRequest, slug: str) -> HttpResponse:
    """A browser asks whether a page of another origin may post JSON here: yes, as anybody may."""
    response = HttpResponse(status=204)
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    return _open(response)


def _refuse(
    request: HttpRequest, field: str, code: str, message: str, *, status: int = 422
) -> HttpResponse:
    problems = [{"field": field, "code": code, "message": message}]
    return _open(api.create_response(request, {"problems": problems}, status=status))


def _open(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
