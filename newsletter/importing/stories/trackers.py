"""Which parameters of a query say how a reader came, and not which page they came to."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Names that never name a page: campaigns, click ids, sessions, what an app adds when it shares.
_ALWAYS = re.compile(
    r"""
    utm_\w+ | _?hs(?:enc|mi|ctatracking|_\w+) | __hs\w+ | hsa_\w+ | mc_[ce]id | mkt_tok
    | (?:pk|mtm|matomo|piwik|ga|vero|oly|at|itm|wt|sc|ns|stm|trk|gad|amp|wxshare|weixin|soc)_\w+
    | trk(?:info)? | wt\.\w+ | _(?:ga|gl|ke|bhlid|openstat) | __(?:s|tn__|cft__\S*|source)
    | __twitter_impression | (?:(?:g|fb|y|ys|d|tw|tt|irc|qc|rdt_|wick)cl(?:ick)?|msclk)id | gclsrc
    | [gw]braid | li_fat_id | epik | igshid? | ck_subscriber_id | bsft_\w+ | dm_i | et_?rid
    | cmpid | smid | smtyp | ocid | cvid | ncid | tsrc | guccounter | guce_\w+ | xtor | xtref
    | ref_(?:src|url) | referr?er | s_cid | elqtrack\w* | sr_share
    | share_?(?:token|source|medium|from|time|plat(?:form)?|session_id|tag|channel|app_id)?
    | from_(?:source|spmid|scene) | fromsource | sharefrom | isappinstalled | nsukey | wfr
    | spm(?:_id_from)? | scm | vd_source | unique_k | is_story_h5 | buvid | plat_id | chksm
    | clicktime | sub_rt | enterid | sessionid | (?:php)?sess(?:ion)?_?id | jsessionid
    | amp | outputtype | aoh | isfreemail | tracking(?:_?(?:id|code|source))? | tdsourcetag | pvid
    | triedredirect | unlocked_article_code | leadsource | srnd | embedded-checkout | sharetype
    | reflink
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Names that say where a reader came from on most sites and which page it is on some.
_MOSTLY = re.compile(
    r"source|src|via|ref|fr|from|from_page|origin|scene|medium|channel|entry|partner|rss|utm|gi|si|"
    r"sk|cmp|ito|feature|mbid|linkid|ref_?id|campaign(?:_?id)?|action_from|rnd|random|_t|nocache|"
    r"timestamp",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jsp|do|cgi|pl|action|dll)\Z", re.IGNORECASE)


def drop_trackers(query: Sequence[tuple[str, str]], rest: str) -> list[tuple[str, str]]:
    """What of a query names the page; `rest` is the path.

    Without a path, or with only a script for one, the page is in the query: what is mostly a
    tracker stays where nothing else is left.
    """
    kept = [(name, value) for name, value in query if not _ALWAYS.fullmatch(name)]
    if {"from", "to"} <= {name.lower() for name, _value in kept}:
        return kept  # A span or a way, not an origin.
    sure = [(name, value) for name, value in kept if not _MOSTLY.fullmatch(name)]
    if sure or (rest and not _SCRIPT.search(rest)):
        return sure
    return kept
