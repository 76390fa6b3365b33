"""Property tests draw the same examples in every run, new ones in acceptance; a failure says which it was."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
FAILS = """
from hypothesis import given
from hypothesis import strategies as st

@given(st.integers(0, 10**9))
def test_it(drawn):
    print("drawn", drawn)
    assert drawn < 1000
"""


def drawn(folder, profile):
    """What one run of the failing property says, with the profiles of this project."""
    (folder / "test_it.py").write_text(FAILS, "utf-8")
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = acceptance\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-m", "acceptance or hypothesis", *profile, "test_it.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.acceptance  # each run takes six seconds
def test_a_failure_prints_its_example_and_how_to_draw_it_again(tmp_path):
    for profile in ([], ["--hypothesis-profile", "new"]):
        said = drawn(tmp_path, profile)
        assert "drawn=1000" in said and "reproduce_failure" in said


@pytest.mark.acceptance
def test_the_same_examples_in_every_run(tmp_path):
    one, two = (re.findall(r"^drawn \d+$", drawn(tmp_path, []), re.MULTILINE) for _ in range(2))
    assert one and one == two


def test_profiles():
    same, new = (settings.get_profile(name) for name in ("same", "new"))
    assert same.derandomize and same.print_blob and not new.derandomize and new.print_blob
    assert new.max_examples > same.max_examples


def test_acceptance_draws_new_ones():
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\nacceptance:")[2].partition("\n\n")[0]
    assert "--hypothesis-profile new" in recipe and "acceptance or hypothesis" in recipe
