"""A notebook knows what it comes after, and nothing else; what it made is told from what it was given."""

import json

import pytest
from runs import content, write_notebook

from kamlib.report.make.workspaces import Workspaces, plain
from kamlib.run import RunError
from kamlib.run.notebooks import load_notebooks


@pytest.fixture
def workspaces(tmp_path):
    """02 comes after 01, 03 after 02 and reads the report before; 04 stands alone."""
    books = tmp_path / "notebooks"
    for name, kam in {"01_a": {}, "02_b": {"after": ["01_a"]}, "03_c": {"after": ["02_b"], "previous": True},
                      "04_d": {}}.items():  # fmt: skip
        write_notebook(books, name, **kam)
    made = Workspaces(tmp_path / "work", load_notebooks(books))
    for place, text in {
        made.book / "work" / "ledger.parquet": "ledger", made.panel / "frames" / "monthly.parquet": "monthly",
        made.panel / "work" / "panel.json": "panel", made.previous / "work" / "previous" / "manifest.json": "before",
    }.items():  # fmt: skip
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    made.executed.mkdir()
    return made


GIVEN = {"frames/monthly.parquet": b"monthly", "work/ledger.parquet": b"ledger", "work/panel.json": b"panel"}


def after(*names):
    """What a notebook is told of those before it."""
    return {"work/notebooks.json": (json.dumps(list(names), indent=1) + "\n").encode()}


def run(workspaces, name, frame="", text=""):
    """What executing a notebook comes to: it saves a frame, and leaves itself behind."""
    workspaces.prepare(name)
    before = content(workspaces.of(name))
    if frame:
        new = workspaces.of(name) / "frames" / f".{frame}"
        new.write_text(text or name)
        new.replace(workspaces.of(name) / "frames" / f"{frame}.parquet")
    (workspaces.executed / f"{name}.ipynb").write_text(
        json.dumps({"cells": [], "metadata": {"papermill": {"time": 1}}})
    )
    workspaces.collect(name)
    return before


def test_a_notebook_sees_what_it_comes_after(workspaces):
    assert run(workspaces, "01_a", "a") == GIVEN | after()
    assert run(workspaces, "04_d", "d") == GIVEN | after()
    assert run(workspaces, "02_b", "b") == GIVEN | {"frames/a.parquet": b"01_a"} | after("01_a")
    seen = {"frames/a.parquet": b"01_a", "frames/b.parquet": b"02_b", "work/previous/manifest.json": b"before"}
    assert run(workspaces, "03_c") == GIVEN | seen | after("01_a", "02_b")


def test_results_are_what_is_new(workspaces, tmp_path):
    run(workspaces, "01_a", "a")
    assert set(content(workspaces.results("01_a"))) == {"frames/a.parquet", "notebook.ipynb"}
    assert not workspaces.of("01_a").exists()
    run(workspaces, "04_d", "d")
    workspaces.gather(tmp_path / "all")
    assert set(content(tmp_path / "all")) == {"frames/a.parquet", "frames/d.parquet", "frames/monthly.parquet"}


def test_what_was_given_is_not_to_be_written_over(workspaces):
    with pytest.raises(RunError, match=r"04_d saves frames/monthly\.parquet, which the run or a notebook before it"):
        run(workspaces, "04_d", "monthly")
    assert (workspaces.panel / "frames" / "monthly.parquet").read_text() == "monthly"
    run(workspaces, "01_a", "a")
    with pytest.raises(RunError, match=r"02_b saves frames/a\.parquet"):
        run(workspaces, "02_b", "a")


def test_two_notebooks_of_one_frame(workspaces, tmp_path):
    run(workspaces, "01_a", "x")
    run(workspaces, "04_d", "x")
    with pytest.raises(RunError, match=r"Notebooks 01_a and 04_d both save frames/x\.parquet"):
        workspaces.gather(tmp_path / "all")


def test_times_and_places_are_left_out():
    injected = {
        "cell_type": "code",
        "id": "1a",
        "source": "run = '/tmp/x'",
        "metadata": {"tags": ["injected-parameters"]},
    }
    timed = {"cell_type": "code", "id": "b", "source": "1", "metadata": {"papermill": {"duration": 1}, "execution": {}}}
    made = plain({"cells": [injected, timed], "metadata": {"papermill": {}, "kernelspec": {}}, "nbformat": 4})
    assert [c["source"] for c in made["cells"]] == ["", "1"]
    assert [c["id"] for c in made["cells"]] == ["injected", "b"]
    assert made["cells"][1]["metadata"] == {}
    assert made["metadata"] == {"kernelspec": {}}
