"""English: RFC 3463, 5321, 7505, and the replies of the servers most mail meets."""

FULL = """
mailbox|inbox|account|user|recipient|folder|maildir|storage|box … full$|over quota|overquota|
    overflow|over the quota|exceeded|exceeds|out of storage|out of space
over|exceed|out of … quota|storage space|disk space|allowed size|storage limit|mailbox size
quota … exceed|full|violat|reached|over$|limit
overquota|mailfull|mailbox full|full mailbox|mailboxfull|quota exceeded|disk full|
    mailbox size limit|has exceeded his|storage quota|too many messages on the server|
    exhausted allowed storage|insufficient system storage|no space left
insufficient|not enough|no … disk|mailbox space|storage space|space left
low on disk|no room in
"""

TOO_BIG = """
message|mail|email|attachment|size|body … too big|too large|larger than|exceeds … size|limit|
    maximum|length|fixed
message|mail|email|attachment … is too long|over the maximum
message size|message length|mail size|mailsize|size limit … exceed|limit
exceed … mailsize|message size|mail size|size limit
recipsizelimit|allowed message size|max message size|maximum message size|sizelimit|
    mail size limit|too big for|
    too large for|message too long
"""

MOVED = """
mailbox|user|recipient|account|address|subscriber|RCPT … has moved|have moved|was moved|relocated|
    been replaced|has changed|changed to
no longer on server|no longer on this server|no forwarding address|please update your records|
    please update your address book|use the new address|left the company|left the organi|
    has left us|not work here any|does not work here|no longer works|no longer work here|
    no longer with us|no longer employed|no longer with the
"""

AUTHENTICATION = """
dmarc|spf$|dkim|domainkeys|sender policy framework|sender id$|purported responsible
unauthenticated|not authenticated|fails to pass|authentication information|
    authentication result|authentication check|sender authentication|email authentication
not allowed to send … from|mail|spf
"""

LOGIN = """
smtp auth|authentication required|authentication is required|authentication failed|
    authentication credentials|authentication unsuccessful|turn on smtp authentication|
    must authenticate|please authenticate|client was not authenticated|client not authenticated|
    username and password not accepted|invalid login|bad username or password|auth first|
    auth failed|authenticate first|log in first|requires authentication|credentials invalid|
    invalid credentials
"""

RELAY_DENIED = """
relay|relaying … denied|not allowed|not permitted|prohibited|rejected|refused|disallowed|
    disabled|forbidden|access denied|not possible
not|no$|unable to|deny|denied|refuse|prohibit|configured to|permitted to|attempt to|insecure …
    relay$|relaying
rcpthost|not one of my hosts|no relaying|do not relay|not local; please|not a relay|
    only local delivery|local user only|not a local domain|domain is not hosted here|
    is not hosted here|not handled by this server
"""

SENDER = """
your domain|your host|your hostname|your server|your ip$|your ipaddress … unknown|does not exist|
    not found|not exist|not registered|not known|not in our|not in the
blocked you$|blocked your|blocked this sender|disabled mail from|disabled messages from
sender|mail from|mailfrom|envelope from|originator|return path|return-path|reverse-path|
    from address|from domain … reject|invalid|denied|denies|refused|unknown|not exist|not found|
    not accepted|not allowed|not valid|not permitted|unrout|undeliver|unresolv|verif|mismatch|
    does not|do not|domain must|not resolve|blocked|forbidden|unvalidated|fake|null mx|no mx
domain of sender|unroutable sender|unrouteable sender|invalid sender|bad sender|unknown sender|
    verify sender|verify the sender|sender verify|callout|callback|call-out|call-back|
    sender was rejected|denies the sender|reject sender|rejected sender|rejected the sender|
    refused sender|fake sender|bad return path|bad reverse-path|no valid sender|sender not
verification failed for|verification of|failed to verify|could not verify|can not verify|
    unable to verify|can not be verified … OURS|OURDOMAIN
verif … fail|could not|can not|unable … sender
domain|domain of … OURDOMAIN
your account|your user|your plan|your subscription|your smtp|your sending|sending|outbound|
    outgoing … suspended|disabled|paused|deactivated|terminated|not active|not activated|expired|
    locked|under review|restricted|not verified
email address|identity|identities … is not verified|not been verified|failed the check
verified sender|verified identity
not a member of this|not a member of the|not a list member|not subscribed|not a subscriber|
    not allowed to post|only members|members only|
    closed list
recipient preferences|user rules|refused by recipient|refused by the recipient|refused by user|
    rejected by recipient|rejected by the recipient|rejected by user|user refuse|user reject|
    refuse to receive|recipient refused|restricted sms|user in blacklist
accepting mail from|accept mail from|accepts mail from|receive mail from|accept messages from …
    specific|certain|known|this|that|unknown|outside|you|ADDR|OURS|external
only accepting mail from|not accept mail from|not accept email from|not accept messages from|
    not accepting mail from|do not accept mail from
resolver.rst.notauthorized|resolver.rst|must be authenticated|senders not allowed|
    not authorized to send to|delivery not authorized
batv$|backscatter|bounce attack|blocked sender|from: domain|third-party dsn|null sender|
    null reverse-path|empty envelope|
    gateway user|authenticated as
"""

