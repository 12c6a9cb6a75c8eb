"""German: T-Online, GMX, web.de, 1&1, Strato, Freenet, Swiss and Austrian providers.

Words stand without umlauts, as `fold` leaves them, and with the spelling of those who write "ue".
"""

FULL = """
postfach|mailbox|speicher|benutzer|empfanger|empfaenger|konto|postkorb|kontingent|quota … voll$|
    uberschritten|ueberschritten|uberlastet|erschopft|erschoepft|uberfullt|ueberfuellt|
    uberschreitet|ausgeschopft
speicherplatz|speichervolumen|speicherkapazitat|zuviele mails|zu viele mails auf|
    quota uberschritten|quota ueberschritten
"""
TOO_BIG = """
nachricht|mail|anhang|grosse|große|groesse … zu gross|zu groß|uberschreitet|ueberschreitet|
    maximal|zu lang
"""
MOVED = """
empfanger|empfaenger|adresse|benutzer|mitarbeiter|postfach|person … umgezogen|geandert|
    geaendert|verzogen|ausgeschieden|nicht mehr bei uns|nicht mehr im unternehmen|
    nicht mehr tatig|nicht mehr beschaftigt|lautet jetzt
"""
AUTHENTICATION = """
spf$|dkim|dmarc … fehlgeschlagen|nicht bestanden|verletzt|fehler|ungultig
"""
LOGIN = """
anmeldung erforderlich|anmeldung fehlgeschlagen|authentifizierung erforderlich|
    authentifizierung fehlgeschlagen|authentisierung|zugangsdaten|passwort falsch|
    bitte authentifizieren|bitte anmelden
"""
RELAY_DENIED = """
relay|weiterleitung|weitergabe|relaying … verweigert|nicht erlaubt|abgelehnt|nicht gestattet|
    verboten|untersagt
kein relay|kein relaying
"""
SENDER = """
ihre domain|ihre domane|ihr server|ihr host|ihr rechner … unbekannt|existiert nicht|nicht gefunden|
    nicht registriert
vom empfanger blockiert|vom empfaenger blockiert|vom empfanger gesperrt|hat sie blockiert|
    hat ihre adresse blockiert
absender|absenderadresse|absenderdomain|sender|rucksendeadresse|ruckadresse|returnpath|
    rucksendepfad|envelope-absender … abgelehnt|abgewiesen|unbekannt|existiert nicht|ungultig|
    ungueltig|nicht gefunden|nicht verifiz|nicht pruf|nicht pruef|verweigert|nicht erlaubt|
    nicht akzeptiert|uberprufung|ueberpruefung|prufung|pruefung|nicht zulassig|gesperrt|
    nicht auflos|nicht aufloes|unzulassig|nicht zustellbar|geblockt|blockiert
ungultige|ungueltige|unbekannte|unbekannter|gefalschte|gefaelschte … absender
empfanger|empfaenger … hat die annahme|verweigert die annahme|lehnt die annahme|
    annahme verweigert
annahme von ihnen|empfanger verweigert|empfanger lehnt|empfaenger verweigert|empfaenger lehnt|
    vom empfanger abgelehnt|vom empfaenger abgelehnt|nur mitglieder|kein mitglied|
    nimmt keine mails von|nimmt keine nachrichten von|akzeptiert keine mails von
"""
REVERSE_DNS = """
ruckwartsauflosung|rueckwaertsaufloesung|reverse-dns|reverse-lookup|ptr-eintrag|kein ptr
"""
RATE = """
zu viele|zu viel|anzahl|limit|maximal … verbindungen|nachrichten|empfanger|empfaenger|mails|
    pro stunde|pro tag|versuche
zu schnell|zu haufig|zu haeufig|versandlimit|sendelimit|drossel
"""
GREYLIST = """
greylisting|graue liste|grauliste
"""
BLOCKED = """
schwarze liste|schwarzen liste|sperrliste|blockliste|reputation
ip$|ipaddress|ip-adresse|server|ihre domain … gesperrt|blockiert|abgelehnt|abgewiesen|geblockt|
    gelistet|verweigert
verbindung abgelehnt|verbindung verweigert
"""
VIRUS = """
virus|viren|schadsoftware|schadhaft
"""
SPAM = """
spam|unerwunscht|unerwuenscht|werbung|massenmail|verdachtig|verdaechtig
"""
CONTENT = """
inhalt|kopfzeile|header|anhang|nachricht|mail … abgelehnt|verboten|fehlerhaft|unzulassig|
    nicht erlaubt|zuruckgewiesen|nicht zulassig|fehlt
"""
POLICY = """
richtlinie|nicht erlaubt|nicht gestattet|nicht zulassig|zugriff verweigert|keine berechtigung|
    nicht berechtigt|sicherheit|verboten
"""
ENDED = """
postfach|konto|account|mailbox|benutzer|empfanger|empfaenger|adresse|teilnehmer|mailadresse|
    emailadresse … deaktiviert|geschlossen|geloscht|geloescht|abgeschaltet|abgemeldet|
    stillgelegt|gekundigt|gekuendigt|aufgelost|aufgeloest|verstorben|entfernt|aufgehoben|
    nicht mehr aktiv|nicht mehr verwendet|nicht mehr genutzt|nicht mehr gultig|nicht mehr in
nicht mehr aktiv|nicht mehr in betrieb|nicht mehr in verwendung|nicht mehr erreichbar
deaktiviertes|geschlossenes|geloschtes … postfach|konto|account
"""
RESTING = """
postfach|konto|account|benutzer|empfanger|empfaenger … inaktiv|gesperrt|eingefroren|nicht aktiv|
    nicht freigeschaltet|ruht
"""
EXPIRED = """
zeituberschreitung|zeitueberschreitung|frist|seit … stunden|tagen
antwortet nicht|nicht innerhalb|zu lange in der
"""
NETWORK = """
verbindung … fehlgeschlagen|abgebrochen|unterbrochen|nicht hergestellt|nicht aufgebaut|getrennt
mailschleife|endlosschleife|nicht erreichbar
"""
SYSTEM = """
server|system|dienst|intern … fehler|nicht verfugbar|nicht verfuegbar|uberlastet|ueberlastet|
    storung|stoerung|wartung
spater noch einmal|spater erneut|spaeter noch einmal|spaeter erneut
"""
NO_MAIL = """
domain|server|host … nimmt keine mail|nimmt keine nachricht|akzeptiert keine mail|
    nimmt keine email|kein mx|keinen mx|hat keine mx
"""
NO_HOST = """
domain|domane|domaene|host|rechner|rechnername … unbekannt|existiert nicht|nicht gefunden|
    ungultig|ungueltig|nicht registriert|nicht bekannt|nicht auflos|nicht vorhanden
unbekannte|ungultige|ungueltige|unbekannter … domain|domane|host
"""
NO_USER = """
empfanger|empfaenger|benutzer|postfach|adresse|nutzer|teilnehmer|konto|mailbox|user|kunde|
    emailadresse|mailadresse|RCPT … unbekannt|existiert nicht|existiert hier nicht|
    existiert leider|nicht existent|existieren nicht|ungultig|ungueltig|nicht gefunden|
    nicht vorhanden|nicht bekannt|nicht eingerichtet|gibt es nicht|existiert nicht mehr|
    nicht registriert|nicht zustellbar|nicht ermittelt|falsch|unzustellbar
unbekannter|unbekannte|ungultiger|ungultige|ungueltige|ungueltiger|kein|keine|
    nicht existierende … empfanger|empfaenger|benutzer|postfach|nutzer|teilnehmer|adresse|
    mailbox mit
kein solcher|kein solches|keine solche … benutzer|empfanger|postfach|adresse|konto|nutzer
"""
TEMPORARY = """
vorubergehend|voruebergehend|zeitweise|zeitweilig|momentan|derzeit|zur zeit|spater|spaeter|
    kurzzeitig
"""
