"""How a mail shows that it is a report, a warning, an automatic reply or a forwarded mail.

What a server means by its refusal is judged in `newsletter.refusals`; here is only what tells the
kinds of mail at a return path apart.
"""

from __future__ import annotations

import re

from newsletter.refusals.phrases import Phrases, Text
from newsletter.refusals.plain import fold, plain

# Signs that a mail reports a failed delivery; looked for only in mail of a mail system.
_FAILURE = Phrases("""
undeliver|failure notice|returned mail|returned message|returned|mail system error
delivery|deliver … fail|status|delay|problem|error|impossible
fail|failed|failure|unable|error|problem|could not|can not|not$|trying … deliver
mail failure|mail failed|message delivery|not reach|not be sent|was rejected|unknown user
failed permanently|failed recipient|failed address|failure reason|bounce
transcript of session|permanent error|permanent fatal error|mail failed, returning
退信|退件|退回|无法投递|无法送达|无法发送|投递失败|发送失败|邮件发送失败|未能送达|被退回|投递失敗|無法傳遞|
    無法送達|無法寄送|寄送失敗|無法投遞|不存在
送信できません|配信できません|配送できません|送信は失敗|送信エラー|配信エラー|配送エラー|届けることができません|
    お届けできません|配信不能|送信失敗|エラーメール
не может быть доставлен|недоставлен|не доставлен|не удалось доставить|ошибка доставки|
    невозможно доставить|возврат письма|возвращено отправителю|недоставленное
unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|nicht zustellbar|zustellfehler|
    konnte nicht ausgeliefert
non remis|non distribue|impossible de remettre|echec de remise|echec de la remise|
    echec de distribution|n'a pas pu etre delivre|n'a pas pu etre remis|non delivre|
    n'a pas pu etre distribue
no se pudo entregar|no se ha podido entregar|no entregado|error de entrega|correo devuelto|
    no pudo ser entregado
nao pode ser entregue|nao foi entregue|falha na entrega|mensagem devolvida|falha de entrega
impossibile recapitare|mancata consegna|non consegnat|consegna fallita|impossibile consegnare
반송|배달 실패|전송 실패|발송 실패|전달되지|수신 실패|보내지 못|배달되지
niedostarczon|nie mozna dostarczyc|nie została dostarczona|nie zostala dostarczona|zwrot wiadomosci
teslim edilemedi|iletilemedi
onbestelbaar|niet worden bezorgd|niet bezorgd|niet worden afgeleverd|niet afgeleverd
inte levereras|inte levererats|ej levererat|olevererat|obestallbart|ikke leveres|ikke leveret|
    ikke levert|ikke bli levert
nedorucitel|nelze dorucit|nebylo mozne dorucit|nepodarilo dorucit|nebyla dorucena|
    nie je mozne dorucit
kezbesithetetlen|nem kezbesitheto|ei voitu toimittaa|toimitus epaonnistui|nu a putut fi livrat
""")
_DELAY = Phrases("""
warning message only|has been delayed|is delayed|not yet been delivered|have been delayed
message … delayed|will be retried
投递延迟|邮件延迟|将继续尝试|继续重试
配信が遅れ|配送が遅れ
доставка задерж|будут продолжены попытки
zustellung verzogert|zustellung verzoegert|wird weiterhin versucht
remise retardee|livraison retardee
""")
# Subjects of automatic replies, at their beginning.
_AUTO_SUBJECTS = (
    "automatic reply", "automatic response", "automated reply", "automated response",
    "auto reply", "auto-reply", "auto response", "autoreply", "auto:", "out of office",
    "out of the office", "away from", "away until", "vacation", "on vacation", "on holiday",
    "on leave", "absence", "abwesen", "automatische antwort", "reponse automatique",
    "respuesta autom", "risposta autom", "resposta autom", "автоответ", "автоматический ответ",
    "自动回复", "自动答复", "自動回覆", "自動応答", "自動返信", "不在", "자동 응답", "부재",
    "odpowiedz automatyczna", "autoodpowiedz", "poza biurem", "otomatik yanıt", "ofis dısında",
    "fuera de la oficina", "fuera de oficina", "estoy fuera", "fora do escritorio", "estou fora",
    "ausencia", "fuori ufficio", "fuori sede", "assenza", "en conges", "je suis absent",
    "ich bin nicht im", "nicht im buro", "im urlaub", "autosvar", "automatiskt svar",
    "automatisk svar", "franvar", "fravær", "afwezig", "automatisch antwoord", "poissa",
    "automaattinen vastaus", "automaticka odpoved", "mimo kancelar", "я в отпуске", "в отпуске",
    "вне офиса", "нет на месте", "休暇", "휴가",
)  # fmt: skip
# The whole subject of a mail by which somebody leaves (RFC 2369 lets a list ask for one).
OPT_OUT = re.compile(
    r"\s*(?:unsubscribe|opt-?out|退订|退訂|取消订阅|取消訂閱|配信停止|수신거부|отписаться|отписка"
    r"|abmelden|abmeldung|abbestellen|désabonnement|désinscription|se désabonner|baja"
    r"|darse de baja|cancelar suscripción|descadastrar|cancelar inscrição|disiscrizione"
    r"|disiscrivimi|uitschrijven|afmelden|wypisz|avregistrera|afmeld|avmeld)\s*",
    re.I,
)
FORWARDED = re.compile(r"(?:fwd?|wg|tr|rv|转发|转寄)\s*[:：]", re.I)
REPLIED = re.compile(r"(?:(?:re|aw|sv|回复|答复)\s*[:：]\s*)*", re.I)
# Who writes reports. "no-reply" and an empty sender too: hence the signs above.
DAEMON = re.compile(
    r"mailer-?_?daemon|mail-?daemon|post_?master\b|mdaemon|double-bounce|mail[ .]?delivery"
    r"|delivery subsystem|delivery system|system administrator|\bno-?reply\b|\bndr\b"
    r"|mail interconnect|邮件系统|郵件系統|系统管理员|系統管理員|邮箱管理员"
    r"|почтовая система|почтовый сервер"
    r"|^<?>?$",
    re.I,
)
BOILERPLATE = re.compile(
    "|".join([
        r"(?:a message that you (?:have )?sent|your message) (?:could not|cannot|can't) be"
        r" delivered[^.:]{0,300}[.:]?",
        r"this is a permanent error[^.]{0,300}\.?",
        r"google tried to deliver your message, but it was rejected by (?:the )?[^.]{0,300}\.",
        r"we recommend contacting[^.]{0,300}\.",
        r"(?:sorry,? )?(?:we were|i'm afraid i wasn't) (?:un)?able to deliver[^.]{0,300}\.",
        r"please (?:note|do not reply|check)[^.]{0,300}\.",
        r"each of the following recipients was rejected by a remote\s+mail server",
        r"unable to deliver message to(?: the following address\(es\))?[.:]?",
        r"this (?:message|letter) was created automatically[^.]{0,300}\.",
        r"no further delivery attempts[^.]{0,300}\.",
        r"delivery to the following recipients? (?:failed permanently|has been delayed)",
        r"the following address(?:es|\(es\))? (?:had (?:permanent fatal |delivery )?"
        r"(?:errors|problems)|failed):?",
        r"i'm sorry to have to inform you[^.]{0,300}\.",
        r"could\s+not\s+be\s+delivered\s+to\s+one\s+or\s+more[^.]{0,300}\.",
        r"undelivered mail returned to sender",
        r"for further assistance[^.\n]{0,300}",
        r"if you do so, please[^.]{0,300}\.",
    ]),
    re.I,
)  # fmt: skip


def speaks_of_failure(text: str) -> bool:
    """Whether these words are those of a failed delivery."""
    return Text(plain(text)) in _FAILURE


def speaks_of_delay(text: str) -> bool:
    """Whether these words only warn, and the mail is still being tried."""
    words = Text(plain(text))
    return words in _DELAY and "permanent" not in words.words


def is_auto_subject(subject: str) -> bool:
    """Whether this is how automatic replies are called."""
    return fold(REPLIED.sub("", subject, count=1)).startswith(_AUTO_SUBJECTS)
