"""Answers worked out by hand for the ninth list of sales files (independent of any reader).

Each function takes the file's path and returns (net total rounded to cents, distinct customers with sales lines,
first sales day, last sales day), days as datetime.date; None where the file itself leaves it open (none here).
Money is whole cents a line, half away from zero. Needs pandas, openpyxl and a reader of old .xls
(python-calamine).
Drawn by look-ups of likely file names in many languages, in the order of the look-ups, at most two files of one name
(or of a table beside it in the same repository), where a careful reader need not ask; no repository of an earlier list,
and none that an earlier draw had brought to this machine. Of names that hundreds of repositories have, only some were
looked at. Left out, among others: orders of which a hundred stand twice and fifty have a quantity of -1, shop orders a
quarter of which have no day, lines without a customer, a day or a header, a gross amount without a rate, quantities
that are missing, customers of one order each, a price that may be of one piece or of all, files of fewer than nine
lines, and further files of a name that had given two. Each answer was worked out a second time by other means.
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
    """Names without outer blanks, blanks dropped."""
    s = s.dropna().astype(str).str.strip()
    return s[s.ne("")]


def transaksi_sales(path):
    """Harga Asli (IDR, the only money; no quantity, tax or state), one line a transaction. Customer = Customer, a name
    (55); Nama Sales is the seller (4). Day = Tanggal Transaksi."""
    x = pd.read_csv(path)
    return _out(_cents(x["Harga Asli"]), _who(x["Customer"]).nunique(), pd.to_datetime(x["Tanggal Transaksi"]))


def facturas_sae(path):
    """CAN_TOT - DES_TOT of the invoices with STATUS E (emitida, 10535); the 358 with C are cancelada. CAN_TOT is before
    the discount: DES_TOT is 15 % of it on 108 of the 153 invoices that have one, and a round percentage on most others
    (DES_FIN is 0 on all; no tax stands in the file). Customer = CVE_CLPV, a number (0, of 16 invoices, is a number
    like another: nothing says that it is nobody). Day = FECHA_DOC."""
    x = pd.read_csv(path)
    x = x[x["STATUS"].eq("E")]
    net = x["CAN_TOT"] - x["DES_TOT"] - x["DES_FIN"]
    return _out(_cents(net), x["CVE_CLPV"].nunique(), pd.to_datetime(x["FECHA_DOC"]))


def koszyki_sklep(path):
    """cena, the price of the line (PLN; no quantity, tax or state), 1242 lines of 400 orders (id). Customer = klient.
    Day = data, one to an order."""
    x = pd.read_csv(path)
    return _out(_cents(x["cena"]), x["klient"].nunique(), pd.to_datetime(x["data"]))


def orders_electronics(path):
    """revenue (= quantity x unit_price x (1 - discount_pct / 100) on all 5000 lines, to half a cent). Customer =
    customer_id. Day = order_date (ship_date is later)."""
    x = pd.read_csv(path)
    return _out(_cents(x["revenue"]), x["customer_id"].nunique(), pd.to_datetime(x["order_date"]))


def orders_metalworks(path):
    """subtotal (total is more on 23 orders of one customer, who pays sales tax) of the sheet sales_orders, one line an
    order; the other sheets are summaries of it. Orders of 0.00 (115) stay. Customer = customer_id. Day = order_date."""
    x = pd.read_excel(path, sheet_name="sales_orders")
    return _out(_cents(x["subtotal"]), x["customer_id"].nunique(), x["order_date"])


def invoices_vet(path):
    """Subtotal (Subtotal + TaxAmount = TotalAmount on all 20053). PaymentStatus says what was paid: Paid, Partially
    Paid, Unpaid and Written Off (160) are all invoices of work that was done, none is void. Customer = ClientID (PetID
    is the animal). Day = InvoiceDate."""
    x = pd.read_csv(path)
    return _out(_cents(x["Subtotal"]), x["ClientID"].nunique(), pd.to_datetime(x["InvoiceDate"]))


def relatorio_vendas(path):
    """total (BRL, = quantidade x preco on all 19 lines). Customer = id_cliente, one to a name. Day = data_venda (mes
    beside it)."""
    x = pd.read_excel(path)
    return _out(_cents(x["total"]), x["id_cliente"].nunique(), x["data_venda"])


def ventes_lakehouse(path):
    """montant, the money of the line (quantite beside it, no unit price; returns are another table and not applied).
    Customer = client_id. Day = date_vente."""
    x = pd.read_csv(path)
    return _out(_cents(x["montant"]), x["client_id"].nunique(), pd.to_datetime(x["date_vente"]))


def ventes_boutique(path):
    """Quantité x Prix_Unitaire (no other amount), 1000 lines. Customer = Client_ID. Day = Date."""
    x = pd.read_csv(path)
    return _out(_cents(x["Quantité"] * x["Prix_Unitaire"]), x["Client_ID"].nunique(), pd.to_datetime(x["Date"]))


def orders_payments(path):
    """payment, the money of the order (the only one), one line an order. Customer = customer_id. Day = order_date
    (delivery_date is later)."""
    x = pd.read_excel(path)
    return _out(_cents(x["payment"]), x["customer_id"].nunique(), x["order_date"])


def superstore_japan(path):
    """The sales of the line (after its rate of discount: no unit price stands by it; no currency stands in the file, and
    a quarter of the lines have decimals, which stay). Customer = the customer's id (794). Day = order day."""
    x = pd.read_csv(path)
    return _out(_cents(x["売上"]), x["顧客 ID"].nunique(), pd.to_datetime(x["オーダー日"]))