REVERSE_DNS = """
reverse dns|reverse lookup|reverse name|reverse hostname|reverse ip$|ptr record|dns ptr|rdns|
    ip name lookup|no ptr|ptr$|reverse mapping
unverifyable sending|unverifiable sending|mismatches client ip|mismatches … ip$
can not find|can not resolve|could not find|could not resolve … your host|your ip|your name|
    your domain|your address|your hostname|client hostname|your reverse
fix reverse|must resolve|helo command rejected|helo$|ehlo$|forward-confirmed
"""

RATE = """
rate limit|rate control|ratelimit|rate-limit|rate limited|throttl|frequency limit|
    frequency exceed|slow down|too fast|too quickly|at a rate|rate that|mail flood|too often|
    sending quota|sending limit|too frequent
too many|too much … connection|mail|message|recipients|concurrent|errors|sessions|emails|
    attempts|requests|login|rcpt|senders
sent|sending|reached|exceeded|exceeds … per hour|this hour|per day|per minute|daily limit|
    hourly limit|in an hour|today$
connection|sessions|concurrent|daily|hourly|sending|messaging … limit|rate$
exceeded your|reached your|over your … limit|quota|credits|allowance
daily|hourly|sending|message … quota exceeded
"""

GREYLIST = """
greylist|graylist|grey-list|gray-list|grey list|gray list|come back later|postgrey|
    temporary deferral for unknown
"""

BLOCKED = """
blacklist|black list|blocklist|block list|blocked by|blocked using|blocked due|blocked for|
    denylist|rbl$|dnsbl|rbls|on our block|black mail address|black ip
spamhaus|spamcop|barracuda|spamrats|sorbs|abuseat|senderbase|talos|cloudmark|uceprotect|
    invaluement|proofpoint.com/
banned sending|banned sender|banned ip|banned host|banned by|banned from|banned due|banned for|
    is banned|are banned|been banned|client host|reputation|hostile|dialup|dial-up|dynamic ip|
    dynamic address|
    dynamically assigned|smtp server of your isp|provider's smtp|open relay|openrelay
your ip$|your server|your host|your domain|your network|your mail server|your access|sending ip|
    source ip|
    ipaddress|the ip$|the network|ip= … block|reject|listed|denied|banned|refused|not allowed|
    poor|problem|deferred|hangup
ip is|invalid ip|remote ip … reject|hangup|check error|block
messages from|mail from|email from|connection from|connections from … not sent|rejected|refused|
    deferred|denied|blocked|not accepted
not accepting connections|connection refused due|connection rejected|connection dropped by|
    connections not accepted|service refused|service refuse
too many unwanted|too many spam|user complaints|unexpected volume|known spam|bad connection|rtr:bl|
    (bl)|access denied … ip$|banned
invalid domain name
"""

VIRUS = """
virus|infected|malware|trojan|phish|mcspamsignature
"""

SPAM = """
quarantin
spam|ube$|uce$|junk|unsolicited|bulk email|bulk mail|bulk sender|looks like|bayes|uribl|surbl|
    suspicious|likely unsolicited|unwanted
permanent failure for one or more recipients … :blocked
dt:spm|detected as|high probability|content filter|content denied|content reject
"""

