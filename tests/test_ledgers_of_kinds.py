"""Ledgers of the kinds that tools export: each is read with its total, or asks the one question that settles it."""

from __future__ import annotations

import pytest
from judge import judge
from ledgers_of_kinds import COMBINED, KINDS

pytestmark = pytest.mark.acceptance  # long, of one kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_what_comes_of_it(kind, tmp_path):
    judge(kind, tmp_path)


def test_there_are_enough_and_no_name_stands_twice():
    names = [k.name for k in KINDS]
    assert len(names) == len(set(names)) >= 60 and len(COMBINED) >= 10
