"""What mail servers say when they refuse, by what they mean by it.

The phrases are in a small language so that they can be read and added to: `|` separates words
that mean the same, `…` is a gap of at most 60 characters within a sentence. They are matched
against `plain()` of what the server said: lower case, no addresses, no reply codes, "cannot" and
"isn't" written out. Sources: RFC 3463, 5321, 7505; the reply texts of Postfix, Exim, Sendmail,
qmail, Exchange and the large providers' published lists.
"""

from __future__ import annotations

import re

_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_ADDRESS = re.compile(r"<[^<>\s]*>|[\w.+=\"'-]+@[\w.-]+")
_NUMBERS = re.compile(r"\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?|\[[0-9a-f]*:[0-9a-f:.]+\]")
# A reply of several lines repeats its codes in each: "550-5.7.1 … 550 5.7.1 …".
_CODES = re.compile(
    r"\b[245]\d\d[- :]+(?:#?[245]\.\d{1,3}\.\d{1,3}\b)?|#?\b[245]\.\d{1,3}\.\d{1,3}\b"
)
_SPACE = re.compile(r"\s+")
_GAP = r"(?:(?!\. |; ).){0,60}?"


def plain(text: str) -> str:
    """The words alone, in one spelling."""
    text = _URL.sub(" ", text)
    text = _ADDRESS.sub(" ADDR ", text)
    text = _NUMBERS.sub(" IP ", text)
    text = _CODES.sub(" ", text)
    text = text.lower().replace("’", "'").replace("cannot", "can not").replace("can't", "can not")
    text = re.sub(r"n't\b", " not", text).replace("doesnt", "does not").replace("e-mail", "email")
    return _SPACE.sub(" ", text.replace("mail box", "mailbox")).strip()


def _alternative(words: str) -> str:
    words = words.strip()
    edge = r"(?<![a-z])" if words[:1].isascii() and words[:1].isalpha() else ""
    return edge + re.escape(words).replace(r"\ ", " ")


def _compile(phrases: str) -> re.Pattern[str]:
    """One phrase a line; a line that ends with `|` goes on in the next."""
    made = []
    joined = re.sub(r"\|\n\s*", "|", phrases)
    for phrase in filter(None, (line.strip() for line in joined.splitlines())):
        slots = ["(?:" + "|".join(map(_alternative, s.split("|"))) + ")" for s in phrase.split("…")]
        made.append(_GAP.join(slots))
    return re.compile("|".join(made))


FULL = _compile("""
    mailbox|inbox|account|user|recipient|folder|maildir|storage|postfach|box … full|
        over quota|overquota|overflow|over the quota|exceeded|exceeds|voll
    over|exceed|exceeds|exceeded|exceeding|out of … quota|storage space|disk space|
        allowed size|storage limit|mailbox size
    quota … exceed|full|violat|reached|over|limit
    overquota|mailfull|mailbox full|full mailbox|mailboxfull|quota exceeded|disk full|
        mailbox size limit|has exceeded his|storage quota
    insufficient|not enough|no … disk|mailbox space|storage space|space left
    low on disk|no room in
    boîte pleine|boite pleine|quota du destinataire|buzón lleno|buzon lleno|caixa cheia|
        casella piena
    邮箱已满|邮箱满|空间不足|容量不足|邮箱空间|信箱已滿|超过容量
    メールボックス … 一杯|いっぱい|容量|支障
    """)

TOO_BIG = _compile("""
    message|mail|email|attachment|size|body … too big|too large|larger than|exceeds … size|
        limit|maximum|length|fixed
    message|mail|email|attachment … is too long|over the maximum
    message size|message length|mail size|size limit … exceed|exceeds|exceeded|limit
    recipsizelimit|max message size|maximum message size|sizelimit|mail size limit
    too big for|too large for
    邮件过大|邮件太大|邮件大小
    """)

MOVED = _compile("""
    mailbox|user|recipient|account|address|subscriber … has moved|have moved|was moved|
        relocated|been replaced|has changed|changed to
    no longer on server|no longer on this server|no forwarding address|
        please update your records|use the new address|left the company|left the organization
    """)

