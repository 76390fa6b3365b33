"""Answers worked out by hand for the sixth list of sales files (independent of any reader).

Each function takes the file's path and returns (net total rounded to cents, distinct customers with sales lines,
first sales day, last sales day), days as datetime.date; None where the file itself leaves it open (none here).
Money is whole cents a line, half away from zero. Needs pandas, openpyxl and xlrd (one .xls).
Drawn by look-ups of likely file names in many languages and by a look through the snapshots they led to; w01, w05,
w06 and w15 are other files of repositories already in an earlier list, with other data (other year, other document,
other channel, other period). Left out where a careful reader would have had to ask. Each answer was worked out a
second time by other means.
"""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd


def _cents(s):
    """Sum of lines that are whole cents each, half away from zero (after what binary fractions leave behind)."""
    dec = (Decimal(repr(float(v))).quantize(Decimal("1e-9")) for v in s.dropna())
    return float(sum((d.quantize(Decimal("0.01"), ROUND_HALF_UP) for d in dec), Decimal(0)))


def _out(total, customers, days):
    d = [x.date() for x in days]
    return round(float(total), 2), int(customers), min(d), max(d)


def _who(s):
    """Names or addresses without outer blanks, blanks dropped."""
    s = s.dropna().astype(str).str.strip()
    return s[s.ne("")]


def etsy_year(path):
    """Order Value less Discount Amount (USD; Shipping and Shipping Discount apart, Sales Tax 0, fees left out; Status
    is empty and the Adjusted columns are 0, so no refund is told; Order Total holds tax that no column names).
    Customer = Buyer User ID (207 lines blank: they bought as guests). Sale Date m/d/y (12/31/21)."""
    x = pd.read_csv(path, dtype={"Buyer User ID": str}, thousands=",")
    net = x["Order Value"] - x["Discount Amount"]
    return _out(_cents(net), _who(x["Buyer User ID"]).nunique(), pd.to_datetime(x["Sale Date"], format="%m/%d/%y"))


def shopify_pakistan(path):
    """Subtotal once an order (PKR; Subtotal + Shipping = Total, Taxes 0), 115 lines of 114 orders. None cancelled,
    nothing refunded; the 94 pending and 20 paid are sales. Customer = Email, case ignored (9 orders blank). Day as
    written (+0500)."""
    o = pd.read_csv(path).drop_duplicates("Name")
    days = pd.to_datetime(o["Created at"].str[:10])
    return _out(_cents(o["Subtotal"]), _who(o["Email"]).str.lower().nunique(), days)


def shopify_egypt(path):
    """Subtotal once an order (EGP; Subtotal + Shipping = Total, Taxes 0), 58 lines of 50 orders, all pending, none
    cancelled or refunded. Customer = Email, case ignored (9 orders blank; two addresses differ by case alone). Day as
    written (+0200, +0300)."""
    o = pd.read_csv(path).drop_duplicates("Name")
    days = pd.to_datetime(o["Created at"].str[:10])
    return _out(_cents(o["Subtotal"]), _who(o["Email"]).str.lower().nunique(), days)


def sap_amenities(path):
    """Costo$ of each invoice line (MXN; Costo$ + IVA = Total$ to a few cents on all 1138 lines; USD$ shows the same
    line in dollars on 100 of them; IVA is 16% of Costo$ on the lines with a DiscPrcnt too, so it is after discount).
    Customer = Cliente, the code (323); CLIESP, 'VENTAS DE MOSTRADOR' (counter sales, 20 lines) is nobody. Day =
    Fecha_Conta, the first ten characters (190 lines without a time)."""
    x = pd.read_csv(path)
    who = x["Cliente"][x["Nombre_Cliente"].str.strip().ne("VENTAS DE MOSTRADOR")]
    return _out(_cents(x["Costo$"]), _who(who).nunique(), pd.to_datetime(x["Fecha_Conta"].str[:10]))


def jurnal_orders(path):
    """total (IDR) stands on the first line of each of the 183 orders only, the further product lines are blank; no
    status, no tax column. Customer = customer, a name. d/m/Y."""
    x = pd.read_csv(path)
    x = x[x["total"].notna()]
    days = pd.to_datetime(x["transaction_date"], format="%d/%m/%Y")
    return _out(_cents(x["total"]), _who(x["customer"]).nunique(), days)


def toptan_turkey(path):
    """Tutari (TL; Tutari (KDV Dahil) beside it is the same with the VAT of KDV Orani; Ort.Fiyat is not always the
    price it was made from). Three lines of 0.00 are sales lines (give-aways). Customer = Cari Kodu (3, one to a name).
    Day = Tarihi (Sevk, shipped, is the same or blank)."""
    x = pd.read_excel(path)
    x.columns = x.columns.str.strip()
    return _out(_cents(x["Tutarı"]), _who(x["Cari Kodu"]).nunique(), pd.to_datetime(x["Tarihi"]))


def invoices_persian(path):
    """subtotal (rial; tax is 10% of it on all 449 lines; total_amount is the two, on 104 lines with some more that no
    column names). 448 sales invoices and one return invoice, negative, on its own day; the last line, of zeros, has no
    date. Customer = customer_code (26, one to a name). invoice_date is of the Persian calendar (1403/01/15 is 3 April
    2024; its months 1 to 6 have 31 days, 7 to 11 have 30): given here as Gregorian days."""
    x = pd.read_csv(path, dtype={"customer_code": str})
    x = x[x["invoice_date"].notna()]
    new_year = {1403: pd.Timestamp(2024, 3, 20), 1404: pd.Timestamp(2025, 3, 21)}
    ymd = [[int(p) for p in d.split("/")] for d in x["invoice_date"]]
    days = [new_year[y] + pd.Timedelta(days=30 * (m - 1) + min(m - 1, 6) + d - 1) for y, m, d in ymd]
    return _out(_cents(x["subtotal"]), _who(x["customer_code"]).nunique(), days)


