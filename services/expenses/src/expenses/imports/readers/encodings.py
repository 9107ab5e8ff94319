"""Finds the encoding of a text that is not UTF-8: each is tried, and the one that reads best as words of a language wins."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

CODECS = {"windows-874": "cp874", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "cp950"}
"""Python's names where they differ from those of the API; some are supersets, which is what banks use."""

_LANGUAGES = {
    "windows-1252": "de fr es pt it nl sv da nb is fi ca",
    "windows-1250": "pl cs sk hu hr sl ro sq",
    "windows-1251": "ru uk bg sr be",
    "windows-1253": "el",
    "windows-1254": "tr",
    "windows-1255": "he",
    "windows-1256": "ar fa",
    "windows-1257": "lt lv et",
    "windows-1258": "vi",
    "windows-874": "th",
    "iso-8859-2": "pl cs sk hu hr sl ro",
    "iso-8859-15": "fr fi et",
    "koi8-r": "ru",
    "koi8-u": "uk",
    "cp850": "de fr es pt it sv da nb is",
    "cp852": "pl cs sk hu hr sl ro",
    "cp866": "ru uk",
    "mac-roman": "de fr es pt it sv da nb is",
    "shift_jis": "ja",
    "euc-jp": "ja",
    "gb18030": "zh",
    "big5": "zh",
    "euc-kr": "ko",
}
"""Each encoding with the languages written in it, the usual encodings first."""
_KNOWN = {language for languages in _LANGUAGES.values() for language in languages.split()}
_RARE = {"iso-8859-15", "koi8-r", "koi8-u", "cp850", "cp852", "cp866", "mac-roman"}
_LETTERS = {
    "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "es": "áéíñóúüçºª",
    "pt": "áâãàçéêíóôõúºª",
    "it": "àèéìòùç",
    "nl": "éëïóöüáè",
    "sv": "åäöé",
    "da": "æøåé",
    "nb": "æøåéò",
    "is": "áðéíóúýþæö",
    "fi": "åäöšž",
    "ca": "àçéèíïóòúü",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "hr": "čćđšž",
    "sl": "čšž",
    "ro": "ăâîșțşţ",
    "sq": "ëç",
    "tr": "çğıöşüİâ",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "et": "äõöüšž",
    "vi": "ăâđêôơưáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵ",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "el": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ",
}
_SCRIPTS = {"he": "HEBREW", "ar": "ARABIC", "fa": "ARABIC", "th": "THAI", "ko": "HANGUL"}
_COUNTRIES = {
    "PLN": "pl",
    "CZK": "cs",
    "HUF": "hu",
    "RON": "ro",
    "HRK": "hr",
    "SKK": "sk",
    "RUB": "ru",
    "UAH": "uk",
    "BGN": "bg",
    "BYN": "be",
    "RSD": "sr",
    "TRY": "tr",
    "ILS": "he",
    "THB": "th",
    "JPY": "ja",
    "CNY": "zh",
    "TWD": "zh",
    "HKD": "zh",
    "KRW": "ko",
    "VND": "vi",
    "SEK": "sv",
    "DKK": "da",
    "NOK": "nb",
    "ISK": "is",
    "LTL": "lt",
    "LVL": "lv",
    "EEK": "et",
    "SAR": "ar",
    "AED": "ar",
    "KWD": "ar",
    "EGP": "ar",
    "QAR": "ar",
    "BHD": "ar",
    "OMR": "ar",
    "JOD": "ar",
    "IRR": "fa",
}
"""The language of a currency's country."""
_LATIN = {language for language, letters in _LETTERS.items() if unicodedata.name(letters[0]).startswith("LATIN")}
_MIXED = re.compile(r"[A-Za-z](?=[\u0370-\uffff])|[\u0370-\uffff](?=[A-Za-z])")
_LONG_LATIN = re.compile(r"[A-Za-z]{2}[^\W\d_A-Za-z]|[^\W\d_A-Za-z][a-z]")
_MARK_WITHIN = re.compile(r"(?<=[^\W\d_])[^\w\s.,'’()/&*+\-:@–]+(?=[^\W\d_])")
_ACCENTS = re.compile(r"(?:(?![A-Za-z])[^\W\d_]){3,}")
_WORD = re.compile(r"[^\s,;|\"]+")
_USUAL_PUNCTUATION = frozenset("€£§°–—“”„‚‘’«»…·•¡¿№®©™±×´`¨\u00a0\u00ad、。（）・「」ー～：，．￥")
_FIRST_LEVEL = 0xB0
"""The first byte of a character in use, in the standards of China and Japan."""
_TAIWAN_LEVEL = range(0xA4, 0xC7)
"""The first bytes of characters in use, in the standard of Taiwan."""
_CLOSE = 0.3
"""Encodings whose scores differ by less than this are offered to choose from."""


