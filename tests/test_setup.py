"""The files that set the project up agree with one another, and the set-up says plainly what it lacks."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
LOCKED = re.findall(
    r"^([A-Za-z0-9._-]+)==([^\s;]+)(.*(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)", LOCK, re.MULTILINE
)

needs_make = pytest.mark.skipif(os.name == "nt" or not shutil.which("make"), reason="no make here")


# --- the files hold together ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
def test_every_direct_dependency_is_locked_at_a_version_it_allows(wanted):
    requirement = Requirement(wanted)
    versions = [
        version for name, version, _ in LOCKED if canonicalize_name(name) == canonicalize_name(requirement.name)
    ]
    assert versions
    assert all(version in requirement.specifier for version in versions)


def test_the_build_backend_is_locked():
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    assert {canonicalize_name(Requirement(one).name) for one in backend} <= {canonicalize_name(n) for n, _, _ in LOCKED}


def test_every_lock_entry_has_a_hash():
    entries = [line for line in LOCK.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(LOCKED) == len(entries) > 50
    assert [name for name, _, rest in LOCKED if "--hash=sha256:" not in rest] == []


@pytest.mark.parametrize("name", ["requirements.lock", "environment.yml", ".pre-commit-config.yaml", "Makefile"])
def test_no_address_is_recorded(name):
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_conda_gets_an_allowed_python_and_the_lock():
    python, _, *_, pip = ENVIRONMENT["dependencies"]
    bounds = SpecifierSet(python.removeprefix("python "))
    minors = [f"3.{minor}" for minor in range(30)]
    assert set(bounds.filter(minors)) <= set(SpecifierSet(PROJECT["requires-python"]).filter(minors))
    assert "3.11" in bounds
    assert pip == {"pip": ["--only-binary=:all:", "-r requirements.lock"]}


def test_environment_yml_names_what_the_notebooks_are_worked_with():
    named = {"jupyterlab", "pandas", "matplotlib", "seaborn", "scikit-learn", "papermill", "nbval"}
    assert named <= {d for d in ENVIRONMENT["dependencies"] if isinstance(d, str)}
    assert named <= {name for name, *_ in LOCKED}, "the lock sets their versions"


def test_environment_yml_is_what_make_lock_would_write():
    code = "import lock; print(lock.environment(), end='')"
    written = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "tools", capture_output=True, text=True, check=True
    )
    assert written.stdout == (ROOT / "environment.yml").read_text("utf-8")


# --- make help --------------------------------------------------------------------------------------------------------


@needs_make
def test_make_alone_lists_every_target_and_setting():
    listed = subprocess.run(["make", "-C", ROOT, "--no-print-directory"], capture_output=True, text=True, check=True)
    names = [line.split()[0] for line in listed.stdout.splitlines()[1:]]
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE).group(1).split()
    assert names == [*targets, "BOOK", "AS_OF", "JOBS", "ARGS", "PYTHON"]
    assert all(len(line.split()) > 2 for line in listed.stdout.splitlines()[1:])


# --- what a fresh machine may lack ------------------------------------------------------------------------------------

FAKE_PYTHON = """#!/bin/sh
exec "{real}" -c 'import runpy, sys
sys.executable = "{path}"
{lie}
sys.argv = sys.argv[1:]
if sys.argv[0] == "-c":
    exec(sys.argv[1])
else:
    runpy.run_path(sys.argv[0], run_name="__main__")' "$@"
