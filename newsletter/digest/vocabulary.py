"""Words of the languages documents are written in; the one file to extend for another language.

Only what the reader of documents needs. It knows nothing of the languages of the site's pages,
which have their own table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language. Upper and lower case make no difference."""

    # The spellings of each month, January first; empty where dates are written in numbers.
    months: tuple[tuple[str, ...], ...]
    # For each field of an item the names it goes by in front of a colon.
    fields: Mapping[str, tuple[str, ...]]
    # Labels of links that name no publisher, such as "read more".
    placeholders: tuple[str, ...]
    # What is counted behind a section's heading, as regular expressions: "News (12 items)".
    counters: tuple[str, ...]
    # Units of figures, as regular expressions; a longer unit before those it starts with.
    units: tuple[str, ...]
    # Prepositions that tie an author or publisher to a title: "by Alice".
    bylines: tuple[str, ...]
    # Headings of an introduction, as people write them above the first item.
    introductions: tuple[str, ...] = ()
    # Headings of the last words, and what ties a heading to the day: "Today's summary".
    closings: tuple[str, ...] = ()
    of_now: tuple[str, ...] = ()
    # What an issue calls itself: a second title of these words alone names nothing.
    issues: tuple[str, ...] = ()
    # Headings of a table of contents.
    contents: tuple[str, ...] = ()
    # Headings of a list of what was read for the issue; its sources are none of its items.
    references: tuple[str, ...] = ()
    # What ties a publisher to the end of a text: "(via The Paper)".
    trailers: tuple[str, ...] = ()


CHINESE = Vocabulary(
    months=(),
    fields={
        "category": ("分类", "类别", "栏目", "所属分类"),
        "source": ("来源", "信息来源", "消息来源", "数据来源", "出处", "转自", "媒体"),
        "link": (
            "链接", "原文", "原文链接", "原文地址", "阅读原文", "查看原文", "网址", "项目地址",
            "官网", "网站", "地址",
        ),
        "date": ("日期", "发布日期", "发布时间"),
        "insight": ("核心洞察", "洞察", "核心观点", "编辑点评", "点评"),
        "summary": ("内容简介", "简介", "摘要", "内容摘要", "核心内容", "内容概要", "要点"),
        "score": ("重要性", "评分", "综合评分", "推荐指数", "热度"),
        "title": ("原文标题", "原标题", "标题原文"),
        "related": ("相关链接", "相关阅读", "延伸阅读", "另见"),
        "author": ("作者", "撰文", "编辑", "推荐人", "译者", "分享者"),
        "tags": ("标签", "标签云", "关键词", "关键字"),
        "comments": ("讨论", "评论", "讨论串", "讨论链接"),
    },
    placeholders=(
        "来源", "来源链接", "链接", "原文", "原文链接", "阅读原文", "阅读全文", "查看原文",
        "查看详情", "详情", "官网", "网站",
    ),
    counters=("条", "篇", "个", "则", "项"),
    units=(
        "万亿", "千亿", "百亿", "十亿", "亿", "千万", "百万", "万", "%", "％", "‰", "倍", "元",
        "美元",
    ),
    bylines=(),
    introductions=(
        "卷首语", "开卷语", "刊首语", "前言", "引言", "导语", "开篇", "编者按", "导读", "写在前面",
        "综述", "今日综述",
        "今日速览", "今日要点", "今日概览", "本期导读", "本期要点", "本周导读", "概述", "摘要",
        "核心洞察", "总览", "速览", "要点", "总结", "小结", "提要", "导览", "編者按", "總覽",
        "總結",
    ),
    closings=(
        "结语", "结束语", "总结", "小结", "尾声", "写在最后", "后记", "最后", "結語", "總結",
        "後記",
    ),
    of_now=("今日", "今天", "本日", "每日", "本期", "本周", "本週", "当日", "當日"),
    issues=("日报", "日報", "周报", "週報", "简报", "簡報", "早报", "晚报", "每日简报",
            "每日报告", "今日报告"),
    contents=("目录", "本期目录", "目次", "概览", "索引", "本期内容"),
    references=(
        "参考", "参考链接", "参考文献", "参考资料", "参考来源", "參考", "參考連結", "參考文獻",
        "參考資料", "參考來源", "引用", "引用来源", "引用链接", "资料来源", "資料來源", "信息来源",
        "数据来源", "消息来源", "来源", "来源链接", "来源列表", "信源", "出处",
    ),
    trailers=("来源", "出处", "转自", "来自", "via"),
)  # fmt: skip

