"""Words that tell spending from income: directions such as "Af" and "Bij", kinds in expense trackers, hints in texts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from expenses.entries.model import EXPENSE, INCOME
from expenses.imports.readers.mapping import IGNORE
from expenses.imports.readers.vocabulary import longest_match, phrases, plain, without_cards

_OF_APPS = phrases("""expense;expenses;exp;spending;income;ausgabe;ausgaben;einnahme;einnahmen;einkommen;dépense;dépenses;revenu;
revenus;gasto;gastos;ingreso;ingresos;spesa;spese;uscita;uscite;entrata;entrate;despesa;despesas;receita;receitas;uitgave;uitgaven;
inkomst;inkomsten;wydatek;wydatki;przychód;przychody;dochód;výdaj;výdaje;příjem;příjmy;výdavok;výdavky;príjem;príjmy;kiadás;bevétel;
utgift;utgifter;inntekt;inntekter;udgift;udgifter;indtægt;indtægter;meno;menot;tulo;tulot;išlaidos;pajamos;izdevumi;ienākumi;kulu;
tulud;расход;расходы;доход;доходы;витрата;витрати;дохід;gider;gelir;trošak;prihod;cheltuieli;venituri;έξοδα;έσοδα;支出;收入;収入;
지출;수입;chi;thu;pengeluaran;pemasukan;รายจ่าย;รายรับ;व्यय;आय;مصروف;دخل;הוצאה;הכנסה""")
"""What expense trackers call spending and income, and banks hardly ever do."""
_TRANSFERS = phrases("""transfer;transfers;transfer out;transfer in;outgoing transfer;incoming transfer;transfer from;transfer to;
internal transfer;account transfer;own transfer;balance transfer;umbuchung;umbuchungen;übertrag;überweisung;kontotransfer;virement;
virements;virement interne;virement sortant;virement entrant;transfert;transferts;transferencia;transferencias;traspaso;traspasos;
transferencia interna;trasferimento;trasferimenti;giroconto;transferência;transferências;overboeking;overboekingen;overschrijving;
overdracht;przelew;przelew wewnętrzny;transfer wewnętrzny;převod;převody;prevod;prevody;átvezetés;átutalás;överföring;överföringar;
overføring;overføringer;overførsel;overførsler;siirto;tilisiirto;siirrot;pervedimas;pārskaitījums;pārvedums;ülekanne;перевод;переводы;
переказ;перекази;havale;virman;aktarim;prijenos;prijenosi;transferuri;μεταφορά;转账;轉帳;转帐;振替;이체;chuyển khoản;โอน;โอนเงิน;
स्थानांतरण;تحويل;העברה""")


@lru_cache(1_000)
def is_tracker_kind(word: str) -> bool:
    """Say whether a word is one by which expense trackers tell spending from income."""
    return plain(word) in _OF_APPS


@lru_cache(1_000)
def is_transfer(word: str) -> bool:
    """Say whether a word means a transfer between the owner's accounts if the other words are those of an expense tracker.

    Banks call payments to anybody transfers.
    """
    return plain(word) in _TRANSFERS


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
"""What a file says of rows that are neither, such as transfers between the owner's accounts."""
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
"""Letters for spending and income, the usual pairs first: a letter alone means what it means in the first pair that has it."""
_PAIRS_OF = [tuple(pair.split()) for pair in _PAIRS]
_SHORTEST_WORD = 3
"""Of the words that mean something within a phrase."""
_LETTERS = {letter for pair in _PAIRS_OF for letter in pair}
_MARKS = {"-": EXPENSE, "−": EXPENSE, "–": EXPENSE, "+": INCOME}
_LANGUAGES = {"tr": ("b", "a"), "nl": ("a", "b"), "es": ("c", "a")}
"""The pair that is meant in a language if another pair has the same letters."""


def is_direction(word: str) -> bool:
    """Say whether a word or letter beside an amount can mean its direction."""
    bare = plain(word)
    return bare in _KIND_OF or bare in _LETTERS


