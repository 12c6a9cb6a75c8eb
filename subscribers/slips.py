"""Domains one slip of the finger away from one that very many people have.

A hint and never a refusal: `gmial.com` belongs to somebody, too. A slip is a letter too many, too
few, wrong, or two letters in the other order (Damerau 1964, who found four of five misspellings
to be one of these).
"""

from __future__ import annotations

# What is suggested: the mailbox providers that people write by hand most, by region.
_COMMON_TEXT = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com
aol.com proton.me protonmail.com gmx.com fastmail.com zoho.com mail.com qq.com 163.com 126.com
sina.com sohu.com foxmail.com aliyun.com yeah.net 139.com 189.cn gmx.de gmx.net web.de
t-online.de freenet.de gmx.at gmx.ch bluewin.ch orange.fr free.fr laposte.net wanadoo.fr sfr.fr
libero.it virgilio.it tiscali.it telefonica.net yahoo.co.jp docomo.ne.jp ezweb.ne.jp
softbank.ne.jp naver.com daum.net hanmail.net mail.ru yandex.ru ya.ru bk.ru list.ru inbox.ru
rambler.ru ukr.net wp.pl onet.pl o2.pl interia.pl seznam.cz centrum.cz uol.com.br bol.com.br
terra.com.br ziggo.nl kpnmail.nl telenet.be skynet.be comcast.net verizon.net att.net
sbcglobal.net cox.net btinternet.com sky.com bigpond.com shaw.ca rogers.com
"""
_BY_SIZE = _COMMON_TEXT.split()  # Those of one region from the largest to the smallest.
_COMMON = frozenset(_BY_SIZE)
# Never doubted though they are one slip away from one above: people have mailboxes there.
_REAL_TEXT = """
ymail.com email.com mail.de gmx.fr gmx.es gmx.it gmx.us gmx.co.uk gmx.li mac.com live.cn
vip.qq.com vip.163.com sina.cn 188.com aol.de aol.fr pm.me post.com mailo.com mail.bg mail.ee
qq.cn 136.com 138.com 164.com ok.ru yandex.com ya.com op.pl ono.com wp.com o2.com o2.ie sky.it
web.com q.com 263.com 263.net
"""
_REAL = frozenset(_REAL_TEXT.split())
# These names are offered in very many countries: `yahoo.se` is no slip of `yahoo.de`.
_EVERYWHERE = frozenset({"yahoo", "hotmail", "outlook", "live", "msn", "yandex", "gmx", "aol"})
_COUNTRY = {"com", "co"}  # The second level of `yahoo.co.uk`, `yahoo.com.br`.
# Endings that are typed wrong more often than anything else, and lead nowhere.
_NO_ENDING = frozenset({"con", "cmo", "ocm", "vom", "xom", "comm", "cim", "coom", "nte", "ner"})
# Countries whose endings are `com` with a letter left out, and where none of those names is.
_NEAR_COM = frozenset({"co", "cm", "om"})
# Endings of countries with their letters the other way round, which no country has.
_TURNED = frozenset({"ed", "rf", "ti", "zc"})
_NAMES = frozenset(domain.partition(".")[0] for domain in _COMMON)
_ROW = "1234567890"
_SHORT = 3  # letters of a name, or fewer: another letter there makes another real site


def is_mailbox_provider(domain: str) -> bool:
    """Whether everybody can have a mailbox there, so that nobody here owns the domain."""
    return domain.lower() in _COMMON | _REAL


def hint(address: str) -> str:
    """`address` with the domain that was probably meant; empty if there is nothing to doubt.

    `address` is normalised.
    """
    local, _, domain = address.rpartition("@")
    if domain in _COMMON or domain in _REAL or _of_a_country(domain):
        return ""
    name, _, ending = domain.partition(".")
    near = [known for known in _BY_SIZE if _one_slip(domain, known)]
    if not near and ending in _NO_ENDING and len(name) > _SHORT:
        # An ending that leads nowhere says itself that there was a slip; the name may have its own.
        near = [known for known in _BY_SIZE if _one_slip(f"{name}.com", known)]
    if len(name) > _SHORT and name in _NAMES:
        # `gmail.ru` is no slip of `mail.ru`: the name is right.
        near = [known for known in near if known.startswith(f"{name}.")]
    if name.isdecimal() and len(near) > 1:  # Of as many figures the largest is meant most often.
        near = [known for known in near if len(known) == len(domain)][:1]
    # One reading, or none: with two near ones the guess could be worse than silence.
    return f"{local}@{near[0]}" if len(near) == 1 else ""


def _of_a_country(domain: str) -> bool:
    name, *ending = domain.split(".")
    if name not in _EVERYWHERE or not ending or (ending[0] in _NEAR_COM and len(ending) == 1):
        return False
    if ending[-1] in _TURNED:
        return False
    return len(ending[-1]) == 2 and (len(ending) == 1 or ending[:-1] in ([c] for c in _COUNTRY))


def _one_slip(typed: str, known: str) -> bool:
    """Whether one slip made `typed` out of `known`.

    In a short name (qq.com, 163.com, gmx.net) only a letter doubled, lost or exchanged with its
    neighbour counts, and a figure with the one beside it on the keyboard. An ending of two letters
    is another country rather than a slip.
    """
    if not _damerau_one(typed, known):
        return False
    name, _, ending = typed.partition(".")
    meant, _, right = known.partition(".")
    if name == meant:
        # No country has the letters of one of these the other way round.
        turned = ending == right[::-1]
        return turned or ending in _NO_ENDING or len(ending) != 2 or right.endswith("com")
    if len(meant) > _SHORT or ending != right:
        return True
    if sorted(name) == sorted(meant) or name in _doubled_or_lost(meant):
        return True
    return name.isdecimal() and any(
        a != b and abs(_ROW.index(a) - _ROW.index(b)) == 1 for a, b in zip(name, meant, strict=True)
    )


def _doubled_or_lost(name: str) -> set[str]:
    return {name[:at] + letter * 2 + name[at + 1 :] for at, letter in enumerate(name)} | {
        name[:at] + name[at + 1 :] for at in range(len(name))
    }


def _damerau_one(a: str, b: str) -> bool:
    """Whether the Damerau-Levenshtein distance is 1, in the time of one pass."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    start = next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    if len(a) == len(b):
        swapped = a[start : start + 2] == b[start : start + 2][::-1]
        return a[start + 1 :] == b[start + 1 :] or (swapped and a[start + 2 :] == b[start + 2 :])
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return longer[start + 1 :] == shorter[start:]
