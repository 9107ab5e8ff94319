"""Words by which expense trackers say that money moved between the owner's accounts, which is neither spending nor income.

Banks call payments to anybody transfers, so these words mean it only beside words for expenses and income.
"""

from __future__ import annotations

from functools import lru_cache

from expenses.imports.readers.words import plain


def _phrases(text: str) -> frozenset[str]:
    return frozenset(plain(part) for part in text.replace("\n", " ").split(";") if part.strip())


_OF_APPS = _phrases("""expense;expenses;exp;spending;income;ausgabe;ausgaben;einnahme;einnahmen;einkommen;dépense;dépenses;revenu;
revenus;gasto;gastos;ingreso;ingresos;spesa;spese;uscita;uscite;entrata;entrate;despesa;despesas;receita;receitas;uitgave;uitgaven;
inkomst;inkomsten;wydatek;wydatki;przychód;przychody;dochód;výdaj;výdaje;příjem;příjmy;výdavok;výdavky;príjem;príjmy;kiadás;bevétel;
utgift;utgifter;inntekt;inntekter;udgift;udgifter;indtægt;indtægter;meno;menot;tulo;tulot;išlaidos;pajamos;izdevumi;ienākumi;kulu;
tulud;расход;расходы;доход;доходы;витрата;витрати;дохід;gider;gelir;trošak;prihod;cheltuieli;venituri;έξοδα;έσοδα;支出;收入;収入;
지출;수입;chi;thu;pengeluaran;pemasukan;รายจ่าย;รายรับ;व्यय;आय;مصروف;دخل;הוצאה;הכנסה""")
"""What trackers call spending and earning, and what banks hardly do."""
_TRANSFERS = _phrases("""transfer;transfers;transfer out;transfer in;outgoing transfer;incoming transfer;transfer from;transfer to;
internal transfer;account transfer;own transfer;balance transfer;umbuchung;umbuchungen;übertrag;überweisung;kontotransfer;virement;
virements;virement interne;virement sortant;virement entrant;transfert;transferts;transferencia;transferencias;traspaso;traspasos;
transferencia interna;trasferimento;trasferimenti;giroconto;transferência;transferências;overboeking;overboekingen;overschrijving;
overdracht;przelew;przelew wewnętrzny;transfer wewnętrzny;převod;převody;prevod;prevody;átvezetés;átutalás;överföring;överföringar;
overføring;overføringer;overførsel;overførsler;siirto;tilisiirto;siirrot;pervedimas;pārskaitījums;pārvedums;ülekanne;перевод;переводы;
переказ;перекази;havale;virman;aktarim;prijenos;prijenosi;transferuri;μεταφορά;转账;轉帳;转帐;振替;이체;chuyển khoản;โอน;โอนเงิน;
स्थानांतरण;تحويل;העברה""")


@lru_cache(1_000)
def is_of_an_app(word: str) -> bool:
    """Say whether a word is one of those by which a tracker tells expenses from income."""
    return plain(word) in _OF_APPS


@lru_cache(1_000)
def is_transfer(word: str) -> bool:
    """Say whether a word means a transfer between the owner's accounts where it stands beside those of a tracker."""
    return plain(word) in _TRANSFERS
