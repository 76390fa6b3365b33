"""Answers for the files of first.csv, worked out with pandas only, without the reader under trial.

Each function takes the path and returns (net total to cents, customers with sales lines, first day,
last day). None instead means: truly ambiguous, a refusal is right; the docstring names the two
candidates with their totals. `ANSWERS` maps id -> function.

Amended after the first trial, where the answer had followed another rule than the project's, and not where the
reader was wrong: 12 (Consumidor Final is whoever has no account), 01, 02 (a refund comes off without its tax and shipping; tax inside the prices comes off; case in an address does not count), 08 (an id
that is new on every row is no customer's; the e-mail is, also of who got all his money back), 16 (accounts are companies: the domain, not the
contact's e-mail), 15, 21, 22, 26, 27, 30, 39 (money is whole cents a line, and rounded there). The first answers stand in
the history of this file.
Needs pandas, openpyxl and (for one .xls) xlrd."""

import sqlite3
import warnings
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

warnings.simplefilter("ignore")


def _r(x):
    return round(float(x), 2)


def _lines(x):
    """A total of lines that are whole cents each, half away from zero (after what binary fractions leave behind)."""
    cents = (Decimal(repr(float(v))).quantize(Decimal("1e-10")) for v in x.dropna())
    return float(sum(c.quantize(Decimal("0.01"), ROUND_HALF_UP) for c in cents))


def _days(s, fmt=None):
    """First and last calendar day, as ISO text."""
    t = pd.to_datetime(s.astype(str).str.strip(), format=fmt) if fmt else pd.to_datetime(s)
    return str(t.min().date()), str(t.max().date())


def shopify_enavant(path):
    """Order `Subtotal` (items after discount, repeated header: once per `Name`) less `Refunded Amount`;
    orders with `Cancelled at` are no sale (20). Customer = `Email` (blank on 19 orders: unidentified).
    45 EU orders have VAT inside the Subtotal (Subtotal+Shipping=Total, Taxes > 0): 748.39 on uncancelled orders,
    partly on shipping and partly refunded, so not taken out here; without looking at `Cancelled at` the
    total would be 61375.14. Day = `Created at` as printed (-0500/-0400)."""
    d = pd.read_csv(path)
    o = d.drop_duplicates("Name")
    o = o[o["Cancelled at"].isna()]
    net = o["Subtotal"] - o["Taxes"].where((o["Subtotal"] + o["Shipping"] - o["Total"]).abs() < 0.005, 0)
    back = o["Refunded Amount"].fillna(0) * (net / o["Total"]).clip(upper=1).fillna(1)
    day = o["Created at"].str[:10]
    return _r((net - back).sum()), o["Email"].str.lower().nunique(), day.min(), day.max()


def shopify_explorer(path):
    """Order `Subtotal` once per `Name`, less `Refunded Amount` (10.60 on one order). Tax and shipping are on
    top and stay out. Nothing cancelled. Customer = `Email`, blank = unidentified. Lines x price less
    discount would be 2958.50 before refunds (2.50 of rounding on one order)."""
    d = pd.read_csv(path)
    o = d.drop_duplicates("Name")
    day = o["Created at"].str[:10]
    return (
        _r((o["Subtotal"] - o["Refunded Amount"].fillna(0) * o["Subtotal"] / o["Total"]).sum()),
        o["Email"].nunique(),
        day.min(),
        day.max(),
    )


def woocommerce_import(path):
    """`item_total` per line (after discount, before tax and shipping). status pending (= pending payment) is no
    sale; processing, completed and on-hold count (on-hold awaits payment too by WooCommerce's wording: without
    it the total is 34312.83). Customer = `customer_email`; day = `order_date`."""
    d = pd.read_csv(path)
    d = d[d["status"] != "pending"]
    return (_r(d["item_total"].sum()), d["customer_email"].nunique()) + _days(d["order_date"])


