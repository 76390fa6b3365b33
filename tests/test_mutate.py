"""Which small errors are put into a module, and that a test which notices one is seen to do so."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
mutate = pytest.importorskip("mutate")

SOURCE = '''
"""A module of 3 lines, or 4."""
LIMIT = 5  # mutant: same, nobody asks

def late(days: 1 | 2, *, usual=None) -> bool:
    if not days:
        raise ValueError(f"not {days + 1}")
    return days > max(usual, LIMIT) and usual
'''
TESTS = (
    "from kamlib.room.thing import late\n\ndef test_by_eye():\n    assert late(6, usual=5) and not late(4, usual=5)\n"
)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    for name, text in {"kamlib/__init__.py": "", "kamlib/room/__init__.py": "", "kamlib/room/thing.py": SOURCE,
                       "tests/test_room_thing.py": TESTS, "tests/test_other.py": ""}.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(mutate, "ROOT", tmp_path)
    return tmp_path


def test_what_is_changed_and_what_is_left_alone(checkout):
    made = mutate.mutants("kamlib/room/thing.py", 99, random.Random(1))
    assert {(m.line, m.change) for m in made} == {
        (5, "days: 1 | 2, *, usual=None -> days: 1 | 2, *, usual"),
        (6, "not days -> days"),
        (8, "return days > max(usual, LIMIT) and usual -> return None"),
        (8, "days > max(usual, LIMIT) and usual -> days > max(usual, LIMIT) or usual"),
        (8, "days > max(usual, LIMIT) -> days >= max(usual, LIMIT)"),
        (8, "max(usual, LIMIT) -> min(usual, LIMIT)"),
    }
    assert all(m.source != SOURCE and compile(m.source, "thing", "exec") for m in made)


def test_the_tests_of_a_module_are_found_by_name_and_by_what_they_import(checkout):
    assert mutate.tests_of("kamlib/room/thing.py") == ["tests/test_room_thing.py"]
    (checkout / "tests/test_other.py").write_text("from kamlib.room import late")
    assert mutate.tests_of("kamlib/room/thing.py") == ["tests/test_room_thing.py", "tests/test_other.py"]


@pytest.mark.acceptance
@pytest.mark.skipif(not hasattr(os, "fork"), reason="changes are tried in forked processes")
def test_survivors_are_listed_and_no_failure(checkout):
    (checkout / "tools").mkdir()
    script = shutil.copy(ROOT / "tools" / "mutate.py", checkout / "tools")
    command = [sys.executable, script, "kamlib/room/thing.py", "--jobs", "1"]
    told = subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    survived = [line.split("SURVIVED  ")[1] for line in told.stdout.splitlines() if "SURVIVED" in line]
    assert set(survived) == {
        "days: 1 | 2, *, usual=None -> days: 1 | 2, *, usual",
        "days > max(usual, LIMIT) -> days >= max(usual, LIMIT)",
        "max(usual, LIMIT) -> min(usual, LIMIT)",
    }
    (checkout / "tests/test_room_thing.py").write_text(TESTS + "    assert late(1, usual=0)\n")
    broken = subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=300, check=False)
    assert broken.returncode == 1 and "fail without a change" in broken.stdout
