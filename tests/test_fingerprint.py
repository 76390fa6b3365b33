"""What a result is made from: content decides, and the code that is reached is found."""

import os

import pytest

from kamlib.report.cache import fingerprint
from kamlib.report.cache.fingerprint import code_digests, environment, files_digest, source_digest


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A library of four modules: a <- b <- c, and d by itself."""
    package = tmp_path / "kamlib"
    (package / "room").mkdir(parents=True)
    for name, text in {
        "__init__.py": "", "a.py": "X = 1\n", "b.py": "def f():\n    from kamlib import a\n    return a\n",
        "d.py": "", "room/__init__.py": "from .c import C\n", "room/c.py": "from .. import b\nC = 2\n",
        "room/words.txt": "one",
    }.items():  # fmt: skip
        (package / name).write_text(text)
    monkeypatch.setattr(fingerprint, "PROJECT", tmp_path)
    return package


def test_code_is_followed_through_functions_and_packages(library):
    assert set(code_digests(["from kamlib import room"])) == {
        "kamlib", "kamlib.a", "kamlib.b", "kamlib.room", "kamlib.room.c",
    }  # fmt: skip
    assert set(code_digests(["import kamlib.d as d", "import pandas"])) == {"kamlib", "kamlib.d"}


@pytest.mark.parametrize("source", ["%matplotlib inline\nimport kamlib.d", "!ls\nfrom kamlib.d import nothing"])
def test_lines_of_ipython(library, source):
    assert set(code_digests([source])) == {"kamlib", "kamlib.d"}


@pytest.mark.parametrize(
    ("file", "changed"),
    [("a.py", {"kamlib.a"}), ("d.py", set()), ("room/words.txt", {"kamlib.room"}), ("room/c.py", {"kamlib.room.c"})],
)
def test_what_changes_when_a_file_does(library, file, changed):
    before = code_digests(["import kamlib.room"])
    (library / file).write_text("Y = 3")
    after = code_digests(["import kamlib.room"])
    assert {m for m in before if before[m] != after.get(m, before[m])} == changed


def test_code_that_is_no_python_is_passed_over(library):
    assert code_digests(["def ("]) == {}


def test_content_decides_not_time(tmp_path):
    book = tmp_path / "acme.csv"
    book.write_text("a,b\n1,2\n")
    first = source_digest(str(book))
    os.utime(book, (0, 0))
    assert source_digest(str(book)) == first
    stat = book.stat()
    book.write_text("a,b\n1,3\n")
    os.utime(book, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # same size, same time
    assert source_digest(str(book)) != first


def test_everything_that_opening_reads_counts(tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    seen = set()
    for name, text in [("ledger.csv", "1"), ("notes.doc", "2"), ("mapping.toml", "3"), ("mapping.toml", "4")]:
        (folder / name).write_text(text)
        seen.add(source_digest(str(folder)))
    seen.add(source_digest(str(folder), folder / "mapping.toml"))
    seen.add(source_digest(str(folder), name="other"))
    assert len(seen) == 6
    database = tmp_path / "a.sqlite"
    database.write_text("1")
    before = source_digest(str(database))
    (tmp_path / "a.sqlite-wal").write_text("2")
    assert source_digest(str(database)) != before


@pytest.mark.parametrize("book", ["nosuch.csv", "smaple", ""])
def test_what_is_not_there_cannot_be_told(tmp_path, monkeypatch, book):
    monkeypatch.chdir(tmp_path)
    assert source_digest(book) == ""
    (tmp_path / "a.csv").write_text("1")
    assert source_digest("a.csv", tmp_path / "nosuch.toml") == ""


def test_a_data_set_counts_by_its_files(tmp_path, monkeypatch):
    monkeypatch.setenv("KAMLIB_CACHE", str(tmp_path))
    assert len(source_digest("sample")) == 64
    assert source_digest("online-retail-ii") == ""
    (tmp_path / "online_retail_ii.parquet").write_text("kept")
    assert len(source_digest("online-retail-ii")) == 64


def test_files_by_name(tmp_path):
    assert files_digest(tmp_path / "nowhere") == {}
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_text("")
    assert list(files_digest(tmp_path)) == ["a/b"]


def test_the_environment_names_what_decides():
    assert set(environment()) == {"python", "machine", "lock", "installed"}
