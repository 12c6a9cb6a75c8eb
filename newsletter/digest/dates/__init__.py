"""Calendar dates as people write them in titles, headings, fields and file names.

    words     month names and weekdays of some fifty languages; digits, numerals, eras
    writings  the ways of writing a date: one pattern each, a text -> what is written where
    spans     two days joined by "to", and a day in front of or behind a whole date
    reading   all that stands in one text -> one date, or the readings to ask about
    document  front matter, title, heading, first lines, file name -> the date of a document

Nothing is guessed: a date that can be read in two ways, a month without a day and a day without a
year are returned as a question with the readings that are possible.
"""

from .document import Place, date_of_document
from .reading import Found, Span, day_of_ticks, find_date, read, read_name
from .words import day

__all__ = [
    "Found",
    "Place",
    "Span",
    "date_of_document",
    "day",
    "day_of_ticks",
    "find_date",
    "read",
    "read_name",
]
