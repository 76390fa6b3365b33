"""Lines beside the sum of their order: edited orders, and what remains of a refund."""

from kamlib.book import open_book

HEADER = (
    "Name,Email,Financial Status,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Refunded Amount\n"
)


def opened(tmp_path, lines):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
    book = open_book(path)
    return book.ledger.aggregate("sum(cents)::BIGINT").fetchall()[0][0], " ".join(book.notes)


def order(k, subtotal, price, *, tax="0", refunded="0"):
    return f"#{k},u{k}@a.de,paid,{subtotal},0,{tax},{subtotal},2024-01-{k + 10} 10:00:00,1,Vase,{price},{refunded}"


def test_a_few_orders_whose_lines_make_less_are_fitted_to_their_sum(tmp_path):
    net, said = opened(tmp_path, [*(order(k, 10, 10) for k in range(12)), order(12, 30, 17.5)])
    assert net == 15000
    assert "lines of 1 orders make less than 'Subtotal'; they are fitted to it, 12.50 more" in said


def test_where_many_make_less_lines_are_missing_and_the_others_are_kept(tmp_path):
    net, said = opened(tmp_path, [*(order(k, 10, 10) for k in range(3)), order(3, 30, 17.5), order(4, 30, 20)])
    assert net == 6750
    assert "lines of 2 orders make less than 'Subtotal'; they are kept" in said


def test_what_remains_after_a_refund_is_rounded_once(tmp_path):
    """Of 160.00 with 29.92 of tax 75.00 are paid back: 130.08 x 85 / 160 = 69.105 remain."""
    net, _ = opened(tmp_path, [order(1, 160, 160, tax="29.92", refunded="75")])
    assert net == 6911