AUTHENTICATION = _compile("""
    dmarc|spf|dkim|domainkeys|sender policy framework|sender id|purported responsible|smtp auth
    unauthenticated|not authenticated|fails to pass|authentication information|
        authentication result|authentication check|authentication required
    authentication is required|authentication failed|authentication credentials|
        turn on smtp authentication|not allowed to send … from|mail|spf
    """)

RELAY_DENIED = _compile("""
    relay|relaying … denied|not allowed|not permitted|prohibited|rejected|refused|disallowed|
        disabled|forbidden|access denied
    not|no|unable to|deny|denied|refuse|refused|prohibit|configured to|permitted to|
        attempt to|insecure … relay|relaying
    rcpthosts|not one of my hosts|no relaying|do not relay|not local; please
    """)

SENDER = _compile("""
    sender|mail from|mailfrom|envelope from|originator|return path|return-path|
        from address … rejected|invalid|denied|refused|unknown|not exist|not found|
        not accepted|not allowed|not valid|not permitted|unrout|verif|mismatch|does not|
        domain must|not resolve|blocked
    domain of sender|unroutable sender|unrouteable sender|invalid sender|bad sender|
        unknown sender|verify sender|sender verify|callout|sender was rejected
    not member|not a member|not subscribed|not a subscriber|not allowed to post|only members
    recipient preferences|user rules|refused by recipient|refused by the recipient|
        rejected by recipient|rejected by the recipient|user refuse|user reject|
        refuse to receive|recipient refused|restricted sms
    accepting mail from|accept mail from|accepts mail from|receive mail from|
        accept messages from … specific|certain|known|this|that|unknown|outside|you
    only accepting mail from|not accept mail from|not accept email from|not accept messages from
    resolver.rst.notauthorized|resolver.rst|must be authenticated|senders not allowed
    batv|backscatter|from: domain|third-party dsn|null sender|empty envelope|gateway user
    グループにメッセージを投稿する権限
    """)

REVERSE_DNS = _compile("""
    reverse dns|reverse lookup|reverse name|reverse hostname|reverse ip|ptr record|dns ptr|
        rdns|ip name lookup|no ptr|ptr
    unverifyable sending|unverifiable sending|mismatches client ip|mismatches … ip
    can not find|can not resolve|could not find|could not resolve … your host|your ip|
        your name|your domain|your address|your hostname|client hostname
    fix reverse|must resolve|helo command rejected|helo|ehlo
    """)

RATE = _compile("""
    rate limit|rate control|ratelimit|rate-limit|rate limited|throttl|frequency limited|
        slow down|too fast|too quickly|at a rate|rate that
    too many|too much … connection|connections|mail|mails|message|messages|recipients|
        concurrent|errors|sessions|emails|attempts|requests|login|rcpt|senders
    sent|sending|reached|exceeded|exceeds … per hour|this hour|per day|per minute|daily limit|
        hourly limit|in an hour|today
    connection|connections|session|concurrent|daily|hourly|sending|recipient … limit|rate|
        quota exceeded
    频率|发送过快|发信过多|连接过多|超出限制
    """)

BLOCKED = _compile("""
    blacklist|black list|blocklist|block list|blocked by|blocked using|blocked due|
        blocked for|blocked because|denylist|rbl|dnsbl|rbls|on our block
    spamhaus|spamcop|barracuda|spamrats|sorbs|abuseat|senderbase|talos|cloudmark|uceprotect|
        invaluement
    banned|client host|reputation|hostile|dialup|dial-up|dynamic ip|dynamic address|
        dynamically assigned|smtp server of your isp|provider's smtp
    your ip|your server|your host|your domain|your network|your mail server|sending ip|
        source ip|ip address|the ip|the network|ip= … block|blocked|reject|rejected|listed|
        denied|banned|refused|not allowed|poor|problem|deferred
    messages from|mail from|email from|connection from|connections from … not sent|rejected|
        refused|deferred|denied|blocked|not accepted
    not accepting connections|connection refused due|connection rejected|
        connection dropped by|connections not accepted|service refused|service refuse
    too many unwanted|too many spam|user complaints|unexpected volume|known spam|
        bad connection|(bl)|access denied … ip|banned
    invalid domain name|adresse ip source bloqu|黑名单|IP信誉|信誉
    """)

