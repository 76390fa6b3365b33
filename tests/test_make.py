"""A report of the project's own notebooks: whole, reconciled, the same bytes again; and all or nothing."""

import json
import math
import re
import shutil
import threading
from datetime import date

import pandas as pd
import pytest
from conftest import REPETITIONS
from runs import content, write_notebook

from kamlib.book import open_book
from kamlib.report.make.report import make_report
from kamlib.report.past.stored import SCHEMA
from kamlib.run import InputError, RunError
from kamlib.settings import Settings

MANIFEST = {
    "schema": int, "book": dict, "as_of": str, "window": dict, "control_totals": dict, "reconciled": list,
    "settings": dict, "code": dict, "python": str, "libraries": dict, "pages": dict,
    "inputs": dict, "files": dict,
}  # fmt: skip
FINDING = {"key", "says", "value", "unit", "low", "high", "n", "verdict"}
VERDICTS = {"", "supported", "not supported", "cannot tell", "more than chance", "may be chance"}
END = date(2024, 2, 29)


@pytest.fixture(scope="module")
def manifest(report):
    return json.loads((report / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def findings(report):
    return json.loads((report / "findings.json").read_text("utf-8"))


# The project's own notebooks


def test_what_a_report_consists_of(report, manifest):
    names = {name.split("/")[0] for name in content(report)}
    files = {"findings.json", "changes.json", "manifest.json", "summary.html"}
    assert names == {"frames", *files, *manifest["pages"].values()}
    assert manifest["pages"]["00_summary"] == "index.html"


def test_the_same_input_gives_the_same_bytes(report, report_again):
    one, two = content(report), content(report_again)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_the_cache_gives_the_same_bytes(report, report_again, ledger_file):
    settings, out = Settings(repetitions=REPETITIONS), report.parents[1]
    made = make_report(open_book(ledger_file), as_of=date(2024, 6, 30), out=out, settings=settings)
    assert set(made.cached) == set(made.pages)
    assert content(report) == content(report_again)


def test_nothing_tells_of_this_machine(report):
    traces = [b"/tmp/", b"/home/", b"/root/", str(report.parent).encode(), b".runs"]
    assert [(n, t) for n, c in content(report).items() for t in traces if t in c] == []


def test_the_manifest_has_its_keys(report, manifest):
    assert {name: type(value) for name, value in manifest.items()} == MANIFEST
    assert manifest["schema"] == SCHEMA
    assert {*manifest["files"], "manifest.json"} == set(content(report))
    assert re.fullmatch("[0-9a-f]{64}", manifest["book"]["digest"])
    assert re.fullmatch("[0-9a-f]{64}", manifest["code"]["digest"])
    assert manifest["window"] == {"start": "2023-07-01", "end": "2024-06-30", "months": 12}
    assert manifest["settings"] == Settings(repetitions=REPETITIONS).model_dump()


def test_the_totals_reconcile_with_a_sum_of_their_own(manifest, ledger_file):
    totals = manifest["control_totals"]
    lines = pd.read_csv(ledger_file, parse_dates=["date"])
    lines["cents"] = [round(v + math.copysign(1e-6, v)) for v in lines["amount"] * 100]  # halves away from zero
    seen = lines[lines["date"] <= "2024-06-30"]
    fee, known = seen["kind"] == "fee", seen["customer_id"].notna()
    parts = {"analysed": ~fee & known, "no_customer": ~fee & ~known, "not_trade": fee}
    for part, rows in parts.items():
        assert (totals[f"{part}_lines"], totals[f"{part}_cents"]) == (rows.sum(), seen.loc[rows, "cents"].sum())
    assert totals["net_cents"] == lines["cents"].sum()
    assert totals["rows_read"] == len(lines) == totals["lines"] + totals["rows_set_aside"]
    assert totals["net_cents_to_as_of"] == sum(totals[f"{part}_cents"] for part in parts)
    assert len(manifest["reconciled"]) >= 5
    assert all(row["value"] == row["expected"] for row in manifest["reconciled"])


def test_findings_are_finite_or_null(findings):
    assert set(findings) == {"00_summary", "01_ledger", "02_segmentation", "03_client_types", "04_churn"}
    for finding in (f for found in findings.values() for f in found):
        assert set(finding) == FINDING
        numbers = [finding[k] for k in ("value", "low", "high", "n") if not isinstance(finding[k], str)]
        assert all(v is None or math.isfinite(v) for v in numbers), finding
        assert finding["verdict"] in VERDICTS
        assert (finding["low"] is None) == (finding["high"] is None)
        if finding["low"] is not None:
            assert finding["low"] <= finding["value"] <= finding["high"]


def test_keys_of_findings_are_unique(findings):
    keys = [f["key"] for found in findings.values() for f in found]
    assert len(keys) == len(set(keys))


def test_frames_sum_to_the_ledger(report, manifest):
    frames = report / "frames"
    monthly, accounts = (pd.read_parquet(frames / f"{n}.parquet") for n in ("monthly", "accounts"))
    analysed = manifest["control_totals"]["analysed_cents"]
    assert monthly["sales_cents"].sum() == accounts["history_sales_cents"].sum() == analysed
    sales = accounts["sales_cents"].sum()
    assert pd.read_parquet(frames / "abc_sales.parquet")["value"].sum() == sales
    assert pd.read_parquet(frames / "cells.parquet")["value"].sum() == sales


def test_pages_lead_to_each_other(report, manifest):
    for page in manifest["pages"].values():
        text = (report / page).read_text("utf-8")
        assert all(f'href="{other}"' in text for other in manifest["pages"].values() if other != page)
        assert "Content-Security-Policy" in text
        assert "Traceback" not in text


@pytest.mark.parametrize("lesson", ["By hand", "Exercises", "Solutions"])
def test_lessons_are_not_in_pages(report, manifest, lesson):
    assert not any(lesson in (report / page).read_text("utf-8") for page in manifest["pages"].values())


# All or nothing, with tiny notebooks


@pytest.fixture
def books(tmp_path):
    folder = tmp_path / "notebooks"
    write_notebook(folder, "01_a")
    return folder


def make(book, books, **options):
    options = {"as_of": END, "out": books.parent / "reports", "notebooks": books, "jobs": 1} | options
    return make_report(book, **options)


def test_a_notebook_that_fails_leaves_the_previous_report(tiny_book, books):
    write_notebook(books, "02_b", "1 / 0", needs=["ledger", "tenders"])
    made = make(tiny_book, books)
    assert made.skipped == [("02_b", "tenders")]
    assert made.pages == {"01_a": "index.html"}
    before = content(made.index.parent)
    write_notebook(books, "01_a", "1 / 0")
    with pytest.raises(
        RunError, match=r"01_a failed in the cell that begins `1 / 0`: ZeroDivisionError: division by zero"
    ):
        make(tiny_book, books)
    home = made.index.parents[1]
    assert content(made.index.parent) == before
    assert [p.name for p in (home / ".runs").iterdir() if p.is_dir()] == []
    assert list(content(home / "failed")) == ["01_a.ipynb"]
    assert "ZeroDivisionError" in (home / "failed" / "01_a.ipynb").read_text("utf-8")


def test_two_runs_at_once_do_not_mix(tiny_book, books):
    """The page, the findings and the manifest are of one run, whichever was last."""
    write_notebook(books, "01_a", "import time\ntime.sleep(.5)")
    made, errors = [], []
    lines = tiny_book.ledger.project("customer_id, date, cents / 100 AS amount, kind").df()

    def run(share):
        try:
            # A book is one connection, which is not for two threads.
            made.append(make(open_book({"ledger": lines}), books, settings=Settings(key_share=share)))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(share,)) for share in (0.125, 0.375)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    folder = made[-1].index.parent
    share = json.loads((folder / "manifest.json").read_text())["settings"]["key_share"]
    assert share in (0.125, 0.375)
    assert json.loads((folder / "findings.json").read_text())["01_a"][0]["value"] == share
    assert f"share {share}" in made[-1].index.read_text("utf-8")
    assert [p for p in (folder.parent / ".runs").iterdir() if p.is_dir()] == []


def test_a_book_that_supports_nothing(tiny_book, books):
    write_notebook(books, "01_a", needs=["ledger", "tenders"])
    with pytest.raises(RunError, match="none of the tables that are needed: tenders"):
        make(tiny_book, books)


def test_a_parameter_that_is_no_setting(tiny_book, books):
    write_notebook(books, "01_a", parameters='run: str = ""  # run folder\nkey_shares: float = 0.1  # misspelt')
    with pytest.raises(RunError, match="01_a has parameters that are no settings: key_shares"):
        make(tiny_book, books)


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (
            date(2024, 1, 9),
            "as_of 2024-01-09 is before the first line. The lines of known customers run from 2024-01-10",
        ),
        (date(2025, 3, 3), "no line in the 12 months up to 2025-03-03"),
        (date(9999, 12, 31), "no line in the 12 months up to 9999-12-31"),
        (date(1, 1, 1), "before the first line"),
    ],
)
def test_a_day_without_lines(tiny_book, books, day, says):
    with pytest.raises(InputError) as error:
        make(tiny_book, books, as_of=day)
    assert says in str(error.value)


