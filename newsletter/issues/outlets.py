"""Names of the press and where it stands on the web: a source is not called by another's name.

Only where a link leads to the pages of one outlet under the name of another: what the table does
not know is nobody's. An agency's name stands under reprints too, but the reprint is the source.
"""

from __future__ import annotations

import functools
import re
from urllib.parse import urlsplit

# Names, and the ends of their hosts.
_TABLE = """
reuters 路透 路透社 ロイター: reuters.com
associated press|ap|ap news 美联社: apnews.com
agence france-presse|afp 法新社: afp.com
bloomberg|bloomberg news 彭博 彭博社: bloomberg.com
bbc|bbc news 英国广播公司: bbc.com bbc.co.uk
the guardian|guardian 卫报: theguardian.com
the new york times|new york times|nyt 纽约时报: nytimes.com
the washington post|washington post 华盛顿邮报: washingtonpost.com
the wall street journal|wall street journal|wsj 华尔街日报: wsj.com
financial times|ft|the financial times 金融时报: ft.com ftchinese.com
the economist|economist 经济学人: economist.com
cnn: cnn.com
cnbc: cnbc.com
npr: npr.org
politico: politico.com politico.eu
axios: axios.com
the verge: theverge.com
wired: wired.com
techcrunch: techcrunch.com
ars technica: arstechnica.com
the information: theinformation.com
mit technology review|麻省理工科技评论: technologyreview.com
al jazeera|半岛电视台: aljazeera.com
der spiegel|spiegel: spiegel.de
die zeit|zeit online: zeit.de
frankfurter allgemeine|faz: faz.net
süddeutsche zeitung|sz: sueddeutsche.de
tagesschau: tagesschau.de
heise|heise online: heise.de
le monde: lemonde.fr
le figaro: lefigaro.fr
libération: liberation.fr
el país: elpais.com
el mundo: elmundo.es
la repubblica: repubblica.it
corriere della sera: corriere.it
folha de s.paulo: folha.uol.com.br
nikkei|日経|日本経済新聞|日经: nikkei.com
朝日新聞: asahi.com
読売新聞: yomiuri.co.jp
nhk: nhk.or.jp
south china morning post|scmp|南华早报: scmp.com
新华网|新华社|xinhua: news.cn xinhuanet.com
人民网|人民日报: people.com.cn people.cn
央视|央视网|央视新闻|cctv: cctv.com cctv.cn
中国新闻网|中新网|中新社: chinanews.com chinanews.com.cn
澎湃|澎湃新闻: thepaper.cn
财新|财新网: caixin.com
第一财经: yicai.com
界面新闻: jiemian.com
36氪|36kr: 36kr.com
虎嗅: huxiu.com
it之家: ithome.com
机器之心: jiqizhixin.com
量子位: qbitai.com
钛媒体: tmtpost.com
"""


def _rows() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    names: dict[str, tuple[str, ...]] = {}
    hosts: dict[str, tuple[str, ...]] = {}
    for row in _TABLE.strip().splitlines():
        said, _colon, ends = row.rpartition(": ")
        own = tuple(ends.split())
        hosts |= dict.fromkeys(own, own)
        # Narrow names have spaces within, and a stroke between; wide ones have none.
        for part in said.split("|"):
            wide = re.split(r"\s(?=[\u3040-\u9fff])", part)
            names |= dict.fromkeys((name.casefold() for name in wide), own)
    return names, hosts


_NAMES, _HOSTS = _rows()


@functools.lru_cache(4096)
def is_of_another(label: str, url: str) -> bool:
    """Whether `label` is the name of one outlet and `url` a page of another."""
    own = _NAMES.get(" ".join(label.split()).strip(" .,:：（）()").casefold())
    if own is None:
        return False
    theirs = _of_host((urlsplit(url).hostname or "").lower())
    return theirs is not None and theirs != own


@functools.lru_cache(4096)
def is_front_page(url: str) -> bool:
    """Whether `url` is the first page of an outlet, on which something else stands tomorrow."""
    parts = urlsplit(url)
    return (
        parts.path in ("", "/")
        and not parts.query
        and _of_host((parts.hostname or "").lower()) is not None
    )


def _of_host(host: str) -> tuple[str, ...] | None:
    parts = host.split(".")
    for place in range(len(parts) - 1):
        if (own := _HOSTS.get(".".join(parts[place:]))) is not None:
            return own
    return None