ENGLISH = Vocabulary(
    months=(
        ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",),
        ("jun", "june"), ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"),
        ("oct", "october"), ("nov", "november"), ("dec", "december"),
    ),
    fields={
        "category": ("category", "section", "filed under"),
        "source": ("source", "sources", "via", "publisher"),
        "link": (
            "link", "url", "read more", "original", "original link", "site", "website", "homepage",
        ),
        "date": ("date", "published", "posted", "published on", "posted on"),
        "insight": ("insight", "key insight", "core insight", "takeaway", "why it matters"),
        "summary": ("summary", "abstract", "key points", "highlights", "tl;dr", "tldr"),
        "score": ("score", "rating", "importance"),
        "title": ("original title",),
        "related": ("see also", "related"),
        "author": ("author", "authors", "by", "written by", "shared by", "submitted by"),
        "tags": ("tags", "tag", "keywords", "topics", "labels"),
        "comments": ("comments", "discussion", "thread", "discuss"),
    },
    placeholders=(
        "source", "link", "read more", "read", "more", "here", "original", "via", "site",
        "website",
    ),
    counters=("items?", "links?"),
    units=("billion", "million", "trillion", r"bn\b", r"k\b", r"x\b"),
    bylines=("by", "from", "via", "in", "at", "on", "with", "for"),
    introductions=(
        "intro", "introduction", "editorial", "welcome", "hello", "foreword", "editor's note",
        "from the editor", "summary", "overview", "at a glance", "highlights", "tl;dr", "tldr",
        "preface", "opening", "executive summary", "recap", "briefing", "brief", "in brief",
    ),
    closings=(
        "closing", "closing words", "closing thoughts", "closing notes", "conclusion", "wrap-up",
        "wrap up", "outro", "final thoughts", "final words", "in closing", "until next time",
        "that's all", "summary", "goodbye",
    ),
    of_now=("today's", "today’s", "today", "of the day", "daily", "this week's", "this week’s",
            "weekly", "of the week", "this week", "this issue's"),
    issues=(
        "daily", "weekly", "report", "digest", "brief", "briefing", "newsletter", "update",
        "edition", "issue", "news",
    ),
    contents=("contents", "table of contents", "toc", "in this issue", "index"),
    references=(
        "references", "reference", "reference list", "reference links", "sources", "source list",
        "source links", "all sources", "sources cited", "works cited", "citations", "bibliography",
        "footnotes", "endnotes",
    ),
    trailers=("via", "source", "sources", "from"),
)  # fmt: skip


def _other(
    fields: Mapping[str, tuple[str, ...]],
    introductions: tuple[str, ...],
    contents: tuple[str, ...],
    placeholders: tuple[str, ...],
    references: tuple[str, ...],
    closings: tuple[str, ...],
    of_now: tuple[str, ...],
    issues: tuple[str, ...],
) -> Vocabulary:
    """A language of which only the names of fields and headings are known here."""
    return Vocabulary(
        months=(),
        fields=fields,
        placeholders=placeholders,
        counters=(),
        units=(),
        bylines=(),
        introductions=introductions,
        contents=contents,
        references=references,
        closings=closings,
        of_now=of_now,
        issues=issues,
        trailers=fields["source"],
    )


