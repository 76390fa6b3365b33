"""A notebook runs again when, and only when, something that it is made from has changed; and the plan says what."""

import datetime as dt
import json
import re

import pytest
from runs import cell, write_notebook

from kamlib.report.cache import inputs as module
from kamlib.report.cache.books import BOOK_CODE, PANEL_CODE
from kamlib.report.cache.fingerprint import code_digests
from kamlib.report.cache.inputs import EVERYWHERE, notebook_inputs, why
from kamlib.report.make.execute import for_report
from kamlib.run.notebooks import load_notebooks
from kamlib.settings import Settings

DAY = dt.date(2024, 2, 29)


@pytest.fixture
def books(tmp_path):
    """02 comes after 01, 03 by itself takes no setting of its own; 02 reads the report before."""
    folder = tmp_path / "notebooks"
    write_notebook(folder, "01_a")
    write_notebook(folder, "02_b", after=["01_a"], previous=True)
    write_notebook(folder, "03_c", parameters='run: str = ""  # run folder')
    return folder


def made_from(books, *, names=None, **changes):
    found = load_notebooks(books)
    given = {"content": "c" * 64, "book": "acme", "as_of": DAY, "settings": Settings(), "previous": "p" * 64} | changes
    return notebook_inputs([n for n in found if names is None or n.name in names], everyone=found, **given)


def reasons(books, before, **changes):
    now = made_from(books, **changes)
    return {n: r for n in now["notebooks"] if (r := why(n, now, before))}


def test_nothing_changed(books):
    assert reasons(books, made_from(books)) == {}


def test_no_report_and_one_of_another_version(books):
    assert set(reasons(books, None).values()) == {"first run"}
    for old in ({}, {"book": 1}, {"notebooks": []}):
        assert set(reasons(books, old).values()) == {"first run with this version"}


def test_a_new_notebook(books):
    before = made_from(books, names=["01_a", "02_b"])
    assert reasons(books, before) == {"03_c": "first run of this notebook"}


def test_data(books):
    assert set(reasons(books, made_from(books), content="d" * 64).values()) == {"data changed"}


def test_a_setting_concerns_who_takes_it_and_what_comes_after(books):
    said = reasons(books, made_from(books), settings=Settings(key_share=0.02))
    assert said == dict.fromkeys(("01_a", "02_b"), "settings changed: key_share 0.01 -> 0.02")
    write_notebook(books, "02_b", after=["01_a"], parameters='run: str = ""  # run folder')
    said = reasons(books, made_from(books), settings=Settings(key_share=0.02))
    assert said["02_b"] == "after 01_a"


def test_a_setting_of_the_panel_concerns_all(books):
    said = reasons(books, made_from(books), settings=Settings(months=6))
    assert said == dict.fromkeys(("01_a", "02_b", "03_c"), "settings changed: months 12 -> 6")


def test_a_setting_that_nobody_takes_concerns_who_compares(books):
    assert reasons(books, made_from(books), settings=Settings(seed=9)) == {"02_b": "settings changed: seed 1 -> 9"}
    before = made_from(books, previous="")
    assert reasons(books, before, previous="", settings=Settings(seed=9)) == {}


def test_a_notebook_and_what_comes_after(books):
    before = made_from(books)
    write_notebook(books, "01_a", "print(1)")
    assert reasons(books, before) == {"01_a": "notebook changed", "02_b": "after 01_a"}


def test_lessons_and_outputs_are_no_part_of_a_report(books):
    before = made_from(books)
    path = write_notebook(books, "03_c", parameters='run: str = ""  # run folder', extra=[cell("1 / 0", "exercise")])
    text = json.loads(path.read_text())
    text["cells"][1]["execution_count"] = 7
    text["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "kept"}]
    path.write_text(json.dumps(text))
    assert reasons(books, before) == {}


def test_the_report_before_concerns_who_reads_it(books):
    said = reasons(books, made_from(books), previous="")
    assert said["02_b"].endswith("the report of one period before changed")
    assert set(said) == {"02_b"}


def test_code_is_named(books, monkeypatch):
    write_notebook(books, "03_c", "from kamlib.segmentation.abc import abc", parameters='run: str = ""  # run folder')
    before = made_from(books)
    true = module.code_digests
    for changed, said in (
        (["kamlib.segmentation.abc"], {"03_c": "code changed: kamlib.segmentation.abc"}),
        (["kamlib.panel"], dict.fromkeys(("01_a", "02_b", "03_c"), "code changed: kamlib.panel")),
    ):
        monkeypatch.setattr(
            module, "code_digests", lambda s, c=changed: {m: "0" * 64 if m in c else h for m, h in true(s).items()}
        )
        assert reasons(books, before) == said


def test_libraries(books, monkeypatch):
    before = made_from(books)
    true = module.environment()
    monkeypatch.setattr(module, "environment", lambda: true | {"installed": "0" * 64, "python": "4.0"})
    assert set(reasons(books, before).values()) == {"Python, the libraries changed"}


def test_who_may_tell_of_all_notebooks_depends_on_them(books):
    write_notebook(books, "03_c", "from kamlib.run.notebooks import support", parameters='run: str = ""  # run folder')
    before = made_from(books)
    write_notebook(books, "04_d")
    said = reasons(books, before, names=["01_a", "02_b", "03_c"])
    assert said == {"03_c": "the list of notebooks changed"}


OUTSIDE = re.compile(r"open_book\(|read_csv|read_parquet|\bopen\(|\bPath\(|\.today\(|\.now\(|urlopen|environ")


@pytest.mark.parametrize("notebook", load_notebooks(), ids=lambda n: n.name)
def test_a_report_reads_nothing_but_its_run(notebook):
    """What a cell of a report reads by itself is no part of its key, and so would not make it run again."""
    cells = [c for c in for_report(notebook.path)["cells"] if c["cell_type"] == "code"]
    assert [line for c in cells for line in "".join(c["source"]).splitlines() if OUTSIDE.search(line)] == []


def test_it_can_be_written_as_json(books):
    made = made_from(books)
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("notebook", load_notebooks(), ids=lambda n: n.name)
def test_an_edit_of_the_samples_generator_runs_nothing_again(notebook):
    """What a notebook is made from, and what a book is read with, never reaches `kamlib.company`."""
    cells = [c["source"] for c in for_report(notebook.path)["cells"] if c["cell_type"] == "code"]
    reached = code_digests([EVERYWHERE, BOOK_CODE, PANEL_CODE, *map("".join, cells)])
    assert "kamlib.datasets" in reached and "kamlib.book" in reached
    assert [m for m in reached if m.startswith("kamlib.company")] == []
