"""What no name tells: the only column that can be the buyer, the day or the money of a line, taken and told."""

from __future__ import annotations

import pytest

from kamlib.book import BookError, open_book

ROWS = 40


def opened(tmp_path, columns: dict):
    """(net, customers), and the notes, of a file with these columns: each a list, or a function of the row."""
    path = tmp_path / "x.csv"
    lines = [",".join(str(f(i)) for f in columns.values()) for i in range(ROWS)]
    path.write_text("\n".join([",".join(columns), *lines]), "utf-8")
    book = open_book(path)
    net, customers = book.ledger.aggregate("sum(cents)::BIGINT, count(DISTINCT customer_id)").fetchall()[0]
    return (net / 100, customers), "\n".join(book.notes)


def day(i):
    return f"2024-{1 + i // 28:02}-{1 + i % 28:02}"


def later(i):
    return f"2024-06-{1 + i % 28:02}"


def who(i):
    return f"K{i % 7}"


def firm(i):
    return ("Acme Ltd", "Beta", "Gamma", "Delta", "Echo")[i % 5]


def money(i):
    return f"{i * 3 % 17}.50"


def pieces(i):
    return 1 + i % 3


NET = sum(float(money(i)) for i in range(ROWS))
PRODUCT = sum(float(money(i)) * pieces(i) for i in range(ROWS))


@pytest.mark.parametrize(
    ("columns", "expected", "told"),
    [
        ({"Meal Id": lambda i: i, "Company Id": who, "Date of Meal": day, "Meal Price": money},
         (NET, 7), "'Company Id'"),
        ({"Date": day, "Customer": who, "Total_Items": pieces, "Total_Cost": money}, (NET, 7), "'Total_Cost'"),
        ({"Date": day, "Retailer Code": who, "Units": pieces, "Unit Cost": money}, (PRODUCT, 7), "'Unit Cost'"),
        ({"When": day, "Client Code": who, "Zorp": money, "Age": lambda i: 20 + i, "Lat": money}, (NET, 7), "'Zorp'"),
        ({"Дата отгрузки": day, "Аптека": firm, "Препарат": who, "Стоимость": money}, (NET, 5), "'Аптека'"),
        ({"日期": day, "药店名称": firm, "产品": who, "费用": money}, (NET, 5), "'药店名称'"),
        ({"Tarih": day, "Bayi Adı": firm, "Ürün": who, "Ücret": money}, (NET, 5), "'Ücret'"),
        ({"Client": firm, "Ship Day": day, "Expiry Day": later, "Amount": money}, (NET, 5), "'Ship Day'"),
    ],
)  # fmt: skip
def test_what_is_left_over_is_taken_and_told(tmp_path, columns, expected, told):
    got, notes = opened(tmp_path, columns)
    assert got == expected
    assert told in notes


@pytest.mark.parametrize(
    ("columns", "lacking"),
    [
        ({"Date": day, "Client": who, "Quantity": pieces, "Cost": money}, "amount"),  # of one, or of all?
        ({"Date": day, "Store": firm, "Weekly Total": money}, "customer_id"),  # the firm's own branches
        ({"Date": day, "Employee Name": firm, "Product Name": who, "Amount": money}, "customer_id"),
    ],
)
def test_what_can_be_meant_in_two_ways_is_asked(tmp_path, columns, lacking):
    with pytest.raises(BookError, match=f"no column for {lacking}"):
        opened(tmp_path, columns)


@pytest.mark.parametrize(
    ("given", "family"),
    [("Nome", "Sobrenome"), ("Prénom", "Nom"), ("Имя", "Фамилия"), ("Ad", "Soyad"), ("名", "姓"),
     ("Voornaam", "Achternaam"),
     ("Nombre del comprador", "Apellido del comprador"), ("Customer First Name", "Customer Last Name")],
)  # fmt: skip
def test_a_name_in_two_columns_is_one_customer(tmp_path, given, family):
    names = {given: lambda i: "AB"[i % 2], family: lambda i: "XYZ"[i % 3]}
    got, notes = opened(tmp_path, {"Date": day, **names, "Amount": money})
    assert got == (NET, 6)
    assert "put together of" in notes


def test_a_number_is_better_than_a_name_in_two_columns(tmp_path):
    columns = {"Date": day, "Customer ID": who, "First Name": firm, "Last Name": firm, "Amount": money}
    assert opened(tmp_path, columns)[0] == (NET, 7)


def test_a_total_that_holds_an_option_as_well(tmp_path):
    def total(i):
        return float(money(i)) * pieces(i) + (5 if i == 3 else 0)

    columns = {"주문일": day, "주문자": who, "수량": pieces, "판매가격": money, "총판매가격": total}
    got, notes = opened(tmp_path, columns)
    assert got == (PRODUCT + 5, 7)
    assert "more on the others" in notes


def written(tmp_path, header: str, row: str):
    path = tmp_path / "x.csv"
    path.write_text("\n".join([header, *(row.format(who(i), day(i), money(i)) for i in range(ROWS))]), "utf-8")
    return open_book(path)


def test_of_two_states_of_one_name_that_with_words_of_a_state(tmp_path):
    path = tmp_path / "x.csv"
    rows = [f"K{i},{day(i)},10,{('paid', 'shipped', 'cancelled')[i % 3]},{('Texas', 'Ohio')[i % 2]}" for i in range(9)]
    path.write_text("\n".join(["Customer,Date,Amount,State,State", *rows]), "utf-8")
    assert open_book(path).ledger.aggregate("sum(cents)::BIGINT").fetchall() == [(6000,)]


def test_two_names_alike_matter_only_where_they_are_needed(tmp_path):
    book = written(tmp_path, "Customer ID,Date,Amount,Customer,Customer", "{},{},{},a,b")
    assert any("stands twice" in n for n in book.notes)
    with pytest.raises(BookError, match="more than once"):
        written(tmp_path, "Customer ID,Date,Amount,Amount", "{},{},{},9")


def test_a_payout_is_after_the_fee_and_the_shipping(tmp_path):
    path = tmp_path / "x.csv"
    rows = [f"K{i % 3},{day(i)},{100 + i},-{i % 4},-10,{90 + i - i % 4}" for i in range(ROWS)]
    path.write_text("\n".join(["Cliente,Fecha,Ingresos,Costos de envío,Cargo por venta,Total", *rows]), "utf-8")
    book = open_book(path)
    assert book.ledger.aggregate("sum(cents)::BIGINT").fetchall() == [(100 * sum(100 + i for i in range(ROWS)),)]
