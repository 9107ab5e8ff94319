"""Words by which titles tell what a column holds, compared without case and accents.

They only choose among columns whose contents fit. A part with a blank at an end must begin or end a word there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


@lru_cache(20_000)
def plain(text: str) -> str:
    """Return a text without case, accents, punctuation and double blanks, so that texts can be compared."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", " ".join(letters.split()))


_CARDS = re.compile(
    r"\b(?:credit|debit|kredit|debet|credito|debito)\w*\s?(?:card|kart|kort|kaart)\w*"
    r"|\b(?:carte|carta|cartao|cartoes|tarjeta|tarjetas|karta|karty|karte|kartou|kartica|card)\s"
    r"(?:de |di |do |a )?(?:credit|debit|kredyt|kredit|debet)\w*"
    r"|\bkredi kart\w*|\bbanka kart\w*|кредит\w* карт\w*|дебет\w* карт\w*"
    r"|信用卡|借记卡|貸記卡|クレジットカード|デビットカード|신용카드|체크카드"
)


def without_cards(text: str) -> str:
    """Return a text, as returned by `plain`, without the names of cards, in which "credit" and "debit" are no directions."""
    return " ".join(_CARDS.sub(" ", text).split())


def _parts(text: str) -> tuple[str, ...]:
    """Return the parts as returned by `plain`, but with the blanks at their ends; an underscore stands for a blank."""
    found = []
    for part in text.replace("\n", " ").split(";"):
        bare = part.strip().replace("_", " ")
        found.append(" " * bare.startswith(" ") + plain(bare) + " " * bare.endswith(" "))
    return tuple(part for part in found if part.strip())


def phrases(text: str) -> frozenset[str]:
    """Return phrases that are separated by semicolons, as `plain` returns them."""
    return frozenset(plain(part) for part in text.replace("\n", " ").split(";") if part.strip())