def zoho_gearnova(path):
    """`Quantity` x `Item Price`, Status Draft is no sale; Sent and Paid count. Dates are day/month (14/06, 20/06).
    A lone inch sign stands in `MacBook Pro 14"`: it is text, not quoting. Currency not named (KES)."""
    d = pd.read_csv(path)
    d = d[d["Status"] != "Draft"]
    return (_r((d["Quantity"] * d["Item Price"]).sum()), d["Customer Name"].nunique()) + _days(
        d["Invoice Date"], "%d/%m/%Y"
    )


def etsy_orders(path):
    """`Order Value` less `Discount Amount`; shipping and tax are other columns. Customer = `Buyer User ID` (111 orders
    blank: unidentified; by `Buyer` name it is 1976). `Order Total` is inexact in this file. The Adjusted
    columns (82 orders partly refunded) have no usable refund amount: `Adjusted Order Total` is 0 everywhere."""
    d = pd.read_csv(path)
    return (_r((d["Order Value"] - d["Discount Amount"]).sum()), d["Buyer User ID"].nunique()) + _days(
        d["Sale Date"], "%m/%d/%y"
    )


def stripe_overlays(path):
    """None: `Amount` is in three currencies (eur 3107.50 on 319 rows / mxn 19115.00 on 106 / usd 3553.00 on 197),
    `Converted Amount` is one currency (thb) and sums to 284332.30. Largest by rows: EUR 3107.50 (95 customers);
    customer = `Customer ID`, 196 in all, 15 rows blank; days 2023-11-07 to 2024-06-07. Semicolons."""
    return None


def m3_invoices(path):
    """`Invoice Amount INR` = `Net Invoice Amount INR` less `Discount Invoice Amount INR` on every row (the column called Net
    is before discount: 231930203.33). FCN columns are foreign currency (INR/EUR/USD), so the INR ones
    are the additive ones. Customer = `Customer No`; day = `Invoice Date` (month/day; Due and Accounting dates too)."""
    d = pd.read_csv(path)
    return (_r(d["Invoice Amount INR"].sum()), d["Customer No"].nunique()) + _days(d["Invoice Date"], "%m/%d/%Y")


def stan_store(path):
    """`Subtotal` less `Discount Amount` (tax apart). Payment Status Failed, Pending and Refunded are no sale (no refund
    amount column: whole line off). Customer = `Customer ID`, which is new on every row (173 among sales; by
    e-mail it would be 17)."""
    d = pd.read_csv(path)
    d = d[d["Payment Status"].isin(["Succeeded", "Refunded"])]
    net = (d["Subtotal"] - d["Discount Amount"])[d["Payment Status"] == "Succeeded"]
    return (_r(net.sum()), d["Customer Email"].nunique()) + _days(d["Date"])


def zoho_invoice(path):
    """None: masked export, `Item Price` is 123 and `SubTotal` 456 on all 188 rows. In Zoho Books SubTotal is the invoice's,
    repeated on its lines. Void and Draft are no sale. Candidates: Quantity x Item Price less Discount Amount
    126081.30, or SubTotal once per invoice 25536.00 (46 customers; `_zoho_candidates` gives both).
    Days 2022-11-01 to 2022-11-04. Month/day dates."""
    return None


def _zoho_candidates(path):
    d = pd.read_csv(path)
    d = d[~d["Invoice Status"].isin(["Void", "Draft"])]
    a = (d["Quantity"] * d["Item Price"] - d["Discount Amount"]).sum()
    return _r(a), _r(d.drop_duplicates("Invoice Number")["SubTotal"].sum()), d["Customer Name"].nunique()


def odoo_gasket(path):
    """`order_line/price_subtotal` (Odoo: net of tax, after discount), 6 blank rows are samples without price. All states are
    Sale Order or Sale Order/Done. Customer = `order_line/order_partner_id/display_name` (Odoo's Customer field, 29);
    the custom field `end_customer` has 314. Day = `date_order` (month/day: 3/15/2021). One currency (IDR), not named."""
    d = pd.read_csv(path)
    return (_r(d["order_line/price_subtotal"].sum()), d["order_line/order_partner_id/display_name"].nunique()) + _days(
        d["order_line/order_id/date_order"], "%m/%d/%Y %H:%M"
    )