VIRUS = _compile("""
    virus|infected|malware|trojan|phish|mcspamsignature
    """)

SPAM = _compile("""
    spam|ube|uce|junk|unsolicited|bulk email|bulk mail|bulk sender|looks like|bayes|uribl|
        surbl|suspicious|likely unsolicited
    anti-spam|antispam|detected as|high probability|垃圾|content filter
    """)

CONTENT = _compile("""
    header|headers … error|too|missing|invalid|malformed|not|duplicate|multiple
    duplicate header|multiple subject|multiple from|multiple addresses|not rfc|rfc 5322|
        rfc 2822|rfc 822|rfc compliant|non-compliant|not compliant
    media error|bare lf|bare cr|bare line|non-ascii|8bit|character set|charset|malformed|mime|
        attachment|nul character
    message|mail|email|content … rejected|blocked|refused|denied|filtered|not accepted|
        prohibited|forbidden|restrict
    potential security|conversion required|conversion failed|state 18
    """)

POLICY = _compile("""
    policy|policies|security reason|security setting|security issue|not permitted|
        not authorized|not authorised|unauthorized|permission|restricted|restriction
    administratively|administrative prohibition|violation|violates|protocol violation|
        starttls|tls|encryption|certificate
    """)

DISABLED = _compile("""
    account|mailbox|user|recipient|address|customer|subscriber|box|utilisateur … disabled|
        suspended|deactivated|inactive|not active|locked|blocked|frozen|expired|closed|
        terminated|discontinued|on hold|canceled|cancelled|dormant|no longer active|
        not activated|temporarily unavailable|over the limit|unavailable for
    disabled|suspended|deactivated|inactive|locked|dormant|frozen|discontinued … account|
        mailbox|user|recipient|address|email
    mailbox unavailable or access denied|user suspended|temporarily locked|temporary locked|
        mailbox disabled|account is disabled|is inactive|mailbox is inactive
    compte … bloqu|suspendu|désactiv|desactiv
    帐号|账号|用户|邮箱|帳號 … 冻结|停用|禁用|锁定|凍結
    """)

EXPIRED = _compile("""
    timed out|time out|timeout|retry time|message expired|queue.expired|envelope expired|
        delivery expired|too long in the queue|in the queue too long|in queue too long|
        queue too long|delivery time expired
    not be delivered for|not be delivered within|not delivered within|unable to deliver in|
        could not deliver … hours|days|minutes
    delivery failed … attempts|attempt
    giving up|given up|not responding|not reachable|unreachable|not accept our requests|
        socket error|hours on the queue|has been delayed|delayed
    not yet been delivered|maximum retr
    """)

NETWORK = _compile("""
    connect|connecting|connection … refused|reset|closed|lost|failed|dropped|broken|aborted|
        interrupted
    no|unable to|could not|can not|failed to|was not able to … connect|route to host|establish
    network error|network is|routing loop|mail loop|forwarding loop|loops back|loop detected|
        loop alert|too many hops|hop count|ximum hop|too many received
    try again … host|name|dns
    host not found, try again|host name lookup fail|name lookup failure|lookup failure|
        servfail|server failure|temporary dns|dns timeout|temporary lookup|
        name server timeout|malformed name server|server loop
    """)

SYSTEM = _compile("""
    system|server|internal|configuration|local|service|resource|resources|queue|queue file|
        software|database|ldap|disk|temporary|mailer|upstream|processing|program|
        transient … error|fail|failed|failure|unavailable|problem|trouble|down|busy|overload|
        not available|write error
    unable to contact|out of memory|could not load|could not create|could not open|
        could not write|could not complete|can not open|can not create|can not write|
        can not lock
    command died|command output|command failed|procmail|maildrop|exit status|exit code|
        pipe to|exec|x-unix|returned a non|generated by
    duplicated message-id|sequence of commands|syntax error|bad sequence|on hold|
        temporary failure|temporary error|try again later|try later|greylist|graylist|
        greylisted|come back later|service refused|ressayer|essayer plus tard
    """)

