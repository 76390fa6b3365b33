"""What the columns of a ledger are called elsewhere: the names that are recognised by themselves.

Names stand as people write them, a file for each language in `words/`; case, accents, spaces and punctuation do not
count. `docs/synonyms.md` is made from them: `python -m kamlib.book.roles.synonyms > docs/synonyms.md`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from kamlib.book.mapping import EVIDENCE
from kamlib.tables import TABLES

WORDS = Path(__file__).parent / "words"
LANGUAGES = (
    "English", "German", "French", "Spanish", "Portuguese", "Italian", "Dutch", "Polish", "Turkish", "Russian",
    "Arabic", "Hindi", "Chinese", "Japanese", "Korean", "Indonesian", "Czech", "Slovak", "Hungarian", "Romanian",
    "Swedish", "Danish", "Norwegian", "Finnish", "Croatian", "Bulgarian", "Ukrainian", "Greek", "Hebrew", "Persian",
    "Thai", "Vietnamese",
)  # fmt: skip
CODES = (
    "AED|ARS|AUD|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|DZD|EGP|EUR|GBP|HKD|HRK|HUF|IDR|ILS|INR|IRR|ISK|JOD|JPY|KRW|KWD|LBP|MAD|MXN|"
    "MYR|NOK|NZD|OMR|PEN|PHP|PLN|QAR|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|VND|ZAR"
)
# Written small behind an underline, as programmers do; none that is a word as well, such as try or mad.
SMALL = (
    "eur|usd|gbp|chf|inr|idr|cny|jpy|krw|brl|mxn|clp|ars|pln|czk|huf|rub|uah|vnd|thb|cad|aud|zar|pkr|kes|ngn|egp|aed"
)
# A currency at the end of a name: any code in brackets, a well-known one or a sign without.
CURRENCY = re.compile(
    rf"\s*(?:[(\[]\s*([A-Z]{{3}}|[€$£¥])\s*[)\]]|(?:\b|(?<=_))(?:in\s+)?({CODES})|(?:\bin\s+)?([€$£¥])"
    rf"|(?<=[^\W_]_)({SMALL}))\s*$"
)


_HARMLESS = re.compile(r"[(\[]\s*(utc|gmt|local|local time|est|pst|cet|net|#|no\.?|nr\.?|units?|pcs)\s*[)\]]\s*$", re.I)
_PATH = re.compile(
    r"^(?:(?:order|invoice|sales?)[ _]?(?:lines?|items?)\s*[/:]\s*|[\w ]{3,}\.(?=\w+$)|.*\[(?=[^\[\]]+\]$))", re.I
)
# A national currency as it stands at the end of a name, in words.
_LOCAL = re.compile(
    r" ?,? ?(?:[(\[] ?(?:R\$|Rp\.?|руб\.?|р\.|zł|TL|Kč|kr\.?|元|円|원|Ft|lei|грн\.?|₴|лв\.?|đ|₫|VNĐ|đồng|฿|บาท|₪"
    r"|ש[\"״]ח|ریال|تومان|kn|din\.?|ευρώ) ?[)\]]|(?<=[ ,])(?:R\$|Rp|руб\.?|zł|TL|Kč|kr\.?|Ft|lei|грн\.?|лв\.?|₫|VNĐ|บาท"
    r"|₪|ریال|تومان))$"
)
_BRACKETS = str.maketrans("（）［］，", "()[],")
_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "°": "", "º": "", "ª": ""}
)
_MINOR = re.compile(
    r"[\s_(\[]{0,3}(?:in[\s_]{1,2})?(?:cents?|pence|centimes?|centavos?|c[eé]ntimos|groszy?|kopeks?"
    r"|minor(?:[\s_]units?)?)[)\]]?$",
    re.I,
)
# What the end of a name says of tax: `Subtotal (ex tax)`, `Bedrag incl. BTW`; whose address it is: `Email (Billing)`.
_TAX = (
    r"[\s_]*(?:sales[\s_]+)?(?:tax(?:es)?|vat|gst|hst|btw|mwst|ust|tva|iva|kdv|ppn|ндс|dph|moms|mva"
    r"|alv|[aá]fa|pdv(?:-a|-om)?|пдв|ддс|φπα|מע[\"״]מ|thuế)\.?[)\]]?\s*$"
)
_WITHOUT = (
    "ex|excl|exkl|excluding|exclusive|before|without|ohne|zzgl|hors|sin|sem|senza|zonder|bez|tanpa"
    "|без|exkl|eksk?l|eks|utan|uden|uten|f[aă]r[aă]|χωρίς|προ|לפני|ללא|trước|chưa"
)
_WITH = (
    "inc|incl|inkl|including|inclusive|with|after|mit|avec|con|com|met|termasuk|включая|včetně|vč"
    "|vrátane|s|sa|med|cu|με|з|с|כולל|sau|gồm"
)
_WITHOUT_TAX = re.compile(rf"[\s_(\[-](?:{_WITHOUT})\.?{_TAX}", re.I)
_WITH_TAX = re.compile(rf"[\s_(\[-](?:{_WITH})\.?{_TAX}", re.I)
# `total_tax_excl` is `total excl tax`.
_TAX_FIRST = re.compile(
    r"\s(tax|vat|gst|btw|mwst|tva|iva|kdv|dph|moms)\s(ex|excl|exc|inc|incl|excluded|included)$", re.I
)
_WHOSE = re.compile(r"^([^(\[]+)[(\[]\s?(billing|shipping)\s?[)\]]$", re.I)
_MONEY = ("amount", "subtotal", "gross", "unit_price", "shipping")
# The same again behind it, as a database has it: `order date (DateOrders)`.
_AGAIN = re.compile(r"^([^(\[]{3,80}?) ?[(\[]([^()\[\] ]{3,40})[)\]]$")
_CAMEL = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])|\d+")
# Words for a number or a code, which stand before or behind what they number: `id_cliente`, `cliente_id`.
_NUMBER = frozenset("id no nr num numero código codigo cod code kod kode".split())
_PERCENT = re.compile(
    r"^(?:%|pct|yuzde)|(?:in|en|em)?(?:%|pct|perc|percent(?:age|uale?)?|pourcent(?:age)?|porcentaje|porcentagem|prozent"
    r"|procent[ay]?)$"
)
_STEP = re.compile(r"[a-z0-9_.]{1,40}")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_KANA, _KANJI = re.compile("(?<=[\u4e00-\u9fff])[\u3041-\u3096]{1,2}|^[おご]"), re.compile("[\u4e00-\u9fff]")
# Traditional signs of names of columns, as they are written in simplified ones.
_SIMPLIFIED = str.maketrans(
    "訂單銷售額金數價總計買賣購貨發票稅開業務戶顧會員編號類時間產實應結帳單據幣種狀態區門員應訖採進損優惠運費層級聯絡電話歷來經辦項",
    "订单销售额金数价总计买卖购货发票税开业务户顾会员编号类时间产实应结账单据币种状态区门员应讫采进损优惠运费层级联络电话历来经办项",
)


def _tidy(name: str) -> str:
    """A name with single blanks: the patterns above would take minutes for ten thousand in a row."""
    return " ".join(str(name).split())


def plain(name: str) -> str:
    """A name without case, accents, spaces, punctuation and a currency at its end; a percentage stays one.

    Examples
    --------
    >>> plain(" Customer ID "), plain("Margin %"), plain("Qté"), plain("N° client"), plain("Net amount (EUR)")
    ('customerid', 'margin%', 'qte', 'nclient', 'netamount')
    >>> plain("Valor (R$)"), plain("Сумма, руб."), plain("金额（元）"), plain("Tutar TL")
    ('valor', 'сумма', '金额', 'tutar')
    >>> plain("Netto EUR"), plain("Umsatz in €"), plain("*InvoiceDate"), plain("Created At (UTC)"), plain("Netto_EUR")
    ('netto', 'umsatz', 'invoicedate', 'createdat', 'netto')
    """
    name = _tidy(name)
    if name.isascii() and name.replace(" ", "").isalnum() and not name[-3:].isupper():
        return name.casefold().replace(" ", "")  # nearly all, and quick
    name = name.translate(_BRACKETS)
    name = CURRENCY.sub("", _LOCAL.sub("", name)) or name
    name = _HARMLESS.sub("", name) or name
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return "".join(c for c in letters if (c.isalnum() or c == "%" or "\u0900" <= c < "\u0e80") and c != "\u0640")


def currency_of(name: str) -> str:
    """The currency that a column's name ends with, empty where it names none.

    Examples
    --------
    >>> currency_of("Netto EUR"), currency_of("Sales [USD]"), currency_of("Umsatz in €"), currency_of("Net")
    ('EUR', 'USD', '€', '')
    """
    found = CURRENCY.search(_tidy(name))
    return "".join(filter(None, found.groups())).upper() if found and found.start() else ""


def minor_units(name: str) -> bool:
    """Whether a name says that its amounts are in cents.

    Examples
    --------
    >>> minor_units("amount_cents"), minor_units("Price (pence)"), minor_units("Per cent"), minor_units("Amount")
    (True, True, False, False)
    """
    found = _MINOR.search(_tidy(name))
    return bool(found) and found.start() > 0 and not re.search(r"per[\s_-]?cent", str(name), re.I)


@lru_cache(maxsize=4096)  # a header is looked up for every role
def variants(name: str) -> tuple[str, ...]:
    """What a name is looked up as, one after the other: as it stands, without a table before it, in the singular.

    Examples
    --------
    >>> variants("orders.customer"), variants("Sales[Amount]"), variants("price_pence"), variants("Sale Dates")
    (('orderscustomer', 'customer'), ('salesamount', 'amount'), ('pricepence', 'price'), ('saledates', 'saledate'))
    >>> variants("Email (Billing)"), variants("cliente_id")
    (('emailbilling', 'billingemail'), ('clienteid', 'idcliente'))
    >>> variants("order date (DateOrders)"), variants("amount (TaxAmount)")
    (('orderdatedateorders', 'orderdate', 'orderdatedateorder'), ('amounttaxamount',))
    """
    name = _tidy(name)
    found = [plain(name)]
    if minor_units(name):
        found.append(plain(_MINOR.sub("", name)))
    whose = _WHOSE.match(name)
    if whose:
        found.append(plain(f"{whose[2]} {whose[1]}"))
    again = _AGAIN.match(name)
    if again and _stems(again[1]) == _stems(again[2]):
        found.append(plain(again[1]))
    path = _PATH.sub("", name)
    if path != name:
        found.append(plain(path))
    end = _path_end(name)
    if end:
        found += [plain(end), *_turned(end)]
    found += _turned(name)
    if not name.isascii():
        found += [*_spelt(found[0])]
    found += [f[:-1] for f in found if len(f) > 4 and f.endswith("s") and not f.endswith("ss")]
    return tuple(dict.fromkeys(filter(None, found)))


def _spelt(whole: str) -> tuple[str, ...]:
    """Other spellings of a plain name: without the kana that may stand behind a sign, in simplified Chinese.

    Examples
    --------
    >>> _spelt("売り上げ日"), _spelt("訂單金額")
    (('売上日',), ('订单金额',))
    """
    without = _KANA.sub("", whole) if len(_KANJI.findall(whole)) > 1 else whole
    tried = (without, whole.removeprefix("お"), without.translate(_SIMPLIFIED))
    return tuple(dict.fromkeys(v for v in tried if v != whole))


def _path_end(name: str) -> str:
    """Of a path through a database, the last step that says something; empty where a name is none.

    Examples
    --------
    >>> _path_end("order_line/order_id/date_order"), _path_end("order_line/partner_id/name"), _path_end("Qty/Box")
    ('date_order', 'partner_id', '')
    """
    steps = name.split("/")
    if len(steps) < 2 or not all(map(_STEP.fullmatch, steps)) or "_" not in name:
        return ""
    return steps[-2] if steps[-1] in ("id", ".id", "name", "display_name") else steps[-1]


def _stems(name: str) -> frozenset[str]:
    return frozenset(w.casefold().removesuffix("s") for w in _CAMEL.findall(name))


def _turned(name: str) -> list[str]:
    """A name whose word for a number stands at the other end.

    Examples
    --------
    >>> _turned("cliente_id"), _turned("id_venda"), _turned("Num_CMD"), _turned("Date")
    (['idcliente'], ['vendaid'], ['cmdnum'], [])
    """
    words = _WORD.findall(name[:80])
    if not 2 <= len(words) <= 3:
        return []
    if words[0].casefold() in _NUMBER:
        return [plain(" ".join([*words[1:], words[0]]))]
    return [plain(" ".join([words[-1], *words[:-1]]))] if words[-1].casefold() in _NUMBER else []


@cache
def _ranks() -> dict[str, dict[str, int]]:
    """Roles of the ledger that a plain name can be, each with its rank from 1."""
    ranks: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        for role, names in words(language)["columns"].items():
            for k, listed in enumerate(names, start=1):
                for name in filter(None, map(plain, listed.split(", "))):
                    of = ranks.setdefault(name, {})
                    of[role] = min(k, of.get(role, k))
    return ranks


@cache
def words(language: str) -> dict[str, dict]:
    """The words of a language: `columns`, lists of names by role; `states`, words by what they say of a line."""
    return tomllib.loads((WORDS / f"{language.lower()}.toml").read_text("utf-8"))


def rank(table: str, column: str, name: str) -> int | None:
    """How well a name says that it is a column of ours.

    Parameters
    ----------
    table, column : str
        Of the contract; or `ledger` and one of `EVIDENCE`.
    name : str
        As it stands in the source.

    Returns
    -------
    int or None
        0 for our own name, 1 and more for the lists in `words/`, the best first; None for no name of it. Outside the
        ledger only the customer has other names.

    Examples
    --------
    >>> rank("ledger", "customer_id", "CUSTOMERNAME"), rank("ledger", "amount", "Sales"), rank("ledger", "date", "Tags")
    (3, 2, None)
    """
    tried = variants(name)
    if plain(column) in tried[:1]:
        return 0
    if table != "ledger" and column != "customer_id":
        return None
    # A name that is known whole is not looked up in parts: "MwSt.-Betrag" is a tax, and no "Betrag" with a table.
    known = next((v for v in tried if v in _ranks()), None)
    if known:
        return _ranks()[known].get(column)
    return _rank_by_percent(name) if column == "discount" else _rank_by_tax(column, name)


def is_known(name: str) -> bool:
    """Whether a name is listed, for whatever role.

    Examples
    --------
    >>> is_known("Total cost"), is_known("Booking amt")
    (True, False)
    """
    return any(v in _ranks() for v in variants(name))


def _rank_by_percent(name: str) -> int | None:
    """The rank of a name of a discount that says it is a part of the price.

    Examples
    --------
    >>> _rank_by_percent("remisePourcent"), _rank_by_percent("Rabatt in Prozent"), _rank_by_percent("Percentile")
    (2, 2, None)
    """
    whole = plain(name)
    rest = _PERCENT.sub("", whole)
    return 2 if rest != whole and "discount" in _ranks().get(rest, {}) else None


def _rank_by_tax(column: str, name: str) -> int | None:
    """The rank of a name whose end says that tax is in it, or not: what is with tax is no amount, but gross.

    Examples
    --------
    >>> [_rank_by_tax(c, "Subtotal (ex tax)") for c in ("subtotal", "gross")]
    [1, None]
    >>> [_rank_by_tax(c, "Order total incl. VAT") for c in ("amount", "gross")]
    [None, 3]
    """
    if column not in _MONEY or len(name) > 100:
        return None
    name = _TAX_FIRST.sub(lambda m: f" {m[2]} {m[1]}", _tidy(name).replace("_", " "))
    without = _WITHOUT_TAX.sub("", name)
    if without != name:
        known = [] if column == "gross" else [rank("ledger", column, without)]
    else:
        money = _WITH_TAX.sub("", name)
        with_tax = column == "gross" and money != name
        known = [rank("ledger", c, money) for c in ("amount", "subtotal", "gross")] if with_tax else []
    return min((max(k, 1) for k in known if k is not None), default=None)


@cache
def of_column(table: str, column: str) -> frozenset[str]:
    """Other names of a column, as `plain` leaves them. Outside the ledger only the customer has any."""
    if table != "ledger" and column != "customer_id":
        return frozenset()
    return frozenset(name for name, roles in _ranks().items() if column in roles)


def synonyms_page() -> str:
    """The list as a page of Markdown."""
    lines = [
        "# Names that are recognised",
        "",
        "A column of a ledger is recognised by our own name or by one of these. Case, accents, spaces and punctuation",
        "do not count: `Kunden-Nr.`, `KUNDEN NR` and `kundennr` are one name; nor does a currency or a time zone at",
        "the end (`Net sales (EUR)`, `Created At (UTC)`), a table before it (`orders.customer_id`), an English plural.",
        "",
        "Where names are numbered, a lower number wins: a customer's number over its name, a line's net amount over a",
        "total. A mapping wins over our own name, and our own name over the others. A name alone does not decide: a",
        "date must hold dates, and what the amounts add up to says which of several is the net amount of a line",
        "(`kamlib/book/roles/amounts.py`). Two that could each be it, with different totals, are asked for.",
        "In the other tables the names of the customer count, too.",
        "",
        "Made by `python -m kamlib.book.roles.synonyms > docs/synonyms.md` from `kamlib/book/roles/words/`.",
    ]
    meanings = {c.name: c.meaning for c in TABLES["ledger"].columns} | EVIDENCE
    for role, meaning in meanings.items():
        lines += ["", f"## {role}", "", f"{meaning[0].upper()}{meaning[1:]}.", ""]
        for language in LANGUAGES:
            ranks = words(language)["columns"].get(role, [])
            said = [f"({k}) {names}" if len(ranks) > 1 else names for k, names in enumerate(ranks, 1) if names]
            lines += [f"- {language}: {' '.join(said)}"] if said else []
    lines += [
        "",
        "# States of a line",
        "",
        "What a column such as Status says of a line: the words count at the beginning of the state or of one of its",
        "words (one with a full stop only as the whole state). A state that is none of these is told, and counts as",
        "sold; `not_sold` and `refunded` under `[options]` add words of your own.",
        "",
    ]
    for language in LANGUAGES:
        lines += [f"- {language}: " + "; ".join(f"*{what}*: {w}" for what, w in words(language)["states"].items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(synonyms_page(), end="")  # noqa: T201
