"""Books by name: what `open_source` adds to `open_book`."""

import pytest

from kamlib.book import BookError
from kamlib.datasets import DatasetError, open_source


def test_a_name_that_is_nearly_that_of_a_data_set():
    with pytest.raises(BookError, match=r"no data set of that name\. Did you mean online-retail-ii\?"):
        open_source("online-retail")


def test_neither_a_file_nor_a_data_set():
    says = r"no file or folder nowhere\.csv, and no data set of that name\. The data sets are sample, online-retail-ii"
    with pytest.raises(BookError, match=says):
        open_source("nowhere.csv")


def test_a_data_set_that_cannot_be_had(monkeypatch):
    def nothing(name):
        raise DatasetError("the network is away")

    monkeypatch.setattr("kamlib.datasets.load", nothing)
    with pytest.raises(BookError, match="the network is away"):
        open_source("online-retail-ii")


def test_another_name_for_a_data_set(ledger_file):
    assert open_source(ledger_file, name="mine").name == "mine"
