"""Dutch: Ziggo, KPN, Telenet, Proximus, XS4ALL."""

FULL = """
postvak|mailbox|postbus|inbox|quotum|opslagruimte|account … vol$|overschreden|overschrijdt
te weinig ruimte|onvoldoende ruimte
"""
TOO_BIG = """
bericht|bijlage|mail … te groot|overschrijdt
"""
MOVED = """
ontvanger|gebruiker|medewerker|adres … verhuisd|gewijzigd|niet meer werkzaam|uit dienst
"""
RELAY_DENIED = """
relay|relaying|doorsturen … geweigerd|niet toegestaan|verboden
"""
LOGIN = """
authenticatie vereist|aanmelden vereist|aanmelding mislukt|eerst inloggen
"""
SENDER = """
uw domein|uw server … onbekend|bestaat niet|niet gevonden
ontvanger heeft u geblokkeerd|geblokkeerd door de ontvanger
afzender|afzenderadres|afzenderdomein|verzender … geweigerd|onbekend|ongeldig|bestaat niet|
    niet gevonden|niet geverifieerd|niet toegestaan|geblokkeerd
geweigerd door de ontvanger|ontvanger weigert|uw account … geblokkeerd|opgeschort|uitgeschakeld
"""
RATE = """
te veel|te snel|limiet … berichten|verbindingen|ontvangers|mails|per uur|per dag
"""
BLOCKED = """
zwarte lijst|blokkeerlijst|reputatie
ip$|ipaddress|ip-adres|server|domein … geblokkeerd|geweigerd
"""
SPAM = """
spam|ongewenst|verdacht
"""
CONTENT = """
inhoud|bericht|bijlage … geweigerd|niet toegestaan|verboden
"""
POLICY = """
beleid|niet toegestaan|toegang geweigerd|geen rechten
"""
ENDED = """
postvak|mailbox|postbus|account|gebruiker|ontvanger|adres … uitgeschakeld|opgeheven|gesloten|
    verwijderd|gedeactiveerd|niet meer in gebruik|niet meer actief|overleden|beeindigd
"""
RESTING = """
postvak|mailbox|account|gebruiker … geblokkeerd|vergrendeld|inactief|niet actief|opgeschort
"""
SYSTEM = """
server|systeem|dienst … fout|niet beschikbaar|overbelast|storing|onderhoud
probeer het later
"""
NO_HOST = """
domein|domeinnaam|host … bestaat niet|onbekend|niet gevonden|ongeldig
"""
NO_USER = """
ontvanger|gebruiker|postvak|mailbox|postbus|adres|emailadres|account|RCPT … bestaat niet|
    onbekend|niet gevonden|ongeldig|niet bekend|niet geldig|bestaat hier niet
onbekende|ongeldige|geen … ontvanger|gebruiker|postvak|adres
"""
TEMPORARY = """
tijdelijk|later opnieuw|op dit moment|momenteel
"""
