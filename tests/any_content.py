"""Contents that break layouts: what other tools, other scripts and careless hands put into an item.

Each is the text of one item, by name. `WIDE` of them hold something that no window is wide enough
for. Our own sentences. No database.
"""

from __future__ import annotations

_PIXEL = "https://pictures.example.org/1x1.gif"
_BANNER = "https://pictures.example.org/8000x20.png"
_LONG_URL = (
    "https://files.example.org/" + "/".join(f"part-{n:03}" for n in range(60)) + "?q=" + "x" * 200
)
_WORD = "Pneumonoultramicroscopic" * 13
_NESTED_TABLE = (
    "<table><tr><td>Outer<table><tr><th>Berth</th><th>Depth</th></tr><tr><td>North</td><td>4.20 m"
    "</td></tr></table></td><td>Second column of the outer table with several words</td></tr>"
    "</table>"
)
_WIDE_TABLE = "\n".join(
    "| " + " | ".join(f"{name} {n}" for n in range(12)) + " |" if name else "|" + "-|" * 12
    for name in ("Column", "", "a value")
)
_CODE = (
    "```sql\nSELECT " + ", ".join(f"harbour.column_{n}" for n in range(40)) + " FROM harbour;\n```"
)
_QUOTES = "\n".join(
    "> " * depth + f"Quotation at depth {depth} about the landing" + "\n" + "> " * depth
    for depth in range(1, 7)
)
_LISTS = "\n".join(
    "  " * depth * 2 + f"- Level {depth + 1} of the list, with some words to wrap"
    for depth in range(6)
)
_NUMBERS = "\n".join("   " * depth + f"{depth + 8}. Step {depth + 1}" for depth in range(6))
_RTL_LIST = (
    "- Left to right, then العبارة الليلية تعود (23:40), then on\n"
    "- העבירה חוזרת בלילה, North Quay 23:40\n"
    "- פתוח עד 22:00, then English again\n"
    "  - رصيف الشمال\n  - inner English\n"
)
_ZWJ = "👩‍🚀👨‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿🇨🇳🇩🇪👍🏽🧑🏿‍🤝‍🧑🏻❤️‍🔥" * 12
_MARKS = "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘ and Việt Nam, Đặng Thị Ngọc Thịnh, é́́́ n̈ g̃"
_MATHS = (
    "$$\\sum_{n=1}^{\\infty} \\frac{1}{n^2} = \\frac{\\pi^2}{6} \\quad\\text{and}\\quad "
    "\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}$$\n\n"
    "Inline $a^2+b^2=c^2$, \\(x_{i_1,\\ldots,i_n}\\), ∀ε>0 ∃δ>0: |x−a|<δ ⇒ |f(x)−f(a)|<ε.\n\n"
    "<math><mfrac><mn>1</mn><mn>3</mn></mfrac></math>"
)
_FOOTNOTES = (
    "A claim[^1] and another[^long].\n\n[^1]: The tide table of the year.\n"
    "[^long]: A note of two paragraphs.\n\n    The second one, with `code`."
)
_MEDIA = (
    '<audio controls src="https://media.example.org/a.mp3"></audio>\n\n'
    '<video controls poster="https://media.example.org/p.jpg" width="1920" height="1080">'
    '<source src="https://media.example.org/v.mp4" type="video/mp4">A film of the quay</video>\n\n'
    '<iframe width="1280" height="720" src="https://video.example.org/embed/1"></iframe>\n\n'
    '<svg width="3000" height="20"><rect width="3000" height="20"/></svg>'
)
_THAI = "เรือข้ามฟากกลางคืนกลับมาให้บริการระหว่างท่าเรือฝั่งเหนือกับหมู่เกาะอีกครั้งหลังจากหยุดไปเก้าปี" * 3
_KHMER = "សាឡាងពេលយប់ត្រឡប់មកវិញរវាងកំពង់ផែខាងជើងនិងកោះបន្ទាប់ពីផ្អាកអស់រយៈពេលប្រាំបួនឆ្នាំ" * 3
_BURMESE = "ညဘက်ကူးတို့သင်္ဘောသည်မြောက်ဘက်ဆိပ်ကမ်းနှင့်ကျွန်းများအကြားပြန်လည်ပြေးဆွဲတော့မည်ဖြစ်သည်" * 3
_LAO = "ເຮືອຂ້າມຟາກກາງຄືນກັບຄືນມາລະຫວ່າງທ່າເຮືອເໜືອແລະເກາະຕ່າງໆ" * 3
_TIBETAN = "མཚན་མོའི་གྲུ་གཟིངས་བྱང་ཕྱོགས་གྲུ་ཁ་དང་གླིང་ཕྲན་དབར་ཡང་བསྐྱར་འགྲོ་འགོ་བཙུགས་འདུག།" * 3
_HINDI = (
    "रात की नौका उत्तरी घाट और द्वीपों के बीच नौ साल बाद फिर से चलने लगी है; अंतर्राष्ट्रीय प्रतिस्पर्धात्मकता। "
    * 3
)
_VERTICAL = "「此處引文『內層引文〈再內層〉』結束。」——出處︵直排括號︶﹁直排引號﹂﹃雙﹄"
_WORD_HTML = (
    '<p class="MsoNormal" style="margin-left:36.0pt;mso-list:l0 level1 lfo1;width:1800px">'
    '<span style="font-family:Wingdings">·</span><span lang="EN-US" style="font-size:48pt">From '
    'Word<o:p></o:p></span></p><table class="MsoTableGrid" width="1400" style="width:1050pt;'
    'border-collapse:collapse"><tr><td width="700" style="width:525pt" nowrap>A cell that must not '
    "wrap, says its attribute, with a good many words in it</td><td width=700>B</td></tr></table>"
)
_DOCS_HTML = (
    '<b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38;'
    'margin-top:0pt"><span style="font-size:11pt;background-color:#000;color:#000;white-space:pre">'
    "From Google Docs,&nbsp;with&nbsp;non&nbsp;breaking&nbsp;spaces&nbsp;between&nbsp;all"
    "&nbsp;of&nbsp;its&nbsp;words&nbsp;so&nbsp;that&nbsp;a&nbsp;line&nbsp;finds&nbsp;no&nbsp;place&nbsp;to&nbsp;break"
    "</span></p></b><ol><li dir=ltr aria-level=1><p role=presentation>One</p></li></ol>"
)
_FEISHU_HTML = (
    '<div data-page-id="x" data-docx-has-block-data="true"><div class="ace-line heading-h2" '
    'style="position:absolute;left:-900px;width:3000px">飞书文档标题</div><div class="ace-line" '
    'style="white-space:nowrap;min-width:2000px">从飞书复制的一行文字，带有固定宽度与不换行的样式，应当正常换行显示。</div>'
    '<div class="callout" style="background:yellow;float:right;width:900px">高亮块</div></div>'
)
_HEADINGS = (
    "# First\n\ntext\n\n## Second\n\ntext\n\n#### Fourth\n\ntext\n\n###### Sixth " + "wide " * 20
)
_MIXED = (
    "日本語の夜行フェリーと、中文句子 und deutsche Donaudampfschifffahrtsgesellschaft sowie "
    "русская достопримечательность, ελληνική συγκοινωνία, ქართული გემი, հայերեն նավ"
)
_SOFT = (
    "Donau\u00addampf\u00adschiff\u00adfahrts\u00adgesell\u00adschaft " * 6
    + "zero\u200bwidth\u200bspace" * 12
)
_RULES = "---\n\n***\n\ntext\n\n" + "=" * 200 + "\n\n" + "—" * 120 + "\n\n" + "." * 300
_HASH = "sha256:" + "0123456789abcdef" * 16
_ASCII_ART = "```\n" + "\n".join("+" + "-" * 150 + "+" for _ in range(3)) + "\n```"
_INLINE_CODE = (
    "Set `"
    + "SUDI_VERY_LONG_SETTING_NAME_" * 8
    + "` and `a b c`, then `"
    + "/usr/share/" * 20
    + "`."
)
_TASKS = (
    "- [ ] open\n- [x] done with **bold `code` and [link](https://example.org/" + "y" * 150 + ")**"
)
_DETAILS = (
    "<details open><summary>Summary with "
    + "words " * 20
    + "</summary>\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n</details>"
)
_RUBY = "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby> " * 8
_DIRECTION = "\u202eoverride\u202c and \u2067isolate\u2069 and \u200fmark, 123-456 مرحبا 789"
_URDU = (
    "نستعلیق میں لکھا ہوا متن جس میں انگریزی words اور 23:40 جیسے اعداد ہیں۔\n\n1. پہلا\n2. دوسرا"
)
_MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ ᠰᠢᠨ᠎ᠡ ᠮᠡᠳᠡᠭᠡ " * 6

