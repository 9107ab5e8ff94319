"""Which passwords are refused: short ones, those that name their owner, and those that everybody tries first."""

from __future__ import annotations

import unicodedata

from auth.domain.errors import UnacceptableError

SHORTEST, LONGEST = 10, 200
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_LONGEST_PERIOD = 8
_LOOKALIKES = str.maketrans("013457@$!", "oleastasi")
# What is left of the most common passwords once digits, signs and look-alikes are taken away.
_COMMON_WORDS = """
password passwort passwords passw pass motdepasse contrasena senha parola heslo haslo wachtwoord salasana
qwerty qwertyuiop qwertz azerty asdfgh asdfghjkl zxcvbnm qazwsx qazwsxedc abc abcd abcde abcdef
admin administrator root user guest default changeme letmein welcome willkommen bienvenue login logmein access secret topsecret
iloveyou loveyou ilovejesus lovely love lover sweetheart darling baby babygirl princess prinzessin
football baseball basketball soccer hockey liverpool chelsea arsenal manchester manutd barcelona realmadrid juventus
superman batman spiderman starwars pokemon naruto minecraft fortnite pikachu whatever trustno master monkey dragon shadow
sunshine summer winter spring autumn sommer flower butterfly chocolate cookie computer internet samsung google facebook
michael jordan jessica michelle jennifer ashley daniel charlie thomas andrew nicole anthony matthew joshua robert george
hello hallo helloworld hunter killer freedom mustang corvette ferrari mercedes porsche harley yamaha
money budget expenses outlay january february august september october november december monday friday
ninja jesus christ blessed family angel angels diamond purple orange banana cheese pepper ginger buster tigger snoopy
test testtest testing tester demo example sample temp temporary qweasd qweasdzxc
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def prepared(password: str) -> str:
    """Return the password as it is hashed: the same on every keyboard that composes accents its own way."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, email: str, name: str, pointer: str = "/password") -> None:
    """Raise UnacceptableError if it is too easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UnacceptableError(at=pointer, message=f"must have {SHORTEST} to {LONGEST} characters")
    folded = password.strip().casefold()
    if folded in {text.strip().casefold() for text in (email, email.rpartition("@")[0], name)}:
        raise UnacceptableError(at=pointer, message="must not be your address or your name")
    if _repeats(folded) or _is_run(folded) or _is_common(folded):
        raise UnacceptableError(at=pointer, message="is among the first that anybody would try; three unrelated words are better")


def _repeats(folded: str) -> bool:
    """One to eight characters over and over, such as abcabcabcabc."""
    return any(
        folded == (folded[:period] * len(folded))[: len(folded)] for period in range(1, min(_LONGEST_PERIOD, len(folded) // 2) + 1)
    )


def _is_run(folded: str) -> bool:
    """Neighbours in the alphabet, in counting or on a keyboard, forwards or backwards."""
    return any(folded in run * 2 or folded[::-1] in run * 2 for run in _RUNS)


def _is_common(folded: str) -> bool:
    word = folded.translate(_LOOKALIKES)
    return any(_letters(text) in _COMMON for text in (folded, word, folded.strip("0123456789!?.,-_ ").translate(_LOOKALIKES)))


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())
