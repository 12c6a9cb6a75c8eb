"""Refusals that look like another kind: product names, our own account, numbers used otherwise."""

# A row is read across.
# ruff: noqa: E501

from __future__ import annotations

from .replies import ANY, DOT, MAIL, RCPT, Reply, closed, fast, full, gone, us

REPLIES = [
    # Who is quoted names itself; that says nothing of the refusal.
    gone("host barracuda.reader.example.net[192.0.2.7] said: 550 5.1.1 <{rcpt}>: User unknown (in reply to RCPT TO command)", None, ANY),
    gone("host spamfilter.reader.example.net [192.0.2.7]: 550 Unknown user", None, ANY),
    Reply("host mx.reader.example.net[192.0.2.7] said: 554 Client host [192.0.2.9] is banned", None, "", ANY, "sender", True, "blocked"),
    # Our account at our relay, not the reader's mailbox.
    us("5.7.1 Your account has been suspended, please contact support"),
    us("Your plan has expired", 554, DOT),
    us("outgoing messages are paused while we look into this", 550, DOT),
    us("Your user is under review", 550, RCPT),
    us("您的账户因欠费已停用", 550, RCPT),
    us("Email address is not verified: {from}", 554, DOT),
    us("The From header is no verified sender of this account", 550, DOT),
    closed("The account was suspended", 550, RCPT),
    closed("该收件人帐户已停用", 550, RCPT),
    fast("You have exceeded your messaging limit", 451, DOT),
    fast("Over your hourly quota of messages", 451, DOT),
    # "Blocked" is said of many things.
    Reply("This message was blocked because its attachment is a security risk", 552, "", DOT, "content", True, "content"),
    Reply("5.7.1 rejected, BANNED: application/x-dosexec", 554, "", DOT, "content", True, "content"),
    Reply("Blocked - see the page of our provider", 554, "", ANY, "sender", True, "policy"),
    us("Found on the list of manually Blocked Senders", 550, DOT),
    us("Suspected bounce attack", 550, MAIL),
    Reply("Your access to this system has been denied", 554, "", MAIL, "sender", True, "blocked"),
    Reply("permanent failure for one or more recipients ({rcpt}:blocked)", 550, "", DOT, "content", True, "spam"),
    # Numbers that are used otherwise than their RFC has it.
    Reply("Not accepted for policy reasons", 554, "5.7.9", DOT, "sender", True, "policy"),
    gone("Remote server answered 550 Mailbox not found", 550, ANY, "5.0.350"),
    gone("Requested action not taken: mailbox unavailable. For more see our postmaster's page", 550, RCPT),
    closed("The email address has expired", 550, RCPT),
    Reply("Allowed message size is 10 MB", 552, "", DOT, "content", True, "too_big"),
    full("郵箱容量超出限制", 552),
    us("Der Empfänger hat die Annahme verweigert"),
    closed("このメールアドレスは現在使用されておりません", None, ANY),
    # Dutch, Swedish, Danish, Norwegian, Czech.
    gone("De ontvanger is onbekend"), gone("Dit e-mailadres bestaat niet", None, ANY),
    full("Het postvak is vol", 552), closed("De mailbox is opgeheven"),
    us("Het afzenderadres wordt geweigerd", 550, RCPT),
    gone("Användaren finns inte"), gone("Postkassen blev ikke fundet"), gone("Ukjent mottaker"),
    full("Brevlådan är full", 552), closed("Kontot är avslutat"),
    gone("Adresát neexistuje"), full("Schránka uživatele je plná", 552),
    closed("Schránka byla zrušena"),
    # "Your domain" is ours, and a reader may refuse us without being gone.
    us("Your domain is unknown here"), us("Your hostname was not found in the DNS", 550, MAIL),
    us("Ihre Domain existiert nicht"), us("您的域名未注册", 550, RCPT),
    us("Ваш домен не найден"), us("Votre domaine est introuvable"),
    us("The owner of this mailbox has blocked you"),
    us("This member has disabled mail from mailing lists"),
    us("El destinatario ha bloqueado su dirección"), us("O destinatário bloqueou o envio"),
    us("Il destinatario ha bloccato i messaggi"), us("Получатель заблокировал ваш адрес"),
    us("受信者によってブロックされました"), us("收件人已将您拉黑"),
    us("Dit bericht is geblokkeerd door de ontvanger"),
    Reply("Unknown recipient, the message was quarantined", 550, "", DOT, "content", True, "spam"),
    # Once the content was read, a domain that is none is another's.
    Reply("A domain in this message does not exist", 550, "", DOT, "unclear", True, "filtered"),
    Reply("The domain does not exist", 550, "", RCPT, "reader", True, "host_unknown"),
    closed("解約されたメールボックスです", 550, RCPT),
]  # fmt: skip