def vendas_escritorio(path):
    """Receita (BRL, = Quantidade x Preço Unitário on all 500; Lucro is the profit). Customer = Cliente, a name (497;
    three come again). Day = Data."""
    x = pd.read_csv(path)
    return _out(_cents(x["Receita"]), _who(x["Cliente"]).nunique(), pd.to_datetime(x["Data"]))


def superstore_states(path):
    """Sales (USD, after Discount: no unit price stands by it), 9994 lines, four of them without Quantity, which changes
    nothing. Customer = Customer ID. Day = Order Date."""
    x = pd.read_csv(path)
    return _out(_cents(x["Sales"]), x["Customer ID"].nunique(), pd.to_datetime(x["Order Date"]))


def orders_segments(path):
    """sales (a rate of discount, a quantity and the profit beside it, no unit price), one line an order. Customer =
    customer_id. Day = order_date."""
    x = pd.read_csv(path)
    return _out(_cents(x["sales"]), x["customer_id"].nunique(), pd.to_datetime(x["order_date"]))


def invoices_fuel(path):
    """Total (= Quantity x Unit Price on all 1186 lines; no tax stands in the file). Customer = Customer Name but "Cash
    Customer" (368 lines), whoever pays at the till: 15. Date m/d/Y (the second number reaches 31)."""
    x = pd.read_csv(path)
    who = x.loc[x["Customer Name"].ne("Cash Customer"), "Customer Name"]
    return _out(_cents(x["Total"]), _who(who).nunique(), pd.to_datetime(x["Date"], format="%m/%d/%Y"))


ANSWERS = {
    "z01-transaksi-sales": transaksi_sales,
    "z02-facturas-sae": facturas_sae,
    "z03-koszyki-sklep": koszyki_sklep,
    "z04-orders-electronics": orders_electronics,
    "z05-orders-metalworks": orders_metalworks,
    "z06-invoices-vet": invoices_vet,
    "z07-relatorio-vendas": relatorio_vendas,
    "z08-ventes-lakehouse": ventes_lakehouse,
    "z09-ventes-boutique": ventes_boutique,
    "z10-orders-payments": orders_payments,
    "z11-superstore-japan": superstore_japan,
    "z12-vendas-escritorio": vendas_escritorio,
    "z13-superstore-states": superstore_states,
    "z14-orders-segments": orders_segments,
    "z15-invoices-fuel": invoices_fuel,
}

if __name__ == "__main__":
    import glob
    import sys

    for key, f in ANSWERS.items():
        print(key, f(glob.glob(f"{sys.argv[1]}/{key}.*")[0]))