NO_MAIL = _compile("""
    null mx|no mx|no valid mx|no mail exchanger|without mx|no smtp service|indicated no smtp|
        mail receiving disabled|not accept any mail|not accept any email|not receive email|
        not receive mail|reject all mail|rejects all mail
    could not find|can not find|unable to find|could not locate … mail exchanger|mx record|
        mx host|mail exchange
    domain|host|destination|site|machine|recipient domain … not accept mail|not accept email|
        not accept messages|never accepts mail|not accepting mail|refuses mail|accepts no mail
    """)

NO_HOST = _compile("""
    host|domain|site|mail domain|domain name|hostname|destination … unknown|not found|
        does not exist|do not exist|may not exist|not known|not registered|nonexist|non-exist|
        not reachable|unrout|could not be found|can not be found|can not be resolved|invalid|
        not valid
    unknown|no such|invalid|bad|nonexistent|non-existent|illegal|unresolvable|unroutable|
        unrouteable|can not find|could not find any|can not resolve … host|domain|
        destination system|mail domain|site
    nxdomain|domain name not found|name or service not known|all host address lookups failed|
        non-existent hosts|unrouteable address|unroutable address|unrouteable mail|
        domain must exist|dns entries|dns entry|no dns|no relevant answers
    """)

_WHO = (
    "user|recipient|recipients|mailbox|account|address|addressee|person|subscriber|member|email"
    "|inbox|local part|alias|username|userid|customer|login|user name|recipient name|local user"
)
NO_USER = _compile(f"""
    unknown|invalid|no such|no valid|nonexist|non-exist|unrecognized|illegal|bad|wrong|
        incorrect|not a valid|not an existing|not a known|not a registered|not our|
        no existing … {_WHO}|final delivery userid
    {_WHO} … unknown|unkown|not found|not known|not recognized|not recognised|not listed|
        not registered|not exist|not valid|not here|not a valid|does not live|do not exist|
        not match|invalid|nonexist|non-exist|no longer exist|no longer valid|
        no longer available|no longer in use|no longer accept|no longer with|
        possibly incorrect|has been deleted|has been removed|was deleted|not be found|
        not be resolved|not be verified|is not a registered|not local|not appear|not on this|
        not in our|not in my|not present|unavaiable|incorrect|missing home|is not an active
    no mailbox|no account|no user|no person|no subscriber|no recipient|no one|
        nobody … by that|by this|with that|with this|of that|at this|under this|here|found
    there is no user|there is no account|there is no one|there is no such|not listed in|
        not found in|not in directory|not in the directory
    recipientnotfound|usersearch|no recipients|no valid recipients|has no mailbox|has no account
    can not accept user|badrcptto|badrecipientto|validrcptto
    can not find|could not find|can not route to|can not resolve|can not verify|
        unable to find|unable to verify … user|recipient|account|mailbox|address
    adresse|destinataire|utilisateur|compte … invalide|inconnu|existe pas
    empfänger|benutzer|postfach|adresse … unbekannt|existiert nicht|ungültig|nicht gefunden|
        nicht vorhanden|nicht bekannt
    usuario|destinatario|buzón|cuenta|utente|casella|usuário|destinatário|conta|
        endereço … desconocid|no existe|inválid|invalid|sconosciut|inesistent|non esist|
        desconhecid|não existe|inexistente|no encontrad
    no existe|nessun … persona|usuario|utente
    envelope recipient has been denied|recipnotfound|no mailbox available for
    пользовател|получател|адрес|ящик … не существует|не найден|неизвест|неверн
    用户|收件人|帐号|账号|邮箱|地址|用戶|收件者|帳號|信箱 … 不存在|未找到|找不到|无效|無效|
        未知|错误|錯誤
    不存在|找不到|无此|無此|没有此|没有该|查无 … 用户|收件人|帐号|账号|邮箱|地址|用戶|收件者|信箱
    ユーザ|ユーザー|宛先|アドレス|メールボックス|ディレクトリ … 見つかり|存在し|不明|
        ありません|みつかり
    사용자|받는 사람|수신자 … 없|존재하지
    """)

# Words that RFC 5321 and several servers use for a missing mailbox and for much else; they need
# the answer to RCPT or a status of class X.1 to mean it.
NO_USER_PERHAPS = _compile("""
    mailbox|recipient|user|address|account … unavailable|not available|not allowed|rejected|
        access denied|not accepted
    rejected address|rejected recipient|rejected your recipient
    user|recipient|subscriber … does not have
    this|that … does not exist
    recipient not ok
    """)
