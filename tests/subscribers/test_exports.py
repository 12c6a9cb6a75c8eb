"""Exports of many tools in many languages: what is understood, what is asked, who comes in how.

Each file is made up after the form its tool writes. `become` says for each reader (the part before
the @) what the file makes of them: a active, p pending, u unsubscribed, s suppressed. `asked` are
the columns that a person has to decide first; then `said` are the answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from subscribers.lists import importing as csv_in
from subscribers.lists.plan import Options
from subscribers.lists.source import Undecided
from subscribers.lists.source import look as look_at
from subscribers.models import Subscription, Suppression
from tests import builders

pytestmark = pytest.mark.django_db

_STATES = {"a": "active", "p": "pending", "u": "unsubscribed", "s": "suppressed"}


@dataclass(frozen=True)
class Export:
    name: str
    text: str
    become: str
    asked: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    said: str = ""
    source: str = ""
    encoding: str = "utf-8"


E = Export
EXPORTS = [
    E("mailchimp, subscribed", '''\
Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS
ada@m.example.org,Ada,Bell,2,"2023-01-02 10:00:00",,"2023-01-02 10:01:00",192.0.2.1,,,,,,,,"2023-02-01 00:00:00",1,abc,,"""news"""
ben@m.example.org,Ben,,3,,,"2023-01-03 10:01:00",192.0.2.2,,,,,,,,"2023-02-01 00:00:00",2,abd,,
''', "ada=a ben=a", source="mailchimp"),
    E("mailchimp, unsubscribed", '''\
Email Address,First Name,Last Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID,EUID,NOTES
ada@m.example.org,Ada,Bell,"2023-05-01 09:00:00",May,12,"No longer interested",,2,,"2023-01-02 10:01:00",1,abc,
ben@m.example.org,Ben,,"2023-06-01 09:00:00",,,,,2,,"2023-01-02 10:01:00",2,abd,
''', "ada=u ben=u", source="mailchimp"),
    E("mailchimp, cleaned", '''\
Email Address,First Name,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,MEMBER_RATING,LEID,EUID
ada@m.example.org,Ada,"2023-05-01 09:00:00",May,12,1,1,abc
''', "ada=s", source="mailchimp"),
    E("phplist", '''\
id\temail\tconfirmed\tblacklisted\tbouncecount\tentered\tmodified\tuniqid\thtmlemail\tdisabled
1\tada@p.example.org\t1\t0\t0\t2020-01-01\t2021-01-01\tx1\t1\t0
2\tben@p.example.org\t0\t0\t0\t2020-01-01\t2021-01-01\tx2\t1\t0
3\tcid@p.example.org\t1\t1\t0\t2020-01-01\t2021-01-01\tx3\t1\t0
4\tdot@p.example.org\t1\t0\t0\t2020-01-01\t2021-01-01\tx4\t1\t1
''', "ada=a ben=p cid=s dot=u", source="phplist"),
    E("phplist with bounces", '''\
email,confirmed,blacklisted,bouncecount
ada@p.example.org,1,0,0
ben@p.example.org,1,0,7
''', "ada=a ben=s", asked="bouncecount", said="bouncecount:7=suppressed", source="phplist"),
    E("mailpoet", '''\
"Email","First Name","Last Name","List","Status","Global Status"
"ada@w.example.org","Ada","Bell","News","subscribed","subscribed"
"ben@w.example.org","Ben","","News","unsubscribed","subscribed"
"cid@w.example.org","Cid","","News","subscribed","unconfirmed"
"dot@w.example.org","Dot","","News","subscribed","bounced"
''', "ada=a ben=u cid=p dot=s", source="mailpoet"),
    E("brevo", '''\
CONTACT ID;EMAIL;PRENOM;NOM;SMS;EMAIL_BLACKLIST;SMS_BLACKLIST;ADDED_TIME;MODIFIED_TIME
1;ada@b.example.org;Ada;Bell;;no;no;01-02-2022 10:00:00;01-02-2022 10:00:00
2;ben@b.example.org;Ben;;;yes;no;01-02-2022 10:00:00;01-02-2022 10:00:00
''', "ada=a ben=s", source="brevo"),
    E("mautic", '''\
id,email,firstname,lastname,doNotEmail,points
1,ada@t.example.org,Ada,Bell,0,5
2,ben@t.example.org,Ben,,1,0
''', "ada=a ben=u", source="mautic"),
    E("substack", '''\
email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
ada@s.example.org,false,,other,false,2023-01-01T10:00:00.000Z,
ben@s.example.org,true,2025-01-01,yearly,false,2023-01-01T10:00:00.000Z,2024-01-01
cid@s.example.org,false,,other,true,2023-01-01T10:00:00.000Z,
''', "ada=a ben=a cid=u", source="substack"),
    E("ghost", '''\
id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
1,ada@g.example.org,Ada,,true,false,,2023-01-01T10:00:00.000Z,,,
2,ben@g.example.org,Ben,,false,false,,2023-01-01T10:00:00.000Z,,,
3,cid@g.example.org,Cid,,true,false,,2023-01-01T10:00:00.000Z,2024-01-01T10:00:00.000Z,"vip, 2023",
''', "ada=a ben=u cid=u", source="ghost"),
    E("ghost with a label that says more", '''\
id,email,name,note,subscribed_to_emails,created_at,deleted_at,labels
1,ada@g.example.org,Ada,,true,2023-01-01T10:00:00.000Z,,"vip, bounced"
2,ben@g.example.org,Ben,,true,2023-01-01T10:00:00.000Z,,vip
''', "ada=s ben=a", asked="labels", said="labels:bounced=suppressed", source="ghost"),
    E("buttondown", '''\
email,notes,metadata,tags,type,creation_date,unsubscription_date,undeliverability_date
ada@d.example.org,,{},,regular,2023-01-01T10:00:00Z,,
ben@d.example.org,,{},,unsubscribed,2023-01-01T10:00:00Z,2024-01-01T10:00:00Z,
cid@d.example.org,,{},,unactivated,2023-01-01T10:00:00Z,,
dot@d.example.org,,{},,undeliverable,2023-01-01T10:00:00Z,,2024-01-01T10:00:00Z
eve@d.example.org,,{},,premium,2023-01-01T10:00:00Z,,
''', "ada=a ben=u cid=p dot=s eve=a", source="buttondown"),
    E("beehiiv", '''\
email,status,created_at,subscription_tier,utm_source,referring_site
ada@h.example.org,active,2023-01-01,free,,
ben@h.example.org,inactive,2023-01-01,free,,
cid@h.example.org,pending,2023-01-01,premium,,
''', "ada=a ben=u cid=p", source="beehiiv"),
    E("kit", '''\
id,first_name,email,status,created_at,referrer
1,Ada,ada@k.example.org,active,2023-01-01,
2,Ben,ben@k.example.org,cancelled,2023-01-01,
3,Cid,cid@k.example.org,bounced,2023-01-01,
4,Dot,dot@k.example.org,complained,2023-01-01,
5,Eve,eve@k.example.org,inactive,2023-01-01,
''', "ada=a ben=u cid=s dot=s eve=p", source="kit"),
    E("mailerlite, dates", '''\
Subscriber,Sent,Opens,Clicks,Subscribed,Location
ada@l.example.org,4,1,0,2023-01-01 10:00:00,France
ben@l.example.org,4,2,1,2023-01-02 10:00:00,Chad
''', "ada=a ben=a", source="mailerlite"),
    E("keila", '''\
Email,First name,Last name,Data,External ID,Status
ada@q.example.org,Ada,Bell,{},,active
ben@q.example.org,Ben,,{},,unsubscribed
cid@q.example.org,Cid,,{},,unreachable
''', "ada=a ben=u cid=s", source="keila"),
    E("listmonk", '''\
uuid,email,name,attributes,status,created_at,updated_at
u1,ada@n.example.org,Ada,"{""city"": ""Rome"", ""tags"": [""vip""]}",enabled,2023-01-01,2023-01-01
u2,ben@n.example.org,Ben,{},blocklisted,2023-01-01,2023-01-01
u3,cid@n.example.org,Cid,{},disabled,2023-01-01,2023-01-01
''', "ada=a ben=s cid=u", source="listmonk"),
    E("listmonk with a state among the attributes", '''\
email,name,attributes
ada@n.example.org,Ada,"{""newsletter"": {""status"": ""off""}}"
ben@n.example.org,Ben,"{""newsletter"": {""status"": ""on""}}"
cid@n.example.org,Cid,{}
''', "ada=u ben=a cid=p", asked="attributes.newsletter.status",
      said="attributes.newsletter.status:off=unsubscribed|attributes.newsletter.status:on=active"
           "|attributes.newsletter.status:=pending", source="listmonk"),
    E("mailjet", '''\
Email,Name,IsExcludedFromCampaigns,IsUnsubscribed,IsSpamComplaining,IsOptInPending,CreatedAt,DeliveredCount
ada@j.example.org,Ada,false,false,false,false,2023-01-01T00:00:00Z,4
ben@j.example.org,Ben,true,false,false,false,2023-01-01T00:00:00Z,4
cid@j.example.org,Cid,false,false,true,false,2023-01-01T00:00:00Z,4
dot@j.example.org,Dot,false,false,false,true,2023-01-01T00:00:00Z,4
''', "ada=a ben=u cid=s dot=p", source="mailjet"),
    E("sendgrid bounces", '''\
status,reason,email,created
5.1.1,"550 5.1.1 user unknown",ada@e.example.org,1672567200
4.2.2,"452 mailbox full",ben@e.example.org,1672567201
''', "ada=s ben=s", asked="*", said="*:*=suppressed", source="sendgrid"),
    E("mailgun complaints", '''\
address,created_at
ada@u.example.org,"Tue, 03 Jan 2023 10:00:00 UTC"
''', "ada=s", asked="*", said="*:*=suppressed", source="mailgun"),
    E("amazon ses", '''\
EmailAddress,Reason,LastUpdateTime
ada@z.example.org,BOUNCE,2023-01-01T10:00:00Z
ben@z.example.org,COMPLAINT,2023-01-01T10:00:00Z
''', "ada=s ben=s", asked="*", said="*:*=suppressed", source="amazon ses"),
    E("hubspot", '''\
Record ID,First Name,Last Name,Email,Lifecycle Stage,Lead Status,Unsubscribed from all email,Email hard bounce reason
1,Ada,Bell,ada@o.example.org,Lead,NEW,false,
2,Ben,,ben@o.example.org,Customer,OPEN,true,
3,Cid,,cid@o.example.org,Lead,NEW,,UNKNOWN_USER
''', "ada=a ben=u cid=s", source="hubspot"),
    E("constant contact", '''\
Email address,First name,Last name,Email status,Email permission status,Email update source,Confirmed Opt-Out Date,Email Lists
ada@c.example.org,Ada,Bell,Active,Express,Contact,,News
ben@c.example.org,Ben,,Unsubscribed,Unsubscribed,Contact,2023-01-01,News
cid@c.example.org,Cid,,Active,Pending,Contact,,News
''', "ada=a ben=u cid=p", source="constant contact"),
    E("google groups, with its heading", '''\
Members for group harbour
Email address,Nickname,Group status,Email status,Email preference,Posting permissions,Join year
ada@x.example.org,Ada,member,,All email,Allowed,2020
ben@x.example.org,Ben,owner,bouncing,All email,Allowed,2020
cid@x.example.org,Cid,member,,No email,Allowed,2020
dot@x.example.org,Dot,invited,,Digest,Allowed,2020
''', "ada=a ben=s cid=u dot=p", source="google groups"),
    E("klaviyo", '''\
Email,Klaviyo ID,First Name,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions,SMS Marketing Consent
ada@y.example.org,K1,Ada,SUBSCRIBED,2023-01-01,[],NEVER_SUBSCRIBED
ben@y.example.org,K2,Ben,UNSUBSCRIBED,2023-01-01,[],NEVER_SUBSCRIBED
cid@y.example.org,K3,Cid,NEVER_SUBSCRIBED,,[],NEVER_SUBSCRIBED
dot@y.example.org,K4,Dot,SUBSCRIBED,2023-01-01,"[""HARD_BOUNCE""]",NEVER_SUBSCRIBED
''', "ada=a ben=u cid=p dot=s", source="klaviyo"),
    E("cleverreach", '''\
email;registered;activated;deactivated;source;firstname;bounced
ada@r.example.org;2020-01-01;2020-01-02;0;form;Ada;0
ben@r.example.org;2020-01-01;0;0;form;Ben;0
cid@r.example.org;2020-01-01;2020-01-02;2021-01-01;form;Cid;0
dot@r.example.org;1577880000;1577966400;0;form;Dot;1609459200
''', "ada=a ben=p cid=u dot=s", source="cleverreach"),
    E("rapidmail, in German", '''\
E-Mail;Anrede;Vorname;Nachname;Status;Angelegt am
ada@v.example.org;Frau;Ada;Bell;Aktiv;01.02.2020
ben@v.example.org;Herr;Ben;;Abgemeldet;01.02.2020
cid@v.example.org;;Cid;;Unzustellbar;01.02.2020
''', "ada=a ben=u cid=s", asked="Status",
      said="Status:Aktiv=active|Status:Abgemeldet=unsubscribed|Status:Unzustellbar=suppressed"),
    E("unisender, in Russian", '''\
email;Имя;email_status;email_availability;tags;email_add_time
ada@i.example.org;Ада;active;available;;2020-01-01
ben@i.example.org;Бен;unsubscribed;available;;2020-01-01
cid@i.example.org;Сид;active;unreachable;;2020-01-01
dot@i.example.org;Дот;new;available;;2020-01-01
''', "ada=a ben=u cid=s dot=p", source="unisender", encoding="cp1251"),
    E("a Russian table in KOI8", '''\
Почта;Имя;Состояние
ada@i.example.org;Анна;подписан
ben@i.example.org;Борис;отписался
''', "ada=a ben=u", asked="Состояние",
      said="Состояние:подписан=active|Состояние:отписался=unsubscribed", encoding="koi8-r"),
    E("emailoctopus", '''\
Email address,First name,Status,Created at,Last updated at
ada@f.example.org,Ada,SUBSCRIBED,2023-01-01,2023-01-01
ben@f.example.org,Ben,UNSUBSCRIBED,2023-01-01,2023-01-01
cid@f.example.org,Cid,PENDING,2023-01-01,2023-01-01
''', "ada=a ben=u cid=p", source="emailoctopus"),
    E("campaign monitor", '''\
Email Address,Name,State,Date Subscribed
ada@cm.example.org,Ada Bell,Active,2023-01-01
ben@cm.example.org,Ben,Bounced,2023-01-01
cid@cm.example.org,Cid,Deleted,2023-01-01
''', "ada=a ben=s cid=u", source="campaign monitor"),
    E("sendy", '''\
Name,Email,Unsubscribed,Bounced,Complaint,Confirmed
Ada,ada@sy.example.org,0,0,0,1
Ben,ben@sy.example.org,1,0,0,1
Cid,cid@sy.example.org,0,0,1,1
Dot,dot@sy.example.org,0,0,0,0
''', "ada=a ben=u cid=s dot=p", source="sendy"),
    E("salesforce", '''\
"First Name","Last Name","Email","Email Opt Out","Do Not Call"
"Ada","Bell","ada@sf.example.org","0","1"
"Ben","Cole","ben@sf.example.org","1","0"
''', "ada=a ben=u"),
    E("shopify", '''\
Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Accepts SMS Marketing,Total Spent,Tax Exempt
1,Ada,Bell,ada@sh.example.org,yes,no,0.00,no
2,Ben,,ben@sh.example.org,no,no,3.00,no
''', "ada=a ben=u", source="shopify"),
    E("a shop in French", '''\
Courriel;Prénom;Nom;Ville;Inscrit;Désinscrit le
ada@fr.example.org;Ada;Bell;Lyon;oui;
ben@fr.example.org;Ben;Cole;Lille;oui;03/04/2022
cid@fr.example.org;Cid;Dupré;Nîmes;non;
''', "ada=a ben=u cid=u", asked="Inscrit|Désinscrit le",
      columns={"Inscrit": "subscribed", "Désinscrit le": "left_at"}, encoding="cp1252"),
    E("a club in German asks a question", '''\
Mitgliedsnr.;Nachname;E-Mail-Adresse;Geburtsdatum;Dürfen wir Ihnen schreiben?
17;Bell;ada@de.example.org;01.02.1970;ja
18;Cole;ben@de.example.org;03.04.1980;nein
19;Dorn;cid@de.example.org;05.06.1990;
''', "ada=a ben=u cid=p", asked="Dürfen wir Ihnen schreiben?",
      said="Dürfen wir Ihnen schreiben?:ja=active|Dürfen wir Ihnen schreiben?:nein=unsubscribed"
           "|Dürfen wir Ihnen schreiben?:=pending"),
    E("a Spanish CRM", '''\
Correo electrónico,Nombre,Ciudad,Fecha de baja,Rebotes
ada@es.example.org,Ada,Vigo,,0
ben@es.example.org,Ben,León,12/03/2021,0
cid@es.example.org,Cid,Jaén,0000-00-00,3
''', "ada=a ben=u cid=s", asked="Fecha de baja|Rebotes", columns={"Fecha de baja": "left_at"},
      said="Rebotes:3=suppressed|Rebotes:0=active"),
    E("a Portuguese list", '''\
E-mail,Nome,Situação
ada@pt.example.org,Ada,Ativo
ben@pt.example.org,Ben,Descadastrado
''', "ada=a ben=u", asked="Situação",
      said="Situação:Ativo=active|Situação:Descadastrado=unsubscribed"),
    E("an Italian list", '''\
Indirizzo,Nome,Consenso marketing
ada@it.example.org,Ada,Sì
ben@it.example.org,Ben,No
''', "ada=a ben=u", asked="Consenso marketing", columns={"Consenso marketing": "subscribed"}),
    E("a Dutch list", '''\
e-mailadres;voornaam;uitgeschreven
ada@nl.example.org;Ada;nee
ben@nl.example.org;Ben;ja
''', "ada=a ben=u", asked="uitgeschreven", columns={"uitgeschreven": "disabled"}),
    E("a Polish list", '''\
Adres;Imię;Zgoda;Data rezygnacji
ada@pl.example.org;Łucja;T;
ben@pl.example.org;Żaneta;T;2022-02-03
cid@pl.example.org;Święty;N;
''', "ada=a ben=u cid=u", asked="Zgoda|Data rezygnacji", columns={"Data rezygnacji": "left_at"},
      said="Zgoda:T=active|Zgoda:N=unsubscribed", encoding="cp1250"),
    E("a Japanese list", '''\
メールアドレス,氏名,配信状況
ada@ja.example.org,佐藤 花子,配信中
ben@ja.example.org,鈴木 一郎,配信停止
''', "ada=a ben=u", asked="配信状況", said="配信状況:配信中=active|配信状況:配信停止=unsubscribed",
      encoding="cp932"),
    E("a Korean list", '''\
이메일,이름,수신거부일
ada@ko.example.org,김영희,
ben@ko.example.org,박철수,2022-03-04
''', "ada=a ben=u", asked="수신거부일", columns={"수신거부일": "left_at"}, encoding="cp949"),
    E("a Turkish list", '''\
E-posta,Ad,Durum
ada@tr.example.org,Ayşe,Aktif
ben@tr.example.org,Çiğdem,Ayrıldı
''', "ada=a ben=u", asked="Durum", said="Durum:Aktif=active|Durum:Ayrıldı=unsubscribed"),
    E("a Swedish list", '''\
E-post;Förnamn;Avregistrerad
ada@sv.example.org;Åsa;nej
ben@sv.example.org;Örjan;ja
''', "ada=a ben=u", asked="Avregistrerad", columns={"Avregistrerad": "disabled"}),
    E("a Chinese list", '''\
邮箱,姓名,状态
ada@zh.example.org,王芳,已订阅
ben@zh.example.org,李伟,已退订
cid@zh.example.org,张敏,黑名单
''', "ada=a ben=u cid=s", encoding="gb18030"),
    E("a Taiwanese list", '''\
電子郵件,姓名,是否接收電子報
ada@tw.example.org,王小美,是
ben@tw.example.org,李大偉,否
''', "ada=a ben=u", asked="是否接收電子報", columns={"是否接收電子報": "subscribed"},
      encoding="big5"),
    E("slack", '''\
username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname,expiration-timestamp
ada,ada@y.example.org,Primary Owner,1,1,0,U01,Ada Bell,ada,
ben,ben@y.example.org,Deactivated,0,0,0,U02,Ben Cole,ben,
cid,cid@y.example.org,Invited Member,0,0,0,,Cid,cid,
dot,dot@y.example.org,Multi-Channel Guest,1,0,0,U04,Dot,dot,1767225600
''', "ada=a ben=u cid=p dot=a", source="slack"),
    E("mailman", '''\
Address,Real name,mod,hide,nomail,ack,not metoo,nodupes,digest,plain
ada@z.example.org,Ada,off,off,off,off,off,on,off,on
ben@z.example.org,Ben,off,off,[U],off,off,on,off,on
cid@z.example.org,Cid,off,off,[B],off,off,on,on,on
''', "ada=a ben=u cid=s", source="mailman"),
    E("braze", '''\
external_id,email,email_subscribe,email_unsubscribed_at,email_hard_bounced,marked_email_as_spam_at,push_subscribe
1,ada@x.example.org,opted_in,,false,,unsubscribed
2,ben@x.example.org,unsubscribed,2024-01-02T10:00:00Z,false,,subscribed
3,cid@x.example.org,subscribed,,true,,subscribed
4,dot@x.example.org,subscribed,,false,2024-01-02T10:00:00Z,subscribed
''', "ada=a ben=u cid=s dot=s", source="braze"),
    E("a Ukrainian list", '''\
Email;Ім'я;Статус email;Коментар
ada@v.example.org;Олена;Дійсний;познайомились на виставці
ben@v.example.org;Тарас;Відписався;
cid@v.example.org;Іван;Дійсний;просив більше не писати
''', "ada=a ben=u cid=u", asked="Статус email|Коментар", encoding="cp1251",
      said="Статус email:Дійсний=active|Статус email:Відписався=unsubscribed|Коментар:просив більше не писати=unsubscribed|Коментар:*=active|Коментар:=active"),
    E("cleverreach, in German", '''\
email;registriert;aktiviert;deaktiviert;quelle;tags
ada@de.example.org;02.01.2024 10:00;02.01.2024 10:05;;Formular;
ben@de.example.org;02.01.2024 10:00;02.01.2024 10:05;05.02.2024 08:00;Formular;
cid@de.example.org;02.01.2024 10:00;;;Formular;
''', "ada=a ben=u cid=p", source="cleverreach"),
    E("letters", '''\
email,name,flag
ada@one.example.org,Ada,A
ben@one.example.org,Ben,U
cid@one.example.org,Cid,B
''', "ada=a ben=u cid=s", asked="flag",
      said="flag:A=active|flag:U=unsubscribed|flag:B=suppressed"),
    E("no header, a number behind the address", '''\
ada@two.example.org;1
ben@two.example.org;0
''', "ada=a ben=u", asked="2", said="2:1=active|2:0=unsubscribed"),
    E("a note says it", '''\
email,name,notes
ada@three.example.org,Ada,met at the fair in May
ben@three.example.org,Ben,asked us not to contact him any more
cid@three.example.org,Cid,
''', "ada=a ben=u cid=a", asked="notes", said="notes:asked us not to contact him any more=unsubscribed|notes:*=active"),
    E("an ordinary list", '''\
email,name,city,company
ada@four.example.org,Ada Bell,Rome,Bell & Sons
ben@four.example.org,Ben Cole,Bern,
''', "ada=a ben=a"),
]  # fmt: skip


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_an_export_brings_in_whom_it_says(export: Export, tmp_path: Path) -> None:
    daily = builders.publication()
    path = tmp_path / "readers.csv"
    path.write_bytes(export.text.encode(export.encoding))
    first = look_at(path, Options(consent="paper"))
    assert first.opened.encoding == export.encoding
    assert first.columns.source == export.source
    asked = {question.column for question in first.questions}
    assert asked == {name for name in export.asked.split("|") if name}
    if asked:
        with pytest.raises(Undecided):
            csv_in.run(first, daily, Options(consent="paper"))
        assert not Subscription.objects.exists()
    values = []
    for said in filter(None, export.said.split("|")):
        rest, _equals, state = said.rpartition("=")
        column, _colon, value = rest.partition(":")
        values.append((column, value, state))
    options = Options(consent="paper", columns=export.columns, values=tuple(values))
    source = look_at(path, options)
    assert source.questions == ()
    job = csv_in.run(source, daily, options)
    assert job.counts.get("error", 0) == 0
    wanted = {}
    for pair in export.become.split():
        who, _equals, letter = pair.partition("=")
        wanted[who] = _STATES[letter]
    found = {
        tie.subscriber.address.partition("@")[0]: str(tie.state)
        for tie in Subscription.objects.select_related("subscriber")
    }
    assert found == {who: state for who, state in wanted.items() if state != "suppressed"}
    suppressed = sum(1 for state in wanted.values() if state == "suppressed")
    assert Suppression.objects.count() == suppressed
