"""Words of names taken apart in every language, and what the size of numbers says against a name."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.book import BookError, open_book
from kamlib.book.roles.looks import look
from kamlib.book.roles.made_of import rank_of_a_word, rank_of_parts
from kamlib.book.roles.synonyms import rank

ROWS = 40
PRICES = (12.5, 100, 7.25, 40)


def day(i):
    return f"2024-{1 + i // 28:02}-{1 + i % 28:02}"


def who(i):
    return f"K{i % 7}"


def price(i):
    return PRICES[i % 4]


def pieces(i):
    return 1 + i % 3


def goods(i):
    return ("Tea", "Cup", "Pot")[i % 3]


PRODUCT = sum(price(i) * pieces(i) for i in range(ROWS))


def opened(tmp_path, columns: dict, *, workbook: bool = False):
    """(net, customers), and the notes, of a file with these columns, each a function of the row."""
    table = pd.DataFrame({name: [f(i) for i in range(ROWS)] for name, f in columns.items()})
    path = tmp_path / ("x.xlsx" if workbook else "x.csv")
    table.to_excel(path, index=False) if workbook else table.to_csv(path, index=False)
    book = open_book(path)
    net, customers = book.ledger.aggregate("sum(cents)::BIGINT, count(DISTINCT customer_id)").fetchall()[0]
    return (net / 100, customers), "\n".join(book.notes)


# Of each language names that are cut short, turned, or written together: day, buyer, quantity, price of a piece.
NAMES = {
    "German": ("Verkaufstag Ware", "Abnehmer", "Verkaufte Einheiten", "VK-Preis/Stk"),
    "French": ("dt_vte", "CléRevendeur", "Qtes vendues", "Tarif unitaire"),
    "Spanish": ("F. Factura", "ID_TERCERO", "Cantidad Vend.", "Precio Unid."),
    "Portuguese": ("Dta Venda", "Tomador", "Qtde Vendida", "Vlr Unit"),
    "Italian": ("Data scontrino", "Committente", "Pezzi venduti", "Prezzo cad."),
    "Dutch": ("Datum verkocht", "Afnemer", "Verkochte stuks", "Prijs p/st"),
    "Polish": ("Data zakupu", "Zamawiający", "Sprzedane sztuki", "Cena za szt."),
    "Czech": ("Datum nákupu", "Objednatel", "Prodané kusy", "Cena za ks"),
    "Hungarian": ("Teljesítés dátuma", "Megrendelő", "Eladott darab", "Darabár"),
    "Romanian": ("Data tranzacției", "Cumpărătorului cod", "Bucăți vândute", "Preț pe bucata"),
    "Swedish": ("Datum köp", "Kundens nr", "Sålda enheter", "Pris per styck"),
    "Danish": ("Dato salg", "Køber", "Solgt mængde", "Pris pr. stk"),
    "Finnish": ("Tilauspvm", "Tilaaja", "Myyty lukumäärä", "Hinta/kpl"),
    "Croatian": ("Datum kupnje", "Naručitelj", "Prodano komada", "Cijena/kom"),
    "Turkish": ("Satış Günü", "Bayi Kodu", "Satılan Adet", "Br. Fiyat"),
    "Russian": ("Дата чека", "Плательщик", "Продано, шт", "Стоимость единицы"),
    "Ukrainian": ("Дата купівлі", "Споживач", "Продано шт", "Вартість одиниці"),
    "Bulgarian": ("Дата на покупката", "Потребител", "Продадени бройки", "Единична цена"),
    "Greek": ("Ημ/νία πώλησης", "Καταναλωτής", "Τεμάχια πώλησης", "Τιμή ανά τεμ."),
    "Hebrew": ("תאריך עסקה", "מזמין", "יחידות מכירה", "מחיר ליחידה"),
    "Arabic": ("تاريخ العملية", "المستهلك", "العدد", "سعر الوحدة"),
    "Persian": ("تاریخ تراکنش", "خریدار", "تعداد فروش", "بهای واحد"),
    "Hindi": ("बिल तारीख", "खरीदार", "संख्या", "प्रति इकाई मूल्य"),
    "Thai": ("วันที่ทำรายการ", "รหัสผู้ซื้อ", "จำนวนที่สั่งซื้อ", "ราคาต่อชิ้น"),
    "Vietnamese": ("Ngày mua hàng", "Người mua", "SL bán", "Đơn giá bán"),
    "Indonesian": ("Waktu Beli", "Pemesan", "Jml Terjual", "Hrg Satuan"),
    "Chinese": ("订货时间", "经销商名称", "实发数量", "成交单价"),
    "Chinese, traditional": ("訂購日期", "購貨單位", "銷售數量", "產品單價"),
    "Japanese": ("お買い上げ日", "客先", "販売本数", "売り上げ単価"),
    "Korean": ("작성일자", "고객사", "판매 매수", "제품단가"),
    "English": ("Txn Dt", "CardCode", "Qty Fulfilled", "Sell Price"),
}


@pytest.mark.parametrize("language", NAMES)
def test_names_that_are_cut_short_are_known_in_every_language(tmp_path, language):
    date, buyer, quantity, of_one = NAMES[language]
    columns = {date: day, buyer: who, "Product": goods, of_one: price, quantity: pieces}
    assert opened(tmp_path, columns)[0] == (PRODUCT, 7)


@pytest.mark.parametrize(
    ("money", "piece"),
    [("Valor", "Unid."), ("Vlr", "Unit"), ("Importe", "Uds."), ("Betrag", "Stk"), ("Montant", "unitaire"),
     ("Сумма", "ед."), ("Kwota", "szt."), ("Tutar", "Birim"), ("Amount", "pcs"), ("Nilai", "Satuan")],
)  # fmt: skip
def test_a_word_of_money_beside_one_of_a_piece_is_a_price_of_one(money, piece):
    for name in (f"{money} {piece}", f"{money} por {piece}", f"{money}_{piece}", f"{money} {piece} Xyz"):
        k = [r("unit_price", name) for r in (lambda c, n: rank("ledger", c, n), rank_of_parts, rank_of_a_word)]
        assert any(k)
        assert not rank_of_parts("amount", name)
        assert not rank_of_a_word("amount", name)


@pytest.mark.parametrize("name", ["Vl Impostos", "SalesChannel", "Costo Unid.", "Sales Region Code", "売上原価金額"])
def test_other_numbers_are_no_amount(name):
    assert not rank_of_parts("amount", name)
    assert not rank_of_a_word("amount", name)
    assert not rank_of_a_word("unit_price", name)


@pytest.mark.parametrize("name", ["Stock Qty Xyz", "Returned Qty Xyz", "在庫数量", "Qtd Valor", "Qty Price"])
def test_other_numbers_are_no_quantity(name):
    assert not rank_of_a_word("quantity", name)


@pytest.mark.parametrize(("named", "of_one"), [("jumlah", "harga"), ("Amount", "Price"), ("sales", "price")])
def test_an_amount_below_the_price_of_one_is_a_quantity(tmp_path, named, of_one):
    columns = {"Date": day, "Customer": who, of_one: lambda i: 10_000 * (1 + i % 5), named: lambda i: 1 + i % 17}
    got, notes = opened(tmp_path, columns)
    assert got == (sum(10_000 * (1 + i % 5) * (1 + i % 17) for i in range(ROWS)), 7)
    assert f"{named!r} is taken as the quantity" in notes


def test_an_amount_now_above_and_now_below_the_price_is_a_quantity(tmp_path):
    columns = {"Date": day, "Customer": who, "Price": lambda i: (2.4, 7.7, 3.1)[i % 3], "Amount": lambda i: 1 + i % 8}
    got, notes = opened(tmp_path, columns)
    assert got == (round(sum((2.4, 7.7, 3.1)[i % 3] * (1 + i % 8) for i in range(ROWS)), 2), 7)
    assert "is taken as the quantity" in notes


@pytest.mark.parametrize("amount", [lambda i: 10 * (1 + i % 5) * pieces(i), lambda i: 9 * (1 + i % 5)])
def test_an_amount_of_pieces_or_after_a_discount_stays_one(tmp_path, amount):
    columns = {"Date": day, "Customer": who, "Price": lambda i: 10 * (1 + i % 5), "Amount": amount}
    got, notes = opened(tmp_path, columns)
    assert got == (sum(map(amount, range(ROWS))), 7)
    assert "is taken as the quantity" not in notes


def test_a_price_is_no_day(tmp_path):
    assert look(["2000.0", "1200.0", "1300.0"]).dates == 0
    assert look(["2024.01", "2024-1", "2024年3月", "2024-01-05"]).dates == 1
    columns = {"Zorp": day, "Customer": who, "Price": lambda i: (1200, 2000)[i % 2], "Qty": pieces}
    got, notes = opened(tmp_path, columns, workbook=True)
    assert got == (sum((1200, 2000)[i % 2] * pieces(i) for i in range(ROWS)), 7)
    assert "the only column of dates" in notes


def test_whole_numbers_of_a_workbook_have_no_decimals():
    assert look(["492.0", "17.0", "17.0"]).decimals == 0
    assert look(["492.5", "17.0"]).decimals == 1
    assert look(["492.00", "17.00"]).decimals == 1


@pytest.mark.parametrize("workbook", [True, False])
@pytest.mark.parametrize("buyer", ["Zorp Key", "CléZorp", "ID_ZORP"])
def test_the_only_number_that_is_of_no_other_is_the_buyer(tmp_path, buyer, workbook):
    columns = {
        "NuméroCommande": lambda i: f"SO{i // 2}", "NuméroLigneCommande": lambda i: i, "DateCommande": day,
        "CléProduit": pieces, buyer: lambda i: 490 + i % 7, "CléEmployé": lambda i: 280 + i % 4,
        "CléTerritoire": lambda i: 1 + i % 5, "Quantité": pieces, "PrixUnitaire": price,
    }  # fmt: skip
    got, notes = opened(tmp_path, columns, workbook=workbook)
    assert got == (PRODUCT, 7)
    assert f"{buyer!r} is taken as the customer" in notes


def test_a_word_that_nobody_knows_is_the_buyer_where_it_is_the_only_one(tmp_path):
    columns = {"Date": day, "Zorp": lambda i: f"Firm {'abcdefghijkl'[i % 12]}", "Region": goods, "Amount": price}
    got, notes = opened(tmp_path, columns)
    assert got == (sum(map(price, range(ROWS))), 12)
    assert "'Zorp' is taken as the customer" in notes


@pytest.mark.parametrize("name", ["Nombre del día", "Forma de pago", "Nome do vendedor", "曜日", "Wochentag", "Zorp"])
def test_a_few_words_of_a_day_a_payment_or_a_seller_are_no_buyer(tmp_path, name):
    with pytest.raises(BookError, match="no column for customer_id"):
        opened(tmp_path, {"Date": day, name: lambda i: f"x{'abcdefg'[i % 7]}", "Amount": price})


def test_names_that_come_again_are_better_than_numbers_that_do_not(tmp_path):
    columns = {"Date": day, "Subscriber ID": lambda i: 3200 + i, "Name": lambda i: f"N {i % 9}", "Total Value": price}
    assert opened(tmp_path, columns)[0][1] == 9


def test_a_price_beside_what_the_goods_cost(tmp_path):
    columns = {
        "Fecha": day,
        "Cliente": who,
        "Cantidad": pieces,
        "Precio Cdo": price,
        "Costo Rep": lambda i: price(i) / 2,
    }
    got, notes = opened(tmp_path, columns)
    assert got == (PRODUCT, 7)
    assert "'Precio Cdo' is taken as the price of a unit" in notes


@pytest.mark.parametrize(
    "name", ["EstadoEnvio", "Stato Spedizione X", "État livraison X", "สถานะการจัดส่ง", "Κατάσταση X"]
)
def test_what_became_of_a_line_stands_under_many_names(tmp_path, name):
    columns = {"Date": day, "Customer": who, "Amount": price, name: lambda i: ("cancelled", "shipped")[i % 2]}
    assert opened(tmp_path, columns)[0][0] == sum(price(i) for i in range(1, ROWS, 2))
