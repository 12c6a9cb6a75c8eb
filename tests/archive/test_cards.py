"""Share cards: where they are named, when they are drawn again, what is drawn without a font."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageDraw

from newsletter import conf, editions
from newsletter.archive import cards
from newsletter.archive.cards import drawing, fonts
from newsletter.archive.finished import serving
from newsletter.config.doctor import running, surroundings
from newsletter.models import Item
from subscribers.models import Publication
from tests import builders
from tests.committed import COMMITTED
from tests.site_settings import configure

from .test_site import HOSTILE

pytestmark = COMMITTED

MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
PAGES = ("/daily/2026-03-02/", "/daily/2026-03-02/item-1/")


@pytest.fixture
def daily(db: None) -> Publication:
    made = builders.publication(theme={"accent": "#8a1c4a"})
    ships = builders.category(made, "Ships")
    secret = builders.category(made, "Secrets", visibility="private")
    issue = builders.issue(made, state="archived", published_at=MONDAY)
    builders.item(issue, ships, "A **ship** came in", published_at=MONDAY)
    builders.item(issue, secret, "Gold", published_at=MONDAY)
    return made


def named(client: Client, page: str) -> dict[str, str]:
    """The picture a page names: by Open Graph, JSON-LD, and the tall one that it links."""
    html = client.get(page).content.decode()
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    return {
        "og": re.findall(r'property="og:image" content="([^"]+)"', html)[0],
        "twitter": re.findall(r'name="twitter:image" content="([^"]+)"', html)[0],
        "ld": json.loads(data)["image"][0],
        "tall": re.findall(r'href="([^"]+/tall-[0-9a-f]{16}\.png)"', html)[0],
    }


def image(client: Client, address: str) -> Image.Image:
    response = client.get(address.removeprefix(conf.base_url()))
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response["Cache-Control"] == "public, max-age=86400"
    return Image.open(io.BytesIO(response.content)).convert("RGB")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_its_card_which_is_drawn_once_and_served_stored(
    client: Client, daily: Publication, page: str
) -> None:
    found = named(client, page)
    assert found["og"] == found["twitter"] == found["ld"]
    assert re.fullmatch(rf"{conf.base_url()}{page}card-[0-9a-f]{{16}}\.png", found["og"])
    assert image(client, found["og"]).size == (1200, 630)
    assert image(client, found["tall"]).size == (900, 1200)
    built = serving.ANSWERS["built"]
    path = found["og"].removeprefix(conf.base_url())
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert serving.ANSWERS["built"] == built


def test_a_change_of_what_is_on_it_gives_another_address_to_which_the_old_one_leads(
    client: Client, daily: Publication
) -> None:
    old = named(client, PAGES[1])["og"]
    for change in (
        lambda: Item.objects.filter(anchor="item-1").update(title="Two ships came in"),
        lambda: Publication.objects.update(theme={"style": "essay"}),
        lambda: Publication.objects.update(name="The Harbour"),
    ):
        change()
        serving.CHANGES._tried = float("-inf")  # A second later.
        new = named(client, PAGES[1])["og"]
        assert new != old
        moved = client.get(old.removeprefix(conf.base_url()))
        assert (moved.status_code, moved["Location"]) == (302, new.removeprefix(conf.base_url()))
        old = new
    image(client, old)


def test_what_is_not_public_has_no_card_and_is_on_none(client: Client, daily: Publication) -> None:
    mark = "0" * 16
    for page in ("2026-03-02/item-2", "2026-03-09", "2026-03-09/item-1"):
        assert client.get(f"/daily/{page}/card-{mark}.png").status_code == 404
    view = editions.load(daily.issues.get())
    assert "Gold" in str(cards.of_issue(daily, view))  # Else the next line proves nothing.
    public = editions.published.public_view(view)
    path = named(client, PAGES[0])["og"]
    assert path.endswith(f"/card-{cards.of_issue(daily, public).mark}.png")
    # Of the publication itself the newest issue's card is shown.
    assert f'property="og:image" content="{path}"' in client.get("/daily/").content.decode()
    daily.issues.update(listed=False)
    serving.clear()
    assert client.get(path.removeprefix(conf.base_url())).status_code == 404


# ---- drawing


def card(**texts: object) -> cards.Card:
    base = cards.Card(
        name="Harbour Daily", above="Ships", title="A ship came in", more=("What it means.",),
        below="Monday, 2 March 2026", language="en", style="daily", serif=False, paper="#ffffff",
        ink="#1a1d21", muted="#5a636d", line="#dfe3e7", accent="#0a6558", band="#0a6558",
        on_band="#ffffff", chip="#b4551d",
    )  # fmt: skip
    return dataclasses.replace(base, **texts)  # type: ignore[arg-type]


def drawn(one: cards.Card, shape: str = "card") -> Image.Image:
    return Image.open(io.BytesIO(cards.png(one, cards.SHAPES[shape]))).convert("RGB")


def ink_outside_the_margins(image: Image.Image, margin: int) -> bool:
    right = image.crop((image.width - margin, margin, image.width, image.height - margin))
    left = image.crop((0, margin, margin, image.height - margin))
    return any(len(part.getcolors(100_000) or []) > 1 for part in (left, right))


LONG = {
    "en": "Night ferry to Linhai starts in spring, and the old pier is given to the egrets " * 4,
    "zh-Hans": "渡轮夜航春季开始，北岸居民每天节省一小时；" * 12,
    "de": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    "ru": "Ночной паром начнёт ходить весной, а старый причал отдадут белым цаплям " * 3,
    "el": "Το νυχτερινό πλοίο ξεκινά την άνοιξη " * 5,
    "ja": "夜間フェリーは春に始まり、古い桟橋は白鷺に譲られる。" * 6,
    "ko": "밤 페리는 봄에 시작되고 낡은 부두는 백로에게 주어진다 " * 5,
    "vi": "Phà đêm đến Lâm Hải khởi hành vào mùa xuân " * 5,
}


@pytest.mark.parametrize("language", LONG)
def test_nothing_runs_out_of_a_card(language: str) -> None:
    one = card(title=LONG[language].strip(), language=language, more=(LONG[language],))
    for shape in cards.SHAPES:
        assert not ink_outside_the_margins(drawn(one, shape), 70), shape


@pytest.mark.parametrize("size", [46, 60, 84])
def test_no_line_of_a_card_ends_inside_a_korean_word(size: int) -> None:
    text = "밤 페리는 봄에 시작되고 낡은 부두는 백로에게 주어진다, 「임해」에서는 KTX로"
    image = Image.new("RGB", (8, 8))
    pen = drawing._Pen(ImageDraw.Draw(image), fonts.faces("ko", serif=False, bold=True), size)
    for width in range(600, 1100, 100):
        lines, whole = pen.balanced(text, width, 9)
        assert (" ".join(lines), whole) == (text, True)


def _ink(image: Image.Image) -> tuple[int, int, int, int]:
    found = image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("title", "from_right"),
    [
        ("ستبدأ العبّارة غدًا.", True), ("המעבורת North Quay חוזרת", True),
        ("The ferry العبّارة", False), ("渡轮复航", False), ("23:40 العبّارة", True),
    ],
)  # fmt: skip
def test_a_text_begins_on_the_side_from_which_it_runs(title: str, from_right: bool) -> None:
    one = card(title=title, name="", above="", below="", more=(), line="#ffffff")
    left, _top, right, _bottom = _ink(drawn(one).crop((0, 60, 1200, 630)))
    assert (left < 90, right > 1110) == (not from_right, from_right)


def test_the_last_word_of_a_text_from_the_right_stands_at_the_left() -> None:
    drawn_at: list[tuple[float, str, str | None]] = []

    def text(at: tuple[float, float], part: str, _colour: str, **options: Any) -> None:
        drawn_at.append((at[0], part, options["direction"]))

    found = fonts.faces("ar", serif=False, bold=True)
    pen = drawing._Pen(SimpleNamespace(text=text), found, 40)  # type: ignore[arg-type]
    pen.line(0, 0, "غدًا 发布", "#000000", rtl=True)
    assert [part for _x, part, _way in sorted(drawn_at)] == ["发布", "غدًا "]
    assert {way for _x, _part, way in drawn_at} == {"rtl"}


def test_what_no_font_has_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    one = fonts.Face("one")
    monkeypatch.setattr(fonts, "has", lambda _face, c: c.isspace() or c.isascii() or c == "\u200d")
    for text, expected in (
        ("🚢 ships", "ships"), ("👩\u200d👩\u200d👧 Family 🚢 ships", "Family ships"),
        ("ships 🇨🇳", "ships"), ("a 🚢 b", "a b"), ("🚢", ""), ("a\u200db", "a\u200db"),
    ):  # fmt: skip
        assert fonts.drawn(text, (one,)) == expected


def test_quotation_marks_are_wide_in_chinese_alone() -> None:
    assert drawing._features("“new” ferry — it’s") == ["pwid"]
    assert drawing._features("说“新”") is None
    assert drawing._features("OK，") is None


def test_short_and_odd_texts_are_drawn() -> None:
    long = ["W" * 500, "长" * 500, "https://example.org/" + "a" * 480]
    for title in (*HOSTILE, *long, "", "A", "🚢", "🚢🚢 ships", "a\u0301e\u0301", "\u200b", " "):
        drawn(card(title=title, more=()))
        drawn(card(title=title, more=(title,) * 9, above="", below=""), "tall")


def test_a_letter_that_no_font_has_leaves_the_words_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not cards.can_draw(["\U00012000 cuneiform"], "en", serif=False)
    picture = drawn(card(title="\U00012000"))
    monkeypatch.setattr(fonts, "_faces", lambda *_asked: ())
    assert not cards.can_draw(["Ship"], "en", serif=False)
    without = drawn(card())
    # The same picture whatever it would say, in the publication's colours.
    assert without.tobytes() == picture.tobytes()
    assert without.getpixel((2, 2)) == (0x0A, 0x65, 0x58)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A ship came in", "A ship came in"),
        ("\U00012000 cuneiform", "… cuneiform"),
        ("The sign \U00012000\U00012001 on a quay", "The sign … on a quay"),
        ("𰻞𰻝面馆开张了\U0001f6a2", "𰻞𰻝面馆开张了\U0001f6a2"),  # Pictures are left out later.
        ("on \U00013080\u0301 a wall", "on … a wall"),  # Its mark goes with a letter.
        ("\U00012000", ""), ("\U00012000\U00012001 a", ""), ("", ""), ("— “!” —", "— “!” —"),
    ],
)  # fmt: skip
def test_a_letter_that_no_font_has_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    monkeypatch.setattr(fonts, "has", lambda _face, c: not "\U00012000" <= c <= "\U0001342f")
    monkeypatch.setattr(fonts, "_faces", lambda *_asked: (fonts.Face("x"),))
    assert fonts.drawable(text, "en", serif=False) == expected


def test_a_card_is_written_as_far_as_it_can_be() -> None:
    odd, colours = "\U00012000", drawn(card(title="\U00012000"))
    whole = drawn(card(name="Harbour", above="", more=()))
    # What no font has is another part of the card: its title stands.
    assert drawn(card(name="Harbour", above=odd, more=(odd,))).tobytes() == whole.tobytes()
    same = drawn(card(title=f"A ship {odd} came in"))
    assert same.tobytes() == drawn(card(title="A ship … came in")).tobytes()
    assert same.tobytes() != colours.tobytes()


def test_a_script_that_joins_its_letters_is_drawn_only_where_that_can_be_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "has", lambda _face, _character: True)
    monkeypatch.setattr(fonts, "_faces", lambda *_asked: (fonts.Face("x"),))
    for can in (True, False):
        monkeypatch.setattr(fonts, "features", SimpleNamespace(check=lambda _name, can=can: can))
        assert cards.can_draw(["السفينة"], "ar", serif=False) is can
        assert cards.can_draw(["Ship 船"], "en", serif=False)


def test_a_card_without_words_is_not_kept_for_long(
    client: Client, daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "can_draw", lambda *_a, **_k: False)
    path = named(client, PAGES[0])["og"].removeprefix(conf.base_url())
    kept = client.get(path)["Cache-Control"]
    assert kept == "public, max-age=3600"


def test_pieces_go_to_the_first_face_that_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    latin, wide = fonts.Face("latin"), fonts.Face("wide")
    monkeypatch.setattr(
        fonts, "has", lambda face, c: c.isascii() if face is latin else "一" <= c <= "龥"
    )
    found = [(face.path, text) for face, text in fonts.runs("Go 1.2 发布 OK🚢", (latin, wide))]
    assert found == [("latin", "Go 1.2 "), ("wide", "发布 "), ("latin", "OK")]


def test_the_doctor_says_when_cards_have_no_words(
    daily: Publication, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    def found() -> tuple[bool | None, str]:
        (check,) = [one for one in running.registry() if one.name == "card_font"]
        (finding, *_more) = check.look(surroundings.Surroundings())
        return finding.ok, str(finding.detail)

    monkeypatch.setattr(cards, "can_draw", lambda *_a, **_k: True)
    assert found() == (True, "Share cards can be written with the fonts of this machine.")
    monkeypatch.setattr(cards, "can_draw", lambda *_a, **_k: False)
    ok, said = found()
    assert ok is None and "daily" in said
    configure(settings, CARD_FONT="/nowhere/a.otf")
    ok, said = found()
    assert ok is False and "/nowhere/a.otf" in said


def test_the_same_card_gives_the_same_octets() -> None:
    assert cards.png(card(), drawing.SHAPES["tall"]) == cards.png(card(), drawing.SHAPES["tall"])
