"""Answers worked out by hand for the fifth list of sales files (independent of any reader).

Each function takes the file's path and returns (net total rounded to cents, distinct customers with sales lines,
first sales day, last sales day), days as datetime.date; None where the file itself leaves it open (none here).
Money is whole cents a line, half away from zero. Needs pandas, openpyxl and xlrd (two .xls).
Drawn by look-ups of likely file names in many languages and by a look through the snapshots they led to; v11 comes
from a snapshot already on the machine (another file of it is in the first list, with other data). Left out where a
careful reader would have had to ask. Each answer was worked out a second time by other means.

Amended after the trial, where they followed another rule than the project's: v04, names that differ by case alone are
two customers until the user says otherwise, 3743 for 3737; v10, a line without an amount is set aside and listed, so
that its customer has no sales line, 1085 for 1086.
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
    """Names or addresses without regard to case and outer blanks, blanks dropped."""
    s = s.dropna().astype(str).str.strip().str.lower()
    return s[s.ne("")]


def shopify_inflatables(path):
    """Subtotal less Taxes once an order (EUR; VAT is inside: Taxes are 23/123, 20/120 and so on of the Subtotal, none
    on a few, Shipping is 0 on all; one Total is above its Subtotal by an added line of 3.85). Refunded Amount off
    without its share of the tax: one order partly refunded (75 of 160: 69.105, so 69.11 as one line; sale and refund
    rounded apart give one cent less), two wholly refunded ones count zero and their buyers count. Cancelled at (3:
    one of 0.00, two refunded) is no sale. Orders brought to 0.00 by a discount stay. Customer = Email (2 blank). Day
    = Created at, as written with its own offset. With the VAT left in 14347.98."""
    o = pd.read_csv(path).drop_duplicates("Name")
    o = o[o["Cancelled at"].isna()]
    net = o["Subtotal"] - o["Taxes"]
    back = o["Refunded Amount"].fillna(0) * (net / o["Total"]).fillna(0)
    return _out(_cents(net - back), _who(o["Email"]).nunique(), pd.to_datetime(o["Created at"].str[:10]))


def shopify_groceries(path):
    """Subtotal once an order (COP; Subtotal + Shipping = Total, Taxes 0), 159 lines of 32 orders. Cancelled at (9:
    eight voided, one refunded) is no sale; the 21 pending and 2 paid are. Customer = Email (one blank). Day as
    written (-0500)."""
    o = pd.read_csv(path).drop_duplicates("Name")
    o = o[o["Cancelled at"].isna()]
    return _out(
        _cents(o["Subtotal"] - o["Taxes"]), _who(o["Email"]).nunique(), pd.to_datetime(o["Created at"].str[:10])
    )


def etsy_orders(path):
    """Order Value less Discount Amount (USD; Shipping apart, Sales Tax 0, fees left out; the Adjusted columns are 0,
    so no refund is told). Customer = Buyer User ID (2 blank; by name 71). Sale Date m/d/y (09/29/25 is among
    them)."""
    x = pd.read_csv(path)
    net = x["Order Value"] - x["Discount Amount"]
    return _out(_cents(net), _who(x["Buyer User ID"]).nunique(), pd.to_datetime(x["Sale Date"], format="%m/%d/%y"))


def tiny_items(path):
    """valor_total_item (BRL, = quantidade x valor_unitario on all 7615 lines; freight and an order's discount stand
    in another file). Every situacao (delivered, sent, invoiced, approved, being packed) is a sale. Customer =
    cliente, a name (there is no id; cnpj_empresa is the seller); 'Consumidor Final' (3222 lines) and 'Consumidor' (6)
    are nobody; with the latter one more. Six names differ from others by case alone. data_pedido d/m/Y."""
    x = pd.read_csv(path)
    who = x["cliente"].str.strip()
    days = pd.to_datetime(x["data_pedido"], format="%d/%m/%Y")
    return _out(
        _cents(x["valor_total_item"]), who[~who.str.lower().isin(["consumidor final", "consumidor"])].nunique(), days
    )


def jurnal_mattresses(path):
    """total (IDR) stands on the first line of each of the 4817 invoices only, the further product lines are blank;
    balance_due is what is unpaid; no tax column. Customer = customer, a name; 'Walk in - Event' (one line) is nobody.
    d/m/Y."""
    x = pd.read_csv(path, dtype={"total": float})
    who = _who(x["customer"])
    days = pd.to_datetime(x["transaction_date"], format="%d/%m/%Y")
    return _out(_cents(x["total"]), who[~who.str.startswith("walk in")].nunique(), days)


def misa_phones(path):
    """Thanh tien (amount, column 12) less Tra lai/giam gia (returned/allowed, column 18) of the lines with a date in
    column 1 (VND; Chiet khau, discount, is empty): 3260 sales and 100 'Hang ban tra lai'. Equals the report's Tong
    cong, 4936677000 less 665530000. Each customer has a line above his own ('Ma khach hang: ...', the code), a 'Cong'
    below; page heads between. Customer = that code, 'Khach le' (retail customer) is nobody. Day d/m/Y; price blank =
    a present."""
    x = pd.read_excel(path, header=None)
    first = x[1].astype(str)
    code = first.str.extract(r"^Mã khách hàng:\s*(.*)$")[0].ffill()
    day = pd.to_datetime(first, format="%d/%m/%Y", errors="coerce")
    line = day.notna()
    money = x[[12, 18]].apply(pd.to_numeric, errors="coerce").fillna(0)
    who = _who(code[line])
    return _out(_cents((money[12] - money[18])[line]), who[who.ne("khách lẻ")].nunique(), day[line])


def swilerp_pharma(path):
    """Sales Value (INR) of the lines with a bill and a date (624; bills zA are returns, negative); equals GRAND TOTAL
    4140701.19. Product and customer stand on the first of their lines only; lines with quantity and value alone are
    subtotals, TOTAL a product's. Customer = the second Code (45, one to a name). Dates are year-month-day (some cells
    text)."""
    x = pd.read_excel(path, header=None, skiprows=7)
    day = pd.to_datetime(x[7].astype(str).str[:10], format="%Y-%m-%d", errors="coerce")
    line = day.notna()
    code = x[3].astype(str).str.strip().where(lambda s: ~s.isin(["", "nan"])).ffill()
    return _out(_cents(pd.to_numeric(x.loc[line, 12])), _who(code[line]).nunique(), day[line])


def factures_limousine(path):
    """montant HT (EUR; HT + the TVA columns = TTC on all 70), negative invoices are credits. The states Payee,
    Envoyee and Facturee are all sales. Customer = nom du client (id is the invoice's). Day = date de facture."""
    x = pd.read_excel(path)
    x.columns = x.columns.str.strip()
    return _out(_cents(x["montant HT"]), _who(x["nom du client"]).nunique(), pd.to_datetime(x["date de facture"]))


def afip_accountant(path):
    """Imp. Neto Gravado of the sheet Facturas (ARS; No Gravado and Exentas are 0; Neto + IVA = Total; all Factura A,
    all issued on one day). The sheet Mails is an address list. Customer = Nro. Doc. Receptor (46). d/m/Y."""
    x = pd.read_excel(path, sheet_name="Facturas")
    net = x["Imp. Neto Gravado"] + x["Imp. Neto No Gravado"] + x["Imp. Op. Exentas"]
    return _out(_cents(net), x["Nro. Doc. Receptor"].nunique(), pd.to_datetime(x["Fecha"], format="%d/%m/%Y"))


def odoo_sealants(path):
    """Untaxed Amount Signed (SAR, the company's currency, also of an invoice abroad), Status Posted (5 Cancelled and
    2 Draft are no sale; 2 posted have no amount). Payment Status Reversed (138 posted invoices, 126235.46) is an
    invoice wholly credited: zero, its buyer counts; the credit notes are not in this file. With the reversed at face
    value 2806331.69. Customer = Invoice Partner Display Name; three names that begin with the words for 'cash
    customer' (then a salesman's name or 'the company', 85 posted lines) are walk-in sales: nobody; with them three
    more. Day = Invoice/Bill Date."""
    x = pd.read_excel(path)
    x = x[x["Status"].eq("Posted") & x["Untaxed Amount Signed"].notna()]
    net = x["Untaxed Amount Signed"].where(x["Payment Status"].ne("Reversed"), 0)
    who = _who(x["Invoice Partner Display Name"])
    return _out(_cents(net), who[~who.str.startswith("عميل نقدي")].nunique(), pd.to_datetime(x["Invoice/Bill Date"]))


def electronics_korea(path):
    """단가 x 수량 (unit price x quantity, KRW with tenths) of the second sheet; the first is a pivot of counts, the third
    the staff. Customer = 거래처코드 (53). The day stands in three columns, 연도, 월 and 일."""
    x = pd.read_excel(path, sheet_name="기간별 매출")
    days = pd.to_datetime(x[["연도", "월", "일"]].set_axis(["year", "month", "day"], axis=1))
    return _out(_cents(x["단가"] * x["수량"]), x["거래처코드"].nunique(), days)


def donhang_computers(path):
    """thanh_tien (VND, = so_luong x don_gia on all 110 lines), trang_thai Huy (26, cancelled) is no sale; Da giao,
    Dang giao and Cho xu ly (delivered, on the way, waiting) are. Lines of names like 'test' stay: nothing marks them.
    Customer = khach_hang, a name (the 3 blank ones are cancelled). Day = ngay_dat."""
    x = pd.read_csv(path)
    x = x[x["trang_thai"].ne("Huy")]
    return _out(_cents(x["thanh_tien"]), _who(x["khach_hang"]).nunique(), pd.to_datetime(x["ngay_dat"]))


def ventes_mode(path):
    """Quantite_Vendue x Prix_Unitaire of the 5000 lines with an ID_Vente; the last row, a quantity of 167 alone, is
    no line. Customer = ID_Client. Day = Date."""
    x = pd.read_excel(path)
    x = x[x["ID_Vente"].notna()]
    return _out(_cents(x["Quantite_Vendue"] * x["Prix_Unitaire"]), _who(x["ID_Client"]).nunique(), x["Date"])


def pedidos_dominicana(path):
    """Monto Total (= cantidad_entregada x precio on all 264 lines, no discount, no tax). Customer = Cliente, a name
    (Vendedor and Distribuidor are the seller's side). Day = fecha_pedido."""
    x = pd.read_excel(path)
    return _out(_cents(x["Monto Total"]), _who(x["Cliente"]).nunique(), pd.to_datetime(x["fecha_pedido"]))


def vendas_construcao(path):
    """Valor_Total (BRL, = Quantidade x Preco_Unitario - Desconto on all 10000 lines, so the discount is off already).
    Customer = Nome_Cliente. Day = Data_Venda."""
    x = pd.read_excel(path)
    return _out(_cents(x["Valor_Total"]), _who(x["Nome_Cliente"]).nunique(), x["Data_Venda"])


def deals_gems(path):
    """total, the deal's sum (it divides by quantity without rest on all 767 lines; a unit price would not). Customer
    = customer, a user name. Day = date (with microseconds)."""
    x = pd.read_csv(path)
    return _out(_cents(x["total"]), _who(x["customer"]).nunique(), pd.to_datetime(x["date"]))


def orders_taiwan(path):
    """Total (TWD, = SubTotal - Discount on all 5994 orders; Discount mostly blank). Customer = Customer ID (3547; the
    e-mails, 5971, are nearly new on every row). Order Date is text Y/m/d but for the first row, a date."""
    x = pd.read_excel(path)
    days = pd.to_datetime(x["Order Date"].astype(str).str[:10].str.replace("/", "-"), format="%Y-%m-%d")
    return _out(_cents(x["Total"]), _who(x["Customer ID"]).nunique(), days)


ANSWERS = {
    "v01-shopify-inflatables": shopify_inflatables,
    "v02-shopify-groceries": shopify_groceries,
    "v03-etsy-orders": etsy_orders,
    "v04-tiny-items": tiny_items,
    "v05-jurnal-mattresses": jurnal_mattresses,
    "v06-misa-phones": misa_phones,
    "v07-swilerp-pharma": swilerp_pharma,
    "v08-factures-limousine": factures_limousine,
    "v09-afip-accountant": afip_accountant,
    "v10-odoo-sealants": odoo_sealants,
    "v11-electronics-korea": electronics_korea,
    "v12-donhang-computers": donhang_computers,
    "v13-ventes-mode": ventes_mode,
    "v14-pedidos-dominicana": pedidos_dominicana,
    "v15-vendas-construcao": vendas_construcao,
    "v16-deals-gems": deals_gems,
    "v17-orders-taiwan": orders_taiwan,
}

if __name__ == "__main__":
    import glob
    import sys

    for key, f in ANSWERS.items():
        print(key, f(glob.glob(f"{sys.argv[1]}/{key}.*")[0]))
