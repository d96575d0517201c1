"""Names as they are compared: the same bytes whoever typed them, with or without accents or titles.

The rules and their vectors are in docs/explanation/linkage.md; a change here parts new tokens from
the old ones, so it needs a new label.
"""

import unicodedata
from dataclasses import dataclass

APOSTROPHES = dict.fromkeys(map(ord, "'`-\u2019\u2018\u00b4\u02bc\u2010\u2011\u2012\u2013"))
"""Deleted, hyphens among them: O'Brien and OBrien, Smith-Jones and SmithJones are the same."""

PLAIN = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i",
        "ħ": "h",
    }
)  # fmt: skip
"""Letters that Unicode does not take apart into a plain one and an accent."""

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "master", "dr", "prof", "rev", "sir", "dame"})
SUFFIXES = frozenset({"jr", "jnr", "sr", "snr", "junior", "senior", "ii", "iii", "esq"})
NO_NAME = frozenset(
    {"unknown", "notknown", "na", "none", "null", "test", "baby", "noname", "xx", "xxx", "anon"}
)
"""What systems and people write when they have no name."""

SOUNDS = {
    letter: digit
    for letters, digit in (
        ("bfpv", "1"),
        ("cgjkqsxz", "2"),
        ("dt", "3"),
        ("l", "4"),
        ("mn", "5"),
        ("r", "6"),
    )
    for letter in letters
}


@dataclass(frozen=True)
class NameForms:
    """A name in normal form, and what stays of it when part of it is misspelt."""

    whole: str
    start: str | None
    end: str | None
    sound: str | None


def name_forms(name: str) -> NameForms | None:
    """The forms of a first or last name; None where the text says nothing of a person."""
    whole = name_form(name)
    # One letter is an initial: it says too little to be compared.
    if len(whole) < 2 or whole in NO_NAME:
        return None
    return NameForms(
        whole=whole,
        start=whole[:3] if len(whole) > 2 else None,
        end=whole[-3:] if len(whole) > 3 else None,
        sound=soundex(whole),
    )


def name_form(name: str) -> str:
    """NFKC, case folded, accents off, apostrophes and hyphens out, titles dropped, words joined."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(APOSTROPHES).translate(PLAIN)
    letters = "".join(
        c if c.isalpha() else " "
        for c in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(c)
    )
    words = letters.split()
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1] in SUFFIXES:
        words = words[:-1]
    return "".join(words)


def soundex(form: str) -> str | None:
    """American Soundex (a letter and three digits) of a normal form in a to z; else None."""
    if not (form.isascii() and form.isalpha()):
        return None
    digits, last = "", SOUNDS.get(form[0], "")
    for letter in form[1:]:
        digit = SOUNDS.get(letter, "")
        if digit and digit != last:
            digits += digit
        # A vowel parts two letters of one sound; h and w do not.
        if letter not in "hw":
            last = digit
    return (form[0] + digits + "000")[:4]