BALANCE = _parts("""balance;saldo;solde;kontostand;zustatek;zostatok;egyenleg;bakiye;stan konta;bilans;остаток;баланс;
сальдо;залишок;余额;餘額;残高;잔액;الرصيد;likutis;atlikum;jaak;_sold_;_stanje;υπολοιπο;יתרה;beholdning;disponib;available;
verfugbar;running;so du;ยอดคงเหลือ;guthaben;_stav_""")
DEBIT = _parts("""debit;debet;_dr_;withdraw;paid out;money out;outflow;outgoing;_spent;spend;expense;payments;charge;
purchases;ausgabe;ausgang;ausgehend;_soll_;belast;lastschrift;abgang;abbuchung;depense;sortie;retrait;_cargo;_debe_;
adeudo;gasto;egreso;retiro;pagos_;uscit;addebit;_dare_;saida;despesa;debito;_af_;afschrijving;uitgave;_uit_;wydatk;obciaz;
wyplat;rozchod;_wn_;vydaj;vydej;odchozi;na vrub;_ma dati;terheles;kiadas;utgift;_uttag;uttak;udgift;_ut_;_ud_;_otto;menot;
veloitus;isejo;islaidos;izdevum;deebet;расход;списан;дебет;видаток;cheltuiel;iesiri;debitar;χρεωση;gider;borc;cikis;odliv;
breme;isplata;rashod;dugov;duguj;支出;支払;お引出;引出;出金;출금;借方;مدين;سحب;חובה;ถอน;ghi no;_chi_;_out_;_minus_""")
CREDIT = _parts("""credit;kredit;_cr_;deposit;paid in;money in;inflow;incoming;income;received;receipts;einnahme;eingang;
eingehend;_haben_;gutschrift;zugang;recette;entree;versement;_abono;_haber_;ingreso;entrat;accredit;_avere_;entrada;
receita;credito;_bij_;bijschrijving;inkomst;wplyw;wplat;uznani;przychod;_ma_;prijem;prichozi;ve prospech;jovairas;bevetel;
insattning;innskudd;_inn_;indtaegt;_ind_;_in_;_pano;tulot;hyvitys;ieplaukos;iplaukos;pajamos;ienemum;kreedit;приход;
поступ;зачисл;кредит;надходж;_venit;incasar;creditar;πιστωση;gelir;alacak;giris;priliv;dobro;uplata;prihod;potraz;
収入;収納;入金;お預入;預入;收入;存入;입금;貸方;دائن;إيداع;זכות;ฝาก;ghi co;_thu_;_plus_""")
AMOUNT = _parts("""amount;_amt;betrag;umsatz;summe;_sum_;_suma_;_summa;montant;importe;cantidad;_monto;importo;bedrag;
kwota;castka;ciastka;osszeg;belopp;belob;_belop;maara;сумма;_сума;iznos;znesek;tutar;_miktar;_valor_;quantia;montante;
_value_;_wert_;金额;金額;금액;거래금액;المبلغ;סכום;ποσο;จำนวนเงิน;so tien;_net_;_netto_;_total_;_upphaed;_fjarhaed""")
PRICE = _parts("""price;cost;_spent_;_spend_;expense;ausgabe;kosten;preis;_prix_;_cout_;depense;precio;coste;gasto;prezzo;
spesa;preco;despesa;wydatek;wydatki;cena;utgift;pris_;uitgave;_prijs""")
"""Titles of amounts that can only be spending."""
OTHER_MONEY = _parts("""_fee;fees;gebuhr;commission;_frais;comision;commissione;oplata;poplat;provision;provize;kosten_;
prowizj;komiss;_tax;_vat_;mwst;_ust_;steuer;_tva_;_iva_;_rate;_kurs;wechselkurs;_cours;_cambio;exchange;koers;tasso;limit;
points;punkte;cashback;percent;prozent;quantity;_qty;menge;stuck;original;_orig;foreign;fremd;auslands;_local_;lokale;
_devise;gross_;_brutto;interest;_zins;_nr_;_no_;_num_;number;nummer;numer;numero;_id_;_ref;account_;_konto_;_iban;_bic_;
_blz;_zip_;postcode;_code_;cheque;check_;serial;_lp_;radnr;radnummer;_year;_mcc;taxa;curs_;tarif;_count;anzahl;reward;
_tip_;deviza osszeg;eredeti;_index;_line_;_row_""")
FOREIGN = _parts("""original;_orig_;foreign;fremd;ausland;vreemd;etrang;_origin;extranjer;_ester;_obca_;_obcej;oryginaln;zahranic;
puvodni;povodn;_cizi;cudz;idegen;eredeti;deviza osszeg;utland;utenland;udenland;ursprung;opprinnelig;oprindelig;ulkomaan;
alkuperai;uzsienio;arvalst;valisvaluuta;иностр;исходн;чужд;інозем;yabanci;orijinal;ξεν;αρχικ;_strana_;_strani_;_stranoj;izvorn;
_tuja_;_tuji_;_strain;estrangeir;_local_;_lokale;現地;外貨;外币;外幣;原币;현지;외화;الاجنبي;الأجنبي;الأصلي;מקור;ngoai te;nguyen te;
ต่างประเทศ;_asing_;erlend;myntekstern""")
"""Titles of amounts in the currency that was paid abroad, and of their currencies."""
FEE = _parts("""_fee_;_fees_;gebuhr;gebuehr;entgelt;commission;_frais;comision;comissa;commissione;oplata_;oplaty_;poplat;provision_;
provisie;provize;provizie;prowizj;komiss;komisyon;bank charge;service charge;transaction charge;handling charge;_spesen;avgift;
gebyr;_kulu_;_kulut_;palkkio;teenustasu;vahendustasu;mokestis;_dij_;_dija_;jutalek;masraf;ucreti;komisni;naknad;provizij;surcharge;
markup;toeslag;комисс;комисі;комиси;προμηθ;手数料;手续费;手續費;수수료;رسوم;عمولة;עמלה;ค่าธรรมเนียม;_phi_;_biaya_;taxa de servico;
taxe bancaire""")
"""Titles of fees, which are never the amount of a booking if there is another amount."""
CHARGE = _parts("""_charge_;_charges_;kosten_;_costs_;_spese_;_costi_;_custos_;_gastos_;_encargos_""")
"""Titles that mean fees beside a column of amounts, and amounts if there is no other column."""
RATE = _parts("""_rate_;_rate applied;_kurs_;wechselkurs;umrechnungskurs;devisenkurs;valutakurs;vaxelkurs;vekslekurs;_koers;wisselkoers;
taux;tipo de cambio;_tasa_;cambio_;tasso;_kurz_;arfolyam;vaihtokurssi;vahetuskurss;_kursas;курс;ισοτιμ;_kuru_;tecaj;curs valutar;
taxa de cambio;レート;汇率;匯率;환율;سعر الصرف;שער;อัตรา;ty gia;exchange_rate""")
"""Titles of exchange rates, which are not money."""
VALUE_DATE = _parts("""value;valuta;valuuta;valeur;_valor;wertst;_wert;rente;waluty;_datum val;settle;completed;_due_;
fallig;birth;geburt;booked to;_ende_;_end_;_until;maturity;exchange;kurs;_statement;updated;modified;created;ertek;_kamat;
val dt;значения;вальвир;起息;vereffening;compensation;liquid;interest;arvo;_rantedato;rentedato;_ranta;expir""")
CURRENCY = _parts("""currency;_ccy_;_curr_;wahrung;waehrung;devise;monnaie;moneda;divisa;_munt;waluta;_mena_;deviza;
penznem;devizanem;valuta;valiuta;valuuta;_valuta;valutta;валюта;moeda;doviz;para birimi;currenc;νομισμα;币种;货币;幣別;
通貨;통화;العملة;מטבע;สกุลเงิน""")
PAYER = _parts("""payer;sender;remitter;ordering;debtor;from_name;_from_;source name;zahlungspflichtig;auftraggeber;
absender;zahler;donneur;emetteur;ordenante;ordinante;mittente;remetente;nadawca;zleceniodawc;odesilatel;odosielatel;
platce;platca;_platitor;_maksaja;avsandare;avsender;afsender;afzender;opdrachtgever;_moketojas;maksataja;_felado;
отправител;плательщик;gonderen;付款人;付款方;_ordonator""")
PAYEE = _parts("""payee;merchant;counterpart;counter party;recipient;beneficiar;vendor;supplier;_store_;_shop_;_to_;
target name;empfanger;empfaenger;begunstigt;beguenstigt;gegenpartei;handler;haendler;zahlungsbeteiligt;_partner;
geschaftspartner;beneficiaire;_tiers;destinataire;commercant;fournisseur;supplierfound;beneficiario;comercio;proveedor;
destinatario;esercente;controparte;tegenpartij;_naam;_name;name_;_nom_;_nome_;_nombre;odbiorca;kontrahent;contractor;
prijemc;prijemca;protistran;protiuct;protiucet;obchodnik;mottagar;mottaker;modtager;_saaja;gavejas;gavej;saajan;partneri;
kedvezmenyezett;ellenoldali;partner neve;получател;контрагент;отримувач;primatelj;primalac;prejemnik;alici_;_firma;取引先;
店名;利用店;お店;相手;交易对方;对方户名;商户;商家;商店;가맹점;거래처;المستفيد;מוטב;ผู้รับ;_maksunsaaja;viðtakandi;
_contrapart;mokejo gavejas;moketojas gavejas;gavejas moketojas;_who_;_whom_;_wer_""")
NOT_PAYEE = _parts("""account name;member name;account holder;cardholder;card member;card holder;kontoinhaber;kontoname;
kontobezeichnung;titular;intestatario;titulaire;posiadacz;product;produkt;bank name;bankname;name der bank;category;
kategor;iban;_bic;konto nr;_account_;number;nummer;_e mail;email;file;bank_;nazwa banku;nazev banky;accountlabel;
account label""")
DESCRIPTION = _parts("""descri;detail;purpose;memo;narrati;_text;text_;particular;notification;verwendungszweck;zweck;
beschreib;betreff;libelle;_label_;motif;concepto;detalle;glosa;causale;omschrijving;mededeling;tytul;_opis;popis;poznamka;
zprava;sprava pre;kozlemeny;megnevezes;leiras;beskriv;tekst;rubrik;meddel;_selite;viesti;paskirtis;selgitus;merkis;
maksajuma;назначен;описан;призначен;основание;aciklama;historico;historia;explica;detalii;摘要;内容;内訳;商品;备注;적요;
내용;البيان;الوصف;תיאור;περιγραφη;αιτιολογια;รายการ;dien giai;noi dung;_svrha;_namen_;transaction_;_what_;_was_;operation;
operacion;operazione;umsatzinfo;information;buchungsinfo;observ""")
WEAK_DESCRIPTION = _parts("""buchungstext;_type;_art_;_typ_;tipo;soort;code;reference;referenz;_ref;referencia;referenc;
transaction_type;_transaction_;operation;rubrik;_observ;information;poznamka;label;status""")
"""Titles of descriptions that often hold less than another column."""
NEITHER = _parts("""_iban;_bic_;swift;_blz;_account;_konto;_rekening;tegenrekening;_compte;_cuenta;_conto_;rachunek;_ucet;
_szamla;_id_;number;nummer;_nr_;_status;_state;_stan_;mandat;glaubiger;creditor id;channel;kanal;_flag;cleared;_category;
kategor;categor;rubrique;_tags;_type_;_typ_;_art_;soort;tipo;_bank_;_kod_;_code_;card no;_karte;_time;uhrzeit;zeit;_hour;
_currency;country;_land_;_city;postcode;address;adresse;_email;e_mail;_url;_product;produkt;_method;owner;inhaber;titular""")
STATUS = _parts("""_status;_state_;_stato_;_stan_;_estado_;_statut;_etat_;_stav_;_tila_;_staat_;статус;状态;状況""")
"""Titles of columns that say whether a booking happened."""

