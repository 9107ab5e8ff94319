"""Transfers between the owner's accounts are left out, and the preview says so."""

from __future__ import annotations

import io

import pytest

from expenses.imports.month_names import month_names
from expenses.imports.readers.detection import ReadingContext, detect_layout
from expenses.imports.readers.mapping import Mapping
from expenses.imports.readers.outlay_csv import row_reader
from expenses.imports.readers.rows import RowLeftOutError
from support.previews import amounts, left_out
from support.previews import previewed as preview_for


def previewed(text, locale="en-GB", currency="EUR"):
    return preview_for(text, locale, currency)


MONEY_MANAGER = """Date,Account,Category,Subcategory,Note,EUR,Income/Expense,Description,Amount,Currency,Account
01/13/2025 10:00:00,Cash,Food,Groceries,Rewe,45.1,{spent},,45.1,EUR,45.1
01/14/2025 10:00:00,Bank,Salary,,Pay,2000,Income,,2000,EUR,2000
01/15/2025 10:00:00,Bank,Cash,,Withdrawn,100,Transfer-Out,,100,EUR,100
01/15/2025 10:00:00,Cash,Bank,,Withdrawn,100,Transfer-In,,100,EUR,100
01/16/2025 10:00:00,Cash,Food,Eating out,Nordsee,12.5,{spent},,12.5,EUR,12.5
"""


@pytest.mark.parametrize("spent", ["Exp.", "Expense"])
def test_transfers_of_money_manager_are_left_out(spent):
    seen = previewed(MONEY_MANAGER.format(spent=spent), "en-US")
    assert (amounts(seen), seen["sign_certain"], seen["errors"]) == ("-45.10 2000.00 -12.50", True, [])
    assert left_out(seen) == [4, 5]
    assert seen["left_out"][0]["reason"] == "'Transfer-Out' is a transfer between your accounts, neither spending nor income."


WORDS = [
    ("en-GB", "Type", "Expense", "Income", "Transfer"),
    ("en-GB", "Type", "Expense", "Income", "Outgoing Transfer"),
    ("de-DE", "Typ", "Ausgabe", "Einnahme", "Umbuchung"),
    ("fr-FR", "Type", "Dépense", "Revenu", "Virement interne"),
    ("es-ES", "Tipo", "Gasto", "Ingreso", "Transferencia"),
    ("it-IT", "Tipo", "Uscita", "Entrata", "Giroconto"),
    ("nl-NL", "Soort", "Uitgave", "Inkomsten", "Overboeking"),
    ("pl-PL", "Typ", "Wydatek", "Przychód", "Przelew"),
    ("ru-RU", "Тип", "Расход", "Доход", "Перевод"),
    ("ko-KR", "구분", "지출", "수입", "이체"),
    ("zh-CN", "收支", "支出", "收入", "转账"),
]


@pytest.mark.parametrize(("locale", "title", "spent", "earned", "moved"), WORDS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_transfer_beside_expenses_and_income_is_left_out(locale, title, spent, earned, moved, sign):
    rows = f"2025-01-13,Rewe,{spent},{sign}45.10\n2025-01-14,Acme,{earned},2000.00\n2025-01-15,Savings,{moved},{sign}100.00\n"
    seen = previewed(f"Date,Description,{title},Amount\n{rows}2025-01-16,Aldi,{spent},{sign}7.00\n", locale)
    assert (amounts(seen), seen["sign_certain"]) == ("-45.10 2000.00 -7.00", True)
    assert left_out(seen) == [4]


def test_a_month_of_expenses_and_transfers_alone_is_read():
    rows = "2025-01-13,Rewe,Exp.,45.10\n2025-01-15,Savings,Transfer-Out,100.00\n2025-01-16,Aldi,Exp.,7.00\n"
    seen = previewed(f"Date,Note,Income/Expense,Amount\n{rows}")
    assert (amounts(seen), seen["sign_certain"], left_out(seen)) == ("-45.10 -7.00", True, [3])


def test_a_transfer_after_the_sample_is_left_out():
    reader = ReadingContext("EUR", "en-GB", month_names("en-GB"))
    rows = "2025-01-13,Rewe,Expense,45.10\n2025-01-14,Acme,Income,2000.00\n" * 500
    text = f"Date,Note,Type,Amount\n{rows}2025-01-15,Savings,Transfer,100.00\n"
    layout = detect_layout(io.BytesIO(text.encode()), Mapping(), reader)
    with pytest.raises(RowLeftOutError, match="transfer between your accounts"):
        row_reader(layout.mapping, "EUR", layout.months).read(["2025-01-15", "Savings", "Transfer", "100.00"])


@pytest.mark.parametrize(("spent", "earned"), [("Debit", "Credit"), ("Lastschrift", "Gutschrift"), ("Withdrawal", "Deposit")])
@pytest.mark.parametrize("moved", ["Transfer", "Überweisung", "Outgoing Transfer"])
def test_a_transfer_in_a_file_of_a_bank_is_a_payment(spent, earned, moved):
    rows = f"2025-01-13,Rewe,{spent},-45.10\n2025-01-14,Acme,{earned},2000.00\n2025-01-15,Landlord,{moved},-700.00\n"
    seen = previewed(f"Date,Description,Type,Amount\n{rows}")
    assert (amounts(seen), left_out(seen)) == ("-45.10 2000.00 -700.00", [])


def test_a_description_that_reads_transfer_is_a_payment():
    seen = previewed("Date,Description,Amount\n2025-01-13,Income,2000.00\n2025-01-15,Transfer,-700.00\n2025-01-16,Rewe,-5.00\n")
    assert (amounts(seen), left_out(seen)) == ("2000.00 -700.00 -5.00", [])
