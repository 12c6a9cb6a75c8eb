"""What a title says was done: a release, a purchase, a fine, a leak. Pure.

Two editors say the same act in other words, the two sides of one sale among them; two news of one
house on one day mostly tell of two acts. So acts in common speak for one story, and acts of which
none is in common speak against it. Words of announcing as such (発表, 宣布, says) are no act.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

# Each act by its words in the languages whose digests are read most. `*` is any ending; words in
# Chinese, Japanese and Korean are found anywhere; `_` stands between two words.
_ACTS: Mapping[str, str] = {
    "release": """
        release* launch* ship ships shipped unveil* introduc* debut* rolls_out rolling_out
        open-sourc* opensourc* generally_available now_available is_out 发布 推出 开源 上线
        亮相 問世 问世 發布 開源 上線 公開 発売 リリース 提供開始 配信 登場 출시 공개 오픈소스
        선보 veröffentlich* vorgestellt stellt_vor erscheint erschienen bringt freigegeben
        dévoile* lance lancent lancement présente* publie* lanza* presenta* estrena* lança*
        lançamento rilascia* вышел вышла вышло выпусти* представи* запусти* доступ* تطلق يطلق
        إطلاق تكشف يكشف متاح طرح""",
    "sale": """
        acquir* acquisition* buy buys buying bought takeover* take_over purchas* sell sells
        sold divest* to_join 收购 并购 收購 買収 売却 出售 인수 매각 합병 合併 合并 merger
        merge* merges übernimmt übernahme* übernehm* kauft verkauft verkauf fusion* rachète*
        rachat rachet* vend cède achète* acquiert giron compra* adquier* vende* venta fusión
        купил* куп* покуп* приобр* прода* контроль слияни* تستحوذ استحواذ يستحوذ صفقة تبيع بيع""",
    "funding": """
        funding valuation* series_a series_b series_c fundrais* 融资 估值 融資 調達 투자_유치
        유치 finanzierung* finanzierungsrunde bewertung lève levée levées ronda rodada
        привлек* раунд* تمويل جولة""",
    "investment": """
        invest* spend spends spending 投资 投資 出資 투자 inverti* inversión инвест* استثمار
        تستثمر""",
    "partnership": """
        partner* teams_up team_up collaborat* alliance 合作 联手 携手 提携 共同開発 협력 제휴
        kooper* partenaria* s'allie alianza alía* партнёр* партнер* сотруднич* شراكة تتعاون""",
    "leak": """
        leak* breach* hack hacks hacked hackers stolen cyberattack* exfiltrat* 泄露 泄漏 外泄
        黑客 入侵 洩漏 流出 漏えい 漏洩 不正アクセス サイバー攻撃 유출 해킹 datenleck* gehackt
        hacker* cyberangriff* fuite* pirat* données_de filtra* hacke* ciberataque* утеч* утек*
        взлом* кибератак* хакер* تسريب اختراق قراصنة""",
    "flaw": """
        vulnerab* cve rce zero-day 0-day exploit* flaw* 漏洞 脆弱性 ゼロデイ 취약점
        sicherheitslück* lücke* schwachstelle* faille* vulnérab* уязвим* ثغرة ثغرات""",
    "outage": """
        outage* downtime blackout* is_down goes_down 宕机 中断 故障 停机 停电 通信障害 障害
        停電 장애 먹통 정전 운행_중단 ausfall* störung* lahm panne* coupure* apagón*
        corte_eléctrico сбой сбои сбоя отключ* انقطاع عطل""",
    "results": """
        revenue* profit* earnings 营收 财报 利润 净利 決算 純利益 営業利益 실적 영업이익
        영업익 매출 umsatz* gewinn quartalszahlen résultats bénéfice* chiffre_d'affaires gana
        ingresos beneficio* выручк* прибыл* أرباح إيرادات""",
    "selling": """
        sales deliveries shipments 销量 交付 出货 販売 出荷 판매 출하 absatz verkaufszahlen
        ventes ventas продаж* مبيعات""",
    "rates": """
        interest_rate interest_rates rate_cut rate_hike fed_rate 利率 加息 降息 利上げ 利下げ
        政策金利 기준금리 leitzins* taux_directeur tipos_de tipos_oficiales ключев* ставк*
        الفائدة""",
    "order": "订购 采购 発注 受注 발주 수주 commande commandent bestellt encarga заказал* طلبية",
    "delivery": """
        livre livrent livraison* liefert ausgeliefert entrega entregan 納品 납품 поставил*
        تسليم""",
    "price": """
        price* pricing 涨价 降价 售价 定价 价格 漲價 値上げ 値下げ 価格 가격 인상 preis* prix
        tarif* precio* tarifa* цен* подорожа* أسعار سعر tickets""",
    "vote": """
        approv* adopts adopted passes passed vote votes voted greenlight* 批准 通過 可決 가결
        통과 beschließ* zugestimmt stimmt_zu stimmt_für adopte* valide* vote* aprueba* aprobó
        luz_verde одобри* принял* يقر تقر يوافق""",
    "justice": """
        sue sues sued lawsuit* court* judge* fine fined fines ruling verdict 起诉 诉讼 罚款
        判决 被罚 提訴 訴訟 罰金 課徴金 判決 소송 과징금 벌금 klage* verklag* geldbuße bußgeld
        strafe gericht* amende* tribunal procès cnil multa* demanda* sentencia deberá_pagar
        суд суда иск иска штраф* دعوى غرامة محكمة""",
    "inquiry": """
        probe* investigat* inquiry 调查 約谈 约谈 行政指導 捜査 立ち入り 조사 수사 ermittl*
        enquête* investiga* расслед* проверк* تحقيق""",
    "layoffs": """
        layoff* lay_off job_cuts cut_jobs of_jobs job-cut* 裁员 裁員 人員削減 リストラ 감원
        구조조정 희망퇴직 stellenabbau stellen licenci* suppressions_de despid* despidos
        сокращ* увольн* تسريح""",
    "office": """
        resign* steps_down step_down appoint* successor names_new 离任 离职 辞职 任命 卸任
        接任 辭職 辞任 就任 社長交代 사임 선임 취임 rücktritt zurücktritt nachfolger* chefin
        neuer_chef démission* nommé* dimite* dimisión nombra* отставк* назнач* يستقيل استقالة
        تعيين""",
    "listing": """
        ipo goes_public 上市 挂牌 上場 상장 börsengang bolsa introduction_en بورصة اكتتاب""",
    "ban": """
        ban bans banned block blocks blocked 禁止 封禁 禁令 封锁 下架 차단 금지 verbot*
        verbiet* interdi* bloque* prohíb* prohib* заблок* блокир* запре* замедл* حظر تحظر""",
    "delay": """
        delay* postpon* 推迟 延期 跳票 延後 연기 verschieb* verschoben verspätet reporté
        reportée reporte retras* aplaza* перен* отлож* تؤجل تأجيل""",
    "end": """
        discontinu* shutdown shuts_down shutting_down sunset* deprecat* 停止服务 关停 停运
        终止 退役 サービス終了 提供終了 서비스_종료 종료 eingestellt abgeschaltet abschalt*
        fermeture ferme cierra* cierre закры* إغلاق تغلق""",
    "recall": "recall* 召回 リコール 리콜 rückruf* zurückruf* rappelle rappel отзыв* отзывает",
    "quake": "earthquake* quake* 地震 지진 erdbeben* séisme* terremoto* sismo* землетряс* زلزال",
    "volcano": "erupt* eruption* volcan* 喷发 噴火 분화 vulkan* извержен* بركان",
    "strike": "walkout 罢工 ストライキ 파업 streik* grève* huelga* забастовк* إضراب",
    "renaming": """
        renam* rebrand* 改名 更名 改称 改名为 社名変更 사명_변경 umbenann* benennt_sich
        heißt_künftig heißt_jetzt rebaptis* renombra* rebautiza* переимен* اسمها""",
    "lesson": """
        guide tutorial* how_to hands-on benchmark* tested review* lessons 教程 实测 评测 测评
        指南 解读 揭秘 使い方 検証 レビュー 解説 리뷰 사용법 anleitung* im_test tutoriel*
        análisis обзор* инструкц* شرح مراجعة explains explained erklärt explique explica*
        объясн*""",
    "admission": """
        admit* 承认 认错 道歉 apolog* 謝罪 사과 räumt_ein reconnaît reconoce призна* تعترف""",
    "free": "for_free 免费 限免 免費 無料 무료 kostenlos* gratuit* gratis бесплатн* مجاني مجانا",
}  # fmt: skip

