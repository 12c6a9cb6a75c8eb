"""Front matter of the generators people use: one value whatever they call it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from newsletter.digest import parse
from newsletter.digest.front import Front, read_front
from newsletter.digest.problems import Problems

HUGO = """+++
title = "Boats"
date = 2025-10-10T08:00:00+02:00
publishDate = 2025-10-11
draft = true
slug = "boats-13"
description = "A week of boats"
tags = ["pumps", "oil"]
[params]
authors = ["Ann", "Bo"]
+++"""
HUGO_JSON = """{
  "title": "Boats",
  "date": "2025-10-10",
  "tags": ["pumps", "oil"]
}"""
JEKYLL = """---
layout: post
title: Boats
date: 2025-10-10 22:00:00 -0000
permalink: /news/boats-13/
categories: [News]
tags: pumps, oil
author: Ann
---"""
HEXO = """---
title: 船报
date: 2025-10-10 08:00:00
updated: 2025-10-12 08:00:00
tags:
  - pumps
  - oil
categories:
  - News
---"""
ASTRO = """---
title: 'Boats'
pubDatetime: 2025-10-10T08:00:00Z
modDatetime: 2025-10-12T08:00:00Z
draft: false
author: Ann
---"""
DOCUSAURUS = """---
slug: boats-13
title: Boats
date: 2025-10-10
authors:
  - name: Ann
    url: https://ann.example.org/
  - Bo
tags: [pumps, oil]
---"""
OBSIDIAN = """---
aliases: [Boats]
created: 2025-10-10 07:12
tags: [pumps, oil]
lang: de
---"""
ELEVENTY = """---json
{
  "title": "Boats",
  "date": "2025-10-10",
  "permalink": "/news/boats-13/index.html"
}
---"""
ZOLA = """+++
title = "Boats"
date = 2025-10-10
[taxonomies]
tags = ["pumps", "oil"]
categories = ["News"]
[extra]
lang = "de"
+++"""
PELICAN = """Title: Boats
Date: 2025-10-10 08:00
Tags: pumps, oil
Category: News
Authors: Ann, Bo
Slug: boats-13
Lang: de
Status: draft
"""
MULTIMARKDOWN = """Title: Boats
Author: Ann
Date: October 10, 2025
Keywords: pumps,
    oil
"""


def front(text: str) -> Front:
    problems = Problems()
    found = read_front([*text.split("\n"), "", "Text."], problems)
    assert problems.found == []
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HUGO, {"title": "Boats", "slug": "boats-13", "description": "A week of boats",
                "tags": ("pumps", "oil"), "authors": ("Ann", "Bo"), "draft": True}),
        (HUGO_JSON, {"title": "Boats", "tags": ("pumps", "oil")}),
        (JEKYLL, {"title": "Boats", "slug": "boats-13", "category": "News",
                  "tags": ("pumps", "oil"), "authors": ("Ann",), "draft": False}),
        (HEXO, {"title": "船报", "tags": ("pumps", "oil"), "categories": ("News",)}),
        (ASTRO, {"title": "Boats", "authors": ("Ann",), "draft": False}),
        (DOCUSAURUS, {"slug": "boats-13", "authors": ("Ann", "Bo"), "tags": ("pumps", "oil")}),
        (OBSIDIAN, {"title": "", "language": "de", "tags": ("pumps", "oil")}),
        (ELEVENTY, {"title": "Boats", "slug": "boats-13"}),
        (ZOLA, {"title": "Boats", "tags": ("pumps", "oil"), "category": "News", "language": "de"}),
        (PELICAN, {"title": "Boats", "tags": ("pumps", "oil"), "category": "News",
                   "authors": ("Ann", "Bo"), "slug": "boats-13", "language": "de", "draft": True}),
        (MULTIMARKDOWN, {"title": "Boats", "authors": ("Ann",), "tags": ("pumps", "oil")}),
    ],
)  # fmt: skip
def test_generators(text: str, expected: dict[str, Any]) -> None:
    found = front(text)
    assert {name: getattr(found, name) for name in expected} == expected
    document = parse(f"{text}\n\n# T\n\n## A\n\n[P](https://example.org/)\n\nText of it.\n")
    assert document.date == dt.date(2025, 10, 10)


def test_a_pair_an_edition_and_a_wish_keep_one_name() -> None:
    found = front("---\ntranslationOf: boats-13\nEdition: evening\nsend-at: 2027-06-01 08:00\n---")
    assert found.values["translation_of"] == "boats-13"
    assert found.values["edition"] == "evening"
    assert found.values["send_at"] == "2027-06-01 08:00"


def test_the_line_of_a_key_is_known() -> None:
    assert front("---\ntitle: T\n\ndate: 03/04/2026\n---").date_places[0].line == 4


def test_what_looks_like_a_time_and_is_none_stays_text() -> None:
    assert front("---\ntitle: T\ndate: 2025-02-30\n---").values["date"] == "2025-02-30"
