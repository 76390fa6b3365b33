"""Results kept by what they were made from, so that what has not changed need not be made again.

An entry is a folder of files with their hashes. It is made out of sight and moved in with one step; whoever takes
it hashes what it copied, and drops an entry that is not what it says. So a half-written, damaged or vanishing entry
is no result, and runs at once can share a cache without a lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from kamlib.report.cache.fingerprint import digest, file_digest

FOLDER = ".cache"
FORMAT = 1  # counts up whenever the meaning of an entry changes
ENTRY = "entry.json"
GIGABYTES = 1.0  # kept at most, unless KAMLIB_CACHE_GB says otherwise
NEW, GONE = ".new-", ".gone-"  # what is on its way in, and out
STALE_SECONDS = 3600


class Cache:
    """Entries by kind and key below one folder.

    Parameters
    ----------
    folder : path or None
        None keeps nothing and knows nothing.
    """

    def __init__(self, folder: Path | None):
        self.folder = folder

    def facts(self, kind: str, key: str) -> dict | None:
        """What was noted with an entry; None where there is none, or none that can be trusted."""
        entry = self._entry(kind, key)
        return entry["facts"] if entry else None

    def fetch(self, kind: str, key: str, to: Path, *, link: bool = False) -> dict | None:
        """Copy an entry's files into a folder, and say what was noted with it.

        Parameters
        ----------
        kind, key : str
        to : path
            Made if need be. Nothing of the entry is left in it where the answer is None.
        link : bool
            Share the files instead of copying them: for files that are only read.

        Returns
        -------
        dict or None
            None where there is no such entry, or it is not whole.
        """
        entry = self._entry(kind, key)
        if entry is None:
            return None
        place = self._place(kind, key)
        taken = []
        try:
            for name, known in entry["files"].items():
                taken.append(to / name)
                _take(place / name, to / name, link)
                if file_digest(to / name) != known:
                    raise ValueError(name)
        except (OSError, ValueError) as error:
            for file in taken:
                file.unlink(missing_ok=True)
            if isinstance(error, (ValueError, FileNotFoundError)):
                self._drop(place)
            elif not isinstance(error, PermissionError):
                raise
            return None
        with contextlib.suppress(OSError):
            os.utime(place / ENTRY)
        return entry["facts"]

    def store(self, kind: str, key: str, files: Mapping[str, Path], facts: Mapping | None = None) -> bool:
        """Keep copies of files under their names; returns whether they are kept. A cache that is full is no error."""
        if self.folder is None or not key:
            return False
        new = self.folder / f"{NEW}{secrets.token_hex(8)}"
        try:
            new.mkdir(parents=True)
            for name, file in files.items():
                _take(file, new / name, False)
            entry = {"kind": kind, "key": key, "facts": dict(facts or {})}
            entry["files"] = {name: file_digest(new / name) for name in files}
            (new / ENTRY).write_text(json.dumps(entry | {"sum": digest(entry)}), "utf-8")
            if _size(new) > self._limit():
                raise OSError
            place = self._place(kind, key)
            if place.exists():
                self._drop(place)
            new.rename(place)
            return True
        except OSError:  # no room, no right, or another run was first
            shutil.rmtree(new, ignore_errors=True)
            return False

    @contextlib.contextmanager
    def space(self) -> Iterator[Path | None]:
        """A folder beside the entries, for as long as the block lasts; None where nothing can be written."""
        folder = self.folder / f"{NEW}{secrets.token_hex(8)}" if self.folder else None
        try:
            if folder:
                folder.mkdir(parents=True)
        except OSError:
            folder = None
        try:
            yield folder
        finally:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)

    def prune(self) -> None:
        """Drop what was used longest ago until the rest is within the limit, and what killed runs left."""
        with contextlib.suppress(OSError):
            if self.folder is None or not self.folder.is_dir():
                return
            for left in self.folder.glob(f"{GONE}*"):
                shutil.rmtree(left, ignore_errors=True)
            for left in self.folder.glob(f"{NEW}*"):
                if _age(left) > STALE_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
            self._keep_within(self._limit())

    def _keep_within(self, limit: float) -> None:
        entries = sorted(self.folder.glob("*-*/" + ENTRY), key=lambda e: -_age(e))
        sizes = {e.parent: _size(e.parent) for e in entries}
        total = sum(sizes.values())
        for place, size in sizes.items():
            if total <= limit:
                return
            self._drop(place)
            total -= size

    def _limit(self) -> float:
        """Bytes to keep: never more than half of what the disk could still take."""
        try:
            wanted = float(os.environ.get("KAMLIB_CACHE_GB") or GIGABYTES) * 1e9
        except ValueError:
            wanted = GIGABYTES * 1e9
        return min(wanted, (shutil.disk_usage(self.folder).free + _size(self.folder)) / 2)

    def _place(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{key}"

    def _entry(self, kind: str, key: str) -> dict | None:
        if self.folder is None or not key:
            return None
        place = self._place(kind, key)
        try:
            entry = json.loads((place / ENTRY).read_text("utf-8"))
            known = entry.pop("sum")
            if (
                known == digest(entry)
                and (entry["kind"], entry["key"]) == (kind, key)
                and all(map(_safe, entry["files"]))
            ):
                return entry
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            pass
        self._drop(place)
        return None

    def _drop(self, place: Path) -> None:
        """Out of the way in one step, so that nobody meets half of it."""
        gone = self.folder / f"{GONE}{secrets.token_hex(8)}"
        with contextlib.suppress(OSError):
            place.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _take(file: Path, to: Path, link: bool) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    if link:
        with contextlib.suppress(OSError):
            os.link(file, to)
            return
    shutil.copyfile(file, to)


def _safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total
