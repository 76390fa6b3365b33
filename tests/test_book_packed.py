"""Packed files: read as what is in them, refused in words where they are broken or made to fill the disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import pyarrow as pa
import pytest

from kamlib.book import BookError, open_book
from kamlib.book.source import packed
from kamlib.report.cache.fingerprint import source_digest

ROWS = "".join(f"k{i},2024-01-05,1.50\n" for i in range(30))
LEDGER = f"customer_id,date,amount\n{ROWS}k9,soon,1\n".encode()


def archive(*members, encrypted=False):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    said = bytearray(sink.getvalue())
    if encrypted:  # the flag alone, in the local and in the central header
        for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            said[said.index(sign) + at] |= 1
    return bytes(said)


def opened(path, content, **options):
    path.write_bytes(content)
    return open_book(path, **options)


def refusal(path, content):
    with pytest.raises(BookError) as said:
        opened(path, content)
    return str(said.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("l.csv.gz", gzip.compress(LEDGER, mtime=0)),
        ("L.CSV.GZ", gzip.compress(LEDGER[:40], mtime=0) + gzip.compress(LEDGER[40:], mtime=0)),  # two members
        ("l.csv.bz2", bz2.compress(LEDGER)),
        ("l.csv.xz", lzma.compress(LEDGER)),
        ("l.csv.zst", pa.Codec("zstd").compress(LEDGER, asbytes=True)),
        ("l.gz", gzip.compress(LEDGER, mtime=0)),
        (
            "l.zip",
            archive(("deep/l.csv", LEDGER), ("__MACOSX/._l.csv", b"x"), (".l.csv", b"x"), ("d/", b""), ("a.md", b"x")),
        ),
    ],
)
def test_what_is_packed_is_read_with_its_lines(tmp_path, name, content):
    book = opened(tmp_path / name, content)
    assert book.rows_read == 31 and book.ledger.aggregate("sum(cents)").fetchall() == [(4500,)]
    assert book.problems[["line", "value"]].values.tolist() == [[32, "soon"]]  # looked up after all was read
    file = book.recognised["file"][0]
    assert file.startswith(f"{name}, ") and (file.endswith("l.csv") or name in ("l.gz", "L.CSV.GZ"))


def test_a_member_is_never_written_where_its_name_says(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["../../evil.csv", "/etc/evil.csv", "..\\..\\evil.csv", "C:\\evil.csv"]
    for name in names:
        assert opened(folder / "l.zip", archive((name, LEDGER))).rows_read == 31
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["l.zip"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("l.csv.gz", gzip.compress(LEDGER, mtime=0)[:-9], "not readable as a packed file"),
        ("l.csv.gz", b"no gzip", "not readable as a packed file"),
        ("l.csv.bz2", b"no bzip2", "not readable as a packed file"),
        ("l.csv.xz", lzma.compress(LEDGER)[:-9], "not readable as a packed file"),
        ("l.csv.zst", pa.Codec("zstd").compress(LEDGER, asbytes=True)[:-9], "not readable as a packed file"),
        ("l.zip", b"PK\x03\x04 no ZIP", "not readable as a packed file"),
        ("l.zip", archive(("a.csv", LEDGER), ("b.csv", LEDGER)), "holds 2 tables: 'a.csv', 'b.csv'"),
        ("l.zip", archive(("a.md", b"x")), "holds no table ('a.md')"),
        ("l.zip", archive(), "holds no table (it is empty)"),
        ("l.zip", archive(("l.csv", LEDGER), encrypted=True), "protected by a password"),
        ("l.csv.gz", b"", "l.csv.gz is empty"),
        ("l.json.gz", gzip.compress(b"{}", mtime=0), "l.json.gz, l.json: cannot read files of this kind"),
        ("l.tgz", gzip.compress(LEDGER, mtime=0), "Unpack it"),
        ("l.csv.gz", gzip.compress(b"customer_id,date,amount\n", mtime=0), "l.csv.gz, l.csv: only a header"),
        ("l.csv.gz", gzip.compress(b"", mtime=0), "l.csv.gz, l.csv is empty"),
    ],
)
def test_what_cannot_be_unpacked_is_refused_in_words(tmp_path, name, content, says):
    assert says in refusal(tmp_path / name, content)


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "MOST_BYTES", 5_000_000)
    says = refusal(tmp_path / "l.csv.gz", gzip.compress(b"0" * 20_000_000))
    assert "l.csv.gz: unpacked it has more than" in says and "200 times" in says
    assert opened(tmp_path / "m.csv.gz", gzip.compress(LEDGER + b"\n" * 4_000_000)).rows_read == 31  # under the size


def test_a_damaged_member_is_refused(tmp_path):
    whole = bytearray(archive(("l.csv", LEDGER)))
    whole[60] ^= 255
    assert "not readable as a packed file" in refusal(tmp_path / "l.zip", bytes(whole))


def test_in_a_folder_names_tell_the_tables_and_twins_are_refused(tmp_path):
    (tmp_path / "2024-01.csv.gz").write_bytes(gzip.compress(LEDGER, mtime=0))
    (tmp_path / "2024-02.zip").write_bytes(archive(("x.csv", LEDGER.replace(b"2024-01", b"2024-02"))))
    (tmp_path / "Accounts.csv.xz").write_bytes(lzma.compress(b"customer_id,name\nk1,Anna\n"))
    book = open_book(tmp_path)
    assert book.rows_read == 62 and book.tables["accounts"]["name"].tolist() == ["Anna"]
    (tmp_path / "copy.csv").write_bytes(LEDGER)
    with pytest.raises(BookError, match="the same, byte for byte"):
        open_book(tmp_path)
    (tmp_path / "copy.csv").rename(tmp_path / "2024-01.csv")
    with pytest.raises(BookError, match="count twice"):
        open_book(tmp_path)


def test_a_packed_file_is_part_of_the_fingerprint(tmp_path):
    path, made = tmp_path / "l.csv.gz", []
    for content in (LEDGER, LEDGER + b"k,2024-01-09,1\n"):
        path.write_bytes(gzip.compress(content, mtime=0))
        made.append((source_digest(str(path)), source_digest(str(tmp_path)), open_book(path).digest))
    assert all(one and one != other for one, other in zip(*made, strict=True))
