"""One currency: rates of the mapping and of a table, by day, to the cent; what has no rate is refused."""

from __future__ import annotations

import datetime as dt
import random
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from kamlib.book import BookError, open_book
from kamlib.book.mapping import load_mapping
from kamlib.book.skeleton import mapping_text

RATES = pd.DataFrame(
    [("USD", "2024-03-12", "0.91"), ("usd ", "2024-03-16", "0.925"), ("GBP", "2024-03-01", "1.17")],
    columns=["currency", "date", "rate"],
)
DAYS = ["2024-03-13", "2024-03-16", "2024-04-16"]


def ledger(**columns):
    return pd.DataFrame({"customer": ["a", "b", "c"], "date": DAYS, "amount": ["10", "10.10", "-10.50"], **columns})


def opened(rates=RATES, mapping=None, **columns):
    return open_book({"ledger": ledger(**columns), "rates": rates}, mapping=mapping)


def cents(book):
    return [c for (c,) in book.ledger.project("cents").fetchall()]


def test_a_line_takes_the_rate_of_its_day_or_the_last_before_it():
    book = opened(currency=["USD", "usd", "USD"], mapping={"options": {"currency": "EUR"}})
    assert cents(book) == [910, 934, -971]  # the 13th by the 12th's; 934.25; -971.25, thirty-one days later
    assert book.currency == "EUR" and book.ledger.project("currency").distinct().fetchall() == [("EUR",)]
    assert book.notes[1:] == (
        "3 lines in USD (net 9.60) are converted at 0.91 to 0.925 EUR, the rate of the day or the last before it"
        " (net 8.73), each rounded to the cent.",
    )


def test_all_money_of_a_line_is_converted():
    columns = {"cost": ["4", "4.04", "-4"], "tax": ["1", "2", "3"], "unit_price": 2.0}
    book = opened(currency=["EUR", "USD", "EUR"], **columns)
    money = book.ledger.project("cents, profit_cents, tax, unit_price").fetchall()
    assert money[1] == (934, 561, 185, 1.85) and money[0] == (1000, 600, 100, 2.0)  # 6.06 * 0.925 = 5.6055


@pytest.mark.parametrize(
    ("rates", "says"),
    [
        (RATES[1:2], "the frame 'rates': no rate for 1 lines of the ledger: USD on 2024-03-13 ('a'), no rate"),
        (RATES[:1], "no rate for 1 lines of the ledger: USD on 2024-04-16 ('c'), last rate 2024-03-12"),
        (RATES[2:], 'No rate for USD. Add it to the mapping file:\n[rates]\n"USD" = 1.0'),
        (pd.concat([RATES, RATES[:1].assign(rate="9")]), "1 days have two rates of a currency (USD on 2024-03-12:"),
        (pd.concat([RATES, RATES[:1].assign(currency="EUR")]), "a rate says that one EUR is worth 0.91 EUR"),
    ],
    ids=["too early", "too old", "another currency", "two rates", "of the book's own"],
)
def test_rates_that_do_not_reach_are_refused(rates, says):
    with pytest.raises(BookError) as refused:
        opened(rates, currency=["USD", "EUR", "USD"], mapping={"options": {"currency": "EUR"}})
    assert says in str(refused.value)


def test_three_lines_without_a_rate_are_shown_and_all_counted():
    many = pd.concat([ledger(currency="USD").assign(date="2023-01-01")] * 4)
    with pytest.raises(BookError, match=r"no rate for 12 lines [^:]*: (USD on 2023-01-01 [^;]*; ){2}USD[^;]*\. A line"):
        open_book({"ledger": many, "rates": RATES}, mapping={"options": {"currency": "EUR"}})


def test_the_mapping_wins_for_its_currency_and_that_is_told():
    book = opened(currency=["USD", "GBP", "EUR"], mapping={"rates": {"USD": 0.5}})
    assert cents(book) == [500, 1182, -1050]
    assert "Rates of USD stand in the mapping and in the table rates: the mapping's 0.5 is used." in book.notes


def test_rates_that_nothing_needs_are_told():
    for columns, currency in (({"currency": "EUR"}, "EUR"), ({}, "")):
        book = opened(**columns)
        assert (cents(book), book.currency) == ([1000, 1010, -1050], currency)
        assert any("rates is not used" in n for n in book.notes)


def test_without_the_books_own_currency_it_asks():
    with pytest.raises(BookError, match=r"to which currency\? The lines are in USD\. Say it .*\n\[options\]"):
        opened(currency="USD")


def test_currencies_that_only_the_amounts_name_are_converted_too():
    book = opened(amount=["USD 10", "EUR 10", "EUR 1"])
    assert cents(book) == [910, 1000, 100]


