"""Czech and Slovak: Seznam, Centrum, Forpsi, Azet; without accents, as `fold` leaves them."""

FULL = """
schranka|schranky|kvota|uzivatel|prijemce|mailbox … plna|plny|prekrocena|prekrocen|preplnena|
    zaplnena
nedostatek mista|nedostatok miesta
"""
TOO_BIG = """
zprava|sprava|priloha … prilis velka|prilis velky|presahuje
"""
SENDER = """
odesilatel|odesilatele|odosielatel|adresa odesilatele … odmitnut|neexistuje|neznam|neplatn|
    zamitnut|blokovan
"""
RATE = """
prilis mnoho|prilis vela|limit … zprav|sprav|spojeni|pripojeni|prijemcu
"""
BLOCKED = """
cerna listina|cerne listine|blacklist|reputac
ip$|ipaddress|ip adresa|server … blokovan|odmitnut|zamitnut
"""
SPAM = """
spam|nevyzadan|podezrel
"""
ENDED = """
schranka|ucet|uzivatel|prijemce|adresa|konto … zrusen|zrusena|deaktivovan|smazan|ukoncen|uzavren|
    odstranen|jiz nepouziva
"""
RESTING = """
schranka|ucet|uzivatel|konto … zablokovan|neaktivn|pozastaven|uzamcen
"""
SYSTEM = """
server|system|sluzba … chyba|nedostupn|pretizen
zkuste to pozdeji|skuste neskor|zkuste pozdeji
"""
NO_HOST = """
domena|domenu|host … neexistuje|neznama|nenalezena|neplatna
"""
NO_USER = """
prijemce|adresat|uzivatel|schranka|adresa|ucet|prijemca|pouzivatel|RCPT … neexistuje|neznam|
    nenalezen|neplatn|nebyl nalezen|nebyla nalezena|nebol najden
neznamy|neznama|neexistujici|neplatny|neplatna … prijemce|adresat|uzivatel|schranka|adresa|
    pouzivatel
"""
TEMPORARY = """
docasn|pozdeji|neskor|momentalne
"""
