"""Answers worked out by hand for the third list of sales files (independent of any reader).

Each function takes the file's path and returns (net total rounded to cents, distinct customers with sales lines,
first sales day, last sales day), days as datetime.date; None where the file itself leaves it open (candidates in
the docstring). Money is whole cents a line, half away from zero. Needs pandas and openpyxl.
"""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd


def _num(s):
    return pd.to_numeric(s.astype(str).str.replace(r"[$,\s]", "", regex=True), errors="coerce").fillna(0)


def _cents(s):
    """Sum of lines that are whole cents each, half away from zero (after what binary fractions leave behind)."""
    dec = (Decimal(repr(float(v))).quantize(Decimal("1e-9")) for v in s.dropna())
    return float(sum((d.quantize(Decimal("0.01"), ROUND_HALF_UP) for d in dec), Decimal(0)))


def _out(total, customers, days):
    d = [x.date() for x in days]
    return round(float(total), 2), int(customers), min(d), max(d)


def shopify_streetwear(path):
    """None: two currencies, TRY (601 orders that stand, one cancelled) and USD (2 orders). In TRY alone, Subtotal less Taxes (KDV 20 % stands
    inside the prices) of orders not cancelled (pending ones are sales): 809186.71 (563 e-mails). With the tax left in 958516.75."""
    return None


def shopify_beachwear(path):
    """Subtotal less Taxes once an order (CLP; VAT 19 % inside the prices: Subtotal + Shipping = Total, Taxes = 19/119 of
    Subtotal), orders not cancelled (7 pending ones are). Pending (3) and expired (2: payment not captured in time, order
    not cancelled) stay, as in Shopify's sales reports; without the expired 13532981.76. Refunded Amount of two orders
    comes off in the proportion net / Total. Customer = Email (blank on some: unidentified). Day = Created at."""
    o = pd.read_excel(path).drop_duplicates("Name")
    o = o[o["Cancelled at"].isna()]
    net = o["Subtotal"] - o["Taxes"]
    back = o["Refunded Amount"].fillna(0) * (net / o["Total"]).clip(upper=1)
    return _out(_cents(net - back), o["Email"].str.lower().nunique(), pd.to_datetime(o["Created at"]))


def woo_clinic(path):
    """Total Amount (the order's, after discount, repeated on each product line: once an Order ID; no tax column), status
    processing; failed (4) is no sale, the two refunded orders count zero but their buyer counts. Customer ID is 0
    (guest) everywhere, so customer = Email. Day = Date Created. Summing every line (processing) 46416.52."""
    o = pd.read_csv(path).drop_duplicates("Order ID")
    o = o[o["Status"].isin(["processing", "refunded"])]
    net = o["Total Amount"].where(o["Status"].eq("processing"), 0)
    return _out(_cents(net), o["Email"].str.lower().nunique(), pd.to_datetime(o["Date Created"]))


def etsy_items(path):
    """Item Total (USD, = Quantity x Price on all 136 lines; Discount Amount, Order Shipping apart, no discount in the
    file). Customer = Buyer (4 blank; the ship-to names are 108). Dates m/d/y (12/26/21)."""
    x = pd.read_csv(path)
    net = x["Item Total"] - x["Discount Amount"]
    return _out(_cents(net), x["Buyer"].nunique(), pd.to_datetime(x["Sale Date"], format="%m/%d/%y"))


def odoo_saleorders(path):
    """Total (VND, the only amount; no untaxed column), one line an order, all in state Sales Order.
    Customer = Customer (name). Day = Creation Date."""
    x = pd.read_excel(path)
    return _out(_cents(x["Total"]), x["Customer"].str.strip().nunique(), pd.to_datetime(x["Creation Date"]))


def amazon_orders(path):
    """Subtotal less Total Promotions (= Total Charged less Tax Charged less Shipping Charge on every row), all 59 orders
    Shipped. Customer = Ordering Customer Email (one account). Order Date m/d/y (04/20/19)."""
    x = pd.read_csv(path)
    net = _num(x["Subtotal"]) - _num(x["Total Promotions"])
    return _out(_cents(net), x["Ordering Customer Email"].nunique(), pd.to_datetime(x["Order Date"], format="%m/%d/%y"))


def gp_invoices(path):
    """Document Amount (the only amount, always positive): SOP Type Invoice adds, Return (826 of 29643 documents) is a
    credit and comes off. Without the sign 395066387.64. Customer = Customer Number. Day = Document Date."""
    x = pd.read_excel(path)
    net = x["Document Amount"].where(x["SOP Type"].eq("Invoice"), -x["Document Amount"])
    return _out(_cents(net), x["Customer Number"].str.strip().nunique(), pd.to_datetime(x["Document Date"]))


def zohocrm_invoices(path):
    """None: Grand Total is Sub Total less Discount less Tax on every row (whole dollars), where Zoho CRM's own Grand Total
    adds the tax; so either the tax stands in Sub Total and Grand Total is the net, or it does not and the net is Sub
    Total less Discount. Status Cancelled is no sale, Created/Approved/Delivered count, 270 rows have no amount.
    Candidates: Sub Total less Discount 12289669.96; the same less Tax 11654289.50; Grand Total 11654300.00
    (785 accounts by Account Id, days 2019-04-06 to 2021-04-20)."""
    return None