def test_a_folder_with_rates_and_names_of_its_own(tmp_path):
    ledger(currency=["USD", "EUR", "EUR"]).to_csv(tmp_path / "ledger.csv", index=False)
    RATES.rename(columns={"currency": "Waehrung", "rate": "Kurs"}).to_csv(tmp_path / "rates.csv", index=False)
    (tmp_path / "mapping.toml").write_text('[rates]\ncurrency = "Waehrung"\nrate = "Kurs"\nGBP = 1.17\n', "utf-8")
    book = open_book(tmp_path)
    assert cents(book) == [910, 1010, -1050] and len(book.tables["rates"]) == 3
    (tmp_path / "new.toml").write_text(mapping_text(tmp_path), "utf-8")
    assert load_mapping(tmp_path / "new.toml").rates == {"GBP": Decimal("1.17")}
    assert cents(open_book(tmp_path, mapping=tmp_path / "new.toml")) == cents(book)


def test_a_rate_of_a_mapping_is_the_decimal_that_is_written(tmp_path):
    (tmp_path / "m.toml").write_text("[rates]\nUSD = 0.000061394721\nGBP = 1\n", "utf-8")
    assert load_mapping(tmp_path / "m.toml").rates == {"USD": Decimal("0.000061394721"), "GBP": 1}
    lines = ledger(amount=["99999999999.99", "1", "1"], currency=["USD", "EUR", "EUR"])
    book = open_book({"ledger": lines}, mapping=tmp_path / "m.toml")
    assert cents(book)[0] == 613947210  # 9999999999999 cents * 0.000061394721 = 613,947,209.99994


@pytest.mark.parametrize(
    "rate", ["nan", "inf", "-0.5", "0.0", "1e-13", "1e6", "1e400", '"x"', "true", "999999.9999999999999"]
)
def test_what_is_no_rate_is_refused(tmp_path, rate):
    (tmp_path / "m.toml").write_text(f"[rates]\nUSD = {rate}\n", "utf-8")
    with pytest.raises(BookError, match=r"\[rates\] takes lines such as USD = 0.92"):
        load_mapping(tmp_path / "m.toml")


def test_one_currency_twice_and_a_wrong_option_are_refused(tmp_path):
    with pytest.raises(BookError, match="gives USD twice"):
        load_mapping({"rates": {"USD": 1, "usd": 2}})
    (tmp_path / "m.toml").write_text("[options]\nday_first = 0.5\n", "utf-8")
    with pytest.raises(BookError, match=r"option day_first is true or false, not 0\.5"):
        load_mapping(tmp_path / "m.toml")
    (tmp_path / "m.toml").write_text(f"[rates]\nUSD = {'9' * 5000}\n", "utf-8")
    with pytest.raises(BookError, match="is not valid TOML"):
        load_mapping(tmp_path / "m.toml")


def test_what_is_too_large_in_the_other_currency_is_refused():
    lines = ledger(amount=["90000000000000000", "1", "1"], currency=["USD", "EUR", "EUR"])
    with pytest.raises(BookError, match="1 lines in USD are too large once they are in EUR"):
        open_book({"ledger": lines}, mapping={"rates": {"USD": 1.5}})


def test_mixed_currencies_without_rates_stay_refused():
    with pytest.raises(BookError, match=r'mixes currencies: EUR \(2 lines\), USD \(1 lines\)(.|\n)*"USD" = 1.0'):
        open_book({"ledger": ledger(currency=["USD", "EUR", "EUR"])})


def test_the_total_is_that_of_decimals_line_by_line():
    draw = random.Random(11)
    start = dt.date(2023, 1, 1)
    days = [start + dt.timedelta(days=7 * i) for i in range(60)]  # a rate each week
    rates = {(c, d): Decimal(draw.randrange(1, 10**13)) / 10**12 for c in ("USD", "JPY", "KWD") for d in days}
    rows, total = [], 0
    for _ in range(3000):
        day, code = start + dt.timedelta(days=draw.randrange(400)), draw.choice(["USD", "JPY", "KWD", "EUR"])
        amount = Decimal(draw.randrange(-(10**9), 10**9)) / 100
        rate = Decimal(1) if code == "EUR" else rates[code, max(d for d in days if d <= day)]
        total += int((amount * 100 * rate).quantize(Decimal(1), ROUND_HALF_UP))
        rows.append((f"c{draw.randrange(9)}", f"{day}", f"{amount}", code))
    lines = pd.DataFrame(rows, columns=["customer", "date", "amount", "currency"])
    table = pd.DataFrame([(c, f"{d}", f"{r:f}") for (c, d), r in rates.items()], columns=["currency", "date", "rate"])
    book = open_book({"ledger": lines, "rates": table})
    assert sum(cents(book)) == total
