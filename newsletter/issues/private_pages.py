"""Addresses that the writer can open and readers cannot: documents and chats of an account, an
editor's view, a build for review, a way to a machine at home. From the services' documentation.

What a service shows to everybody has addresses of its own: `/pub`, `/share/`, `notion.site`.
"""

from __future__ import annotations

import enum
import re
from urllib.parse import urlsplit


class Private(enum.Enum):
    """Who may open an address, if not everybody."""

    SHARED = enum.auto()  # Those it was shared with, maybe everybody.
    ACCOUNT = enum.auto()  # Whoever is signed in with the writer's account.
    EDITORS = enum.auto()  # It is where the page is written.
    REVIEW = enum.auto()  # A copy that goes away.


# Host, and beginning of the path.
_TABLE: tuple[tuple[Private, str, str], ...] = (
    (
        Private.SHARED,
        r"(?:docs|sheets|slides)\.google\.com",
        r"""/(?:a/[^/]+/)?(?:document|spreadsheets|presentation|forms)/(?:u/\d+/)?d/(?!e/)[^/]+/
            (?:edit|copy|preview)?$""",
    ),
    (Private.SHARED, r"(?:www\.)?notion\.so", r"/\S*[0-9a-f]{32}|/[0-9a-f-]{36}"),
    (
        Private.SHARED,
        r"[\w-]+\.(?:feishu\.cn|larksuite\.com|larkoffice\.com)",
        r"/(?:docx?|wiki|sheets|base|file|minutes|slides|mindnotes)/",
    ),
    (Private.SHARED, r"[\w-]+(?:-my)?\.sharepoint\.com", r"/"),
    (Private.SHARED, r"(?:www\.)?figma\.com", r"/(?:file|design|proto|board)/"),
    (
        Private.SHARED,
        r"docs?\.(?:qq|weixin\.qq)\.com|(?:www\.)?kdocs\.cn|shimo\.im|alidocs\.dingtalk\.com",
        r"/(?:doc|sheet|slide|docs|i|p|office|team|folder)/",
    ),
    (
        Private.SHARED,
        r"paper\.dropbox\.com|(?:www\.)?overleaf\.com|(?:www\.)?evernote\.com|quip\.com",
        r"/(?:doc|project|shard|[A-Za-z0-9]{11,})",
    ),
    (
        Private.ACCOUNT,
        r"drive\.google\.com",
        r"/drive/(?:u/\d+/)?(?:my-drive|home|recent|shared-with-me)",
    ),
    (Private.ACCOUNT, r"(?:www\.)?dropbox\.com", r"/(?:home|work)\b"),
    (Private.ACCOUNT, r"(?:chat\.openai|chatgpt)\.com", r"/(?:c|g/[^/]+/c)/"),
    (Private.ACCOUNT, r"claude\.ai", r"/(?:chat|project)/"),
    (
        Private.ACCOUNT,
        r"gemini\.google\.com|aistudio\.google\.com",
        r"/(?:u/\d+/)?(?:app|prompts)/",
    ),
    (
        Private.ACCOUNT,
        r"(?:www\.)?(?:kimi\.(?:com|moonshot\.cn)|doubao\.com|yuanbao\.tencent\.com)",
        r"/chat/",
    ),
    (Private.ACCOUNT, r"chat\.deepseek\.com", r"/a/chat/"),
    (Private.ACCOUNT, r"[\w-]+\.slack\.com", r"/archives/"),
    (Private.ACCOUNT, r"discord\.com", r"/channels/"),
    (
        Private.ACCOUNT,
        r"(?:feedly|www\.inoreader|app\.raindrop|getpocket|readwise)\.(?:com|io)",
        r"/(?:i/|all_articles|article/|read/|my/|reader/)",
    ),
    (
        Private.EDITORS,
        r"[\w.-]+",
        r""".*/(?:wp-admin|ghost/\#|typo3|administrator|cgi-bin/(?:appmsg|home))\b
            | /[^?]*/(?:node|posts?|articles?|p|pages?)/[\w-]+/edit/?$ | /publish/post/\d+""",
    ),
    (Private.EDITORS, r"github\.com", r"/[^/]+/[^/]+/edit/"),
    (
        Private.REVIEW,
        r"""[\w-]+-git-[\w-]+\.vercel\.app | [\w-]+-[a-z0-9]{9}-[\w-]+\.vercel\.app
            | [\w-]+--[\w-]+\.netlify\.app | [0-9a-f]{8}\.[\w-]+\.pages\.dev
            | [\w-]+--\d+\.org\.readthedocs\.build""",
        r"",
    ),
    (
        Private.REVIEW,
        r"""[\w-]+\.(?:ngrok(?:-free)?\.(?:io|app|dev) | trycloudflare\.com | loca\.lt | serveo\.net
            | gitpod\.io | app\.github\.dev | githubpreview\.dev | csb\.app | ts\.net)""",
        r"",
    ),
    (
        Private.REVIEW,
        r"(?:dev|test|testing|preview|beta-?staging|stage|qa|sandbox|draft)\d?\.(?:[\w-]+\.)+[a-z]+",
        r"/(?:drafts?|preview|wp-content)\b",
    ),
)
_FOUND = [
    (
        who,
        re.compile(host, re.IGNORECASE | re.VERBOSE),
        re.compile(path, re.IGNORECASE | re.VERBOSE),
    )
    for who, host, path in _TABLE
]


def who_opens(url: str) -> Private | None:
    """Who can open an address, if not everybody; None where nothing says so."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), parts.path or "/"
    if parts.fragment and path.endswith("/ghost/"):
        path = f"{path}#"
    for who, of_host, of_path in _FOUND:
        if of_host.fullmatch(host) and of_path.match(path):
            return who
    return None