def odoo_mespilus(path):
    """quantity x price_unit of each invoice line (tax 'b' templates: untaxed). Invoice, partner and date stand on an
    invoice's first line only; the lines below belong to it. Customer = `partner_id` (a tax number)."""
    d = pd.read_csv(path)
    net = d["invoice_line_ids/quantity"] * d["invoice_line_ids/price_unit"]
    return (_r(net.sum()), d["partner_id"].nunique()) + _days(d["invoice_date"].dropna())


def bling_vendas(path):
    """`valor` per order; situacao Cancelado is no sale; Atendido, Verificado and Em andamento count. Customer = `cliente`
    by name (Consumidor Final, 61 orders, is a walk-in label, and nobody)."""
    d = pd.read_csv(path)
    d = d[d["situacao"] != "Cancelado"]
    who = d["cliente"][d["cliente"] != "Consumidor Final"]
    return (_r(d["valor"].sum()), who.nunique()) + _days(d["data"])


def ebay_transactions(path):
    """Type Order: `Item subtotal` (shipping and fees apart); Type Refund: `Gross transaction amount` (negative, -45.49) off.
    Other fee, Payout, Shipping label, Transfer, Hold are no sale. '--' is blank. Customer = `Buyer username`.
    `Net amount` is after eBay's fees (3358.90 for orders and refunds), not the sale."""
    d = pd.read_csv(path, na_values="--")
    o, r = d[d["Type"] == "Order"], d[d["Type"] == "Refund"]
    return (_r(o["Item subtotal"].sum() + r["Gross transaction amount"].sum()), o["Buyer username"].nunique()) + _days(
        pd.concat([o, r])["Transaction date"], "%b %d, %Y"
    )


def sap_salesorders(path):
    """`NETAMOUNT` (GROSSAMOUNT less TAXAMOUNT); LIFECYCLESTATUS X = cancelled is no sale, C (completed) and I (in process)
    count. Customer = `PARTNERID`; day = `CREATEDAT` yyyymmdd (runs up to 2035: as in the file). All USD."""
    d = pd.read_csv(path)
    d = d[d["LIFECYCLESTATUS"] != "X"]
    return (_r(d["NETAMOUNT"].sum()), d["PARTNERID"].nunique()) + _days(d["CREATEDAT"], "%Y%m%d")


def sap_saleshistory(path):
    """`NETAMOUNT` per order item; LIFECYCLESTATUS X = cancelled is no sale. Customer = `PARTNERID`; day = `CREATEDAT`
    (CHANGEDAT and DELIVERYDATE are other dates). All USD."""
    d = pd.read_csv(path)
    d = d[d["LIFECYCLESTATUS"] != "X"]
    return (_lines(d["NETAMOUNT"]), d["PARTNERID"].nunique()) + _days(d["CREATEDAT"], "%Y%m%d")


def hubspot_deals(path):
    """`Amount` of Deal Stage Closed Won only: the other stages are open or lost deals (all 500 rows: 62499790.17, no
    sales figure). Customer = `Associated Contact Email`; day = `Close Date` (the date of winning)."""
    d = pd.read_csv(path)
    d = d[d["Deal Stage"] == "Closed Won"]
    return (_r(d["Amount"].sum()), d["Associated Company Domain"].nunique()) + _days(d["Close Date"])


def quickbooks_flowers(path):
    """`*ItemAmount` = quantity x rate. Customer and date stand on an invoice's first line; the three lines of text at the foot
    are no rows. Day/month dates (due 23/05/2026). Customer = `*Customer` (3 names, 4 invoices)."""
    d = pd.read_csv(path).dropna(subset=["*ItemAmount"])
    return (_r(d["*ItemAmount"].astype(float).sum()), d["*Customer"].nunique()) + _days(
        d["*InvoiceDate"].dropna(), "%d/%m/%Y"
    )


