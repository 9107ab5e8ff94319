"""Words by which files say the direction of a booking: "Af" and "Bij", "S" and "H", "Dr" and "Cr"."""

from __future__ import annotations

from collections.abc import Iterable

from expenses.entries.model import EXPENSE, INCOME
from expenses.imports.readers import transfers
from expenses.imports.readers.cards import without_cards
from expenses.imports.readers.mapping import IGNORE
from expenses.imports.readers.words import plain

_SPENT = """debit;debits;dbit;debet;dr;db;dbt;withdrawal;out;outgoing;outflow;expense;expenses;exp;spending;spent;paid out;
money out;charge;soll;lastschrift;belastung;ausgabe;ausgaben;ausgang;abgang;abbuchung;depense;sortie;retrait;gasto;egreso;
cargo;debe;adeudo;uscita;uscite;addebito;dare;saida;despesa;debito;af;uit;uitgaand;uitgave;uitgaven;afschrijving;wydatek;
wydatki;obciazenie;obciazenia;rozchod;wn;winien;wychodzacy;vydaj;vydej;odchozi;terheles;kiadas;utgift;uttag;uttak;ut;ud;
udgift;otto;meno;veloituse;debetas;debeta;išlaidos;izdevumi;deebet;дебет;дебит;расход;списание;видаток;gider;borc;cikis;
rashod;isplata;terecenje;odliv;breme;iesire;plata;χρεωση;chi;ghi no;pengeluaran;keluar;รายจ่าย;จ่าย;ถอน;dépenses;gastos;spesa;spese;despesas;výdaje;výdavok;výdavky;utgifter;udgifter;menot;
kulu;расходы;витрата;витрати;trošak;cheltuieli;έξοδα;مصروف;הוצאה;व्यय;डेबिट;支出;支払;出金;出;출금;지출;借;借方;مدين;سحب;חובה"""
_EARNED = """credit;credits;crdt;kredit;cr;crd;deposit;in;incoming;inflow;income;paid in;money in;haben;gutschrift;
einnahme;einnahmen;einkommen;eingang;zugang;recette;entree;revenu;ingreso;abono;haber;entrata;entrate;accredito;avere;
entrada;receita;credito;bij;inkomend;inkomsten;bijschrijving;wplyw;wplywy;uznanie;uznania;przychod;ma;przychodzacy;prijem;
prichozi;jovairas;bevetel;inkomst;insattning;innskudd;inn;ind;indtaegt;pano;tulo;hyvitys;kreditas;kredits;pajamos;kreedit;
кредит;приход;поступление;зачисление;дохід;gelir;alacak;giris;prihod;uplata;odobrenje;priliv;dobro;venit;incasare;πιστωση;
thu;ghi co;pemasukan;masuk;รายรับ;revenus;ingresos;receitas;dochód;przychody;příjmy;príjmy;
inntekt;inntekter;indtægter;tulot;ienākumi;tulud;доход;доходы;venituri;έσοδα;دخل;הכנסה;รับ;ฝาก;आय;क्रेडिट;収入;收入;入金;入;입금;수입;貸;贷;貸方;دائن;إيداع;זכות"""
_KIND_OF = {plain(word): EXPENSE for word in _SPENT.split(";")} | {plain(word): INCOME for word in _EARNED.split(";")}
_NEITHER = {plain(word) for word in ("不计收支", "不計收支", "中性交易", "neutral", "neutral transaction", "neither")}
"""What a file says of rows that are neither, such as moves between the owner's accounts."""
_PAIRS = (
    "s h",
    "d c",
    "d k",
    "o i",
    "d h",
    "d a",
    "u e",
    "c a",
    "s e",
    "d r",
    "t j",
    "a b",
    "b a",
    "w d",
    "v p",
    "д к",
    "р п",
    "χ π",
)
"""Letters for spending and income, the usual ones first: a letter alone means what it means in the first pair that has it."""
_PAIRS_OF = [tuple(pair.split()) for pair in _PAIRS]
_LETTERS = {letter for pair in _PAIRS_OF for letter in pair}
_MARKS = {"-": EXPENSE, "−": EXPENSE, "–": EXPENSE, "+": INCOME}
_LANGUAGES = {"tr": ("b", "a"), "nl": ("a", "b"), "es": ("c", "a")}
"""The pair that is meant in a language where another one has the same letters."""


def is_direction(word: str) -> bool:
    """Say whether a word or letter can stand beside an amount for its direction."""
    bare = plain(word)
    return bare in _KIND_OF or bare in _LETTERS


def is_letter(word: str) -> bool:
    """Say whether a word is a letter that means a direction only together with another one."""
    bare = plain(word)
    return bare in _LETTERS and bare not in _KIND_OF and "*" not in word


def kind_of(word: str) -> str | None:
    """Return what a whole word or phrase means, None for letters, and for phrases that say nothing or both."""
    text = word.strip()
    if text in _MARKS or "*" in text:
        return _MARKS.get(text)
    bare = plain(word)
    if text == "/" or bare in _NEITHER:
        return IGNORE
    if bare in _KIND_OF:
        return _KIND_OF[bare]
    found = {_KIND_OF[part] for part in without_cards(bare).split() if part in _KIND_OF and len(part) > 2}  # noqa: PLR2004
    return found.pop() if len(found) == 1 else None


def kinds_of(words: Iterable[str], locale: str = "") -> dict[str, str]:
    """Return what each word of a column means; words that say nothing are missing.

    Beside words for expenses and income, as apps have them, one for a transfer means a move between the owner's accounts.
    """
    words = list(words)
    of_an_app = any(map(transfers.is_of_an_app, words))
    letters = {plain(word) for word in words if is_letter(word)}
    spent, earned = _pair_of(letters, locale.replace("_", "-").partition("-")[0])
    meaning = {spent: EXPENSE, earned: INCOME}
    kinds = {word: meaning.get(plain(word)) if is_letter(word) else kind_of(word) for word in words}
    if of_an_app:
        kinds |= {word: IGNORE for word in words if transfers.is_transfer(word)}
    return {word: kind for word, kind in kinds.items() if kind is not None}


def sides_of(kinds: dict[str, str]) -> set[str]:
    """Return which of spending and income some words mean."""
    return set(kinds.values()) & {EXPENSE, INCOME}


def _pair_of(letters: set[str], language: str) -> tuple[str, str]:
    own = _LANGUAGES.get(language)
    pairs = [own, *_PAIRS_OF] if own else _PAIRS_OF
    return next(((pair[0], pair[1]) for pair in pairs if pair and letters <= set(pair)), ("", ""))
