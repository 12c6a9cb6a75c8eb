"""Refusals in the words of many servers and languages, and what each means.

Written from the meaning of the words, RFC 3463 and 5321, and public documentation of the servers.
A row: the words, the reply's code, the report's status, the phase; whom it blames, whether for
good, why. `{rcpt}` is the reader, `{from}` our sender, `{path}` our return path, `{our}` our
domain.
"""

# A row is read across.
# ruff: noqa: E501

from __future__ import annotations

from typing import NamedTuple

RCPT, DATA, DOT, MAIL, ANY = "rcpt", "data", "dot", "mail", ""


class Reply(NamedTuple):
    """A refusal and its meaning."""

    words: str
    code: int | None
    status: str
    phase: str
    blame: str
    permanent: bool
    reason: str


def gone(words: str, code: int | None = 550, phase: str = RCPT, status: str = "") -> Reply:
    return Reply(words, code, status, phase, "reader", True, "user_unknown")


def closed(words: str, code: int | None = 550, phase: str = RCPT, status: str = "") -> Reply:
    return Reply(words, code, status, phase, "reader", True, "disabled")


def full(words: str, code: int | None = 552, phase: str = RCPT, status: str = "") -> Reply:
    return Reply(words, code, status, phase, "reader", False, "mailbox_full")


def us(words: str, code: int | None = 550, phase: str = RCPT, status: str = "") -> Reply:
    return Reply(words, code, status, phase, "sender", True, "sender_rejected")


def fast(words: str, code: int | None = 421, phase: str = RCPT, status: str = "") -> Reply:
    return Reply(words, code, status, phase, "pace", False, "rate_limited")


NOBODY = [
    gone("5.1.1 <{rcpt}>: Recipient address rejected: User unknown in relay recipient table"),
    gone("5.1.1 <{rcpt}>: Recipient address rejected: undeliverable address: host mx said: no"),
    gone("Unknown user"),
    gone("unrouteable address: Unknown local part alice in <{rcpt}>", phase=RCPT),
    gone("5.1.1 <{rcpt}>... User unknown", phase=DOT),
    gone("Sorry, no mailbox here by that name. (#5.1.1)", None, ANY),
    gone("sorry, no mailbox here by that name. (vpopmail)", 511),
    gone("5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {rcpt} not found by SMTP address lookup"),
    gone("5.1.1 RESOLVER.ADR.ExRecipNotFound; not found", None, ANY, "5.1.1"),
    gone("5.4.1 Recipient address rejected: Access denied. [BN8NAM.prod.protection.outlook.com]"),
    gone("5.1.1 The email account that you tried to reach does not exist. Please try double-checking"
         " the recipient's email address for typos or unnecessary spaces."),
    gone("5.5.0 Requested action not taken: mailbox unavailable (S2017062302)."),
    gone("Requested action not taken: mailbox unavailable. For explanation visit"
         " https://postmaster.gmx.net/de/error-messages?ip=192.0.2.1&c=nap"),
    gone("delivery error: dd This user doesn't have a yahoo.com account ({rcpt}) [0]", 554),
    gone("delivery error: dd This user doesn't have a ymail.com account ({rcpt}) [-5]", 554, DOT),
    gone("Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022"),
    gone("The recipient may contain a non-existent account, please check the recipient address."),
    gone("User not found: {rcpt}"),
    gone("RP:UNF The recipient does not exist in our system, {rcpt}"),
    gone("Requested action not taken: user not exist"),
    gone("Invalid User: {rcpt}"),
    gone("5.7.1 No such user!", 550),
    gone("Message was not accepted -- invalid mailbox.  Local mailbox {rcpt} is unavailable: user not"
         " found", 550),
    gone("5.1.1 <{rcpt}> user is unknown", 550),
    gone("Benutzer nicht bekannt/User unknown", 550),
    gone("5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]"),
    gone("5.1.1 #5.1.1 bad address {rcpt}"),
    gone("#5.1.0 Address rejected."),
    gone("Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550"),
    gone("5.1.1 User Unknown (proofpoint)"),
    gone("permanent failure for one or more recipients ({rcpt}:550 no such user)", 554, DOT),
    gone("{rcpt} User not listed in Domino Directory", 550, ANY),
    gone("No such user ({rcpt}) -ERR", 550),
    gone("<{rcpt}> is not a valid mailbox", 553),
    gone("5.1.1 User doesn't exist: {rcpt}", 550),
    gone("Mailbox unknown. Either there is no mailbox associated with this name or you don't have"
         " authorization to see it. 5.1.1 User unknown", 550),
    gone("Account not available: no such address here", 550),
    gone("No such domain user at this server, address does not exist", 550),
    gone("unknown user account", 550),
    gone("I cannot deliver mail for {rcpt}: no such mailbox", 550, DOT),
    gone("5.0.0 <{rcpt}>... We do not have a user by that name here", 550),
    gone("5.1.0 Unknown address error 550-'5.1.1 unknown user'", None, ANY, "5.1.0"),
    gone("Recipient does not exist on this system", 550, DOT),
    gone("No such user here", 550, DOT),
    gone("5.7.1 <{rcpt}>: Recipient address rejected: User unknown", 554, ANY),
    # Chinese
    gone("收件人邮件地址（{rcpt}）不存在，邮件无法送达。", None, ANY),
    gone("该用户不存在", 550),
    gone("收件人帳號不存在，請確認後再寄", 550),
    gone("無此使用者", 550),
    gone("查无此人", 550, DOT),
    # Japanese
    gone("宛先のメールアドレスは存在しません", 550),
    gone("{rcpt} 宛先不明", 550, ANY),
    gone("指定されたユーザは見つかりませんでした", 550, DOT),
    # Russian
    gone("пользователь не найден", 550),
    gone("Почтовый ящик {rcpt} не существует", 550, DOT),
    gone("Адрес получателя недействителен: такого пользователя нет", None, ANY),
    gone("Неизвестный получатель", 550),
    # German
    gone("Empfänger unbekannt", 550),
    gone("Das Postfach {rcpt} existiert nicht", 550, DOT),
    gone("Empfaengeradresse ungueltig", 553),
    # French
    gone("Le destinataire n'existe pas", 550, DOT),
    gone("Adresse inconnue, boîte inexistante", 550),
    # Others
    gone("El usuario no existe", 550, DOT),
    gone("Destinatário desconhecido", 550),
    gone("Utente sconosciuto", 550, DOT),
    gone("존재하지 않는 사용자입니다", 550),
    gone("Użytkownik nie istnieje", 550),
    gone("Kullanıcı bulunamadı", 550),
]  # fmt: skip

