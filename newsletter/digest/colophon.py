"""Headings of what a publication says of itself: thanks, subscription, feedback, licence, imprint.

Such a part is none of an issue's items, wherever its links lead.
"""

from __future__ import annotations

import re

from .colophon_words import OF_US
from .inline import columns
from .titles import section_name

# Compared without case, marks and pictographs. One row a language.
_NAMES = frozenset(
    (
        # English
        "thanks", "thank you", "thanks for reading", "thank you for reading", "thanks to",
        "subscribe", "unsubscribe", "how to subscribe", "subscription", "follow us", "feedback",
        "contact", "contact us", "get in touch", "stay in touch", "contribute", "contributing",
        "how to contribute", "disclaimer", "license", "licence", "copyright", "imprint",
        "about us", "about this newsletter", "about the newsletter", "about this issue",
        "about this digest", "colophon", "credits", "see you next week", "see you next time",
        "share this newsletter", "support us", "sponsor", "sponsors", "our sponsors", "legend",
        # Chinese, simplified and traditional
        "声明", "免责声明", "版权声明", "版权", "版权信息", "许可", "许可协议", "订阅", "订阅方式",
        "如何订阅", "关注我们", "联系我们", "联系方式", "反馈", "意见反馈", "投稿", "投稿方式",
        "参与贡献", "贡献指南", "交流群", "加入我们", "关于", "关于我们", "关于本刊", "关于周刊",
        "关于本周刊", "致谢", "鸣谢", "感谢", "感谢阅读", "赞助", "赞助者", "说明",
        "聲明", "免責聲明", "版權聲明",
        "訂閱", "聯絡我們", "關於我們", "感謝閱讀",
        # Japanese
        "免責事項", "著作権", "ライセンス", "購読", "購読方法", "お問い合わせ", "フィードバック",
        "ご意見", "このニュースレターについて", "当サイトについて", "運営者情報", "謝辞",
        "スポンサー",
        # Korean
        "구독", "구독하기", "구독 안내", "문의", "문의하기", "피드백", "면책 조항", "저작권",
        "라이선스", "기여하기", "감사합니다", "감사의 말", "후원",
        # French
        "merci", "remerciements", "merci de votre lecture", "s'abonner", "s’abonner", "abonnement",
        "se désabonner", "contact", "nous contacter", "contribuer", "licence", "mentions légales",
        "à propos", "à propos de cette lettre", "nous suivre", "crédits", "sponsors", "partenaires",
        # German
        "danke", "danke fürs lesen", "vielen dank", "abonnieren", "abbestellen", "kontakt",
        "rückmeldung", "mitmachen", "impressum", "haftungsausschluss", "lizenz", "über uns",
        "über diesen newsletter", "folgt uns", "sponsoren",
        # Spanish
        "gracias", "gracias por leer", "suscríbete", "suscripción", "contacto", "contribuir",
        "colabora", "aviso legal", "licencia", "acerca de", "sobre nosotros", "síguenos",
        "patrocinadores",
        # Italian
        "grazie", "grazie per la lettura", "iscriviti", "iscrizione", "contatti", "contribuire",
        "note legali", "licenza", "chi siamo", "seguici",
        # Portuguese
        "obrigado", "obrigada", "obrigado por ler", "inscreva-se", "assine", "contato", "contacto",
        "contribua", "aviso legal", "licença", "sobre nós", "sobre esta newsletter", "siga-nos",
        "patrocinadores",
        # Russian
        "спасибо", "спасибо за внимание", "подписка", "подписаться", "подписывайтесь", "контакты",
        "обратная связь", "лицензия", "отказ от ответственности", "о нас", "о дайджесте",
        "о рассылке", "благодарности", "спонсоры",
    )
)  # fmt: skip


_MOST_WORDS = 6  # of a heading that is no title of a piece
_LONGEST = 48  # columns of it
_OF_US = re.compile("|".join(OF_US), re.IGNORECASE)
# Where a person, a channel or a feed is: not a piece to read. Compared with the whole address.
_CHANNELS = re.compile(
    r"mailto:|https?://(?:www\.|m\.)?(?:"
    r"(?:twitter\.com|x\.com|instagram\.com|facebook\.com|fb\.me|t\.me|telegram\.me|vk\.com|ok\.ru"
    r"|threads\.net|tiktok\.com|patreon\.com|ko-fi\.com|buymeacoffee\.com|opencollective\.com"
    r"|liberapay\.com|steadyhq\.com|github\.com|gitlab\.com|weibo\.com|space\.bilibili\.com"
    r"|keybase\.io|twitch\.tv|pinterest\.com|wa\.me|line\.me|qiita\.com|zenn\.dev)/@?[\w.+-]+/?(?:\?\S*)?$"
    r"|(?:github\.com/sponsors|linkedin\.com/(?:in|company)|zhihu\.com/people|youtube\.com/(?:c|user|channel)"
    r"|bsky\.app/profile|reddit\.com/(?:r|u|user)|facebook\.com/groups)/[\w.%@-]+/?(?:\?\S*)?$"
    r"|youtube\.com/@[\w.-]+/?$|discord\.(?:gg|com/invite)/[\w-]+/?$|join\.slack\.com/|[\w-]+\.slack\.com/?$"
    r"|[\w.-]+/@[\w.-]+(?:@[\w.-]+)?/?$"
    r"|\S*/(?:rss|atom|feed|index|feeds?/\w+)\.(?:xml|json|rss|atom)$|\S*/(?:rss|feed|atom)/?$)",
    re.IGNORECASE,
)


def is_colophon(title: str) -> bool:
    """Whether a heading announces what the publication says of itself."""
    name = section_name(title).strip(" :：!！.。").casefold()
    if name in _NAMES:
        return True
    short = len(name.split()) <= _MOST_WORDS and columns(name) <= _LONGEST
    return short and _OF_US.match(name) is not None


def is_channel(url: str) -> bool:
    """Whether an address is where a person or a channel is, or a feed, and not a piece to read."""
    return _CHANNELS.match(url) is not None
