"""Files in the formats of large banks and other trackers, with invented entries: every amount and direction is right."""

from __future__ import annotations

import pytest

from support.previews import previewed as preview_for

# Name, home currency and locale of the reader, the file, and its bookings with spending below zero.
# fmt: off
FILES = [
    ("ABN AMRO tab no header","EUR","nl-NL","123456789\tEUR\t20240102\t1000,00\t950,00\t20240102\t-50,00\tBEA Albert Heijn\n123456789\tEUR\t20240103\t950,00\t1950,00\t20240103\t1000,00\tSEPA Salaris\n","-50.00 1000.00"),
    ("DKB old","EUR","de-DE",'"Kontonummer:";"DE1 / Girokonto";\n\n"Von:";"01.01.2024";\n\n"Buchungstag";"Wertstellung";"Buchungstext";"Auftraggeber / Begünstigter";"Verwendungszweck";"Kontonummer";"BLZ";"Betrag (EUR)";"Gläubiger-ID";\n"02.01.2024";"02.01.2024";"Lastschrift";"REWE";"Einkauf";"DE12500105170648489890";"X";"-12,30";"";\n"03.01.2024";"03.01.2024";"Gutschrift";"Arbeit GmbH";"Gehalt Januar";"DE1";"X";"2.000,00";"";\n',"-12.30 2000.00"),
    ("Sparkasse CAMT","EUR","de-DE",'"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";"Mandatsreferenz";"Kundenreferenz (End-to-End)";"Sammlerreferenz";"Lastschrift Ursprungsbetrag";"Auslagenersatz Ruecklastschrift";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"\n"DE1";"02.01.24";"02.01.24";"FOLGELASTSCHRIFT";"Strom Abschlag";"DE98ZZZ";"M1";"E1";"";"";"";"Stadtwerke";"DE12";"GENODE";"-85,00";"EUR";"Umsatz gebucht"\n"DE1";"31.01.24";"31.01.24";"LOHN  GEHALT";"Lohn 01";"";"";"";"";"";"";"Contoso";"DE12";"GENODE";"3450,00";"EUR";"Umsatz gebucht"\n',"-85.00 3450.00"),
    ("N26","EUR","de-DE",'"Date","Payee","Account number","Transaction type","Payment reference","Amount (EUR)","Amount (Foreign Currency)","Type Foreign Currency","Exchange Rate"\n"2024-01-02","Spotify","","MasterCard Payment","","-9.99","-9.99","EUR","1.0"\n"2024-01-03","Amazon","","MasterCard Payment","","-20.00","-22.00","USD","1.1"\n"2024-01-04","Work","DE12","Income","Salary","1000.00","","",""\n',"-9.99 -20.00 1000.00"),
    ("Revolut","EUR","en-IE","Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\nCARD_PAYMENT,Current,2024-01-02 10:00:00,2024-01-03 09:00:00,Tesco,-12.50,0.00,EUR,COMPLETED,87.50\nTOPUP,Current,2024-01-04 10:00:00,2024-01-04 10:00:01,Top-Up by *1234,50.00,0.00,EUR,COMPLETED,137.50\n","-12.50 50.00"),
    ("Wise","EUR","en-IE",'"TransferWise ID",Date,Amount,Currency,Description,"Payment Reference","Running Balance","Exchange From","Exchange To","Exchange Rate","Payer Name","Payee Name","Payee Account Number",Merchant,"Card Last Four Digits","Card Holder Full Name",Attachment,Note,"Total fees"\nCARD-1,02-01-2024,-5.00,EUR,"Card transaction of 5.00 EUR issued by Cafe",,95.00,,,,,,,Cafe,1234,Jane,,,0.00\nTRANSFER-2,01-01-2024,100.00,EUR,"Received money from Bob",ref,100.00,,,,Bob,,,,,,,,0.00\n',"-5.00 100.00"),
    ("PayPal","EUR","de-DE",'"Datum","Uhrzeit","Zeitzone","Name","Typ","Status","Währung","Brutto","Gebühr","Netto","Guthaben"\n"02.01.2024","10:00:00","CET","eBay","Zahlung","Abgeschlossen","EUR","-10,00","0,00","-10,00","90,00"\n"03.01.2024","10:00:00","CET","Max","Zahlung erhalten","Abgeschlossen","EUR","20,00","-0,70","19,30","109,30"\n',"-10.00 19.30"),
    ("Chase","USD","en-US","Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\nDEBIT,01/31/2024,TARGET,-12.99,DEBIT_CARD,500.00,,\nCREDIT,01/15/2024,PAYROLL,1000.00,ACH_CREDIT,512.99,,\n","-12.99 1000.00"),
    ("BoA","USD","en-US",'Description,,Summary Amt.\nBeginning balance as of 01/01/2024,,"1,000.00"\nTotal credits,,"500.00"\nTotal debits,,"-20.00"\nEnding balance as of 01/31/2024,,"1,480.00"\n\nDate,Description,Amount,Running Bal.\n01/01/2024,Beginning balance as of 01/01/2024,,"1,000.00"\n01/05/2024,"COFFEE","-20.00","980.00"\n01/15/2024,"PAY","500.00","1,480.00"\n',"-20.00 500.00"),
    ("Amex","USD","en-US","Date,Description,Card Member,Account #,Amount\n01/05/2024,AMAZON,J DOE,-12345,25.00\n01/06/2024,UBER,J DOE,-12345,15.00\n01/20/2024,ONLINE PAYMENT - THANK YOU,J DOE,-12345,-40.00\n","-25.00 -15.00 40.00"),
    ("CapitalOne","USD","en-US","Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit\n2024-01-05,2024-01-06,1234,AMAZON,Merchandise,25.00,\n2024-01-20,2024-01-20,1234,PAYMENT,Payment/Credit,,40.00\n","-25.00 40.00"),
    ("Citi","USD","en-US",'Status,Date,Description,Debit,Credit,Member Name\nCleared,01/05/2024,"AMAZON",25.00,,JOHN\nCleared,01/20/2024,"PAYMENT",,-40.00,JOHN\n',"-25.00 40.00"),
    ("Barclays","GBP","en-GB","Number,Date,Account,Amount,Subcategory,Memo\n,31/01/2024,20-00-00 12345678,-12.00,Card Purchase,TESCO STORES\n,30/01/2024,20-00-00 12345678,1500.00,Counter Credit,EMPLOYER\n","-12.00 1500.00"),
    ("HSBC no header","GBP","en-GB",'31/01/2024,TESCO STORES,-12.00\n30/01/2024,EMPLOYER,"1,500.00"\n',"-12.00 1500.00"),
    ("Monzo","GBP","en-GB","Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In\ntx_01,31/01/2024,10:00:00,Card payment,Tesco,x,Groceries,-12.00,GBP,-12.00,GBP,,,,TESCO STORES,,-12.00,\ntx_02,30/01/2024,10:00:00,Faster payment,Bob,,Income,50.00,GBP,50.00,GBP,,,,Rent,,,50.00\n","-12.00 50.00"),
    ("Starling","GBP","en-GB","Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Spending Category,Notes\n31/01/2024,Tesco,TESCO 123,CONTACTLESS,-12.00,88.00,GROCERIES,\n01/02/2024,Bob,rent,FASTER PAYMENT,50.00,138.00,INCOME,\n","-12.00 50.00"),
    ("Lloyds","GBP","en-GB","Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance\n31/01/2024,DEB,'30-00-00,12345678,TESCO,12.00,,88.00\n30/01/2024,FPI,'30-00-00,12345678,BOB,,50.00,100.00\n","-12.00 50.00"),
    ("Nationwide","GBP","en-GB",'"Account Name:","FlexAccount"\n"Account Balance:","£88.00"\n"Available Balance: ","£88.00"\n\n"Date","Transaction type","Description","Paid out","Paid in","Balance"\n"31 Jan 2024","Visa purchase","TESCO","£12.00","","£88.00"\n"30 Jan 2024","Bank credit","BOB","","£50.00","£100.00"\n',"-12.00 50.00"),
    ("Santander ES","EUR","es-ES","FECHA OPERACIÓN;FECHA VALOR;CONCEPTO;IMPORTE EUR;SALDO\n31/01/2024;31/01/2024;Compra Mercadona;-45,20;1.000,00\n30/01/2024;30/01/2024;Nomina;1.800,00;1.045,20\n","-45.20 1800.00"),
    ("Intesa","EUR","it-IT","Data contabile;Data valuta;Descrizione;Accrediti;Addebiti;Descrizione estesa\n31.01.2024;31.01.2024;Pagamento POS;;-45,20;ESSELUNGA MILANO\n30.01.2024;30.01.2024;Stipendio;1.800,00;;ACME SPA\n","-45.20 1800.00"),
    ("Fineco","EUR","it-IT","Data;Entrate;Uscite;Descrizione;Descrizione_Completa;Stato;Moneymap\n31/01/2024;;-45,20;Pagamento;ESSELUNGA;Contabilizzato;Alimentari\n30/01/2024;1800,00;;Bonifico;ACME;Contabilizzato;Stipendio\n","-45.20 1800.00"),
    ("BNP","EUR","fr-FR","Compte chèque;30004;****1234;31/01/2024;;1 234,56\n31/01/2024;Paiement;;CB CARREFOUR;-45,20\n30/01/2024;Virement;;SALAIRE;1 800,00\n","-45.20 1800.00"),
    ("Credit Agricole","EUR","fr-FR","Téléchargement du 31/01/2024;\n\nCompte courant carte n° 1;\nSolde au 31/01/2024 1 234,56 €\n\nDate;Libellé;Débit euros;Crédit euros;\n31/01/2024;\"CB CARREFOUR\";45,20;;\n30/01/2024;\"SALAIRE\";;1 800,00;\n","-45.20 1800.00"),
    ("La Banque Postale","EUR","fr-FR","Numéro Compte   ;1234\nType         ;CCP\nCompte tenu en  ;euros\nDate            ;31/01/2024\nSolde (EUROS)   ;1234,56\nSolde (FRANCS)  ;8098,18\n\nDate;Libellé;Montant(EUROS);Montant(FRANCS)\n31/01/2024;CB CARREFOUR;-45,20;-296,49\n30/01/2024;SALAIRE;1800,00;11807,26\n","-45.20 1800.00"),
    ("mBank","PLN","pl-PL","mBank S.A.;\n#Klient;\nJAN;\n\n#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota;\n2024-01-31;BIEDRONKA ZAKUP;eKonto 1111 ... 2222;Żywność;-45,20 PLN;;\n2024-01-30;WYNAGRODZENIE;eKonto 1111 ... 2222;Wpływy;1 800,00 PLN;;\n","-45.20 1800.00"),
    ("PKO","PLN","pl-PL",'"Data operacji","Data waluty","Typ transakcji","Kwota","Waluta","Saldo po transakcji","Opis transakcji","","",""\n"2024-01-31","2024-01-30","Płatność kartą","-45.20","PLN","+1000.00","Tytuł: 123","Lokalizacja: BIEDRONKA","",""\n"2024-01-30","2024-01-30","Przelew na konto","+1800.00","PLN","+1045.20","Nadawca: ACME","Tytuł: WYPŁATA","",""\n',"-45.20 1800.00"),
    ("Fio","CZK","cs-CZ",'"ID pohybu";"Datum";"Objem";"Měna";"Protiúčet";"Název protiúčtu";"Kód banky";"KS";"VS";"Zpráva pro příjemce";"Typ"\n"1";"31.01.2024";"-450,20";"CZK";"123";"Albert";"0800";"";"";"nákup";"Platba kartou"\n"2";"30.01.2024";"18000,00";"CZK";"456";"ACME";"0800";"";"";"mzda";"Příjem převodem"\n',"-450.20 18000.00"),
    ("OTP","HUF","hu-HU","1177;T;-4500;HUF;20240131;20240131;100000;;;SPAR;VÁSÁRLÁS KÁRTYÁVAL\n1177;J;350000;HUF;20240130;20240130;104500;;;ACME KFT;MUNKABÉR\n","-4500.00 350000.00"),
    ("Swedbank SE","SEK","sv-SE","* Transaktioner Period 2024-01-01 - 2024-01-31\nRadnummer,Clearingnummer,Kontonummer,Produkt,Valuta,Bokföringsdag,Transaktionsdag,Valutadag,Referens,Beskrivning,Belopp,Bokfört saldo\n1,8327-9,123,Privatkonto,SEK,2024-01-31,2024-01-30,2024-01-31,ICA,ICA NÄRA,-120.00,880.00\n2,8327-9,123,Privatkonto,SEK,2024-01-25,2024-01-25,2024-01-25,Lön,Lön,1000.00,1000.00\n","-120.00 1000.00"),
    ("Nordea FI","EUR","fi-FI","Kirjauspäivä;Määrä;Maksaja;Maksunsaaja;Nimi;Otsikko;Viitenumero;Saldo;Valuutta\n2024/01/31;-45,20;FI12;;Prisma;Prisma;;1000,00;EUR\n2024/01/30;1800,00;;FI12;ACME;Palkka;;1045,20;EUR\n","-45.20 1800.00"),
    ("Danske","DKK","da-DK",'"Dato";"Tekst";"Beløb";"Saldo";"Status";"Afstemt"\n"31.01.2024";"Netto";"-45,20";"1.000,00";"Udført";"Nej"\n"30.01.2024";"Løn";"1.800,00";"1.045,20";"Udført";"Nej"\n',"-45.20 1800.00"),
    ("UBS","CHF","de-CH","Abschlussdatum;Abschlusszeit;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Einzelbetrag;Saldo;Transaktions-Nr.;Beschreibung1;Beschreibung2\n2024-01-31;;2024-01-31;2024-01-31;CHF;-45.20;;;1000.00;99;Coop;Zahlung Debitkarte\n2024-01-30;;2024-01-30;2024-01-30;CHF;;1800.00;;1045.20;98;ACME;Lohn\n","-45.20 1800.00"),
    ("PostFinance","CHF","de-CH","Datum von:;=\"2024-01-01\"\nWährung:;=\"CHF\"\n\nBuchungsdatum;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Valuta;Saldo in CHF\n31.01.2024;KAUF COOP;;-45.20;31.01.2024;1000.00\n30.01.2024;GIRO ACME;1800.00;;30.01.2024;\n","-45.20 1800.00"),
    ("ICICI","INR","en-IN",'S No.,Value Date,Transaction Date,Cheque Number,Transaction Remarks,Withdrawal Amount (INR ),Deposit Amount (INR ),Balance (INR )\n1,31/01/2024,31/01/2024,-,UPI/BAZAAR,450.00,0.00,"1,00,000.00"\n2,31/01/2024,31/01/2024,-,NEFT SALARY,0.00,"50,000.00","1,50,000.00"\n',"-450.00 50000.00"),
    ("SBI","INR","en-IN","Account Name\t:\tX\nTxn Date\tValue Date\tDescription\tRef No./Cheque No.\tDebit\tCredit\tBalance\n1 Jan 2024\t1 Jan 2024\tUPI\t123\t450.00\t \t1,00,000.00\n2 Jan 2024\t2 Jan 2024\tSAL\t124\t \t50,000.00\t1,50,000.00\n","-450.00 50000.00"),
    ("DBS","SGD","en-SG","Transaction Date,Reference,Debit Amount,Credit Amount,Transaction Ref1,Transaction Ref2,Transaction Ref3\n31 Jan 2024,POS, 45.20, ,NTUC,TO: x,\n30 Jan 2024,SAL, ,1800.00,ACME,,\n","-45.20 1800.00"),
    ("CommBank no header","AUD","en-AU",'31/01/2024,"-45.20","COLES","+1000.00"\n30/01/2024,"+1800.00","SALARY ACME","+1045.20"\n',"-45.20 1800.00"),
    ("Westpac","AUD","en-AU","Bank Account,Date,Narrative,Debit Amount,Credit Amount,Balance,Categories,Serial\n32123,31/01/2024,COLES,45.20,,1000.00,PAYMENT,\n32123,30/01/2024,ACME,,1800.00,1045.20,DEP,\n","-45.20 1800.00"),
    ("YNAB old","USD","en-US","Date,Payee,Category,Memo,Outflow,Inflow\n01/31/2024,Shop,,x,45.20,\n01/30/2024,ACME,,y,,1800.00\n","-45.20 1800.00"),
    ("Mint","USD","en-US",'"Date","Description","Original Description","Amount","Transaction Type","Category","Account Name","Labels","Notes"\n"1/31/2024","Shop","SHOP 1","45.20","debit","Food","Checking","",""\n"1/30/2024","Acme","ACME","1800.00","credit","Paycheck","Checking","",""\n',"-45.20 1800.00"),
    ("Firefly","EUR","en-GB","user_id,group_id,journal_id,type,amount,foreign_amount,currency_code,foreign_currency_code,description,date,source_name,destination_name,category\n1,1,1,Withdrawal,-45.20,,EUR,,Food,2024-01-31T00:00:00+01:00,Checking,Shop,Groceries\n1,2,2,Deposit,1800.00,,EUR,,Pay,2024-01-30T00:00:00+01:00,ACME,Checking,Income\n","-45.20 1800.00"),
    ("Boursobank","EUR","fr-FR","dateOp;dateVal;label;category;categoryParent;supplierFound;amount;comment;accountNum;accountLabel;accountbalance\n2024-01-31;2024-01-31;CARTE 30/01 CARREFOUR;Alimentation;Vie quotidienne;carrefour;-45,20;;00012345;BoursoBank;1000.00\n2024-01-30;2024-01-30;VIR ACME;Salaires;Revenus;acme;1 800,00;;00012345;BoursoBank;1000.00\n","-45.20 1800.00"),
    ("KWD bank","KWD","ar-KW","التاريخ,البيان,مدين,دائن,الرصيد\n31/01/2024,كارفور,4.250,,100.000\n30/01/2024,راتب,,850.000,104.250\n","-4.250 850.000"),
    ("Hungarian K&H","HUF","hu-HU","könyvelés dátuma;tranzakció azonosító;típus;könyvelési számla;partner elnevezése;összeg;összeg devizaneme;közlemény\n2024.01.31;1;Kártya;1;SPAR;-4 500;HUF;vásárlás\n2024.01.30;2;Jóváírás;1;ACME;350 000;HUF;bér\n","-4500.00 350000.00"),
    ("Millennium","PLN","pl-PL","Numer rachunku/karty,Data transakcji,Data rozliczenia,Rodzaj transakcji,Na konto/Z konta,Odbiorca/Zleceniodawca,Opis,Obciążenia,Uznania,Saldo,Waluta\nPL12,2024-01-31,2024-01-31,ZAKUP,,,BIEDRONKA,-45.20,,1000.00,PLN\nPL12,2024-01-30,2024-01-30,PRZELEW,,ACME,PENSJA,,1800.00,1045.20,PLN\n","-45.20 1800.00"),
    ("ru","RUB","ru-RU","Дата операции;Статус;Сумма операции;Валюта операции;Описание\n31.01.2024 10:00:00;OK;-450,20;RUB;Пятёрочка\n30.01.2024 10:00:00;OK;18000,00;RUB;Зарплата\n","-450.20 18000.00"),
    ("jp","JPY","ja-JP","日付,内容,出金金額(円),入金金額(円),残高(円)\n2024/01/31,セブン,450,,100000\n2024/01/25,給与,,250000,100450\n","-450 250000"),
    ("tr","TRY","tr-TR","Tarih;A\u00e7\u0131klama;Borç/Alacak;Tutar\n31.01.2024;MARKET;B;45,20\n30.01.2024;MAAŞ;A;1.800,00\n","-45.20 1800.00"),
    ("no title direction K/D","EUR","lt-LT","2024-01-31,Maxima,45.20,EUR,D\n2024-01-30,ACME,1800.00,EUR,K\n","-45.20 1800.00"),
    ("unknown words w/ balance","EUR","en","Date,Text,Sum,Zz,Rest\n2024-01-29,a,5.00,QQ,100.00\n2024-01-30,b,20.00,QQ,80.00\n2024-01-31,c,50.00,RR,130.00\n","-5.00 -20.00 50.00"),
    ("ES cargo/abono letters","EUR","es-ES","Fecha;Concepto;Importe;C/A\n31/01/2024;Compra;45,20;C\n30/01/2024;Nomina;1.800,00;A\n","-45.20 1800.00"),
    ("camt DBIT","EUR","en","Booking Date,Name,Amount,CdtDbtInd\n2024-01-31,Shop,45.20,DBIT\n2024-01-30,ACME,1800.00,CRDT\n","-45.20 1800.00"),
    ("Cr only","INR","en-IN","Date,Transaction Details,Amount (in Rs.)\n31/01/2024,SHOP,45.20\n30/01/2024,PAYMENT,1800.00 Cr\n29/01/2024,SHOP2,10.00\n","-45.20 1800.00 -10.00"),
]
# fmt: on


