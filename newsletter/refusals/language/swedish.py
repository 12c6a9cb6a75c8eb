"""Swedish, Danish and Norwegian, which share most of these words: Telia, Bahnhof, TDC, Telenor.

Without the dots of a and o and the ring, as `fold` leaves them; the Danish o with a stroke stays.
"""

FULL = """
brevlada|inkorg|postlada|postkasse|postboks|postkassen|brevladan|innboks|kvot|kvota|utrymme …
    full$|fuld$|fullt$|overskrid|överskrid|overskred|oversteget
"""
TOO_BIG = """
meddelande|meddelelse|melding|bilaga|vedhæft … for stor|for stort
"""
SENDER = """
avsandare|avsandaren|avsandaradress|afsender|avsender … avvisa|nekad|okand|ukendt|ukjent|ogiltig|
    ugyldig|finns inte|findes ikke|finnes ikke|blockera|blokeret|blokkert
"""
RATE = """
for manga|for mange|for snabbt|for hurtigt … meddelande|meddelelse|melding|anslutning|forbindelse|
    mottagare|modtagere|mottakere
"""
BLOCKED = """
svartlista|sortliste|svarteliste
ip$|ipaddress|ip-adress|server|domän|doman … blockera|blokeret|blokkert|avvisa|avvist
"""
SPAM = """
spam|skrappost|søppelpost|uønsket
"""
ENDED = """
konto|kontot|kontoen|brevlada|brevladan|postkasse|postkassen|mottagare|mottagaren|adressen|
    brukeren|brugeren … avslutad|avslutat|stangd|stangt|borttagen|borttaget|inaktiverad|inaktiverat|
    slettet|lukket|nedlagt|deaktiveret|deaktivert|upphort|anvands inte langre
"""
RESTING = """
konto|kontot|brevlada|brevladan|postkasse|postkassen … sparrad|sparrat|spærret|sperret|
    inaktiv
"""
SYSTEM = """
server|servern|serveren|system|systemet … fel$|fejl|feil|otillganglig|utilgængelig|utilgjengelig
forsok igen senare|prøv igen senere|prøv igjen senere
"""
NO_HOST = """
doman|domanen|domæne|domænet|domene|domenet … finns inte|findes ikke|finnes ikke|okand|ukendt|ukjent
"""
NO_USER = """
mottagare|mottagaren|modtager|modtageren|mottaker|mottakeren|anvandare|anvandaren|bruger|brugeren|
    bruker|brukeren|adressen|adress|brevladan|brevlada|postkasse|postkassen|kontot|kontoen|RCPT …
    finns inte|finns ej|findes ikke|finnes ikke|eksisterer ikke|okand|ukendt|ukjent|ogiltig|
    ugyldig|hittades inte|hittades ej|blev ikke fundet|ble ikke funnet|existerar inte
okand|ukendt|ukjent|ogiltig|ugyldig|ingen sadan|ingen slik … mottagare|modtager|mottaker|anvandare|
    bruger|bruker|adress|adresse
"""
TEMPORARY = """
tillfallig|midlertidig|senare|senere|for narvarande|i øjeblikket
"""
