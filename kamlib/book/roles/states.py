"""What the state of a line says of it: sold, not sold, paid back, credited; by documented words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from kamlib.book.options import Options, is_stroked
from kamlib.book.roles.synonyms import LANGUAGES, words

SOLD, NOT_SOLD, REFUNDED, CREDIT, UNKNOWN = "sold", "left out", "refunded", "credit", "not understood"
PARTLY, PARTS = "refunded in part", "in part"

IN_PART = re.compile(r"\b(partial(ly)?|partly|teil(weise)?|partiel(lement)?|parcial(mente)?|parzial(mente)?)\b|บางสวน")
NEGATED = re.compile(r"(not|no|non|nicht|pas|niet|nie|nao) (?!sold|fulfil|paid)")
# In Argentina an invoice, which can be sold on; elsewhere one that is to be paid later.
ON_CREDIT = re.compile(
    r"(\d+ )?((factura|venta|boleta|fatura|venda|facture|vente|fattura|vendita)s? (de|al?|en|em|di) credit|credit sale)"
)
NO = ("false", "no", "n", "0", "f", "nein", "non", "nao", "nee", "nie", "нет", "否", "")
# In a column of kinds of document, where there are invoices: money that came in is no sale.
INVOICE = re.compile(
    r"(sales )?(invoice|rechnung|factur|fattura|faktur|fatura|nota fiscal|счет|发票|請求|청구|فاتورة|lasku|szamla|racun"
    r"|τιμολογι|рахунок|фактура|חשבונית|فاكتور|ใบแจงหนี|ใบกํากับ|hoa don)"
)
PAID = re.compile(r"payment|pago|pagamento|zahlung|paiement|betal|oplat|platnos|odeme|оплат|付款|支付|결제|pembayaran")
WAITS = ("pending", "pendiente", "pendente", "ausstehend", "en attente", "in attesa", "wacht", "oczekuj", "bekle",
         "menunggu")  # fmt: skip
WON = re.compile(r"(closed )?(won|closedwon)|gewonnen|gagnee?|ganad[oa]|ganh[oa]|vint[oa]|wygran[aey]|kazanildi")
PAYMENT = re.compile(
    r"(customer )?(payment|receipt|zahlung|paiement|pago|pagamento|betaling|wplata|odeme|оплата|付款|入金|입금|دفعة"
    r"|platba|uhrada|betalning|maksu$|(ki)?fizetes$|plata|uplata|placanje|πληρωμη|платіж|плащане|תשלום|קבלה"
    r"|پرداخت$|دريافت|การชําระ|รับชําระ|thanh toan$|phieu thu)"
)
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ی": "ي", "ک": "ك", "_": " "})
MOST_STATES = 60  # different values; a column of more is no column of states


def treatment(value: str, options: Options) -> str:
    """What a state says of its line.

    Parameters
    ----------
    value : str
        As it stands in the file. Case, accents, punctuation and a short mark before it (`wc-`) do not count.
    options : Options
        `not_sold`, `refunded` and `credit` name states beside the documented words, whole and whatever their case, and
        win over these; an empty list switches the documented words of that treatment off. With `sold`, no
        documented word counts.

    Returns
    -------
    {"sold", "left out", "refunded", "refunded in part", "credit", "not understood"}
        A word is understood as the beginning of the state, or of one of its words: the first treatment of not sold,
        refunded, credit, sold that has one. What is delivered or paid in part only is sold.

    Examples
    --------
    >>> [treatment(v, Options()) for v in ("wc-completed", "Cancelled by customer", "Storniert", "Credit Memo", "Ohio")]
    ['sold', 'left out', 'left out', 'credit', 'not understood']
    >>> treatment("Shipped - Returned to seller", Options()), treatment("partially_refunded", Options())
    ('refunded', 'refunded in part')
    """
    text = _plain(value)
    if not text:
        return SOLD
    own = {NOT_SOLD: options.not_sold, REFUNDED: options.refunded, CREDIT: options.credit, SOLD: options.sold}
    for what, given in own.items():
        if given is not None and is_one_of(value, given):
            return what
    if options.sold is not None:
        return NOT_SOLD
    if NEGATED.match(text) or ON_CREDIT.match(text):
        return SOLD
    if IN_PART.search(text) or _says(text, _words(PARTS)):
        return PARTLY if _says(text, _words(REFUNDED)) or _says(_after_part(text), _words(REFUNDED)) else SOLD
    for what in (NOT_SOLD, REFUNDED, CREDIT, SOLD):
        if own.get(what) != () and _says(text, _words(what)):
            return what
    return UNKNOWN


def is_one_of(value: str, given: Sequence[str]) -> bool:
    """Whether a state is one of those that an option names, or fits one that is a pattern between two strokes.

    Examples
    --------
    >>> is_one_of("PAID", ["Paid"]), is_one_of("8400", ["/8[0-9]{3}/"]), is_one_of("18400", ["/8[0-9]{3}/"])
    (True, True, False)
    """
    patterns = (g[1:-1] for g in given if is_stroked(g))
    return _plain(value) in map(_plain, given) or any(re.fullmatch(p, str(value).strip()) for p in patterns)


def is_reversed(value: str) -> bool:
    """Whether a state says that another document took the whole line back.

    Examples
    --------
    >>> is_reversed("Reversed"), is_reversed("Refunded")
    (True, False)
    """
    return _plain(value).startswith("revers")


def _after_part(text: str) -> str:
    """What comes after "in part": Chinese, Japanese and Korean write no blank between."""
    part = next((word for word in _words(PARTS) if text.startswith(word)), "")
    return text[len(part) :].strip()


def _plain(value: str) -> str:
    letters = unicodedata.normalize("NFKD", str(value).casefold().translate(_LETTERS))
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.sub(r"^wc-|[^\w\s\u0900-\u0e7f-]", " ", letters).replace("-", " ").split())


@cache
def _words(what: str) -> tuple[str, ...]:
    written = ", ".join(words(language)["states"].get(what, "") for language in LANGUAGES).split(", ")
    return tuple(("." if w.endswith(".") else "") + _plain(w) for w in written if w)


def _says(text: str, known: tuple[str, ...]) -> bool:
    """Whether a text, or one of its own words, begins with one of the words; one with a full stop is the whole text."""
    own = text.split()
    starts = [" ".join(own[k:]) for k in range(len(own))]
    if len(own) > 6:  # of a sentence its beginning alone, behind a number: 203 - Nota de Crédito Electrónica ...
        starts = [starts[1]] if own[0].isdigit() else []
    return any(word[1:] == text if word.startswith(".") else any(s.startswith(word) for s in starts) for word in known)


def flag_treatment(value: str) -> str:
    """What a column such as `is cancelled` or `cancelled at` says: filled, and not with a no, it was not sold.

    Examples
    --------
    >>> [flag_treatment(v) for v in ("TRUE", "0", "", "2024-03-20")]
    ['left out', 'sold', 'sold', 'left out']
    """
    return SOLD if str(value).strip().casefold() in NO else NOT_SOLD


def refund_treatment(value: str) -> str:
    """What a column such as `refunded` says, that holds no amounts: a yes, the word itself or a day is paid back.

    Examples
    --------
    >>> [refund_treatment(v) for v in ("refunded", "Yes", "no", "Not refunded", "Partially refunded", "2024-03-20")]
    ['refunded', 'refunded', 'sold', 'sold', 'refunded in part', 'refunded']
    """
    if flag_treatment(value) == SOLD or re.match(r"(not|no|non|nicht|pas|niet|nie|nao) ", _plain(value)):
        return SOLD
    return PARTLY if IN_PART.search(_plain(value)) else REFUNDED


def is_place(header: str) -> bool:
    """Whether a column of this name is often a part of a country instead."""
    return _plain(header) in ("state", "estado", "staat", "stato", "etat", "uf", "eyalet", "provincia")


def by_column(header: str, of: dict[str, str]) -> dict[str, str]:
    """Treatments of a column's states, by what it is called and by one another.

    A payment that is pending has not come. Where a deal can be won, all that are not are none, or not yet.

    Examples
    --------
    >>> by_column("Payment Status", {"Pending": "not understood"}), by_column("Status", {"Pending": "not understood"})
    ({'Pending': 'left out'}, {'Pending': 'not understood'})
    >>> by_column("Phase", {"Won": "sold", "Engaging": "not understood"})
    {'Won': 'sold', 'Engaging': 'left out'}
    """
    if PAID.search(_plain(header)):
        of = {v: NOT_SOLD if _plain(v).startswith(WAITS) and w in (UNKNOWN, SOLD) else w for v, w in of.items()}
    if any(WON.fullmatch(_plain(v)) for v in of):
        of = {v: w if WON.fullmatch(_plain(v)) or w != UNKNOWN else NOT_SOLD for v, w in of.items()}
    return of


def without_payments(of: dict[str, str]) -> dict[str, str]:
    """Treatments of kinds of document; payments are no sale where there are invoices.

    Examples
    --------
    >>> without_payments({"Invoice": "sold", "Payment": "not understood"})["Payment"]
    'left out'
    """
    if not any(INVOICE.match(_plain(v)) for v in of):
        return of
    return {v: NOT_SOLD if PAYMENT.match(_plain(v)) else what for v, what in of.items()}
