"""The import contracts in pyproject.toml hold, and each of them bites."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
MODULES = """
    cli.py report/__init__.py settings.py ledger/__init__.py ledger/figures.py segmentation/__init__.py
    run/__init__.py look/__init__.py look/style.py report/make/__init__.py
    report/past/__init__.py report/page/__init__.py report/cache/__init__.py panel/__init__.py book/__init__.py
    stats/__init__.py datasets/__init__.py tables.py given.py __init__.py
"""
WAY = "Imports point one way, and rooms do not import one another BROKEN"
HOUSE = "A report is made of pages, of stored reports and of what is cached BROKEN"
OPTIONS = "Rooms take options and know no settings BROKEN"
DRAWING = "Only look.style and figures draw BROKEN"


def lint_imports(folder):
    """(whether the contracts hold, what was printed) for the package kamlib in this folder."""
    env = {**os.environ, "COLUMNS": "200"}
    command = [LINT_IMPORTS, "--no-cache", "--no-logo", "--config", folder / "pyproject.toml"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    return done.returncode == 0, done.stdout


@pytest.fixture
def house(tmp_path):
    """An empty package with the modules of the design."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module in MODULES.split():
        path = tmp_path / "kamlib" / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def test_kamlib_keeps_its_contracts():
    holds, printed = lint_imports(ROOT)
    assert holds, printed


def test_what_the_design_allows_is_allowed(house):
    imports = {
        "cli.py": "from kamlib import report, settings",
        "report/__init__.py": "from kamlib import ledger, segmentation, settings, run, look",
        "ledger/__init__.py": "from kamlib import panel, stats, look, run, tables\nfrom kamlib.ledger import figures",
        "ledger/figures.py": "import matplotlib.pyplot as plt\nimport seaborn as sns\nfrom kamlib.look import style",
        "look/style.py": "import matplotlib as mpl",
        "book/__init__.py": "from kamlib import stats, tables",
        "datasets/__init__.py": "from kamlib import book",
    }
    for module, line in imports.items():
        (house / "kamlib" / module).write_text(line + "\n")
    holds, printed = lint_imports(house)
    assert holds, printed


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("segmentation/__init__.py", "from kamlib import ledger", WAY),
        ("tables.py", "def late():\n    from kamlib import panel", WAY),
        ("stats/__init__.py", "from kamlib.settings import Settings", OPTIONS),
        ("book/__init__.py", "from kamlib import datasets", WAY),
        ("look/__init__.py", "from kamlib import run", WAY),
        ("report/past/__init__.py", "from kamlib.report import make", HOUSE),
        ("ledger/__init__.py", "from kamlib import settings", OPTIONS),
        ("settings.py", "from kamlib import panel", WAY),
        ("utils.py", "", WAY),
        ("ledger/__init__.py", "import matplotlib.pyplot as plt", DRAWING),
        ("report/__init__.py", "from seaborn import lineplot", DRAWING),
    ],
)
def test_a_violation_is_caught(house, module, line, broken):
    (house / "kamlib" / module).write_text(line + "\n")
    holds, printed = lint_imports(house)
    assert not holds
    assert broken in printed


def test_the_picture_in_contributing_is_that_of_the_contracts():
    drawn = subprocess.run([sys.executable, "tools/house.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"```\n{drawn.stdout}```\n" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