def objednavky_kurz(path):
    """cena_objednavky (price of the order; cena_dopravy, delivery, stands apart). The states vyrizena, zaplacena and
    nova (done, paid, new) are all sales. Customer = id_klienta. Day = datum_objednavky."""
    x = pd.read_csv(path)
    return _out(_cents(x["cena_objednavky"]), x["id_klienta"].nunique(), pd.to_datetime(x["datum_objednavky"]))


def ordini_sport(path):
    """revenue (= price x quantity on all 92 lines). Customer = customer, an e-mail address. Day = date."""
    x = pd.read_csv(path)
    return _out(_cents(x["revenue"]), _who(x["customer"]).str.lower().nunique(), pd.to_datetime(x["date"]))


def ventas_distribuidora(path):
    """total_neto (= total_bruto less descuento on all 12248 lines; no tax column). Customer = cliente_id (114; by name
    109). Day = fecha."""
    x = pd.read_csv(path)
    return _out(_cents(x["total_neto"]), x["cliente_id"].nunique(), pd.to_datetime(x["fecha"]))


def panmae_korea(path):
    """The last column, amount (KRW, = unit price x quantity x (1 - Discount) on all 1802 lines). Customer = the third
    column, the client's name (53). Day = the second."""
    x = pd.read_excel(path)
    return _out(_cents(x.iloc[:, 10]), _who(x.iloc[:, 2]).nunique(), pd.to_datetime(x.iloc[:, 1]))


def commandes_cours(path):
    """cache_prix_total, one line an order (2500; no tax, no state). Customer = client_id. Day = date_achat."""
    x = pd.read_csv(path)
    return _out(_cents(x["cache_prix_total"]), x["client_id"].nunique(), pd.to_datetime(x["date_achat"]))


def vendas_rfm(path):
    """valor_compra, one line a purchase (464). Customer = cliente_id. Day = data_compra."""
    x = pd.read_csv(path)
    return _out(_cents(x["valor_compra"]), x["cliente_id"].nunique(), pd.to_datetime(x["data_compra"]))


def sales_order_channels(path):
    """Total Revenue (= Order Quantity x Unit Price on all 8000 lines; Total Unit Cost is a cost). Customer = Customer
    Name Index. Day = OrderDate."""
    x = pd.read_csv(path)
    return _out(_cents(x["Total Revenue"]), x["Customer Name Index"].nunique(), pd.to_datetime(x["OrderDate"]))


def swilerp_year(path):
    """Sales Value (INR) of the lines with a date (bills zA are returns, negative, on their own day); equals the
    report's GRAND TOTAL 18803526.45. Product and customer stand on the first of their lines only; lines with quantity
    and value alone are subtotals, TOTAL a product's. Customer = the second Code. Dates are year-month-day (some cells
    text)."""
    x = pd.read_excel(path, header=None, skiprows=7)
    day = pd.to_datetime(x[7].astype(str).str[:10], format="%Y-%m-%d", errors="coerce")
    line = day.notna()
    code = x[3].astype(str).str.strip().where(lambda s: ~s.isin(["", "nan"])).ffill()
    return _out(_cents(pd.to_numeric(x.loc[line, 12])), _who(code[line]).nunique(), day[line])


def orders_interview(path):
    """order_sum, one line an order (99). Customer = client_id. Day = date."""
    x = pd.read_excel(path)
    return _out(_cents(x["order_sum"]), x["client_id"].nunique(), pd.to_datetime(x["date"]))


def satislar_turkey(path):
    """adet x birim_fiyat (quantity x unit price, whole cents a line; no other amount) on all 50000 lines. Customer =
    musteri_id. Day = tarih."""
    x = pd.read_csv(path)
    return _out(_cents(x["adet"] * x["birim_fiyat"]), x["musteri_id"].nunique(), pd.to_datetime(x["tarih"]))


ANSWERS = {
    "w01-etsy-year": etsy_year,
    "w02-shopify-pakistan": shopify_pakistan,
    "w03-shopify-egypt": shopify_egypt,
    "w04-sap-amenities": sap_amenities,
    "w05-jurnal-orders": jurnal_orders,
    "w06-toptan-turkey": toptan_turkey,
    "w07-invoices-persian": invoices_persian,
    "w08-objednavky-kurz": objednavky_kurz,
    "w09-ordini-sport": ordini_sport,
    "w10-ventas-distribuidora": ventas_distribuidora,
    "w11-panmae-korea": panmae_korea,
    "w12-commandes-cours": commandes_cours,
    "w13-vendas-rfm": vendas_rfm,
    "w14-sales-order-channels": sales_order_channels,
    "w15-swilerp-year": swilerp_year,
    "w16-orders-interview": orders_interview,
    "w17-satislar-turkey": satislar_turkey,
}

if __name__ == "__main__":
    import glob
    import sys

    for key, f in ANSWERS.items():
        print(key, f(glob.glob(f"{sys.argv[1]}/{key}.*")[0]))
