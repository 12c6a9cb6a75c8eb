"""Text that stands for text: what a writer, a template or a program left where words belong.

One kind of accident a table, each in the languages and by the tools that digests are made with. A
sentence may be about any of it ("a TODO list", "the pier is to be completed"), so a mark counts
only where it stands alone: between brackets, between stops, as a line of its own. Code spans and
addresses are taken out before (`text_findings.without_code`).
"""

from __future__ import annotations

import re

# What a blank asks for, as forms, skeletons and mail programs name it.
_NAMES = (
    r"(?:(?:first|last|full|family|your|source|item|story|company|city|reader|article"
    r"|author|picture|image|link|page)[\s_-]?)*"
    r"(?:title|name|firstname|lastname|company|headline|subject|text|link|url|source|summary|date"
    r"|image|picture|photo|caption|quote|number|figure|author|city|email|e-mail|address|content"
    r"|body|intro|description|titel|überschrift|quelle|bild|datum|zitat|zahl|zusammenfassung"
    r"|vorname|nachname|firma|titre|lien|nom|prénom|résumé|citation|photographie|título|titulo"
    r"|titular|enlace|nombre|fuente|resumen|fecha|imagen|texto|titolo|nome|fonte|immagine|testo"
    r"|riassunto|resumo|imagem|naam|bron|afbeelding|tytuł|źródło|obraz|ссылка|ссылку|заголовок|имя"
    r"|источник|фото|текст|дата|başlık|bağlantı|isim|tiêu đề|liên kết|العنوان|الاسم|الرابط"
    r"|标题|標題|链接|連結|鏈接|来源|來源|图片|圖片|摘要|正文|姓名|日期|作者|公司名称?|公司名稱"
    r"|タイトル|見出し|本文|リンク|画像|名前|氏名|出典|제목|링크|이름|본문|사진|출처|날짜)"
)
_INSERT = (
    r"insert|add|enter|put|write|type|paste|fill\s+in|your|einfügen|ergänzen|eintragen|insérer"
    r"|ajouter|saisir|insertar|agregar|añadir|poner|inserire|aggiungere|inserir|adicionar"
    r"|preencher|invullen|invoegen|toevoegen|wstawić|wstaw|uzupełnić|вставить|вставьте|добавить"
    r"|ekle|chèn|điền|填写|填寫|输入|輸入|插入|补充|補充|此处|此處"
)
# Words for "not written yet". The soft ones are news too (a figure "to be confirmed"), so they
# count in square brackets or as a line of their own alone.
_PENDING = (
    r"待补充?|待補充?|待定稿?|待完善|待确认|待確認|待核实|待核實|待填写?|待填寫?|待更新|待校对"
    r"|占位(?:符|文字|文本)?|佔位(?:符|文字)|ダミー(?:テキスト)?|要確認|要追記|追記予定"
    r"|(?:내용\s?)?(?:작성|추가)\s?예정|추후\s?(?:기재|작성|보완|추가)|수정\s필요|blindtext|platzhalter|placeholder"
    r"|text\sfolgt(?:\snoch)?|(?:noch\s|bitte\s)(?:zu\s)?ergänzen|à\scompléter|à\svérifier"
    r"|texte\sà\svenir|por\scompletar|por\sverificar|a\spreencher|por\spreencher|a\scompletar"
    r"|da\scompletare|da\sverificare|da\sinserire|(?:nog\s)?in\ste\svullen|(?:nog\s)?aan\ste\svullen"
    r"|do\suzupełnienia|do\ssprawdzenia|дописать|дополнить|уточнить|doldurulacak|eklenecek"
    r"|k\sdoplnění|doplnit|fylls\si(?:\ssenare)?|udfyldes|täydennettävä|cần\sbổ\ssung"
    r"|perlu\sdilengkapi"
)
_PENDING_SOFT = (
    r"to\sbe\s(?:written|confirmed|completed|added|announced)|coming\ssoon|folgt|zu\sprüfen|prüfen"
    r"|à\sconfirmer|à\svenir|en\sattente|pendiente|a\sconfirmar|por\sconfirmar|completar"
    r"|pendente|da\sconfermare|controleren|uzupełnić|sprawdzić|проверить|заполнить"
    r"|確認中|仮|未定|確認必要|확인\s?필요|확인\s?중"
)
# A note of a writer to a colleague says in brackets what is still to be done.
_TO_DO = (
    r"check|verify|missing|needed|to\s(?:add|check|come|confirm|follow|verify)|prüfen|einsetzen|fehlt"
    r"|ergänzen|nachtragen|à\s(?:ajouter|venir|vérifier|compléter|insérer)|manque|falta|verificar"
    r"|añadir|revisar|completar|controllare|verificare|aggiungere|manca|conferir|faltando"
    r"|controleren|toevoegen|ontbreekt|sprawdzić|dodać|brakuje|уточнить|проверить|добавить"
    r"|ekle|eksik|kontrol\set|kontrollera|tjek|tarkista"
)
_TO_DO_CJK = (
    r"待补|待補|待核|待确认|待確認|待定|待查|补充|補充|核实|核實|要確認|要追記|追加予定"
    r"|확인\s?필요|추가|请再?(?:核|查|确认|改)|請再?(?:核|查|確認|改)|再核一下|再改一下|麻烦核|麻煩核"
)
_MARK = r"TODO|TO\sDO|FIXME|TBD|TBC|TKTK|TK|TK\sTK|TBA|X{3,}|\?{2,}"
# Default texts: of programs, of skeletons, of somebody who tried the keyboard.
_FILLER = (
    r"(?:sample|dummy|filler|example|placeholder)\stext|beispieltext|mustertext|texte\s(?:factice"
    r"|d['’]exemple)|texto\sde\s(?:prueba|relleno|exemplo|ejemplo)|testo\s(?:segnaposto|di\sprova)"
    r"|voorbeeldtekst|tekst\szastępczy|текст-заглушка|рыба-текст|示例(?:文本|文字)|样例文本"
    r"|サンプル(?:テキスト)?|예시\s텍스트|untitled|ohne\stitel|sans\stitre|sin\stítulo"
    r"|sem\stítulo|senza\stitolo|без\sназвания|无标题|無標題|未命名(?:文档)?|無題|제목\s?없음"
    r"|(?:asdf[a-z]*|qwert[a-z]*)(?:\s\w+)?"
    r"|(?:te[sx]t\s){1,5}te[sx]t|(?:bla+h?[\s,]*){2,9}|(?:foo|bar|baz)(?:\s(?:foo|bar|baz))*"
    r"|(?:тут|здесь)\sбудет\s\w+|undefined|null|none|nan|n/a|\[object\sobject\]"
)
_FILLED_IN = rf"""
    (?im:^[\s*_>•-]*(?:{_PENDING}|{_PENDING_SOFT}|{_FILLER})[\s.。…!*_]*$)
    | ^(?:<<<<<<<|>>>>>>>)\s\S.*$ | \{{\+\+.*?\+\+\}} | \{{--.*?--\}} | </?think>
    | \A\s*\{{\s*"\w+"\s*: | (?<![\]\w])\[@[^\W\d_]\w*\s?[:：,，]
    | \[object\sObject\] | (?<!\w)%\([a-z_]+\)[sd](?!\w) | (?<!\S)%s(?!\S)
"""
_STANDS_FOR = r"""
    (?i:\blorem\s+ipsum\s+(?:dolor\b|is\ssimply\s)|^\W*lorem\s+ipsum\W*$|\bdolor\s+sit\s+amet\b
        |\bconsectetur\s+adipiscing\b|\bplaceholder\s+(?:text|title)\W*$)
    | (?i:\bdigite\s(?:o\sseu|aqui)\b|\bescriba\saquí\b|\bscrivi\squi\b|^titre\sici\b)
    | (?i:\b(?:your|insert|enter|add|put|write|type|paste)\s
        (?:text|title|link|summary|headline|content|source|picture|image)s?\shere\b)
    | (?i:\b(?:click|tap)\s(?:here|or\stap(?:\shere)?)\sto\s(?:edit|enter|add)\b
        |\bklicken\sSie\shier,\sum\b.{0,20}\beinzugeben\b|\bcliquez\sici\spour\s(?:taper|saisir)\b
        |\bhaga\sclic\saquí\spara\s(?:escribir|agregar)\b
        |\bfare\sclic\squi\sper\s(?:immettere|inserire)\b
        |\bclique\saqui\spara\s(?:digitar|inserir|introduzir)\b)
    | (?:单击|點選|点击|點擊|按一下)(?:或点击|或點選)?(?:此处|此處|这里|這裡)
        .{0,4}(?:输入|輸入|编辑|編輯|添加)
    | クリックして.{0,8}(?:入力|編集|追加) | 클릭하여\s.{0,8}(?:입력|추가)
    | (?:此处|此處|在此|这里|這裡)(?:填写|填寫|输入|輸入|插入|补充|補充)
    | (?:ここに|ここへ).{0,8}(?:入力|挿入|記入) | [（(［\[]ここに[^）)］\]]{1,12}[）)］\]]
    | (?:後で|あとで)(?:書く|追記) | 여기에\s*.{0,8}입력
    | (?i:\bhier\s(?:\w+\s)?(?:einfügen|ergänzen|eintragen)\b
        |\b(?:insérer|ajouter|saisir)\s(?:le\s|la\s|un\s|une\s|votre\s)?(?:texte|lien|titre)\sici\b
        |\binsertar\s(?:texto|enlace|título|titular)\b|\b(?:inserire|inserisci)\s(?:il\s)?testo\b
        |\b(?:inserir|digite)\s(?:o\s)?texto\b|\bвставить\s(?:текст|ссылку)\b|\bрыба-текст\b)
"""
_ALONE = rf"""
    (?:^|(?<=[.。!！?？:：;；,，、–—-]\s)|(?<=[。！？：；，、*_※@]))[\s*_>-]*
    (?:
        (?:TODO|todo(?<=@todo)|FIXME|TKTK)\b(?!\s*(?:lists?|apps?|items?|comments?|清单|列表|应用)\b)
        | TODO(?=\s?[:：])
        | (?:TK|TK\sTK|TBA|TBD|TBC|X{{3,}})(?=[*_]|\s*(?:$|[.。!！:：;；)）\]】]))
        | (?:TK|TBD)(?=[*_]+\s)
        | (?i:{_PENDING})(?=\s*(?:$|[.。!！?？:：;；,，、)）\]】*_]))
    )
    | (?<=[(（])\s*(?:(?:TODO|FIXME|TBD|TBC|TKTK|X{{3,}}|tbd|tbc)\b
        |(?i:{_PENDING})(?=\s*(?:$|[.。!！?？:：;；,，、)）])))
    | \b(?:TODO|FIXME|TBD|TBC|TKTK)\s*[:：] | (?<!\S)[?？]{{3,}}(?!\S)
    | (?m:^[\s*_>-]*(?i:tk\stk|tbd|tbc|pendiente|da\sverificare|à\svérifier|zu\sprüfen)
        [.!\s]*(?:[:：]|$))
"""
# A blank: brackets, a template's marks, or signs where letters and figures belong.
_BLANKS = rf"""
    (?:(?<![\]\w])\[{{1,2}}|【|［|<<|‹|@@|__|(?<![{{$])\{{(?![A-Z]+\}}))\s*
        (?i:(?:{_INSERT})?\s*(?:here\s*:?\s*)?(?:{_NAMES})\s*
            (?:here|hier|ici|aquí|aqui|qui|tutaj|здесь)?\s*(?:{_INSERT})?)
        \s*(?:\]{{1,2}}|】|］|>>|›|@@|__|\}})(?![(\[:])
    | \{{FIRST_?NAME\}}
    | (?:(?<![\]\w])\[|【|［)\s*
        (?i:(?:{_INSERT})(?:\s[^\]\n]{{1,60}}|[^\]】］\s]{{1,12}})|{_PENDING}|{_PENDING_SOFT}
            |{_MARK}|(?:{_MARK})[:：\s][^\]】］\n]{{1,80}}|[\s_.…-]*[?？_]{{2,}}[\s_.…-]*)
        \s*(?:\]|】|］)(?![(\[:])
    | (?<![\]\w])\[(?i:[^\]\[\n]{{0,30}}(?<![\w])(?:{_TO_DO})(?![\w])[^\]\[\n]{{0,30}})\](?![(\[:])
    | [\[【（(［][^\]】）)］\n]{{0,10}}(?:{_TO_DO_CJK})[^\]】）)］\n]{{0,6}}[\]】）)］](?![(\[:])
    | (?<![\]\w])\[[^\]\n]{{1,20}}\?\](?![(\[:])
    | [(（\[](?i:[^()（）\[\]\n]{{0,40}}\b(?:noch|bitte)\s(?:zu\s)?(?:prüfen|klären|ergänzen
        |einsetzen|nachtragen|checken)|(?:please|pls|s['’]il\svous\splaît|svp|por\sfavor|per\sfavore)\s
        (?:check|verify|confirm|vérifier|compléter|verificar|revisar|verificare)
        [^()（）\[\]\n]{{0,40}})\s*[!.]*[)）\]]
    | [(（【\[](?:此处|此處|这里|這裡)(?:插|放|配|加|贴|貼|附)入?(?:图|圖|表|链接|連結|视频|視頻
        |截图)[^)）】\]\n]{{0,8}}[)）】\]]
    | (?<!\w)TKTK(?!\w)
    | (?m:^\W*@[^\s@,，:：]{{1,20}}[\s,，:：]+(?i:please|pls|can\syou|could\syou|bitte
        |kannst\sdu|svp|peux-tu|por\sfavor|per\sfavore|пожалуйста|请|請|麻烦|麻煩|帮忙|確認|확인))
    | (?<![\]\w])\[(?:\.{{3}}|…)\]\s*\Z
    | [“"«„‘]\s*TK(?:\sTK)*\s*[”"»“’] | %%[a-z][a-z_\x20]{{1,30}}%%
    | (?i:\b(?:caption|headline|pull\squote|photo\scredit|byline)\s(?:TBD|TBC|TBA|TK|to\scome)\b)
    | (?<!\w)\#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|N/A\b|BEZUG!|WERT!|VALEUR!|ССЫЛКА!|ЗНАЧ!)
    | (?i:\b(?:commented|comment|kommentar|commentaire|comentario|commento)|批注)\s?
        \[[^\]\n]{{1,12}}\d\]\s*[:：]
    | (?i:Error!\s+(?:Reference\ssource|Bookmark|Hyperlink\sreference)\snot
        |Fehler!\s+(?:Verweisquelle|Textmarke|Hyperlink)|Erreur\s?!\s+(?:Source\sdu\srenvoi|Signet)
        |¡Error!\s+(?:No\sse\sencuentra|Marcador)|Erro!\s+(?:A\sorigem|Fonte\sde|Indicador)
        |Ошибка!\s+(?:Источник|Закладка))
    | 错误[!！]\s?未(?:找到|定义)(?:引用源|书签) | エラー[!！]\s?(?:参照元|ブックマーク)
    | \[\[?[A-Z]+_[A-Z_]+\]\]?(?![(\[])
    | \{{\{{\{{?[^{{}}\n]{{0,80}}\}}\}} | \{{%[^%\n]{{0,80}}%\}} | <%[^%\n]{{0,80}}%>
    | \$\{{[a-z_][\w.]{{0,40}}\}} | \#\{{[a-z_][\w.]{{0,40}}\}}
    | \*\|[A-Z0-9_:]{{2,40}}\|\* | \|\*[A-Z0-9_:]{{2,40}}\*\| | \[\[[A-Z_]{{3,20}}\|[^\]\n]*\]\]
    | %%?[A-Z][A-Z0-9_]{{2,40}}% | %[a-z]+(?:[._][a-z]+)+%
    | \$(?:title|name|first_?name|link|url|summary|source|date)\$
    | (?<![{{$\w])\{{[a-z]+(?:[A-Z_][a-z]+)+\}}(?!\}})
    | «\s*(?:First|Last|Full|Prénom|Vor)[\s_]?[Nn]ame\s*»
    | &lt;(?i:insert|your)\s[^&\n]{{1,60}}&gt; | <(?i:insert|your)\s[^>\n]{{1,60}}>
    | (?<![\w.])[xX]{{2}}[./-][xX]{{2}}(?:[./-]|(?!\w))
    | (?<![a-zA-Z0-9_])[xX×]{{2,}}\s?(?=[年月日元万亿萬億]|(?:%|％|percent|per\scent|Prozent
        |pour\scent|por\s?cien|million|milliard|Millionen|Mio|Mrd|Euro|EUR|USD|€|km\b))
    | [€$£]\s?[xX]{{2,}}\b | (?<!\w)[xX][.,][xX]\s?(?:%|percent|Prozent)
    | \b(?:DD|TT|JJ)[./-]MM[./-](?:YYYY|JJJJ|AAAA|YY)\b | (?<!\d)0000-00-00(?!\d) | __/__/
    | [xX×]{{2,}}(?=公司|先生|女士|大学|[市省县縣区區局部][^a-zA-Z])
    | (?m:^[\s*_>]*(?:\[?\d{{1,2}}:\d\d(?::\d\d)?\]?\s*)?
        (?i:speaker|sprecher|说话人|說話人|发言人|話者)\s?\d\s*(?:[:：(（]|\d{{1,2}}:\d\d))
    | [(（\[【](?i:(?:check|ask|confirm|remove|fix|update|verify|delete|cut|shorten|call|add
            |replace|change)\s[^()（）\[\]\n]{{0,40}}\b(?:before|prior\sto)\s
            (?:sending|publishing|it\sgoes\sout|we\s(?:send|publish))\b
        |[^()（）\[\]\n]{{0,40}}\b(?:vor\s(?:dem\s)?(?:versand|versenden|veröffentlichen)
            |avant\s(?:l['’]envoi|publication)|antes\sde\s(?:enviar|publicar))
        |[^()（）\[\]\n]{{0,6}}(?:发送|發送|发布|發佈|发稿|推送|发|發)(?:出)?(?:之)?前
            [^()（）\[\]\n]{{0,4}}(?:找|问|問|请|請|记得|記得|跟|让|確認|确认|核))
        [^()（）\[\]\n]{{0,40}}[)）\]】]
    | (?im:^\W*(?:preheader|preview|subject|headline|title|your)\s(?:text\s|line\s)?goes\shere\b)
    | [○●◯〇]{{2,}}(?=[^\s○●◯〇\d])
"""
# What a program says of itself instead of the text it was asked for, or around it.
_OF_A_PROGRAM = r"""
    (?i:(?:^|[.!?:"“]\s?)as\s+an?\s+(?:(?:AI|artificial\s+intelligence)(?:\s+language)?\s+(?:model|assistant)
            |(?:large\s+)?language\s+model),)
    | (?i:^\W*I(?:'|’)?m\s+sorry,?\s+(?:but\s+)?I\s+(?:can(?:'|’)t|cannot)\b)
    | (?i:^\W*I(?:\s(?:cannot|can(?:'|’)t|am\sunable\sto)|(?:'|’)m\sunable\sto)\s(?:directly\s)?
        (?:access|browse|open|view)\s(?:[\w-]+\s){0,3}(?:links?|URLs?|internet|web|web\s?sites?
            |articles?|pages?|files?|content)\b)
    | (?i:^\W*I\sdon(?:'|’)t\shave\saccess\sto\b)
    | (?i:\bals\s(?:ein\s)?(?:KI-?(?:Sprach)?modell|KI-?Assistent|Sprachmodell)\s(?:kann|habe|bin)\b
        |\ben\stant\squ(?:e\smodèle\sde\slangage|['’]IA\b|['’]assistant\sIA)
        |\bcomo\s(?:un\s|um\s)?(?:modelo\sde\s(?:lenguaje|linguagem)|asistente\sde\sIA)
        |\bcome\s(?:un\s)?modello\s(?:linguistico|di\slinguaggio)
        |\bкак\s(?:языковая\sмодель|искусственный\sинтеллект|ИИ),?\sя\b
        |\bals\s(?:een\s)?(?:AI-)?taalmodel\b|\bjako\smodel\sjęzykowy\b)
    | (?:作为|作為)(?:一个|一個|一款)?\s?(?:大型?)?
        (?:(?:AI|人工智能|人工智慧)\s?(?:语言|語言)?|语言|語言)(?:模型|助手|助理)[，,]
    | (?:抱歉|对不起|對不起|很遗憾)[，,]\s?我(?:无法|無法|不能)(?:直接)?
        (?:访问|訪問|打开|打開|浏览|瀏覽|提供|查看|获取|獲取|生成)
    | (?:AI|人工知能|大規模)?言語モデルとして | 언어\s모델로서
    | (?im:^\W*(?:(?:sure|certainly|of\scourse|absolutely|great)[!,.]\s+)?
        (?:here(?:\sis|(?:'|’)s|\sare)|below\sis)\s(?:the|an?|your|my)\b[^.\n]{0,60}?\b(?:summar|translation|digest|version|draft|rewrit
        |list)[^.\n]{0,60}[:：]\s*$)
    | (?im:^\W*(?:sure|certainly|of\scourse|absolutely|gerne|natürlich|bien\ssûr|claro|certo
        |certamente|конечно)\s?[!,.]\s+
        (?:here(?:['’]s|\sis|\sare)|hier\s(?:ist|sind)|voici|aquí\s(?:está|tienes)|aqui\sestá|ecco|вот)\b)
    | (?im:^\W*(?:hier\s(?:ist|sind)|voici|aquí\s(?:está|tienes)|aqui\sestá|ecco|вот)\s
        [^.\n]{0,40}\b(?:zusammenfassung|übersetzung|résumé|traduction|resumen|traducción|resumo
        |tradução|riassunto|traduzione|краткое|перевод)[^.\n]{0,60}[:：]\s*$)
    | (?i:^\W*(?:please\s+)?(?:summari[sz]e|translate|rewrite|paraphrase)\s
        (?:the\s(?:following|above|text\sbelow|article\sbelow)|this)\s(?:\w+\s){0,3}?
        (?:article|text|news|paragraph|content|story|post|in|into|for)\b
        |^\W*(?:fasse|übersetze|formuliere)\s(?:bitte\s)?(?:den|die|das)\s(?:folgende|obige)
        |^\W*(?:résume[zr]?|traduis(?:ez)?|traduire)\s(?:en\s[^.\n]{0,20})?(?:l['’]article|le\stexte)\s(?:suivant|ci-)
        |^\W*(?:resume|resuma|traduce|traduza)\s(?:el|o)\s(?:siguiente|seguinte|artículo\ssiguiente)
        |^\W*(?:riassumi|traduci)\s(?:il|l['’])\s?(?:seguente|articolo\sseguente)
        |^\W*(?:перескажи|переведи|сократи|резюмируй)(?:те)?\s(?:следующ|эту\sстатью|этот\sтекст))
    | (?m:^\W*请[^。\n]{0,20}(?:总结|概括|翻译|改写|摘要|提炼)[^。\n]{0,4}
        (?:以下|下面|下列|上述|这篇))
    | (?m:^\W*请(?:把|将)?(?:以下|下面|上述)[^。\n]{0,20}(?:翻译|总结|概括|改写|提炼))
    | (?:以下|次)の(?:記事|文章|テキスト)を[^。\n]{0,20}(?:要約|翻訳)して
    | 다음\s(?:기사|글|텍스트)[을를]\s[^.\n]{0,20}(?:요약|번역)해
    | [(（\[]\s*(?i:word\s?count|words|wörter|mots|字数|字數|文字数)\s*[:：]\s*\D{0,3}\d
    | (?m:^\W*(?:好的|当然(?:可以)?|當然(?:可以)?|没问题|沒問題|可以的?)[，,！!。]
        \s?(?:以下|这是|這是|下面|为您|為您))
    | (?m:^\W*(?:もちろん(?:です)?|承知しました|かしこまりました)[。、！!])
    | (?m:^\W*(?:물론(?:입니다|이죠)|알겠습니다)[.!,])
    | (?m:^\W*(?:以下|下面)(?:是|为您)[^。\n]{0,20}(?:摘要|总结|總結|翻译|翻譯|改写|润色)
        (?:后)?的?(?:结果|内容|版本|文本|稿|正文)?[：:])
    | (?m:^\W*(?:以下|こちら)(?:は|が)[^。\n]{0,20}(?:要約|翻訳)です)
    | (?i:^\W*(?:I\shope\s(?:this|that)\shelps|let\sme\sknow\sif\syou|would\syou\slike\sme\sto
        |if\syou(?:['’]d|\swould)\slike,\sI\scan|ich\shoffe,\sdas\shilft|j['’]espère\sque\scela\svous
        |espero\sque\s(?:esto|isso|te|le|isto)\b.{0,12}\b(?:ayude|sirva|ajude|útil)|spero\sche\squesto)\b)
    | (?i:\bmy\s(?:knowledge\scut-?off|(?:last|latest)\s(?:knowledge\s)?update|training\sdata)\b)
    | 截至我的知识 | 我的(?:知识|知識|训练数据)(?:库)?(?:截止|截至|更新)
    | 希望(?:这|這|以上).{0,8}(?:有帮助|有幫助|有所帮助)
    | 如果您?(?:需要|有).{0,16}请(?:随时)?告诉我 | お役に立て(?:れば|ましたら)
    | :contentReference\[ | \boaicite\b | 【\d+(?::\d+)?†[^】]*】
    | (?<![a-z])(?:cite)?turn\d+(?:search|news|view|image|file)\d+
    | (?i:\[citation\sneeded\]) | \[来源请求\] | [\ue200-\ue202]
"""


