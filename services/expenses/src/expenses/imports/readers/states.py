"""Words by which files say that a row was not booked, or not for good: pending, authorised, deleted, reversed, failed."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import lru_cache
from typing import NamedTuple

from expenses.imports.readers.profile import Column
from expenses.imports.readers.vocabulary import STATUS, fits
from expenses.imports.readers.words import plain


def _phrases(text: str) -> frozenset[str]:
    return frozenset(plain(part) for part in text.replace("\n", " ").split(";") if part.strip())


VOID = _phrases("""reverted;reversed;declined;failed;rejected;cancelled;canceled;voided;deleted;abgelehnt;fehlgeschlagen;storniert;
gelöscht;refuse;refusé;annule;annulé;annulée;supprimé;rechazado;cancelado;rechazada;cancelada;anulado;anulada;rifiutato;annullato;
stornato;geannuleerd;geweigerd;verwijderd;odrzucona;odrzucone;anulowana;anulowane;anulowano;zamitnuto;zrušeno;stornováno;zamietnuté;
zrušené;elutasítva;törölve;sztornózva;avvisad;annullerad;makulerad;slettet;afvist;annulleret;avvist;kansellert;annullert;hylätty;
peruttu;peruutettu;poistettu;atmesta;atšaukta;noraidīts;atcelts;tagasi lükatud;tühistatud;отклонено;отклонена;отклонен;отменено;
отменена;отменен;удалено;удалена;відхилено;скасовано;respins;anulat;anulată;reddedildi;iptal;iptal edildi;otkazano;poništeno;
zavrnjeno;stornirano;απορρίφθηκε;ακυρώθηκε;交易关闭;已关闭;已取消;支付失败;交易失败;取消;キャンセル;失敗;승인취소;취소;실패;ملغاة;ملغي;مرفوض;
בוטל;נדחה;ยกเลิก;đã hủy;thất bại;dibatalkan;gagal;estornado;estornada;recusado;recusada;extourné""")
"""What a cell says of a row by which no money moved."""
PENDING = _phrases("""pending;authorization;authorisation;general authorization;general authorisation;open authorization;
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
"""What a cell says of a row that is not booked yet."""
_STATES = _phrases("""void;authorized;authorised;hold;on hold;held;processing;in progress;in process;scheduled;planned;draft;
expired;denied;unsuccessful;error;blocked;awaiting;waiting;unposted;uncaptured;incomplete;not completed;
unpaid;offen;in bearbeitung;geplant;
reserviert;reservierung;autorisiert;gesperrt;ungültig;fehler;abgebrochen;entwurf;en cours;à venir;bloqué;expiré;échec;échoué;echoue;
autorisé;en proceso;en curso;programado;programada;bloqueado;fallido;fallida;error;expirado;in corso;autorizzato;bloccato;
non riuscito;fallito;programmato;gereserveerd;reservering;mislukt;gepland;verlopen;blokada;w trakcie;nieudana;niezrealizowana;
zaplanowana;blokace;blokováno;neúspěšná;čeká;blokovaná;zárolt;zárolás;foglalás;sikertelen;reserverad;reserverat;preliminär;kommande;
misslyckad;reserveret;reservert;reservasjon;planlagt;fejlet;feilet;mislykket;varaus;varattu;epäonnistui;rezervuota;rezervēts;
broneering;broneeritud;заблокировано;резерв;неуспешно;ошибка;неуспішно;autorizare;blocat;eșuat;blokeli;basarisiz;rezervacija;
rezervirano;neuspješno;δέσμευση;απέτυχε;pré-autorização;agendado;agendada;falhou;bloqueada;失败;仮売上;仮承認;오류""")
"""What only a column of states says so; elsewhere it can be a shop or a purpose."""
_VOID_TITLES = _phrases("""cancelled;canceled;is cancelled;void;voided;deleted;is deleted;reversed;is reversed;reverted;
rejected;failed;declined;pending;is pending;storniert;storno;gelöscht;annulliert;vorgemerkt;abgelehnt;annulé;annulée;supprimé;
en attente;refusé;anulado;anulada;cancelado;cancelada;eliminado;pendiente;annullato;stornato;eliminato;in sospeso;geannuleerd;
verwijderd;in behandeling;anulowana;anulowane;anulowano;usunięte;oczekująca;stornováno;zrušeno;zrušené;törölve;sztornózva;sztornó;
annullerad;makulerad;raderad;annulleret;slettet;annullert;kansellert;peruutettu;peruttu;poistettu;atšaukta;atcelts;tühistatud;
отменено;отменена;отменен;удалено;скасовано;anulat;iptal;iptal mi;stornirano;poništeno;ακυρώθηκε;pendente;estornado;
取消;キャンセル;취소;ملغاة;בוטל;ยกเลิก""")
_BOOKED_TITLES = _phrases("""booked;is booked;posted;is posted;settled;gebucht;verbucht;comptabilisé;contabilizado;contabilizada;
contabilizzato;geboekt;zaksięgowana;zaksięgowane;zaúčtováno;zaúčtované;könyvelt;bokförd;bogført;bokført;kirjattu;проведено""")
_DAY_TITLES = _phrases("""cancelled on;cancelled at;canceled on;canceled at;cancellation date;deleted on;deleted at;voided at;
voided on;reversed on;reversed at;reversal date;storniert am;stornodatum;gelöscht am;annulé le;date d'annulation;fecha de anulación;
data annullamento;datum annulering;data anulowania;datum storna""")
_YES = _phrases(
    "yes;y;ja;j;true;t;1;x;wahr;oui;o;vrai;si;sí;s;sim;vero;tak;ano;áno;igen;da;evet;e;kyllä;jah;jā;taip;waar;да;так;はい;是;예;نعم;כן"
)
_NO = _phrases(
    "no;n;nein;false;f;0;falsch;non;faux;não;falso;nee;onwaar;nie;ne;nem;nej;nei;ei;nē;hayir;h;нет;ні;όχι;いいえ;否;아니요;لا;לא"
)
_YES_TICKS = {"✓", "✔", "☑"}


