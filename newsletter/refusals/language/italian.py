"""Italian: Libero, Virgilio, TIM, Aruba, Tiscali; without accents as `fold` leaves it."""

FULL = """
casella|mailbox|spazio|quota|utente|account … piena|pieno|superat|esaurit|insufficiente|
    oltre il limite|ha superato|satur
"""
TOO_BIG = """
messaggio|dimension|allegato|email … troppo grande|supera la dimensione|eccede|supera il limite|
    massima consentita
"""
MOVED = """
indirizzo|utente|destinatario|casella … cambiato|trasferit|non lavora piu|non fa piu parte|
    spostat
"""
LOGIN = """
autenticazione richiesta|richiesta autenticazione|autenticazione fallita|credenziali non valide|
    password errata
"""
RELAY_DENIED = """
relay|inoltro … negato|non consentito|non permesso|rifiutat|vietat
"""
SENDER = """
vostro dominio|tuo dominio|vostro server … sconosciuto|non esiste|non trovato
destinatario ha bloccato|bloccato dal destinatario|non accetta messaggi da
mittente|dominio del mittente|indirizzo di origine … rifiutat|non esiste|non valido|sconosciut|
    respint|inesistent|non trovat|bloccat|verific|non autorizzat|negat|non consentit
rifiutato dal destinatario|respinto dal destinatario|solo i membri|riservata ai membri
"""
REVERSE_DNS = """
dns inverso|risoluzione inversa|record ptr
"""
RATE = """
troppe|troppi|limite di|numero di … messaggi|connessioni|email|destinatari|invio|all'ora|
    al giorno
troppo veloce|limite di invio
"""
GREYLIST = """
lista grigia
"""
BLOCKED = """
lista nera|reputazione
ip$|ipaddress|indirizzo ip|server|dominio … bloccat|rifiutat|negat
"""
SPAM = """
spam|indesiderat|non richiest|sospett
"""
CONTENT = """
contenuto|intestazion|allegato|messaggio … rifiutat|non consentit|non valid|vietat|respint
"""
POLICY = """
politic|policy|non consentit|non autorizzat|accesso negato|sicurezza|restrizion
"""
ENDED = """
casella|account|utente|indirizzo|destinatario|utenza … disattivat|disabilitat|sospes|chius|
    cancellat|eliminat|cessat|rimoss|dismess|decedut|non e piu attiv|non piu in uso|
    non piu attiv
"""
RESTING = """
casella|account|utente|utenza … inattiv|bloccat|congelat|non attiv
"""
NETWORK = """
connessione … rifiutat|fallit|persa|interrott
"""
EXPIRED = """
tempo scaduto|timeout|non risponde
"""
SYSTEM = """
server|sistema|servizio|interno … errore|non disponibile|occupato|sovraccaric
riprovare piu tardi|riprova piu tardi
"""
NO_MAIL = """
dominio|server … non accetta posta|non accetta email|non accetta messaggi|non riceve posta|
    nessun record mx|non ha mx
"""
NO_HOST = """
dominio|host$|nome di dominio … non esiste|sconosciut|non trovat|inesistent|non valid
"""
NO_USER = """
utente|destinatario|casella|account|indirizzo|RCPT … sconosciut|inesistent|non esist|non valid|
    non trovat|errat|non e presente|non e valid|non risulta|non registrat
nessun|nessuna|non esiste … utente|destinatario|casella|persona|account|indirizzo
"""
TEMPORARY = """
temporane|al momento|piu tardi|momentanea|attualmente|provvisor
"""
