"""Words that most news of a kind share, and names that one house has in two scripts. Data.

That something was released, opened or updated says little about which story a title tells; which
thing it was says nearly all. A reader of 谷歌 and of Google reads of one house.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Pairs of letters of Chinese and Japanese words; a pair across two such words is one too.
ANNOUNCING_PAIRS = _words(
    "发布 推出 开源 上线 正式 宣布 官宣 更新 支持 开放 升级 新增 功能 重大 全面 首个 首款"
    " 全球 团队 模型 官方 即将 布并 并开 式发 式上 布首 大更 重磅 实测 用户 能力 实现 技术"
    " 完成 消息 据称 曝光 报道 布会 平台 系统 工具 智能 行业 品牌 免费 限时 公司 成为 背后"
    " 揭秘 解析 深度 开启 打造 全新 版本 模态 多模 原生 框架 服务 架构 应用 产品 加速 达成"
    " 合作 接入 提供 最新 發布 開源 上線 宣佈 支援 開放 升級 團隊 發表 平臺 系統 発表 開始"
    " 公開 新た 対応 機能 追加 登場"
)
# Words of other scripts: particles, and what is said of every release.
ANNOUNCING_WORDS = _words(
    "the a an of for to in on and or with by from at as is are be been it its now new out has"
    " have how what why your you we i our this that these will can more into using use than"
    " not no available generally general availability release released releases releasing"
    " launch launches launched launching introduce introduces introducing introduced announce"
    " announces announced announcing announcement meet update updates updated public preview"
    " beta support supports supported adds add added via show hn ask tell get gets ships"
    " shipped official officially model models feature features version ai api app first says"
    " say said report reports der die das den dem ein eine einen und oder von vom zu zum zur"
    " mit für auf im am ist sind wird werden neu neue neuer neues veröffentlicht"
    " veröffentlichen verfügbar erscheint stellt vor erhält unterstützt wie was le la les un"
    " une des du de et ou en au aux pour par sur avec est sont annonce lance sortie nouvelle"
    " nouveau disponible publie el los las una uno y o del al con por para es son lanza"
    " anuncia nuevo nueva publica il lo gli di e da per nuova nuovo lancia annuncia"
    " disponibile os um uma do na com novo nova lança disponível и в на с о по для из не что"
    " как вышел вышла вышло выпустила выпустил новый новая представила"
)

# Houses whose name is written in several scripts; each by its name in Latin letters.
_HOUSES: Mapping[str, str] = {
    "alibaba": "阿里巴巴 阿里 アリババ 알리바바",
    "altman": "奥特曼 阿尔特曼 奧特曼 アルトマン 올트먼",
    "amazon": "亚马逊 亞馬遜 アマゾン 아마존 أمازون",
    "anthropic": "アンソロピック 앤트로픽 أنثروبيك", "apple": "苹果 蘋果 アップル 애플 أبل آبل",
    "baidu": "百度 バイドゥ 바이두", "bilibili": "哔哩哔哩",
    "bytedance": "字节跳动 字节 바이트댄스", "chatgpt": "챗GPT 챗지피티", "claude": "클로드",
    "doubao": "豆包", "ernie": "文心", "facebook": "脸书 臉書", "gemini": "제미나이",
    "google": "谷歌 グーグル 구글 غوغل جوجل Гугл", "honda": "ホンダ 혼다",
    "huawei": "华为 華為 ファーウェイ 화웨이 هواوي", "huang": "黄仁勋 黃仁勳", "hunyuan": "混元",
    "hynix": "하이닉스", "hyundai": "현대차 현대자동차", "intel": "英特尔 英特爾 インテル 인텔",
    "kakao": "카카오", "kling": "可灵", "kuaishou": "快手", "meituan": "美团",
    "microsoft": "微软 微軟 マイクロソフト 마이크로소프트 مايكروسوفت", "moonshot": "月之暗面",
    "musk": "马斯克 馬斯克 マスク氏 머스크 ماسك Маск", "naver": "네이버",
    "netflix": "奈飞 网飞 넷플릭스", "nintendo": "任天堂 닌텐도", "nissan": "日产 日産 닛산",
    "nvidia": "英伟达 輝達 エヌビディア 엔비디아 إنفيديا", "openai": "오픈AI أوبن_إيه_آي",
    "oracle": "甲骨文 オラクル 오라클", "qualcomm": "高通 クアルコム 퀄컴",
    "qwen": "千问 通义千问", "samsung": "三星 サムスン 삼성전자 삼성 سامسونغ سامسونج",
    "sber": "Сбербанк Сбер", "softbank": "软银 軟銀 ソフトバンク 소프트뱅크",
    "sony": "索尼 ソニー", "stepfun": "阶跃星辰", "tencent": "腾讯 騰訊 テンセント 텐센트",
    "tesla": "特斯拉 テスラ 테슬라 تسلا", "toyota": "丰田 豐田 トヨタ 도요타 تويوتا",
    "trump": "特朗普 川普 トランプ 트럼프 ترامب Трамп", "xiaomi": "小米 シャオミ 샤오미 شاومي",
    "yandex": "Яндекс", "zhipu": "智谱 Z.ai", "zuckerberg": "扎克伯格",
}  # fmt: skip
_LATIN = {
    written.replace("_", " "): name
    for name, others in _HOUSES.items()
    for written in others.split()
}
_WRITTEN = re.compile("|".join(sorted(map(re.escape, _LATIN), key=len, reverse=True)))


def in_latin(text: str) -> str:
    """NFKC, and known houses by their names in Latin letters."""
    text = re.sub(r"(?<=\d)[·・](?=\d)", ".", unicodedata.normalize("NFKC", text))
    return _WRITTEN.sub(lambda found: f" {_LATIN[found[0]].title()} ", text)