"""
FAKE_UV = """#!/bin/sh
echo "$1 $2" >> uv.log
if [ "$1" = venv ]; then mkdir -p .venv/bin; : > .venv/bin/python; fi
case "$*" in *"$UV_FAILS_ON"*) exit 1;; esac
"""


@pytest.fixture
def fresh(tmp_path):
    """A checkout without .venv, in a folder with a space, on a machine that has make, sh and awk only."""
    return FreshMachine(tmp_path)


class FreshMachine:
    def __init__(self, folder):
        self.checkout, self.bin = folder / "my checkout", folder / "bin"
        (self.checkout / "tools").mkdir(parents=True)
        self.bin.mkdir()
        for name in ["Makefile", "pyproject.toml", "requirements.lock", "tools/setup.py"]:
            shutil.copy(ROOT / name, self.checkout / name)
        for tool in ["make", "sh", "awk", "mkdir"]:
            (self.bin / tool).symlink_to(shutil.which(tool))

    def add(self, name, script):
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def add_python(self, lie="", name="python3"):
        self.add(name, FAKE_PYTHON.format(real=sys.executable, path=self.bin / name, lie=lie))

    def make(self, *arguments, **variables):
        keep = {
            key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_", "MAKE", "PYTHON"))
        }
        env = {**keep, "PATH": str(self.bin), "UV_FAILS_ON": "nothing", "PIP_CONFIG_FILE": os.devnull, **variables}
        command = ["make", *(arguments or ["setup"])]
        return subprocess.run(command, cwd=self.checkout, env=env, capture_output=True, text=True)

    def message(self, *arguments, **variables):
        """What a set-up that must fail says, without make's own last line."""
        done = self.make(*arguments, **variables)
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        assert not (self.checkout / ".venv/setup-done").exists()
        return re.sub(r"make: \*\*\*.*\n", "", done.stderr).strip()

    def uv_calls(self):
        """What uv was asked since the last look."""
        log = self.checkout / "uv.log"
        calls = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return calls


OLD = "sys.version_info = (3, 9, 18)"
NO_ENSUREPIP = 'sys.modules["ensurepip"] = None'


@needs_make
def test_no_python_at_all(fresh):
    assert fresh.message().startswith("kamlib needs Python 3.11 or newer, and python3 is not there")
    assert "/no/such/python is not there" in fresh.message("setup", "PYTHON=/no/such/python")


@needs_make
def test_an_old_python(fresh):
    fresh.add_python(OLD)
    message = fresh.message()
    assert "needs Python 3.11 or newer" in message
    assert "3.9.18" in message
    assert "PYTHON=" in message


@needs_make
def test_debian_without_python3_venv(fresh):
    fresh.add_python(NO_ENSUREPIP)
    message = fresh.message("report")
    assert f"apt-get install python3.{sys.version_info[1]}-venv" in message
    assert "PYTHON=" in message


@needs_make
def test_a_newer_python_on_the_path_is_found_and_a_named_one_is_obeyed(fresh):
    fresh.add_python(OLD)
    fresh.add_python(NO_ENSUREPIP, name="python3.12")
    assert "without the part that makes virtual environments" in fresh.message()
    assert "needs Python 3.11 or newer" in fresh.message("setup", "PYTHON=python3")


@needs_make
def test_the_registry_cannot_be_reached_by_uv_and_then_by_pip(fresh):
    fresh.add("uv", FAKE_UV)
    fresh.add("python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    nobody_answers = "http:" + "//localhost:9/"
    pip_settings = {"PIP_INDEX_URL": nobody_answers, "PIP_RETRIES": "1", "PIP_NO_CACHE_DIR": "1"}
    message = fresh.message(UV_FAILS_ON="requirements.lock", no_proxy="localhost", **pip_settings)
    assert fresh.uv_calls() == ["venv -q", "pip install"]
    assert message.startswith("The package registry cannot be reached")
    assert "pip's own configuration" in message


@needs_make
def test_setup_by_uv_is_done_once_and_repaired(fresh):
    fresh.add_python(NO_ENSUREPIP)
    fresh.add("uv", FAKE_UV)
    everything = ["venv -q", "pip install", "pip install"]

    fresh.message(UV_FAILS_ON="-e .")
    assert fresh.uv_calls() == everything
    assert fresh.make().stdout.splitlines()[-1] == "Ready"
    assert fresh.uv_calls() == everything, "an unfinished environment is made anew"
    assert fresh.make().stdout == ""
    assert fresh.uv_calls() == []

    with (fresh.checkout / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    fresh.make()
    assert fresh.uv_calls() == ["pip install"]
    with (fresh.checkout / "requirements.lock").open("a") as file:
        file.write("# changed\n")
    fresh.make()
    assert fresh.uv_calls() == everything
    fresh.checkout.rename(fresh.checkout.with_name("moved"))
    fresh.checkout = fresh.checkout.with_name("moved")
    fresh.make()
    assert fresh.uv_calls() == everything, "an environment cannot be moved"
