"""Sites where the general rules do not tell which page an address names.

A rule is a host, what its path must be, and the page as it is then called. `{0}` and so on are the
groups of the path, `{name}` a parameter of the query; a rule whose parameter is missing does not
hold. Nothing else of such an address counts. The first rule that holds decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

Query = Sequence[tuple[str, str]]


class _Rule(NamedTuple):
    host: re.Pattern[str]
    path: re.Pattern[str]
    page: str


def _rules(*rules: tuple[str, str, str]) -> list[_Rule]:
    return [_Rule(re.compile(host), re.compile(path), page) for host, path, page in rules]


_ARXIV = r"(?:arXiv:|arxiv:)?((?:[a-z\-]+(?:\.[A-Z]{2})?/\d{7})|\d{4}\.\d{4,5})(?:v\d+)?"
_DOI = r"(10\.\d{4,9}/[^?#]+?)"
# Its other front ends: those that give a picture in chats, and copies of one that anybody may run.
_X = (
    r"(?:(?:\w+\.)?(?:twitter|x|fxtwitter|vxtwitter|fixupx|fixvx|xcancel|twittpr)\.(?:com|net)"
    r"|nitter\.(?:[\w\-]+\.)?[a-z]+)"
)
_REDDIT = (
    r"(?:(?:(?:old|new|np|amp|i|sh|[a-z]{2})\.)?(?:reddit|rxddit|vxreddit)\.com"
    r"|(?:libreddit|redlib|teddit)\.(?:[\w\-]+\.)?[a-z]+)"
)
_YOUTUBE = (
    r"(?:(?:(?:music|gaming)\.)?youtube(?:-nocookie)?\.com|yewtu\.be|piped\.video"
    r"|(?:invidious|inv|piped)\.(?:[\w\-]+\.)?[a-z]+)"
)
# Copies of the same repositories, for who cannot reach the first.
_GITHUB = r"(?:kkgithub|bgithub|dgithub|hub\.fastgit|githubfast)"
_README = r"(?i:readme(?:[._\-][\w\-]+)?\.(?:md|rst|txt))"
_GIT_REF = r"(?:refs/(?:heads|tags)/)?"

_RULES = _rules(
    # ---- papers: all versions and forms are one
    (r"(?:export\.|cn\.|browse\.|ar5iv\.(?:labs\.)?)?arxiv\.org|ar5iv\.org|alphaxiv\.org",
     rf"/(?:abs|pdf|html|ps|format|e-print|src|overview)/{_ARXIV}(?:\.pdf)?", "arxiv:{0}"),
    (r"huggingface\.co|hf\.co|hf-mirror\.com|emergentmind\.com", rf"/papers/{_ARXIV}", "arxiv:{0}"),
    # Readers of papers name one so: papers.cool/arxiv/2401.01234.
    (r".+", rf"/(?:.*/)?arxiv[/:]{_ARXIV}", "arxiv:{0}"),
    (r"(?:dx\.)?doi\.org", rf"/(?i:10\.48550/arxiv\.){_ARXIV}", "arxiv:{0}"),
    (r"(?:www\.)?(?:biorxiv|medrxiv)\.org",
     r"/content/(?:biorxiv/early/[\d/]+/)?(10\.\d{4,9}/[\d.]+?)(?:v\d+)?(?:\.[a-z\-.]+)?",
     "doi:{0}"),
    (r"(?:dx\.)?doi\.org", rf"/{_DOI}", "doi:{0}"),
    (r"(?:.+\.)?nature\.com", r"/articles/([sd]\d{5}-\d{3}-[\w\-]+?)(?:\.pdf|_reference|/.*)?",
     "doi:10.1038/{0}"),
    (r"link\.springer\.com", rf"/(?:article|chapter|content/pdf|book)/{_DOI}(?:\.pdf)?",
     "doi:{0}"),
    (r".+", rf"/doi/(?:(?:abs|full|pdf|epdf|pdfdirect|epub|figure|reader|suppl)/)?{_DOI}",
     "doi:{0}"),
    (r"pubmed\.ncbi\.nlm\.nih\.gov", r"/(\d+)", "pubmed:{0}"),
    (r"ncbi\.nlm\.nih\.gov", r"/pubmed/(\d+)", "pubmed:{0}"),
    (r"(?:pmc\.)?ncbi\.nlm\.nih\.gov", r"/(?:pmc/)?articles/(PMC\d+)(?:/.*)?", "pmc:{0}"),
    (r"openreview\.net", r"/(?:forum|pdf|attachment)", "openreview.net/forum?id={id}"),
    # ---- code
    (r"github\.com", r"/([^/]+/[^/]+?)(?:\.git)?", "github.com/{0}"),
    (r"github\.com", r"/([^/]+/[^/]+)/tree/(?:main|master|HEAD)", "github.com/{0}"),
    (r"github\.com", rf"/([^/]+/[^/]+)/(?:blob|blame)/(?:main|master|HEAD)/{_README}",
     "github.com/{0}"),
    (r"github\.com", rf"/([^/]+/[^/]+)/(?:blob|raw|blame|tree|edit)/{_GIT_REF}(.+)",
     "github.com/{0}/blob/{1}"),
    (r"raw\.githubusercontent\.com", rf"/([^/]+/[^/]+)/(?:main|master|HEAD)/{_README}",
     "github.com/{0}"),
    (r"raw\.githubusercontent\.com", rf"/([^/]+/[^/]+)/{_GIT_REF}(.+)", "github.com/{0}/blob/{1}"),
    (r"github\.com", r"/([^/]+/[^/]+)/releases/download/([^/]+)/.+", "github.com/{0}/releases/{1}"),
    (r"github\.com", r"/([^/]+/[^/]+)/releases/(?:tag/|expanded_assets/)?(.+)",
     "github.com/{0}/releases/{1}"),
    (r"github\.com", r"/([^/]+/[^/]+)/(pull|issues|discussions)/(\d+)(?:/.*)?",
     "github.com/{0}/{1}/{2}"),
    (r"gist\.github\.com", r"/(?:[^/]+/)?([0-9a-f]{20,40})(?:/.*)?", "gist.github.com/{0}"),
    (r"gitlab\.[a-z.]+", r"/(.+?)(?:/-)?/(merge_requests|issues|work_items)/(\d+)(?:/.*)?",
     "gitlab/{0}/{1}/{2}"),
    (r"(?:huggingface|hf)\.co|hf-mirror\.com",
     r"/((?:datasets/|spaces/)?[^/]+/[^/]+?)(?:/tree/main|/(?:blob|resolve|raw)/main/README\.md)?",
     "huggingface.co/{0}"),
    # ---- talk
    (_REDDIT, r"/(?:(?:r|user|u)/[^/]+/)?comments/([a-z0-9]+)/[^/]*/([a-z0-9]{5,})",
     "reddit.com/comments/{0}/{1}"),
    (_REDDIT, r"/(?:(?:r|user|u)/[^/]+/)?comments/([a-z0-9]+)(?:/.*)?", "reddit.com/comments/{0}"),
    (r"redd\.it", r"/([a-z0-9]+)", "reddit.com/comments/{0}"),
    (_X, r"/(?:i/web|i|[^/]+)/status(?:es)?/(\d+)(?:/.*)?", "x.com/status/{0}"),
    (_X, r"/(?!(?:search|explore|home|i|hashtag|settings)(?:/|\Z))(\w{1,15})", "x.com/{0}"),
    (r"threadreaderapp\.com", r"/thread/(\d+)(?:\.html)?", "x.com/status/{0}"),
    (r"news\.ycombinator\.com", r"/item", "news.ycombinator.com/item?id={id}"),
    (r"lobste\.rs", r"/s/([a-z0-9]+)(?:/.*)?", "lobste.rs/s/{0}"),
    (r"(?:[a-z]+\.)?(?:stackoverflow|stackexchange|serverfault|superuser|askubuntu)\.com",
     r"/(?:q|questions)/(\d+)(?:/.*)?", "{host}/questions/{0}"),
    (r"(?:t|telegram)\.me", r"/(?:s/)?([A-Za-z]\w+)/(\d+)", "t.me/{0}/{1}"),
    (r"medium\.com|[\w\-]+\.medium\.com|scribe\.rip|freedium\.cfd|readmedium\.com",
     r"/(?:.*[/\-])?([0-9a-f]{10,12})", "medium.com/p/{0}"),
    (r"threads\.(?:net|com)", r"/(?:@[\w.]+/)?(?:post|t)/([\w\-]+)(?:/.*)?", "threads.net/{0}"),
    (r"(?:bsky|fxbsky|vxbsky|bskx|bskyx|bsyy)\.app", r"/profile/([^/]+)/post/(\w+)",
     "bsky.app/{0}/{1}"),
    (r"linkedin\.com", r"/posts/.*-(?:activity|ugcPost|share)-(\d{15,})(?:-[\w\-]+)?",
     "linkedin.com/{0}"),
    (r"linkedin\.com",
     r"/(?:embed/)?feed/update/urn(?::|%3[aA])li(?::|%3[aA])\w+(?::|%3[aA])(\d{15,})",
     "linkedin.com/{0}"),
    (r"(?:dd)?instagram\.com", r"/(?:[\w.]+/)?(?:p|reels?|tv)/([\w\-]+)(?:/embed)?",
     "instagram.com/{0}"),
    (r"open\.substack\.com", r"/pub/([\w\-]+)/p/([\w\-]+)", "{0}.substack.com/p/{1}"),
    (r"[\w\-]+\.substack\.com", r"/p/([\w\-]+)(?:/comments)?", "{host}/p/{0}"),
    # Mastodon and what speaks like it: a long number is the post.
    (r".+", r"/(?:web/)?@([\w.\-]+)/(\d{15,})(?:/.*)?", "{host}/@{0}/{1}"),
    (r".+", r"/users/([\w.\-]+)/statuses/(\d{15,})(?:/.*)?", "{host}/@{0}/{1}"),
    # ---- films and sound
    (r"youtu\.be|yt\.be|yewtu\.be", r"/([\w\-]{11})", "youtube.com/watch?v={0}"),
    (_YOUTUBE, r"/(?:embed|shorts|live|v|e)/([\w\-]{11})(?:/.*)?", "youtube.com/watch?v={0}"),
    (_YOUTUBE, r"/watch(?:_popup)?", "youtube.com/watch?v={v}"),
    (r"(?:player\.)?vimeo\.com", r"/(?:video/)?(\d+)(?:/[0-9a-f]+)?", "vimeo.com/{0}"),
    (r"bilibili\.com", r"/(?:s/)?video/((?:BV|av|bv)\w+)", "bilibili.com/video/{0}?p={p}"),
    (r"bilibili\.com", r"/(?:s/)?video/((?:BV|av|bv)\w+)", "bilibili.com/video/{0}"),
    (r"b23\.tv", r"/(BV\w+)", "bilibili.com/video/{0}"),
    (r"player\.bilibili\.com", r"/player\.html", "bilibili.com/video/{bvid}"),
    (r"bilibili\.com", r"/read/(?:mobile/|cv|native\?id=)(\d+)", "bilibili.com/read/{0}"),
    (r"open\.spotify\.com", r"/(?:intl-[a-z]+/)?(episode|show|track|album|playlist)/(\w+)",
     "open.spotify.com/{0}/{1}"),
    (r"(?:vx|vm)?tiktok\.com",
     r"/(?:@[^/]*/(?:video|photo)|v|embed(?:/v2)?)/(\d{15,})(?:\.html)?", "tiktok.com/{0}"),
    (r"(?:ies)?douyin\.com", r"/(?:share/)?(?:video|note|slides)/(\d{15,})", "douyin.com/{0}"),
    # ---- documents
    (r"docs\.google\.com",
     r"/(document|spreadsheets|presentation|forms)/(?:u/\d+/)?d/([\w\-]{8,})(?:/.*)?",
     "docs.google.com/{0}/{1}"),
    # ---- shops and stores
    (r"amazon\.[a-z.]+|amzn\.[a-z]+",
     r"/(?:.*/)?(?:dp|gp/product|gp/aw/d|d)/([A-Z0-9]{10})(?:/.*)?", "{host}/dp/{0}"),
    (r"store\.steampowered\.com", r"/(?:agecheck/)?app/(\d+)(?:/.*)?",
     "store.steampowered.com/app/{0}"),
    (r"(?:apps|itunes)\.apple\.com", r"/(?:.*/)?id(\d+)", "apps.apple.com/app/{0}"),
    (r"podcasts\.apple\.com", r"/(?:.*/)?id(\d+)", "podcasts.apple.com/{0}?i={i}"),
    (r"play\.google\.com", r"/store/apps/details", "play.google.com/app?id={id}"),
    # ---- knowledge
    (r"([a-z\-]{2,12})\.wikipedia\.org", r"/w/index\.php", "{language}.wikipedia.org/wiki/{title}"),
    (r"([a-z\-]{2,12})\.wikipedia\.org", r"/(?:wiki|zh(?:-[a-z]+)?|sr-[a-z]+)/(.+)",
     "{language}.wikipedia.org/wiki/{0}"),
    (r"wikiwand\.com", r"/([a-z\-]{2,12})/(?:articles/)?(.+)", "{0}.wikipedia.org/wiki/{1}"),
    # ---- Chinese, Japanese and Korean sites
    (r"mp\.weixin\.qq\.com", r"/s/([\w\-]+)", "mp.weixin.qq.com/s/{0}"),
    (r"mp\.weixin\.qq\.com", r"/s", "mp.weixin.qq.com/s?{__biz}/{mid}/{idx}"),
    (r"mp\.weixin\.qq\.com", r"/s", "mp.weixin.qq.com/s?{__biz}/{mid}/1"),
    (r"mp\.weixin\.qq\.com", r"/s", "mp.weixin.qq.com/s?{sn}"),
    (r"mp\.weixin\.qq\.com", r"/s", ""),  # Cut short: the account, not the article.
    (r"zhuanlan\.zhihu\.com|zhihu\.com", r"/p/(\d+)", "zhuanlan.zhihu.com/p/{0}"),
    (r"zhihu\.com", r"/tardis/\w+/art/(\d+)", "zhuanlan.zhihu.com/p/{0}"),
    (r"zhihu\.com", r"/(?:(?:question/\d+/)?answer|tardis/\w+/ans)/(\d+)",
     "zhihu.com/answer/{0}"),
    (r"xiaohongshu\.com", r"/(?:explore|discovery/item|user/profile/\w+)/([0-9a-f]{24})",
     "xiaohongshu.com/{0}"),
    (r"36kr\.com", r"/(?:p|newsflashes)/(\d+)", "36kr.com/{0}"),
    (r"huxiu\.com", r"/article/(\d+)(?:\.html)?", "huxiu.com/article/{0}"),
    (r"weibo\.c(?:om|n)", r"/(?:status|detail|\d+)/(\w+)", "weibo.com/{weibo}"),
    (r"toutiao\.com", r"/(?:i|a|article/|group/|w/|item/)(\d{10,})", "toutiao.com/{0}"),
    (r"(?:[a-z]+\.)*163\.com", r"/.*/?([A-Z0-9]{16})(?:_\w+)?(?:\.html)?", "163.com/{0}"),
    (r"(?:[a-z]+\.)*sina\.(?:com\.)?cn", r"/.*(?:doc|detail)-(i[a-z]{3,}\d+)(?:\.d)?(?:\.s?html)?",
     "sina.com.cn/{0}"),
    (r"sohu\.com", r"/a/(\d+)(?:_\d+)?", "sohu.com/a/{0}"),
    (r"(?:new|news|xw|view\.inews)\.qq\.com",
     r"/(?:rain/)?(?:a|k|cmsid|omn/\d+)/(\d{8}[A-Z0-9]+)(?:\.html)?", "news.qq.com/{0}"),
    (r"thepaper\.cn", r"/(?:newsDetail_forward_|detail/|newsDetail_)(\d+)", "thepaper.cn/{0}"),
    (r"ithome\.com", r"/0/(\d{3})/(\d{3})\.htm", "ithome.com/{0}{1}"),
    (r"ithome\.com", r"/html/(?:[a-z]+/)?(\d{6})\.htm", "ithome.com/{0}"),
    (r"baijiahao\.baidu\.com", r"/s", "baijiahao.baidu.com/{id}"),
    (r"juejin\.(?:cn|im)", r"/(?:post|entry)/(\w+)", "juejin.cn/post/{0}"),
    (r"blog\.csdn\.net|[\w\-]+\.blog\.csdn\.net", r"/(?:[^/]+/)?article/details/(\d+)",
     "blog.csdn.net/{0}"),
    (r"(?:n\.)?news\.naver\.com", r"/(?:mnews/)?(?:[a-z]+/)?article/(\d{3})/(\d{10})(?:/.*)?",
     "news.naver.com/{0}/{1}"),
    (r"news\.naver\.com", r"/main/read\.n(?:aver|hn)", "news.naver.com/{oid}/{aid}"),
    (r"news\.yahoo\.co\.jp", r"/(articles|pickup)/([0-9a-f]+)(?:/.*)?", "news.yahoo.co.jp/{0}/{1}"),
    # ---- houses whose path is the article; what follows says who gave it to whom
    (r"(?:wsj|barrons|marketwatch)\.com", r"/(?:amp/)?(.+/.+)", "{host}/{0}"),
    (r"ft\.com", r"/content/([0-9a-f\-]{36})", "ft.com/content/{0}"),
    (r"bloomberg\.com", r"/(?:amp/)?((?:news|opinion|features|graphics)/.+)", "bloomberg.com/{0}"),
    (r"nytimes\.com", r"/(.+?)(?:\.amp)?\.html", "nytimes.com/{0}"),
    # ---- a number is the article, whatever stands before it
    (r"heise\.de", r"/(?:.*[/\-])?(\d{7,})(?:\.html)?", "heise.de/{0}"),
    (r"spiegel\.de", r"/.+-a-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-amp)?",
     "spiegel.de/{0}"),
    (r"cn\.nytimes\.com", r"/(.+?)(?:/(?:zh-hant|zh-hans|dual))?", "cn.nytimes.com/{0}"),
    # ---- one house, two names
    (r"bbc\.(?:com|co\.uk)", r"(/(?:news|sport|[a-z]+/articles)/.+?)(?:\.amp)?", "bbc.com{0}"),
    # ---- short addresses: the path is all there is, and it knows upper from lower case
    (r"(?:t\.co|bit\.ly|tinyurl\.com|goo\.gl|is\.gd|v\.gd|buff\.ly|ow\.ly|lnkd\.in|t\.cn|url\.cn"
     r"|dwz\.cn|suo\.im|rb\.gy|cutt\.ly|t\.ly|tiny\.cc|shorturl\.at|reurl\.cc|b23\.tv|v\.douyin\.com"
     r"|xhslink\.com|a\.co|amzn\.to|naver\.me|s\.id|clck\.ru|fb\.me|youtu\.be|share\.google"
     r"|search\.app|on\.ft\.com|nyti\.ms|wapo\.st|bloom\.bg|reut\.rs|trib\.al|dlvr\.it)",
     r"/([^+]+)\+?", "{host}/{0}"),
)  # fmt: skip
# GitHub and Reddit do not tell upper from lower case here; DOIs never do (ISO 26324).
_CASELESS = ("doi:", "reddit.com/")
_GITHUB_COPY = re.compile(rf"{_GITHUB}\.(?:com|xyz|org)|github\.dev")
_NOT_REPOSITORIES = re.compile(
    r"/(?:features|topics|trending|orgs|sponsors|marketplace|collections|explore|about|settings"
    r"|security|enterprise|customer-stories|events|readme|search|users|apps)(?:/.*)?"
)


def of_site(host: str, path: str, query: Query) -> str | None:
    """The page as a rule calls it, "" where it names none; None where no rule holds."""
    if _GITHUB_COPY.fullmatch(host):
        host = "github.com"
    if host == "github.com" and _NOT_REPOSITORIES.fullmatch(path):
        return None
    values = {name: value for name, value in query if value}
    for rule in _RULES:
        on = rule.host.fullmatch(host)
        at = rule.path.fullmatch(path) if on else None
        if on is None or at is None:
            continue
        known: dict[str, str] = {**values, "host": host}
        if on.re.groups:
            known["language"] = on[1]
        if "{weibo}" in rule.page:
            known["weibo"] = _weibo(at[1])
        try:
            page = rule.page.format(*(group or "" for group in at.groups()), **known)
        except (KeyError, IndexError):
            continue
        return _spelled(page)
    return None


def _spelled(page: str) -> str:
    if page.startswith(_CASELESS):
        return page.lower()
    if page.startswith("github.com/"):
        owner, name, *rest = page.removeprefix("github.com/").split("/", 2)
        return "/".join(["github.com", owner.lower(), name.lower(), *rest])
    if ".wikipedia.org/" in page:
        return unquote(page).replace(" ", "_")
    return page.removesuffix("?p=1")


_SIXTY_TWO = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _weibo(number: str) -> str:
    """A post's number as its short name: seven digits are four signs of base 62, from the right."""
    if not re.fullmatch(r"\d{16}", number):
        return number
    signs = []
    for end in range(len(number), 0, -7):
        value, word = int(number[max(0, end - 7) : end]), ""
        while value:
            value, last = divmod(value, 62)
            word = _SIXTY_TWO[last] + word
        signs.append(word.rjust(4, "0") if end > 7 else word)
    return "".join(reversed(signs))
