"""Words in the texts of bookings that tell income from spending; they only tip a guess that a person confirms."""

from __future__ import annotations

from collections.abc import Iterable

from expenses.entries.model import EXPENSE, INCOME
from expenses.imports.readers.vocabulary import fits
from expenses.imports.readers.words import plain

_SHORT = 5


def _parts(text: str) -> tuple[str, ...]:
    """Return the words, short ones whole and of long ones the beginning."""
    words = (plain(part) for part in text.replace("\n", " ").split(";") if part.strip())
    return tuple(f" {word} " if len(word) <= _SHORT else f" {word}" for word in words)


_EARNED = _parts("""salary;payroll;wages;payment received;payment thank you;thank you;refund;deposit;direct deposit;
dividend;interest paid;cashback;reimbursement;gehalt;lohn;bezuge;rente;gutschrift;erstattung;zinsgutschrift;kindergeld;
salaire;remboursement;virement recu;nomina;sueldo;abono;devolucion;ingreso;stipendio;rimborso;accredito;salario;reembolso;
salaris;loon;terugbetaling;wynagrodzenie;zwrot;wyplata wynagrodzenia;vyplata;mzda;vratka;fizetes jovairas;munkaber;lon;
loneutbetalning;palkka;зарплата;возврат;пополнение;maas;給与;給料;工资;급여;income;
payment received;received payment;pagamento recebido;pago recibido;paiement recu;zahlung erhalten;pagamento ricevuto""")
_SPENT = _parts("""purchase;sale;card payment;pos;atm;cash withdrawal;fee;direct debit;kartenzahlung;lastschrift;einkauf;
miete;abbuchung;achat;paiement;retrait;prelevement;loyer;compra;cajero;recibo;alquiler;acquisto;prelievo;
betaling;geldautomaat;zakup;platnosc;nakup;platba;vasarlas;kortkop;покупка;оплата;expense""")


def hint_of(texts: Iterable[str]) -> str | None:
    """Return what the texts of a row sound like, None if they say nothing; the longer phrase decides."""
    words = plain(" ".join(texts))
    earned, spent = fits(words, _EARNED), fits(words, _SPENT)
    if earned == spent:
        return None
    return INCOME if earned > spent else EXPENSE
