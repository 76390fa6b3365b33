"""All or nothing: a report is built out of sight, then takes its place in one step.

`reports/<book>/<as_of>` is a plain folder: it can be moved, copied, packed, kept in step by any tool. A run builds a
new one in `reports/<book>/.runs/` and exchanges the two, which Linux and macOS do in one step; elsewhere the one is
moved away and the other in. Of what stood there a run deletes what a run has made, and nothing else: other files go
over into the new report. A killed run leaves its folder behind, without an owner; the next run of the book tidies up,
and puts back what was moved away.

Two locks: `.runs/NAME.lock` is held as long as the run that builds NAME lives; `.runs/lock` for the moment in which
a run makes its folder and lock, or looks for leftovers. So nobody takes a folder just made for a leftover.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from kamlib.report.cache.made import MANIFEST, made_files
from kamlib.report.cache.turns import RUNS, alone
from kamlib.run import InputError, RunError
from kamlib.run.store import WORK, write_json

LOCK, OLD = ".lock", ".old"  # what may stand beside a run's folder, under its name
_OURS = re.compile(r"(.+-[0-9a-f]{8})(\.lock|\.old|\.link)?")  # .link: of the version before, which made links
ORIGIN = "origin.json"
KEPT = ".kept"  # before the ending of a file that is nobody's but has the name of a new page


@contextlib.contextmanager
def building(target: Path, *, origin: Mapping[str, str] | None = None) -> Iterator[Path]:
    """A fresh folder to build in; published at `target` when the block ends well, removed when it does not.

    Parameters
    ----------
    target : path
        Where the report shall stand; its parent, which holds all reports of one book, is made.
    origin : mapping of str to str, optional
        Facts about the book's source. Another book that happens to have the same name shares none of them.

    Raises
    ------
    RunError
        The place cannot be written to.
    InputError
        It holds a folder that is no report, or the reports of another book.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "2024-12-31"
    >>> with building(target) as folder:
    ...     _ = (folder / "index.html").write_text("whole")
    >>> (target / "index.html").read_text()
    'whole'
    """
    home = target.parent
    try:
        (home / RUNS).mkdir(parents=True, exist_ok=True)
        _refuse_foreign(target)
        _refuse_other(home, origin or {})
        with alone(home):
            _clean(home)
            folder, lock = _fresh(home / RUNS, target.name)
    except OSError as error:
        raise RunError(
            f"The report cannot be written to {target}: {error.strerror or error}. Choose another --out."
        ) from None
    try:
        yield folder
        if origin:  # first: once the report is in place, nothing more may fail
            write_json(home / RUNS / ORIGIN, origin)
        with alone(home):
            publish(folder, target)
    except (OSError, duckdb.IOException) as error:
        raise RunError(f"The report could not be written: {error}. The previous one is untouched.") from error
    finally:
        lock.release()
        clean(home)


def _refuse_foreign(target: Path) -> None:
    """What stands at the target is replaced, and so must be a report."""
    if not target.exists() or (target / MANIFEST).is_file():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise InputError(f"{target} is there and is not a report: move it away, or choose another --out.")


def _refuse_other(home: Path, origin: Mapping[str, str]) -> None:
    known = home / RUNS / ORIGIN
    if not origin or not known.exists():
        return
    try:
        before = json.loads(known.read_text("utf-8"))
    except ValueError:  # a run was killed while writing it
        return
    if not any(before.get(k) == v for k, v in origin.items()):
        raise InputError(
            f"{home} holds the reports of another source that is called {home.name} too. Give this one a name of its "
            f"own with --name; or, if it is the same company's, say so with --name {home.name}."
        )


def _fresh(runs: Path, name: str) -> tuple[Path, FileLock]:
    folder = runs / f"{name}-{secrets.token_hex(4)}"
    lock = FileLock(f"{folder}{LOCK}", timeout=0)
    lock.acquire()
    folder.mkdir()
    return folder, lock


def publish(folder: Path, target: Path) -> None:
    """Put a folder in the place of what stands at `target`, if anything does; that is left for `clean` to retire."""
    if exchange(folder, target):
        return
    old = folder.with_name(folder.name + OLD)
    # Only here is there a moment without a report: `_clean` brings it back if the run is killed in it.
    with contextlib.suppress(FileNotFoundError):
        target.rename(old)
    folder.rename(target)


def exchange(one: Path, other: Path) -> bool:
    """Let two paths of one disk change places in one step; False, and nothing is done, where the system cannot."""
    names = os.fsencode(one), os.fsencode(other)
    library = ctypes.CDLL(None) if os.name == "posix" else None
    here, swap = -100 if sys.platform == "linux" else -2, 2  # AT_FDCWD; RENAME_EXCHANGE, which macOS calls RENAME_SWAP
    call = getattr(library, "renameat2" if sys.platform == "linux" else "renameatx_np", None)
    return call is not None and call(here, names[0], here, names[1], swap) == 0


def clean(home: Path) -> None:
    """Tidy up after runs of a book, where it can be written to."""
    with contextlib.suppress(OSError), alone(home):
        _clean(home)


def _clean(home: Path) -> None:
    """Retire what reports have replaced and remove what killed runs left: all that no living process holds."""
    runs = home / RUNS
    for link in [p for p in home.iterdir() if p.is_symlink() and p.resolve().parent == runs.resolve()]:
        _unlink(link)
    for owner in sorted({m[1] for m in (_OURS.fullmatch(p.name) for p in runs.iterdir()) if m}):
        with contextlib.suppress(Timeout):
            _clean_after(home, owner)


def _unlink(link: Path) -> None:
    """A report as the version before published it, a link to a folder out of sight, becomes that folder itself."""
    folder = link.resolve()
    if not exchange(link, folder):
        link.unlink()
        folder.rename(link)


def _clean_after(home: Path, owner: str) -> None:
    target, lock_file = home / owner.rpartition("-")[0], home / RUNS / f"{owner}{LOCK}"
    with FileLock(lock_file, timeout=0):
        for ending in (OLD, "", ".link"):  # what was moved away first: it comes back where nothing took its place
            left = home / RUNS / f"{owner}{ending}"
            if left.is_symlink():
                left.unlink()
            elif left.is_dir():
                _retire(left, target, back=ending == OLD)
    lock_file.unlink(missing_ok=True)


def _retire(left: Path, target: Path, *, back: bool) -> None:
    """Bring back a report that nothing has replaced; else hand over what is in it and no run made, and remove it."""
    if (left / WORK).exists():  # a run was killed at work
        shutil.rmtree(left, ignore_errors=True)
        return
    if not target.exists() and (back or (left / MANIFEST).is_file()):
        left.rename(target)
        return
    made = made_files(left)
    for file in sorted(p for p in left.rglob("*") if not p.is_dir() or p.is_symlink()):
        if (name := file.relative_to(left).as_posix()) not in made:
            _hand_over(file, target / name)
    shutil.rmtree(left, ignore_errors=True)


def _hand_over(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    while os.path.lexists(to):
        to = to.with_name(f"{to.stem}{KEPT}{to.suffix}")
    os.replace(file, to)
