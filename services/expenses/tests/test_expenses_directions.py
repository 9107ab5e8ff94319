"""Words and letters that say the direction of a booking, and the same words and letters where they mean something else."""

from __future__ import annotations

import pytest

from support.previews import amounts, asks
from support.previews import previewed as preview_for


def previewed(text, locale="en-GB", currency="GBP"):
    return preview_for(text, locale, currency)


SIGNED = "Date,{},Description,Amount\n13/01/2025,{b},Rent,-1500.00\n14/01/2025,{b},Gas,-20.00\n15/01/2025,{a},Pay,2000.00\n"
PLAIN = "Date,Description,{},Amount\n13/01/2025,Train,{a},50.00\n14/01/2025,Plane,{b},20.00\n15/01/2025,Bus,{a},7.00\n"
LETTERS = ["AB", "BA", "SH", "HS", "CD", "DC", "DK", "CA", "SE", "WD", "VP", "OI"]


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("title", ["Account", "Card", "Person", "Class", "Who", "Group", "Type", "Code", "Card type", "Payer"])
def test_letters_never_turn_signs_around(title, letters):
    seen = previewed(SIGNED.format(title, a=letters[0], b=letters[1]))
    assert amounts(seen) == "-1500.00 -20.00 2000.00"


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("title", ["Account", "Card", "Person", "Class", "Who", "Group", "Card type", "Bank", "Konto"])
def test_letters_under_another_title_are_asked_about(title, letters):
    assert asks(previewed(PLAIN.format(title, a=letters[0], b=letters[1])))


@pytest.mark.parametrize("title", ["Account", "Card", "Person", "Card type", "Payee"])
def test_letters_of_cards_and_persons_are_no_direction(title):
    assert amounts(previewed(PLAIN.format(title, a="A", b="B"))) == "-50.00 -20.00 -7.00"
    assert amounts(previewed(PLAIN.format(title, a="D", b="C"))) == "-50.00 -20.00 -7.00"


@pytest.mark.parametrize(
    ("title", "letters", "locale"),
    [
        ("D/C", "DC", "pt-BR"),
        ("S/H", "SH", "de-DE"),
        ("Soll/Haben", "SH", "de-DE"),
        ("Af Bij", "AB", "nl-NL"),
        ("Borç/Alacak", "BA", "tr-TR"),
        ("C/A", "CA", "es-ES"),
        ("D/K", "DK", "lv-LV"),
        ("Richtung", "SH", "de-DE"),
        ("Direction", "OI", "en-GB"),
        ("Debit/Credit", "DC", "en-GB"),
        ("Sens", "DC", "fr-FR"),
        ("Type", "DC", "en-GB"),
    ],
)
def test_letters_count_where_the_title_says_a_direction(title, letters, locale):
    seen = previewed(PLAIN.format(title, a=letters[0], b=letters[1]), locale)
    assert (amounts(seen), seen["sign_certain"]) == ("-50.00 20.00 -7.00", True)


def test_masked_names_are_no_direction():
    assert amounts(previewed(PLAIN.format("Name", a="a***", b="b***"))) == "-50.00 -20.00 -7.00"
    assert asks(previewed(PLAIN.format("Other side", a="出**", b="入**")))


@pytest.mark.parametrize("title", ["Payment method", "Card type", "Account", "Zahlungsart", "Mode de paiement", "Card", "Type"])
@pytest.mark.parametrize(
    "words", [("Debit card", "Credit card"), ("Debitkarte", "Kreditkarte"), ("Carte de débit", "Carte de crédit")]
)
def test_kinds_of_cards_are_no_direction(title, words):
    seen = previewed(PLAIN.format(title, a=words[0], b=words[1]))
    assert amounts(seen) == "-50.00 -20.00 -7.00"
    assert asks(seen)


@pytest.mark.parametrize("title", ["Payment method", "Card type", "Payment type", "Zahlungsart", "Forma de pago", "Card"])
def test_debit_and_credit_as_means_of_payment_are_asked_about(title):
    assert asks(previewed(PLAIN.format(title, a="Debit", b="Credit")))


ALIPAY = (
    "交易时间,交易对方,对方账号,收/支,金额,交易状态\n2025-03-01 10:00:00,麦当劳,a***,支出,35.50,交易成功\n"
    "2025-03-02 10:00:00,淘宝,b***,{0},80.00,退款成功\n2025-03-02 11:00:00,张三,b***,收入,100.00,交易成功\n"
)


@pytest.mark.parametrize("word", ["不计收支", "/", "不計收支", "中性交易"])
def test_rows_that_are_neither_are_left_out_with_a_reason(word):
    seen = previewed(ALIPAY.format(word), "zh-CN", "CNY")
    assert (amounts(seen), seen["sign_certain"]) == ("-35.50 100.00", True)
    assert [entry["line"] for entry in seen["left_out"]] == [3]


def test_an_unknown_word_among_directions_is_asked_about():
    rows = "".join(f"1{day}/01/2025,Shop {day},Expense,{day}.00\n" for day in range(3, 9))
    seen = previewed(f"Date,Description,Type,Amount\n{rows}19/01/2025,Pay,Income,20.00\n20/01/2025,Savings,Adjustment,5.00\n")
    assert asks(seen)
    assert "Adjustment" in " ".join(seen["warnings"])


def test_transfers_do_not_hide_what_is_spent_and_earned():
    rows = "13/01/2025,Expense,5.00,a\n14/01/2025,Income,2000.00,b\n15/01/2025,Transfer,100.00,c\n16/01/2025,Expense,7.00,d\n"
    seen = previewed(f"Date,Type,Amount,Description\n{rows}")
    assert amounts(seen) == "-5.00 2000.00 -7.00"
    assert [entry["line"] for entry in seen["left_out"]] == [4]


def test_letters_beside_right_signs_need_no_question():
    seen = previewed(SIGNED.format("Card type", a="Debit", b="Credit"))
    assert (amounts(seen), seen["sign_certain"]) == ("-1500.00 -20.00 2000.00", True)


def test_a_reversal_does_not_turn_the_other_rows_around():
    rows = "13.01.2025;REWE;45,10;S\n14.01.2025;REWE Storno;-45,10;S\n15.01.2025;ACME;2000,00;H\n"
    seen = previewed(f"Datum;Empfänger;Betrag;Soll/Haben\n{rows}", "de-DE", "EUR")
    assert amounts(seen).split()[0::2] == ["-45.10", "2000.00"]
    assert asks(seen)


def test_two_bookings_with_fee_and_balance_are_read():
    titles = "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance"
    rows = "CARD_PAYMENT,Current,2025-01-01 10:00:00,2025-01-02 10:00:00,Lidl,-10.00,0.00,EUR,COMPLETED,90.00\n"
    more = "TRANSFER,Current,2025-01-03 10:00:00,2025-01-03 10:00:00,To X,-100.00,1.50,EUR,COMPLETED,-11.50\n"
    assert previewed(f"{titles}\n{rows}{more}")["errors"] == []
