"""How long does `kam report` take: cold, unchanged, from the cache, after a notebook or a setting was changed?

    python benchmarks/report_times.py [sample] [online-retail-ii] > benchmarks/report_times.md

Works on a copy of the project in a temporary folder, in which it edits notebooks. Online Retail II is timed where
KAMLIB_DATA names a copy. Every line is a command of its own; CPU seconds are those of all its processes.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
COPIED = ("kamlib", "notebooks", "data", "requirements.lock", "pyproject.toml")
BOOKS = {"sample": [], "online-retail-ii": ["--as-of", "2011-11-30"]}


def copy_project(to: Path) -> None:
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / name)


def change(project: Path, notebook: str) -> None:
    """A comment in the notebook's last cell of a report: what it finds stays as it is."""
    path = project / "notebooks" / f"{notebook}.ipynb"
    content = json.loads(path.read_text("utf-8"))
    lessons = {"teaching", "exercise", "solution", "parameters"}
    cell = [
        c for c in content["cells"] if c["cell_type"] == "code" and lessons.isdisjoint(c["metadata"].get("tags", []))
    ][-1]
    cell["source"] = "".join(cell["source"]) + "\n# changed"
    path.write_text(json.dumps(content), "utf-8")


def timed(project: Path, book: str, *options: str) -> tuple[float, float, str]:
    """Seconds, CPU seconds, and what became of the notebooks."""
    command = [
        sys.executable,
        "-m",
        "kamlib.cli",
        "report",
        book,
        *BOOKS[book],
        "--out",
        str(project / "reports"),
        *options,
    ]
    environment = os.environ | {"PYTHONPATH": str(project), "KAMLIB_CACHE": str(project / ".cache")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{book} {options}: {done.stderr}")
    if "(unchanged" in done.stdout:
        what = "nothing"
    else:
        ran = re.findall(r"(?m)^(\d\d)_\w+: done", done.stderr)
        what = "all" if "from the cache" not in done.stderr else ", ".join(sorted(ran)) or "none: pages only"
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, what


def drop_report(project: Path, book: str) -> None:
    shutil.rmtree(project / "reports" / book)


def main() -> None:
    shown = []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        copy_project(project)
        for book in sys.argv[1:] or BOOKS:
            if book != "sample" and not os.environ.get("KAMLIB_DATA"):
                continue
            whole = book == "sample"

            def row(what, *options, book=book):
                seconds, cpu, ran = timed(project, book, *options)
                shown.append((book, what, f"{seconds:.1f}", f"{cpu:.1f}", ran))
                print(*shown[-1], file=sys.stderr, flush=True)

            row("cold: nothing kept")
            row("unchanged")
            row("unchanged, once more")
            if whole:
                drop_report(project, book)
                row("the report deleted, all results in the cache")
            if whole:
                row("one setting changed (key_share)", "--set", "key_share=0.02")
                row("the setting changed back")
            change(project, "02_segmentation")
            row("02_segmentation touched: it, and what comes after")
            change(project, "00_summary")
            row("00_summary touched: it alone")
            if whole:
                row("without the cache", "--no-cache")
    cores = f"{os.cpu_count()} cores that were shared with other work"
    print(f"# Times of `kam report`\n\nMade by `python benchmarks/report_times.py`, {cores}:")
    print("look at CPU seconds, which are those of all processes of a run.\n")
    print("| book | run | seconds | CPU seconds | notebooks that ran |\n|---|---|--:|--:|---|")
    for line in shown:
        print("|", " | ".join(line), "|")


if __name__ == "__main__":
    main()
