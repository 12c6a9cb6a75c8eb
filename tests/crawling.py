"""Visits every page of a site like somebody who clicks on every link.

`Visitor` follows links and says of each page what is wrong with it: an error in the console, what
the page's policy refused, a request that failed, something wider than the window, what axe finds,
words that have a translation and are not in it. It presses no button, so nothing changes.
"""

from __future__ import annotations

import gettext
import re
import time
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import Resolver404, resolve

from .conftest import ROOT

# Chromium's own line for a page that is not there; the status is looked at itself.
_OF_STATUS = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
# Neither pages nor files that stay: what leads out, or ends the visit.
_LEAVES = ("logout", "/i18n/", "mailto:")
_CATALOGUE = ROOT / "newsletter/locale/zh_Hans/LC_MESSAGES/django.mo"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What axe finds in templates of Django's and Unfold's own: the choice of a user in a row of roles,
# and a link in a sentence about passwords.
_OTHERS = [("select-name", "roles-"), ("link-in-text-block", "/password/")]
# Texts of elements that speak the language of the page, without what people wrote.
_TEXTS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    const text = walk.currentNode.data.replace(/\\s+/g, " ").trim();
    const others = "code, pre, bdi, script, style, textarea, .mailbox-headers, [class*=symbols]";
    if (!text || parent.closest(others)) continue;
    const language = parent.closest("[lang]");
    if (language && language.lang.toLowerCase().startsWith("zh")) found.push(text);
  }
  return found;
}"""


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks, and how: `language` is a code of ours, `scheme` light or dark, `width` in px."""

    role: str
    language: str
    scheme: str
    width: int


@dataclass
class Visitor:
    """One browser window that goes from page to page of `base` (no stroke at its end).

    `a_shape` is how many addresses are visited that the same view answers with the same names in
    the query.
    """

    browser: Any
    base: str
    sight: Sight
    a_shape: int = 1
    visited: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        chinese = self.sight.language.startswith("zh")
        self.context = self.browser.new_context(
            viewport={"width": self.sight.width, "height": 800},
            color_scheme=self.sight.scheme,
            locale="zh-CN" if chinese else "en-GB",
        )
        language = self.sight.language.lower()
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.base}])
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._say(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)
        self._here = ""
        self._english = untranslated() if chinese else frozenset()

    def _say(self, what: str) -> None:
        self.wrong.append(f"{self.sight} {self._here}: {what}")

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not _OF_STATUS.match(message.text):
            self._say(f"console: {message.text}")

    def _failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # A page left, or a file to keep.
            self._say(f"failed: {request.url}")

    def _response(self, response: Any) -> None:
        if not response.url.startswith((self.base, "data:", "blob:")):
            self._say(f"another host: {response.url}")
        elif response.status >= 400:
            self._say(f"{response.status} of {response.url}")

    def sign_in(self, name: str, password: str) -> None:
        """Through the login page of the admin."""
        self.page.goto(f"{self.base}/admin/login/")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", password)
        with self.page.expect_navigation():
            self.page.press("input[name=password]", "Enter")

    def walk(self, starts: Iterable[str], within: str = "", seconds: float = 600.0) -> None:
        """Visit what can be reached from these addresses, `within` a first part if given."""
        until = time.monotonic() + seconds
        todo, seen, shapes = list(starts), set[str](), dict[str, int]()
        while todo and time.monotonic() < until:
            address = todo.pop(0)
            kind = shape(address)
            if address in seen or shapes.get(kind, 0) >= self.a_shape:
                continue
            seen.add(address)
            shapes[kind] = shapes.get(kind, 0) + 1
            todo += [one for one in self._visit(address) if one.startswith(within or "/")]

    def _visit(self, address: str) -> list[str]:
        from playwright.sync_api import Error

        self._here = address
        try:
            response = self.page.goto(self.base + address, wait_until="load", timeout=30_000)
        except Error as error:
            if "Download" not in str(error):
                self._say(str(error).splitlines()[0])
            return []
        self.visited.append(address)
        kind = response.headers.get("content-type", "") if response else ""
        if "html" not in kind:
            return []
        self._look()
        hrefs = self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        links = (urllib.parse.urlsplit(one) for one in hrefs if one.startswith(self.base + "/"))
        found = (one.path + (f"?{one.query}" if one.query else "") for one in links)
        return [one for one in found if not any(word in one for word in _LEAVES)]

    def _look(self) -> None:
        from axe_playwright_python.sync_playwright import Axe

        over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            self._say(f"{over} px too wide")
        # Where landmarks and headings stand in the admin is Unfold's; what WCAG asks is ours.
        options = {"runOnly": _WCAG} if self._here.startswith("/admin/") else None
        for rule in Axe().run(self.page, options=options).response["violations"]:
            for node in rule["nodes"]:
                if not any(rule["id"] == one and part in node["html"] for one, part in _OTHERS):
                    self._say(f"axe: {rule['id']} {node['html'][:160]}")
        for text in set(self.page.evaluate(_TEXTS)) & self._english:
            self._say(f"not translated: {text}")

    def close(self) -> None:
        """Close the window."""
        self.context.close()


def shape(address: str) -> str:
    """The view that answers an address, and the names of its query."""
    path, _mark, query = address.partition("?")
    names = sorted({name for name, _value in urllib.parse.parse_qsl(query) if name != "lang"})
    try:
        route = resolve(path).route
    except Resolver404:  # The mailbox of a trial, whose pages these settings do not have.
        route = re.sub(r"\d+", "N", path)
    return f"{route}?{'&'.join(names)}"


def untranslated() -> frozenset[str]:
    """The English of every message that the Chinese catalogue says otherwise."""
    with _CATALOGUE.open("rb") as file:
        catalogue: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return frozenset(
        english.partition("\x04")[2] or english
        for english, chinese in catalogue.items()
        if isinstance(english, str) and english and chinese not in ("", english)
    )