CONTENT = """
message-id|message id … invalid|missing|malformed|not valid
header|headers … error|too$|missing|invalid|malformed|not$|duplicate|multiple
duplicate header|multiple subject|multiple from|multiple addresses|not rfc|rfc 5322|rfc 2822|
    rfc 822|rfc compliant|non-compliant|not compliant
media error|banned:|banned content|banned file|banned extension|banned attachment|bare lf|bare cr|
    bare line|non-ascii|8bit|character set|charset|malformed|mime$|
    attachment|nul character|message filtered
message|mail|email|content … rejected|blocked|refused|denied|filtered|not accepted|prohibited|
    forbidden|restrict
potential security|conversion required|conversion failed|state 18
"""

POLICY = """
policy|policies|security reason|security setting|security issue|not permitted|not authorized|
    not authorised|unauthorized|permission|restricted|restriction
blocked$|administratively|administrative prohibition|violation|violates|protocol violation|
    starttls|tls$|
    encryption|certificate
"""

# It was there and is no more, or is switched off without a word of "for now".
ENDED = """
account|mailbox|user|recipient|address|addressee|customer|subscriber|inbox|box … disabled|
    deactivated|de-activated|terminated|discontinued|canceled|cancelled|deleted|removed|
    suspended|decommissioned|retired|deceased|passed away|no longer active|has been shut|
    obsolete|defunct|abandoned
account|mailbox|inbox … closed|expired
address has expired|address expired|address is expired
disabled|deactivated|closed|terminated|discontinued|deleted|retired|cancelled|canceled …
    account|mailbox|user$|recipient|address
RCPT|ADDR … disabled|deactivated|suspended|terminated
user suspended|suspended account|mailbox disabled|user disabled|account closed
disabled recipient|disabled user|mailbox has been|account has been … disabled|closed|deleted
account|mailbox|user|recipient|address|alias … no longer|not any more|not anymore … in use|
    in service|used|exist|accept|receiv|monitored|valid|available|active
"""

RESTING = """
account|mailbox|user|recipient|address|customer|subscriber|box … inactive|not active|locked|
    blocked|frozen|on hold|dormant|not activated|temporarily unavailable|over the limit|
    unavailable for mail|unavailable for deliver|hangup|not enabled
inactive|locked|dormant|frozen … account|mailbox|user|recipient|address
mailbox unavailable or access denied|temporarily locked|temporary locked|is inactive
"""

EXPIRED = """
timed out|time out|timeout|retry time|message expired|queue.expired|envelope expired|
    delivery expired|too long in the queue|in the queue too long|in queue too long|
    queue too long|delivery time expired
not be delivered for|not be delivered within|not delivered within|unable to deliver in|
    could not deliver … hours|days|minutes
delivery failed … attempt
giving up|given up|not responding|not reachable|unreachable|not accept our requests|
    socket error|hours on the queue|has been delayed|delayed
not yet been delivered|maximum retr
"""

NETWORK = """
connect|connecting|connection … refused|reset|closed|lost|failed|dropped|broken|aborted|
    interrupted
no$|unable to|could not|can not|failed to|was not able to … connect|route to host|establish
network error|network is|routing loop|mail loop|forwarding loop|loops back|loop detected|
    loop alert|too many hops|hop count|ximum hop|too many received|looping message|
    unable to route
host name lookup fail|name lookup failure|lookup failure|servfail|server failure|temporary dns|
    dns timeout|temporary lookup|name server timeout|malformed name server|server loop|
    dns query error|dns error
"""

NO_ANSWER = """
host not found, try again
try again … host|name|dns|lookup
name service error … try again
"""

SYSTEM = """
system|server|internal|configuration|local|service|resource|queue|software|database|ldap|disk|
    temporary|mailer|upstream|processing|program|transient … error|fail|unavailable|problem|
    trouble|down$|busy|overload|not available|write error
unable to contact|out of memory|could not load|could not create|could not open|could not write|
    could not complete|can not open|can not create|can not write|can not lock
command died|command output|command failed|procmail|maildrop|exit status|exit code|pipe to|
    x-unix|returned a non|generated by
duplicated message-id|sequence of commands|syntax error|bad sequence|temporary failure|
    temporary error|try again later|try later|service refused
"""

