"""What a trial does not show by itself: issues in every state, incidents, failures, emptiness.

`set_up()` runs once inside of the trial (`manage.py shell`), after its samples were sent, and
prints what a visitor starts from.
"""

from __future__ import annotations

import datetime as dt
import json

from django.contrib.auth.models import User
from django.utils import timezone

from newsletter import importing
from newsletter.issues import comments, deleted, draft_links
from newsletter.models import (
    Bounce,
    Chunk,
    DayOff,
    ImportRule,
    Issue,
    Machine,
    OutboxEvent,
    Outcome,
    RegularTask,
    Revision,
    Slot,
    Token,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
)
from newsletter.sending import held, withdrawing
from subscribers import suppression
from subscribers.models import (
    ImportJob,
    ImportProblem,
    Incident,
    Publication,
    Role,
    ServiceMail,
    Subscriber,
    Subscription,
)

from . import builders

PASSWORD = "quay-side-7"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
_ROUGH = f"""# Rough Digest - 2026-04-{{day}}

## TODO a title that somebody forgot, with a word like {LONG} in it

> **Category:** Nowhere known
> **Source:** [The Paper](https://example.org/story)

**Insight:** What it means. Lorem ipsum dolor sit amet, [name].

**Summary:**

- One: a
- Two: b

## 同一天的第二条，没有来源

> **Category:** Nowhere known

| A | B | C | D | E | F | G |
|---|---|---|---|---|---|---|
| 1 | 2 | 3 | 4 | 5 | 6 | 7 |

```python
a_line_of_code = "that is much longer than any telephone is wide", "and goes on", "and on"
```

## More links

- [Something](https://example.org/other)
"""


def set_up() -> None:
    """Make everything. The users' names are `dora-ROLE`, their password `PASSWORD`."""
    owner = _users()
    for publication in Publication.objects.filter(slug__startswith="sample-"):
        _issues(publication, owner)
        _readers(publication)
    _nothing()
    _programs(Publication.objects.get(slug="sample-zh"), owner)
    _operation()
    print(json.dumps({"visitors": of_visitors(), "editors": of_editors()}))


def _users() -> User:
    owner = User.objects.create_superuser("dora-owner", "owner@example.org", PASSWORD)
    pair = list(Publication.objects.order_by("slug"))
    roles = dict.fromkeys(("sender", "reader_care", "approver", "editor"), pair)
    # Somebody who may something in one publication and nothing in the other one.
    for kind, publications in {**roles, "half": pair[:1]}.items():
        user = User.objects.create_user(f"dora-{kind}", f"{kind}@example.org", PASSWORD)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        for publication in publications:
            kind = "editor" if kind == "half" else kind
            Role.objects.create(user=user, publication=publication, kind=kind)
    return owner


def _issues(publication: Publication, owner: User) -> None:
    sent = publication.issues.get(state="sent")
    draft = _rough(publication, 1)
    _talk(draft, owner)
    draft_links.make(draft, owner, 3, "For the printer")
    deleted.delete(_rough(publication, 2), owner)
    scheduled = _copy(sent, 3)
    later = timezone.now() + dt.timedelta(days=2)
    Issue.objects.filter(pk=scheduled.pk).update(state="scheduled", send_at=later)
    _frozen(_copy(sent, 4), "sending", recipients=12, sent=5, deferred=2)
    _held(_frozen(_copy(sent, 5), "paused", recipients=40, sent=9))
    _frozen(_copy(sent, 6), "cancelled", recipients=12, sent=3, cancelled=9)
    builders.issue(publication, "2026-04-07", title="Nothing in it yet")
    for day, state in ((8, "archived"), (9, "published")):
        one = _copy(sent, day)
        Issue.objects.filter(pk=one.pk).update(state=state, published_at=timezone.now())
        one.items.update(published_at=timezone.now())
    withdrawing.withdraw(_published(publication, 8), None, "It was not true.", by=owner)
    page = _published(publication, 9)
    withdrawing.withdraw(page, page.items.first(), "It was not true.", by=owner)
    _unsure(sent)


def _published(publication: Publication, day: int) -> Issue:
    return publication.issues.get(date=dt.date(2026, 4, day))


def _rough(publication: Publication, day: int) -> Issue:
    text = _ROUGH.format(day=f"{day:02d}").encode()
    report = importing.import_digest(publication, text, "rough.md", create_categories=True)
    assert report.issue is not None
    report.issue.items.filter(number=2).update(category=None)
    return report.issue