CLOSED = [
    closed("5.2.1 The email account that you tried to reach is disabled. Learn more"),
    closed("5.2.1 <{rcpt}>: mailbox disabled, not accepting messages", phase=DOT),
    closed("5.2.1", 550),
    closed("5.2.1 This mailbox has been closed by its owner", 550, DOT),
    closed("delivery error: dd This mailbox is disabled (554.30)", 554),
    closed("Account has been deactivated", 550),
    closed("User account suspended", 550),
    closed("5.7.1 <{rcpt}>: Recipient address rejected: Account closed", 554),
    closed("user is terminated: account is disabled", 550),
    closed("Mailbox of a deceased customer: address retired", 550),
    closed("This e-mail address is no longer in use", 550),
    closed("this account has been permanently deleted", 550, DOT),
    closed("5.2.1 User is inactive", 550),
    closed("email account {rcpt} was cancelled", 550, DATA),
    closed("用户邮箱已停用", 550),
    closed("该帐号已注销", 550, DOT),
    closed("收件者信箱已停權，無法收信", 550),
    closed("このメールアドレスは現在使われておりません。アカウントは解約されました", 550),
    closed("почтовый ящик отключен", 550),
    closed("аккаунт получателя удален", 550, DOT),
    closed("Das Postfach wurde geschlossen", 550),
    closed("Konto deaktiviert", 550, DOT),
    closed("Le compte du destinataire est désactivé", 550),
    closed("boite aux lettres resiliee: compte supprime", 550),
    closed("La cuenta ha sido cancelada", 550),
    closed("conta desativada", 550),
    closed("casella disattivata", 550),
    closed("탈퇴한 사용자입니다: 계정 삭제", 550),
    Reply("5.1.6 mailbox has moved to {rcpt}", 551, "", RCPT, "reader", True, "moved"),
    Reply("5.7.1 <{rcpt}>: Recipient address rejected: alice no longer works here", 554, "", RCPT,
          "reader", True, "moved"),
    Reply("收件人已离职", 550, "", RCPT, "reader", True, "moved"),
    Reply("Der Empfänger ist nicht mehr im Unternehmen", 550, "", RCPT, "reader", True, "moved"),
    closed("this address no longer accepts mail: no such recipient", 550, DATA),
    closed("邮箱 {rcpt} 不存在或已被删除", 550, DOT),
    # There, and not now.
    Reply("5.2.1 mailbox temporarily disabled", 550, "", RCPT, "reader", False, "disabled"),
    Reply("4.2.1 mailbox disabled, try again later", 450, "", RCPT, "reader", False, "disabled"),
    Reply("account is locked", 550, "", RCPT, "reader", False, "disabled"),
    Reply("帐号被暂时冻结", 550, "", RCPT, "reader", False, "disabled"),
    Reply("Mailbox inactive", 550, "", RCPT, "reader", False, "disabled"),
    Reply("User hangup", 550, "", RCPT, "reader", False, "disabled"),
    Reply("This account has been temporarily suspended", 550, "", RCPT, "reader", False, "disabled"),
    Reply("Konto vorübergehend gesperrt", 550, "", RCPT, "reader", False, "disabled"),
    Reply("4.1.1 User unknown in virtual mailbox table", 450, "", RCPT, "reader", False,
          "user_unknown"),
]  # fmt: skip

