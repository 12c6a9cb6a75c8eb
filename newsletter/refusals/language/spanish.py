"""Spanish, without accents as `fold` leaves it."""

FULL = """
buzon|cuota|casilla|cuenta|usuario|destinatario|espacio|almacenamiento … lleno|llena|excedid|
    excede|supera|sobrepas|agotad|insuficiente|superad
"""
TOO_BIG = """
mensaje|correo|tamano|adjunto … demasiado grande|excede el tamano|supera el tamano|
    maximo permitido
"""
MOVED = """
direccion|usuario|destinatario|persona … ha cambiado|se ha mudado|ya no trabaja|ya no pertenece
"""
LOGIN = """
requiere autenticacion|autenticacion requerida|autenticacion fallida|error de autenticacion|
    debe autenticarse|contrasena incorrecta
"""
RELAY_DENIED = """
relay|reenvio|retransmision … denegad|no permitid|prohibid|rechazad
"""
SENDER = """
su dominio|su servidor … desconocido|no existe|no encontrado
destinatario ha bloqueado|ha bloqueado sus|bloqueado por el destinatario|no acepta mensajes de|
    no acepta correo de|no acepta correos de
remitente|direccion de origen|emisor|dominio de origen … rechazad|no existe|invalid|desconocid|
    no valid|no permitid|no encontrad|bloquead|no verificad|verificacion|no autorizad|denegad
rechazado por el destinatario|el destinatario rechaza|solo acepta correo de|solo miembros
"""
REVERSE_DNS = """
dns inverso|resolucion inversa|registro ptr
"""
RATE = """
demasiados|demasiadas|limite de|numero de … mensajes|conexiones|correos|destinatarios|envio|
    por hora|por dia
demasiado rapido|limite de envio
"""
GREYLIST = """
lista gris|listas grises
"""
BLOCKED = """
lista negra|listas negras|reputacion
ip$|ipaddress|direccion ip|servidor|dominio … bloquead|rechazad|listad|denegad
"""
SPAM = """
spam|no deseado|no solicitado|publicidad|sospechoso
"""
CONTENT = """
contenido|encabezado|cabecera|adjunto|mensaje … rechazad|no permitid|invalid|prohibid|filtrad
"""
POLICY = """
politica|no permitid|no autorizad|acceso denegado|prohibid|seguridad|restriccion
"""
ENDED = """
cuenta|buzon|usuario|direccion|destinatario|casilla … desactivad|deshabilitad|suspendid|cerrad|
    eliminad|cancelad|dada de baja|dado de baja|inhabilitad|borrad|fallecid|ya no esta en uso|
    ya no esta activ|ya no se utiliza
"""
RESTING = """
cuenta|buzon|usuario|casilla … inactiv|bloquead|congelad|no activ
"""
NETWORK = """
conexion … rechazad|fallid|perdid|interrumpid|agotad
"""
EXPIRED = """
tiempo de espera|tiempo agotado|no responde
"""
SYSTEM = """
servidor|sistema|servicio|interno … error|no disponible|ocupado|sobrecargad
intente mas tarde|intentelo mas tarde
"""
NO_MAIL = """
dominio|servidor … no acepta correo|no recibe correo|sin registro mx|no tiene mx|
    no tiene registros mx
"""
NO_HOST = """
dominio|host$|nombre de dominio … no existe|desconocid|no encontrad|inexistente|invalid|
    no se encontr
"""
NO_USER = """
usuario|destinatario|buzon|cuenta|direccion|casilla|correo electronico|RCPT … desconocid|
    no existe|invalid|no valid|inexistente|no encontrad|no se encontr|no se ha encontrad|
    incorrect|erronea|ya no existe
no existe|ningun|no hay|no se encuentra|no se encontro … usuario|destinatario|buzon|cuenta|
    casilla|persona|direccion
"""
TEMPORARY = """
temporal|provisional|de momento|por el momento|mas tarde|actualmente
"""