def _copy(sent: Issue, day: int) -> Issue:
    """A draft with three items of an issue that went out."""
    one = builders.issue(sent.publication, f"2026-04-{day:02d}")
    for item in sent.items.all()[:3]:
        builders.item(one, item.category, item.title, insight=item.insight, bullets=item.bullets)
    return one


def _talk(draft: Issue, owner: User) -> None:
    comments.add(draft, "Who has seen the figures?", by=owner, item=draft.items.first())
    comments.add(draft, f"Not before noon. {LONG}", by=owner, sent_back=True)


def _frozen(issue: Issue, state: str, **counts: int) -> Issue:
    revision = Revision.objects.filter(kind="release").first()
    assert revision is not None
    revision = issue.revisions.create(number=1, kind="release", digest=revision.digest)
    Issue.objects.filter(pk=issue.pk).update(
        state=state, frozen=revision, frozen_at=timezone.now(), published_at=timezone.now(),
        send_at=timezone.now(), **counts,
    )  # fmt: skip
    issue.refresh_from_db()
    return issue


def _held(issue: Issue) -> None:
    incident = Incident.objects.create(
        publication=issue.publication, about=f"issue:{issue.pk}", attempts=40, refusals=31,
        habit=0.025, threshold=0.075,
    )  # fmt: skip
    Issue.objects.filter(pk=issue.pk).update(state_reason=held.sentence(incident))
    for number in range(3):
        Bounce.objects.create(
            kind="hard", via="smtp", status="5.1.1", reason="No such user",
            seen=f"{issue.pk}-{number}", delivery_id=issue.first_delivery + number,
            decision="waiting", incident=incident,
        )  # fmt: skip
    Incident.objects.create(
        publication=issue.publication, about="issue:1", attempts=40, refusals=2, habit=0.02,
        threshold=0.05, state="carried_out", decided_by="dora-owner", decided_at=timezone.now(),
    )  # fmt: skip


def _unsure(sent: Issue) -> None:
    """One mail of those that went out failed, and of one nobody knows."""
    span = {"delivery__gte": sent.first_delivery, "delivery__lte": sent.last_delivery}
    failed, unsure = Outcome.objects.filter(**span, state="sent")[:2]
    for outcome, state in ((failed, "failed"), (unsure, "in_doubt")):
        Outcome.objects.filter(delivery=outcome.delivery_id).update(
            state=state, code=550, status="5.1.1", detail=f"No such user {LONG}"
        )
        chunk = Chunk.objects.get(
            issue=sent, first__lte=outcome.delivery_id, last__gte=outcome.delivery_id
        )
        Chunk.objects.filter(pk=chunk.pk).update(**{"sent": chunk.sent - 1, state: 1})
    Issue.objects.filter(pk=sent.pk).update(sent=sent.sent - 2, failed=1, in_doubt=1)


def _readers(publication: Publication) -> None:
    slug = publication.slug
    builders.subscription(publication, f"waits@{slug}.example.org", state="pending")
    builders.subscription(publication, f"left@{slug}.example.org", state="unsubscribed")
    long = f"{'a-very-long-name' * 3}@{slug}.example.org"
    builders.subscription(
        publication, long, paused_until=timezone.now() + dt.timedelta(days=9), rhythm="weekly"
    )
    Subscriber.objects.filter(address=long).update(
        name="李 " + LONG, new_address="else@example.org", new_address_at=timezone.now()
    )
    for reason in ("hard", "soft", "complaint", "manual"):
        tie = builders.subscription(publication, f"{reason}@{slug}.example.org")
        here = publication if reason in ("soft", "manual") else None
        suppression.suppress(tie.subscriber.address, reason, publication=here)
    job = ImportJob.objects.create(
        publication=publication, file="readers of the old system.csv", digest="0" * 64,
        state="failed", counts={"created": 3, "refused": 1}, line=4, finished_at=timezone.now(),
    )  # fmt: skip
    ImportProblem.objects.create(
        job=job, line=3, column="email", level="error", code="address", message="Not an address."
    )


def _nothing() -> None:
    """A publication in which nothing is yet."""
    builders.publication("empty", name="Nothing Yet")


