"""Polish: Onet, WP, Interia, o2; without accents as `fold` leaves it (but ł stays)."""

FULL = """
skrzynka|skrzynki|konto|konta|limit|miejsca|pojemno … pełna|przepełnion|przekroczon|
    brak miejsca|zapełnion|przekroczy
brak miejsca|za mało miejsca
"""
TOO_BIG = """
wiadomosc|list|zalacznik|załacznik|rozmiar … zbyt duz|za duz|przekracza
"""
RELAY_DENIED = """
relay|przekazywanie … zabronion|niedozwolon|odrzucon
"""
LOGIN = """
wymagane uwierzytelnienie|wymagana autoryzacja|bład autoryzacji|bład logowania|
    wymagane logowanie
"""
SENDER = """
odbiorca zablokował|zablokowane przez odbiorce|zablokowany przez odbiorce
nadawca|nadawcy|adres zwrotny|domena nadawcy|domeny nadawcy … odrzucon|nie istnieje|nieznan|
    nieprawidł|zablokowan|niepoprawn|weryfik|niedozwolon|nie znalezion|nieistniej
odrzucone przez odbiorce|odrzucona przez odbiorce|tylko od
"""
REVERSE_DNS = """
rekord ptr|odwrotny dns|revdns|brak revers
"""
RATE = """
zbyt wiele|za duzo|zbyt duzo|limit … wiadomosci|połacze|listow|wysyłan|wysłan|odbiorcow
zbyt szybko|zbyt czesto
"""
GREYLIST = """
szara lista|szare listy
"""
BLOCKED = """
czarna lista|czarnej liscie|reputacj
ip$|ipaddress|adres ip|serwer … zablokowan|odrzucon|na liscie
"""
SPAM = """
spam|niechcian|podejrzan
"""
CONTENT = """
tresc|nagłow|załacznik|wiadomosc … odrzucon|niedozwolon|nieprawidł|zabronion
"""
POLICY = """
polityk|zabronion|niedozwolon|brak uprawnien|odmowa dostepu|bezpieczenstw
"""
ENDED = """
konto|skrzynka|uzytkownik|adres|odbiorca|skrzynki … usuniet|zamknie|wyłaczon|
    nieaktywne na stałe|dezaktywowan|zlikwidowan|skasowan|zawieszon|juz nie istnieje|wygasł
"""
RESTING = """
konto|skrzynka|uzytkownik … nieaktywn|zablokowan|zamrozon
"""
NETWORK = """
połaczeni … odrzucon|przerwan|nieudan|utracon
"""
SYSTEM = """
serwer|system|usługa … bład|niedostepn|przeciazon
sprobuj pozniej|sprobuj ponownie
"""
NO_MAIL = """
domena|serwer … nie przyjmuje poczty|nie odbiera poczty|brak rekordu mx
"""
NO_HOST = """
domena|host$|domeny … nie istnieje|nieznan|nie znaleziono|nieprawidł|nie została znalezion
"""
NO_USER = """
uzytkownik|odbiorca|adres|skrzynka|konto|uzytkownika|odbiorcy|skrzynki|konta|adresat|RCPT …
    nieznan|nie istnieje|nie istniej|nieprawidł|niepoprawn|nie znaleziono|nieistniej|
    nie został znalezion|błedn|nie ma
nieznany|nieprawidłowy|nie ma|brak|niepoprawny|nie znaleziono … uzytkownik|odbiorc|adres|
    skrzynk|konta|adresat
"""
TEMPORARY = """
czasow|tymczasow|chwilow|pozniej|obecnie
"""
