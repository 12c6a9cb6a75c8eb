"""A site of its own to measure on: database, readers, an issue of a wanted size, all invented.

`open_site` sets the environment, so it comes before anything of Django's is imported.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from newsletter.models import Issue
    from subscribers.models import Category, Publication

ROOT = Path(__file__).resolve().parents[2]
# Octets on the wire: what a digest of ten items, and one of three, comes to in base64.
SIZES = {"60k": (10, 66_400), "15k": (3, 13_800)}
WORDS = [
    *(
        "港口",
        "潮汐",
        "灯塔",
        "航线",
        "集装箱",
        "码头",
        "货轮",
        "海关",
        "仓库",
        "吊机",
        "引航",
        "泊位",
    ),
    *(
        "船期",
        "风浪",
        "锚地",
        "航道",
        "浮标",
        "栈桥",
        "渔船",
        "船坞",
        "观测",
        "记录",
        "研究",
        "发现",
    ),
    *(
        "增长",
        "下降",
        "改进",
        "测试",
        "公布",
        "讨论",
        "计划",
        "完成",
        "提高",
        "减少",
        "比较",
        "验证",
    ),
]


@contextlib.contextmanager
def open_site(smtp: str, connections: int) -> Iterator[dict[str, str]]:
    """The environment of a fresh, migrated site on the kind of database DATABASE_URL names."""
    base = os.environ.get("DATABASE_URL", "")
    folder = Path(tempfile.mkdtemp(prefix="sudi-bench-"))
    name = f"sudi_bench_{uuid.uuid4().hex[:8]}"
    postgres = base.startswith("postgres")
    url = (
        urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
        if postgres
        else f"sqlite:///{folder}/sudi.sqlite3"
    )
    env = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": "bench-only-" + "k" * 40,
        "LINK_KEYS": "1:" + "0123456789abcdef" * 4,
        "BASE_URL": "http://127.0.0.1:8000",
        "SMTP_URL": f"smtp://{smtp}?connections={connections}",
        "DJANGO_SETTINGS_MODULE": "newsletter.config.settings",
    }
    os.environ.update(env)
    for unwanted in ("DEBUG", "TASKS_ENGINE", "BOUNCE_DOMAIN", "TRUSTED_PROXIES", "METRICS"):
        os.environ.pop(unwanted, None)
    try:
        if postgres:
            _psql(base, f'CREATE DATABASE "{name}"')
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"], check=True
        )
        yield env
    finally:
        if postgres:
            with contextlib.suppress(Exception):
                from django.db import connection

                connection.close()
            _psql(base, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(folder, ignore_errors=True)


def _psql(url: str, sql: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)


def start_django() -> None:
    """After `open_site`: models may be imported."""
    import django

    django.setup()


def publication() -> tuple[Publication, list[Category]]:
    """A publication in Chinese with five categories."""
    from tests import builders

    made = builders.publication("bench", name="港口日报", language="zh-Hans", canary_size=0)
    names = ("Harbour", "Ships", "Weather", "Trade", "People")
    return made, [builders.category(made, name) for name in names]


def readers(publication: Publication, categories: list[Category], count: int, mixed: bool) -> None:
    """`count` active readers in one statement each; `mixed`: every choice of categories occurs.

    Half of them are at four large domains, the others twenty to a domain.
    """
    from django.db import connection

    from subscribers.addresses import domain_number
    from subscribers.choice import Choice

    large = [f"large{n}.example.net" for n in range(4)]
    if mixed:
        live = publication.categories.all()
        choices = [
            Choice.of([c for n, c in enumerate(categories) if chosen >> n & 1], live=live).bits
            for chosen in range(1, 2 ** len(categories))
        ]
    else:
        choices = [Choice.all().bits]
    postgres = connection.vendor == "postgresql"
    numbers = (
        f"SELECT n::bigint FROM generate_series(1, {count}) AS g(n)"
        if postgres
        else f"WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {count})"
        " SELECT n FROM g"
    )
    key = "lpad(to_hex(n), 32, '0')::uuid" if postgres else "printf('%%032x', n)"
    host = f"CASE WHEN n %% 8 < 4 THEN 'large' || (n %% 8) ELSE 'd' || (n / {20 * 2}) END"
    choice = "CASE n %% {} {} END".format(
        len(choices), " ".join(f"WHEN {i} THEN {bits}" for i, bits in enumerate(choices))
    )
    domain = "CASE n %% 8 {} ELSE n / 40 END".format(
        " ".join(f"WHEN {i} THEN {domain_number('@' + name)}" for i, name in enumerate(large))
    )
    now = "now()" if postgres else "datetime('now')"
    no = "false" if postgres else "0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO subscribers_subscriber
                (id, key, address, name, new_address, created_at)
                SELECT n, {key}, 'reader' || n || '@' || {host} || '.example.net', '', '', {now}
                FROM ({numbers}) AS numbers""",
            [],
        )
        cursor.execute(
            f"""INSERT INTO subscribers_subscription
                (subscriber_id, publication_id, choice, state, rhythm, language, feed_serial,
                 first_in_line, domain, created_at, since, rhythm_since, confirmed_at)
                SELECT n, {publication.pk}, {choice}, 'active', 'every', '', 0, {no},
                       {domain}, {now}, {now}, {now}, {now}
                FROM ({numbers}) AS numbers""",
            [],
        )
        cursor.execute(
            "ANALYZE subscribers_subscriber, subscribers_subscription" if postgres else "ANALYZE"
        )


def issue(publication: Publication, categories: list[Category], size: str) -> Issue:
    """An issue whose whole edition is about so many octets on the wire. Each tells stories of its
    own: one that holds the same as another does not go out unasked."""
    from newsletter import editions, message, rendering
    from newsletter.models import Issue
    from tests import builders

    items, wanted = SIZES[size]
    made = builders.issue(publication, title="港口日报")
    chance = random.Random(f"{size} {made.pk}")

    def words(count: int) -> str:
        return "，".join("".join(chance.choices(WORDS, k=4)) for _ in range(count)) + "。"

    rows = [
        builders.item(
            made,
            categories[n % len(categories)],
            words(2),
            insight=words(3),
            bullets=[{"lead": words(1), "text": words(2)}],
            url=f"https://example.org/{made.pk}/{n}",
        )
        for n in range(items)
    ]
    for _ in range(8):  # The frame costs what it costs: fill up with text until it fits.
        view = editions.load(Issue.objects.select_related("publication").get(pk=made.pk))
        whole = rendering.prepare(view, publication).edition(view.mask)
        missing = wanted - message.MessageTemplate(whole, publication, made).size
        if abs(missing) < wanted // 50:
            break
        # A phrase stands twice, in HTML and text, and base64 makes four octets of three.
        phrases = max(-len(rows), round(missing / len(rows) / (27 * 2 * 4 / 3)))
        for row in rows:
            texts = row.bullets[0]["text"].split("，")
            if phrases > 0:
                texts = words(phrases).rstrip("。").split("，") + texts
            else:
                texts = texts[-phrases:] or texts[-1:]
            row.bullets = [{"lead": row.bullets[0]["lead"], "text": "，".join(texts)}]
            row.save()
    return made
