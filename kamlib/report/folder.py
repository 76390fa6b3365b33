"""All or nothing: a run is built out of sight, then swapped in with one step.

`reports/<book>/<as_of>` is a link to a folder in `reports/<book>/.runs/`. A run builds a new folder there
and turns the link in one atomic step. A killed run leaves its folder behind, without an owner; the next run
of the book removes it. Where links cannot be made (some Windows systems), the folder itself is moved in.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from kamlib.run import RunError

RUNS = ".runs"


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path]:
    """A fresh folder to build in; published at `target` when the block ends well, removed when it does not.

    Parameters
    ----------
    target : path
        Where the report shall stand; its parent is made.

    Raises
    ------
    RunError
        The place cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "2024-12-31"
    >>> with building(target) as folder:
    ...     _ = (folder / "index.html").write_text("whole")
    >>> (target / "index.html").read_text()
    'whole'
    """
    runs = target.parent / RUNS
    try:
        runs.mkdir(parents=True, exist_ok=True)
        _clean(target.parent)
        folder = runs / f"{target.name}-{secrets.token_hex(4)}"
        lock = FileLock(f"{folder}.lock")
        lock.acquire(timeout=0)
        folder.mkdir()
    except OSError as error:
        raise RunError(
            f"The report cannot be written to {target}: {error.strerror or error}. Choose another --out."
        ) from None
    try:
        yield folder
        publish(folder, target)
    except OSError as error:
        raise RunError(f"The report could not be written: {error}. The previous one is untouched.") from error
    finally:
        if not _is_published(folder, target):
            shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            _clean(target.parent)


def publish(folder: Path, target: Path) -> None:
    """Turn the link `target` to `folder`, atomically; where links are refused, move the folder in."""
    link = folder.parent / f"{folder.name}.link"
    try:
        link.symlink_to(Path(RUNS) / folder.name, target_is_directory=True)
    except (OSError, NotImplementedError):
        _move_in(folder, target)
        return
    if target.is_dir() and not target.is_symlink():
        # A report from a system without links: make room first.
        target.rename(folder.parent / f"{folder.name}.old")
    os.replace(link, target)


def _move_in(folder: Path, target: Path) -> None:
    old = folder.parent / f"{folder.name}.old"
    if target.exists():
        target.rename(old)
    folder.rename(target)


def _is_published(folder: Path, target: Path) -> bool:
    return target.exists() and folder.exists() and target.resolve() == folder.resolve()


def _clean(home: Path) -> None:
    """Remove what killed runs left: folders that no link points to and no living process holds."""
    runs = home / RUNS
    used = {p.resolve().name for p in home.iterdir() if p.is_symlink()} if home.exists() else set()
    for path in sorted(runs.iterdir()):
        owner = path.name.split(".")[0]
        if owner in used and path.name == owner:
            continue
        _remove_if_ownerless(path, runs / f"{owner}.lock")


def _remove_if_ownerless(path: Path, lock_file: Path) -> None:
    try:
        with FileLock(lock_file, timeout=0):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path != lock_file:
                path.unlink(missing_ok=True)
        lock_file.unlink(missing_ok=True)
    except Timeout:
        pass
