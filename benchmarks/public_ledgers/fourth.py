"""Answers worked out by hand for the fourth list of sales files (independent of any reader).

Each function takes the file's path and returns (net total rounded to cents, distinct customers with sales lines,
first sales day, last sales day), days as datetime.date; None where the file itself leaves it open (candidates in
the docstring). Money is whole cents a line, half away from zero. Needs pandas, openpyxl and xlrd (one .xls).
Drawn: u01, u04-u06, u08, u09, u11, u12 from look-ups made for this list; these ran out early, so u02, u03, u07, u10,
u13-u15 come from snapshots already on the machine (fetched when earlier lists were drawn, in none of those lists).
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


def shopify_jewels(path):
    """Subtotal once an order without the tax inside it (EUR; Subtotal + Shipping = Total on all 50, Taxes = 21/121 of the
    Total; 23/123 on one, none on one), so Subtotal x (1 - Taxes / Total). Subtotal less Taxes would take the tax of the
    shipping off the goods on #1860 (1.73 less). With the tax left in: the sum of Subtotal. None cancelled or refunded;
    2 pending are sales. Customer = Email (5 blank). Day = Created at, as written with its own offset."""
    o = pd.read_csv(path).drop_duplicates("Name")
    net = o["Subtotal"] * (1 - o["Taxes"] / o["Total"])
    return _out(_cents(net), o["Email"].str.lower().nunique(), pd.to_datetime(o["Created at"].str[:10]))


def shopify_gems(path):
    """Subtotal once an order (PKR), orders not cancelled (9 are: all voided, both refunded, the one pending, one paid);
    Taxes are 0 on all that stay. One expired payment of 100.00 is not cancelled and stays (as in list three). Three
    orders of 100.00 by one address look like trials, nothing marks them. Customer = Email (most blank: shop counter)."""
    o = pd.read_csv(path).drop_duplicates("Name")
    o = o[o["Cancelled at"].isna()]
    return _out(
        _cents(o["Subtotal"] - o["Taxes"]), o["Email"].str.lower().nunique(), pd.to_datetime(o["Created at"].str[:10])
    )


def woo_petshop(path):
    """total less shipping_total less total_tax (TRY; = the sum of the items inside line_items on every order), status
    completed; failed (8) is no sale. Customer = customer_id; 0 (27 orders) is WooCommerce's guest: nobody. The guests'
    e-mails stand only inside the billing text: with them 91. Day = date_created."""
    o = pd.read_excel(path)
    o = o[o["status"].eq("completed")]
    net = o["total"] - o["shipping_total"] - o["total_tax"]
    return _out(_cents(net), o.loc[o["customer_id"] != 0, "customer_id"].nunique(), pd.to_datetime(o["date_created"]))


def woo_fashion(path):
    """post discount price (quantity 1 everywhere, shipping is a method's name only); 'discount cash' is the whole order's on
    6 rows where it does not lead from the pre to the post price, which names itself the price after discount. The one
    refunded line counts zero, its buyer counts. id is new on every row; customer = customer email."""
    x = pd.read_csv(path)
    net = (x["quantity"] * x["post discount price"]).where(x["refunded"].ne("refunded"), 0)
    return _out(_cents(net), x["customer email"].str.lower().nunique(), pd.to_datetime(x["date"]))


def salesforce_deals(path):
    """None: every CloseDate reads day-first and month-first (04/01/2021 to 12/01/2021, the second part always 01) and there is
    no other date. Stage Ganada (won) 97 of 98 rows, Amount: 21079610.00 in all, 12 accounts by AccountId (most blank), days
    2021-01-04 to 2021-01-12 or 2021-04-01 to 2021-12-01."""
    return None


def superstore(path):
    """Sales (USD, the line after its discount: no unit price stands by it) of the sheet Orders. The sheet Returns (296 orders)
    is another table and not applied. Customer = Customer ID. Day = Order Date."""
    x = pd.read_excel(path, sheet_name="Orders")
    return _out(_cents(x["Sales"]), x["Customer ID"].nunique(), x["Order Date"])


def superstore_zh(path):
    """Sales (销售额), sheet of orders, 27 lines, no unit price. Customer = 客户 ID. Day = order date 订单日期."""
    x = pd.read_excel(path)
    return _out(_cents(x["销售额"]), x["客户 ID"].nunique(), x["订单日期"])


def online_retail(path):
    """Quantity x UnitPrice, every line (GBP); credits (InvoiceNo C..., Quantity below 0) negative. Lines of postage, carriage
    and bank charges are lines of the invoice and stay (POST, DOT, C2: 3599.74). 114 repeated lines stay. Customer =
    CustomerID (2290 lines blank); 21 of them have lines of negative quantity only and count."""
    x = pd.read_csv(path)
    return _out(_cents(x["Quantity"] * x["UnitPrice"]), x["CustomerID"].nunique(), pd.to_datetime(x["InvoiceDate"]))


def hash_boardgames(path):
    """None: three currencies in Moeda (BRL 423 lines, EUR 4, USD 1). Preço do Produto of the BRL lines 96830.00 (all added
    regardless 97980.00), 421 customers by Cliente in all, days 2023-10-26 to 2023-10-29."""
    return None


def farm_market(path):
    """Goods value 물품가액 (KRW; = 결제금액 paid less VAT 부가세 on every line; discount 할인금액 lies between list and sold price and is
    already off). Lines below 0 are cancellations and come off. Header on row 9. Customer = member number 회원번호 (1987
    lines without). The farmer (농가명) is the supplier. Paid with VAT 186783029.00."""
    x = pd.read_excel(path, header=8)
    return _out(_cents(x["물품가액"]), x["회원번호"].nunique(), pd.to_datetime(x["판매일시"]))


def sap_hotels(path):
    """Importe base with the sign turned (ARS; SAP writes what is sold with a minus, 15225 lines; the 1711 positive are
    credit notes). Importe bruto = base + IVA + tour iva + visit ba (city's visitor fee) + percp iibb on every row, all
    taxes. As written it is the same below zero. Customer = Cliente (number; 423 rows without). POS SERVICE is one account
    of it (without it 6753). Day = Fecha doc. d.m.Y (= Fe.contab.)."""
    x = pd.read_excel(path).rename(columns=lambda c: str(c).strip())
    days = pd.to_datetime(x["Fecha doc."], format="%d.%m.%Y")
    return _out(_cents(-x["Importe base"]), x["Cliente"].nunique(), days)


def crm_thai(path):
    """None: status mixes payment and dispatch (PACKED, COD, PAID, PENDING 7 rows, RETURNED 3), so whether PENDING is of the
    payment is open. totalPrice (THB) with RETURNED and the 6 rows isReturned at zero: 1010356.00 without the PENDING,
    1019296.00 with them (isReturned not applied: 1037506.00, 1046446.00). No customer id; 518 names without case.
    Three rows are blank but for a stray gender. Days 2026-01-10 to 2026-04-18."""
    return None


def xbox_subscriptions(path):
    """Total Value (= subscription + EA Play + Minecraft - coupon on all 295 rows) of the sheet of the base. Subscriber ID is new
    on every row and there is no e-mail: customer = Name. Day = Start Date."""
    x = pd.read_excel(path, sheet_name=1)
    return _out(_cents(x["Total Value"]), x["Name"].str.strip().str.lower().nunique(), x["Start Date"])


def pedidos_curso(path):
    """total, one row an order, no state and no tax. Customer = id_cliente. Day = data_pedido."""
    x = pd.read_excel(path)
    return _out(_cents(x["total"]), x["id_cliente"].nunique(), x["data_pedido"])


def dairy_parts_turkey(path):
    """Miktar x BirimFiyat (quantity x unit price; PurchaseCost is the cost). Customer = MusteriID (a company's name, repeats).
    Tarih d-m-Y (23-01-2024)."""
    x = pd.read_excel(path)
    days = pd.to_datetime(x["Tarih"], format="%d-%m-%Y")
    return _out(_cents(x["Miktar"] * x["BirimFiyat"]), x["MusteriID"].nunique(), days)


ANSWERS = {
    "u01-shopify-jewels": shopify_jewels,
    "u02-shopify-gems": shopify_gems,
    "u03-woo-petshop": woo_petshop,
    "u04-salesforce-ganada": salesforce_deals,
    "u05-superstore-us": superstore,
    "u06-online-retail": online_retail,
    "u07-superstore-china": superstore_zh,
    "u08-hash-boardgames": hash_boardgames,
    "u09-sap-hotels": sap_hotels,
    "u10-woo-fashion": woo_fashion,
    "u11-crm-thai": crm_thai,
    "u12-xbox-subscriptions": xbox_subscriptions,
    "u13-pedidos-curso": pedidos_curso,
    "u14-farm-market-korea": farm_market,
    "u15-dairy-parts-turkey": dairy_parts_turkey,
}

if __name__ == "__main__":
    import glob
    import sys

    for key, f in ANSWERS.items():
        print(key, f(glob.glob(f"{sys.argv[1]}/{key}.*")[0]))