Mark = tuple[int, str]
"""A column, and what one of its cells says, as `plain` leaves it."""


class Flags(NamedTuple):
    """Columns of states, and those that say yes or no to a title such as "Cancelled" or "Booked"."""

    states: Sequence[int] = ()
    void: Sequence[int] = ()
    booked: Sequence[int] = ()
    days: Sequence[int] = ()
    """Columns of the days of cancellations."""


def flags_of(columns: Sequence[Column]) -> Flags:
    """Return the columns that say whether a row was booked."""
    return Flags(
        [column.index for column in columns if _has_states(column)],
        [column.index for column in columns if column.title in _VOID_TITLES],
        [column.index for column in columns if column.title in _BOOKED_TITLES],
        [column.index for column in columns if column.title in _DAY_TITLES],
    )


def _has_states(column: Column) -> bool:
    titled = bool(fits(column.title, STATUS)) or column.title.endswith("status")
    return titled or (column.constant and plain(column.filled[0]) in VOID | PENDING)


def why_not_booked(cells: Sequence[str], flags: Flags, taken_back: Container[Mark] = ()) -> str | None:
    """Return why a record was not booked, None if nothing says so or only what was `taken_back` by another record."""
    for index in flags.states:
        said = _state(cells[index]) if index < len(cells) else None
        if said is not None and (index, plain(cells[index])) not in taken_back:
            return said
    for columns, marks in ((flags.void, _is_yes), (flags.booked, _is_no), (flags.days, bool)):
        for index in columns:
            if index < len(cells) and marks(cells[index].strip()) and (index, plain(cells[index])) not in taken_back:
                return f"{cells[index].strip()[:40]!r} in column {index + 1} means that it is not booked or was cancelled."
    return None


def void_marks(cells: Sequence[str], flags: Flags) -> set[Mark]:
    """Return the cells by which a record failed or was reversed."""
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
    """Return what is said of a row that failed or was reversed."""
    return f"{cell.strip()[:60]!r} means that no money moved, or that it came back."


def not_booked_yet(cell: str) -> str:
    """Return what is said of a row that is pending."""
    return f"{cell.strip()[:60]!r} means that it is not booked yet."
