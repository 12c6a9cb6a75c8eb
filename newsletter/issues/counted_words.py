"""Small numbers as words of several languages, where a text counts what it holds."""

from __future__ import annotations

COUNT_WORDS = {
    word: number
    for number, row in enumerate(
        ("two zwei deux dos due два 两 兩 二", "three drei trois tres tre три 三",
         "four vier quatre cuatro quattro четыре 四", "five fünf cinq cinco cinque пять 五",
         "six sechs seis sei шесть 六", "seven sieben sept siete sette семь 七",
         "eight acht huit ocho otto восемь 八", "nine neun neuf nueve nove девять 九",
         "ten zehn dix diez dieci десять 十", "eleven elf onze once undici 十一",
         "twelve zwölf douze doce dodici 十二"), 2
    )
    for word in row.split()
}  # fmt: skip
# As a group of a pattern.
NUMBER = r"(\d{1,3}|" + "|".join(sorted(COUNT_WORDS, key=len, reverse=True)) + r")"


def as_number(said: str) -> int:
    """What a match of `NUMBER` comes to."""
    return int(said) if said.isdecimal() else COUNT_WORDS[said.casefold()]