JAPANESE = _other(
    {
        "category": ("カテゴリ", "カテゴリー", "分類"),
        "source": ("出典", "ソース", "引用元", "情報源"),
        "link": ("リンク", "元記事"), "date": ("日付", "公開日", "投稿日"),
        "summary": ("要約", "概要"), "author": ("著者", "筆者", "投稿者"), "tags": ("タグ",),
        "score": ("スコア", "評価"), "related": ("関連リンク", "関連記事"),
        "comments": ("コメント",),
    },
    ("はじめに", "まえがき", "ごあいさつ", "今週のまとめ", "まとめ", "概要",
     "要約", "サマリー", "要点", "ハイライト"),
    ("目次", "もくじ"),
    ("続きを読む", "元記事", "記事を読む", "リンク", "こちら"),
    ("参考", "参考リンク", "参考文献", "参考資料", "参考記事", "参考サイト", "参考url", "参照",
     "参照リンク", "引用元", "引用文献", "出典", "出典一覧", "情報源", "情報源一覧", "ソース",
     "ソース一覧"),
    ("おわりに", "終わりに", "まとめ", "最後に", "あとがき", "編集後記", "結び"),
    ("本日の", "今日の", "今週の", "今号の", "きょうの"),
    ("日報", "週報", "デイリー", "レポート", "デイリーレポート", "ニュース",
     "ダイジェスト", "まとめ"),
)  # fmt: skip
KOREAN = _other(
    {
        "category": ("분류", "카테고리"), "source": ("출처", "원문 출처"),
        "link": ("링크", "원문", "원문 링크"),
        "date": ("날짜", "게시일", "작성일"), "summary": ("요약",),
        "author": ("작성자", "저자", "글쓴이"),
        "tags": ("태그",), "score": ("점수", "평점"), "related": ("관련 링크",),
        "comments": ("댓글",),
    },
    ("들어가며", "머리말", "인사말", "소개", "요약", "개요", "핵심 요약", "한눈에 보기"),
    ("목차", "차례"),
    ("자세히 보기", "더 보기", "원문", "원문 보기", "링크"),
    ("참고", "참고 자료", "참고자료", "참고 링크", "참고링크", "참고 문헌", "참고문헌",
     "참조", "출처", "출처 목록"),
    ("마치며", "맺음말", "마무리", "나가며", "정리"),
    ("오늘의", "금일", "이번 주", "금주의"),
    ("일보", "일간", "주간", "보고서", "리포트", "뉴스", "브리핑", "뉴스레터", "데일리"),
)  # fmt: skip
FRENCH = _other(
    {
        "category": ("catégorie", "rubrique"), "source": ("source", "sources"),
        "link": ("lien", "lire la suite", "site"), "date": ("date", "publié le"),
        "summary": ("résumé",), "author": ("auteur", "autrice", "auteurs", "par"),
        "tags": ("mots-clés", "mots clés", "étiquettes"), "score": ("évaluation",),
        "related": ("voir aussi", "à lire aussi"), "comments": ("commentaires", "discussion"),
    },
    ("édito", "éditorial", "intro", "introduction", "avant-propos", "bienvenue",
     "résumé", "en bref", "l'essentiel", "l’essentiel", "aperçu", "synthèse"),
    ("sommaire", "au sommaire", "table des matières"),
    ("lire la suite", "en savoir plus", "lien", "ici", "voir"),
    ("références", "sources", "bibliographie", "sources et références"),
    ("conclusion", "pour finir", "mot de la fin", "en conclusion", "à bientôt"),
    ("du jour", "de la semaine", "d'aujourd'hui", "d’aujourd’hui"),
    ("rapport", "bulletin", "quotidien", "lettre", "édition", "numéro"),
)  # fmt: skip
GERMAN = _other(
    {
        "category": ("kategorie", "rubrik"), "source": ("quelle", "quellen"),
        "link": ("link", "weiterlesen", "zum artikel", "webseite"),
        "date": ("datum", "veröffentlicht"),
        "summary": ("zusammenfassung",), "author": ("autor", "autorin", "autoren", "von"),
        "tags": ("schlagwörter", "stichwörter", "schlagworte"), "score": ("bewertung", "punkte"),
        "related": ("siehe auch",), "comments": ("kommentare", "diskussion"),
    },
    ("vorwort", "einleitung", "editorial", "willkommen", "hallo",
     "zusammenfassung", "überblick", "übersicht", "kurz und knapp", "auf einen blick",
     "im überblick"),
    ("inhalt", "inhaltsverzeichnis", "in dieser ausgabe"),
    ("weiterlesen", "mehr", "mehr lesen", "zum artikel", "hier"),
    ("quellen", "quellenverzeichnis", "quellenangaben", "quellennachweise", "referenzen",
     "literatur", "literaturverzeichnis", "einzelnachweise", "nachweise"),
    ("fazit", "schlusswort", "zum schluss", "schluss", "ausklang", "bis bald"),
    ("heutige", "des tages", "heute", "der woche", "heute im"),
    ("bericht", "tagesbericht", "wochenbericht", "ausgabe", "rundbrief", "täglicher"),
)  # fmt: skip
SPANISH = _other(
    {
        "category": ("categoría", "sección"), "source": ("fuente", "fuentes"),
        "link": ("enlace", "leer más", "sitio"), "date": ("fecha", "publicado"),
        "summary": ("resumen",), "author": ("autor", "autora", "autores", "por"),
        "tags": ("etiquetas",), "score": ("puntuación",), "related": ("ver también",),
        "comments": ("comentarios",),
    },
    ("editorial", "introducción", "bienvenida", "bienvenidos", "prólogo",
     "resumen", "en breve", "lo esencial", "panorama"),
    ("contenido", "contenidos", "índice", "en este número"),
    ("leer más", "ver más", "enlace", "aquí"),
    ("referencias", "fuentes", "bibliografía", "fuentes consultadas"),
    ("cierre", "conclusión", "conclusiones", "despedida", "para terminar"),
    ("del día", "de hoy", "de la semana"),
    ("informe", "boletín", "diario", "edición", "número"),
)  # fmt: skip
ITALIAN = _other(
    {
        "category": ("categoria", "sezione"), "source": ("fonte", "fonti"),
        "link": ("collegamento", "leggi di più", "sito"), "date": ("pubblicato",),
        "summary": ("riassunto", "sommario"), "author": ("autore", "autrice", "autori"),
        "tags": ("etichette",), "score": ("punteggio", "voto"), "related": ("vedi anche",),
        "comments": ("commenti",),
    },
    ("editoriale", "introduzione", "benvenuti", "premessa",
     "riassunto", "in breve", "sintesi", "panoramica"),
    ("indice", "in questo numero"),
    ("leggi di più", "continua a leggere", "qui"),
    ("riferimenti", "fonti", "bibliografia"),
    ("conclusione", "conclusioni", "in chiusura", "saluti"),
    ("del giorno", "di oggi", "della settimana"),
    ("rapporto", "bollettino", "quotidiano", "edizione", "numero"),
)  # fmt: skip
PORTUGUESE = _other(
    {
        "category": ("categoria", "seção", "secção"), "source": ("fonte", "fontes"),
        "link": ("ligação", "leia mais", "ler mais", "saiba mais"), "date": ("publicado",),
        "summary": ("resumo",), "author": ("autor", "autora", "autores", "por"),
        "tags": ("etiquetas", "palavras-chave"), "score": ("pontuação",),
        "related": ("veja também",), "comments": ("comentários",),
    },
    ("editorial", "introdução", "boas-vindas", "prefácio",
     "resumo", "em resumo", "visão geral", "panorama"),
    ("conteúdo", "índice", "nesta edição", "sumário"),
    ("leia mais", "ler mais", "saiba mais", "aqui"),
    ("referências", "fontes", "bibliografia"),
    ("conclusão", "encerramento", "considerações finais", "até logo"),
    ("do dia", "de hoje", "da semana"),
    ("relatório", "boletim", "diário", "edição", "número"),
)  # fmt: skip
RUSSIAN = _other(
    {
        "category": ("категория", "рубрика", "раздел"), "source": ("источник", "источники"),
        "link": ("ссылка", "читать далее", "сайт", "оригинал"), "date": ("дата", "опубликовано"),
        "summary": ("кратко", "резюме"), "author": ("автор", "авторы"), "tags": ("теги", "метки"),
        "score": ("оценка", "рейтинг"), "related": ("см. также", "по теме"),
        "comments": ("комментарии", "обсуждение"),
    },
    ("введение", "вступление", "от редакции", "привет", "предисловие",
     "обзор", "краткий обзор", "кратко", "главное", "коротко"),
    ("содержание", "оглавление", "в этом выпуске", "в номере"),
    ("читать далее", "подробнее", "читать", "ссылка", "тут", "здесь"),
    ("источники", "литература", "список литературы", "список источников"),
    ("заключение", "итоги", "итог", "в заключение", "послесловие"),
    ("дня", "сегодня", "за день", "недели", "за неделю"),
    ("отчёт", "отчет", "сводка", "дайджест", "выпуск", "ежедневный"),
)  # fmt: skip

