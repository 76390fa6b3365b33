"""What is imported is declared: by kamlib among the dependencies, elsewhere there or in an extra."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FOLDERS = ("kamlib", "tools", "tests", "benchmarks")
# Compared with in one benchmark, which says how to install it: its own requirements cannot be met beside ours.
BY_HAND = {"benchmarks": {"lifetimes"}}


def named(requirements):
    return {normal(Requirement(text).name) for text in requirements}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(folder):
    """Third-party modules by their first name, and one file that imports each."""
    files = sorted((ROOT / folder).rglob("*.py"))
    ours = {"kamlib", *(f.stem for place in FOLDERS[1:] for f in (ROOT / place).rglob("*.py"))}
    found = {}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            found |= {m.partition(".")[0]: file.relative_to(ROOT).as_posix() for m in modules}
    return {m: f for m, f in found.items() if m not in ours and m not in sys.stdlib_module_names}


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_imported_is_declared(folder):
    declared = named(PROJECT["dependencies"])
    if folder != "kamlib":
        declared |= named(r for extra in PROJECT["optional-dependencies"].values() for r in extra)
    sources = packages_distributions()
    lacking = {
        module: file
        for module, file in imported(folder).items()
        if module not in BY_HAND.get(folder, ()) and not declared & {normal(d) for d in sources.get(module, [module])}
    }
    assert not lacking, "add them to pyproject.toml, and run make lock"


def test_it_sees_imports_within_functions():
    assert {"bs4", "nh3", "papermill"} <= set(imported("kamlib"))