def chinook_invoice(path):
    """`Total` per invoice; customer = `CustomerId`; day = `InvoiceDate`."""
    d = pd.read_csv(path)
    return (_r(d["Total"].sum()), d["CustomerId"].nunique()) + _days(d["InvoiceDate"])


def kimiafarma_penjualan(path):
    """jumlah_barang x harga (harga is the unit price: one product has one or two prices at quantities 1 to 130).
    Customer = `id_customer` (new on each row). The sum of harga alone (1843492.35) is no sales figure. IDR."""
    d = pd.read_csv(path)
    return (_r((d["jumlah_barang"] * d["harga"]).sum()), d["id_customer"].nunique()) + _days(d["tanggal"])


def classicmodels(path):
    """`SALES` per line (not QUANTITYORDERED x PRICEEACH: PRICEEACH is capped at 100). STATUS Cancelled (60 lines, 194487.48) is
    no sale; On Hold, Disputed, In Process, Resolved count. Customer = `CUSTOMERNAME`. Latin-1."""
    d = pd.read_csv(path, encoding="latin1")
    d = d[d["STATUS"] != "Cancelled"]
    return (_r(d["SALES"].sum()), d["CUSTOMERNAME"].nunique()) + _days(d["ORDERDATE"], "%m/%d/%Y %H:%M")


def superstore_zh(path):
    """销售额 per line (after discount). Customer = 客户 ID (790; 771 names). Day = 订单日期, not 发货日期. GB18030.
    The exact sum is 16068954.125: .12 or .13 by rounding."""
    d = pd.read_csv(path, encoding="gb18030")
    return (_lines(d["销售额"]), d["客户 ID"].nunique()) + _days(d["订单日期"], "%Y/%m/%d")


def superstore_fr(path):
    """Sheet Achats: `Ventes` per line (after discount), customer = `ID client`, day = `Date de commande`. The sheet Retours names
    636 returned orders in another table and is not applied (637 lines, 204919.51: applied, 2733169.55)."""
    d = pd.read_excel(path, sheet_name="Achats")
    return (_lines(d["Ventes"]), d["ID client"].nunique()) + _days(d["Date de commande"])


def cdnow_master(path):
    """No header, blanks between: customer, yyyymmdd (shifted to 2021/22 in this copy), CDs, dollars. 80 rows of 0 dollars."""
    d = pd.read_csv(path, sep=r"\s+", header=None)
    return (_r(d[3].sum()), d[0].nunique()) + _days(d[1], "%Y%m%d")


def cdnow_sample(path):
    """No header, blanks between: master id, sample id (1 to 2357), yyyymmdd, CDs, dollars. Both ids give 2357 customers."""
    d = pd.read_csv(path, sep=r"\s+", header=None)
    return (_r(d[4].sum()), d[0].nunique()) + _days(d[2], "%Y%m%d")


def crm_pipeline(path):
    """`close_value` of deal_stage Won (Lost has 0, open stages blank). Customer = `account`; day = `close_date` (month/day), not
    `engage_date`."""
    d = pd.read_csv(path)
    d = d[d["deal_stage"] == "Won"]
    return (_r(d["close_value"].sum()), d["account"].nunique()) + _days(d["close_date"], "%m/%d/%Y")


def adventureworks_fr(path):
    """Quantite x Prix_Unitaire (decimal comma inside quotes: "2024,994"). Customer = `ID_Client`; day = `Date_Commande`."""
    d = pd.read_csv(path, decimal=",")
    return (_lines((d["Quantite"] * d["Prix_Unitaire"])), d["ID_Client"].nunique()) + _days(d["Date_Commande"])


