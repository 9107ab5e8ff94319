"""Rows that are no bookings: balances, totals, and what was never booked, such as pending or failed payments."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import lru_cache
from typing import NamedTuple

from expenses.imports.readers.columns import Column
from expenses.imports.readers.vocabulary import STATUS, longest_match, phrases, plain

VOID = phrases("""reverted;reversed;declined;failed;rejected;cancelled;canceled;voided;deleted;abgelehnt;fehlgeschlagen;storniert;
gelöscht;refuse;refusé;annule;annulé;annulée;supprimé;rechazado;cancelado;rechazada;cancelada;anulado;anulada;rifiutato;annullato;
stornato;geannuleerd;geweigerd;verwijderd;odrzucona;odrzucone;anulowana;anulowane;anulowano;zamitnuto;zrušeno;stornováno;zamietnuté;
zrušené;elutasítva;törölve;sztornózva;avvisad;annullerad;makulerad;slettet;afvist;annulleret;avvist;kansellert;annullert;hylätty;
peruttu;peruutettu;poistettu;atmesta;atšaukta;noraidīts;atcelts;tagasi lükatud;tühistatud;отклонено;отклонена;отклонен;отменено;
отменена;отменен;удалено;удалена;відхилено;скасовано;respins;anulat;anulată;reddedildi;iptal;iptal edildi;otkazano;poništeno;
zavrnjeno;stornirano;απορρίφθηκε;ακυρώθηκε;交易关闭;已关闭;已取消;支付失败;交易失败;取消;キャンセル;失敗;승인취소;취소;실패;ملغاة;ملغي;مرفوض;
בוטל;נדחה;ยกเลิก;đã hủy;thất bại;dibatalkan;gagal;estornado;estornada;recusado;recusada;extourné""")
"""What a cell says if no money moved."""
PENDING = phrases("""pending;authorization;authorisation;general authorization;general authorisation;open authorization;
account hold for open authorization;reversal of general account hold;general account hold;void of authorization;
pending transaction;preauthorization;pre authorization;pre authorisation;not booked;not posted;ausstehend;vorgemerkt;vormerkung;
umsatz vorgemerkt;vorgemerkter umsatz;umsatz vorgemerkt und nicht gebucht;nicht gebucht;nicht verbucht;autorisierung;
allgemeine autorisierung;einbehaltung für offene autorisierung;en attente;autorisation;autorisation générale;non comptabilisé;
en cours de traitement;pendiente;autorización general;no contabilizado;retenido;retención;in sospeso;in attesa;autorizzazione;
autorizzazione generale;non contabilizzato;in behandeling;algemene autorisatie;niet geboekt;oczekująca;oczekujące;w realizacji;
nierozliczona;nierozliczone;autoryzacja;čekající;čeká na zaúčtování;nezaúčtováno;nezaúčtované;čakajúca;függőben;könyveletlen;
függő;väntande;ej bokförd;venter;ikke bogført;afventer;ikke bokført;odottaa;kirjaamaton;katevaraus;laukiama;nepatvirtinta;
gaida;ootel;в обработке;ожидает;в ожидании;холд;авторизация;не проведено;в обробці;очікує;în așteptare;in curs;beklemede;
provizyon;onay bekliyor;na čekanju;u obradi;v obdelavi;σε εκκρεμότητα;εκκρεμεί;pendente;em processamento;não contabilizado;
等待付款;待付款;处理中;待入账;未入账;未確定;保留;処理中;
대기;대기중;보류;미결제;معلق;معلقة;قيد الانتظار;ממתין;ממתינה;עסקה ממתינה;รอดำเนินการ;
đang chờ;đang xử lý;tertunda;menunggu""")
"""What a cell says if the row is not booked yet."""
_STATES = phrases("""void;authorized;authorised;hold;on hold;held;processing;in progress;in process;scheduled;planned;draft;
expired;denied;unsuccessful;error;blocked;awaiting;waiting;unposted;uncaptured;incomplete;not completed;
unpaid;offen;in bearbeitung;geplant;
reserviert;reservierung;autorisiert;gesperrt;ungültig;fehler;abgebrochen;entwurf;en cours;à venir;bloqué;expiré;échec;échoué;echoue;
autorisé;en proceso;en curso;programado;programada;bloqueado;fallido;fallida;error;expirado;in corso;autorizzato;bloccato;
non riuscito;fallito;programmato;gereserveerd;reservering;mislukt;gepland;verlopen;blokada;w trakcie;nieudana;niezrealizowana;
zaplanowana;blokace;blokováno;neúspěšná;čeká;blokovaná;zárolt;zárolás;foglalás;sikertelen;reserverad;reserverat;preliminär;kommande;
misslyckad;reserveret;reservert;reservasjon;planlagt;fejlet;feilet;mislykket;varaus;varattu;epäonnistui;rezervuota;rezervēts;
broneering;broneeritud;заблокировано;резерв;неуспешно;ошибка;неуспішно;autorizare;blocat;eșuat;blokeli;basarisiz;rezervacija;
rezervirano;neuspješno;δέσμευση;απέτυχε;pré-autorização;agendado;agendada;falhou;bloqueada;失败;仮売上;仮承認;오류""")
"""Words with that meaning only in a column of states; elsewhere they can name a shop or a purpose."""
_VOID_TITLES = phrases("""cancelled;canceled;is cancelled;void;voided;deleted;is deleted;reversed;is reversed;reverted;
rejected;failed;declined;pending;is pending;storniert;storno;gelöscht;annulliert;vorgemerkt;abgelehnt;annulé;annulée;supprimé;
en attente;refusé;anulado;anulada;cancelado;cancelada;eliminado;pendiente;annullato;stornato;eliminato;in sospeso;geannuleerd;
verwijderd;in behandeling;anulowana;anulowane;anulowano;usunięte;oczekująca;stornováno;zrušeno;zrušené;törölve;sztornózva;sztornó;
annullerad;makulerad;raderad;annulleret;slettet;annullert;kansellert;peruutettu;peruttu;poistettu;atšaukta;atcelts;tühistatud;
отменено;отменена;отменен;удалено;скасовано;anulat;iptal;iptal mi;stornirano;poništeno;ακυρώθηκε;pendente;estornado;
取消;キャンセル;취소;ملغاة;בוטל;ยกเลิก""")
_BOOKED_TITLES = phrases("""booked;is booked;posted;is posted;settled;gebucht;verbucht;comptabilisé;contabilizado;contabilizada;
contabilizzato;geboekt;zaksięgowana;zaksięgowane;zaúčtováno;zaúčtované;könyvelt;bokförd;bogført;bokført;kirjattu;проведено""")
_DAY_TITLES = phrases("""cancelled on;cancelled at;canceled on;canceled at;cancellation date;deleted on;deleted at;voided at;
voided on;reversed on;reversed at;reversal date;storniert am;stornodatum;gelöscht am;annulé le;date d'annulation;fecha de anulación;
data annullamento;datum annulering;data anulowania;datum storna""")
_YES = phrases(
    "yes;y;ja;j;true;t;1;x;wahr;oui;o;vrai;si;sí;s;sim;vero;tak;ano;áno;igen;da;evet;e;kyllä;jah;jā;taip;waar;да;так;はい;是;예;نعم;כן"
)
_NO = phrases(
    "no;n;nein;false;f;0;falsch;non;faux;não;falso;nee;onwaar;nie;ne;nem;nej;nei;ei;nē;hayir;h;нет;ні;όχι;いいえ;否;아니요;لا;לא"
)
_YES_TICKS = {"✓", "✔", "☑"}


StateMark = tuple[int, str]
"""A column, and the text of one of its cells as returned by `plain`."""


class StateColumns(NamedTuple):
    """Columns of states, and columns that say yes or no to a title such as "Cancelled" or "Booked"."""

    states: Sequence[int] = ()
    void: Sequence[int] = ()
    booked: Sequence[int] = ()
    days: Sequence[int] = ()
    """Columns with the date of a cancellation."""


def state_columns(columns: Sequence[Column]) -> StateColumns:
    """Return the columns that say whether a row was booked."""
    return StateColumns(
        [column.index for column in columns if _has_states(column)],
        [column.index for column in columns if column.title in _VOID_TITLES],
        [column.index for column in columns if column.title in _BOOKED_TITLES],
        [column.index for column in columns if column.title in _DAY_TITLES],
    )


def _has_states(column: Column) -> bool:
    titled = bool(longest_match(column.title, STATUS)) or column.title.endswith("status")
    return titled or (column.constant and plain(column.filled[0]) in VOID | PENDING)


def reason_not_booked(cells: Sequence[str], flags: StateColumns, reversed_marks: Container[StateMark] = ()) -> str | None:
    """Return why a record was not booked; None if nothing says so, or only marks that another record reverses."""
    for index in flags.states:
        said = _state(cells[index]) if index < len(cells) else None
        if said is not None and (index, plain(cells[index])) not in reversed_marks:
            return said
    for columns, marks in ((flags.void, _is_yes), (flags.booked, _is_no), (flags.days, bool)):
        for index in columns:
            if index < len(cells) and marks(cells[index].strip()) and (index, plain(cells[index])) not in reversed_marks:
                return f"{cells[index].strip()[:40]!r} in column {index + 1} means that it is not booked or was cancelled."
    return None


def failed_states(cells: Sequence[str], flags: StateColumns) -> set[StateMark]:
    """Return the cells that say that a record failed or was reversed."""
    states = {(index, plain(cells[index])) for index in flags.states if index < len(cells) and _is_void(plain(cells[index]))}
    return states | {(index, plain(cells[index])) for index in flags.void if index < len(cells) and _is_yes(cells[index])}


def _is_yes(cell: str) -> bool:
    return plain(cell) in _YES or cell in _YES_TICKS


def _is_no(cell: str) -> bool:
    return plain(cell) in _NO


@lru_cache(1_000)
def _state(cell: str) -> str | None:
    text = plain(cell)
    if _is_void(text):
        return no_money_moved(cell)
    return not_booked_yet(cell) if _beginnings(text) & (PENDING | _STATES) else None


def _is_void(text: str) -> bool:
    return bool(_beginnings(text) & VOID)


def _beginnings(text: str) -> set[str]:
    words = text.split()
    return {text, *(" ".join(words[:count]) for count in range(1, min(4, len(words)) + 1))}


def no_money_moved(cell: str) -> str:
    """Return the reason for a row that failed or was reversed."""
    return f"{cell.strip()[:60]!r} means that no money moved, or that it came back."


def not_booked_yet(cell: str) -> str:
    """Return the reason for a row that is pending."""
    return f"{cell.strip()[:60]!r} means that it is not booked yet."


_CLEAR = phrases("""opening balance;closing balance;beginning balance;ending balance;starting balance;start balance;
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
_BARE = phrases("""balance;turnover;total;totals;grand total;subtotal;sum;saldo;summe;gesamt;gesamtsumme;solde;totaal;
totale;suma;razem;celkem;spolu;osszesen;summa;sammanlagt;i alt;yhteensa;is viso;viso;kopa;kokku;итого;всего;toplam;ukupno;
skupaj;合計;合计;总计;합계;totais;totales;totali;totaux;totalt;gesamtbetrag;
total general;σύνολο;σύνολα;รวม;tổng cộng;الإجمالي""")
"""Words that a shop or a purpose could have too: a row with another text is a booking."""
_LONGEST_REST = 40
_BEGINNINGS = frozenset(phrase[:3] for phrase in _CLEAR | _BARE | VOID | PENDING)


