"""Every notebook has the agreed form: it tells, in short cells, and what it claims is checked."""

import ast
import json
import statistics

import pytest

from kamlib.run.notebooks import NOTEBOOKS, load_notebooks, read_notebook
from kamlib.run.parameters import GIVEN
from kamlib.settings import Settings
from kamlib.tables import TABLES

TAGS = {"parameters", "teaching", "exercise", "solution", "keep_output", "nbval-check-output"}
CHECKPOINT = {"keep_output", "nbval-check-output"}
DEFAULTS = {"run": "", "book": "sample", "as_of": ""}
LONGEST, MEDIAN, PROSE = 15, 4, 0.4
# One tells of other pages, the other shows the form: both have little of their own to check.
CHECKPOINTS = {"00_summary": range(1, 7), "template": range(1, 7)}

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(params=PATHS, ids=lambda p: p.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return json.loads(path.read_text("utf-8"))


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def code(notebook):
    return [c for c in notebook["cells"] if c["cell_type"] == "code"]


def lines(cell):
    return [line for line in "".join(cell["source"]).splitlines() if line.strip()]


def test_there_are_notebooks_and_they_can_be_planned():
    assert [n.name for n in load_notebooks()][:3] == ["00_summary", "01_ledger", "02_segmentation"]


def test_parameters_are_settings_with_the_same_default(path):
    settings = Settings().model_dump()
    for parameter in read_notebook(path).parameters:
        if parameter.name in GIVEN:
            assert parameter.default == DEFAULTS[parameter.name]
        else:
            assert parameter.name in settings, f"{parameter.name} is no setting"
            assert parameter.default == settings[parameter.name], parameter.name
        assert type(parameter.default).__name__ == parameter.type
        assert len(parameter.meaning) > 5


def test_the_same_parameter_means_the_same_everywhere(path):
    meaning = {name: field.description for name, field in Settings.model_fields.items()}
    for parameter in read_notebook(path).parameters:
        assert parameter.meaning == meaning.get(parameter.name, parameter.meaning)


def test_metadata(path, notebook):
    kam = notebook["metadata"]["kam"]
    assert set(kam) - {"previous"} == {"title", "question", "needs", "uses", "after"}
    assert kam["question"].endswith("?")
    assert "ledger" in kam["needs"]
    assert set(kam["needs"]) | set(kam["uses"]) <= set(TABLES)
    assert not set(kam["needs"]) & set(kam["uses"])
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert set(notebook["metadata"]) == {"kam", "kernelspec", "language_info"}


def test_a_notebook_says_that_it_compares(notebook):
    """What the earlier report stored is given, and counts as an input, only where the metadata ask for it."""
    compares = any(".previous" in line for c in code(notebook) if "solution" not in tags(c) for line in lines(c))
    assert notebook["metadata"]["kam"].get("previous", False) == compares


def test_the_summary_comes_after_every_other_notebook():
    """What a notebook saves that the summary does not wait for would be missing from the page on what changed."""
    summary, *others = load_notebooks()
    assert set(summary.after) == {n.name for n in others}


def test_cells_have_ids_and_agreed_tags(notebook):
    ids = [c["id"] for c in notebook["cells"]]
    assert len(ids) == len(set(ids))
    for cell in notebook["cells"]:
        assert tags(cell) <= TAGS, cell["id"]
        assert not cell["metadata"].keys() - {"tags"}, cell["id"]


def test_cells_are_short_and_half_is_prose(notebook):
    lengths = [len(lines(c)) for c in code(notebook)]
    assert max(lengths) <= LONGEST
    assert statistics.median(lengths) <= MEDIAN
    assert 1 - len(lengths) / len(notebook["cells"]) >= PROSE


def test_a_function_is_only_written_where_it_is_taught(notebook):
    for cell in code(notebook):
        nodes = ast.walk(ast.parse("".join(cell["source"])))
        written = [n for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
        assert not written or "teaching" in tags(cell), cell["id"]


def test_no_cell_is_too_clever_to_check(notebook):
    for cell in code(notebook):
        source = "".join(cell["source"])
        assert not source.lstrip().startswith(("%", "!")), cell["id"]


def test_checkpoints_have_an_output_and_nothing_else_has(path, notebook):
    marked = [c for c in code(notebook) if tags(c) & CHECKPOINT]
    assert all(tags(c) >= CHECKPOINT for c in marked)
    assert len(marked) in CHECKPOINTS.get(path.stem, range(3, 7))
    for cell in code(notebook):
        if cell in marked:
            assert cell["outputs"], f"{cell['id']}: nbval would compare nothing"
            assert "error" not in {o["output_type"] for o in cell["outputs"]}
        else:
            assert cell["outputs"] == [], cell["id"]
            assert cell["execution_count"] is None, cell["id"]


def test_lessons_and_exercises_stand_at_the_end(notebook):
    order = [("exercise" in tags(c)) + 2 * ("solution" in tags(c)) for c in notebook["cells"]]
    assert order == sorted(order)
    assert order[-1] == 2, "there are no solutions"


def test_a_report_does_not_need_what_a_lesson_made(notebook):
    """Cells that teach are not run in a report; what they name must not be used outside of them."""
    taught, told = set(), set()
    for cell in code(notebook):
        names = {n for n in ast.walk(ast.parse("".join(cell["source"]))) if isinstance(n, ast.Name)}
        stored = {n.id for n in names if isinstance(n.ctx, ast.Store)}
        read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
        if tags(cell) & {"teaching", "exercise", "solution"}:
            taught |= stored
        else:
            told |= stored
            assert not read & (taught - told), cell["id"]
