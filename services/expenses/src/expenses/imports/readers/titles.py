"""Exact column titles of banks and expense trackers, in many languages, and the currencies that titles name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from expenses.imports.readers.currency_signs import currency_of
from expenses.imports.readers.vocabulary import plain
from money import is_currency

_TITLES = {
    "date": "date; day; spent on; booking date; transaction date; posting date; post date; posted date; value date; "
    "started date; completed date; buchungstag; buchungsdatum; buchung; datum; wertstellung; valutadatum; valuta; "
    "belegdatum; date operation; date de l'operation; date d'operation; date comptable; date de comptabilisation; "
    "date valeur; date de valeur; fecha; fecha operacion; fecha de operacion; fecha valor; fecha contable; f. "
    "valor; data; data operazione; data contabile; data valuta; boekdatum; transactiedatum; rentedatum; data "
    "transakcji; data operacji; dato",
    "amount": "amount; sum; value; price; total; cost; transaction amount; amount in account currency; betrag; umsatz; "
    "betrag eur; betrag in eur; summe; montant; montant eur; montant operation; montant de l'operation; importe; "
    "importe eur; cantidad; monto; importo; bedrag; bedrag eur; kwota; belopp; belob; valor",
    "debit": "debit; debit amount; paid out; money out; withdrawal; withdrawals; soll; belastung; lastschrift; ausgabe; "
    "debit eur; cargo; cargos; debe; adeudo; addebiti; uscite; af",
    "credit": "credit; credit amount; paid in; money in; deposit; deposits; haben; gutschrift; einnahme; credit eur; abono; "
    "abonos; haber; ingreso; accrediti; entrate; bij",
    "payee": "payee; merchant; merchant name; name; counterparty; counterparty name; recipient; beneficiary; vendor; "
    "store; shop; payee name; empfanger; zahlungsempfanger; auftraggeber; begunstigter; begunstigter "
    "zahlungspflichtiger; auftraggeber empfanger; beguenstigter zahlungspflichtiger; zahlungsbeteiligter; name "
    "zahlungsbeteiligter; gegenpartei; empfanger auftraggeber; zahlungspflichtige*r; zahlungsempfanger*in; "
    "handler; beneficiaire; tiers; destinataire; commercant; nom; beneficiario; comercio; destinatario; "
    "proveedor; esercente; naam; naam omschrijving; tegenpartij; nome; odbiorca",
    "description": "description; details; purpose; memo; narrative; reference; transaction description; text; title; what; "
    "particulars; verwendungszweck; buchungstext; beschreibung; zweck; betreff; umsatztext; libelle; libelle "
    "operation; libelle de l'operation; motif; descripcion; concepto; detalle; descrizione; causale; "
    "omschrijving; mededelingen; tytul; beskrivning",
    "category": "category; categories; kategorie; kategorien; rubrik; categorie; categoria; rubrique; kategoria; group; "
    "account name",
    "currency": "currency; currency code; ccy; wahrung; waehrung; devise; monnaie; moneda; divisa; valuta code; munt; waluta; "
    "valuta iso",
    "note": "note; notes; comment; comments; remark; remarks; notiz; notizen; bemerkung; bemerkungen; kommentar; "
    "anmerkung; commentaire; commentaires; remarque; nota; notas; comentario; comentarios; observaciones; "
    "commento; opmerking",
    "tags": "tags; tag; labels; label; schlagworter; schlagworte; etiketten; etiquettes; mots cles; etiquetas; etichette",
    "kind": "kind; type; transaction type; entry type; art; typ; nature; tipo",
}


_FIELD_OF = {plain(title): (name, rank) for name, titles in _TITLES.items() for rank, title in enumerate(titles.split(";"))}


_LAST_NUMBER = re.compile(r"\s+\d+$")


@lru_cache(1_000)
def field_of(title: str) -> tuple[str, int] | None:
    """Return the field that a title means and its rank (0 is the likeliest title of a field), None for an unknown title.

    "Amount (EUR)" is an amount, and "Payer / payee" means what its first known half means.
    """
    words = plain(title)
    candidates = [words, *map(plain, title.split("/")), _LAST_NUMBER.sub("", words)]
    if currency_in(title):
        candidates.append(words.rpartition(" ")[0])
    return next((_FIELD_OF[name] for name in candidates if name in _FIELD_OF), None)


_NAMED = re.compile(r"[(\[]\s*([^\s()\[\]]+)\s*[)\]]|\b(?:in|en|w|v|i)\s+([A-Za-z]{3})\b|(\S+)\s*$")


def currency_in(title: str) -> str | None:
    """Return the currency that a title names: "Amount (EUR)", "Credit in CHF", "Betrag €"."""
    for match in _NAMED.finditer(title):
        name = match[1] or match[2] or match[3]
        if is_currency(name.upper()) or not name.isalpha() or name.casefold() in {"euro", "euros"}:
            code = currency_of(name.strip("()[]"))
            if code:
                return code
    return None


def currencies_in(title: str) -> set[str]:
    """Return the codes of currencies among the words of a title."""
    return {word.upper() for word in title.split() if is_currency(word.upper())}


def columns_by_title(titles: Sequence[str]) -> dict[str, int]:
    """Return the column of each field with a known title; of two columns for a field the likelier, then the first."""
    found: dict[str, tuple[int, int]] = {}
    for column, title in enumerate(titles):
        known = field_of(title)
        if known is not None and (known[0] not in found or known[1] < found[known[0]][0]):
            found[known[0]] = (known[1], column)
    return {name: column for name, (_rank, column) in found.items()}


def looks_like_header(cells: Sequence[str]) -> bool:
    """Say whether a record has the titles of a date and of an amount."""
    known = columns_by_title(cells)
    return "date" in known and not known.keys().isdisjoint({"amount", "debit", "credit"})
