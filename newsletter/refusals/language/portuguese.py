"""Portuguese (UOL, Terra, Locaweb, SAPO), without accents as `fold` leaves it."""

FULL = """
caixa|cota|quota|conta|usuario|utilizador|espaco|armazenamento … cheia|cheio|excedid|excedeu|
    esgotad|insuficiente|lotada|ultrapass
"""
TOO_BIG = """
mensagem|tamanho|anexo|email … muito grande|excede o tamanho|excede o limite|maximo permitido|
    demasiado grande
"""
MOVED = """
endereco|usuario|destinatario|pessoa … mudou|nao trabalha mais|ja nao trabalha|
    nao faz mais parte
"""
LOGIN = """
requer autenticacao|autenticacao necessaria|falha na autenticacao|falha de autenticacao|
    autenticacao falhou|senha incorreta
"""
RELAY_DENIED = """
relay|retransmissao|encaminhamento … negad|nao permitid|recusad|proibid
"""
SENDER = """
seu dominio|seu servidor … desconhecido|nao existe|nao encontrado
destinatario bloqueou|bloqueado pelo destinatario|nao aceita mensagens de|nao aceita emails de
remetente|dominio de origem|endereco de origem|emissor … rejeitad|nao existe|invalid|
    desconhecid|recusad|nao permitid|nao encontrad|bloquead|verifica|nao autorizad|negad
rejeitado pelo destinatario|recusado pelo destinatario|so aceita mensagens de|apenas membros
"""
REVERSE_DNS = """
dns reverso|reverso do ip|registro ptr|registo ptr
"""
RATE = """
muitas|muitos|limite de|numero de|demasiadas … mensagens|conexoes|ligacoes|emails|destinatarios|
    envio|por hora|por dia
muito rapido|limite de envio
"""
GREYLIST = """
lista cinza|lista cinzenta
"""
BLOCKED = """
lista negra|listas negras|reputacao
ip$|ipaddress|endereco ip|servidor|dominio … bloquead|rejeitad|listad|recusad
"""
SPAM = """
spam|indesejad|nao solicitad|suspeit|propaganda
"""
CONTENT = """
conteudo|cabecalho|anexo|mensagem … rejeitad|nao permitid|invalid|proibid|recusad|bloquead
"""
POLICY = """
politica|nao permitid|nao autorizad|acesso negado|proibid|seguranca|restricao
"""
ENDED = """
conta|caixa|usuario|utilizador|endereco|destinatario … desativad|desabilitad|suspens|encerrad|
    excluid|cancelad|removid|eliminad|apagad|falecid|nao esta mais em uso|desactivad|
    ja nao esta em uso
"""
RESTING = """
conta|caixa|usuario|utilizador … inativ|bloquead|congelad|inactiv
"""
NETWORK = """
conexao|ligacao … recusad|falhou|perdid|interrompid
"""
EXPIRED = """
tempo esgotado|tempo limite|nao responde
"""
SYSTEM = """
servidor|sistema|servico|interno … erro|indisponivel|ocupado|sobrecarreg
tente mais tarde|tente novamente mais tarde
"""
NO_MAIL = """
dominio|servidor … nao aceita email|nao aceita mensage|nao recebe email|sem registro mx|
    nao possui mx|nao tem mx
"""
NO_HOST = """
dominio|host$|nome de dominio … nao existe|desconhecid|nao encontrad|inexistente|invalid
"""
NO_USER = """
usuario|utilizador|destinatario|caixa|conta|endereco|RCPT … desconhecid|nao existe|invalid|
    inexistente|nao encontrad|incorret|nao foi encontrad|nao cadastrad|nao e valid|nao existente
nao existe|nenhum|nao ha|nao foi encontrad … usuario|utilizador|destinatario|caixa|conta|
    endereco
"""
TEMPORARY = """
temporari|no momento|mais tarde|atualmente|momentanea|provisor
"""
