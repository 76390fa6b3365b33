"""What the state of a line says of it: sold, not sold, paid back, credited; by documented words."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kamlib.book.mapping import Options

SOLD, NOT_SOLD, REFUNDED, CREDIT, UNKNOWN = "sold", "left out", "refunded", "credit", "not understood"

# A word stands for its beginning: "cancel" for cancelled, cancellation; one that ends with a full stop for itself.
WORDS: dict[str, dict[str, str]] = {
    "English": {
        NOT_SOLD: "cancel, void, draft, quot, estimate., proforma, pro forma, test., failed, failure, declined, denied, "
        "rejected, expired, abandoned, deleted, reversed, error, trash, lost, not sold, unpaid cancelled, template",
        REFUNDED: "refunded, returned, charged back, chargeback, refund., return., rto.",
        CREDIT: "credit, sales return, cn.",
        SOLD: "sold, ship, paid, unpaid, complete, deliver, dispatch, invoic, fulfil, unfulfil, open, pending, process, "
        "in process, hold, on hold, resolved, disput, closed, authori, posted, done, sale, active, confirm, partial, "
        "approv, accepted, new., success, settled, overdue, sent, received, final, order, won, captured, booked, "
        "in transit, picked, transit, cleared, due, awaiting, live., normal., regular., released, submitted, debit",
    },
    "German": {
        NOT_SOLD: "storn, annull, entwurf, angebot, kostenvoranschlag, geloscht, abgebrochen, abgelehnt, testauftrag, "
        "verworfen, ungultig, verloren",
        REFUNDED: "erstattet, ruckerstattet, retour, zuruckgesandt",
        CREDIT: "gutschrift, rechnungskorrektur, storno rechnung",
        SOLD: "bezahlt, versandt, verschickt, geliefert, abgeschlossen, erledigt, offen, rechnung, fakturiert, gebucht, "
        "bestatigt, in bearbeitung, teilweise, aktiv, verkauft, auftrag, freigegeben",
    },
    "French": {
        NOT_SOLD: "annul, brouillon, devis, refus, abandonn, supprim, echou, perdu",
        REFUNDED: "rembours, retourn",
        CREDIT: "avoir., note de credit",
        SOLD: "paye, livre, expedi, termin, factur, en cours, en attente, valid, confirm, solde, vendu, regle, cloture, "
        "commande",
    },
    "Spanish": {
        NOT_SOLD: "cancelad, anulad, borrador, presupuesto, cotizacion, rechazad, fallid, eliminad, perdid",
        REFUNDED: "reembolsad, devuelt",
        CREDIT: "nota de credito, abono, rectificativa, devolucion",
        SOLD: "pagad, enviad, entregad, complet, factura, pendiente, en proceso, confirmad, cerrad, vendid, abiert, "
        "pedido, cobrad, procesad",
    },
    "Portuguese": {
        NOT_SOLD: "cancelad, anulad, rascunho, orcamento, cotacao, recusad, excluid, indisponivel, unavailable",
        REFUNDED: "reembolsad, devolvid, estornad",
        CREDIT: "nota de credito, devolucao, estorno",
        SOLD: "pago., paga., enviad, entregue, conclu, faturad, fatura, pendente, em processamento, aprovad, confirmad, "
        "fechad, vendid, abert, pedido",
    },
    "Italian": {
        NOT_SOLD: "annullat, bozza, preventivo, rifiutat, eliminat, stornat, cancellat",
        REFUNDED: "rimborsat, res.i, restituit",
        CREDIT: "nota di credito, nota credito, reso.",
        SOLD: "pagat, spedit, consegnat, completat, fattura, in attesa, in lavorazione, confermat, chius, vendut, apert, "
        "ordine, evas",
    },
    "Dutch": {
        NOT_SOLD: "geannuleerd, concept, offerte, vervallen, afgewezen, verwijderd, mislukt",
        REFUNDED: "terugbetaald, geretourneerd, retour.",
        CREDIT: "creditnota, creditfactuur",
        SOLD: "betaald, verzonden, geleverd, voltooid, afgerond, factuur, gefactureerd, openstaand, in behandeling, "
        "bevestigd, verkocht, gesloten",
    },
    "Polish": {
        NOT_SOLD: "anulowan, szkic, oferta, odrzucon, usuniet, niewazn",
        REFUNDED: "zwrocon, zwrot.",
        CREDIT: "korekta, faktura korygujaca, nota kredytowa",
        SOLD: "oplacon, zaplacon, wyslan, dostarczon, zrealizowan, zakonczon, faktura, oczekuj, w realizacji, "
        "potwierdzon, sprzedan, otwart, zamkni",
    },
    "Turkish": {
        NOT_SOLD: "iptal, taslak, teklif, reddedil, silin, basarisiz",
        REFUNDED: "iade edil, iade., geri oden",
        CREDIT: "iade faturasi, alacak dekontu",
        SOLD: "odendi, kargo, gonderil, teslim, tamamla, fatura, bekle, hazirlan, onay, satil, acik, kapali",
    },
    "Russian": {
        NOT_SOLD: "отмен, аннулир, черновик, коммерческое предложение, отклон, удален, ошибка",
        REFUNDED: "возвращен, возврат., возмещен",
        CREDIT: "возврат, кредит-нота, корректировоч",
        SOLD: "оплачен, отгружен, доставлен, выполнен, завершен, счет, накладная, реализация, ожида, в обработке, "
        "подтвержден, продан, открыт, закрыт",
    },
    "Arabic": {
        NOT_SOLD: "ملغ, ملغى, مسودة, عرض سعر, مرفوض, محذوف",
        REFUNDED: "مسترد, مرتجع",
        CREDIT: "اشعار دائن, مردود",
        SOLD: "مدفوع, مكتمل, تم, فاتورة, قيد, مؤكد, مغلق, مفتوح, مباع",
    },
    "Chinese": {
        NOT_SOLD: "取消, 已取消, 作废, 作廢, 草稿, 报价, 報價, 交易关闭, 失败, 失敗, 拒绝",
        REFUNDED: "已退款, 已退货, 退款, 退貨, 退货",
        CREDIT: "红字, 贷项, 折让",
        SOLD: "完成, 已完成, 已付款, 已发货, 已發貨, 已签收, 发票, 待, 处理中, 成功, 确认, 已售",
    },
    "Japanese": {
        NOT_SOLD: "キャンセル, 取消, 下書き, 見積, 無効, 失敗, 却下, 削除",
        REFUNDED: "返金, 返品",
        CREDIT: "赤伝, 値引",
        SOLD: "完了, 支払済, 入金済, 発送, 出荷, 納品, 請求, 売上, 処理中, 受注, 確定, 未払",
    },
    "Korean": {
        NOT_SOLD: "취소, 초안, 견적, 무효, 실패, 거절, 삭제",
        REFUNDED: "환불, 반품",
        CREDIT: "대변",
        SOLD: "완료, 결제, 배송, 출고, 청구, 대기, 처리, 확정, 판매, 주문",
    },
    "Hindi": {NOT_SOLD: "रद्द, प्रारूप, कोटेशन, अस्वीकृत", REFUNDED: "वापस, रिफंड", SOLD: "भुगतान, पूर्ण, वितरित, चालान, लंबित"},
    "Indonesian": {
        NOT_SOLD: "batal, dibatalkan, draf, penawaran, ditolak, gagal, dihapus",
        REFUNDED: "dikembalikan, refund dana, retur.",
        CREDIT: "nota kredit, retur penjualan",
        SOLD: "lunas, dibayar, dikirim, selesai, terkirim, faktur, menunggu, diproses, dikonfirmasi, terjual",
    },
}  # fmt: skip

PARTLY = re.compile(r"\b(partial(ly)?|partly|teil(weise)?|partiel(lement)?|parcial(mente)?|parzial(mente)?)\b")
NEGATED = re.compile(r"(not|no|non|nicht|pas|niet|nie|nao) (?!sold|fulfil|paid)")
NO = ("false", "no", "n", "0", "f", "nein", "non", "nao", "nee", "nie", "нет", "否", "")
MOST_STATES = 60  # different values; a column of more is no column of states


def treatment(value: str, options: Options) -> str:
    """What a state says of its line.

    Parameters
    ----------
    value : str
        As it stands in the file. Case, accents, punctuation and a short mark before it (`wc-`) do not count.
    options : Options
        `not_sold` and `refunded` replace the documented words of that treatment.

    Returns
    -------
    {"sold", "left out", "refunded", "credit", "not understood"}
        A word is understood as the beginning of the state, or of one of its words: the first treatment of not sold,
        refunded, credit, sold that has one. What is refunded in part only is sold.

    Examples
    --------
    >>> [treatment(v, Options()) for v in ("wc-completed", "Cancelled by customer", "Storniert", "Credit Memo", "Ohio")]
    ['sold', 'left out', 'left out', 'credit', 'not understood']
    >>> treatment("Shipped - Returned to seller", Options()), treatment("partially_refunded", Options())
    ('refunded', 'sold')
    """
    text = _plain(value)
    if not text:
        return SOLD
    own = {NOT_SOLD: options.not_sold, REFUNDED: options.refunded}
    for what, words in own.items():
        if words is not None and text in map(_plain, words):
            return what
    if PARTLY.search(text) or NEGATED.match(text):
        return SOLD
    for what in (NOT_SOLD, REFUNDED, CREDIT, SOLD):
        if own.get(what) is None and _says(text, _words(what)):
            return what
    return UNKNOWN


def _plain(value: str) -> str:
    letters = unicodedata.normalize("NFKD", str(value).casefold().replace("ı", "i"))
    letters = "".join(c for c in letters if not unicodedata.combining(c)).replace("ł", "l").replace("_", " ")
    return " ".join(re.sub(r"^wc-|[^\w\s-]", " ", letters).replace("-", " ").split())


@cache
def _words(what: str) -> tuple[str, ...]:
    written = ", ".join(words.get(what, "") for words in WORDS.values()).split(", ")
    return tuple(("." if w.endswith(".") else "") + _plain(w) for w in written if w)


def _says(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text, or one of its own words, begins with one of the words; one with a full stop is the whole text."""
    own = text.split()
    if len(own) > 6:
        return False
    starts = [" ".join(own[k:]) for k in range(len(own))]
    return any(word[1:] == text if word.startswith(".") else any(s.startswith(word) for s in starts) for word in words)


def flag_treatment(value: str) -> str:
    """What a column such as `is cancelled` or `cancelled at` says: filled, and not with a no, it was not sold.

    Examples
    --------
    >>> [flag_treatment(v) for v in ("TRUE", "0", "", "2024-03-20")]
    ['left out', 'sold', 'sold', 'left out']
    """
    return SOLD if str(value).strip().casefold() in NO else NOT_SOLD



def is_place(header: str) -> bool:
    """Whether a column of this name is often a part of a country instead."""
    return _plain(header) in ("state", "estado", "staat", "stato", "etat", "uf", "eyalet", "provincia")