def dataco(path):
    """`Order Item Total` = Sales less Order Item Discount (also `Sales per customer`). Order Status CANCELED, SUSPECTED_FRAUD (both:
    shipping canceled) and PENDING_PAYMENT are no sale; PENDING, ON_HOLD, PAYMENT_REVIEW count. Taking out CANCELED
    only: 1088146.47; CANCELED and SUSPECTED_FRAUD only: 1063460.86. Customer = `Customer Id`. UTF-8 (read as Latin-1 here, no matter for the figures). Month/day dates."""
    d = pd.read_csv(path, encoding="latin1")
    d = d[~d["Order Status"].isin(["CANCELED", "SUSPECTED_FRAUD", "PENDING_PAYMENT"])]
    return (_lines(d["Order Item Total"]), d["Customer Id"].nunique()) + _days(
        d["order date (DateOrders)"], "%m/%d/%Y %H:%M"
    )


def salesjan2009(path):
    """`Price` per transaction; customer = `Name` (first names as typed, blanks at the ends trimmed: 742; 765 untrimmed, 682 without case).
    Month/day (1/13/09 and more occur)."""
    d = pd.read_csv(path)
    return (
        _r(pd.to_numeric(d["Price"].astype(str).str.replace(",", "")).sum()),
        d["Name"].str.strip().nunique(),
    ) + _days(d["Transaction_date"], "%m/%d/%y %H:%M")


def korean_sales(path):
    """Sheet 매출: 매출금액 = 단가 x 수량 x (1 - 할인율). Customer = 거래처 (name), day = 날짜. Sheets 거래처 and 지역 are
    lookups. 매출원가 and 매출이익 are cost and margin."""
    d = pd.read_excel(path, sheet_name="매출")
    return (_r(d["매출금액"].sum()), d["거래처"].nunique()) + _days(d["날짜"])


def japanese_tx(path):
    """売上 per transaction, customer = 顧客番号, day = 取引日時 (顧客登録日時 and 誕生日 are other dates). Yen with fractions."""
    d = pd.read_excel(path)
    return (_lines(d["売上"]), d["顧客番号"].nunique()) + _days(d["取引日時"])


def japanese_kakin(path):
    """課金額 per user and day; most rows are 0 (a visit without a charge). Customer = ユーザーid over all rows: 12162; with a charge
    above 0 only 1390. Day = 日付."""
    d = pd.read_excel(path)
    return (_r(d["課金額"].sum()), d["ユーザーid"].nunique()) + _days(d["日付"])


def japanese_titles(path):
    """Sheets by month: 4月 with a title row and the header in row 3, 6月 without header from row 4, 5月 and 第1四半期 empty. 小計 is a
    formula without stored value (= 単価 x 数量). Answer over both months; 4月 alone is 282800 (7 rows), 6月 348000 (3 rows).
    Customer = 顧客名称."""
    rows = pd.concat(
        [
            pd.read_excel(path, sheet_name="4月", header=None, skiprows=3),
            pd.read_excel(path, sheet_name="6月", header=None).dropna(how="all"),
        ]
    )
    return (_r((rows[3].astype(float) * rows[4].astype(float)).sum()), rows[1].nunique()) + _days(rows[0])


def fatture_toscana(path):
    """`importo` per invoice (no tax columns), customer = `cliente`, day = `data_emissione` (not `data_scadenza`)."""
    d = pd.read_csv(path)
    return (_r(d["importo"].sum()), d["cliente"].nunique()) + _days(d["data_emissione"])


def afip_daca(path):
    """No header, code page 850, blank rows; two Facturas B have a DNI and no name, they are sales. Columns by content: 1 currency, 2 customer, 4 date, 5 CUIT, 7 gross, 9 VAT, 10 net, 15 type.
    Gross = VAT + net on all rows. Two Notas de Credito (203) are off. '$' (ARS, 84 rows); one USD row (net 17250.00) apart. Customer = CUIT or DNI."""
    d = pd.read_csv(path, encoding="cp850", header=None).dropna(subset=[4])
    d = d[d[1] == "$"]
    sign = d[15].astype(str).str.contains("Nota").map({True: -1, False: 1})
    return (_r((d[10] * sign).sum()), d[5].nunique()) + _days(d[4])


