"""Notebooks whose form is wrong, that wait for each other, or that are not there, are said before anything runs."""

import json

import pytest
from runs import cell, write_notebook

from kamlib.run import InputError, RunError
from kamlib.run.notebooks import load_notebooks, read_notebook, support


@pytest.fixture
def folder(tmp_path):
    write_notebook(tmp_path, "00_summary", after=["02_types"])
    write_notebook(tmp_path, "01_ledger")
    write_notebook(tmp_path, "02_types", after=["01_ledger"], needs=["ledger", "tenders"], uses=["accounts"])
    write_notebook(tmp_path, "template")
    return tmp_path


def names(notebooks):
    return [n.name for n in notebooks]


def test_all_notebooks_in_order_and_no_template(folder):
    assert names(load_notebooks(folder)) == ["00_summary", "01_ledger", "02_types"]


def test_only_brings_what_it_comes_after(folder):
    assert names(load_notebooks(folder, only=["01"])) == ["01_ledger"]
    assert names(load_notebooks(folder, only=["00_summary"])) == ["00_summary", "01_ledger", "02_types"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("02_typs", "Did you mean 02_types?"), ("0", "no notebook '0'"), ("zzz", "The notebooks are: 00_summary, 01_led")],
)
def test_a_misspelt_notebook(folder, name, says):
    with pytest.raises(InputError) as error:
        load_notebooks(folder, only=[name])
    assert says in str(error.value)


def test_notebooks_that_wait_for_each_other(folder):
    write_notebook(folder, "01_ledger", after=["00_summary"])
    with pytest.raises(RunError, match=r"wait for each other: .*01_ledger -> .*02_types|02_types -> .*"):
        load_notebooks(folder)


def test_a_notebook_that_waits_for_itself(folder):
    write_notebook(folder, "01_ledger", after=["01_ledger"])
    with pytest.raises(RunError, match="01_ledger -> 01_ledger"):
        load_notebooks(folder)


def test_a_notebook_that_waits_for_nobody(folder):
    write_notebook(folder, "01_ledger", after=["07_dossier"])
    with pytest.raises(RunError, match="01_ledger comes after '07_dossier', and there is no such notebook"):
        load_notebooks(folder)


def test_an_empty_folder(tmp_path):
    with pytest.raises(RunError, match="There is no notebook in"):
        load_notebooks(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "months = 12  # meaning",
        "months: int = 12",
        "months: int = 12  #",
        "months: int = None or 12  # meaning",
        "months: list = list()  # meaning",
        "as_of: str = today  # meaning",
        "import os",
        "",
    ],
)
def test_a_bad_parameters_cell(tmp_path, line):
    path = write_notebook(
        tmp_path, "01_ledger", parameters=f'run: str = ""  # run folder\n{line}\nseed: int = 1  # seed'
    )
    with pytest.raises(RunError) as error:
        read_notebook(path)
    assert repr(line) in str(error.value)
    assert "01_ledger.ipynb" in str(error.value)


def test_a_parameters_cell_is_read(tmp_path):
    path = write_notebook(tmp_path, "01_ledger", parameters='a: list = [0.8, "#"]  # shares # of what')
    (parameter,) = read_notebook(path).parameters
    assert (parameter.name, parameter.type, parameter.default, parameter.meaning) == (
        "a", "list", [0.8, "#"], "shares # of what",
    )  # fmt: skip


@pytest.mark.parametrize("number", [0, 2])
def test_one_parameters_cell(tmp_path, number):
    path = write_notebook(tmp_path, "01_ledger")
    content = json.loads(path.read_text("utf-8"))
    others = [c for c in content["cells"] if c["id"] != "b"]
    content["cells"] = others + number * [cell("a: int = 1  # one", "parameters")]
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(RunError, match=f"one cell tagged parameters, not {number}"):
        read_notebook(path)


@pytest.mark.parametrize("content", ["", "no notebook", "[]", '{"cells": []}', '{"metadata": {}, "cells": []}'])
def test_a_file_that_is_no_notebook(tmp_path, content):
    path = tmp_path / "01_ledger.ipynb"
    path.write_text(content, "utf-8")
    with pytest.raises(RunError, match=r"01_ledger\.ipynb"):
        read_notebook(path)


def test_metadata_that_lack_something(tmp_path):
    path = write_notebook(tmp_path, "01_ledger")
    path.write_text(path.read_text("utf-8").replace('"question"', '"asks"'), "utf-8")
    with pytest.raises(RunError, match=r"metadata\.kam needs title, question"):
        read_notebook(path)


def test_what_a_book_supports(folder):
    found = load_notebooks(folder)
    rows = {name: (verdict, missing) for name, verdict, missing in support(found, ["ledger"])}
    assert rows["01_ledger"] == ("full", "")
    assert rows["02_types"] == ("no", "tenders")
    assert ("02_types", "in part", "accounts") in support(found, ["ledger", "tenders"])
