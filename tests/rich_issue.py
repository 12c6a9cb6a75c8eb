"""An issue with everything a text can hold, as a value: for what has to look right.

Code, a table, a quotation, nested lists, a picture of ours, right-to-left text, emoji, mathematics
as text, a word of 300 letters, and HTML of an editor's own. Our own sentences. No database.
"""

from __future__ import annotations

from typing import Any

from newsletter.editions import BulletView, IssueView

from . import sample_issues as issues

PICTURE = "0f4c2a19d38be75604a1c9f2e6b8d7350640042aa7b8c4.jpg"
_OURS = f"http://127.0.0.1:8000/p/{PICTURE.removesuffix('.jpg')}-960.jpg"

_BODY = f"""The operator wrote its timetable as **a formula**, *and* kept ~~two~~ three exceptions:
`E = mc^2`, H<sub>2</sub>O and 10<sup>3</sup> with a [note](https://example.org/note) 🚢👩‍🚀🏴󠁧󠁢󠁷󠁬󠁳󠁿.

> A pier is a promise made of wood.
>
> > And a promise needs paint every seventh year.

1. Read the tide table
   - high water first
   - then the weather
     - and the wind
2. Cast off

| Line | Last boat | Fare | Remarks on the landing and its lights |
|:-----|:---------:|-----:|---------------------------------------|
| North quay | 23:40 | 2.00 | low lights, a waiting room that stays open until the last boat |
| 临海 | 22:50 | 4.20 | كشك التذاكر مغلق ليلا |

```python
def next_boat(timetable: list[Sailing], now: datetime, bank: Landing = NORTH_QUAY) -> Sailing:
    return min((s for s in timetable if s.leaves > now), default=None)
```

![The quay in the evening, two boats at the landing]({_OURS})

### What remains open

---

Press <kbd>Ctrl</kbd>, <mark>mark</mark> it, <small>small print</small>,
<del>old</del> <ins>new</ins>,
<abbr title="Low Water">LW</abbr>, <q>quoted</q>.

<figure><figcaption>A caption without its picture</figcaption></figure>

<dl><dt>Berth</dt><dd>where a boat lies</dd></dl>

<details><summary>Figures</summary>187 of 312 landings have a lift.</details>

$\\int_0^1 x^2\\,dx = \\tfrac13$ {"Wasserstandsvorhersage" * 14}
"""
_ARABIC = "العبارة الليلية تعود: آخر رحلة في الساعة 23:40 على خط North Quay."
_HEBREW = "המעבורת חוזרת בלילה, והתחנה נשארת פתוחה עד ההפלגה האחרונה (23:40)."


def rich(language: str = "en", **extra: Any) -> IssueView:
    """Six items: a picture and a long text, right-to-left ones, emoji, a mere title, plain ones."""
    kinds = issues.categories(language)

    def item(number: int, **fields: Any) -> Any:
        return issues.item(number, kinds[number % 5], language=language, **fields)

    nested = BulletView("Outer", "one", (BulletView("", "inner", (BulletView("", "innermost"),)),))
    return issues.view(
        language=language,
        intro="Good morning, **Port**. A short greeting with a [link](https://example.org/) first.",
        items=(
            item(1, picture=PICTURE, picture_alt="The quay in the evening"),
            item(2, body=_BODY, bullets=(nested,)),
            item(
                3,
                title=_ARABIC,
                insight=f"{_ARABIC}\n\nAn English paragraph in between.\n\n- {_HEBREW}",
                bullets=(BulletView("", _HEBREW), BulletView("שעות", "23:40 (North Quay)")),
                body=f"> {_HEBREW}\n\n1. {_ARABIC}\n2. English\n\n"
                f"| {_HEBREW} | A |\n|-|-|\n| ב | 1 |",
            ),
            item(
                4,
                title="🏴‍☠️🚢 Emoji 👨‍👩‍👧‍👦 in a title: `code`, **bold** & <b>tags</b> 你好，世界",
            ),
            item(5, insight="", bullets=(), body=""),
            item(6),
        ),
        **extra,
    )