def test_a_ledger_that_names_nobody(books):
    lines = pd.DataFrame({"customer": [None, ""], "date": ["2024-01-10", "2024-02-10"], "amount": [1, 2]})
    with pytest.raises(InputError, match="no line of trade names its customer"):
        make(open_book({"ledger": lines}), books)


def test_two_books_of_one_name(tiny_book, books):
    runs = books.parent / "reports" / "tiny" / ".runs"
    runs.mkdir(parents=True)
    (runs / "origin.json").write_text('{"source": "of another", "content": "of another"}')
    with pytest.raises(InputError, match="another source that is called tiny too"):
        make(tiny_book, books, source="tiny.csv")


# One period before


def test_a_notebook_finds_what_the_report_before_stored(tiny_book, books):
    code = "before = pathlib.Path(run, 'work', 'previous')\nprint(sorted(p.name for p in before.glob('*')))"
    write_notebook(books, "01_a", code, previous=True)
    first = make(tiny_book, books, as_of=date(2024, 1, 31))
    assert "[]" in first.index.read_text("utf-8")
    second = make(tiny_book, books)
    assert "['changes.json', 'findings.json', 'frames', 'manifest.json']" in second.index.read_text("utf-8")
    assert not (second.index.parent / "work").exists()


# Whatever becomes of a report's folder