DIRECTION = _parts("""type;_art_;_typ;_kind;direct;richtung;_sign_;vorzeichen;kennzeichen;zeichen;debit;credit;_soll;
haben;_s_h_;_d_c_;_c_d_;_d_k_;_k_d_;_dr_;_cr_;_dc_;_cd_;_dk_;af_bij;_bij_;_sens_;sentido;segno;tipo;soort;indicator;indik;
_znak;_strona;debet;kredit;_o_i_;_in_out_;_flow;operac;transaktion;transaction;收支;借贷;입출;区分;vrsta;_turi;тип;jel;
zenei;_d_h_;_c_a_;_e_s_;προσημο;_smer;smjer;irany;retning;riktning;suunta;kierunek;_yon_;yonu;_arah;направлен;напрям;посока;
kryptis;virziens;_suund;_verso_;направление;방향;方向;الاتجاه;ทิศทาง""")
"""Titles of columns that tell spending from income."""
GENERIC_DIRECTION = _parts("""type;_art_;_typ;_kind;tipo;soort;operac;transaktion;transaction;vrsta;_turi;тип;jel;区分""")
"""The directions that also have other meanings."""
NO_DIRECTION = _parts("""card;karte;kort_;kaart;karta_;karty_;tarjeta;_carte;_carta_;cartao;_карт;_account;_konto;_compte;_cuenta;
_conto_;rekening;rachunek;_ucet;_szamla;_bank_;person;_user;_who_;_whom_;owner;member;holder;inhaber;titular;method;metod;metoda;
_class;klasse;group;gruppe;grupo;gruppo;project;projekt;branch;filial;zahlungsart;zahlungsmittel;zahlungsweise;zahlungsmethode;
_means_;payment;paiement;_pago_;pagamento;betaalw;betaling;betalnings;platby;platnosc;оплат;付款方式;支付方式;支払方法;決済;결제;
category;kategor;categor;_tags;_label;_family;_room_;_zone_;_section;_grade;_seat;_size""")
"""Titles of columns whose letters, and words such as "Debit", mean cards, people, accounts or similar."""


def longest_match(title: str, parts: tuple[str, ...]) -> int:
    """Return the length of the longest part that occurs in a title, as returned by `plain`; 0 if none does."""
    text = f" {title} "
    return max((len(part) for part in parts if part in text), default=0)
