"""Answers worked out by hand for the eighth list of sales files (independent of any reader).

Each function takes the file's path and returns (net total rounded to cents, distinct customers with sales lines,
first sales day, last sales day), days as datetime.date; None where the file itself leaves it open (none here).
Money is whole cents a line, half away from zero. Needs pandas and openpyxl.
Drawn by look-ups of likely file names in many languages, in the order found, where a careful reader need not ask; no
repository of an earlier list. Left out, among others: a VAT book whose lines of collection and of no tax number can be
counted either way, a gross amount without a rate, orders whose goods stand on some lines as a discount alone, payment
and delivery days with no day of the order, days partly swapped by a spreadsheet, shop orders with an e-mail on some
and a phone on all, members' ids that never repeat, and lines without a day. Each answer was worked out a second time
by other means.
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


def coffee_shops(path):
    """total, one line a sale (10388; no quantity, tax or state). Customer = customer_id. Day = sale_date."""
    x = pd.read_csv(path)
    return _out(_cents(x["total"]), x["customer_id"].nunique(), pd.to_datetime(x["sale_date"]))


def shopify_waffles(path):
    """Subtotal less Taxes (EUR; Subtotal + Shipping = Total on all 39 orders, a line each, so that the VAT of 0.87 on
    two of them is inside; none on the rest). All paid, none cancelled or refunded; orders of 0.00 stay. Customer =
    Email, case ignored. Day as written, with its own offset."""
    o = pd.read_csv(path).drop_duplicates("Name")
    days = pd.to_datetime(o["Created at"].str[:10])
    return _out(_cents(o["Subtotal"] - o["Taxes"]), _who(o["Email"]).str.lower().nunique(), days)


def uriage_seikyu(path):
    """The sum of the line (JPY, = unit price x quantity on all 20; a star beside it tells the class of tax, no tax
    stands in the file), below a title and an empty row. Customer = the client's id, one to a name (3). Day = day of
    the sale."""
    x = pd.read_excel(path, skiprows=2)
    return _out(_cents(x["計"]), x["顧客ID"].nunique(), x["売り上げ日"])


def penjualan_batik(path):
    """harga x jumlah (price x quantity, IDR; no other amount), 24 lines, one of them repeated. Customer = pembeli, the
    buyer's name (8; Ibu niken buys for two towns). Day = waktu: one line, the second, is of 2021, all others of
    2010."""
    x = pd.read_excel(path)
    return _out(_cents(x["harga"] * x["jumlah"]), _who(x["pembeli"]).nunique(), x["waktu"])


def commandes_nosql(path):
    """Quantité x Prix Unitaire of the lines payée (3778) and en attente (3661, pending orders count); the 3908 annulée
    are no sale (the state stands on the line: an order may have both). Customer = ID Client. Day = Date Commande."""
    x = pd.read_csv(path)
    x = x[x["Statut Commande"].ne("annulée")]
    days = pd.to_datetime(x["Date Commande"].str[:10])
    return _out(_cents(x["Quantité"] * x["Prix Unitaire"]), x["ID Client"].nunique(), days)


def superstore_latam(path):
    """Total (the line after its Descuento: no unit price stands by it), 10294 lines. Customer = Id. del cliente. Day =
    Fecha del pedido."""
    x = pd.read_excel(path)
    return _out(_cents(x["Total"]), x["Id. del cliente"].nunique(), x["Fecha del pedido"])


def pos_colombia(path):
    """VALOR_TOTAL (COP, = CANTIDAD x VALOR_UNITARIO - VALOR_DESCUENTO but for rounding on four lines) of the lines that
    are not ANULADA (N 54747; S 539 are voided). Customer = ID_TERCERO (1 is on half of the lines; nothing says that
    it is nobody). FECHA d.m.Y H:M."""
    x = pd.read_excel(path)
    x = x[x["ANULADA"].eq("N")]
    days = pd.to_datetime(x["FECHA"], format="%d.%m.%Y %H:%M")
    return _out(_cents(x["VALOR_TOTAL"]), x["ID_TERCERO"].nunique(), days)


def vendas_oxetech(path):
    """Valor Total of the line (BRL; Qtde beside it, no unit price), header in the fifth line of the sheet below a title
    with day and hour of the extract. Customer = ID_Cliente. Day = Data_Venda (Data_Entrega is the delivery)."""
    x = pd.read_excel(path, skiprows=4)
    return _out(_cents(x["Valor Total"]), x["ID_Cliente"].nunique(), x["Data_Venda"])


def vendas_papelaria(path):
    """Vlr Unit x Qtde Vendida (BRL; no other amount), 15000 lines. Customer = Cliente, five chains by name. Day =
    Data."""
    x = pd.read_excel(path)
    return _out(_cents(x["Vlr Unit"] * x["Qtde Vendida"]), _who(x["Cliente"]).nunique(), x["Data"])


def ventes_magasins(path):
    """montant_total (EUR, = prix_catalogue x quantite on all 470 lines). Customer = client_nom (5). Day = date_vente.
    Names and cells are padded with blanks."""
    x = pd.read_csv(path)
    x.columns = x.columns.str.strip()
    return _out(
        _cents(x["montant_total"]), _who(x["client_nom"]).nunique(), pd.to_datetime(x["date_vente"].str.strip())
    )


def ventes_revendeurs(path):
    """Quantité x PrixUnitaire (no other amount), a month of orders. Customer = CléRevendeur, the reseller who buys (90;
    CléEmployé is the seller). Day = DateCommande (DateExpédition is a week later)."""
    x = pd.read_excel(path)
    return _out(_cents(x["Quantité"] * x["PrixUnitaire"]), x["CléRevendeur"].nunique(), x["DateCommande"])


def ventas_por_factura(path):
    """Monto (decimal comma, GBP), one line an invoice (53 invoices go on in a second line, ten of these the same to the
    minute and the sum; they stay). Credits (C...) are negative, as are two of three A... without a client; all count.
    Customer = ID Cliente (3724 blank; 33 have credits alone and count, as does one of 0.00). Fecha de factura m/d/Y
    H:M:S."""
    x = pd.read_csv(path)
    net = x["Monto"].str.replace(",", ".").astype(float)
    days = pd.to_datetime(x["Fecha de factura"], format="%m/%d/%Y %H:%M:%S")
    return _out(_cents(net), x["ID Cliente"].nunique(), days)


def ventas_northwind(path):
    """Cantidad Vend. x Precio Unid. (USD; no other amount; Costo Unid. is a cost), sheet Ventas of 7001 lines behind a
    sheet on the teacher. Customer = Cod. Cliente, one to a name (14). Day = Fecha Venta."""
    x = pd.read_excel(path, sheet_name="Ventas")
    return _out(_cents(x["Cantidad Vend."] * x["Precio Unid."]), x["Cod. Cliente"].nunique(), x["Fecha Venta"])


def sales_china(path):
    """The sum of the sale (CNY, = quantity x unit price on all 500; profit beside it). Customer = the client's id (481,
    some come again). Day = the day, text."""
    x = pd.read_excel(path)
    return _out(_cents(x["销售总额"]), x["客户ID"].nunique(), pd.to_datetime(x["日期"]))


def superstore_regions(path):
    """Sales (USD, = Unit Price x Order Quantity x (1 - Discount) on all lines; Shipping Cost apart) of the sheet Orders.
    The sheet Returns is another table and not applied. Customer = Customer, a number, one to a name. Day = Order
    Date."""
    x = pd.read_excel(path, sheet_name="Orders")
    return _out(_cents(x["Sales"]), x["Customer"].nunique(), x["Order Date"])


ANSWERS = {
    "y01-coffee-shops": coffee_shops,
    "y02-shopify-waffles": shopify_waffles,
    "y03-uriage-seikyu": uriage_seikyu,
    "y04-penjualan-batik": penjualan_batik,
    "y05-commandes-nosql": commandes_nosql,
    "y06-superstore-latam": superstore_latam,
    "y07-pos-colombia": pos_colombia,
    "y08-vendas-oxetech": vendas_oxetech,
    "y09-vendas-papelaria": vendas_papelaria,
    "y10-ventes-magasins": ventes_magasins,
    "y11-ventes-revendeurs": ventes_revendeurs,
    "y12-ventas-por-factura": ventas_por_factura,
    "y13-ventas-northwind": ventas_northwind,
    "y14-sales-china": sales_china,
    "y15-superstore-regions": superstore_regions,
}

if __name__ == "__main__":
    import glob
    import sys

    for key, f in ANSWERS.items():
        print(key, f(glob.glob(f"{sys.argv[1]}/{key}.*")[0]))
