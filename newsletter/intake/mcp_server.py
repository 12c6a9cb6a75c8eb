"""The tools an assistant is given (Model Context Protocol), over the same functions as HTTP.

Each call asks for the token anew, so revoking it ends a running session, and each answers with
plain values. A refusal is a tool error whose text is the problem document: the model reads it, and
can mend the document at the lines that are named.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from django.db import close_old_connections
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import ConfigDict, Field

from newsletter import conf, importing
from newsletter.models import Issue
from subscribers import times
from subscribers.roles import Act

from . import previewing, proposing, reading, releasing, story_memory, tokens
from .answering import refusal_of
from .one_issue import whole_issue
from .problems import Refusal, as_text
from .putting import Outcome, Way, Wish, put
from .released import is_released
from .schemas import PutOptions, State
from .tokens import Bearer

P = ParamSpec("P")
T = TypeVar("T")

INSTRUCTIONS = (
    "Sudi publishes a digest: an issue has items, each item one category, and every reader gets"
    " only the categories they chose. Check a document before you put it; answer its questions with"
    " the options they name. A draft is changed by putting the whole document again. Only"
    " propose_release may make an issue go out, and only if the token has that right; otherwise it"
    " asks a person."
)


def server(secret: str) -> MCPServer[Any]:
    """The server of one token's publication. The token is looked up again at every call."""
    tools = Tools(secret)
    made = (
        tools.list_issues, tools.list_categories, tools.read_issue, tools.check, tools.put_draft,
        tools.preview_edition, tools.plan, tools.story_memory, tools.propose_release,
    )  # fmt: skip
    return MCPServer(
        "sudi", instructions=INSTRUCTIONS, log_level="WARNING", tools=[_tool(one) for one in made]
    )


def _tool(function: Callable[..., str]) -> Tool:
    """A tool that refuses parameters it has not: left unread, a slip of the pen would be silent."""
    said = inspect.getdoc(function)
    made = Tool.from_function(function, description=said, structured_output=False)
    taken = made.fn_metadata.arg_model
    strict = ConfigDict(**{**taken.model_config, "extra": "forbid"})
    made.fn_metadata.arg_model = type(taken.__name__, (taken,), {"model_config": strict})
    made.parameters = {**made.parameters, "additionalProperties": False}
    return made


def _answered(call: Callable[P, T]) -> Callable[P, str]:
    """A tool in a thread of its own: its database connection is let go, its refusals are said."""

    @wraps(call)
    def answer(*args: P.args, **kwargs: P.kwargs) -> str:
        with _connection():
            try:
                found = call(*args, **kwargs)
            except Exception as error:
                # Of what is not foreseen the library would say nothing but that it failed.
                refusal = refusal_of(error)
                page = conf.absolute(reverse("v1-docs"))
                raise ToolError(as_text(refusal.document(page))) from None
        return found if isinstance(found, str) else as_text({"answer": found})

    answer.__annotations__["return"] = str
    return answer


@contextmanager
def _connection() -> Any:
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def _said(option: str) -> Any:
    """What a parameter is, in the words of the interface."""
    return Field(description=PutOptions.model_fields[option].description)


def _takes_document(name: str, said: str, *, dry_run: bool) -> Callable[..., str]:
    """A tool that takes a document and the answers to what it leaves open."""

    def tool(
        self: Tools,
        document: str,
        create_categories: Annotated[bool, _said("create_categories")] = False,
        date: Annotated[str, _said("date")] = "",
        title: Annotated[str, _said("title")] = "",
        edition: Annotated[str, _said("edition")] = "",
        lines: Annotated[list[str] | None, _said("lines")] = None,
        map: Annotated[list[str] | None, _said("map")] = None,
        confirm: Annotated[list[str] | None, _said("confirm")] = None,
        take: Annotated[list[str] | None, _said("take")] = None,
        span: Annotated[Literal["", "last"], _said("span")] = "",
    ) -> Any:
        options = _Options(create_categories, date, title, edition, lines, map, confirm, take, span)
        return self.hand_in(document, options, dry_run=dry_run)

    tool.__name__, tool.__doc__ = name, said
    return _answered(tool)