TEXTS = {
    "mBank": [("", "BIEDRONKA ZAKUP", "Żywność"), ("", "WYNAGRODZENIE", "Wpływy")],
    "PKO": [("", "Tytuł: 123", ""), ("", "Nadawca: ACME", "")],
    "Boursobank": [("carrefour", "CARTE 30/01 CARREFOUR", "Alimentation"), ("acme", "VIR ACME", "Salaires")],
}
"""Payee, description and category of each booking."""


def previewed(currency, locale, content):
    return preview_for(content, locale, currency)


@pytest.mark.parametrize(
    ("currency", "locale", "content", "amounts"), [file[1:] for file in FILES], ids=[file[0] for file in FILES]
)
def test_a_bank_file_is_read_correctly(currency, locale, content, amounts):
    seen = previewed(currency, locale, content)
    found = [row["expense"] for row in seen["rows"] if row["expense"]]
    signs = {"expense": "-", "income": ""}
    assert " ".join(signs[one["kind"]] + one["amount"]["amount"] for one in found) == amounts
    assert seen["errors"] == []
    assert all(row["expense"] or row["error"] or row["left_out"] for row in seen["rows"])


@pytest.mark.parametrize("name", TEXTS)
def test_payee_description_and_category_are_found(name):
    currency, locale, content = next(file[1:4] for file in FILES if file[0] == name)
    found = [row["expense"] for row in previewed(currency, locale, content)["rows"]]
    assert [(one["payee"], one["description"], one["category"]) for one in found] == TEXTS[name]
