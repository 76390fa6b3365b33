"""Encodings: names are read right, or it is asked; never wrong in silence."""

from __future__ import annotations

import pytest

from kamlib.book import BookError, open_book
from kamlib.book.source.charset import SELDOM
from kamlib.book.source.files import connect, read_parts

PAIRS = {
    "Müller": "Schäfer", "Škoda": "Dvořák", "Łódź": "Wiśniewski", "Иванов": "Петрова", "山田商店": "鈴木",
    "김철수": "이영희", "王小明": "李华", "Ünal": "Yıldız", "Ελλάς": "Παπαδόπουλος", "שלום": "כהן",
    "شركة": "النور", "Hélène": "Cañón",
}  # fmt: skip
ENCODINGS = [e for e in SELDOM if e != "utf-8"]


def ledger(path, names, encoding, header="customer_id,date,amount"):
    lines = [header, *(f"{name},2024-01-{i % 28 + 1:02},1" for i, name in enumerate(names))]
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


def customers(path, **options):
    book = open_book(path, **options)
    return [c for (c,) in book.ledger.project("customer_id").fetchall()], book


def what_becomes(con, path, names, encoding):
    try:
        part = read_parts(con, ledger(path, names, encoding))[0]
    except BookError as said:
        assert "encoding =" in str(said) and "line " in str(said)
        return "asked"
    read = [c for (c,) in con.execute(f"SELECT c0 FROM {part.relation}").fetchall()]
    con.execute(f"DROP TABLE {part.relation}")
    return "right" if read == names else f"wrong: {names} in {encoding}: {read}"


def can(names, encoding):
    try:
        return bool(" ".join(names).encode(encoding))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize("n", [1, 2])
def test_short_files_are_read_right_or_asked_in_thirty_encodings(tmp_path, n):
    con = connect()
    names = [[one, other][:n] for one, other in PAIRS.items()]
    became = [what_becomes(con, tmp_path / "l.csv", w, e) for w in names for e in ENCODINGS if can(w, e)]
    assert len(became) > 80 and not [b for b in became if b.startswith("wrong")]
    assert became.count("right") > 0.6 * len(became)


@pytest.mark.parametrize("name", ["Müller", "José", "Groß", "Muñoz", "André", "Köln", "Übel", "Zoë"])
@pytest.mark.parametrize("encoding", ["cp1252", "iso8859_1"])
def test_plain_western_letters_are_read_even_alone(tmp_path, name, encoding):
    read, book = customers(ledger(tmp_path / "l.csv", [name, "Smith"], encoding))
    assert read == [name, "Smith"] and any("read as cp1252" in n and name in n for n in book.notes)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1250", "Łódź Śląska, Wiśniewski, Dąbrowski, Poznań, Kraków, Częstochowa, Świętochłowice"),
        ("cp1252", "Hélène Dupré, Sørensen, Mäkinen, José Muñoz, François Lefèvre, São Paulo Comércio, Groß & Söhne"),
        ("cp1254", "Yıldız, Şahin, Öztürk, Çelik, Güneş, Işık, Ağaoğlu"),
        ("cp932", "山田商店, 鈴木電機, 佐藤工業, 東京商事"),
        ("gb18030", "王小明, 北京贸易有限公司, 上海电子, 李华"),
        ("big5", "王小明, 臺北貿易公司, 陳美玲, 林志豪"),
        ("cp949", "김철수, 서울전자, 이영희, 한국상사"),
        ("koi8_r", "Иванов, Петрова, Сидоров, ООО Ромашка"),
        ("cp866", "Иванов, Петрова, Сидоров, ООО Ромашка"),
        ("mac_roman", "Hélène Dupré, José Muñoz, Müller, Schäfer, François Lefèvre"),
        ("cp874", "สมชาย ใจดี, บริษัท ไทยการค้า, กรุงเทพ"),
        ("iso2022_jp", "山田商店, 鈴木電機"),
    ],
)
def test_a_few_names_of_a_kind_are_enough(tmp_path, encoding, names):
    names = names.split(", ")
    read, book = customers(ledger(tmp_path / "l.csv", names, encoding))
    assert read == names and any(f"read as {encoding}" in n for n in book.notes)


def test_the_question_shows_cells_in_each_encoding_and_is_answered_by_an_option(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(b"customer_id,date,amount\nM\x8fller,2024-01-05,1\n")
    with pytest.raises(BookError) as said:
        open_book(path)
    assert "mac_roman: line 2: 'Mèller'" in str(said.value) and "cp437: line 2: 'MÅller'" in str(said.value)
    assert customers(path, mapping={"options": {"encoding": "cp437"}})[0] == ["MÅller"]


def test_only_what_identifies_is_asked_for(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(b"customer_id,date,amount,remark\nk1,2024-01-05,1,M\x8fller\n")
    assert any("read as" in n and "ASCII only" in n for n in open_book(path).notes)
    path.write_bytes(b"customer_id,date,amount,order_id\nk1,2024-01-05,1,M\x8fller\n")
    with pytest.raises(BookError, match="more than one way"):
        open_book(path)
    mapping = {"ledger": {"customer_id": "remark", "date": "date", "amount": "amount"}}
    path.write_bytes(b"customer_id,date,amount,remark\nk1,2024-01-05,1,M\x8fller\n")
    with pytest.raises(BookError, match="more than one way"):
        open_book(path, mapping=mapping)


def test_the_header_may_be_what_is_hard_to_read(tmp_path):
    path = ledger(tmp_path / "l.csv", ["山田商店", "鈴木電機", "佐藤工業"], "cp932", header="顧客,日付,金額")
    names = {"customer_id": "顧客", "date": "日付", "amount": "金額"}
    assert customers(path, mapping={"ledger": names})[0] == ["山田商店", "鈴木電機", "佐藤工業"]


def test_names_that_damaged_bytes_make_equal_are_refused(tmp_path):
    path = ledger(tmp_path / "l.csv", [f"Müller {i}" for i in range(30)], "utf-8")
    path.write_bytes(path.read_bytes() + b"Gro\xff,2024-01-05,1\nGro\xfe,2024-01-05,1\n")
    with pytest.raises(BookError, match=r"names that differ would become one \(lines 32, 33"):
        open_book(path)
    assert open_book(path, mapping={"options": {"encoding": "utf-8"}}).rows_read == 32


def test_one_odd_name_far_down_is_seen(tmp_path):
    plain = b"".join(b"k%d,2024-01-05,1\n" % i for i in range(50_000))
    path = tmp_path / "l.csv"
    path.write_bytes(b"customer_id,date,amount\n" + plain + b"M\x8fller,2024-01-05,1\n")
    with pytest.raises(BookError, match="line 50002"):
        open_book(path)


def test_a_word_of_thousands_of_letters_takes_no_time_to_judge(tmp_path):
    """Found by the fuzz: minutes, where the words beyond ASCII were searched for and not split off."""
    long = b"x" * 20_000
    path = tmp_path / "l.csv"
    head = b"customer_id,date,amount,text\n"
    path.write_bytes(head + b"M\xfcller,2024-01-05,1,\xe9 " + long + b"\nGro\xdf,2024-01-06,1,a\n")
    assert sorted(customers(path)[0]) == ["Groß", "Müller"]