LANGUAGES: tuple[Vocabulary, ...] = (
    CHINESE,
    ENGLISH,
    JAPANESE,
    KOREAN,
    FRENCH,
    GERMAN,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    RUSSIAN,
)

# Every field of an item that a label can name.
FIELDS: tuple[str, ...] = tuple(CHINESE.fields)


def names_of(name: str) -> Iterator[str]:
    """The names of one field in every language."""
    for language in LANGUAGES:
        yield from language.fields.get(name, ())


def month_numbers() -> Mapping[str, int]:
    """The number of each month by each of its spellings."""
    return {
        spelling: number
        for language in LANGUAGES
        for number, spellings in enumerate(language.months, start=1)
        for spelling in spellings
    }


Words = Literal[
    "placeholders", "counters", "units", "bylines", "introductions", "closings", "of_now",
    "issues", "contents", "references", "trailers",
]  # fmt: skip


def either(words: Words) -> str:
    """The words of that name in every language, joined as alternatives of a regular expression.

    The longer ones first, so that "read more" is tried before "read".
    """
    found = {word: None for language in LANGUAGES for word in getattr(language, words)}
    if words == "units":
        return "|".join(found)
    return "|".join(sorted(found, key=len, reverse=True))


def is_one_of(words: Words, text: str) -> bool:
    """Whether `text` is one of the words of that name, whatever its case."""
    return " ".join(text.casefold().split()) in _folded(words)


@cache
def _folded(words: Words) -> frozenset[str]:
    return frozenset(word.casefold() for language in LANGUAGES for word in getattr(language, words))


def is_field(name: str) -> bool:
    """Whether a name is that of a field, in any language."""
    return " ".join(name.split()).casefold() in _field_names()


@cache
def _field_names() -> frozenset[str]:
    return frozenset(name.casefold() for field in FIELDS for name in names_of(field))