DOMAINS = [
    Reply("5.1.2 Bad destination host 'DNS Hard Error looking up reader.example.net (MX): NXDomain'",
          None, "5.1.2", ANY, "reader", True, "host_unknown"),
    Reply("Host or domain name not found. Name service error for name=reader.example.net type=A: Host"
          " not found", None, "5.4.4", ANY, "reader", True, "host_unknown"),
    Reply("Host or domain name not found. Name service error for name=reader.example.net type=MX:"
          " Host not found, try again", None, "4.4.3", ANY, "relay", False, "network"),
    Reply("5.1.10 Recipient address rejected: Domain {rcpt} does not accept mail (nullMX)", 556, "",
          RCPT, "reader", True, "no_mail_service"),
    Reply("Domain reader.example.net does not accept mail (nullMX)", None, "5.1.0", ANY, "reader",
          True, "no_mail_service"),
    Reply("5.4.310 DNS domain reader.example.net does not exist [Message=InfoDomainNonexistent]",
          550, "", ANY, "reader", True, "host_unknown"),
    Reply("Unrouteable address", None, "", ANY, "reader", True, "host_unknown"),
    Reply("CNAME lookup failed temporarily. (#4.4.3)", None, "", ANY, "relay", False, "network"),
    Reply("Sorry, I couldn't find any host named reader.example.net. (#5.1.2)", None, "", ANY,
          "reader", True, "host_unknown"),
    Reply("域名不存在", 550, "", ANY, "reader", True, "host_unknown"),
    Reply("Домен не существует", 550, "", ANY, "reader", True, "host_unknown"),
    Reply("Die Domain existiert nicht", 550, "", ANY, "reader", True, "host_unknown"),
]  # fmt: skip

FULL = [
    full("5.2.2 <{rcpt}>: user is over quota"),
    full("4.2.2 The email account that you tried to reach is over quota.", 452),
    full("5.2.2 STOREDRV.Deliver.Exception:QuotaExceededException; mailbox full", 554, DOT),
    full("Quota exceeded (mailbox for user is full)", 550, DOT),
    full("Benutzer hat das Speichervolumen ueberschritten. / User has exhausted allowed storage"
         " space.", 550),
    full("5.1.1 sorry, {rcpt} mailbox is over quota", 550),
    full("收件人空间不足", 550),
    full("收件者信箱已滿", 552),
    full("受信者のメールボックスが一杯です", 552),
    full("Почтовый ящик переполнен", 552),
    full("Das Postfach des Empfängers ist voll", 552),
    full("La boîte du destinataire est pleine", 552),
    full("buzón lleno", 552),
    full("caixa postal cheia", 552),
    full("casella piena", 552),
    full("받는 사람의 메일함 용량이 초과되었습니다", 552),
]  # fmt: skip

