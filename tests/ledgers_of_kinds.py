"""Small invented ledgers of the kinds that tools export, each with what is right; held by test_ledgers_of_kinds.py.

The totals were worked out by hand beforehand and stand here as literals. Where the right answer can be argued about,
the case says so.
"""

# ruff: noqa: E501 - a row of a ledger is a line
from __future__ import annotations

import datetime as dt
import gzip
import io
import sqlite3
import unicodedata

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
from judge import Kind, database, sheet, zipped

PLAIN = "customer_id,date,amount\n"
TWO = PLAIN + "a,2024-01-13,10.50\nb,2024-02-14,-2.25\n"  # 8.25
SAID = {"a": 1050, "b": -225}


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def zst(text: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(text.encode())
    return sink.getvalue().to_pybytes()


def rows(n: int, form: str, start: str = "2024-01-01") -> str:
    """n lines of one form: `{c}` customer of three, `{d}` day by day, `{i}` a number."""
    days = pd.date_range(start, periods=n)
    return "".join(form.format(c="abc"[i % 3], d=f"{d:%Y-%m-%d}", i=i) + "\n" for i, d in enumerate(days))


NAMES = (  # names in twelve languages
    Kind("Portuguese names",
         "Código do Cliente;Nome do Cliente;Data de Emissão;Número do Pedido;Vendedor;Valor Líquido\n"
         "C10;Padaria Sol;05/01/2024;9001;Rui;1.200,00\nC11;Café Lua;28/02/2024;9002;Ana;300,50\n"
         "C10;Padaria Sol;15/03/2024;9003;Rui;-100,00\n",
         140050, {"C10": 110000, "C11": 30050}, 3, ("2024-01-05", "2024-03-15"), {"C10": "Padaria Sol", "C11": "Café Lua"}),
    Kind("Italian names",
         "Codice cliente;Ragione sociale;Data fattura;Numero fattura;Quantità;Prezzo unitario;Importo\n"
         "K1;Rossi S.r.l.;07/01/2024;F1;2;€ 50,00;€ 100,00\nK2;Bianchi & C.;19/02/2024;F2;1;€ 1.250,50;€ 1.250,50\n",
         135050, {"K1": 10000, "K2": 125050}, 2, ("2024-01-07", "2024-02-19"), {"K1": "Rossi S.r.l."}),
    Kind("Dutch names",
         "Klantnummer;Klantnaam;Factuurdatum;Factuurnummer;Aantal;Stuksprijs;Bedrag\n"
         "1001;De Boer BV;03-01-2024;F24-1;3;10,00;30,00\n1002;Jansen & Zn;17-02-2024;F24-2;1;99,95;99,95\n",
         12995, {"1001": 3000, "1002": 9995}, 2, ("2024-01-03", "2024-02-17"), {"1002": "Jansen & Zn"}),
    Kind("Polish names",
         "Nr klienta;Nazwa klienta;Data wystawienia;Nr faktury;Ilość;Cena netto;Wartość netto\n"
         "P1;Młyn Łódź;2024-01-09;FV/1;10;12,50;125,00\nP2;Żabka;2024-02-11;FV/2;1;1 000,00;1 000,00\n",
         112500, {"P1": 12500, "P2": 100000}, 2, ("2024-01-09", "2024-02-11"), {"P1": "Młyn Łódź"}),
    Kind("Turkish names",
         "Müşteri No;Müşteri Adı;Fatura Tarihi;Fatura No;Miktar;Birim Fiyat;Tutar\n"
         "M1;Yıldız A.Ş.;08.01.2024;1;2;75,00;150,00\nM2;Güneş Ltd.;21.02.2024;2;4;25,25;101,00\n",
         25100, {"M1": 15000, "M2": 10100}, 2, ("2024-01-08", "2024-02-21"), {"M1": "Yıldız A.Ş."}),
    Kind("Russian names",
         "Контрагент;Дата;Номер накладной;Товар;Количество;Цена;Сумма\n"
         "ООО Ромашка;10.01.2024;17;Чай;10;120,50;1 205,00\nИП Петров;22.02.2024;18;Кофе;2;400,00;800,00\n",
         200500, {"ООО Ромашка": 120500, "ИП Петров": 80000}, 2, ("2024-01-10", "2024-02-22")),
    Kind("Chinese names",
         "订单编号,下单日期,客户名称,产品,数量,单价,金额\n"
         "A1,2024/01/05,华星公司,笔,2,10.00,20.00\nA2,2024/02/13,长江公司,书,1,35.50,35.50\n",
         5550, {"华星公司": 2000, "长江公司": 3550}, 2, ("2024-01-05", "2024-02-13")),
    Kind("Japanese names",
         "伝票番号,売上日,得意先コード,得意先名,商品名,数量,単価,売上金額\n"
         "1,2024/01/05,0001,山田商店,紙,3,500,1500\n2,2024/02/06,0002,鈴木商事,筆,2,1200,2400\n",
         390000, {"0001": 150000, "0002": 240000}, 2, ("2024-01-05", "2024-02-06"), {"0001": "山田商店"}),
    Kind("Japanese days in words", "得意先,日付,金額\n山田商店,2024年1月5日,¥1500\n鈴木商事,2024年2月16日,¥2400\n",
         390000, {"山田商店": 150000, "鈴木商事": 240000}, 2, ("2024-01-05", "2024-02-16")),
    Kind("Korean names",
         "주문번호,주문일자,고객번호,고객명,상품명,수량,단가,금액\n"
         "1,2024-01-05,K1,한빛상사,펜,2,1000,2000\n2,2024-02-05,K2,대한무역,책,1,15000,15000\n",
         1700000, {"K1": 200000, "K2": 1500000}, 2, ("2024-01-05", "2024-02-05"), {"K1": "한빛상사"}),
    Kind("Hindi names, Indian grouping",
         "ग्राहक,दिनांक,चालान संख्या,मात्रा,दर,राशि\n"
         'राम स्टोर,05/01/2024,1,2,100.00,200.00\nश्याम ट्रेडर्स,25/02/2024,2,1,"1,50,000.00","1,50,000.00"\n',
         15020000, {"राम स्टोर": 20000, "श्याम ट्रेडर्स": 15000000}, 2, ("2024-01-05", "2024-02-25")),
    # Jumlah means both quantity and amount: here the multiplication decides.
    Kind("Indonesian names",
         "Kode Pelanggan;Nama Pelanggan;Tanggal;No Faktur;Jumlah;Harga Satuan;Total\n"
         "P01;Toko Maju;05/01/2024;F1;3;Rp 10.000;Rp 30.000\nP02;CV Abadi;17/02/2024;F2;1;Rp 1.250.000;Rp 1.250.000\n",
         128000000, {"P01": 3000000, "P02": 125000000}, 2, ("2024-01-05", "2024-02-17"), {"P02": "CV Abadi"}),
    Kind("Arabic names",
         "رقم العميل,اسم العميل,تاريخ الفاتورة,رقم الفاتورة,الكمية,سعر الوحدة,الإجمالي\n"
         "C1,شركة النور,٢٠٢٤/٠١/٠٥,1,٢,٥٠٫٠٠,١٠٠٫٠٠\nC2,مؤسسة الأمل,2024/02/13,2,1,30.50,30.50\n",
         13050, {"C1": 10000, "C2": 3050}, 2, ("2024-01-05", "2024-02-13"), {"C1": "شركة النور"}),
    Kind("starred names", "*Customer,*Date,*Amount,Description*\na,2024-01-13,10.50,x\nb,2024-02-14,-2.25,y\n", 825, SAID),
    Kind("(UTC) and a currency in the names",
         "Customer ID,Created At (UTC),Total (USD)\na,2024-01-13 23:59:59,10.50\nb,2024-02-14 00:00:01,-2.25\n",
         825, SAID, 2, ("2024-01-13", "2024-02-14"), currency="USD"),
    Kind("camelCase", "orderId,customerId,customerName,orderDate,netAmount\n1,a,Ann,2024-01-13,10.50\n2,b,Bob,2024-02-14,-2.25\n",
         825, SAID, 2, ("2024-01-13", "2024-02-14"), {"a": "Ann", "b": "Bob"}),
    Kind("plural", "Customers,Order Dates,Sales Amounts\na,2024-01-13,10.50\nb,2024-02-14,-2.25\n", 825, SAID),
    # Words run into one another; a price cut off at 100 is no reason to doubt SALES, but is told.
    Kind("CUSTOMERNAME and SALES",
         "ORDERNUMBER,QUANTITYORDERED,PRICEEACH,ORDERLINENUMBER,SALES,ORDERDATE,STATUS,CUSTOMERNAME,DEALSIZE\n"
         + "".join(f"10{i},30,95.70,1,2871.00,1/{i}/2004 0:00,Shipped,Land of Toys,Medium\n" for i in range(10, 29))
         + "1029,40,100.00,2,4708.40,1/29/2004 0:00,Shipped,Reims Ltd,Medium\n"
         "1030,20,50.00,1,1000.00,2/24/2004 0:00,Cancelled,Reims Ltd,Small\n",
         5925740, {"Land of Toys": 5454900, "Reims Ltd": 470840}, 20, ("2004-01-10", "2004-01-29"), left_out=100000,
         told=("cancelled", r"quantity|price")),
    Kind("a customer number, a name and a date with nothing else like them",
         "Kdnr,Name 1,Beleg vom,Netto\n7001,Acme,13.01.2024,10.50\n7002,Bolt,14.02.2024,2.25\n",
         1275, {"7001": 1050, "7002": 225}, refusable=(r"--fix", "Kdnr|Beleg vom", "13.01.2024")),
)  # fmt: skip

SAYS_OF_AMOUNT = ("customer_id,date,order_id,quantity,unit_price,sales,revenue\n"
                  "a,2024-01-13,1,2,10.00,50.00,20.00\na,2024-01-13,1,3,10.00,50.00,30.00\nb,2024-02-14,2,1,7.50,7.50,7.50\n")  # fmt: skip

AMOUNTS = (  # what the columns say of one another
    Kind("quantity x price decides between two amounts", SAYS_OF_AMOUNT, 5750, {"a": 5000, "b": 750}, 3),
    Kind("net, tax and gross in German", "Kunde;Datum;Netto;MwSt;Brutto\na;13.01.2024;100,00;19,00;119,00\nb;14.02.2024;250,00;47,50;297,50\n",
         35000, {"a": 10000, "b": 25000}),
    # Betrag and Gesamtbetrag are both amounts by their names: that one contains the tax is what decides.
    Kind("an amount, a tax and their sum", "Kunde;Datum;Betrag;Steuer;Gesamtbetrag\na;13.01.2024;100,00;19,00;119,00\nb;14.02.2024;250,00;47,50;297,50\n",
         35000, {"a": 10000, "b": 25000}),
    Kind("subtotal, shipping, tax and total", "Customer,Date,Subtotal,Shipping,Tax,Total\na,2024-01-13,100.00,5.00,8.00,113.00\nb,2024-02-14,50.00,0.00,4.00,54.00\n",
         15000, {"a": 10000, "b": 5000}),
    Kind("an order's total on each line, and nothing else",
         "Order ID,Order Date,Customer,Item,Order Total\n1,2024-01-05,a,x,50.00\n1,2024-01-05,a,y,50.00\n1,2024-01-05,a,z,50.00\n"
         "2,2024-02-13,b,x,10.00\n3,2024-03-20,a,y,80.00\n3,2024-03-20,a,z,80.00\n",
         14000, {"a": 13000, "b": 1000}, days=("2024-01-05", "2024-03-20"), told=("total",),
         refusable=("Order Total", r"140\.00", r"320\.00"), pasted=(14000, 32000)),
    Kind("an order's total on its first line only",
         "Order ID,Order Date,Customer,Item,Order Total\n1,2024-01-05,a,x,50.00\n1,2024-01-05,a,y,\n1,2024-01-05,a,z,\n"
         "2,2024-02-13,b,x,10.00\n3,2024-03-20,a,y,80.00\n3,2024-03-20,a,z,\n",
         14000, {"a": 13000, "b": 1000}, days=("2024-01-05", "2024-03-20")),
    Kind("two amounts that differ, and nothing decides", "customer_id,date,sales,revenue\na,2024-01-13,10.00,12.50\nb,2024-02-14,50.00,54.00\n",
         says=("sales", "revenue", r"60\.00", r"66\.50"), pasted=(6000, 6650)),
    # Nothing is wrong whichever is taken; to ask all the same is a nuisance but no fault.
    Kind("two amounts that are the same", "customer_id,date,sales,revenue\na,2024-01-13,10.00,10.00\nb,2024-02-14,50.00,50.00\n",
         6000, {"a": 1000, "b": 5000}, refusable=("sales", "revenue")),
    Kind("a total with tax in its name, and the tax",
         "Customer,Date,Total incl. VAT,VAT\na,2024-01-15,119.00,19.00\nb,2024-02-16,297.50,47.50\n",
         35000, {"a": 10000, "b": 25000}, told=("tax|vat",), refusable=("tax_included",), pasted=(35000, 41650)),
    # Nothing says whether this total contains the tax: to ask is right, to guess without a word is not.
    Kind("a total and a tax, and nothing says which", "Customer,Date,Total,Tax\na,2024-01-15,119.00,19.00\nb,2024-02-16,297.50,47.50\n",
         35000, {"a": 10000, "b": 25000}, told=("tax",), refusable=("tax_included",), pasted=(35000, 41650)),
    Kind("tax taken out by option", "Customer,Date,Total,Tax\na,2024-01-15,119.00,19.00\nb,2024-02-16,297.50,47.50\n",
         35000, mapping={"options": {"tax_included": True}}),
    Kind("tax not in it, by option", "Customer,Date,Total,Tax\na,2024-01-15,119.00,19.00\nb,2024-02-16,297.50,47.50\n",
         41650, mapping={"options": {"tax_included": False}}),
    Kind("a mapped amount wins over evidence", SAYS_OF_AMOUNT, 10750, mapping={"ledger": {"amount": "sales"}}),
    Kind("amount switched off", SAYS_OF_AMOUNT, 5750, mapping={"ledger": {"amount": ""}}),
    Kind("mapped quantity and price win over a column of our own name",
         "customer_id,date,amount,stk,vk\na,2024-01-13,99.00,2,10.00\nb,2024-02-14,99.00,1,7.50\n", 2750,
         mapping={"ledger": {"quantity": "stk", "unit_price": "vk"}}, told=("amount",)),
    Kind("a comma before three digits, decided by multiplication",
         'customer,date,quantity,price,amount\na,2024-01-13,3,500,"1,500"\nb,2024-02-14,2,600,"1,200"\n', 270000,
         refusable=("decimal =",), pasted=(270000, 270)),
    Kind("lines that differ from quantity x price are counted", PLAIN.replace("amount", "quantity,unit_price,amount")
         + rows(20, "{c},{d},2,5.00,10.00") + "a,2024-02-01,2,5.00,9.50\n", 20950, told=(r"\b1 (of|line)|one line",)),
    # Positive amounts of credit notes: ignoring the kind of document would change the total, so a note is not enough.
    Kind("credit notes with positive amounts", "Document No,Document Type,Posting Date,Customer No,Amount\n"
         "1,Invoice,2024-01-15,a,100.00\n2,Credit Note,2024-02-16,a,30.00\n3,Invoice,2024-03-17,b,50.00\n",
         12000, {"a": 7000, "b": 5000}, told=("credit",), refusable=("credit note", "Document Type")),
    Kind("credit notes with negative amounts", "Document No,Document Type,Posting Date,Customer No,Amount\n"
         "1,Invoice,2024-01-15,a,100.00\n2,Credit Memo,2024-02-16,a,-30.00\n3,Invoice,2024-03-17,b,50.00\n",
         12000, {"a": 7000, "b": 5000}),
    # Credits can be credit notes or payments, so that debit - credit is a guess, which must be told.
    Kind("debit and credit", "Customer,Date,Document,Debit,Credit\na,2024-01-15,1,100.00,\na,2024-02-16,2,,30.00\nb,2024-03-17,3,50.00,\n",
         12000, {"a": 7000, "b": 5000}, told=("credit", "debit"), refusable=("Debit", "Credit", "amount")),
)  # fmt: skip

SOLD = (  # states, refunds
    Kind("cancelled, void, draft, quote, test", "Invoice,Date,Customer,Status,Amount\n1,2024-01-15,a,Paid,100.00\n2,2024-01-16,a,VOID,1.00\n"
         "3,2024-01-17,b,Draft,2.00\n4,2024-01-18,b,quote,4.00\n5,2024-01-19,c,Test,8.00\n6,2024-01-20,b,canceled,16.00\n7,2024-01-21,b,Open,50.00\n",
         15000, {"a": 10000, "b": 5000}, 2, left_out=3100, told=("void", "draft", "quote", "test", "canceled")),
    Kind("states in German", "Beleg;Datum;Kunde;Status;Netto\n1;13.01.2024;a;geliefert;100,00\n2;14.01.2024;b;storniert;900,00\n3;15.01.2024;b;Entwurf;70,00\n"
         "4;16.01.2024;a;Angebot;5,00\n", 10000, {"a": 10000}, 1, left_out=97500, told=("storniert", "entwurf", "angebot")),
    Kind("states in French", "Facture;Date;Client;Statut;Montant HT\n1;13/01/2024;a;Payée;100,00\n2;14/01/2024;b;Annulée;900,00\n3;15/01/2024;b;Brouillon;70,00\n"
         "4;16/01/2024;a;Devis;5,00\n", 10000, {"a": 10000}, 1, left_out=97500, told=("annulée", "brouillon", "devis")),
    Kind("states in Spanish", "Factura;Fecha;Cliente;Estado;Importe\n1;13/01/2024;a;Pagado;100,00\n2;14/01/2024;b;Anulada;900,00\n3;15/01/2024;b;Borrador;70,00\n"
         "4;16/01/2024;a;Presupuesto;5,00\n", 10000, {"a": 10000}, 1, left_out=97500, told=("anulada", "borrador", "presupuesto")),
    Kind("states in Portuguese", "Pedido;Data;Cliente;Situação;Valor\n1;13/01/2024;a;Faturado;100,00\n2;14/01/2024;b;Cancelado;900,00\n3;15/01/2024;b;Orçamento;70,00\n",
         10000, {"a": 10000}, 1, left_out=97000, told=("cancelado", "orçamento")),
    Kind("states in Chinese", "订单编号,下单日期,客户,订单状态,金额\n1,2024-01-13,a,已完成,100.00\n2,2024-01-14,b,已取消,900.00\n", 10000, {"a": 10000}, 1,
         left_out=90000, told=("已取消",)),
    # Words that are not documented: nothing is left out, but that they were not understood is told, with the words.
    Kind("a Status that is not understood", "Invoice,Date,Customer,Status,Amount\n1,2024-01-15,a,Alpha,100.00\n2,2024-01-16,b,Zeta,50.00\n",
         15000, {"a": 10000, "b": 5000}, 2, left_out=0, told=("Status", "Alpha", "Zeta")),
    Kind("a State of the USA", "Order ID,Order Date,Customer,City,State,Amount\n1,2024-01-15,a,Austin,Texas,100.00\n2,2024-01-16,b,Reno,Nevada,50.00\n"
         "3,2024-01-17,b,Albany,New York,25.00\n", 17500, {"a": 10000, "b": 7500}, 3, left_out=0),
    Kind("states left out by a setting", "Invoice,Date,Customer,Status,Amount\n1,2024-01-15,a,Shipped,100.00\n2,2024-01-16,b,On Hold,50.00\n3,2024-01-17,b,Cancelled,25.00\n",
         10000, {"a": 10000}, 1, left_out=7500, told=("on hold", "cancelled"), mapping={"options": {"not_sold": ["On Hold"]}}),
    Kind("no state left out, by a setting", "Invoice,Date,Customer,Status,Amount\n1,2024-01-15,a,Shipped,100.00\n2,2024-01-17,b,Cancelled,25.00\n",
         12500, {"a": 10000, "b": 2500}, 2, left_out=0, mapping={"options": {"not_sold": []}}),
    # Not a state in words but a flag; whoever does not understand it must ask or say so, since it changes the total.
    Kind("a column Cancelled of yes and no", "Invoice,Date,Customer,Cancelled,Amount\n1,2024-01-15,a,No,100.00\n2,2024-01-16,b,Yes,900.00\n3,2024-01-17,b,No,50.00\n",
         15000, {"a": 10000, "b": 5000}, 2, told=("cancelled",), refusable=("Cancelled",)),
    Kind("the state of continuation lines is that of their order",
         "Order ID,Order Date,Customer ID,Status,Item,Amount\n1,2024-01-15,a,Shipped,x,100.00\n1,2024-01-15,a,,y,20.00\n"
         "2,2024-02-16,b,Cancelled,x,900.00\n2,2024-02-16,b,,y,90.00\n", 12000, {"a": 12000}, 2, left_out=99000),
    Kind("a column of refunds", "Order ID,Date,Customer,Amount,Refunded\n1,2024-01-15,a,100.00,0.00\n2,2024-02-16,b,50.00,50.00\n3,2024-03-17,a,150.00,30.00\n",
         22000, {"a": 22000, "b": 0}, refunded=8000, told=("refund",)),
    Kind("refunded by state", "Order ID,Date,Customer,Status,Amount\n1,2024-01-15,a,Completed,100.00\n2,2024-02-16,b,Refunded,50.00\n3,2024-03-17,b,Completed,20.00\n",
         12000, {"a": 10000, "b": 2000}, refunded=5000, told=("refund",)),
    Kind("partly refunded, in thirds", "Order ID,Date,Customer,Item,Amount,Refund Amount\n1,2024-01-15,a,x,10.00,10.00\n1,2024-01-15,a,y,10.00,\n1,2024-01-15,a,z,10.00,\n"
         "2,2024-02-16,b,x,5.00,\n", 2500, {"a": 2000, "b": 500}, refunded=1000),
    # How much was paid back does not stand in the file: the sales are in the total, and it is told that it is too high.
    Kind("partly refunded, and nothing says how much", "Order ID,Date,Customer,Financial Status,Amount\n1,2024-01-15,a,paid,100.00\n2,2024-02-16,b,partially_refunded,50.00\n",
         15000, {"a": 10000, "b": 5000}, told=("partially.refunded",), refusable=("partially.refunded",)),
)  # fmt: skip

WIDE = "Client;Pays;01/2024;02/2024;03/2024;Total\na;FR;100,50;;90,00;190,50\nb;DE;50,00;0,00;40,00;90,00\n"
HALF = "Kunde;Jan 24;Feb 24;Mrz 24;Summe\na;100,50;20,00;90,00;210,50\nb;50,00;;40,00;90,00\n"

FORMS = (  # what a ledger may be
    Kind("header in row 3", "ACME Inc.,,\nSales by line,,\nCustomer,Date,Amount\na,2024-01-13,10.50\nb,2024-02-14,-2.25\n", 825, SAID, 2),
    Kind("header in row 3 of a sheet", sheet(["ACME Inc."], [None, "Sales by line"], ["Customer", "Date", "Amount"], ["a", dt.date(2024, 1, 13), 10.5],
         ["b", dt.date(2024, 2, 14), -2.25]), 825, SAID, 2, file="l.xlsx"),
    Kind("no header", "a,2024-01-13,10.50,x\nb,2024-02-14,-2.25,y\n", 825, SAID, 2,
         mapping={"options": {"header": False, "columns": ["customer_id", "date", "amount", ""]}}),
    Kind("no header in a sheet", sheet(["a", dt.date(2024, 1, 13), 10.5], ["b", dt.date(2024, 2, 14), -2.25]), 825, SAID, 2, file="l.xlsx",
         mapping={"options": {"header": False, "columns": ["customer_id", "date", "amount"]}}),
    Kind("no header, and nobody says so", "a,2024-01-13,10.50\nb,2024-02-14,-2.25\na,2024-02-15,4.00\n", says=("header = false", "columns")),
    Kind("columns fewer than there are", "a,2024-01-13,10.50,x\nb,2024-02-14,-2.25,y\n", 825, SAID, refusable=("columns", "4"),
         mapping={"options": {"header": False, "columns": ["customer_id", "date", "amount"]}}),
    # A report grouped under its customers: read with them, or refused; never with lines of nobody.
    Kind("grouped under customers", "Customer,Date,Invoice,Amount\nAcme Ltd,,,\n,2024-01-05,1,10.00\n,2024-02-05,2,20.00\nTotal Acme Ltd,,,30.00\n"
         "Bolt,,,\n,2024-03-05,3,5.50\nTotal Bolt,,,5.50\nGrand Total,,,35.50\n", 3550, {"Acme Ltd": 3000, "Bolt": 550}, 3, ("2024-01-05", "2024-03-05"),
         told=("group|carried|heading|under",)),
    Kind("grouped under customers in a sheet", sheet(["Sales by customer"], ["Customer", "Date", "Amount"], ["Acme Ltd"], [None, dt.date(2024, 1, 5), 10.0],
         [None, dt.date(2024, 2, 5), 20.0], ["Total Acme Ltd", None, 30.0], ["Bolt"], [None, dt.date(2024, 3, 5), 5.5], ["Total Bolt", None, 5.5]),
         3550, {"Acme Ltd": 3000, "Bolt": 550}, 3, file="l.xlsx"),
    # The customer of order 3 is not known: nothing is carried from one order into another.
    Kind("continuation lines", "Order,Date,Customer,Item,Amount\n1,2024-01-05,a,x,10.00\n,,,y,5.00\n2,2024-02-05,b,z,7.00\n3,2024-03-05,,w,2.00\n",
         2400, {"a": 1500, "b": 700, None: 200}, 4, ("2024-01-05", "2024-03-05")),
    Kind("continuation lines that repeat the order only", "Order,Date,Customer,Item,Amount\n1,2024-01-05,a,x,10.00\n1,,,y,5.00\n2,2024-02-05,b,z,7.00\n",
         2200, {"a": 1500, "b": 700}, 3, ("2024-01-05", "2024-02-05")),
    Kind("months as columns, offered", WIDE, says=("month_columns", "01/2024", r"280[.,]50"), pasted=(28050,)),
    Kind("months as columns, mapped", WIDE, 28050, {"a": 19050, "b": 9000}, None, ("2024-01-01", "2024-03-01"),
         mapping={"options": {"month_columns": ["01/2024", "02/2024", "03/2024"]}}),
    Kind("German months as columns", HALF, 30050, {"a": 21050, "b": 9000}, 5, ("2024-01-01", "2024-03-01"),
         mapping={"options": {"month_columns": ["Jan 24", "Feb 24", "Mrz 24"]}}),
    Kind("a month column that is not there", HALF, says=("Mar 24", "Mrz 24"), mapping={"options": {"month_columns": ["Jan 24", "Feb 24", "Mar 24"]}}),
    Kind("quarters as columns", "Customer,2023-Q4,2024-Q1\na,100.00,20.00\nb,50.00,30.00\n", 20000, {"a": 12000, "b": 8000},
         mapping={"options": {"month_columns": ["2023-Q4", "2024-Q1"]}}),
    Kind("months as dates", "customer,month,amount\na,2024-01,10.50\nb,2024-02,2.25\na,2024-03,1.00\n", 1375, days=("2024-01-01", "2024-03-01"), told=("month",)),
    Kind("months in words as dates", "customer,date,amount\na,Jan 2024,10.50\nb,Feb 2024,2.25\na,Mar 2024,1.00\n", 1375, days=("2024-01-01", "2024-03-01"), told=("month",)),
    # Which day of a quarter is a matter of taste; which quarter is not, and days are not asked here.
    Kind("quarters as dates", "customer,quarter,amount\na,2024-Q1,10.50\nb,2024-Q2,2.25\na,Q3 2024,1.00\n", 1375, told=("quarter",),
         mapping={"ledger": {"date": "quarter"}}),
    # 2024-W01 begins on Monday, 1 January 2024; 2025-W01 on 30 December 2024.
    Kind("ISO weeks as dates", "customer,week,amount\na,2024-W01,10.50\nb,2024-W05,2.25\na,2025-W01,1.00\n", 1375, days=("2024-01-01", "2024-12-30"),
         told=("week",), mapping={"ledger": {"date": "week"}}),
    Kind("Unix seconds", "customer,created,amount\na,1704412800,10.50\nb,1707782399,2.25\n", 1275, days=("2024-01-05", "2024-02-12"), told=("second|unix",),
         mapping={"ledger": {"date": "created"}}),
    Kind("Unix milliseconds", "customer,date,amount\na,1704412800000,10.50\nb,1707782399999,2.25\n", 1275, days=("2024-01-05", "2024-02-12"),
         told=("millisecond",)),
    Kind("a zone in CSV: the day as it is written", PLAIN + "a,2024-01-31T23:30:00-05:00,10.50\nb,2024-02-14T00:30:00+09:00,-2.25\n", 825, SAID, 2,
         ("2024-01-31", "2024-02-14"), told=("zone|written|offset|utc",)),
    Kind("a zone in Parquet: the day as it is written", lambda: zoned(), 825, SAID, 2, ("2024-01-31", "2024-02-14"), told=("zone|written|New_York",), file="l.parquet"),
    Kind("one line of 2052", PLAIN + rows(40, "{c},{d},10.00") + "a,2052-02-10,7.00\n", 40000, days=("2024-01-01", "2024-02-09"), told=("2052",)),
)  # fmt: skip


def zoned() -> bytes:
    sink = io.BytesIO()
    moments = pd.to_datetime(["2024-01-31 23:30", "2024-02-14 10:00"]).tz_localize("America/New_York")
    pd.DataFrame({"customer_id": ["a", "b"], "date": moments, "amount": [10.5, -2.25]}).to_parquet(sink)
    return sink.getvalue()


MONEY = (
    Kind("cents by the name", "customer_id,date,amount_cents\na,2024-01-13,1050\nb,2024-02-14,-225\n", 825, SAID, told=("cents",)),
    Kind("cents by option", PLAIN + "a,2024-01-13,1050\nb,2024-02-14,-225\n", 825, SAID, mapping={"options": {"minor_units": True}}),
    Kind("Indian grouping without decimals", PLAIN + 'a,2024-01-13,"12,34,567"\nb,2024-02-14,"1,00,000"\n', 133456700),
    Kind("too large a sum", PLAIN + "a,2024-01-13,50000000000000000.00\nb,2024-02-14,50000000000000000.00\n", says=("amount|total|sum|large",)),
    Kind("too large a line", PLAIN + "a,2024-01-13,1000000000000000000.00\nb,2024-02-14,5.00\n", says=("amount|large|1000000000000000000",)),
    Kind("beyond what a float holds", PLAIN + "a,2024-01-13,90071992547409.93\nb,2024-02-14,0.01\n", 9007199254740994),
    Kind("half a cent away from zero", PLAIN + "a,2024-01-13,1.005\na,2024-01-14,-1.005\nb,2024-02-14,2.675\nb,2024-02-15,0.5\n", 318,
         {"a": 0, "b": 318}, mapping={"options": {"decimal": "."}}),
    # 100 x 0.92 + 10.01 x 0.925 rounded per line = 92 + 9.26; and 10.
    Kind("one rate a currency", "customer_id,date,amount,currency\na,2024-01-05,100.00,USD\nb,2024-02-05,10.01,CHF\na,2024-02-06,10.00,EUR\n", 11126,
         mapping={"rates": {"USD": 0.92, "CHF": 0.925}}, currency="EUR"),
    # 100 x 0.90 + 100 x 0.95 + 100 x 0.95 (the rate of the day before, where the day itself has none) + 10.
    Kind("rates by day", {"ledger.csv": "customer_id,date,amount,currency\na,2024-01-05,100.00,USD\nb,2024-02-05,100.00,USD\na,2024-02-06,100.00,USD\na,2024-02-06,10.00,EUR\n",
         "rates.csv": "date,currency,rate\n2024-01-05,USD,0.90\n2024-02-05,USD,0.95\n"}, 29000, {"a": 19500, "b": 9500}, file="book",
         mapping={"options": {"currency": "EUR"}}),
    Kind("no rate before the first line", {"ledger.csv": "customer_id,date,amount,currency\na,2024-01-05,100.00,USD\nb,2024-02-05,100.00,USD\na,2024-02-06,10.00,EUR\n",
         "rates.csv": "date,currency,rate\n2024-02-05,USD,0.95\n"}, says=("USD", "2024-01-05|rate"), file="book", mapping={"options": {"currency": "EUR"}}),
)  # fmt: skip

IDS = (
    Kind("17850.0 across files", {"jan.csv": PLAIN + "17850.0,2024-01-06,10\n12346.0,2024-01-07,1\n", "feb.csv": PLAIN + "17850,2024-02-06,15\n12346,2024-02-07,1\n"},
         2700, {"17850": 2500, "12346": 200}, 4, file="sales"),
    Kind("leading zeros", PLAIN + "0007,2024-01-13,1\n0008,2024-01-14,2\n007,2024-01-15,4\n", 700, {"0007": 100, "0008": 200, "007": 400}),
    Kind("1.23457E+15", PLAIN + "1.23457E+15,2024-01-13,1\n1.23457E+15,2024-01-14,2\nA7,2024-01-15,4\n", says=("customer_id", r"1\.23457E\+15")),
    Kind("1.23457E+15 in a column of numbers of orders only", "customer_id,date,amount,order_id\na,2024-01-13,1,1.23457E+15\nb,2024-01-14,2,1.23457E+15\n", 300, {"a": 100, "b": 200},
         told=("order_id|1.23457",), refusable=("order_id",)),
    Kind("4E2 is a code", PLAIN + "4E2,2024-01-13,1\nA12,2024-01-14,2\n", 300, {"4E2": 100, "A12": 200}),
    Kind("NFC and NFD", PLAIN + f"Café,2024-01-13,1\n{nfd('Café')},2024-01-14,2\n", 300, {"Café": 300}),
    Kind("NFC and NFD across files", {"jan.csv": PLAIN + "Müller,2024-01-13,1\n", "feb.csv": PLAIN + f"{nfd('Müller')},2024-02-14,2\n"}, 300, {"Müller": 300}, file="sales"),
    Kind("numbers as ids in a sheet", sheet(["Customer No", "Date", "Amount"], [1001, dt.date(2024, 1, 13), 10.5], [1002, dt.date(2024, 2, 14), -2.25]), 825,
         {"1001": 1050, "1002": -225}, file="l.xlsx"),
    Kind("numbers and text as ids in a sheet", sheet(["Customer No", "Date", "Amount"], [1001, dt.date(2024, 1, 13), 10.5], ["1001", dt.date(2024, 2, 14), 2], ["X1", dt.date(2024, 2, 15), 1]),
         1350, {"1001": 1250, "X1": 100}, file="l.xlsx"),
    Kind("same_customer merges", TWO, 825, {"a": 825}, mapping={"same_customer": {"b": "a"}}),
    Kind("same_customer into one that is not there", TWO, says=("same_customer", "zzz"), mapping={"same_customer": {"b": "zzz"}}),
    Kind("same_customer into nothing", TWO, says=("same_customer",), mapping={"same_customer": {"b": ""}}),
    Kind("a name that varies for one id", "Customer ID,Customer Name,Date,Amount\na,Acme Ltd,2024-01-13,10.50\nb,Bolt,2024-02-14,-2.25\na,ACME Limited,2024-03-15,1.00\n", 925,
         {"a": 1150, "b": -225}, names={"b": "Bolt"}),
    Kind("an accounts table wins over names in the ledger", {"ledger.csv": "customer_id,customer_name,date,amount\na,Old Name,2024-01-13,10.50\nb,Bolt,2024-02-14,-2.25\n",
         "accounts.csv": "customer_id,name\na,Right Name\n"}, 825, SAID, names={"a": "Right Name", "b": "Bolt"}, file="book"),
    Kind("the same name under two ids", "Customer ID,Customer Name,Date,Amount\na,Acme,2024-01-13,10.50\nb,Acme,2024-02-14,-2.25\n", 825, SAID, names={"a": "Acme", "b": "Acme"}),
)  # fmt: skip

POLISH = "Klient;Data;Kwota\nŻółw Sp. z o.o.;13.01.2024;10,50\nŁódź Świt;14.02.2024;2,25\n"
RUSSIAN = "Клиент;Дата;Сумма\nРомашка;13.01.2024;10,50\nЗаречье;14.02.2024;2,25\n"
CHINESE = "客户,日期,金额\n华星贸易有限公司,2024-01-13,10.50\n长江实业公司,2024-02-14,2.25\n"
KOREAN = "고객,날짜,금액\n한빛상사,2024-01-13,10.50\n대한무역,2024-02-14,2.25\n"
TURKISH = "Müşteri;Tarih;Tutar\nYıldız A.Ş.;13.01.2024;10,50\nGüneş Ltd.;14.02.2024;2,25\n"
GREEK = "customer;date;amount\nΑθήνα ΑΕ;13.01.2024;10,50\nΠειραιάς;14.02.2024;2,25\n"
ASKED = ("encoding =",)

FILES = (  # encodings, archives, folders, databases
    *(Kind(f"in {code}", text.encode(code), 1275, {a: 1050, b: 225}, refusable=ASKED) for code, text, a, b in (
        ("cp1250", POLISH, "Żółw Sp. z o.o.", "Łódź Świt"), ("cp1251", RUSSIAN, "Ромашка", "Заречье"), ("koi8-r", RUSSIAN, "Ромашка", "Заречье"),
        ("gb18030", CHINESE, "华星贸易有限公司", "长江实业公司"), ("euc-kr", KOREAN, "한빛상사", "대한무역"), ("cp1254", TURKISH, "Yıldız A.Ş.", "Güneş Ltd."),
        ("cp1253", GREEK, "Αθήνα ΑΕ", "Πειραιάς"), ("utf-16", CHINESE, "华星贸易有限公司", "长江实业公司"))),
    *(Kind(f"in {code}, by option", text.encode(code), 1275, {a: 1050, b: 225}, mapping={"options": {"encoding": code}}) for code, text, a, b in (
        ("gb18030", CHINESE, "华星贸易有限公司", "长江实业公司"), ("cp1250", POLISH, "Żółw Sp. z o.o.", "Łódź Świt"))),
    Kind("in cp1252, with utf-8 as the option", "customer;date;amount\nMüller;13.01.2024;10,50\nGroß;14.02.2024;2,25\n".encode("cp1252"), says=("encoding|utf-8",),
         mapping={"options": {"encoding": "utf-8"}}),
    Kind("gzip", lambda: gzip.compress(TWO.encode()), 825, SAID, file="l.csv.gz"),
    Kind("gzip of text in cp1251", lambda: gzip.compress(RUSSIAN.encode("cp1251")), 1275, {"Ромашка": 1050, "Заречье": 225}, refusable=ASKED, file="l.csv.gz"),
    Kind("zip with one table", zipped(sales_csv=TWO), 825, SAID, file="l.zip"),
    Kind("zip with one table and what a Mac adds", zipped(sales_csv=TWO, **{"__MACOSX/._sales_csv": b"\0\5\26\7"}), 825, SAID, file="l.zip"),
    # In a folder the reader would say so and go on; to ask is no fault.
    Kind("zip with one table and a text that is none", zipped(sales_csv=TWO, README_txt="Sales of 2024."), 825, SAID, told=("README.txt",), refusable=("README.txt",), file="l.zip"),
    Kind("zip with two tables", zipped(jan_csv=TWO, feb_csv=TWO + "c,2024-03-01,1\n"), says=("jan.csv", "feb.csv"), file="l.zip"),
    Kind("zip with a path that leads out of it", zipped(**{"../../sales_csv": TWO}), 825, SAID, refusable=("sales",), file="l.zip"),
    Kind("zstd", lambda: zst(TWO), 825, SAID, file="l.csv.zst"),
    Kind("a broken gzip", lambda: gzip.compress(TWO.encode() * 50)[:60], says=("damaged|broken|not readable|cut|ends|incomplete",), file="l.csv.gz"),
    Kind("a folder with a file that is no ledger", {"sales.csv": TWO, "prices.csv": "article,colour\nx,red\n", "notes.txt": "Nothing here.\n"}, 825, SAID, 2,
         told=("prices.csv",), file="book"),
    Kind("a folder with no ledger at all", {"prices.csv": "article,colour\nx,red\n", "sizes.csv": "article,size\nx,4\n"}, says=("prices.csv|sizes.csv",), file="book"),
    # The same lines again: in the total, as they stand in the files, and told. Or refused until somebody says which.
    Kind("files that overlap", {"a.csv": PLAIN + rows(40, "{c},{d},1.00"), "b.csv": PLAIN + "\n" + rows(40, "{c},{d},1.00", "2024-01-31")}, 8000, told=("overlap|same lines|again|both",),
         refusable=("overlap|same lines|again|both",), file="book"),
    Kind("a copy with blank lines and another line end", {"a.csv": TWO, "b.csv": TWO.replace("\n", "\r\n\r\n")}, 1650, told=("same|cop(y|ies)|again|overlap",),
         refusable=("same|cop(y|ies)",), file="book"),
    Kind("a gap between files", {"jan.csv": PLAIN + rows(31, "{c},{d},1.00"), "may.csv": PLAIN + rows(31, "{c},{d},1.00", "2024-05-01")}, 6200, told=("gap|between|no line|missing",), file="book"),
    Kind("files of one month each, without a gap", {"jan.csv": PLAIN + rows(31, "{c},{d},1.00"), "feb.csv": PLAIN + rows(29, "{c},{d},1.00", "2024-02-01")}, 6000, file="book"),
    Kind("a DuckDB file with one name in two schemas", database(duckdb.connect, "CREATE TABLE ledger AS SELECT 'a' AS customer_id, DATE '2024-01-13' AS date, 10.50 AS amount",
         "CREATE SCHEMA old", "CREATE TABLE old.ledger AS SELECT 'a' AS customer_id, DATE '2024-01-13' AS date, 99 AS amount"), says=("main", "old", "table ="), pasted=(1050, 9900), file="l.duckdb"),
    Kind("a DuckDB file, by option", database(duckdb.connect, "CREATE TABLE ledger AS SELECT 'a' AS customer_id, DATE '2024-01-13' AS date, 10.50 AS amount",
         "CREATE SCHEMA old", "CREATE TABLE old.ledger AS SELECT 'a' AS customer_id, DATE '2024-01-13' AS date, 99 AS amount"), 1050, file="l.duckdb", mapping={"options": {"table": "main.ledger"}}),
    # To compute this column fails (it was written so after the rows were): it is left alone, and said, or refused.
    Kind("a generated column in SQLite", database(sqlite3.connect, "CREATE TABLE ledger (customer_id, date, amount, big GENERATED ALWAYS AS (1) VIRTUAL)",
         "INSERT INTO ledger VALUES ('a', '2024-01-13', 10.5), ('b', '2024-02-14', -2.25)", "PRAGMA writable_schema = ON",
         "UPDATE sqlite_master SET sql = replace(sql, '(1)', '(abs(-9223372036854775807 - 1))')"), 825, SAID, told=("big",), refusable=("big",), file="l.db", apart=True),
    Kind("a generated column in SQLite that is a product", database(sqlite3.connect, "CREATE TABLE ledger (customer_id, date, quantity, unit_price, total GENERATED ALWAYS AS (quantity * unit_price) STORED)",
         "INSERT INTO ledger VALUES ('a', '2024-01-13', 2, 5.25), ('b', '2024-02-14', -1, 2.25)"), 825, SAID, file="l.db"),
    Kind("a cell in the last corner of a sheet", sheet(["Customer", "Date", "Amount"], ["a", dt.date(2024, 1, 13), 10.5], ["b", dt.date(2024, 2, 14), -2.25],
         then=lambda page: page.cell(1048576, 16384, "x")), 825, SAID, refusable=("l.xlsx",), file="l.xlsx", apart=True),
    *(Kind(f"one frame of {name}", lambda as_frame=as_frame: as_frame(frame()), 825, SAID, 2, ("2024-01-13", "2024-02-14"), file="") for name, as_frame in (
        ("pandas", lambda f: f), ("Polars", pl.from_pandas), ("Arrow", pa.Table.from_pandas), ("DuckDB", lambda f: duckdb.from_arrow(pa.Table.from_pandas(f))))),
)  # fmt: skip


def frame() -> pd.DataFrame:
    days = pd.to_datetime(["2024-01-13", "2024-02-14"])
    return pd.DataFrame({"customer": ["a", "b"], "date": days, "amount": [10.5, -2.25]})


REST = (  # nothing vanishes
    Kind("columns that are not used are named", "customer_id,date,amount,Warehouse Zone,Truck\na,2024-01-13,10.50,N,T1\nb,2024-02-14,-2.25,S,T2\n", 825, SAID,
         told=("Warehouse Zone", "Truck")),
    Kind("columns that are not used stay in the ledger", "customer_id,date,amount,Warehouse Zone,Truck\na,2024-01-13,10.50,N,T1\nb,2024-02-14,-2.25,S,T2\n", 825, SAID,
         kept={"Warehouse Zone": ["N", "S"], "Truck": ["T1", "T2"]}),
    Kind("a column that is not used is called as one of the reader's own", "customer_id,date,amount,cents,_row,PROFIT_CENTS\na,2024-01-13,10.50,N,1,p\nb,2024-02-14,-2.25,S,2,q\n", 825, SAID),
    Kind("two files with different columns that are not used", {"jan.csv": "customer_id,date,amount,Truck\na,2024-01-13,10.50,T1\n", "feb.csv": "customer_id,date,amount,Lorry\nb,2024-02-14,-2.25,L2\n"},
         825, SAID, kept={"Truck": ["T1"], "Lorry": ["L2"]}, told=("Truck", "Lorry"), file="book"),
    Kind("an optional column that cannot be read stops nothing", "customer_id,date,amount,quantity,delivered_date\n" + rows(12, "{c},{d},1.00,??,soon"), 1200, told=("quantity", "delivered")),
    Kind("cost missing on one line of a hundred", "customer_id,date,amount,cost\n" + rows(99, "{c},{d},10.00,6.00") + "a,2024-04-20,10.00,\n", 100000, told=("cost",)),
    Kind("cost missing on half of the lines", "customer_id,date,amount,cost\n" + rows(20, "{c},{d},10.00,6.00") + rows(20, "{c},{d},10.00,", "2024-01-21"), 40000, told=("cost|profit",)),
    Kind("a credit note beside a due date in another order", "customer_id,invoice_date,due_date,amount\na,01/13/2024,2024-02-13,10.50\nb,02/14/2024,2024-03-14,-2.25\n", 825, SAID, 2, ("2024-01-13", "2024-02-14")),
    Kind("names that say nothing", "f1,f2,f3\nc1,2024-01-13,10.50\nc2,2024-02-14,-2.25\nc1,2024-02-15,3.00\n", says=(r"--fix", "f1", "f2", "f3", "2024-01-13", r"10\.50")),
    Kind("no day at all, and no absurd guess", "Customer,Tags,Amount\na,red,10.50\nb,blue,-2.25\n", says=("date", "red", r'(?s)\A(?!.*date = "(Tags|Amount|Customer)")')),
)  # fmt: skip

COMBINED = (  # three faults at once
    # 2 x 10 + 1 x 20 = 40 of order 1; order 2 is cancelled; order 3: 3 x 5,50 = 16,50.
    Kind("3: Portuguese, cancelled, order total repeated", "Pedido;Data;Cliente;Situação;Produto;Quantidade;Preço Unitário;Total do Pedido\n"
         "1;15/01/2024;a;Faturado;x;2;10,00;40,00\n1;15/01/2024;a;Faturado;y;1;20,00;40,00\n2;16/02/2024;b;Cancelado;x;4;10,00;60,00\n2;16/02/2024;b;Cancelado;y;1;20,00;60,00\n"
         "3;17/03/2024;c;Faturado;z;3;5,50;16,50\n", 5650, {"a": 4000, "c": 1650}, 3, ("2024-01-15", "2024-03-17"), left_out=6000, told=("cancelado",)),
    Kind("3: cp1250, trailing minus, header in row 3", ("Raport sprzedaży;;\n;;\nKlient;Data;Kwota\nŻółw Sp. z o.o.;13.01.2024;1 310,50\nŁódź Świt;14.02.2024;2,25-\n").encode("cp1250"), 130825,
         {"Żółw Sp. z o.o.": 131050, "Łódź Świt": -225}, 2, ("2024-01-13", "2024-02-14"), refusable=ASKED),
    # 1,23,456.50 + 2,000.00 + 10,00,000.00 + 50.00; the totals are not added again.
    Kind("3: months as columns, Indian grouping, a total column and a total row", 'Customer,Apr-23,May-23,Grand Total\na,"1,23,456.50","2,000.00","1,25,456.50"\n'
         'b,"10,00,000.00",50.00,"10,00,050.00"\nTotal,"11,23,456.50","2,050.00","11,25,506.50"\n', says=("month_columns", "Apr-23"), pasted=(112550650,)),
    Kind("3: starred, Unix seconds, cents", "*Customer,*Created At (UTC),*Amount (cents)\na,1704412800,1050\nb,1707782399,-225\n", 825, SAID, 2, ("2024-01-05", "2024-02-12"), told=("cents", "second|unix"),
         mapping={"ledger": {"date": "*Created At (UTC)"}}),
    Kind("3: gzip, UTF-16, gross beside net", lambda: gzip.compress("Kunde;Datum;Menge;Einzelpreis;Netto;USt;Brutto\nMüller;13.01.2024;2;50,00;100,00;19,00;119,00\nGroß;14.02.2024;1;10,00;10,00;1,90;11,90\n".encode("utf-16")),
         11000, {"Müller": 10000, "Groß": 1000}, 2, ("2024-01-13", "2024-02-14"), file="l.csv.gz"),
    Kind("3: folder, float ids, a file that is no ledger", {"jan.csv": PLAIN + "\n17850.0,2024-01-06,10\n\n", "feb.csv": "customer_id;date;amount\r\n17850;2024-02-06;15,50\r\n", "rep.csv": "name,phone\nx,1\n"},
         2550, {"17850": 2550}, 2, told=("rep.csv",), file="book"),
    Kind("3: zip, cp1251, cancelled in Russian", zipped(sales_csv="Заказ;Дата;Клиент;Статус;Сумма\n1;13.01.2024;Ромашка;Выполнен;10,50\n2;14.02.2024;Заречье;Отменён;900,00\n3;15.02.2024;Заречье;Выполнен;2,25\n".encode("cp1251")),
         1275, {"Ромашка": 1050, "Заречье": 225}, 2, left_out=90000, refusable=ASKED, file="l.zip"),
    Kind("3: sheet with the header in row 3, numbers as ids, continuation lines of a cancelled order", sheet(["Orders"], [], ["Order", "Order Date", "Customer No", "Status", "Item", "Amount"],
         [1, dt.date(2024, 1, 13), 1001, "Shipped", "x", 10.5], [None, None, None, None, "y", 2.0], [2, dt.date(2024, 2, 14), 1002, "Cancelled", "x", 900], [None, None, None, None, "y", 90]),
         1250, {"1001": 1250}, 2, left_out=99000, file="l.xlsx"),
    # 113.00 - 8.00 - 5.00 = 100.00; 54.00 - 4.00 = 50.00, all of it paid back.
    Kind("3: totals with tax and shipping on the first line only, refunded", "Order ID,Order Date,Customer,Item,Order Subtotal,Order Shipping,Order Tax,Order Total,Status\n1,2024-01-05,a,x,100.00,5.00,8.00,113.00,Completed\n"
         "1,2024-01-05,a,y,,,,,\n2,2024-02-13,b,x,50.00,0.00,4.00,54.00,Refunded\n", 10000, {"a": 10000, "b": 0}, refunded=5000),
    Kind("3: no header, decimal comma, ISO weeks", "a;2024-W01;10,50\nb;2024-W05;-2,25\n", 825, SAID, 2, ("2024-01-01", "2024-01-29"),
         mapping={"options": {"header": False, "columns": ["customer_id", "date", "amount"]}}),
    Kind("3: NFD twins, names, quarters", "Customer ID,Customer Name,Quarter,Net Sales\n" + f"{nfd('Ü1')},Übel,2024-Q1,10.50\nÜ1,Übel,2024-Q2,2.00\nb,Bolt,2024-Q2,-2.25\n", 1025, {"Ü1": 1250, "b": -225}, 3,
         names={"Ü1": "Übel"}, mapping={"ledger": {"date": "Quarter"}}),
    Kind("3: Dutch, order total repeated, trailing minus", "Klant;Factuurdatum;Ordernummer;Aantal;Stuksprijs;Ordertotaal\na;13-01-2024;1;2;10,00;25,00\na;13-01-2024;1;1;5,00;25,00\nb;14-02-2024;2;1-;7,50;7,50-\n",
         1750, {"a": 2500, "b": -750}, 3, refusable=("Ordertotaal", "Stuksprijs|unit_price"), pasted=(1750,)),
    Kind("3: zstd, tabs, two amounts that differ", lambda: zst("customer_id\tdate\tsales\trevenue\na\t2024-01-13\t10.00\t12.50\nb\t2024-02-14\t50.00\t54.00\n"), says=("sales", "revenue", r"60\.00", r"66\.50"),
         pasted=(6000, 6650), file="l.tsv.zst"),
    Kind("3: totals in rows, brackets, no customer on a line", 'Customer,Date,Amount\na,2024-01-13,"1,310.50"\n,2024-01-14,5.00\nb,2024-02-14,(2.25)\nTotal,,"1,313.25"\n', 131325, {"a": 131050, "b": -225, None: 500}, 3),
)  # fmt: skip


def hidden(*names: str):
    """Hide these sheets of a workbook."""

    def then(page):
        for name in names:
            page.parent[name].sheet_state = "hidden"

    return then


TAKEN_APART = (  # names that are not listed, and what columns without a role add up to
    Kind("names made of parts", "Cust. Ref,Booking date,Booking amt\na,2024-01-13,10.50\nb,2024-02-14,-2.25\n", 825, SAID),
    Kind("Turkish names made of parts", "Urun;Musteri;Miktar_kg;SatisFiyat;Tarih\nx;a;2;5,25;13.01.2024\ny;b;1;-2,25;14.02.2024\n", 825, SAID),
    Kind("Greek names made of parts", "Ημερ/νία;Επωνυμία;Ποσ.1 πώλησης;Αξία πώλησης\n2024-01-13;a;1;10,50\n2024-02-14;b;1;-2,25\n", 825, SAID),
    Kind("of parts, a listed name wins", "customer,date,amount,booking value\na,2024-01-13,10.50,99\nb,2024-02-14,-2.25,99\n", 825, SAID),
    Kind("of parts, what came back is no amount", "customer,date,refund amt\na,2024-01-13,10.50\nb,2024-02-14,2.25\n", says=("no column for amount",)),
    Kind("the price after the discount, by its name", "customer,date,pre discount price,discount cash,post discount price\na,2024-01-13,12.00,1.50,10.50\nb,2024-02-14,5,0,5\n",
         1550, {"a": 1050, "b": 500}),
    Kind("net and tax make the total, and the net has no known name", "customer,date,Total,IVA,Sin cargas\na,2024-01-13,119.00,19.00,100.00\nb,2024-02-14,59.50,9.50,50.00\nb,2024-02-15,7.00,0,7.00\n",
         15700, {"a": 10000, "b": 5700}),
    Kind("tax that is a round part of the rest", "customer,date,Total,VAT\na,2024-01-13,595.00,95.00\nb,2024-02-14,1190.00,190.00\nb,2024-02-15,238.00,38.00\n",
         170000, {"a": 50000, "b": 120000}, told=("round part",)),
    Kind("tax that is a round part of the amount", "customer,date,Total,VAT\na,2024-01-13,500.00,95.00\nb,2024-02-14,1000.00,190.00\nb,2024-02-15,200.00,38.00\n",
         170000, {"a": 50000, "b": 120000}, told=("on top",)),
    Kind("tax of 25 % of the rest, which is 20 % of all", "customer,date,Total,VAT\na,2024-01-13,625.00,125.00\nb,2024-02-14,1250.00,250.00\nb,2024-02-15,250.00,50.00\n",
         says=("contains 'VAT'",), pasted=(170000, 212500)),
    Kind("a discount that is off already, by the price before it", "customer,date,Qty,Price,Amount,Discount,Before\n" + rows(4, "{c},{d},2,9.00,18.00,2.00,10.00").replace("2.00,10.00", "2.00,20.00"), 7200),
    Kind("a price that is after the discount, by that before it", "customer,date,Quantity,MRP,Discount %,Selling Price\na,2024-01-13,2,700,20.5,556\nb,2024-02-14,1,500,10,450\na,2024-02-15,3,99,30.3,69\n",
         176900, {"a": 131900, "b": 45000}, told=("come off the price already",)),
    Kind("a discount of lines, as the orders' totals say", "customer,date,Invoice No,Qty,Price,Disc,Invoice Total\na,2024-01-13,1,2,10,3,27\na,2024-01-13,1,1,10,0,\nb,2024-01-14,2,1,20,5,15\n"
         "a,2024-01-15,3,1,30,4,26\nb,2024-01-16,4,1,40,8,32\nb,2024-01-16,4,0,40,0,\n", 10000, {"a": 5300, "b": 4700}),
    Kind("the total of an order on each line, and no other number", "Order ID,Date,Customer,Item,Total Amount\n" + "".join(
         f"{k},2024-01-1{k},c{k},{item},{10 * k}.00\n" for k in range(1, 7) for item in "xy"), 21000),
    Kind("a number of a member beside the name", "Member,Member ID,Date,Amount\nAnn,7,2024-01-13,1.00\nAnn,8,2024-01-14,2.00\n", 300, {"7": 100, "8": 200}),
    Kind("people with addresses", "Customer Name,Email,Date,Amount\nAnn,a@x.example,2024-01-13,1.00\nAnn,b@x.example,2024-01-14,2.00\nBob,c@x.example,2024-01-14,4.00\n",
         700, {"a@x.example": 100, "b@x.example": 200, "c@x.example": 400}),
    Kind("firms with several addresses", "Customer Name,Email,Date,Amount\n" + "".join(f"Firm {k % 2},p{k}@x.example,2024-01-1{k},1.00\n" for k in range(1, 9)),
         800, {"Firm 0": 400, "Firm 1": 400}),
    Kind("the customer 0 among numbers far from it", "customer_id,date,amount\n0,2024-01-13,1.00\n501,2024-01-14,2.00\n502,2024-01-15,4.00\n", 700,
         {None: 100, "501": 200, "502": 400}, told=("customer 0",)),
    Kind("the customer 0 among those counted from it", "customer_id,date,amount\n0,2024-01-13,1.00\n1,2024-01-14,2.00\n2,2024-01-15,4.00\n", 700, {"0": 100, "1": 200, "2": 400}),
    Kind("a column refunded that holds words", "customer,date,amount,refunded\na,2024-01-13,10.50,\nb,2024-02-14,7.00,refunded\n", 1050, {"a": 1050, "b": 0}, refunded=700),
    Kind("a column refunded that holds a yes or a no", "customer,date,amount,refunded\na,2024-01-13,10.50,No\nb,2024-02-14,7.00,Yes\n", 1050, {"a": 1050, "b": 0}, refunded=700),
    Kind("a dashboard, and its lines on a hidden sheet", sheet(["Sum of sales"], [12.75], Lines=[["Customer", "Date", "Amount"], ["a", dt.date(2024, 1, 13), 10.5], ["b", dt.date(2024, 2, 14), -2.25]],
         then=hidden("Lines")), 825, SAID, file="l.xlsx"),
    Kind("lines of orders, and their sums on another sheet", sheet(["Order ID", "Customer", "Date", "Item", "Amount"], [1, "a", dt.date(2024, 1, 13), "x", 10.0], [1, "a", dt.date(2024, 1, 13), "y", 0.5],
         [2, "b", dt.date(2024, 2, 14), "x", -2.25], Sums=[["Order ID", "Customer", "Date", "Total"], [1, "a", dt.date(2024, 1, 13), 10.5], [2, "b", dt.date(2024, 2, 14), -2.25]]), 825, SAID, 3, file="l.xlsx"),
    Kind("a workbook of today under an old name", sheet(["Customer", "Date", "Amount"], ["a", dt.date(2024, 1, 13), 10.5], ["b", dt.date(2024, 2, 14), -2.25]), 825, SAID, file="l.xls"),
    Kind("Subtotal with its tax and that of the shipping", "Order ID,Order Date,Customer,Item,Lineitem price,Lineitem quantity,Order Subtotal,Order Shipping,Order Tax,Order Total\n" + "".join(
         f"{k},2024-01-1{k},c{k},x,5.00,1,12.00,{6 * (k == 6)}.00,{2 + (k == 6)}.00,{12 + 6 * (k == 6)}.00\n{k},2024-01-1{k},c{k},y,7.00,1,,,,\n" for k in range(1, 7)), 6000),
)  # fmt: skip

BARE = "Product,Code,Customer,Bill No.,Date,Qty,Sales Value\n"
PRINTED = (  # printed reports and lists of a shop, as people keep them
    Kind("a discount that one line in two hundred has", "customer,date,SubTotal,Discount,Total\n" + rows(199, "{c},{d},10.00,,10.00") + "a,2024-09-01,10.00,4.00,6.00\n",
         199600, {"a": 67600, "b": 66000, "c": 66000}),
    Kind("a tax that one line in two hundred has", "customer,date,Net,Tax,Total\n" + rows(199, "{c},{d},10.00,,10.00") + "a,2024-09-01,10.00,2.00,12.00\n", 200000),
    Kind("a discount of few orders that their subtotals still hold", "Order ID,Date,Customer,Item,Price,Quantity,Subtotal,Discount,Total\n" + "".join(
         f"{k},2024-01-{k % 28 + 1:02},c{k % 3},x,10.00,1,15.00,{4 * (k == 7)}.00,{15 - 4 * (k == 7)}.00\n{k},2024-01-{k % 28 + 1:02},c{k % 3},y,5.00,1,,,\n" for k in range(1, 151)), 224600),
    Kind("nobody, with an occasion, a branch, a salesman", "customer,date,amount\nWalk In - event,2024-01-13,1.00\nwalk-in (north),2024-01-13,2.00\nCash customer Ali,2024-01-14,4.00\n"
         "عميل نقدي سمير,2024-01-15,8.00\nConsumidor,2024-01-16,16.00\nWalk-in Closets Ltd,2024-01-17,32.00\nGuest House Sea,2024-01-18,64.00\n",
         12700, {None: 3100, "Walk-in Closets Ltd": 3200, "Guest House Sea": 6400}, told=("no customer",)),
    Kind("people of whom each is called a cash customer", "customer,date,amount\n" + "".join(f"Cash customer {chr(65 + k)},2024-01-13,1.00\n" for k in range(20)), 2000,
         {f"Cash customer {chr(65 + k)}": 100 for k in range(20)}),
    Kind("the firm that sells, beside the customers", "Cliente,Empresa,Data,Valor\n" + "".join(f"c{k},Loja Sol,13/01/2024,1.00\n" for k in range(40)), 4000, lines=40, kept={"customer_name": []}),
    Kind("a day in three columns", "ID,Customer,Year,Month,Day,Amount\n1,a,2024,1,13,10.50\n2,b,2024,2,14,-2.25\n", 825, SAID, 2, ("2024-01-13", "2024-02-14"), told=("put together",)),
    Kind("a day in three columns, in Korean, of a sheet", sheet(["판매ID", "연도", "월", "일", "거래처코드", "단가", "수량"], [1, 2024, 1, 13, 7, 5.25, 2], [2, 2024, 2, 14, 8, 2.25, -1]),
         825, {"7": 1050, "8": -225}, 2, ("2024-01-13", "2024-02-14"), file="l.xlsx"),
    Kind("a day in three columns, the month in words", "Kunde;Jahr;Monat;Tag;Betrag\na;2024;Januar;13;10,50\nb;2024;Februar;14;-2,25\n", 825, SAID, 2, ("2024-01-13", "2024-02-14")),
    Kind("year, month and day beside the date that they are of", "Customer,Invoice Date,Year,Month,Day,Amount\na,2024-01-13,2023,12,1,10.50\nb,2024-02-14,2024,2,14,-2.25\n", 825, SAID, 2,
         ("2024-01-13", "2024-02-14")),
    Kind("a year and a day of the week", "Customer,Year,Month,Day,Amount\na,2024,1,Monday,10.50\nb,2024,2,Tuesday,-2.25\n", says=("date|Month|Day",)),
    Kind("addresses on the first sheet, sales of an unknown header on the next", sheet(["Cliente", "Mail"], ["a", "a@x.example"], Sales=[["Cliente", "Zzz", "Amount"], ["a", dt.date(2024, 1, 13), 10.5],
         ["b", dt.date(2024, 2, 14), -2.25]]), 825, SAID, refusable=("sheet 'Sales'",), file="l.xlsx"),
    # By product, then by customer; a sum below each customer of several bills, and one of the product.
    Kind("sums without a word below the lines they are of", BARE + "x,K1,Ann,1,2024-01-03,1,10.00\n,,,2,2024-01-09,2,20.00\n,,,,,3,30.00\n,K2,Bob,3,2024-01-04,1,10.00\n,K3,Cid,4,2024-01-02,1,9.00\n"
         ",,,5,2024-01-08,-1,-9.50\n,,,,,0,-0.50\n,,TOTAL,,,4,39.50\ny,K1,Ann,6,2024-01-05,1,7.00\n,,,7,2024-01-12,1,8.00\n,,,,,2,15.00\n,,TOTAL,,,2,15.00\n,,GRAND TOTAL,,,6,54.50\n",
         5450, {"Ann": 4500, "Bob": 1000, "Cid": -50}, 7, told=("totals", "carried down")),
    Kind("sums without a word, of which some are not", BARE + "x,K1,Ann,1,2024-01-03,1,10.00\n,,,2,2024-01-09,2,20.00\n,,,,,3,30.00\n,K2,Bob,3,2024-01-04,1,10.00\n,,,4,2024-01-05,1,10.00\n,,,,,2,20.00\n"
         ",K3,Cid,5,2024-01-02,1,9.00\n,,,6,2024-01-08,1,9.00\n,,,,,2,19.00\n", says=("numbers alone", "2 of 3", "line 10")),
    Kind("lines of an order that say nothing but their amount", "Order,Date,Customer,Amount\n1,2024-01-03,a,10.00\n,,,10.00\n2,2024-01-04,b,7.00\n,,,3.00\n,,,10.00\n3,2024-01-05,a,5.00\n", 4500,
         refusable=("5 %|5%|date",)),
)  # fmt: skip

KINDS = (*NAMES, *AMOUNTS, *SOLD, *FORMS, *MONEY, *IDS, *FILES, *REST, *COMBINED, *TAKEN_APART, *PRINTED)