@pytest.mark.parametrize("moved", ["mv", "cp -r", "zip", "half copy", "no cache"])
def test_a_run_after_the_folder_was_moved_copied_or_emptied(tiny_book, books, tmp_path, moved):
    """What was moved or copied away and what a user has put there stays, and the next run makes the same."""
    one = make(tiny_book, books).index.parent
    (one / "notes.txt").write_text("mine")
    known, away, out = content(one), tmp_path / "away", one.parents[1]
    if moved == "mv":
        shutil.move(one, away)
    elif moved == "cp -r":
        shutil.copytree(one, away)
    elif moved == "zip":
        shutil.unpack_archive(shutil.make_archive(str(tmp_path / "packed"), "zip", one), away)
    elif moved == "half copy":
        shutil.copytree(one, away)
        shutil.rmtree(one / "frames")
        (one / "index.html").unlink()
    else:
        shutil.rmtree(out / ".cache")
    made = make(tiny_book, books).index.parent
    assert made == one
    if moved != "no cache":
        assert content(away) == known
    if moved != "mv":
        assert (one / "notes.txt").read_text() == "mine"
        (one / "notes.txt").unlink()
    assert content(one) == {name: text for name, text in known.items() if name != "notes.txt"}
    assert [p for p in (one.parent / ".runs").iterdir() if p.is_dir()] == []
