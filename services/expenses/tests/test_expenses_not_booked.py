"""Pending, authorised, deleted and reversed rows of statements are left out, and the preview says so."""

from __future__ import annotations

import pytest

from support.previews import previewed as preview_for

REVOLUT = "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance"

# Name, home currency and locale of the reader, the file, the bookings with spending below zero, and the lines left out.
# fmt: off
FILES = [
    ("Revolut","EUR","en-IE",f"{REVOLUT}\nCARD_PAYMENT,Current,2025-01-14 10:00:00,2025-01-15 10:00:00,Tesco,-10.00,0.00,EUR,COMPLETED,290.00\nCARD_PAYMENT,Current,2025-01-16 10:00:00,,Shop,-9.00,0.00,EUR,PENDING,\n","-10.00",[3]),
    ("PayPal","USD","en-US",'"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","Balance"\n"01/22/2025","10:00:00","CET","eBay","General Payment","Completed","USD","-10.00","0.00","-10.00","90.00"\n"01/23/2025","10:00:00","CET","Hotel","General Authorization","Pending","USD","-200.00","0.00","-200.00","90.00"\n"01/24/2025","10:00:00","CET","Max","Payment","Completed","USD","20.00","-0.70","19.30","109.30"\n"01/24/2025","10:00:00","CET","Max","Authorization","Completed","USD","-20.00","0.00","-20.00","109.30"\n',"-10.00 19.30",[3,5]),
    ("PayPal in German","EUR","de-DE",'"Datum","Uhrzeit","Zeitzone","Name","Typ","Status","Währung","Brutto","Gebühr","Netto"\n"13.01.2025","10:00:00","CET","Shop GmbH","Zahlung","Abgeschlossen","EUR","-30,00","0,00","-30,00"\n"15.01.2025","10:00:00","CET","Hotel","Allgemeine Autorisierung","Ausstehend","EUR","-255,00","0,00","-255,00"\n',"-30.00",[3]),
    ("Danske","DKK","da-DK",'"Dato";"Kategori";"Underkategori";"Tekst";"Beløb";"Saldo";"Status";"Afstemt"\n"02.01.2025";"Mad";"";"NETTO";"-100,00";"1.000,00";"Udført";"Nej"\n"03.01.2025";"";"";"HUSLEJE";"-5.000,00";"";"Venter";"Nej"\n"04.01.2025";"Løn";"";"LØN";"20.000,00";"";"Slettet";"Nej"\n',"-100.00",[3,4]),
    ("cancelled, yes or no","EUR","de-DE","Buchungstag;Wertstellung;Empfänger;Umsatz;Währung;Storniert\n03.02.2025;03.02.2025;REWE;-5,00;EUR;ja\n14.02.2025;14.02.2025;ALDI;-6,00;EUR;nein\n","-6.00",[2]),
    ("booked, yes or no","EUR","de-DE","Datum;Empfänger;Betrag;Gebucht\n13.02.2025;REWE;-5,00;ja\n14.02.2025;ALDI;-6,00;nein\n","-5.00",[3]),
    ("Sparkasse","EUR","de-DE",'"Buchungstag";"Verwendungszweck";"Betrag";"Waehrung";"Info"\n"13.01.25";"Strom Abschlag";"-85,00";"EUR";"Umsatz gebucht"\n"14.01.25";"REWE Markt";"-25,00";"EUR";"Umsatz vorgemerkt"\n',"-85.00",[3]),
    ("Fineco","EUR","it-IT","Data;Entrate;Uscite;Descrizione;Stato\n13/01/2025;;-45,20;ESSELUNGA;Contabilizzato\n14/01/2025;;-10,00;COOP;Autorizzato\n15/01/2025;1800,00;;ACME;Contabilizzato\n","-45.20 1800.00",[3]),
    ("a French card","EUR","fr-FR","Date;Libellé;Montant;Statut\n13/01/2025;CARREFOUR;-45,20;Comptabilisé\n14/01/2025;FNAC;-10,00;En attente\n15/01/2025;DARTY;-99,00;Annulée\n","-45.20",[3,4]),
    ("a Polish card","PLN","pl-PL","Data;Opis;Kwota;Status\n2025-01-13;BIEDRONKA;-45,20;Zaksięgowana\n2025-01-14;ORLEN;-10,00;Oczekująca\n","-45.20",[3]),
    ("all of them pending","GBP","en-GB","Date,Description,Amount,Status\n13/01/2025,Tesco,-45.20,Pending\n14/01/2025,Aldi,-10.00,Pending\n","",[2,3]),
    ("a shop named like a state","GBP","en-GB","Date,Description,Amount,Status\n13/01/2025,Hold,-45.20,Booked\n14/01/2025,Reservation,-10.00,Booked\n","-45.20 -10.00",[]),
]
# fmt: on


@pytest.mark.parametrize(
    ("currency", "locale", "content", "amounts", "left_out"), [file[1:] for file in FILES], ids=[file[0] for file in FILES]
)
def test_a_row_that_is_not_booked_is_left_out(currency, locale, content, amounts, left_out):
    seen = preview_for(content, locale, currency)
    signs = {"expense": "-", "income": ""}
    found = [row["expense"] for row in seen["rows"] if row["expense"]]
    assert " ".join(signs[one["kind"]] + one["amount"]["amount"] for one in found) == amounts
    assert [entry["line"] for entry in seen["left_out"]] == left_out
    assert seen["errors"] == []