def _compiled(*tables: str) -> re.Pattern[str]:
    return re.compile("|".join(tables), re.VERBOSE | re.MULTILINE)


# Words without which a table finds nothing: most texts have none, and are not searched by it.
_STANDS_FOR_HINTS = """
    ipsum dolor adipiscing placeholder here hier ici tap click klicken clic insertar inserir
    inserire
    inserisci digite escriba scrivi titre вставить рыба 此处 此處 在此 这里 這裡 单击 點選 点击 點擊
    按一下 クリック ここ 後で あとで 클릭 여기
"""
_OF_A_PROGRAM_HINTS = """
    model modèle модель интеллект ии assist asistente qu'ia qu’ia sorry hope hoffe espère espero
    spero let would if my 截至 希望 如果 お役 below unable view access browse open 模型 助手 助理
    我无法 我無法 我不能 モデル 모델 here sure certainly course absolutely gerne natürlich bien
    claro certo certamente конечно hier voici aquí aqui ecco вот 好的 以下 下面 こちら
    summar translate rewrite paraphrase fasse übersetze formuliere résum tradui resum traduc traduz
    riassumi перескажи переведи сократи резюмируй 请 記事 文章 テキスト 다음 word wörter mots
    字数 字數 文字数
    当然 當然 没问题 沒問題 可以 もちろん 承知 물론 알겠 contentreference oaicite † turn citation
    来源请求 \ue200 \ue201 \ue202
"""
_BLANKS_HINTS = '[【［（(<‹@_{$%#*«&○●◯〇|€£“"„‘!！'
_OPEN = ("tktk", "caption", "headline", "pull quote", "photo credit", "byline")
_TABLES = (
    ((), _compiled(_FILLED_IN, _ALONE)),
    (
        (
            *_BLANKS_HINTS,
            *_OPEN,
            "xx",
            "××",
            "x×",
            "x.x",
            "x,x",
            "mm",
            "0000",
            "goes here",
            "speaker",
            "sprecher",
            "说话人",
            "說話人",
            "发言人",
            "話者",
        ),
        _compiled(_BLANKS),
    ),
    (tuple(_STANDS_FOR_HINTS.split()), _compiled(_STANDS_FOR)),
    (tuple(_OF_A_PROGRAM_HINTS.split()), _compiled(_OF_A_PROGRAM)),
)


# Signs in a row: patterns try each as the beginning of what the next ones are, too.
_RUN = re.compile(r"((?:[^\w\n]|_){64})(?:[^\w\n]|_)+")


def found_in(text: str) -> bool:
    """Whether a text, without code and addresses, holds something that stands for text."""
    text = _RUN.sub(r"\1", text)
    folded = text.casefold()
    return any(
        pattern.search(text) is not None
        for hints, pattern in _TABLES
        if not hints or any(hint in folded for hint in hints)
    )