class Tools:
    """One method a tool; its docstring and parameters are what the assistant is told."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def _bearer(self, act: Act) -> Bearer:
        bearer = tokens.find(self._secret)
        if bearer is None or not bearer.may(Act.SEE):
            raise Refusal("no-token", pgettext("problem", "The token does not hold any more."))
        if not bearer.may(act):
            raise Refusal("forbidden", bearer.refusal(act))
        return bearer

    def _turn(self, act: Act) -> Bearer:
        bearer = self._bearer(act)
        if not tokens.take_turn(bearer):
            raise Refusal("too-many", pgettext("problem", "Wait a few seconds."))
        return bearer

    @staticmethod
    def _issue(bearer: Bearer, slug: str) -> Issue:
        found = reading.issues_of(bearer.publication).filter(slug=slug).first()
        if found is None:
            raise Refusal("not-found", pgettext("problem", "The publication has no such issue."))
        found.publication = bearer.publication
        return found

    @_answered
    def list_issues(
        self, state: State | Literal[""] = "", limit: int = 30, before: str = ""
    ) -> Any:
        """Issues, the newest day first. `before` is the `next` of the page before."""
        bearer = self._bearer(Act.SEE)
        try:
            cursor = reading.read_cursor(before) if before else None
        except ValueError:
            raise Refusal(
                "invalid", pgettext("problem", "`before` is the `next` of a page.")
            ) from None
        found, following = reading.issue_page(
            bearer.publication,
            state=state,
            before=cursor,
            limit=max(1, min(limit, reading.MOST_ISSUES)),
        )
        rows = [reading.headline(one, bearer.publication) for one in found]
        return {"issues": rows, "next": following}

    @_answered
    def list_categories(self) -> Any:
        """The categories an item may be filed under; a document names one for each item."""
        return reading.categories(self._bearer(Act.SEE).publication)

    @_answered
    def read_issue(self, issue: str) -> Any:
        """One issue with its items and links. `issue` is its address name, usually its date."""
        bearer = self._bearer(Act.SEE)
        found = whole_issue(bearer.publication_id, bearer.slug, issue)
        if found is None:
            raise Refusal("not-found", pgettext("problem", "The publication has no such issue."))
        return found

    check = _takes_document(
        "check",
        """What putting this document would do, with every problem at its line. Nothing is stored.
        It is Markdown, or JSON as read_issue gives it. The other parameters answer what a document
        leaves open, as its questions say.""",
        dry_run=True,
    )
    put_draft = _takes_document(
        "put_draft",
        """Make a draft of this document, Markdown or JSON, or bring the draft of its day up to
        date. What a person changed stays; `conflicts` say what both changed. Nothing is sent.""",
        dry_run=False,
    )

    def hand_in(self, document: str, options: _Options, *, dry_run: bool) -> Any:
        """Check a document, or make it a draft. Raises Refusal."""
        bearer = self._turn(Act.EDIT)
        done = put(
            bearer.publication,
            document.encode("utf-8", "surrogatepass"),
            options.wish(),
            by=bearer.user,
            way=Way.MCP,
            dry_run=dry_run,
        )
        if done.stored:
            return done.as_json()
        released = done.report.released
        if done.outcome is Outcome.RELEASED and released is not None:
            raise is_released(released)
        said = done.as_json()
        raise Refusal(
            "refused",
            pgettext("problem", "Nothing was stored."),
            problems=said["problems"],
            questions=said["questions"],
        )

    @_answered
    def preview_edition(
        self, issue: str, categories: list[str] | None = None,
        form: Literal["text", "html"] = "text",
    ) -> Any:  # fmt: skip
        """The mail that readers of these categories (address names; none means all) would get."""
        bearer = self._turn(Act.SEE)
        return previewing.preview(self._issue(bearer, issue), categories or [], form)

    @_answered
    def plan(self, issue: str) -> Any:
        """Who would get what, what forbids a release, what to look at, and `seen`, which stands for
        exactly this text and these warnings."""
        bearer = self._turn(Act.SEE)
        found = self._issue(bearer, issue)
        look = releasing.look(found)
        return {**reading.plan_json(found, look.plan), "seen": look.seen}

    @_answered
    def story_memory(self, stories: list[dict[str, Any]], issue: str = "", date: str = "") -> Any:
        """Which of these stories were told already, where and when. Each is
        `{"title": "…", "urls": ["https://…"]}`, with either or both. `issue` is the draft they
        stand in, if there is one; `date` the day of the issue to come (today, if left out).

        `sure` means the same story, otherwise it is perhaps the same. Leave out what only says it
        again. A follow-up goes on with the story and says what is new: put it in, and a person
        marks it at preflight; it then says "Update", links back to the earlier item, and reaches
        also those who had that one, where others are spared what they had."""
        bearer = self._turn(Act.SEE)
        draft = self._issue(bearer, issue) if issue else None
        day = _day(date) or (draft.date if draft else times.day(timezone.now(), bearer.publication))
        return story_memory.remember(bearer.publication, stories, day=day, draft=draft)

    @_answered
    def propose_release(self, issue: str, seen: str) -> Any:
        """Propose that the issue be released. `seen` comes from `plan`. With a token that may send
        it is scheduled, after the time in which a person can undo it. Otherwise nothing is sent
        until a person does it: `told` says how many people chose to be told of proposals."""
        bearer = self._turn(Act.EDIT)
        found = self._issue(bearer, issue)
        if bearer.may(Act.SEND):
            released = releasing.release(
                found, by=bearer.user, seen=seen, channels=Issue.Channels.ALL, at=None
            )
            released.refresh_from_db()
            return {"released": True, **reading.headline(released, bearer.publication)}
        releasing.check_open(found)
        look = releasing.look(found)
        releasing.check_seen(look, seen)
        new = proposing.propose(found, look, bearer.user)
        return {
            "released": False,
            "new": new,
            "told": proposing.told(bearer.publication),
            **reading.headline(found, bearer.publication),
        }


@dataclass(frozen=True, slots=True)
class _Options:
    """The answers of an assistant, as the importing room takes them."""

    create_categories: bool
    date: str
    title: str
    edition: str
    lines: list[str] | None
    maps: list[str] | None
    confirm: list[str] | None
    take: list[str] | None
    span: Literal["", "last"]

    def wish(self) -> Wish:
        """How the document is to be read. Raises Refusal for what is written as no answer."""
        try:
            return Wish(
                create_categories=self.create_categories,
                title=self.title[:300],
                date=_day(self.date),
                answers=importing.read_answers(
                    lines=self.lines or [],
                    maps=self.maps or [],
                    confirm=self.confirm or [],
                    take=self.take or [],
                    span=self.span,
                ),
                edition=self.edition,
            )
        except importing.BadAnswer as error:
            raise Refusal("invalid", str(error)) from None


def _day(text: str) -> dt.date | None:
    """A date as an assistant writes it, None for none. Raises Refusal."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal("invalid", pgettext("problem", "Write the date like 2025-10-10.")) from None
