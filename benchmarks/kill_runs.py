"""Kill `kam report sample` ten times at random moments: is the previous report whole, and is all cleaned up?

    python benchmarks/kill_runs.py [10] > benchmarks/kill_runs.txt

Each time the whole process group gets SIGKILL, in a run with a seed of its own, so that most of it has to be made anew.
The report, the history and every entry of the cache are looked at then. Before the next kill a run with the first seed
goes to its end, and must leave the same bytes as the first one: from the cache. Change nothing in the checkout
meanwhile: the manifest says whether it is as committed. Needs Linux: it looks for processes in /proc, by a mark in
their environment.
"""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kamlib.report.cache.entries import Cache
from kamlib.report.cache.unchanged import history_stands

KILLS, SEED = int(sys.argv[1]) if sys.argv[1:] else 10, 1
FIRST = 1  # of the report that has to stay; a killed run has another
SECONDS_TO_END = 3.0  # on a machine that is not overloaded
MARK = f"KILL_RUNS={secrets.token_hex(8)}"
WHOLE = {"index.html", "manifest.json", "findings.json"}
COLUMNS = (
    "kill", "at (s)", "of a run (s)", "had said last", "report, history, cache", "left behind", "strays after 3 s",
    "next run", "it took (s)", "left after it",
)  # fmt: skip


def start(out: Path, log, seed: int) -> subprocess.Popen:
    name, value = MARK.split("=")
    command = [sys.executable, "-m", "kamlib.cli", "report", "sample", "--out", str(out), "--set", f"seed={seed}"]
    return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=os.environ | {name: value})


def content(report: Path) -> dict[str, bytes]:
    """Every file of the report that stands at `report`, by name."""
    return {p.relative_to(report).as_posix(): p.read_bytes() for p in report.rglob("*") if p.is_file()}


def strays() -> list[int]:
    """Processes that carry our mark: what any of our runs has started and what still lives."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            marked = MARK.encode() in (process / "environ").read_bytes()
        except OSError:  # ended while we looked
            continue
        if marked and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def folders(report: Path) -> int:
    return sum(p.is_dir() for p in (report.parent / ".runs").iterdir())


def stage(log: str) -> str:
    """What the run had said last."""
    lines = [line for line in log.splitlines() if line]
    if not lines:
        return "nothing"
    return "the book" if lines[-1].startswith("Book: ") else lines[-1]


def whole_run(out: Path, seed: int = FIRST) -> float:
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        run = start(out, log, seed)
        if run.wait() != 0:
            log.seek(0)
            sys.exit(f"A run that nobody disturbed failed:\n{log.read().decode()}")
    return time.monotonic() - began


def same_or_next(now: dict[str, bytes], first: dict[str, bytes], seed: int) -> bool:
    """The report from before, or, where the kill came after the swap, the whole new one."""
    if now == first:
        return True
    return now.keys() == first.keys() and json.loads(now["manifest.json"])["settings"]["seed"] == seed


def whole_cache(out: Path) -> bool:
    """Whether every entry of the cache can be taken as it is."""
    cache = Cache(out / ".cache")
    entries = [p.name.partition("-") for p in cache.folder.iterdir() if not p.name.startswith(".")]
    with tempfile.TemporaryDirectory() as place:
        return all(cache.fetch(kind, key, Path(place) / kind / key) is not None for kind, _, key in entries)


def whole_history(out: Path) -> bool:
    return (out / "sample" / "index.html").read_text("utf-8").rstrip().endswith("</html>")


def killed_run(out: Path, seconds: float, seed: int) -> tuple[str, list[int]] | None:
    """Kill a run after so many seconds; what it had said, and what still lives three seconds later.

    None where the run was quicker: then nothing was killed, and nothing is shown.
    """
    with tempfile.TemporaryFile() as log:
        run = start(out, log, seed)
        try:
            run.wait(seconds)
            return None
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            log.seek(0)
            said = stage(log.read().decode())
    end = time.monotonic() + SECONDS_TO_END
    while strays() and time.monotonic() < end:
        time.sleep(0.1)
    return said, strays()


def main() -> int:
    draw = random.Random(SEED)
    rows, bad, quicker = [], 0, 0
    with tempfile.TemporaryDirectory() as place:
        out = Path(place)
        usual = whole_run(out)
        (report,) = (out / "sample").glob("[0-9]*")
        first = content(report)
        assert first.keys() >= WHOLE
        while len(rows) < KILLS:
            moment, seed = draw.uniform(0.2, 0.98 * usual), FIRST + 1 + len(rows) + quicker
            killed = killed_run(out, moment, seed)
            if killed is None:
                quicker += 1
                whole_run(out)
                continue
            said, living = killed
            whole = same_or_next(content(report), first, seed) and whole_history(out) and whole_cache(out)
            behind, took = folders(report) - 1, whole_run(out)
            same, left = content(report) == first, folders(report)
            bad += not whole or bool(living) or not same or left != 1 or not history_stands(out / "sample")
            rows.append(
                (len(rows) + 1, f"{moment:.1f}", f"{usual:.1f}", said, "whole" if whole else "BROKEN", behind,
                 len(living), "the same bytes" if same else "OTHER BYTES", f"{took:.1f}",
                 "1 folder" if left == 1 else f"{left} FOLDERS")
            )  # fmt: skip
            print(*rows[-1], sep="; ", file=sys.stderr, flush=True)
    print(f"kam report sample, killed (SIGKILL to the process group) at {KILLS} random moments (seed {SEED}).")
    print(f"The report before each kill: {len(first)} files, compared byte by byte.\n")
    widths = [max(len(str(row[i])) for row in [COLUMNS, *rows]) for i in range(len(COLUMNS))]
    for row in [COLUMNS, *rows]:
        print("  ".join(str(v).ljust(w) for v, w in zip(row, widths, strict=True)).rstrip())
    if quicker:
        print(f"\nDrawn anew, as the run was over before its kill: {quicker}.")
    print(f"\n{KILLS - bad} of {KILLS} as they should be.")
    return bad


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        for process in strays():  # of a run that was going on when this was stopped
            os.kill(process, signal.SIGTERM)