class EncodingCandidate(NamedTuple):
    """An encoding that a text could have, and how well it reads."""

    encoding: str
    score: float
    text: str


def candidates(sample: bytes, locale: str, home_currency: str) -> list[EncodingCandidate]:
    """Return the encodings that a sample could have, the likeliest first; only the first of those that give the same text."""
    tried = [_candidate(sample, encoding, locale, home_currency) for encoding in _LANGUAGES]
    texts: dict[str, EncodingCandidate] = {}
    for candidate in sorted((one for one in tried if one is not None), key=lambda one: -one.score):
        texts.setdefault(candidate.text, candidate)
    return list(texts.values())


def close_candidates(found: list[EncodingCandidate]) -> list[EncodingCandidate]:
    """Return the candidates that a person has to choose from; none if the first is much better than the others."""
    close = [candidate for candidate in found if candidate.score > found[0].score - _CLOSE]
    return close[:5] if len(close) > 1 else []


def _candidate(sample: bytes, encoding: str, locale: str, home_currency: str) -> EncodingCandidate | None:
    try:
        text = sample.decode(CODECS.get(encoding, encoding))
    except UnicodeDecodeError:
        return None
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    language = locale.replace("_", "-").partition("-")[0]
    scores = [_score(words, candidate) + _prior(candidate, language, home_currency) for candidate in _LANGUAGES[encoding].split()]
    rare = 0.2 if encoding in _RARE else 0.0
    taiwan = encoding == "big5" and (locale[-2:].upper() in {"TW", "HK", "MO"} or home_currency in {"TWD", "HKD"})
    return EncodingCandidate(encoding, max(scores) - rare + (0.3 if taiwan else 0.0), text)


def _prior(language: str, own: str, home_currency: str) -> float:
    western = (0.15 if own in _KNOWN else 0.3) if language in {"de", "fr", "es", "pt", "it", "nl"} else 0.0
    return (0.4 if language == own else western) + (0.3 if _COUNTRIES.get(home_currency) == language else 0.0)


def _score(words: list[str], language: str) -> float:
    """Return how well words read as words of a language; 1 if all of them do."""
    letters, total = 0, 0.0
    for word in words[:2000]:
        foreign = [letter for letter in word if not letter.isascii()]
        letters += len(foreign)
        lonely = sum(letter.isalpha() for letter in word) == 1
        total += sum(min(_letter_score(letter, language), 0.3 if lonely else 1.0) for letter in foreign) - _oddities(word, language)
    return total / letters if letters else 0.0


def _letter_score(letter: str, language: str) -> float:
    category = unicodedata.category(letter)
    if category in {"Cc", "Cn", "Co", "Cs"}:
        return -5.0
    if language in {"ja", "zh"}:
        return _east_asian_score(letter, language)
    if language in _SCRIPTS:
        return 1.0 if unicodedata.name(letter, "").startswith(_SCRIPTS[language]) else -0.5 if category[0] == "L" else 0.0
    if letter.casefold() in _LETTERS[language]:
        return 1.0
    if letter in _USUAL_PUNCTUATION:
        return 0.3
    return 0.0 if category[0] == "L" else -1.0


def _east_asian_score(letter: str, language: str) -> float:
    name = unicodedata.name(letter, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return 1.0 if language == "ja" else 0.0
    if name.startswith("CJK UNIFIED"):
        # The first level of each standard has the characters in common use, in the order of their sound.
        codec, last = ("euc-jp", 0xCF) if language == "ja" else ("gb2312", 0xD7)
        lead = letter.encode(codec, "ignore")[:1] or letter.encode("big5", "ignore")[:1]
        first = lead[0] if lead else 0
        taiwanese = language == "zh" and first in _TAIWAN_LEVEL
        return 0.9 if taiwanese or _FIRST_LEVEL <= first <= last else 0.1
    return 0.3 if letter in _USUAL_PUNCTUATION or name.startswith("FULLWIDTH") else -1.0


def _oddities(word: str, language: str) -> float:
    """Return the penalty for what is odd in a word: capitals within, two scripts, punctuation between letters, runs of accents."""
    odd = sum(1.0 for one, next_one in pairwise(word) if one.islower() and next_one.isupper())
    if word[:1].islower() and word[1:3].isupper():
        odd += len(word) - 2.0
    if language not in _LATIN:
        odd += 1.0 * len(_MIXED.findall(word)) if language not in {"ja", "zh", "ko"} or _LONG_LATIN.search(word) else 0.0
    if language not in {"ja", "zh"}:
        odd += 2.0 * len(_MARK_WITHIN.findall(word))
    if language in _LATIN and language != "vi":
        odd += sum(len(run) - 2.0 for run in _ACCENTS.findall(word))
    return odd