NO_MAIL = """
null mx|no mx|no valid mx|no mail exchanger|without mx|no smtp service|indicated no smtp|
    mail receiving disabled|not accept any mail|not accept any email|not receive email|
    not receive mail|reject all mail|rejects all mail|does not have an mx|no smtp server
could not find|can not find|unable to find|could not locate … mail exchanger|mx record|mx host|
    mail exchange
domain|host|destination|site|machine … not accept mail|not accept email|not accept messages|
    never accepts mail|not accepting mail|refuses mail|accepts no mail|not receive
"""

NO_HOST = """
host$|domain|site$|mail domain|domain name|hostname|destination system|destination domain …
    unknown|not found|does not exist|do not exist|may not exist|not known|not registered|
    nonexist|non-exist|unrout|could not be found|can not be found|can not be resolved|
    could not be resolved|not be found|invalid|not valid|has expired
unknown|no such|invalid|bad|nonexistent|non-existent|illegal|unresolvable|unroutable|
    unrouteable|can not find|could not find any|can not resolve … host$|domain|
    destination system|mail domain|site$
nxdomain|domain name not found|name or service not known|all host address lookups failed|
    non-existent hosts|unrouteable address|unroutable address|unrouteable mail|
    domain must exist|dns entries|dns entry|no dns|no relevant answers
"""

NO_HOST_SURELY = """
account or domain may not exist|domain is not reachable
"""

NO_USER = """
unknown|invalid|no such|no valid|nonexist|non-exist|unrecognized|illegal|bad|wrong|incorrect|
    not a valid|not an existing|not a known|not a registered|not our|no existing|no matching|
    unavailable mail|undeliverable … user|recipient|mailbox|account|address|addressee|person|
    subscriber|member|inbox|local part|local-part|alias|username|userid|customer|rcpt$
user|recipient|mailbox|account|address|addressee|person|subscriber|member|inbox|local part|
    local-part|alias|username|userid|customer|RCPT … unknown|unkown|not found|not known|
    not recognized|not recognised|not listed|not registered|not exist|not exists|not valid|
    not here|not a valid|does not live|do not exist|does no exist|is not exist|not match|
    invalid|nonexist|non-exist|no longer exist|no longer valid|no longer available|
    no longer in use|no longer accept|no longer with|possibly incorrect|has been deleted|
    has been removed|was deleted|not be found|not be resolved|not be verified|
    is not a registered|not local|not appear|not on this|not in our|not in my|not present|
    unavaiable|incorrect|missing home|is not an active|not defined|not on file|not hosted|
    no such|undeliverable|no mailbox
no mailbox|no account|no user|no person|no subscriber|no recipient|no one|nobody|no inbox …
    by that|by this|with that|with this|of that|at this|under this|here|found|called|named
there is no user|there is no account|there is no one|there is no such|there is no mailbox|
    not listed in|not found in|not in directory|not in the directory|no match for
recipientnotfound|recipnotfound|usersearch|no recipients|no valid recipients|has no mailbox|
    has no account|not user of|not a user of|does not have an account|final delivery userid|
    not a customer
user|recipient|person|subscriber … does not have a
can not accept user|badrcptto|badrecipientto|validrcptto|no local mailbox|exists that user|
    exist that user
can not find|could not find|can not route to|can not resolve|can not verify|unable to find|
    unable to verify|failed to find … user|recipient|account|mailbox|address|RCPT
envelope recipient has been denied|no mailbox available for|unknown or illegal alias|
    not our customer|is not deliverable to|no such person|not a member of domain|by that name
"""

NO_USER_PERHAPS = """
mailbox|recipient|user|address|account … unavailable|not available|not allowed|rejected|
    access denied|not accepted
rejected address|rejected recipient|rejected your recipient
user|recipient|subscriber … does not have
this|that … does not exist
recipient|user … not ok
"""

TEMPORARY = """
temporar|for now|at the moment|at this time|try again later|try later|later again|
    come back later|until further|for the time being|transient|momentarily|currently locked|
    short time|retry later|try again in
"""
