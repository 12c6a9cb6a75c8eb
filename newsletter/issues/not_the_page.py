"""Words of a page that did not open: a check, a wall, an error, where an article belongs.

A pasted address, or a program that reads for its writer, brings them along as title or text. As a
title they count only whole ("404 Not Found", not "Why 404 pages matter"), as text where a line
begins with them: news may quote any of it.
"""

from __future__ import annotations

import re

_TITLES = re.compile(
    r"""(?ix)^\W*(?:
    just\s+a\s+moment | (?:error\s+)?(?:403|404|410|429|50[0234])
        (?:\W+(?:error|forbidden|not\s+found|page\s+not\s+found|gone|too\s+many\s+requests
        |internal\s+server\s+error|bad\s+gateway|service\s+unavailable|gateway\s+time-?out
            |页面不存在))?
    | (?:page|site|file|article)\s+not\s+found
    | access\s+(?:to\s+this\s+page\s+has\s+been\s+)?denied
    | attention\s+required(?:\W+cloudflare)? | are\s+you\s+a\s+robot | robot\s+check
    | (?:please\s+)?verify\s+(?:that\s+)?you\s+are\s+(?:a\s+)?human | (?:one\s+more\s+step
        |security\s+check|captcha)
    | please\s+wait | (?:log|sign)\s*-?in(?:\s+to\s+(?:continue|your\s+account))?
    | subscribe\s+to\s+read
    | (?:service|site)\s+(?:temporarily\s+)?unavailable | (?:website|site)\s+under\s+maintenance
    | bad\s+gateway | before\s+you\s+continue | redirecting | forbidden | not\s+found
    | (?:seite|artikel)\s+(?:wurde\s+)?nicht\s+gefunden | zugriff\s+verweigert | bitte\s+warten
    | page\s+(?:introuvable|non\s+trouvée) | accès\s+(?:refusé|interdit)
    | página\s+no\s+encontrada | acceso\s+denegado | página\s+não\s+encontrada | acesso\s+negado
    | pagina\s+non\s+trovata | accesso\s+negato | pagina\s+niet\s+gevonden
    | nie\s+znaleziono\s+strony
    | страница\s+не\s+найдена | доступ\s+(?:запрещ[её]н|ограничен) | sayfa\s+bulunamadı
    | (?:百度|微信)?安全(?:验证|驗證) | (?:滑动|人机|身份)验证 | 验证码 | 页面(?:不存在|未找到
        |无法访问|找不到)
    | 頁面不存在 | 找不到(?:页面|頁面|网页|網頁) | 访问(?:受限|被拒绝|异常) | 环境异常
    | 请(?:先)?登录 | 网站维护中
    | ページが見つかりません(?:でした)? | アクセスが拒否されました
    | お探しのページは見つかりませんでした
    | 페이지를\s*찾을\s*수\s*없습니다 | 접근이?\s*거부(?:되었습니다)?
    )\W*(?:\s\|\s.{1,40}|\s[–—·-]\s\S+(?:\s\S+)?)?$"""
)
_TEXTS = re.compile(
    r"""(?imx)^[\s*_>#-]*(?:
    we\s+value\s+your\s+privacy
    | we\s+(?:and\s+our\s+(?:\d+\s+)?partners\s+)?(?:use|store)\s+cookies
    | this\s+(?:web)?site\s+uses\s+cookies | accept\s+(?:all\s+)?cookies\b
    | subscribe\s+(?:now\s+)?to\s+(?:continue|keep)\s+reading | (?:sign|log)\s+(?:up
        |in)\s+to\s+(?:continue|keep)\s+reading
    | already\s+a\s+(?:subscriber|member)\? | this\s+(?:article|story|content)\s+is\s+(?:for
        |reserved\s+for)\s+(?:\w+\s+)?subscribers
    | you(?:['’]ve|\s+have)\s+reached\s+your\s+(?:\w+\s+)?limit\s+of\s+free
    | (?:please\s+)?enable\s+javascript | you\s+need\s+to\s+enable\s+javascript
    | javascript\s+is\s+(?:disabled|required|not\s+available) | your\s+browser\s+is\s+(?:not
        |no\s+longer)\s+supported
    | checking\s+(?:your\s+browser|if\s+the\s+site\s+connection) | verif(?:y
        |ying)\s+(?:that\s+)?you\s+are\s+(?:a\s+)?human
    | performing\s+security\s+verification | sorry,\s+you\s+have\s+been\s+blocked | ray\s+id:
    | our\s+systems\s+have\s+detected\s+unusual\s+traffic
    | (?:wir|diese\s+(?:web)?seite)\s+verwende[nt]\s+cookies | bitte\s+aktivieren\s+sie\s+javascript
    | (?:nous\s+utilisons|ce\s+site\s+utilise)\s+des\s+cookies | veuillez\s+activer\s+javascript
    | cet\s+article\s+est\s+réservé\s+(?:aux|à\s+nos)\s+abonnés
    | il\s+vous\s+reste\s+\d+\s?%\s+de\s+cet\s+article
    | (?:utilizamos|usamos)\s+cookies | este\s+sitio\s+(?:web\s+)?utiliza\s+cookies
    | habilite\s+javascript
    | (?:utilizziamo|usiamo)\s+i?\s*cookie | questo\s+sito\s+(?:utilizza|usa)\s+(?:i\s+)?cookie
    | мы\s+используем\s+(?:файлы\s+)?(?:cookie|куки) | (?:пожалуйста,?\s+)?включите\s+javascript
    | (?:当前)?环境异常 | 完成验证后即可继续访问 | 请(?:启用|开启|打开)\s*javascript
    | 您的访问过于频繁 | 该内容已被发布者删除
    | (?:本网站|我们)使用\s*cookie | (?:登录|付费|订阅|扫码|打开\s*app)后?(?:可)?(?:查看
        |阅读)(?:全文|更多) | 此内容因违规无法查看
    | javascript\s*を有効に | (?:当サイト|このサイト)(?:で)?は\s*(?:cookie|クッキー)を
    | この記事は(?:有料)?会員限定
    | 자바스크립트를\s*활성화 | 쿠키를\s*사용합니다 | 이\s*기사는\s*(?:유료\s*)?구독자\s*전용
    )"""
)
# Most texts have none of these, and are not searched.
_HINTS = (
    *("cookie", "javascript", "subscri", "read", "browser", "human", "verif", "blocked", "ray id"),
    *("privacy", "traffic", "member", "limit of", "abonnés", "куки", "article"),
    *("验证", "异常", "频繁"),
    *("全文", "更多", "无法查看", "删除", "クッキー", "会員", "자바", "쿠키", "구독"),
)  # fmt: skip


def is_title(text: str) -> bool:
    """Whether a title is that of a page that did not open."""
    return len(text) < 80 and _TITLES.search(text) is not None


def found_in(text: str) -> bool:
    """Whether a line of a text begins with what stands on such pages."""
    folded = text.casefold()
    return any(hint in folded for hint in _HINTS) and _TEXTS.search(text) is not None
