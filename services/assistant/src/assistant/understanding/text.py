"""Prepares texts in any script for comparison, ignoring case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(
    r"[0-9]+(?:[.,'\u00a0\u202f][0-9]+)+"  # 1.234,50
    r"|[0-9]+(?:st|nd|rd|th|er|ère|ème|[eoº°ª])?(?![^\W\d_])|[0-9]+"
    r"|[qtQT][1-4]\b"
    r"|(?:[ldjmtsncLDJMTSNC]|[qQ]u|[jJ]usqu|[aA]ujourd)['\u2019](?=[^\W\d_]|$)"  # French: l'été
    r"|[\u0900-\u0963\u0971-\u097f\u200c\u200d]+"  # Hindi: without the danda at the end of a sentence
    r"|[^\W\d_]+(?:['\u2019\u2018`][^\W\d_]+)*"
    r"|\S"
)
_DIGIT = re.compile(r"\d")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_SAME = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "`": "'",
        "\u00df": "ss",
        "\u0153": "oe",
        "\u00e6": "ae",
        "\u0901": "\u0902",
        "\u093c": "",
        "\u200c": "",
        "\u200d": "",  # Hindi: हाँ and हां, ख़र्च and खर्च are the same
    }
)

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a symbol of a text."""

    text: str
    """As it was written."""
    key: str
    """The form used for comparison."""
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.key[0].isdigit()

    @property
    def is_word(self) -> bool:
        return self.key[0].isalpha()


def key_of(text: str) -> str:
    """Return a text in the form used for comparison: without case and accents, with ASCII digits."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_SAME)
    kept = (letter for letter in folded if not unicodedata.combining(letter) or _DEVANAGARI.match(letter))
    # Includes digits that are not decimals, such as ❶, since str.isdigit accepts them, and int follows.
    return unicodedata.normalize("NFC", "".join(str(unicodedata.digit(each, each)) for each in kept))


def in_ascii_digits(text: str) -> str:
    """Replace the decimal digits of any script by ASCII digits; the length stays the same."""
    return _DIGIT.sub(lambda found: str(unicodedata.decimal(found.group())), text)


def composed(text: str) -> str:
    """Return a text with composed accents; the positions of tokens refer to it."""
    return unicodedata.normalize("NFC", text)


def spellings_of(text: str) -> tuple[str, ...]:
    """Return a text and, if it has umlauts, its spelling with two letters for each."""
    spelled_out = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
    return (text, spelled_out) if spelled_out != text else (text,)


def tokens_of(text: str) -> list[Token]:
    """Split a text into words, numbers and symbols."""
    written = composed(text)
    return [
        Token(written[found.start() : found.end()], key_of(found.group()), found.start(), found.end())
        for found in _TOKEN.finditer(in_ascii_digits(written))
        if key_of(found.group())
    ]
