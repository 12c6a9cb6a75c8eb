"""How headings of what a publication says of itself begin, language by language.

Each is matched at the beginning of a whole heading in small letters. What it names is the
publication or who made it, never a topic.
"""

OF_US = (
    # English
    r"(?:stay|keep|get|be) (?:in touch|in contact|connected|up to date)",
    r"(?:follow|contact|support|reach|find|e-?mail|write to|talk to|message|connect with"
    r"|(?:more )?about|where (?:else )?(?:to|you can) find) (?:us|me)\b",
    r"how to (?:follow|reach|contact|contribute|support|submit|get involved|help|unsubscribe)",
    r"(?:un)?subscribe\b|subscriptions?$|subscribing\b",
    r"(?:(?:our|the|new|all|this (?:week|issue|month|edition)['’]?s) )?(?:contributors?"
    r"|sponsors?|supporters?|backers?|patrons?|credits)(?: \w+){0,3}$",
    r"(?:many |special |big )?(?:thanks|thank you|acknowledge?ments?|kudos|shout-?outs?) (?:to"
    r"|for)\b",
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
    r"(?:folg(?:e|t|en sie)|unterstütz(?:e|t|en sie)|kontaktier(?:e|t|en sie)) (?:uns|mir"
    r"|mich)",
    r"(?:so|wo) (?:erreicht|findet|finden sie|erreichen sie)\b.{0,12}uns|über (?:diese|den|das"
    r"|die) (?:ausgabe|newsletter|rundbrief|projekt)",
    r"(?:mitwirkende|beteiligte|mit dank an|dank an|danksagung|unterstützer\w*|förderer"
    r"|spenden|kontakte|newsletter abonnieren|feedback)",
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
    r"(?:colaborador(?:es|as)|contribuidor(?:es|as)|apoiador(?:es|as)|agradecimentos"
    r"|obrigad[oa] a)",
    # Dutch
    r"(?:volg (?:ons|mij)|steun ons|neem contact op|word (?:lid|sponsor)|met dank aan"
    r"|abonneren|aanmelden|bijdragers|over (?:ons|deze nieuwsbrief))",
    # Polish
    r"(?:obserwuj|śledź|wspieraj|wesprzyj) nas|(?:kontakt|współautorzy|podziękowania|sponsorzy"
    r"|o nas|zapisz się|subskrypcja|dołącz do nas|autorzy numeru)",
    # Turkish
    r"(?:bizi takip edin|takip edin|bize (?:ulaşın|katılın|yazın)|iletişim|abone ol\w*"
    r"|hakkımızda|katkıda bulunanlar|teşekkürler|destekçiler\w*|sponsorlar\w*)",
    # Russian, Ukrainian
    r"(?:подпис\w+|контакт\w*|наши (?:контакты|партн[её]ры|спонсоры|каналы|соцсети)"
    r"|поддерж\w+ (?:нас|проект|выпуск)|мы в (?:соцсетях|телеграм\w*)|где нас (?:найти|читать)"
    r"|авторы выпуска|над выпуском работали|спасибо (?:за|всем)|благодарност\w+|спонсор\w*"
    r"|участники выпуска)",
    r"(?:підпи\w+|наші (?:контакти|партнери|спонсори)|підтрима\w+ нас|про нас|подяки?"
    r"|автори випуску|ми в (?:соцмережах|телеграм\w*))",
    # Vietnamese, Indonesian
    r"(?:theo dõi chúng tôi|liên hệ|đăng ký|về chúng tôi|cảm ơn|lời cảm ơn|người đóng góp"
    r"|cộng tác viên|nhà tài trợ|ủng hộ)",
    r"(?:ikuti kami|hubungi kami|kontak|kontributor|terima kasih|berlangganan|tentang kami"
    r"|dukung kami|penyumbang|sponsor\w*)",
    # Arabic, Persian
    r"(?:تابعونا|تابعنا|اتصل بنا|تواصل معنا|للتواصل|المساهمون|شكر|من نحن|اشترك|الاشتراك|الرعاة"
    r"|ادعمنا)",
    r"(?:ما را دنبال کنید|تماس با ما|همکاران|مشارکت‌کنندگان|سپاس|درباره ما|عضویت|حامیان)",
    # Chinese
    r"(?:如何|怎样|怎么|欢迎|歡迎)?(?:订阅|訂閱|关注我们|關注我們|加入我们|加入我們|联系我们"
    r"|聯繫我們|联系方式)",
    r"(?:本期|特别|主要)?(?:贡献者|貢獻者|撰稿人?|编辑团队|工作人员|作者团队|鸣谢|致谢|感谢"
    r"|感謝|赞助商?|贊助商?|支持我们)(?:名单|列表|我们)?$",
    r"(?:关于|關於)(?:我们|我們|本站|本刊|本周刊|本期|作者|周刊|这份)",
    # Japanese
    r"(?:購読(?:は|方法|の)|フォロー(?:する|は|して)|公式(?:sns|アカウント|x)|お問い?合わ?せ"
    r"|連絡先|執筆者|執筆陣|編集(?:者|部|チーム)|協力者|コントリビュー|寄稿者|スポンサー|謝辞"
    r"|支援)",
    # Korean
    r"(?:구독|팔로우|문의|연락처|기여자|기여해|필진|만든 (?:사람|이)|편집진|도움(?:을| )|후원"
    r"|감사|소개$|함께한)",
)  # fmt: skip