# What one story may well have several of: what it says of the one is another's whole title.
_KINDS = (
    {"sale", "funding", "investment", "results", "selling", "listing", "layoffs", "office"},
    {"vote", "justice", "inquiry", "ban", "end", "recall", "delay", "admission"},
    {"leak", "flaw", "outage", "admission", "strike", "quake", "volcano", "end"},
    {"release", "free", "price", "lesson", "partnership", "listing", "renaming"},
)

# What two do with each other: who they are, and what it is, is the whole story.
OF_TWO = frozenset({"sale", "partnership", "investment"})

_DENSE = re.compile(r"[㐀-鿿぀-ヿ가-힣]+")
_WORD = re.compile(r"[^\W\d_㐀-鿿぀-ヿ가-힣](?:[^\W_㐀-鿿぀-ヿ가-힣]|['’\-])*|0-day")
# Verbs that German parts: the rest stands further on.
_VERBS = {
    ("stellt", "vor"): "release", ("stellt", "ein"): "end", ("schaltet", "ab"): "end",
    ("ruft", "zurück"): "recall", ("benennt", "um"): "renaming", ("bringt", "heraus"): "release",
    ("stimmt", "zu"): "vote",
}  # fmt: skip
_SHORTEST = 3  # letters of a stem
_LONGEST = 6  # letters of an act in a dense script


