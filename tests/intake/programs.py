"""A program that talks to the interface, in the test's own process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from newsletter.intake import tokens
from subscribers.models import Publication, Role

DIGEST = """# Harbour Daily - 2026-03-02

## A new ferry

> **Category:** Ships
> **Source:** [The Paper](https://example.org/ferry)

**Insight:** It is faster.

**Summary:**

- When: from May
- Who: everybody

## A bridge is closed

> **Category:** Roads
> **Source:** [The Paper](https://example.org/bridge)

**Insight:** For a week.

**Summary:**

- Where: by the mill
"""
NO_DATE = "# Nothing dated\n\n## A\n\n> **Category:** Ships\n\n**Insight:** x\n"


def member(publication: Publication, name: str, kind: str) -> Any:
    """A user with a role."""
    users = get_user_model().objects
    user = users.filter(username=name).first() or users.create_user(
        name, f"{name}@example.org", is_staff=True
    )
    Role.objects.get_or_create(user=user, publication=publication, kind=kind)
    return user


@dataclass
class Answer:
    """What came back."""

    status: int
    json: Any
    headers: Any


class Program:
    """One token and what is done with it."""

    def __init__(self, publication: Publication, *, name: str = "alice", role: str = "editor",
                 rights: str = "draft") -> None:  # fmt: skip
        self.user = member(publication, name, role)
        self.token, self.secret = tokens.make(self.user, publication, rights, by="test")
        self.base = f"/api/v1/publications/{publication.slug}"
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **headers: str) -> Answer:
        """GET below the publication."""
        return self._answer(self.client.get(self.base + path, headers=self._headers(headers)))

    def post(
        self,
        path: str,
        body: str | bytes | dict[str, Any] = b"",
        kind: str = "text/markdown; charset=utf-8",
        **headers: str,
    ) -> Answer:
        """POST below the publication; a dict is sent as JSON."""
        if isinstance(body, dict):
            body, kind = json.dumps(body), "application/json"
        return self._answer(
            # `post` would encode the octets once more, in the charset that is named.
            self.client.generic(
                "POST",
                self.base + path,
                body.encode() if isinstance(body, str) else body,
                kind,
                CONTENT_TYPE=kind,  # Also of an empty body.
                headers=self._headers(headers),
            )
        )

    def put(self, body: str | bytes = DIGEST, key: str = "", query: str = "") -> Answer:
        """Hand in a digest, making its categories."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.post(f"/issues/?create_categories=true{query}", body, **headers)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **more}

    @staticmethod
    def _answer(response: Any) -> Answer:
        kind = response.headers.get("Content-Type", "")
        return Answer(
            response.status_code,
            json.loads(response.content) if "json" in kind else response.content,
            response.headers,
        )
