"""Headings of what a publication says of itself: thanks, subscription, feedback, licence, imprint.

Such a part is none of an issue's items, wherever its links lead.
"""

from __future__ import annotations

import re

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
# What such headings are made of in longer ones: "Follow us on Mastodon", "Wo ihr uns findet". Each is
# the beginning of the whole heading; what it names is the publication or who made it, never a topic.
_OF_US = re.compile(
    "|".join(
        (
            # English
            r"(?:stay|keep|get|be) (?:in touch|in contact|connected|up to date)",
            r"(?:follow|contact|support|reach|find|e-?mail|write to|talk to|message|connect with"
            r"|(?:more )?about|where (?:else )?(?:to|you can) find) (?:us|me)\b",
            r"how to (?:follow|reach|contact|contribute|support|submit|get involved|help|unsubscribe)",
            r"(?:un)?subscribe\b|subscriptions?$|subscribing\b",
            r"(?:(?:our|the|new|all|this (?:week|issue|month|edition)['’]?s) )?"
            r"(?:contributors?|sponsors?|supporters?|backers?|patrons?|credits)(?: \w+){0,3}$",
            r"(?:many |special |big )?(?:thanks|thank you|acknowledge?ments?|kudos|shout-?outs?) (?:to|for)\b",
            r"(?:special thanks|acknowledge?ments?|contacts?|contact (?:details|information)|socials?"
            r"|social media|our socials|follow|donate|donations?|buy (?:me|us) a coffee|get involved"
            r"|connect|imprint)$",
            r"become an? (?:sponsor|patron|supporter|contributor|member)",
            r"(?:share|forward) (?:this|the) (?:newsletter|issue|digest|e-?mail)",
            r"(?:give|send|leave)(?: us| me)? (?:your )?feedback",
            r"(?:submit|suggest) (?:a|your|an) (?:link|item|article|story|news|project)",
            r"contribut(?:e|ing) to (?:this|the|our) (?:newsletter|issue|digest|list|project|site)",
            r"sponsored by\b|(?:this (?:issue|edition|week) is )?brought to you by\b",
            # German
            r"bleib(?:t|en sie)? (?:in kontakt|in verbindung|auf dem laufenden)",
            r"(?:folg(?:e|t|en sie)|unterstütz(?:e|t|en sie)|kontaktier(?:e|t|en sie)) (?:uns|mir|mich)",
            r"(?:so|wo) (?:erreicht|findet|finden sie|erreichen sie)\b.{0,12}uns|über (?:diese|den|das|die)"
            r" (?:ausgabe|newsletter|rundbrief|projekt)",
            r"(?:mitwirkende|beteiligte|mit dank an|dank an|danksagung|unterstützer\w*|förderer|spenden"
            r"|kontakte|newsletter abonnieren|feedback)",
            # French
            r"(?:suivez|contactez|soutenez|rejoignez|retrouvez|écrivez)[- ]nous",
            r"(?:nous (?:suivre|soutenir|rejoindre|contacter|écrire)|où nous (?:suivre|trouver))",
            r"(?:ils|elles|iels)(?: et elles)? ont (?:contribué|participé)|contribut(?:eurs?|rices?)\b"
            r"|ont (?:contribué|participé)|merci (?:à|aux)\b|(?:s['’]abonner|abonnez-vous)",
            # Spanish
            r"(?:síguenos|contáctanos|apóyanos|únete|escríbenos|suscríbete|suscribirse)",
            r"(?:dónde|donde) (?:encontrarnos|seguirnos)|cómo (?:contactar|colaborar|apoyar)",
            r"(?:colaborador(?:es|as)|patrocinadores|agradecimientos|gracias a|contactos|donaciones)",
            # Italian
            r"(?:seguici|contattaci|sostienici|supportaci|scrivici|dove trovarci|unisciti a noi)",
            r"(?:hanno (?:collaborato|contribuito)|collaboratori|ringraziamenti|grazie a|sponsor\w*)",
            # Portuguese
            r"(?:siga(?:-nos| a gente)?|apoie(?:-nos)?|fale conosco|entre em contato|contate-nos"
            r"|onde nos encontrar|nos siga|inscreva-se|contatos|junte-se a nós)",
            r"(?:colaborador(?:es|as)|contribuidor(?:es|as)|apoiador(?:es|as)|agradecimentos|obrigad[oa] a)",
            # Dutch
            r"(?:volg (?:ons|mij)|steun ons|neem contact op|word (?:lid|sponsor)|met dank aan|abonneren"
            r"|aanmelden|bijdragers|over (?:ons|deze nieuwsbrief))",
            # Polish
            r"(?:obserwuj|śledź|wspieraj|wesprzyj) nas|(?:kontakt|współautorzy|podziękowania|sponsorzy"
            r"|o nas|zapisz się|subskrypcja|dołącz do nas|autorzy numeru)",
            # Turkish
            r"(?:bizi takip edin|takip edin|bize (?:ulaşın|katılın|yazın)|iletişim|abone ol\w*|hakkımızda"
            r"|katkıda bulunanlar|teşekkürler|destekçiler\w*|sponsorlar\w*)",
            # Russian, Ukrainian
            r"(?:подпис\w+|контакт\w*|наши (?:контакты|партн[её]ры|спонсоры|каналы|соцсети)|поддерж\w+"
            r" (?:нас|проект|выпуск)|мы в (?:соцсетях|телеграм\w*)|где нас (?:найти|читать)|авторы выпуска"
            r"|над выпуском работали|спасибо (?:за|всем)|благодарност\w+|спонсор\w*|участники выпуска)",
            r"(?:підпи\w+|наші (?:контакти|партнери|спонсори)|підтрима\w+ нас|про нас|подяки?|автори випуску"
            r"|ми в (?:соцмережах|телеграм\w*))",
            # Vietnamese, Indonesian
            r"(?:theo dõi chúng tôi|liên hệ|đăng ký|về chúng tôi|cảm ơn|lời cảm ơn|người đóng góp"
            r"|cộng tác viên|nhà tài trợ|ủng hộ)",
            r"(?:ikuti kami|hubungi kami|kontak|kontributor|terima kasih|berlangganan|tentang kami"
            r"|dukung kami|penyumbang|sponsor\w*)",
            # Arabic, Persian
            r"(?:تابعونا|تابعنا|اتصل بنا|تواصل معنا|للتواصل|المساهمون|شكر|من نحن|اشترك|الاشتراك|الرعاة|ادعمنا)",
            r"(?:ما را دنبال کنید|تماس با ما|همکاران|مشارکت‌کنندگان|سپاس|درباره ما|عضویت|حامیان)",
            # Chinese
            r"(?:如何|怎样|怎么|欢迎|歡迎)?(?:订阅|訂閱|关注我们|關注我們|加入我们|加入我們|联系我们|聯繫我們|联系方式)",
            r"(?:本期|特别|主要)?(?:贡献者|貢獻者|撰稿人?|编辑团队|工作人员|作者团队|鸣谢|致谢|感谢|感謝|赞助商?|贊助商?|支持我们)"
            r"(?:名单|列表|我们)?$",
            r"(?:关于|關於)(?:我们|我們|本站|本刊|本周刊|本期|作者|周刊|这份)",
            # Japanese
            r"(?:購読(?:は|方法|の)|フォロー(?:する|は|して)|公式(?:sns|アカウント|x)|お問い?合わ?せ|連絡先|執筆者|執筆陣"
            r"|編集(?:者|部|チーム)|協力者|コントリビュー|寄稿者|スポンサー|謝辞|支援)",
            # Korean
            r"(?:구독|팔로우|문의|연락처|기여자|기여해|필진|만든 (?:사람|이)|편집진|도움(?:을| )|후원|감사|소개$|함께한)",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
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