# A domain's name server does not answer: that passes.
NO_ANSWER = _compile("""
    host not found, try again|try again … dns|lookup
    name service error … try again
    """)
# Said of a domain that surely is none, in words that also hold others.
SURELY_NO_HOST = _compile("""
    account or domain may not exist|domain is not reachable
    """)

# Signs that a mail reports a failed delivery; looked for only in mail of a mail system.
FAILURE = _compile("""
    undeliver|failure notice|returned mail|returned message|to sender|mail system error
    delivery|deliver|delivered|delivering … fail|status|delay|problem|error|impossible
    fail|failed|failure|unable|error|problem|could not|can not|not|trying … deliver
    mail failure|mail failed|message delivery|not reach|not be sent|was rejected|unknown user
    failed permanently|failed recipient|failed address|failure reason|bounce
    transcript of session|permanent error|permanent fatal error|mail failed, returning
    退信|无法投递|无法送达|无法发送|投递失败|发送失败|無法傳遞|無法送達
    送信できません|配信できません|配送できません|送信は失敗
    не может быть доставлено|unzustellbar|nicht zugestellt|non remis|impossible de remettre
    no se pudo entregar|não pôde ser entregue|impossibile recapitare
    """)
DELAY = _compile("""
    warning message only|has been delayed|is delayed|not yet been delivered|have been delayed
    message … delayed|will be retried
    """)
# Subjects of automatic replies, at their beginning.
AUTO_SUBJECT = _compile("""
    automatic reply|automatic response|automated reply|automated response|auto reply|auto-reply
    auto response|autoreply|auto:|out of office|out of the office|away from|away until|vacation
    on vacation|on holiday|on leave|absence|abwesen|automatische antwort|réponse automatique
    respuesta autom|risposta autom|resposta autom|автоответ
    自动回复|自动答复|自動回覆|自動応答|自動返信|不在
    """)
OPT_OUT = re.compile(r"\s*(?:unsubscribe|opt-?out|退订|取消订阅)\s*", re.I)
FORWARDED = re.compile(r"(?:fwd?|wg|tr|rv|转发|转寄)\s*[:：]", re.I)
REPLIED = re.compile(r"(?:(?:re|aw|sv|回复|答复)\s*[:：]\s*)*", re.I)
# Who writes reports. "no-reply" and an empty sender too: hence the signs above.
DAEMON = re.compile(
    r"mailer-?_?daemon|mail-?daemon|post_?master\b|mdaemon|double-bounce|mail[ .]?delivery"
    r"|delivery subsystem|delivery system|system administrator|\bno-?reply\b|\bndr\b"
    r"|mail interconnect|^<?>?$",
    re.I,
)
# Sentences of the reporting system that say nothing about why.
BOILERPLATE = re.compile(
    "|".join([
        r"(?:a message that you (?:have )?sent|your message) (?:could not|cannot|can't) be"
        r" delivered[^.:]*[.:]?",
        r"this is a permanent error[^.]*\.?",
        r"google tried to deliver your message, but it was rejected by (?:the )?[^.]*\.",
        r"we recommend contacting[^.]*\.",
        r"(?:sorry,? )?(?:we were|i'm afraid i wasn't) (?:un)?able to deliver[^.]*\.",
        r"please (?:note|do not reply|check)[^.]*\.",
        r"each of the following recipients was rejected by a remote\s+mail server",
        r"unable to deliver message to(?: the following address\(es\))?[.:]?",
        r"this (?:message|letter) was created automatically[^.]*\.",
        r"no further delivery attempts[^.]*\.",
        r"delivery to the following recipients? (?:failed permanently|has been delayed)",
        r"the following address(?:es|\(es\))? (?:had (?:permanent fatal |delivery )?"
        r"(?:errors|problems)|failed):?",
        r"i'm sorry to have to inform you[^.]*\.",
        r"could\s+not\s+be\s+delivered\s+to\s+one\s+or\s+more[^.]*\.",
        r"undelivered mail returned to sender",
        r"for further assistance[^.\n]*",
        r"if you do so, please[^.]*\.",
    ]),
    re.I,
)  # fmt: skip
