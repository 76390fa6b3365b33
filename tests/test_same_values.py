"""Reports of both books say the numbers that are committed: a change of one is meant, and told in the changelog."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from values import differences, values_of

from kamlib.datasets import open_source
from kamlib.report.make.report import make_report

COMMITTED = Path(__file__).parent / "fixtures" / "values"
DATA = os.path.isdir(os.path.join(os.environ.get("KAMLIB_DATA", ""), "online_retail_ii"))
BOOKS = [
    pytest.param("sample", dt.date(2026, 6, 30), id="sample"),
    pytest.param(
        "online-retail-ii", dt.date(2011, 11, 30), id="online-retail-ii",
        marks=pytest.mark.skipif(not DATA, reason="needs Online Retail II (KAMLIB_DATA)"),
    ),
]  # fmt: skip


@pytest.mark.acceptance
@pytest.mark.parametrize(("name", "as_of"), BOOKS)
def test_numbers_are_those_that_are_committed(name, as_of, tmp_path):
    made = make_report(open_source(name), as_of=as_of, out=tmp_path, jobs=1, cache=False)
    committed = json.loads((COMMITTED / f"{name}.json").read_text("utf-8"))
    assert differences(committed, values_of(made.index.parent)) == []


def test_a_difference_is_seen():
    one = {"findings": {"a.b": [1.0, None, None, 3, ""]}, "frames": {"x": {"rows": 1, "columns": {"c": 5}}}}
    other = {"findings": {"a.b": [1.1, None, None, 3, ""]}, "frames": {"y": {"rows": 1, "columns": {"c": 5}}}}
    assert differences(one, one) == []
    assert differences(one, {**one, "findings": {"a.b": [1.0 + 1e-9, None, None, 3, ""]}}) == []
    assert [d.partition(":")[0] for d in differences(one, other)] == ["/findings/a.b/0", "/frames/x", "/frames/y"]
