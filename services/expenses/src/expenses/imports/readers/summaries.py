"""Rows that are no bookings: opening and closing balances, turnovers, totals, and what was not booked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from expenses.imports.readers.profile import Column
from expenses.imports.readers.states import (
    PENDING,
    VOID,
    Flags,
    Mark,
    flags_of,
    no_money_moved,
    not_booked_yet,
    void_marks,
    why_not_booked,
)
from expenses.imports.readers.words import plain


def _phrases(text: str) -> frozenset[str]:
    return frozenset(plain(part) for part in text.replace("\n", " ").split(";") if part.strip())


_CLEAR = _phrases("""opening balance;closing balance;beginning balance;ending balance;starting balance;start balance;
end balance;final balance;initial balance;previous balance;balance brought forward;balance carried forward;
balance forward;brought forward;carried forward;daily balance;balance b/f;balance c/f;balance as of;balance as at;
ledger balance;available balance;statement balance;new balance;total debits;total credits;total debit;total credit;
total withdrawals;total deposits;total turnover;debit turnover;credit turnover;turnover debit;turnover credit;
anfangssaldo;endsaldo;schlusssaldo;anfangsbestand;endbestand;anfangskontostand;endkontostand;kontostand;neuer kontostand;
alter kontostand;saldovortrag;tagessaldo;abschlusssaldo;startsaldo;saldo vom;saldo am;saldo per;saldo zum;neuer saldo;
alter saldo;umsatzsumme;summe soll;summe haben;summe umsatze;solde initial;solde final;solde precedent;ancien solde;
nouveau solde;solde au;solde crediteur au;solde debiteur au;solde d'ouverture;solde de cloture;total des operations;
total des debits;total des credits;saldo inicial;saldo final;saldo anterior;saldo actual;saldo apertura;saldo cierre;
saldo de apertura;saldo de cierre;total cargos;total abonos;total debitos;total creditos;saldo iniziale;saldo finale;
saldo contabile;saldo precedente;saldo di apertura;saldo di chiusura;saldo attuale;totale entrate;totale uscite;
beginsaldo;eindsaldo;openingssaldo;slotsaldo;vorig saldo;nieuw saldo;oud saldo;totaal af;totaal bij;saldo poczatkowe;
saldo koncowe;saldo otwarcia;saldo zamkniecia;suma obciazen;suma uznan;obroty;pocatecni zustatek;konecny zustatek;
pociatocny zostatok;konecny zostatok;nyito egyenleg;zaro egyenleg;nyitoegyenleg;zaroegyenleg;ingaende saldo;
utgaende saldo;ingaende balans;utgaende balans;inngaende saldo;primo saldo;ultimo saldo;startsaldo;slutsaldo;alkusaldo;
loppusaldo;pradinis likutis;galutinis likutis;likutis pradziai;likutis pabaigai;likutis laikotarpio;apyvarta;
sakuma atlikums;beigu atlikums;atlikums;apgrozijums;algsaldo;loppsaldo;lopp saldo;alg saldo;kaive;входящий остаток;
исходящий остаток;начальный остаток;конечный остаток;остаток на начало;остаток на конец;обороты за период;итого обороты;
sold initial;sold final;sold precedent;rulaj debitor;rulaj creditor;acilis bakiyesi;kapanis bakiyesi;devreden bakiye;
pocetno stanje;krajnje stanje;pocetni saldo;zavrsni saldo;zacetno stanje;koncno stanje;υπολοιπο εναρξης;前期繰越;繰越残高;
前月繰越;期初余额;期末余额;上期余额;承前;上期結餘;이월잔액;전기이월;الرصيد الافتتاحي;الرصيد الختامي;יתרת פתיחה;יתרת סגירה""")
_BARE = _phrases("""balance;turnover;total;totals;grand total;subtotal;sum;saldo;summe;gesamt;gesamtsumme;solde;totaal;
totale;suma;razem;celkem;spolu;osszesen;summa;sammanlagt;i alt;yhteensa;is viso;viso;kopa;kokku;итого;всего;toplam;ukupno;
skupaj;合計;合计;总计;합계;totais;totales;totali;totaux;totalt;gesamtbetrag;
total general;σύνολο;σύνολα;รวม;tổng cộng;الإجمالي""")
"""Words that a shop or a booking could have too: a row with another text is a booking."""
_LONGEST_REST = 40
_BEGINNINGS = frozenset(phrase[:3] for phrase in _CLEAR | _BARE | VOID | PENDING)


class Telling(NamedTuple):
    """The columns that can say that a row is no booking: texts, and states."""

    texts: Sequence[int] = ()
    flags: Flags = Flags()
    taken_back: frozenset[Mark] = frozenset()
    """What is said of bookings that a row of their own takes back: both count."""


def telling_of(columns: Sequence[Column]) -> Telling:
    """Return the columns that can say that a row is no booking."""
    return Telling([column.index for column in columns if column.may_name_a_summary], flags_of(columns))


def marks_of_void(cells: Sequence[str], telling: Telling) -> set[Mark]:
    """Return the cells by which a record failed or was reversed."""
    texts = {(index, plain(cells[index])) for index in telling.texts if index < len(cells) and _kind_of(cells[index]) == "void"}
    return texts | void_marks(cells, telling.flags)


def _summary_in(cells: Sequence[str], telling: Telling) -> str | None:
    """Return the text by which a record is no booking, None if it is one."""
    texts = telling.texts
    for index in texts:
        kind = _kind_of(cells[index]) if index < len(cells) else None
        if kind is not None:
            if kind == "void" and (index, plain(cells[index])) in telling.taken_back:
                continue
            alone = kind != "clear" and _alone(cells, index, texts)
            if kind == "clear" or alone == (kind == "bare"):
                return cells[index].strip()
    return None


def _alone(cells: Sequence[str], index: int, texts: Sequence[int]) -> bool:
    return not any(other != index and other < len(cells) and cells[other].strip() for other in texts)


@lru_cache(20_000)
def _kind_of(cell: str) -> str | None:
    if cell.isascii() and cell.lstrip()[:3].lower() not in _BEGINNINGS:
        return None
    text = plain(cell)
    if text in _BARE:
        return "bare"
    if text in VOID:
        return "void"
    if text in PENDING:
        return "pending"
    words = text.split()
    for count in range(min(4, len(words)), 0, -1):
        if " ".join(words[:count]) in _CLEAR and len(text) <= len(" ".join(words[:count])) + _LONGEST_REST:
            return "clear"
    return None


def why_left_out(cells: Sequence[str], telling: Telling) -> str | None:
    """Return why a record is no booking, None if it is one."""
    said = _summary_in(cells, telling)
    if said is None:
        return why_not_booked(cells, telling.flags, telling.taken_back)
    kind = _kind_of(said)
    if kind in {"void", "pending"}:
        return no_money_moved(said) if kind == "void" else not_booked_yet(said)
    return f"{said[:60]!r} is a balance or a total, not a booking."
