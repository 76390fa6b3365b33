"""Kill `kam report sample` ten times at random moments: is the previous report whole, and is all cleaned up?

    python benchmarks/kill_runs.py > benchmarks/kill_runs.txt

Each time the whole process group gets SIGKILL. Before the next kill a run goes to its end, and must leave the same
bytes as the first one. Needs Linux: it looks for processes in /proc, by a mark in their environment.
"""

import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KILLS, SEED = 10, 1
SECONDS_TO_END = 3.0
MARK = f"KILL_RUNS={secrets.token_hex(8)}"
WHOLE = {"index.html", "manifest.json", "findings.json"}
COLUMNS = (
    "kill", "at (s)", "of a run (s)", "had said last", "report whole", "left behind", "strays after 3 s", "next run",
    "left after it",
)  # fmt: skip


def start(out: Path, log) -> subprocess.Popen:
    name, value = MARK.split("=")
    command = [sys.executable, "-m", "kamlib.cli", "report", "sample", "--out", str(out)]
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


def whole_run(out: Path) -> float:
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        run = start(out, log)
        if run.wait() != 0:
            log.seek(0)
            sys.exit(f"A run that nobody disturbed failed:\n{log.read().decode()}")
    return time.monotonic() - began


def killed_run(out: Path, seconds: float) -> tuple[str, list[int]] | None:
    """Kill a run after so many seconds; what it had said, and what still lives three seconds later.

    None where the run was quicker: then nothing was killed, and nothing is shown.
    """
    with tempfile.TemporaryFile() as log:
        run = start(out, log)
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
            moment = draw.uniform(0.2, 0.98 * usual)
            killed = killed_run(out, moment)
            if killed is None:
                quicker += 1
                continue
            said, living = killed
            whole, behind = content(report) == first, folders(report) - 1
            usual = whole_run(out)
            same, left = content(report) == first, folders(report)
            bad += not whole or bool(living) or not same or left != 1
            rows.append(
                (len(rows) + 1, f"{moment:.1f}", f"{usual:.1f}", said, "yes" if whole else "NO", behind, len(living),
                 "the same bytes" if same else "OTHER BYTES", "1 folder" if left == 1 else f"{left} FOLDERS")
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
