"""All or nothing: a run is built out of sight, then swapped in with one step.

`reports/<book>/<as_of>` is a link to a folder in `reports/<book>/.runs/`. A run builds a new folder there
and turns the link in one atomic step. A killed run leaves its folder behind, without an owner; the next run
of the book removes it. Where links cannot be made (some Windows systems), the folder itself is moved in.

Two locks: `.runs/NAME.lock` is held as long as the run that builds NAME lives; `.runs/lock` for the moment in which
a run makes its folder and lock, or looks for leftovers. So nobody takes a folder just made for a leftover.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from kamlib.report.cache.turns import RUNS, alone
from kamlib.run import InputError, RunError
from kamlib.run.store import write_json

LOCK, LINK, OLD = ".lock", ".link", ".old"  # what may stand beside a run's folder, under its name
_OURS = re.compile(r"(.+-[0-9a-f]{8})(\.lock|\.link|\.old)?")
ORIGIN = "origin.json"
FRONT_PAGE = "index.html"


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
        publish(folder, target)
    except (OSError, duckdb.IOException) as error:
        raise RunError(f"The report could not be written: {error}. The previous one is untouched.") from error
    finally:
        lock.release()
        clean(home)


def _refuse_foreign(target: Path) -> None:
    """What stands at the target is replaced, and so must be a report."""
    if target.is_symlink() or not target.exists() or (target / FRONT_PAGE).is_file():
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
    """Turn the link `target` to `folder`, atomically; where links are refused, move the folder in."""
    link = folder.with_name(folder.name + LINK)
    try:
        link.symlink_to(Path(RUNS) / folder.name, target_is_directory=True)
    except (OSError, NotImplementedError):
        link = folder
    if link == folder or not target.is_symlink():
        # Only here is there a moment without a report: `_clean` brings it back if the run is killed in it.
        with contextlib.suppress(FileNotFoundError):
            target.rename(folder.with_name(folder.name + OLD))
    os.replace(link, target)


def clean(home: Path) -> None:
    """Remove what killed runs of a book left, where it can be written to."""
    with contextlib.suppress(OSError), alone(home):
        _clean(home)


def _clean(home: Path) -> None:
    """Remove what killed runs left: folders that no link points to and no living process holds."""
    runs = home / RUNS
    owners = sorted({m[1] for m in (_OURS.fullmatch(p.name) for p in runs.iterdir()) if m})
    # What has to be brought back first: it may be the link to another's folder.
    for owner in sorted(owners, key=lambda o: not os.path.lexists(runs / f"{o}{OLD}")):
        with contextlib.suppress(Timeout):
            _remove_if_ownerless(home, owner)


def _remove_if_ownerless(home: Path, owner: str) -> None:
    folder, old, lock_file = (home / RUNS / f"{owner}{ending}" for ending in ("", OLD, LOCK))
    with FileLock(lock_file, timeout=0):
        target = home / owner.rpartition("-")[0]
        if os.path.lexists(old) and not os.path.lexists(target):
            old.rename(target)
        # Asked only now: before the lock was free, its owner may still have published.
        if folder.name not in {p.resolve().name for p in home.iterdir() if p.is_symlink()}:
            shutil.rmtree(folder, ignore_errors=True)
        _remove(old)
        folder.with_name(owner + LINK).unlink(missing_ok=True)
    lock_file.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    if path.is_symlink():  # an old link, where links can no longer be made
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