def violanova(path):
    """`sprzedaz` (net sales; marza is margin, ilosc quantity), 47 negative rows are returns and stay in the sum. Customer =
    `numer_gr_klienta` (customer group). Day/month with dots (28.02.2025). Month-end totals per group and category."""
    d = pd.read_csv(path, encoding="utf-8-sig")
    return (_r(d["sprzedaz"].sum()), d["numer_gr_klienta"].nunique()) + _days(d["data"], "%d.%m.%Y")


def _tiendanube(path, encoding):
    d = pd.read_csv(path, sep=";", encoding=encoding)
    o = d[d["Fecha"].notna()]
    net = o["Subtotal de productos"].astype(float) - o["Descuento"].astype(float)
    return (_r(net.sum()), d["Email"].nunique()) + _days(o["Fecha"], "%d/%m/%Y %H:%M:%S")


def tiendanube(path):
    """`Subtotal de productos` less `Descuento`, on an order's first line only (further product lines have number and e-mail only).
    Product price x quantity gives the Subtotal: 4245869 before discount. All Abierta/Recibido. Customer = Email (63, as by DNI).
    Broken UTF-8 in the headers. Day/month/year."""
    return _tiendanube(path, "utf-8")


def tiendanube_latin1(path):
    """As tiendanube, Latin-1. Subtotal 11208670 less Descuento 195975. All Abierta/Recibido. Customer = Email (135 orders)."""
    return _tiendanube(path, "latin1")


def zakazchik_ru(path):
    """Итого = Цена за упаковку x Количество. Customer = Заказчик (4 chains). Day/month with dots. Windows-1251, semicolons."""
    d = pd.read_csv(path, sep=";", encoding="cp1251")
    return (_r(d["Итого"].sum()), d["Заказчик"].nunique()) + _days(d["Дата"], "%d.%m.%Y %H:%M")


def powerquery_fr(path):
    """quantite x prixUnitaire x (1 - remisePourcent). 30 rows have the word `annulation` for a quantity (cancelled: no sale), 20 a
    blank (nothing sold). Customer = `idClient`; day = `dateCommande`, not `dateExpedition`."""
    d = pd.read_excel(path)
    d["quantite"] = pd.to_numeric(d["quantite"], errors="coerce")
    d = d.dropna(subset=["quantite"])
    net = d["quantite"] * d["prixUnitaire"] * (1 - d["remisePourcent"])
    return (_lines(net), d["idClient"].nunique()) + _days(d["dateCommande"])


def sakila_pl(path):
    """`Kwota` per payment, customer = `Klient` (id), day = `Czas`. Pracownik is the clerk. Semicolons."""
    d = pd.read_csv(path, sep=";")
    return (_r(d["Kwota"].sum()), d["Klient"].nunique()) + _days(d["Czas"], "%Y-%m-%d %H:%M")


def tienda_sqlite(path):
    """SQLite, table ventas: `total` = cantidad x precio_unitario per line (5 rows repeat exactly and stay). Customer = `cliente_id`."""
    with sqlite3.connect(path) as c:
        d = pd.read_sql("select * from ventas", c)
    return (_r(d["total"].sum()), d["cliente_id"].nunique()) + _days(d["fecha"])


def faktury_sk(path):
    """Množstvo x Jednotková cena EUR (decimal comma; Sadzba DPH 0,23 is the VAT rate, so the unit price is taken as net). All states are sales:
    Uhradená (paid), Otvorená (open), Po splatnosti (overdue). Day = Dátum faktúry, not Dátum splatnosti."""
    d = pd.read_csv(path, sep=";", decimal=",")
    return (_r((d["Množstvo"] * d["Jednotková cena EUR"]).sum()), d["Zákazník"].nunique()) + _days(d["Dátum faktúry"])


