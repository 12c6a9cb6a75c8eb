"""Visits every page of a site like somebody who clicks on every link.

`Visitor` follows links and says of each page what is wrong with it: an error in the console, what
the page's policy refused, a request that failed, something wider than the window, what axe finds,
words that have a translation and are not in it. Forms are handed in without what they require, so
that nothing changes and each shows how it refuses: errors summed up, focused, tied to their fields.
"""

from __future__ import annotations

import gettext
import re
import time
import urllib.parse
from collections.abc import Iterable, Mapping
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
# A full-width stop brings its own space; and Chinese dates are not put in English order.
_SPACED = re.compile(r".{0,20}[。！？] [^ ].{0,20}|\d+ [一二三四五六七八九十]+月 \d{4}")
# Which forms of a page require something that is typed or ticked.
_REQUIRED = ":is(input, textarea)[required]:not([type=hidden], [type=radio], :disabled)"
_REFUSING = """required => [...document.forms].map((form, number) => [form, number]).filter(
  ([form]) => form.method === "post" && [...form.querySelectorAll(required)].some(
    one => one.checkVisibility())
).map(([form, number]) => [number, form.getAttribute("action") || ""])"""
_EMPTIED = """async ([number, required]) => {
  const form = document.forms[number], kept = () => form.querySelector("[data-throw-away]");
  kept()?.click();  // What was typed here before is offered first, and nothing else is taken.
  for (let n = 0; n < 100 && kept(); n++) await new Promise(done => setTimeout(done, 50));
  for (const one of form.querySelectorAll(required)) { one.value = ""; one.checked = false; }
  form.noValidate = true;
  form.requestSubmit();
}"""
_REFUSED = """() => {
  const found = [], at = document.activeElement;
  const wrong = [...document.querySelectorAll("[aria-invalid=true]")];
  const summary = document.querySelector("[role=alert]");
  if (!summary) found.push("no summary of the errors");
  if (!summary?.contains(at) && !wrong.includes(at)) found.push(`focus on ${at.tagName}`);
  const named = wrong.flatMap(one => (one.getAttribute("aria-describedby") || "").split(" "));
  const led = [...summary?.querySelectorAll("a[href^='#']") || []].map(one => one.hash.slice(1));
  for (const id of [...named, ...led])
    if (id && !document.getElementById(decodeURI(id))) found.push(`nothing is #${id}`);
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
    the query. `told` are addresses whose page has another status than 200, and which.
    """

    browser: Any
    base: str
    sight: Sight
    a_shape: int = 1
    told: Mapping[str, int] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

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
        self._handed_in = set[tuple[str, str]]()
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
        elif response.status == 422 and response.request.method == "POST":
            pass  # How a form is refused.
        elif response.status == self.told.get(response.url.removeprefix(self.base)):
            pass
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
        """Visit these addresses, each of them, and what can be reached, `within` a first part."""
        until = time.monotonic() + seconds
        first = list(starts)
        todo, seen, shapes = list(first), set[str](), dict[str, int]()
        while todo and time.monotonic() < until:
            address = todo.pop(0)
            kind = shape(address)
            enough = shapes.get(kind, 0) >= self.a_shape and address not in first
            if address in seen or enough:
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
        links = [urllib.parse.urlsplit(one) for one in hrefs if one.startswith(self.base + "/")]
        self._refuse(address)
        found = [one.path + (f"?{one.query}" if one.query else "") for one in links]
        return [one for one in found if not any(word in one for word in _LEAVES)]

    def _refuse(self, address: str) -> None:
        """Hand in every form of the page that requires something, without it."""
        from playwright.sync_api import Error

        if address.partition("?")[0].endswith("/write/"):
            return  # Its script takes them: `admin.test_write_browser`.
        for number, action in self.page.evaluate(_REFUSING, _REQUIRED):
            kind = (shape(address), shape(action) if action else str(number))
            if kind in self._handed_in:
                continue
            self._handed_in.add(kind)
            try:
                with self.page.expect_navigation(timeout=30_000):
                    self.page.evaluate(_EMPTIED, [number, _REQUIRED])
                self._here = f"{address} (form {number} without what it requires)"
                self.refused.append(self._here)
                for what in self.page.evaluate(_REFUSED):
                    self._say(what)
                self._look()
            except Error as error:
                self._say(f"form {number}: {str(error).splitlines()[0]}")
            self._here = address
            try:
                self.page.goto(self.base + address, wait_until="load", timeout=30_000)
            except Error as error:
                self._say(f"after form {number}: {str(error).splitlines()[0]}")

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
        if self._english:
            for found in _SPACED.findall(self.page.evaluate("document.body.innerText")):
                self._say(f"a space that is not Chinese: {found}")

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
