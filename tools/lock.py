"""Solve requirements.lock, and those for Spark and Ibis, anew from pyproject.toml, by uv, and write environment.yml.

Neither file may hold an address: the registry is the user's own choice. The lock serves every system and every
Python from 3.11, and names the build backend and the development tools too.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from setup import NEWEST, OLDEST

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    "pip compile pyproject.toml --quiet --extra dev --universal --generate-hashes "
    "--no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock"
)
ENVIRONMENT = """\
# Written by `make lock`. Conda brings Python and what the notebooks are worked with; the lock then sets the versions of
# these and of all else, the same that `make` installs:
#   conda env create -f environment.yml && conda activate kamlib
#   pip install --no-deps --no-build-isolation -e .    # the second step: kamlib itself
name: kamlib
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python >={oldest},<{too_new}
  - pip
{named}
  - pip:
      - "--only-binary=:all:"
      - -r requirements.lock
"""


# What a reader of environment.yml looks for: they are dependencies of the project too, and a test holds them to be.
NAMED = ("jupyterlab", "pandas", "matplotlib", "seaborn", "scikit-learn", "papermill", "nbval")

# No part of the usual set-up: each is added to it, and must leave the versions that are there.
APART = ("spark", "ibis")


def added(extra):
    """The command that solves one extra for itself."""
    alone = COMPILE.replace("pyproject.toml", "-").replace("--extra dev ", "--constraint requirements.lock ")
    return alone.replace("--output-file requirements.lock", f"--output-file requirements-{extra}.lock")


def environment():
    """The text of environment.yml."""
    bounds = {"oldest": "{}.{}".format(*OLDEST), "too_new": f"{NEWEST[0]}.{NEWEST[1] + 1}"}
    return ENVIRONMENT.format(named="\n".join(f"  - {name}" for name in NAMED), **bounds)


def main():
    uv = shutil.which("uv")
    if not uv:
        sys.exit("make lock needs uv on the PATH:  pipx install uv  (or pip install uv), then run this again.")
    python = "{}.{}".format(*OLDEST)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for command, given in ((COMPILE, ""), *((added(e), "\n".join(extras[e])) for e in APART)):
        solve = [uv, *command.split(), "--python-version", python, *sys.argv[1:]]
        if subprocess.run(solve, cwd=ROOT, input=given, text=True, check=False).returncode:
            sys.exit(f"{command.split()[-1]} is as it was: uv could not solve it (see above).")
    (ROOT / "environment.yml").write_text(environment(), encoding="utf-8")


if __name__ == "__main__":
    main()