def donhang_vi(path):
    """SoLuong x DonGia. Customer = MaKH. Two rows (DH001, DH002) repeat exactly and are counted as they stand; each once
    only, the total is 19200000. VND, not named."""
    d = pd.read_csv(path)
    return (_r((d["SoLuong"] * d["DonGia"]).sum()), d["MaKH"].nunique()) + _days(d["NgayDat"])


def fatture_valute(path):
    """Several currencies (EUR 10150.00, USD 25534.56, GBP 1750, AED 3500, CHF 2500, blank 1400): the largest, USD, is answered. One
    amount is `1.234,56`, one is blank (no sale). Customer = `cliente_id`. Credit -500.00 (EUR) is a plain negative line."""
    d = pd.read_csv(path, dtype=str)
    d = d[(d["valuta"] == "USD") & d["importo"].notna()]
    v = d["importo"].map(lambda s: float(s.replace(".", "").replace(",", ".")) if "," in s else float(s))
    return (_r(v.sum()), d["cliente_id"].nunique()) + _days(d["data_emissione"])


def factures_recouvrement(path):
    """`montant` per invoice; Payée, En attente and En retard are all issued invoices (sales; what waits is the payment). If En attente
    were taken for a pending order, the total would be 100550.00. Customer = `client_id`; day = `date_emission`."""
    d = pd.read_csv(path)
    return (_r(d["montant"].sum()), d["client_id"].nunique()) + _days(d["date_emission"])


ANSWERS = {
    "01-shopify-enavant": shopify_enavant,
    "02-shopify-explorer": shopify_explorer,
    "03-woocommerce-import": woocommerce_import,
    "04-zoho-gearnova": zoho_gearnova,
    "05-etsy-orders": etsy_orders,
    "06-stripe-overlays": stripe_overlays,
    "07-m3-invoices": m3_invoices,
    "08-stan-store": stan_store,
    "09-zohobooks-invoice": zoho_invoice,
    "10-odoo-gasket": odoo_gasket,
    "11-odoo-mespilus": odoo_mespilus,
    "12-bling-vendas": bling_vendas,
    "13-ebay-transactions": ebay_transactions,
    "14-sap-salesorders": sap_salesorders,
    "15-sap-saleshistory": sap_saleshistory,
    "16-hubspot-deals": hubspot_deals,
    "17-quickbooks-flowers": quickbooks_flowers,
    "18-chinook-invoice": chinook_invoice,
    "19-kimiafarma-penjualan": kimiafarma_penjualan,
    "20-classicmodels": classicmodels,
    "21-superstore-zh": superstore_zh,
    "22-superstore-fr": superstore_fr,
    "23-cdnow-master": cdnow_master,
    "24-cdnow-sample": cdnow_sample,
    "25-crm-pipeline": crm_pipeline,
    "26-adventureworks-fr": adventureworks_fr,
    "27-dataco": dataco,
    "28-salesjan2009": salesjan2009,
    "29-korean-sales": korean_sales,
    "30-japanese-tx": japanese_tx,
    "31-japanese-kakin": japanese_kakin,
    "32-japanese-titles": japanese_titles,
    "33-fatture-toscana": fatture_toscana,
    "34-afip-daca": afip_daca,
    "35-violanova": violanova,
    "36-tiendanube": tiendanube,
    "37-zakazchik-ru": zakazchik_ru,
    "38-tiendanube-latin1": tiendanube_latin1,
    "39-powerquery-fr": powerquery_fr,
    "40-sakila-pl": sakila_pl,
    "41-tienda-sqlite": tienda_sqlite,
    "42-faktury-sk": faktury_sk,
    "43-donhang-vi": donhang_vi,
    "44-fatture-valute": fatture_valute,
    "45-factures-recouvrement": factures_recouvrement,
}

if __name__ == "__main__":
    import glob

    for key, fun in ANSWERS.items():
        print(key, fun(glob.glob(f"/tmp/h/lists1/files/{key}.*")[0]))