def is_letter(word: str) -> bool:
    """Say whether a word is a letter that means a direction only together with another letter."""
    bare = plain(word)
    return bare in _LETTERS and bare not in _KIND_OF and "*" not in word


def kind_of(word: str) -> str | None:
    """Return what a word or phrase means: spending, income or neither; None for letters and for phrases that mean nothing or both."""
    text = word.strip()
    if text in _MARKS or "*" in text:
        return _MARKS.get(text)
    bare = plain(word)
    if text == "/" or bare in _NEITHER:
        return IGNORE
    if bare in _KIND_OF:
        return _KIND_OF[bare]
    found = {_KIND_OF[part] for part in without_cards(bare).split() if part in _KIND_OF and len(part) >= _SHORTEST_WORD}
    return found.pop() if len(found) == 1 else None


def kinds_of(words: Iterable[str], locale: str = "") -> dict[str, str]:
    """Return what each word of a column means; words without a meaning are missing.

    Beside an expense tracker's words for spending and income, a word for a transfer means one between the owner's accounts.
    """
    words = list(words)
    of_an_app = any(map(is_tracker_kind, words))
    letters = {plain(word) for word in words if is_letter(word)}
    spent, earned = _pair_of(letters, locale.replace("_", "-").partition("-")[0])
    meaning = {spent: EXPENSE, earned: INCOME}
    kinds = {word: meaning.get(plain(word)) if is_letter(word) else kind_of(word) for word in words}
    if of_an_app:
        kinds |= {word: IGNORE for word in words if is_transfer(word)}
    return {word: kind for word, kind in kinds.items() if kind is not None}


def sides_of(kinds: dict[str, str]) -> set[str]:
    return set(kinds.values()) & {EXPENSE, INCOME}


def _pair_of(letters: set[str], language: str) -> tuple[str, str]:
    own = _LANGUAGES.get(language)
    pairs = [own, *_PAIRS_OF] if own else _PAIRS_OF
    return next(((pair[0], pair[1]) for pair in pairs if pair and letters <= set(pair)), ("", ""))


_SHORT = 5


def _hints(text: str) -> tuple[str, ...]:
    """Return the words as parts to look for: short words as a whole, long words by their beginning."""
    words = (plain(part) for part in text.replace("\n", " ").split(";") if part.strip())
    return tuple(f" {word} " if len(word) <= _SHORT else f" {word}" for word in words)


_INCOME_HINTS = _hints("""salary;payroll;wages;payment received;payment thank you;thank you;refund;deposit;direct deposit;
dividend;interest paid;cashback;reimbursement;gehalt;lohn;bezuge;rente;gutschrift;erstattung;zinsgutschrift;kindergeld;
salaire;remboursement;virement recu;nomina;sueldo;abono;devolucion;ingreso;stipendio;rimborso;accredito;salario;reembolso;
salaris;loon;terugbetaling;wynagrodzenie;zwrot;wyplata wynagrodzenia;vyplata;mzda;vratka;fizetes jovairas;munkaber;lon;
loneutbetalning;palkka;зарплата;возврат;пополнение;maas;給与;給料;工资;급여;income;
payment received;received payment;pagamento recebido;pago recibido;paiement recu;zahlung erhalten;pagamento ricevuto""")
_SPENDING_HINTS = _hints("""purchase;sale;card payment;pos;atm;cash withdrawal;fee;direct debit;kartenzahlung;lastschrift;einkauf;
miete;abbuchung;achat;paiement;retrait;prelevement;loyer;compra;cajero;recibo;alquiler;acquisto;prelievo;
betaling;geldautomaat;zakup;platnosc;nakup;platba;vasarlas;kortkop;покупка;оплата;expense""")


def kind_hint(texts: Iterable[str]) -> str | None:
    """Return what the texts of a row hint at, None if nothing; the longer phrase decides. Hints only tip a guess."""
    words = plain(" ".join(texts))
    earned, spent = longest_match(words, _INCOME_HINTS), longest_match(words, _SPENDING_HINTS)
    if earned == spent:
        return None
    return INCOME if earned > spent else EXPENSE
