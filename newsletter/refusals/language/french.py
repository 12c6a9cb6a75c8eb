"""French: Orange, Free, SFR, La Poste, OVH; many of their servers write without accents."""

FULL = """
boite|boite aux lettres|messagerie|quota|espace|compte|utilisateur|destinataire … pleine|plein$|
    depasse|sature|insuffisant|atteint|epuise
quota du destinataire|quota depasse|espace disque
"""
TOO_BIG = """
message|courriel|taille|piece jointe|mail … trop gros|trop volumineux|trop grand|
    depasse la taille|taille maximale|trop long|trop lourd
taille … depasse|superieure
"""
MOVED = """
adresse|destinataire|utilisateur|personne|collaborateur … a change|a demenage|a quitte|
    ne fait plus partie|ne travaille plus|n'est plus employe|a ete modifie
"""
AUTHENTICATION = """
spf$|dkim|dmarc … echec|echoue|non conforme|non valide|invalide
"""
LOGIN = """
authentification requise|authentification necessaire|authentification echouee|
    echec d'authentification|echec de l'authentification|veuillez vous authentifier|
    mot de passe incorrect|identifiants incorrects
"""
RELAY_DENIED = """
relais|relayage|relay … refuse|interdit|non autorise|pas autorise
"""
SENDER = """
votre domaine|votre serveur … inconnu|n'existe pas|introuvable
destinataire a bloque|bloque par le destinataire|n'accepte pas les messages de|
    n'accepte pas de messages de|n'accepte pas vos
expediteur|emetteur|adresse d'expedition|adresse de retour|domaine emetteur|domaine expediteur|
    domaine de l'expediteur|adresse source … invalide|inconnu|refuse|rejete|n'existe pas|
    inexistant|introuvable|non valide|non autorise|interdit|bloque|pas autorise|verification|
    non verifie|incorrect|ne peut pas etre verifie|usurp
refuse par le destinataire|rejete par le destinataire|le destinataire refuse|
    n'accepte que les messages|n'accepte que les mails|reserve aux membres|pas membre
impossible de verifier|echec de la verification|verification … expediteur|emetteur
"""
REVERSE_DNS = """
dns inverse|reverse dns|resolution inverse|enregistrement ptr|pas de reverse
"""
RATE = """
trop de|nombre de|quota de|limite de|limite d' … connexion|message|mails|destinataire|envoi|
    session|requete|courriel
trop rapide|trop rapidement|debit|limite d'envoi|quota d'envoi|trop frequent
"""
GREYLIST = """
liste grise|greylist
"""
BLOCKED = """
liste noire|listes noires|liste de blocage|reputation|adresse ip source bloqu
ip$|ipaddress|adresse ip|serveur|domaine … bloque|refuse|rejete|blackliste|interdite
service refuse|connexion refusee
"""
VIRUS = """
virus|malveillant|hameconnage
"""
SPAM = """
spam|indesirable|pourriel|publicit|suspect
"""
CONTENT = """
contenu|entete|en-tete|piece jointe|message|courriel … rejete|refuse|interdit|invalide|manquant|
    non conforme|non autorise
"""
POLICY = """
politique|non autorise|pas autorise|interdit|acces refuse|securite|regle|restriction
"""
ENDED = """
compte|boite|messagerie|adresse|utilisateur|destinataire|abonne|email … desactive|suspendu|
    ferme|supprime|resilie|cloture|n'est plus active|n'est plus actif|n'est plus utilise|
    n'est plus valide|n'est plus en service|plus en service|decede|radie|efface|annule
desactive|ferme|supprime|suspendu|resilie … compte|boite|adresse|utilisateur|destinataire
"""
RESTING = """
compte|boite|messagerie|utilisateur|destinataire … bloque|inactif|inactive|verrouille|gele|
    non active|pas active|en sommeil
"""
EXPIRED = """
delai depasse|delai expire|expire|delai d'attente|depuis … heures|jours
ne repond pas|temps d'attente
"""
NETWORK = """
connexion … echoue|echec|interrompue|perdue|impossible|refusee|rompue
impossible de se connecter|boucle
"""
SYSTEM = """
serveur|systeme|service|interne … erreur|indisponible|surcharge|panne|probleme|maintenance
veuillez reessayer|reessayez|ressayer|reessayer|essayer plus tard|erreur temporaire
"""
NO_MAIL = """
domaine|serveur|hote … n'accepte pas de mail|n'accepte pas de courriel|n'accepte aucun|
    pas de mx|aucun mx|n'accepte pas les messages|n'accepte pas de message|ne recoit pas
aucun enregistrement mx|pas d'enregistrement mx
"""
NO_HOST = """
domaine|hote|nom de domaine … inconnu|n'existe pas|introuvable|invalide|inexistant|non trouve
"""
NO_USER = """
adresse|destinataire|utilisateur|compte|boite|messagerie|abonne|correspondant|RCPT … invalide|
    inconnu|n'existe pas|existe pas|n'existe plus|inexistant|introuvable|non valide|non trouve|
    incorrect|erronee|pas valide|pas trouve|n'est pas connu|pas connu|errone
aucun|pas de|pas d' … utilisateur|destinataire|boite|compte … nom|adresse|ce
aucun utilisateur|aucun destinataire|aucune boite|utilisateur inconnu|destinataire inconnu
impossible de trouver … adresse|destinataire|utilisateur|boite
"""
TEMPORARY = """
temporair|momentan|provisoire|actuellement|plus tard|pour l'instant|pour le moment|
    ulterieurement
"""
