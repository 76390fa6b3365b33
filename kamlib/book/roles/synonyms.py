"""What the columns of a ledger are called elsewhere: the names that are recognised by themselves.

Names stand as people write them; case, accents, spaces and punctuation do not count. `docs/synonyms.md` is made
from this list: `python -m kamlib.book.roles.synonyms > docs/synonyms.md`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kamlib.tables import TABLES

SYNONYMS: dict[str, dict[str, str]] = {
    "English": {
        "customer_id": "customer, customer no, customer number, customer code, cust id, client, client id, client no, "
        "client code, account, account id, account no, account number, buyer, buyer id, sold-to party, "
        "bill-to customer",
        "date": "invoice date, order date, sales date, sale date, transaction date, posting date, document date, day",
        "amount": "NET_SALES, net amount, sales, sales amount, revenue, turnover, net, net value, net revenue, "
        "net turnover, line total, line amount, total, total amount, value",
        "line_id": "line no, line number, row id, transaction id",
        "order_id": "invoice, invoice no, invoice number, invoice id, order, order no, order number, document, "
        "document no, document number",
        "profit": "gross profit, margin, gross margin, contribution",
        "cost": "COGS, cost of goods, cost of goods sold, cost of sales, cost amount",
        "quantity": "qty, units, pieces, quantity sold, sales quantity",
        "unit_price": "price, sales price, net price, price per unit",
        "list_price": "gross price, catalogue price, catalog price",
        "product_id": "product, product code, stock code, SKU, item, item id, item no, article, article no",
        "product_name": "description, item name, article name, product description",
        "category": "product group, product category, group, family",
        "manager_id": "manager, salesperson, sales rep, seller, account manager",
        "promised_date": "promised, due date, requested date",
        "delivered_date": "delivered, delivery date, ship date, shipped date",
        "country": "country name, country code",
        "currency": "currency code, curr",
    },
    "German": {
        "customer_id": "Kunde, Kunden-Nr., Kundennummer, Kunden-ID, Kd-Nr., Debitor, Debitorennummer, Debitoren-Nr., "
        "Auftraggeber",
        "date": "Datum, Belegdatum, Rechnungsdatum, Buchungsdatum, Auftragsdatum, Bestelldatum, Verkaufsdatum, "
        "Fakturadatum, Tag",
        "amount": "Betrag, Umsatz, Netto, Nettobetrag, Nettoumsatz, Umsatz netto, Betrag netto, Netto-Wert, Nettowert, "
        "Erlös, Erlöse, Positionswert, Gesamtbetrag",
        "line_id": "Zeile, Zeilen-Nr., Zeilennummer",
        "order_id": "Rechnung, Rechnungsnummer, Rechnungs-Nr., Beleg, Belegnummer, Beleg-Nr., Auftrag, Auftragsnummer, "
        "Auftrags-Nr., Bestellung, Bestellnummer, Fakturanummer",
        "profit": "Gewinn, Rohertrag, Deckungsbeitrag, Marge, Rohgewinn",
        "cost": "Kosten, Wareneinsatz, Einstandswert, Herstellkosten",
        "quantity": "Menge, Stück, Stückzahl, Anzahl",
        "unit_price": "Preis, Einzelpreis, Stückpreis, Verkaufspreis, Nettopreis",
        "list_price": "Listenpreis, Bruttopreis, Katalogpreis",
        "product_id": "Artikel, Artikelnummer, Artikel-Nr., Art.-Nr., Material, Materialnummer, Produkt, Produktnummer",
        "product_name": "Bezeichnung, Artikelbezeichnung, Artikelname, Produktname, Beschreibung",
        "category": "Warengruppe, Produktgruppe, Artikelgruppe, Kategorie",
        "manager_id": "Verkäufer, Vertreter, Außendienst, Kundenbetreuer, Betreuer",
        "promised_date": "Liefertermin, zugesagter Termin, Wunschtermin, Fälligkeit",
        "delivered_date": "Lieferdatum, geliefert, Versanddatum",
        "country": "Land, Ländercode, Länderkennzeichen",
        "currency": "Währung",
    },
    "French": {
        "customer_id": "n° client, no client, numéro client, numéro de client, code client, id client, compte client, "
        "identifiant client, acheteur",
        "date": "date facture, date de facture, date de facturation, date commande, date de commande, date de vente, "
        "jour",
        "amount": "montant, montant HT, montant net, chiffre d'affaires, CA, CA HT, CA net, total HT, ventes, "
        "ventes nettes, valeur nette",
        "line_id": "ligne, n° ligne, numéro de ligne",
        "order_id": "facture, n° facture, numéro facture, numéro de facture, commande, n° commande, "
        "numéro de commande, pièce",
        "profit": "marge brute, bénéfice, bénéfice brut",
        "cost": "coût, coûts, prix de revient, coût des ventes",
        "quantity": "quantité, qté, nombre, unités",
        "unit_price": "prix, prix unitaire, PU, PU HT, prix unitaire HT, prix de vente",
        "list_price": "prix catalogue, prix tarif, prix public",
        "product_id": "produit, code produit, référence, réf, code article, n° article",
        "product_name": "désignation, libellé, nom produit, description produit",
        "category": "catégorie, famille, gamme, groupe",
        "manager_id": "vendeur, commercial, représentant",
        "promised_date": "date promise, date prévue, échéance",
        "delivered_date": "date livraison, date de livraison, livré le",
        "country": "pays, code pays",
        "currency": "devise, monnaie",
    },
    "Spanish": {
        "customer_id": "cliente, n° cliente, nº cliente, número cliente, número de cliente, código cliente, "
        "código de cliente, id cliente, comprador",
        "date": "fecha, fecha factura, fecha de factura, fecha pedido, fecha de pedido, fecha de venta, día",
        "amount": "importe, importe neto, ventas, venta, ventas netas, monto, monto neto, facturación, ingresos, neto, "
        "valor, valor neto",
        "line_id": "línea, número de línea",
        "order_id": "factura, n° factura, nº factura, número factura, número de factura, pedido, nº pedido, "
        "número de pedido, documento",
        "profit": "beneficio, beneficio bruto, margen, margen bruto, ganancia",
        "cost": "coste, costo, coste de ventas, costo de ventas",
        "quantity": "cantidad, cant, unidades",
        "unit_price": "precio, precio unitario, precio de venta",
        "list_price": "precio de lista, precio catálogo, precio tarifa",
        "product_id": "producto, código producto, código de producto, artículo, código artículo, referencia",
        "product_name": "descripción, nombre producto, nombre del producto",
        "category": "categoría, familia, grupo",
        "manager_id": "vendedor, comercial, gestor",
        "promised_date": "fecha prometida, fecha prevista, vencimiento",
        "delivered_date": "fecha entrega, fecha de entrega, entregado",
        "country": "país, código país",
        "currency": "moneda, divisa",
    },
    "Arabic": {
        "customer_id": "العميل, عميل, الزبون, زبون, رقم العميل, رقم الزبون, كود العميل, كود الزبون, رمز العميل, "
        "حساب العميل, رقم الحساب",
        "date": "التاريخ, تاريخ, تاريخ الفاتورة, تاريخ الطلب, تاريخ البيع, تاريخ العملية, اليوم",
        "amount": "المبلغ, مبلغ, المبيعات, مبيعات, صافي المبيعات, صافي المبلغ, المبلغ الصافي, الصافي, القيمة, "
        "صافي القيمة, الإيرادات, الإيراد, الإجمالي",
        "line_id": "رقم السطر, رقم البند",
        "order_id": "الفاتورة, فاتورة, رقم الفاتورة, رقم الطلب, الطلب, رقم المستند",
        "profit": "الربح, ربح, إجمالي الربح, هامش الربح",
        "cost": "التكلفة, تكلفة, الكلفة, تكلفة المبيعات",
        "quantity": "الكمية, كمية, العدد",
        "unit_price": "السعر, سعر, سعر الوحدة, سعر البيع",
        "list_price": "سعر القائمة, السعر قبل الخصم",
        "product_id": "المنتج, رقم المنتج, كود المنتج, الصنف, رقم الصنف, كود الصنف",
        "product_name": "اسم المنتج, اسم الصنف, الوصف, البيان",
        "category": "الفئة, المجموعة, التصنيف",
        "manager_id": "المندوب, مندوب المبيعات, البائع, مدير الحساب",
        "promised_date": "التاريخ الموعود, تاريخ الاستحقاق",
        "delivered_date": "تاريخ التسليم, تاريخ التوصيل",
        "country": "الدولة, البلد, رمز الدولة",
        "currency": "العملة, عملة, رمز العملة",
    },
}  # fmt: skip

CODES = (
    "AED|ARS|AUD|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|DZD|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JOD|JPY|KRW|KWD|LBP|MAD|MXN|"
    "MYR|NOK|NZD|OMR|PEN|PHP|PLN|QAR|RON|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|VND|ZAR"
)
# A currency at the end of a name: any code in brackets, a well-known one or a sign without.
CURRENCY = re.compile(rf"\s*(?:[(\[]\s*([A-Z]{{3}}|[€$£¥])\s*[)\]]|\b(?:in\s+)?({CODES})|(?:\bin\s+)?([€$£¥]))\s*$")


def plain(name: str) -> str:
    """A name without case, accents, spaces, punctuation and a currency at its end; a percentage stays one.

    Examples
    --------
    >>> plain(" Customer ID "), plain("Margin %"), plain("Qté"), plain("N° client"), plain("Net amount (EUR)")
    ('customerid', 'margin%', 'qte', 'nclient', 'netamount')
    >>> plain("Netto EUR"), plain("Umsatz in €"), plain("NET QTY"), plain("EUR")
    ('netto', 'umsatz', 'netqty', 'eur')
    """
    name = CURRENCY.sub("", str(name)) or str(name)
    letters = unicodedata.normalize("NFKD", str(name).casefold().replace("°", "").replace("º", ""))
    return "".join(c for c in letters if (c.isalnum() or c == "%") and c != "\u0640")  # the stroke that widens Arabic


def currency_of(name: str) -> str:
    """The currency that a column's name ends with, empty where it names none.

    Examples
    --------
    >>> currency_of("Netto EUR"), currency_of("Sales [USD]"), currency_of("Umsatz in €"), currency_of("Net")
    ('EUR', 'USD', '€', '')
    """
    found = CURRENCY.search(str(name))
    return "".join(filter(None, found.groups())) if found and found.start() else ""


@cache
def of_column(table: str, column: str) -> frozenset[str]:
    """Other names of a column, as `plain` leaves them. Outside the ledger only the customer has any."""
    if table != "ledger" and column != "customer_id":
        return frozenset()
    written = (names.get(column, "") for names in SYNONYMS.values())
    return frozenset(plain(n) for names in written for n in names.split(", ") if n)


def synonyms_page() -> str:
    """The list as a page of Markdown."""
    lines = [
        "# Names that are recognised",
        "",
        "A column of a ledger is recognised by our own name or by one of these. Case, accents, spaces and punctuation",
        "do not count: `Kunden-Nr.`, `KUNDEN NR` and `kundennr` are one name; nor does a currency at the",
        "end: `Net sales (EUR)`. Where two columns of a file could be the",
        "same one of ours, the file is refused, with the lines of a mapping file that settle it; a mapping wins over",
        "our own name, and our own name over the others. In the other tables the names of the customer count, too.",
        "",
        "Made by `python -m kamlib.book.roles.synonyms > docs/synonyms.md`.",
    ]
    for column in TABLES["ledger"].columns:
        lines += ["", f"## {column.name}", "", f"{column.meaning[0].upper()}{column.meaning[1:]}.", ""]
        lines += [f"- {language}: {names[column.name]}" for language, names in SYNONYMS.items() if column.name in names]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(synonyms_page(), end="")  # noqa: T201


_T = {"customer_id": ["customer user,customerkey,user_id", "", "contactname,customer name", "email,billing email", ""],
 "customer_name": ["customer name"], "date": ["orderdate,created at,billing date,Data", "date"],
 "amount": ["net value,item total,valor total", "revenue,sales,amount", "total,order total"],
 "subtotal": ["subtotal,order subtotal"], "gross": ["gross"], "tax": ["tax,taxes,tax amount"], "shipping": ["shipping"],
 "refund": ["refunded amount"], "state": ["status,order status,financial status", "cancelled at"], "quantity": ["lineitem quantity,item quantity,quantidade"],
 "unit_price": ["lineitem price,unitamount,valor unitario"], "order_id": ["name,invoicenumber,ordernumber,nota fiscal,billing document"], "currency": ["document currency"],
 "product_name":["lineitem name,item name"], "line_id": ["row id"]}


def rank(table, column, name):
    if plain(name) == plain(column):
        return 0
    for k, r in enumerate(_T.get(column, []) if table == "ledger" else []):
        if plain(name) in {plain(x) for x in r.split(",") if x}:
            return k + 1
    return 2 if plain(name) in of_column(table, column) else None