class NonBookingColumns(NamedTuple):
    """The columns that can say that a row is not a booking: texts and states."""

    texts: Sequence[int] = ()
    flags: StateColumns = StateColumns()
    reversed_marks: frozenset[StateMark] = frozenset()
    """Marks of bookings that a row of their own reverses: both rows count."""


def non_booking_columns(columns: Sequence[Column]) -> NonBookingColumns:
    return NonBookingColumns([column.index for column in columns if column.may_name_a_summary], state_columns(columns))


def failure_marks(cells: Sequence[str], non_bookings: NonBookingColumns) -> set[StateMark]:
    """Return the cells that say that a record failed or was reversed."""
    texts = {
        (index, plain(cells[index])) for index in non_bookings.texts if index < len(cells) and _kind_of(cells[index]) == "void"
    }
    return texts | failed_states(cells, non_bookings.flags)


def _summary_in(cells: Sequence[str], non_bookings: NonBookingColumns) -> str | None:
    """Return the text that shows that a record is not a booking, None if it is one."""
    texts = non_bookings.texts
    for index in texts:
        kind = _kind_of(cells[index]) if index < len(cells) else None
        if kind is not None:
            if kind == "void" and (index, plain(cells[index])) in non_bookings.reversed_marks:
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


def reason_left_out(cells: Sequence[str], non_bookings: NonBookingColumns) -> str | None:
    """Return why a record is not a booking, None if it is one."""
    said = _summary_in(cells, non_bookings)
    if said is None:
        return reason_not_booked(cells, non_bookings.flags, non_bookings.reversed_marks)
    kind = _kind_of(said)
    if kind in {"void", "pending"}:
        return no_money_moved(said) if kind == "void" else not_booked_yet(said)
    return f"{said[:60]!r} is a balance or a total, not a booking."