ABOUT_US = [
    us("5.1.8 <{from}>: Sender address rejected: Domain not found"),
    us("Verification failed for <{path}> No Such User Here Sender verify failed"),
    us("5.1.7 <{from}>: Sender address rejected: undeliverable address: host mx said: 550 5.1.1"
       " User unknown"),
    us("<{path}>: unknown user"),
    us("5.1.1 <{from}>: User unknown", 550, DOT),
    us("Callout verification of <{path}> failed: no such mailbox", 550),
    us("5.1.8 Domain of sender address {from} does not resolve", 553),
    us("5.7.27 Sender address has null MX", 550),
    us("{our}: no such domain", 550),
    us("Domain {our} not found", 554, DOT),
    us("The domain {our} does not exist, mail from it is not accepted", 550),
    us("Sender unknown", 550, MAIL),
    us("user unknown", 550, MAIL),
    us("5.1.0 {from} sender rejected", 550),
    us("sender verify fail for <{path}>: Unrouteable address", 550),
    us("Unable to verify your address {from}: mailbox does not exist", 550, DOT),
    us("5.7.1 <{from}>: Sender address rejected: not owned by user", 553),
    us("Absenderadresse abgelehnt: Benutzer unbekannt", 550),
    us("Absender <{from}> existiert nicht", 550),
    us("Der Absender konnte nicht verifiziert werden", 550),
    us("发件人地址不存在，拒绝接收", 550),
    us("发信人验证失败: 用户不存在", 550),
    us("寄件者網域不存在", 550),
    us("送信者のアドレスが存在しません", 550),
    us("差出人のドメインが確認できません", 550),
    us("Адрес отправителя не существует", 550),
    us("Проверка отправителя не пройдена: пользователь не найден", 550),
    us("L'adresse de l'expéditeur n'existe pas", 550),
    us("Emetteur invalide / Invalid Sender LPN007_405", 550),
    us("El remitente no existe", 550),
    us("Remetente desconhecido", 550),
    us("Mittente sconosciuto", 550),
    us("보낸 사람 주소가 존재하지 않습니다", 550),
    us("Nadawca nie istnieje", 550),
    us("Mail from {from} refused by recipient: not on the whitelist", 550),
    us("You are not a member of this list and not allowed to post", 550),
    Reply("4.1.8 <{from}>: Sender address rejected: Domain not found", 450, "", RCPT, "sender",
          False, "sender_rejected"),
    # Both are named.
    gone("5.1.1 <{rcpt}>: user unknown (message from {from} by mx.{our})"),
    gone("message from <{from}> to <{rcpt}> refused: no such user here", 550),
    us("<{rcpt}>: sender check of <{path}> says user unknown", 550),
    gone("host mail.{our} said: <{rcpt}> unknown user", 550, ANY),
]  # fmt: skip

