"""What logs of other servers and services say, as those write them: no database, no issue."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.sending.doubt.logs import format_of

WAY = "b-0123@news.example.org"
NEAR = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
AT = dt.datetime(2026, 3, 2, 20, 5, 7, tzinfo=dt.UTC)
# The same as multilog writes it (TAI64N), and a connection of Haraka's.
TAI = "@4000000069a5ed7d075bcd15"
UUID = "7F1C2C90-C2C5-4B2B-8A5E-9D5F3F3E3E3E"

# Name -> (the log, its format, what was taken over: sender, Message-ID, when it is told).
LOGS = {
    "postfix, long queue ids, RFC 5424 time": (
        "2026-03-02T21:05:07.123456+01:00 mx postfix/cleanup[7]: 4Z5x2k3Lm1z9vQw:"
        " message-id=<a@x>\n"
        f"2026-03-02T21:05:07.223456+01:00 mx postfix/qmgr[9]: 4Z5x2k3Lm1z9vQw: from=<{WAY}>,"
        " size=900, nrcpt=1 (queue active)\n"
        "2026-03-02T21:05:08.1+01:00 mx postfix/cleanup[7]: 4Z5x2k3Lm1z9vQx: message-id=<b@x>\n",
        "Postfix",
        [(WAY, "a@x", AT)],
    ),
    "sendmail": (
        f"Mar  2 20:05:07 mx sm-mta[31]: 62280abc012345: from=<{WAY}>, size=900, class=0,"
        " nrcpts=1, msgid=<a@x>, proto=ESMTP, daemon=MTA, relay=localhost [127.0.0.1]\n"
        "Mar  2 20:05:07 mx sm-mta[33]: 62280abc012345: to=<a@example.net>, delay=00:00:01,"
        " xdelay=00:00:01, mailer=esmtp, pri=120900, relay=mx.example.net. [192.0.2.9],"
        " dsn=2.0.0, stat=Sent (ok)\n"
        # A filter refused it after its text.
        f"Mar  2 20:05:09 mx sm-mta[34]: 62280abc012399: from=<{WAY}>, size=900, class=0,"
        " nrcpts=1, msgid=<b@x>, proto=ESMTP, daemon=MTA, relay=localhost [127.0.0.1]\n"
        "Mar  2 20:05:09 mx sm-mta[34]: 62280abc012399: to=<b@example.net>, delay=00:00:00,"
        " pri=30000, stat=Virus found\n",
        "Sendmail",
        [(WAY, "a@x", AT)],
    ),
    "exim 4.98": (
        f"2026-03-02 20:05:07 1tAbCd-00000001XyZ-0ABC <= {WAY} H=app [10.0.0.9] P=esmtps S=900"
        " id=a@x\n2026-03-02 20:05:08 1tAbCd-00000001XyZ-0ABC => a@example.net R=dnslookup\n",
        "Exim",
        [(WAY, "a@x", AT)],
    ),
    "exchange, German PowerShell": (
        '"Received";"SenderAddress";"RecipientAddress";"Status";"MessageId";"MessageTraceId"\r\n'
        f'"02.03.2026 20:05:07";"{WAY}";"a@example.net";"Delivered";"<a@x>";"1"\r\n',
        "Exchange Online",
        [(WAY, "a@x", AT)],
    ),
    "exchange, Chinese portal": (
        "date_time_utc,sender_address,recipient_address,recipient_status,message_id\n"
        f"2026/3/2 20:05:07,{WAY},a@example.net,Delivered,<a@x>\n",
        "Exchange Online",
        [(WAY, "a@x", AT)],
    ),
    "exchange, Korean PowerShell": (
        "Received,SenderAddress,RecipientAddress,Status,MessageId,MessageTraceId\n"
        f'"2026-03-02 오후 8:05:07",{WAY},a@example.net,Delivered,<a@x>,1\n',
        "Exchange Online",
        [(WAY, "a@x", AT)],
    ),
    "amazon ses by firehose": (
        "eventType,mail.timestamp,mail.messageId,mail.source\n"
        f"Delivery,2026-03-02T20:05:07.123Z,0100-ses,{WAY}\n",
        "Amazon SES",
        [(WAY, "", AT)],
    ),
    "sendgrid activity": (
        "processed,message_id,event,recv_message_id,from,email,smtp-id\n"
        f"2026-03-02 20:05:07,m,delivered,r,{WAY},a@example.net,<a@x>\n",
        "SendGrid",
        [(WAY, "a@x", AT)],
    ),
    "mailgun, seconds": (
        "event,timestamp,message.headers.message-id,envelope.sender\n"
        f"delivered,{AT.timestamp():.0f}.25,a@x,{WAY}\nrejected,{AT.timestamp():.0f}.5,b@x,{WAY}\n",
        "Mailgun",
        [(WAY, "a@x", AT)],
    ),
    "opensmtpd 7": (
        "Mar  2 20:05:06 mx smtpd[7]: 5df87c903d709659 smtp connected address=10.0.0.9 host=app\n"
        "Mar  2 20:05:07 mx smtpd[7]: 5df87c903d709659 smtp message msgid=c405e39a size=900"
        " nrcpt=1 proto=ESMTP\n"
        "Mar  2 20:05:07 mx smtpd[7]: 5df87c903d709659 smtp envelope evpid=c405e39ad6bbc64f"
        f" from=<{WAY}> to=<a@example.net>\n"
        "Mar  2 20:05:08 mx smtpd[7]: 5df87c9250bba470 mta delivery evpid=c405e39ad6bbc64f"
        f' from=<{WAY}> to=<a@example.net> rcpt=<-> delay=1s result="Ok" stat="250 ok"\n',
        "OpenSMTPD",
        [(WAY, "", AT)],
    ),
    "opensmtpd before 6.4": (
        "Mar  2 20:05:07 mx smtpd[7]: 5df87c903d709659 smtp event=message address=10.0.0.9 host=app"
        f" msgid=c405e39a from=<{WAY}> to=<a@example.net> size=900 ndest=1 proto=ESMTP\n",
        "OpenSMTPD",
        [(WAY, "", AT)],
    ),
    "qmail by multilog": (
        f"{TAI} new msg 531\n{TAI} info msg 531: bytes 912 from <{WAY}> qp 4321 uid 89\n"
        f"{TAI} starting delivery 7: msg 531 to remote a@example.net\n{TAI} end msg 531\n",
        "qmail",
        [(WAY, "", AT)],
    ),
    "qmail by s6-log with T": (
        "2026-03-02 20:05:07.123456789  new msg 531\n"
        f"2026-03-02 20:05:07.123456789  info msg 531: bytes 9 from <{WAY}> qp 4321 uid 89\n",
        "qmail",
        [(WAY, "", AT)],
    ),
    "qmail by splogger, whose own moment has a zone": (
        f"Mar  2 22:05:07 mx qmail: {AT.timestamp():.0f}.722500 info msg 531: bytes 912"
        f" from <{WAY}> qp 4321 uid 89\n",
        "qmail",
        [(WAY, "", AT)],
    ),
    "haraka, one queued and one that a plugin refused": (
        f'2026-03-02T20:05:07.003Z [NOTICE] [{UUID}.1] [core] sender <{WAY}> code=CONT msg=""\n'
        f'2026-03-02T20:05:07.023Z [NOTICE] [{UUID}.1] [core] message mid="<a@x>" size=900'
        ' rcpts=1/0/0 delay=0.1 code=CONT msg=""\n'
        f"2026-03-02T20:05:07.123Z [NOTICE] [{UUID}.1] [core] queue code=CONT"
        f' msg="Message Queued ({UUID}.1)"\n'
        f"2026-03-02T20:05:08.1Z [NOTICE] [{UUID}.1.1] [outbound] delivered file=1 fails=0\n"
        f'2026-03-02T20:05:09.003Z [NOTICE] [{UUID}.2] [core] sender <{WAY}> code=CONT msg=""\n'
        f'2026-03-02T20:05:09.1Z [NOTICE] [{UUID}.2] [core] queue code=DENY msg="virus"\n'
        f'2026-03-02T20:05:09.2Z [NOTICE] [{UUID}.3] [core] sender <{WAY}> code=CONT msg=""\n'
        f"2026-03-02T20:05:09.3Z [NOTICE] [{UUID}.3] [core] queue code=CONT"
        ' msg="Message queuing declined or disabled"\n',
        "Haraka",
        [(WAY, "a@x", AT)],
    ),
    "postfix by multilog": (
        f"{TAI} postfix/qmgr[9]: 4Z5x2k3Lm1z9vQw: from=<{WAY}>, size=9, nrcpt=1 (queue active)\n",
        "Postfix",
        [(WAY, "", AT)],
    ),
    "postfix out of the journal as JSON": (
        '{"__REALTIME_TIMESTAMP":"1772481906000000","SYSLOG_IDENTIFIER":"systemd","MESSAGE":"up"}\n'
        '{"__REALTIME_TIMESTAMP":"1772481907123456","_HOSTNAME":"mx",'
        '"SYSLOG_IDENTIFIER":"postfix/qmgr","_PID":"9",'
        f'"MESSAGE":"4Z5x2k3Lm1z9vQw: from=<{WAY}>, size=900, nrcpt=1 (queue active)"}}\n',
        "JSON",
        [(WAY, "", AT)],
    ),
    "exchange server's tracking log": (
        "#Software: Microsoft Exchange Server\n#Log-type: Message Tracking Log\n"
        "#Fields: date-time,event-id,internal-message-id,message-id,return-path,sender-address\n"
        f"2026-03-02T20:05:07.123Z,RECEIVE,77,<a@x>,{WAY},news@example.org\n"
        f"2026-03-02T20:05:09.123Z,SEND,77,<a@x>,{WAY},news@example.org\n",
        "Exchange Server",
        [(WAY, "a@x", AT)],
    ),
    "exchange trace as Windows PowerShell's JSON": (
        '[\n  {\n    "MessageTraceId": "1",\n    "MessageId": "<a@x>",\n'
        f'    "Received": "\\/Date(1772481907000)\\/",\n    "SenderAddress": "{WAY}",\n'
        '    "RecipientAddress": "a@example.net",\n    "Status": "Delivered"\n  }\n]\n',
        "JSON",
        [(WAY, "a@x", AT)],
    ),
    "amazon ses by EventBridge": (
        '{"detail-type":"Email Delivered","time":"2026-03-02T20:05:09Z","detail":{'
        '"eventType":"Delivery","mail":{"timestamp":"2026-03-02T20:05:07.123Z",'
        f'"source":"{WAY}","messageId":"0100"}}}}}}\n',
        "JSON",
        [(WAY, "", AT)],
    ),
    "mailgun's API": (
        '{"items": [\n {"event": "accepted", "timestamp": 1772481907.25,\n'
        '  "message": {"headers": {"message-id": "a@x"}}},\n'
        ' {"event": "rejected", "timestamp": 1772481907.25,\n'
        '  "message": {"headers": {"message-id": "b@x"}}}], "paging": {}}\n',
        "JSON",
        [("", "a@x", AT)],
    ),
    "sendgrid's webhook, lists of events": (
        '[{"email":"a@example.net","timestamp":1772481907,"smtp-id":"<a@x>","event":"processed",'
        '"sg_message_id":"m"}]\n',
        "JSON",
        [("", "a@x", AT)],
    ),
    "kumomta, one taken and one refused": (
        f'{{"type":"Reception","timestamp":1772481907,"sender":"{WAY}","recipient":"a@x"}}\n'
        f'{{"type":"Rejection","timestamp":1772481909,"sender":"{WAY}","recipient":"b@x"}}\n',
        "JSON",
        [(WAY, "", AT)],
    ),
    "mailjet": (
        '"Message ID","Sender","Recipient","Subject","Status","Sent at"\n'
        f'"5764","{WAY}","a@example.net","x","sent","2026-03-02 20:05:07"\n',
        "CSV",
        [(WAY, "5764", AT)],
    ),
    "brevo": (
        '"st_text";"ts";"sub";"frm";"email";"tag";"mid"\n'
        '"Delivered";"02-03-2026 20:05:07";"x";"news@example.org";"a@example.net";"";"<a@x>"\n',
        "CSV",
        [("", "a@x", None)],  # With dashes some mean the month first: no time is better.
    ),
    "powermta accounting": (
        "type,timeLogged,timeQueued,orig,rcpt,dsnStatus,header_Message-Id\n"
        f"d,2026-03-02 20:05:07+0000,2026-03-02 20:05:06+0000,{WAY},a@example.net,2.0.0,<a@x>\n",
        "CSV",
        [(WAY, "a@x", AT)],
    ),
    "spreadsheet, Polish": (
        f"Date;Sender;Message-ID;Status\n2.03.2026 20:05:07;{WAY};<a@x>;sent\n",
        "CSV",
        [(WAY, "a@x", AT)],
    ),
    "spreadsheet, Japanese": (
        f"date,sender,message_id,status\n2026年3月2日 午後8:05:07,{WAY},<a@x>,rejected\n",
        "CSV",
        [],
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_read_as_its_server_writes_it(name: str) -> None:
    text, label, taken = LOGS[name]
    found = format_of(text)
    assert found is not None and label == found.LABEL
    entries = list(found.read(text.splitlines(keepends=True)))
    moments = [one.stamp.moment(NEAR) if one.stamp else None for one in entries]
    whole = [at.replace(microsecond=0) if at else None for at in moments]
    assert [
        (one.sender, one.message_id, at)
        for one, at in zip(entries, whole, strict=True)
        if one.accepted
    ] == taken
    if taken == [] or taken[0][2] is not None:
        assert AT in whole