def unleashed_invoices(path):
    """BCSubTotal: the invoice before tax in base currency, which adds up (SubTotal 386456.69 is in each customer's own of
    four currencies, Customer.CurrencyId, no code named; a refusal of the file for its several currencies is defensible too).
    All 123 Completed, one row an invoice. Customer = Customer.CustomerCode. InvoiceDate /Date(ms since 1970, UTC)/."""
    x = pd.read_csv(path)
    days = pd.to_datetime(x["InvoiceDate"].str.extract(r"(\d+)")[0].astype("int64"), unit="ms")
    return _out(_cents(x["BCSubTotal"]), x["Customer.CustomerCode"].nunique(), days)


def marketplace_turkey(path):
    """Satir Fiyat (line price, TL, '1.129,00'; the only amount, discount is 0; only a VAT rate stands by it and nothing
    says that the price holds it: with the rate taken out 102281.55), Siparis Satir Durumu 'Iptal' (cancelled) is no sale.
    Customer = Pazaryeri Kullanici (the market place's user number; the mail is an alias an order). Sip. Tarihi d.m.Y."""
    x = pd.read_excel(path, dtype=str)
    x = x[x["Sipariş Satır Durumu"].ne("İptal")]
    net = pd.to_numeric(x["Satır Fiyat"].str.replace(".", "", regex=False).str.replace(",", "."))
    days = pd.to_datetime(x["Sip. Tarihi"], format="%d.%m.%Y %H:%M")
    return _out(_cents(net), x["Pazaryeri Kullanıcı"].nunique(), days)


def salesforce_portfolio(path):
    """Amount of the opportunities in Stage 'Closed Won' (2 of 12). Customer = Account Name. Day = Close Date."""
    x = pd.read_csv(path)
    x = x[x["Stage"].eq("Closed Won")]
    return _out(_cents(x["Amount"]), x["Account Name"].nunique(), pd.to_datetime(x["Close Date"]))


def ventas_foodservice(path):
    """Importe (MXN, no tax column), every line but the last, which is the sheet's total (no date, no client, the sum
    of all). Customer = Cliente. Day = Fecha."""
    x = pd.read_excel(path)
    x = x[x["Fecha"].notna()]
    return _out(_cents(x["Importe"]), x["Cliente"].str.strip().nunique(), x["Fecha"])


def ventes_algerie(path):
    """Montant_HT (DZD, before tax; Taxe and Montant_TTC stand apart), all 15 lines. Customer = Client."""
    x = pd.read_csv(path)
    return _out(_cents(x["Montant_HT"]), x["Client"].nunique(), pd.to_datetime(x["Date_CMD"]))


def vendas_informatica(path):
    """quantidade x preco_unitario; status Cancelada is no sale, Pendente (2 lines) is a state of the sale, not of a
    payment, and counts (without it 37240.00). Customer = cliente. A lone inch sign stands in two names."""
    x = pd.read_csv(path)
    x = x[x["status"].ne("Cancelada")]
    return _out(_cents(x["quantidade"] * x["preco_unitario"]), x["cliente"].nunique(), pd.to_datetime(x["data_venda"]))


def orders_export_china(path):
    """None: several currencies; a remark in the column of the product's name says US dollars (27 lines, mostly of one
    seller), renminbi (3) or nothing, one line says 'order cancelled', two have no amount. All amounts added
    regardless: 11192963.08, 54 customers (11135058.24 without the cancelled). Customer = name of the customer."""
    return None


def penjualan_merchandise(path):
    """Total (IDR, = Harga Satuan x Jumlah Terjual on all 20 lines). Customer = Nama Customer. Day = Tanggal."""
    x = pd.read_csv(path)
    return _out(_cents(x["Total"]), x["Nama Customer"].nunique(), pd.to_datetime(x["Tanggal"]))


def voucher_register(path):
    """Gross less Disc of the lines with a voucher number (INR): the goods after discount, as the book's own last total line
    (53360791.40 less 672984.00). Lines without voucher or date (party names carried over, remarks) and the Total lines
    are no sales lines. Voucher Amount, on a voucher's first line, holds charges no column names: 52830864.40.
    Customer = Party as printed (cut at 19-20 characters). Dates d/m/Y (13/04/2019)."""
    x = pd.read_csv(path, dtype=str, encoding="latin-1").apply(lambda s: s.str.strip())
    x = x[x["Voucher"].fillna("").str.startswith("Sal:")]
    days = pd.to_datetime(x["Date"], format="%d/%m/%Y")
    return _out(_cents(_num(x["Gross"]) - _num(x["Disc"])), x["Party"].nunique(), days)


ANSWERS = {
    "t01-shopify-streetwear": shopify_streetwear,
    "t02-shopify-beachwear": shopify_beachwear,
    "t03-woo-clinic": woo_clinic,
    "t04-etsy-items": etsy_items,
    "t05-odoo-saleorders": odoo_saleorders,
    "t06-amazon-orders": amazon_orders,
    "t07-gp-invoices": gp_invoices,
    "t08-zohocrm-invoices": zohocrm_invoices,
    "t09-unleashed-invoices": unleashed_invoices,
    "t10-marketplace-turkey": marketplace_turkey,
    "t11-salesforce-portfolio": salesforce_portfolio,
    "t12-ventas-foodservice": ventas_foodservice,
    "t13-ventes-algerie": ventes_algerie,
    "t14-vendas-informatica": vendas_informatica,
    "t15-orders-export-china": orders_export_china,
    "t16-penjualan-merchandise": penjualan_merchandise,
    "t17-voucher-register": voucher_register,
}

if __name__ == "__main__":
    import glob
    import sys

    for key, f in ANSWERS.items():
        print(key, f(glob.glob(f"{sys.argv[1]}/{key}.*")[0]))