CONTENTS: dict[str, str] = {
    "nested table": _NESTED_TABLE,
    "twelve columns": _WIDE_TABLE,
    "wide code": _CODE,
    "a word of 300 letters": _WORD,
    "quotations six deep": _QUOTES,
    "lists six deep": _LISTS,
    "numbers six deep": _NUMBERS,
    "right to left in a list": _RTL_LIST,
    "emoji": _ZWJ,
    "combining marks": _MARKS,
    "mathematics": _MATHS,
    "footnotes": _FOOTNOTES,
    "audio and video": _MEDIA,
    "a very long address": f"{_LONG_URL}\n\n[{_LONG_URL}]({_LONG_URL})\n\n<{_LONG_URL}>",
    "Thai": _THAI,
    "Khmer": _KHMER,
    "Burmese": _BURMESE,
    "Lao": _LAO,
    "Tibetan": _TIBETAN,
    "Devanagari": _HINDI,
    "vertical quotation marks": _VERTICAL * 4,
    "a picture of one dot": f"![dot]({_PIXEL}) ![]({_PIXEL})",
    "a picture of 8000 by 20": f'![banner]({_BANNER})\n\n<img src="{_BANNER}" width="8000">',
    "headings": _HEADINGS,
    "from Word": _WORD_HTML,
    "from Google Docs": _DOCS_HTML,
    "from Feishu": _FEISHU_HTML,
    "mixed scripts": _MIXED,
    "soft hyphens": _SOFT,
    "rules": _RULES,
    "a digest of a file": _HASH,
    "drawn with letters": _ASCII_ART,
    "code in a line": _INLINE_CODE,
    "tasks": _TASKS,
    "details": _DETAILS,
    "ruby": _RUBY,
    "direction": _DIRECTION,
    "Urdu": _URDU,
    "Mongolian": _MONGOLIAN,
}  # fmt: skip
