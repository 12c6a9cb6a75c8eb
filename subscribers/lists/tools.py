"""The exports of other tools: by which headers each is known, and how it says a reader's state.

One row a tool. `marks` are headers that all stand in its files and together in no other's;
`exact` ones are all there are. A column's state is told by words that this tool writes, with what
they mean here; any other word under them is asked. `plain` are columns that look like a state and
are none. Headers are as `cells.plain_header` gives them. Taken from the tools' documentation,
source code and public examples of their files.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from .standing import ANY, DATE, NOTHING, STATE_WORDS, Standing, Table, key_of


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool's file. `listing`: its rows are people not to be mailed, at best in this standing."""

    name: str
    marks: frozenset[str]
    states: dict[str, Table] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    exact: bool = False
    listing: Standing | None = None
    list_of: str = ""


_SHORT = {"a": "active", "k": "ask", "p": "pending", "u": "unsubscribed", "s": "suppressed"}

_SIGNS = {"-": NOTHING, "@": DATE, "*": ANY}


def _table(text: str) -> Table:
    """`1=s 0=a`: values and the first letter of their standing; `-` is empty, `@` a date, `+` the
    words that mean the same everywhere."""
    table: dict[str, Standing] = {}
    for pair in text.split():
        if pair == "+":
            table.update(STATE_WORDS)
            continue
        values, _equals, short = pair.rpartition("=")
        for value in values.split("/"):
            key = _SIGNS[value] if value in _SIGNS else key_of(value)
            table[key] = Standing(_SHORT[short])
    return table


_YES_ACTIVE = "yes/true/1=a no/false/0=u"
_YES_LEFT = "yes/true/1=u no/false/0/-=a"
_YES_BAD = "yes/true/1=s no/false/0/-=a"
_YES_CONFIRMED = "yes/true/1=a no/false/0=p"
_LEFT_ON = "@=u -=a"
_BAD_ON = "@=s -=a"
_CONFIRMED_ON = "@=a -=p"
_LEFT_WHY = "0/no/false/-=a *=u"
_BAD_WHY = "0/no/false/-=a *=s"
# In the file of a known tool, whoever has a reason for leaving has left.
WHY: dict[str, Table] = {
    **dict.fromkeys(
        ("unsubscribe reason", "unsubscription reason", "unsubscribed reason", "unsub reason",
         "opt out reason", "removal reason", "unsubscribed by"), _table(_LEFT_WHY)),
    **dict.fromkeys(
        ("bounce reason", "bounced reason", "undeliverability reason", "email bounced reason",
         "complaint reason", "suppression reason", "block reason"), _table(_BAD_WHY)),
}  # fmt: skip


def _tool(
    name: str,
    marks: str,
    states: dict[str, str] | None = None,
    plain: str = "",
    *,
    exact: bool = False,
    listing: str = "",
    list_of: str = "",
) -> Tool:
    def headers(text: str) -> frozenset[str]:
        return frozenset(part.strip() for part in text.split(",") if part.strip())

    return Tool(
        name,
        headers(marks),
        {column: _table(text) for column, text in (states or {}).items()},
        headers(plain),
        exact,
        Standing(_SHORT[listing]) if listing else None,
        list_of,
    )


_MAILCHIMP = {
    "confirm time": _CONFIRMED_ON, "unsub time": _LEFT_ON, "clean time": _BAD_ON,
    "unsub reason": "-=a *=u", "unsub reason other": "-=a *=u", "unsub campaign title": "-=a *=u",
    "unsub campaign id": "-=a *=u", "clean campaign title": "-=a *=s", "clean campaign id": "-=a "
           "*=s",
}  # fmt: skip