OTHERS = [
    Reply("4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", 421,
          "", RCPT, "pace", False, "blocked"),
    fast("Too many connections from your host", 421),
    fast("Mail content denied. Ip frequency limited", 550, DOT),
    fast("Connection frequency limited http://service.mail.qq.com/cgi-bin/help?id=1000722", 550),
    fast("The user you are trying to contact is receiving mail at a rate that prevents additional"
         " messages from being delivered. 5.2.1", 550),
    fast("4.7.28 Our system has detected an unusual rate of unsolicited mail", 421),
    fast("MI:DMC too many mails in one connection", 450),
    fast("发送频率过快，请稍后再试", 550),
    fast("送信数の制限を超えました", 450),
    fast("Слишком много писем с вашего адреса", 450),
    fast("Zu viele Verbindungen", 421),
    fast("Trop de connexions, veuillez ralentir", 421),
    fast("Throttling failure: Maximum sending rate exceeded.", 454, DOT),
    fast("4.7.0 Try again later, closing connection", 421, DOT),
    Reply("4.2.0 <{rcpt}>: Recipient address rejected: Greylisted, see http://postgrey.example/", 450,
          "", RCPT, "relay", False, "greylisted"),
    Reply("4.7.1 Greylisting in action, please come back later", 451, "", RCPT, "relay", False,
          "greylisted"),
    Reply("灰名单，请稍后重试", 451, "", RCPT, "relay", False, "greylisted"),
    Reply("5.7.26 Unauthenticated email from {our} is not accepted due to domain's DMARC policy", 550,
          "", DOT, "sender", True, "authentication"),
    Reply("5.7.23 SPF validation failed", 550, "", RCPT, "sender", True, "authentication"),
    Reply("5.7.1 Email rejected per SPF policy for {our}", 550, "", RCPT, "sender", True,
          "authentication"),
    Reply("5.7.515 Access denied, sending domain {our} doesn't meet the required authentication"
          " level: DKIM", 550, "", DOT, "sender", True, "authentication"),
    Reply("5.7.8 Username and Password not accepted", 535, "", "auth", "relay", True, "login"),
    Reply("5.7.1 <{rcpt}>: Relay access denied", 554, "", RCPT, "relay", True, "relay_denied"),
    Reply("5.7.64 TenantAttribution; Relay Access Denied", 550, "", RCPT, "relay", True,
          "relay_denied"),
    Reply("sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", 553, "", RCPT, "relay",
          True, "relay_denied"),
    Reply("relaying mail to reader.example.net is not allowed", 550, "", RCPT, "relay", True,
          "relay_denied"),
    Reply("5.7.25 The IP address sending this message does not have a PTR record", 550, "", DOT,
          "relay", True, "reverse_dns"),
    Reply("4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", 450, "", RCPT,
          "relay", False, "reverse_dns"),
    Reply("5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", 554, "",
          RCPT, "sender", True, "blocked"),
    Reply("5.7.606 Access denied, banned sending IP [192.0.2.1]", 550, "", RCPT, "sender", True,
          "blocked"),
    Reply("SC-001 (BAY004) Unfortunately, messages from 192.0.2.1 weren't sent. Your network is on our"
          " block list", 550, "", MAIL, "sender", True, "blocked"),
    Reply("发信IP在黑名单中", 554, "", RCPT, "sender", True, "blocked"),
    Reply("5.7.1 Message rejected as spam by Content Filtering", 550, "", DOT, "content", True,
          "spam"),
    Reply("DT:SPM 163 smtp9 垃圾邮件", 554, "", DOT, "content", True, "spam"),
    Reply("5.7.1 User unknown; message classified as spam", 550, "", DOT, "content", True, "spam"),
    Reply("Письмо отклонено: похоже на спам", 550, "", DOT, "content", True, "spam"),
    Reply("5.7.0 virus found in message", 554, "", DOT, "content", True, "virus"),
    Reply("5.3.4 Message size exceeds fixed maximum message size", 552, "", DATA, "content", True,
          "too_big"),
    Reply("邮件大小超过限制", 552, "", DOT, "content", True, "too_big"),
    Reply("5.6.0 Message contains bare LF", 550, "", DOT, "content", True, "content"),
    Reply("5.7.1 Message contains a forbidden attachment type", 550, "", DOT, "content", True,
          "content"),
    Reply("5.7.1 Delivery rejected by administrative policy", 550, "", RCPT, "sender", True, "policy"),
    Reply("5.7.1", 554, "", DOT, "sender", True, "policy"),
    Reply("5.7.1 Our policy does not permit this", 550, "", RCPT, "sender", True, "policy"),
    Reply("4.4.1 connect to mx.reader.example.net[192.0.2.9]:25: Connection timed out", None, "4.4.1",
          ANY, "relay", False, "expired"),
    Reply("delivery temporarily suspended: connect to mx: Connection refused", None, "4.4.1", ANY,
          "relay", False, "network"),
    Reply("5.4.6 mail loop detected", 554, "", DOT, "relay", True, "network"),
    Reply("4.3.0 Temporary lookup failure", 451, "", RCPT, "relay", False, "network"),
    Reply("4.3.2 system not accepting network messages", 451, "", RCPT, "relay", False, "system"),
    Reply("4.3.1 Insufficient system resources", 452, "", DATA, "relay", False, "system"),
    Reply("服务器繁忙，请稍后再试", 451, "", RCPT, "relay", False, "system"),
    Reply("5.2.0 Unknown user", 550, "", DOT, "unclear", True, "filtered"),
    Reply("5.6.0 no such user after looking at the message", 550, "", DOT, "unclear", True,
          "filtered"),
    Reply("Go away", 554, "", RCPT, "unclear", True, "unknown"),
    Reply("", None, "", ANY, "unclear", False, "unknown"),
]  # fmt: skip

REPLIES = [*NOBODY, *CLOSED, *DOMAINS, *FULL, *ABOUT_US, *OTHERS]