def _tables() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Act by dense word, by whole word or two words, and by stem."""
    dense: dict[str, str] = {}
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for act, words in _ACTS.items():
        for word in words.casefold().split():  # ß is ss.
            if word.endswith("*"):
                stems[word[:-1]] = act
            elif _DENSE.match(word):
                dense[word.replace("_", "")] = act
            else:
                whole[word.replace("_", " ")] = act
    return dense, whole, stems


_ANYWHERE, _WHOLE, _STEMS = _tables()


def acts_of(text: str) -> frozenset[str]:
    """The acts a title names."""
    return frozenset(_found(text.casefold().replace("’", "'")))


def _found(text: str) -> Iterator[str]:
    for run in _DENSE.finditer(text):
        letters = run[0]
        for place in range(len(letters) - 1):
            for end in range(place + 2, min(place + _LONGEST, len(letters)) + 1):
                if act := _ANYWHERE.get(letters[place:end]):
                    yield act
    before, seen = "", set()
    for found in _WORD.finditer(text):
        word = found[0]
        act = _WHOLE.get(word) or _WHOLE.get(f"{before} {word}")
        if act is None:
            stems = (word[:end] for end in range(len(word), _SHORTEST - 1, -1))
            act = next((_STEMS[stem] for stem in stems if stem in _STEMS), None)
        if act:
            yield act
        seen.add(word)
        before = word
    yield from (act for (first, last), act in _VERBS.items() if first in seen and last in seen)


def agree(mine: frozenset[str], theirs: frozenset[str]) -> int:
    """1 where two titles name one act, -1 where each names others, -2 where none of these goes with
    one of the other's; 0 where one of them names none, or both but a release, as most news does."""
    both = mine & theirs
    if both or not mine or not theirs:
        return int(bool(both - {"release"}))
    near = any(mine & kind and theirs & kind for kind in _KINDS)
    return -1 if near else -2