TOOLS: tuple[Tool, ...] = (
    _tool("sudi", "email, state, new categories, tail links",
          {"state": "active=a pending=p unsubscribed=u",
           "suppressed": "-=a hard/soft/complaint/erased/manual/imported=s *=s"},
          "confirmed at, paused until, rhythm"),
    _tool("mailchimp", "member rating, leid", _MAILCHIMP, "optin time, optin ip, confirm ip, "
           "last changed, tags"),
    _tool("mailchimp", "email address, member rating, optin time", _MAILCHIMP, "optin ip, "
           "confirm ip, last changed"),
    _tool("mailchimp", "email address, unsub time", _MAILCHIMP, "optin time, optin ip, confirm ip"),
    _tool("mailchimp", "email address, clean time", _MAILCHIMP, "optin time, optin ip, confirm ip"),
    _tool("phplist", "email, confirmed, blacklisted",
          {"confirmed": "1/yes=a 0/no=p", "blacklisted": "0/no/-=a 1/yes=s", "optedin": "1=a",
           "bouncecount": "0/-=a", "disabled": "0/-=a 1=u"},
          "entered, modified, htmlemail, rssfrequency, foreignkey, uniqid, uuid, id, "
           "subscribepage, passwordchanged"),
    _tool("mailpoet", "email, status, global status", {
          "status": "subscribed=a unconfirmed=p unsubscribed=u bounced=s",
          "global status": "subscribed=a unconfirmed=p unsubscribed=u bounced=s"}, "list"),
    _tool("brevo", "contact id, email, email blacklist", {
          "email blacklist": _YES_BAD, "double opt in": "yes/1=a", "opt in": "yes/1=a"},
          "sms blacklist, whatsapp blacklist, added time, modified time, sms"),
    _tool("brevo", "contact id, email, added time, modified time", {
          "double opt in": "yes/1=a", "opt in": "yes/1=a", "email blacklisted": _YES_BAD,
           "blocklisted": _YES_BAD},
          "sms blacklist, sms blacklisted, whatsapp, sms, interests"),
    _tool("mautic", "email, firstname, lastname, do not email", {"do not email": "1/true/yes=u "
           "0/false/no/-=a",
          "do not contact": "1/true/yes=u 0/false/no/-=a"}, "is published, do not sms"),
    _tool("substack", "email, active subscription, email disabled",
          {"email disabled": _YES_LEFT}, "active subscription, plan, expiry, created at, first "
           "payment at, cancel date, digest enabled"),
    _tool("substack", "email, stripe plan, start date", {"email disabled": _YES_LEFT},
          "days active (30d), stripe plan, paid upgrade date, cancel date, first payment date, "
           "type, bestseller, activity, subscription source, subscription source (free), "
           "subscription source (paid), emails received (6mo), emails dropped (6mo)"),
    _tool("ghost", "subscribed to emails", {"subscribed to emails": _YES_ACTIVE, "deleted at":
           _LEFT_ON},
          "complimentary plan, stripe customer id, labels, tiers, newsletters, created at"),
    _tool("keila", "external id, data, status", {"status": "active=a unsubscribed=u "
           "unreachable=s"}),
    _tool("keila", "external id, data"),
    _tool("listmonk", "uuid, email, attributes, status",
          {"status": "enabled=a disabled=u blocklisted/blacklisted=s"}, "created at, updated at"),
    _tool("listmonk", "email, attributes", {"status": "enabled=a disabled=u "
           "blocklisted/blacklisted=s",
          "subscription status": "confirmed=a unconfirmed=p unsubscribed=u"}),
    _tool("buttondown", "metadata, tags, type", {
          "type": "regular/premium/gifted/trialed/free/paid/past_due/churning/churned/upcoming=a"
                  " unactivated=p unsubscribed/removed/disabled=u"
                  " undeliverable/complained/spammy/blocked/malformed=s",
          "subscriber type":
           "regular/premium/gifted/trialed/free/paid/past_due/churning/churned/upcoming=a"
                  " unactivated=p unsubscribed/removed/disabled=u"
                  " undeliverable/complained/spammy/blocked/malformed=s",
          "unsubscription date": _LEFT_ON, "undeliverability date": _BAD_ON,
          "undeliverability reason": "-=a *=s"},
          "creation date, avatar url, churn date, past due date"),
    _tool("buttondown", "email, metadata, tags"),
    _tool("beehiiv", "email, status, subscription tier", {
          "status": "+ pending/validating=p inactive=u"}, "subscription tier, "
           "referral code"),
    _tool("kit", "email, first name, status, created at, tags, subscriber id", {"status": "+ "
           "active=a inactive/unconfirmed=p"}),
    _tool("kit", "id, first name, email, status, created at, referrer", {"status": "+ active=a "
           "inactive/unconfirmed=p"}),
    _tool("mailerlite", "subscriber, opens, clicks", {"status": "+ junk=s"}, "sent, subscribed, "
           "location"),
    _tool("mailjet", "email, is excluded from campaigns", {
          "is excluded from campaigns": _YES_LEFT, "is unsubscribed": _YES_LEFT, "unsubscribed "
           "at": _LEFT_ON,
          "is spam complaining": _YES_BAD, "is opt in pending": "true/1/yes=p false/0/no/-=a"},
           "delivered count, exclusion from campaigns updated at, last activity at"),
    _tool("sendgrid", "status, reason, email, created", exact=True, listing="s",
           list_of="bounces or blocks"),
    _tool("sendgrid", "reason, email, created", exact=True, listing="s", list_of="invalid "
           "addresses"),
    _tool("sendgrid", "email, created, ip", exact=True, listing="s", list_of="spam reports"),
    _tool("mailgun", "address, code, error, created at", exact=True, listing="s",
           list_of="bounces"),
    _tool("mailgun", "address, tags, created at", exact=True, listing="u", list_of="unsubscribes"),
    _tool("mailgun", "address, tag, created at", exact=True, listing="u", list_of="unsubscribes"),
    _tool("mailgun", "address, created at", exact=True, listing="s", list_of="complaints"),
    _tool("postmark", "email address, suppression reason, origin", listing="s",
           list_of="suppressions"),
    _tool("postmark", "email, bounced at, type, inactive", listing="s", list_of="bounces"),
    _tool("amazon ses", "email address, reason, last update time", exact=True, listing="s",
           list_of="suppressions"),
    _tool("amazon ses", "email address, reason", exact=True, listing="s", list_of="suppressions"),
    _tool("sparkpost", "recipient, type, description, source", listing="s", list_of="suppressions"),
    _tool("sparkpost", "recipient, transactional, non transactional", listing="s",
           list_of="suppressions"),
    _tool("mandrill", "email, reason, detail, created at, expires at", listing="s",
           list_of="rejections"),
    _tool("hubspot", "record id, email, unsubscribed from all email", {
          "unsubscribed from all email": _YES_LEFT, "email hard bounce reason": "-=a *=s",
          "invalid email address": _YES_BAD, "currently in workflow": "true/false/-=a"},
          "lead status, lifecycle stage, marketing contact until next update, content membership "
           "status"),
    _tool("constant contact", "email address, email permission status", {
          "email status": "+ active=a unsubscribed=u temp_hold/no_permissions_set=p",
          "confirmed opt out date": _LEFT_ON,
          "confirmed opt out reason": "-=a *=u", "confirmed opt out source": "-=a *=u",
          "email permission status": "express/explicit/implied/confirmed=a "
           "pending/pending_confirmation/unset/awaiting_confirmation=p"
                                     " unsubscribed/opt_out/optout=u temp_hold=p"},
          "email update source, email lists, source name, confirmed opt in date, opt in date, "
           "confirmed opt in source"),
    _tool("google groups", "email address, group status, email status", {
          "group status": "member/owner/manager=a invited/pending=p banned=s",
          "email status": "-/ok/active=a bouncing=s",
          "email preference": "email/all_email/every_email/digest/daily_summary/abridged/daily=a "
           "no_email/none=u"},
          "posting permissions, join year, join month, join day, join hour, join minute, join "
           "second, time zone"),
    _tool("klaviyo", "email, klaviyo id, email marketing consent", {
          "email marketing consent": "subscribed=a unsubscribed=u never_subscribed=p",
          "email suppressions": "-=a *=s", "email suppression reason": "-=a *=s"},
          "sms marketing consent, sms marketing consent timestamp, email marketing consent "
           "timestamp, sms consent timestamp"),
    _tool("salesforce", "email, has opted out of email", {
          "has opted out of email": _YES_LEFT, "is email bounced": _YES_BAD, "email bounced "
           "date": _BAD_ON,
          "email bounced reason": "-=a *=s"}, "has opted out of fax, do not call"),
    _tool("pardot", "email, opted out, prospect id", {
          "opted out": _YES_LEFT, "do not email": _YES_LEFT, "is do not email": _YES_LEFT,
          "is hard bounced": _YES_BAD, "hard bounced": _YES_BAD}, "do not call"),
    _tool("cleverreach", "email, registered, activated, deactivated", {
          "activated": "@=a -=p", "deactivated": _LEFT_ON, "bounced": _BAD_ON, "active":
           "1/true=a 0/false=u"},
          "registered, source"),
    _tool("cleverreach", "email, registriert, aktiviert, deaktiviert", {
          "aktiviert": "@=a -=p", "deaktiviert": _LEFT_ON, "gebounced": _BAD_ON},
          "registriert, quelle"),
    _tool("unisender", "email, email status, email availability", {
          "email status": "active=a new/invited=p inactive/unsubscribed=u blocked=s",
          "email availability": "available/-=a unreachable/spam_rejected=s"},
          "email subscribe times, email list ids, email add time"),
    _tool("drip", "email, status, lead score, prospect", {"status": "active=a "
           "unsubscribed/removed/deactivated=u undeliverable=s"}, "prospect, base lead score"),
    _tool("emailoctopus", "email address, status, created at, last updated at", {"status": "+"}),
    _tool("campaign monitor", "email address, name, state, date subscribed", {"state": "+"},
           "date subscribed, consent to track"),
    _tool("activecampaign", "contact id, email, contact status", {"contact status": "+"},
          "contact account name, account name, opt in date"),
    _tool("shopify", "customer id, email, accepts email marketing", {"accepts email marketing":
           _YES_ACTIVE},
          "accepts sms marketing, tax exempt"),
    _tool("squarespace", "email, accepts marketing, subscriber since", {
          "accepts marketing": _YES_ACTIVE}, "subscriber since, subscriber source, mailing lists"),
    _tool("shopify", "email, accepts marketing, total spent", {"accepts marketing":
           _YES_ACTIVE}, "tax exempt, accepts marketing updated at"),
    _tool("aweber", "email, last followup number sent, stop time", {
          "status": "+ active=a", "stop status": "-=a *=u", "stop time": _LEFT_ON},
          "subscription method, subscription url, last followup sent at, verified"),
    _tool("getresponse", "email, day of cycle, removed on", {
          "confirmed on": _CONFIRMED_ON, "removed on": _LEFT_ON}, "day of cycle, origin"),
    _tool("zoho campaigns", "contact email, contact status", {
          "contact status": "+ spam=s do_not_mail=u"}, "added time"),
    _tool("rapidmail", "email, status, mailtype, foreign id", {
          "status": "active=a new/inactive=p unsubscribed/deleted=u bounced/abused/blacklisted=s",
          "activated": _CONFIRMED_ON, "unsubscribed": _LEFT_ON, "bounced": _BAD_ON,
          "abused": _BAD_ON}, "created, created date"),
    _tool("moosend", "email, subscribe type, subscribe method", {
          "subscribe type": "+", "unsubscribed on": _LEFT_ON}, "subscribe method"),
    _tool("acymailing", "email, enabled, confirmed, accept", {"enabled": _YES_ACTIVE,
           "confirmed": _YES_CONFIRMED, "accept": _YES_ACTIVE}, "html"),
    _tool("omnisend", "email, email status, email status date", {"email status": "+"}, "email "
           "status date, sms status, sms status date"),
    _tool("omnisend", "email address, email channel status", {"email channel status": "+"},
          "email channel status changed at, sms channel status, sms channel status changed at"),
    _tool("moosend", "email, member type, subscribe method", {
          "member type": "+ notconfirmed/not_confirmed=p archived=u", "unsubscribed on": _LEFT_ON,
          "unsubscribed from campaign": "-=a *=u"}, "subscribe method, created on, updated on"),
    _tool("marketing cloud", "email address, subscriber key, status, date unsubscribed", {
          "status": "+ held=s", "date unsubscribed": _LEFT_ON}, "email type, date joined"),
    _tool("marketo", "email address, unsubscribed, marketing suspended", {
          "unsubscribed": _YES_LEFT, "marketing suspended": _YES_LEFT, "black listed": _YES_BAD,
          "email invalid": _YES_BAD, "email suspended": _YES_BAD}, "person status, lead status"),
    _tool("sailthru", "profile id, email, optout type", {
          "optout type": "none/-=a all/basic/blast=u", "optout time": _LEFT_ON,
          "optout reason": "-=a *=u", "hardbounce time": _BAD_ON},
          "last softbounce, engagement, source"),
    _tool("braze", "external id, email, email subscribe", {
          "email subscribe": "+ opted_in=a", "email hard bounced": _YES_BAD,
          "email unsubscribed at": _LEFT_ON, "marked email as spam at": _BAD_ON},
          "email opted in at, push subscribe, push opted in at"),
    _tool("wix", "email 1, email subscriber status", {
          "email subscriber status": "+ not_set=p"}, "sms subscriber status"),
    _tool("slack", "username, email, status, billing active", {
          "status": "member/admin/owner/primary_owner/workspace_owner/workspace_admin/org_owner"
                    "/org_admin/single_channel_guest/multi_channel_guest/restricted=a"
                    " deactivated=u invited_member/invited/bot=p"},
          "billing active, has 2fa, has sso, expiration timestamp, session duration seconds"),
    _tool("mailman", "address, nomail, nodupes", {
          "nomail": "off/-=a on/[u]/[a]=u [b]=s"}, "mod, hide, ack, not metoo, nodupes, digest, "
          "plain"),
    _tool("mailman", "email, delivery status, delivery mode", {
          "delivery status": "enabled=a by_user/by_moderator=u by_bounces=s unknown=p"},
          "delivery mode, role, subscription mode, moderation action, bounce score"),
    _tool("sympa", "email, gecos, reception", {
          "reception": "mail/digest/digestplain/summary/notice/txt/html/urlize/not_me/-=a nomail=u",
          "suspend": "0/-=a 1=u"}, "visibility, included, subscribed, update date"),
    _tool("patreon", "email, patron status, lifetime amount", plain="follows you, free member, "
          "free trial, last charge status, last charge date, charge frequency, access expiration"),
    _tool("eventbrite", "order #, email, attendee status", plain="quantity, ticket type, "
          "order type, checked in"),
    _tool("google contacts", "e mail 1 value", plain="e mail 1 label, e mail 2 label, "
          "e mail 3 label, phone 1 label, address 1 label, photo, custom field 1 label"),
    _tool("outlook", "e mail address, e mail display name", plain="e mail type, e mail 2 type, "
          "e mail display name, private, sensitivity, priority"),
    _tool("sendy", "email, unsubscribed, bounced, complaint, confirmed", {
          "unsubscribed": _YES_LEFT, "bounced": _YES_BAD, "complaint": _YES_BAD, "confirmed":
           _YES_CONFIRMED,
          "bounce soft": "0/-=a"}, "last campaign, join date, timestamp"),
)  # fmt: skip


def tool_of(headers: Collection[str]) -> Tool | None:
    """The tool whose export has these headers (as `plain_header` gives them), or None."""
    found = set(headers) - {""}
    for tool in TOOLS:
        if tool.marks == found if tool.exact else tool.marks <= found:
            return tool
    return None