def _programs(publication: Publication, owner: User) -> None:
    Slot.objects.create(publication=publication, weekdays=31, at=dt.time(8, 0))
    DayOff.objects.create(publication=publication, day=dt.date(2026, 12, 25), note="Christmas")
    category = publication.categories.first()
    said = (
        ("tag", "ships", "", category),
        ("section", "sea", "", None),
        ("lines", "x", "tail", None),
    )
    for kind, key, value, to in said:
        ImportRule.objects.create(
            publication=publication, kind=kind, key=key, name=key, value=value, category=to,
            by="dora-owner",
        )  # fmt: skip
    for state in Webhook.State.values:
        Webhook.objects.create(
            publication=publication, name=f"Hook {state}", url=f"https://example.org/{LONG}",
            types=["issue.sent"], state=state, secret="whsec_" + "a" * 40,
        )  # fmt: skip
    event = OutboxEvent.objects.create(
        publication=publication, type="issue.sent", source="scene", spread_at=timezone.now()
    )
    for webhook, state in zip(Webhook.objects.all(), WebhookDelivery.State.values, strict=False):
        delivery = WebhookDelivery.objects.create(
            webhook=webhook, event=event, state=state, tries=2,
            ended_at=None if state == "waiting" else timezone.now(),
        )  # fmt: skip
        WebhookAttempt.objects.create(delivery=delivery, status=500, milliseconds=340)
        WebhookAttempt.objects.create(delivery=delivery, trouble="timeout")
    for days in (30, -1):
        Token.objects.create(
            user=owner, publication=publication, name="Generator", rights="send",
            digest=f"{days}".rjust(64, "0"), beginning="sudi_abcde",
            expires_at=timezone.now() + dt.timedelta(days=days),
        )  # fmt: skip
    for state in ServiceMail.State.values:
        ServiceMail.objects.create(
            kind="answer", state=state, publication=publication, address="new@example.org",
            language="en", expires_at=timezone.now() + dt.timedelta(days=1), answer="550 5.1.1 no",
            ended_at=None if state == "waiting" else timezone.now(),
        )  # fmt: skip


def _operation() -> None:
    Machine.objects.create(nonce="0" * 32, name="old-machine", state="asking", why="older")
    RegularTask.objects.update_or_create(
        name="sweep", defaults={"failures": 3, "last_error": f"OperationalError: {LONG}"}
    )


def of_visitors() -> dict[str, int]:
    """Public pages in every state, with the status each has."""
    pages = {"/sample-zh/": 200, "/sample-en/": 200, "/sample-en/2026-04-09/": 200}
    pages |= {f"/sample-zh/search/?q={word}": 200 for word in ("渡轮", "xyzzy")}
    pages |= {"/sample-zh/search/?q=%22": 422, "/sample-zh/2026-04-08/": 410}
    page = Publication.objects.get(slug="sample-zh").issues.get(slug="2026-04-09")
    withdrawn = page.withdrawals.exclude(item=None).get().item
    assert withdrawn is not None
    return pages | {f"/sample-zh/2026-04-09/{withdrawn.anchor}/": 410}


def of_editors() -> list[str]:
    """Pages of the admin whose address does not say in which state they are."""
    found = ["/admin/?publication=empty"]
    every = ("", "preflight/", "audience/")
    more = {
        "draft": (*every, "write/", "send/", "pair/", "history/1/"),
        "scheduled": (*every, "send/", "progress/"),
        "sending": (*every, "progress/"),
        "paused": (*every, "progress/", "failures/failed/"),
        "sent": (*every, "progress/", "went/", "failures/failed/", "doubt/", "correct/", "rest/"),
        "cancelled": (*every, "progress/"),
        "published": (*every, "send/", "withdraw/"),
    }
    for issue in Issue.objects.filter(publication__slug="sample-en").order_by("pk"):
        found += [f"/admin/newsletter/issue/{issue.pk}/{one}" for one in more.pop(issue.state, ())]
    empty = Issue.objects.filter(publication__slug="sample-en", items=None).get(state="draft")
    found += [f"/admin/newsletter/issue/{empty.pk}/{one}" for one in (*every, "write/", "send/")]
    places = ("subscriber", "category", "suppression", "servicemail", "importjob", "incident")
    found += [f"/admin/subscribers/{one}/?publication={of}" for one in places for of in
              ("empty", "sample-en")]  # fmt: skip
    for tie in Subscription.objects.filter(publication__slug="sample-en").order_by("-pk")[:7]:
        found.append(f"/admin/subscribers/subscriber/{tie.subscriber_id}/")
    for incident in Incident.objects.order_by("-pk")[:2]:
        found.append(f"/admin/subscribers/incident/{incident.pk}/")
    found += [f"/admin/newsletter/webhook/{one.pk}/" for one in Webhook.objects.all()]
    found += [
        "/admin/newsletter/slot/?publication=empty",
        "/admin/newsletter/token/?publication=empty",
    ]
    return found
