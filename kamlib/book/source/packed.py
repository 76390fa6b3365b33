"""Packed files -> the file in them, in a folder of scratch: gzip, bzip2, xz, Zstandard, and ZIP with one table."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import pyarrow as pa

from kamlib.book.errors import BookError, NoTable

SINGLE = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "Zstandard"}
PACKED = (*SINGLE, ".zip")
# A ledger shrinks to a tenth or a twentieth. What swells more than that, and is large, is made to fill the disk.
MOST_TIMES, MOST_BYTES = 200, 1 << 30
CHUNK = 1 << 20
UNPACKED = "unpacked-by-kam"  # name of the copy, so that it can be told from the source in a message
BROKEN = (
    EOFError,
    OSError,
    lzma.LZMAError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def is_packed(name: str) -> bool:
    """Whether a file's name says that another file is packed in it."""
    return PurePosixPath(name.lower()).suffix in PACKED


def inner_name(file: Path, readable: tuple[str, ...]) -> str:
    """Name of the file that is packed in this one.

    Parameters
    ----------
    file : path
    readable : tuple of str
        Suffixes of the files that can be a table.

    Raises
    ------
    BookError
        A ZIP that holds no table, or several; or a broken one.
    """
    if file.suffix.lower() != ".zip":
        return file.stem if Path(file.stem).suffix else f"{file.stem}.csv"
    return PurePosixPath(_member(file, readable).filename.replace("\\", "/")).name


def unpack(file: Path, readable: tuple[str, ...], scratch: Path) -> Path:
    """Copy the file that is packed in this one into a folder; its path there.

    It is read as a stream, and its name in the archive is not used: the copy lies in `scratch`, whatever that name is.

    Raises
    ------
    BookError
        Broken, encrypted, or larger than any ledger packed so well; a ZIP without a table, or with several.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     packed = Path(folder) / "sales.csv.gz"
    ...     _ = packed.write_bytes(gzip.compress(b"customer_id,date,amount"))
    ...     unpack(packed, (".csv",), Path(folder)).read_text()
    'customer_id,date,amount'
    """
    name = inner_name(file, readable)
    target = scratch / f"{UNPACKED}{Path(name).suffix.lower()}"
    size = file.stat().st_size
    try:
        with _opened(file, readable) as source, target.open("wb") as sink:
            _copy(source, sink, size, file.name)
    except BROKEN as error:
        raise NoTable(f"{file.name}: {_said(error)}") from None
    return target


def _copy(source: BinaryIO, sink: BinaryIO, packed: int, where: str) -> None:
    done = 0
    while chunk := source.read(CHUNK):
        done += len(chunk)
        if done > MOST_BYTES and done > MOST_TIMES * packed:
            raise NoTable(
                f"{where}: unpacked it has more than {MOST_BYTES >> 30} GiB and {MOST_TIMES} times its size, which no "
                "ledger has. If it is right, unpack it yourself."
            )
        sink.write(chunk)


@contextmanager
def _opened(file: Path, readable: tuple[str, ...]):
    suffix = file.suffix.lower()
    if suffix == ".zip":
        member = _member(file, readable)
        with zipfile.ZipFile(file) as archive, archive.open(member) as source:
            yield source
    elif suffix == ".zst":
        with pa.OSFile(str(file)) as raw, closing(pa.CompressedInputStream(raw, "zstd")) as source:
            yield source
    else:
        with {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}[suffix](file) as source:
            yield source


def _member(file: Path, readable: tuple[str, ...]) -> zipfile.ZipInfo:
    """The only table of a ZIP."""
    try:
        with zipfile.ZipFile(file) as archive:
            files = [m for m in archive.infolist() if _counts(m)]
    except BROKEN as error:
        raise NoTable(f"{file.name}: {_said(error)}") from None
    tables = [m for m in files if Path(m.filename).suffix.lower() in readable]
    if len(tables) == 1:
        if tables[0].flag_bits & 1:
            raise NoTable(f"{file.name} is protected by a password. Unpack it yourself, and name the file in it.")
        return tables[0]
    shown = ", ".join(repr(m.filename[:80]) for m in (tables or files)[:5])
    if not tables:
        raise NoTable(f"{file.name} holds no table ({shown or 'it is empty'}). Readable are {', '.join(readable)}.")
    raise BookError(
        f"{file.name} holds {len(tables)} tables: {shown}. Unpack it into a folder, leave there what belongs to the "
        "book, and name the folder."
    )


def _counts(member: zipfile.ZipInfo) -> bool:
    """No folder, and nothing that a system hides or puts beside it."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    return not member.is_dir() and not any(p.startswith((".", "__MACOSX", "~$")) and p != ".." for p in parts)


def _said(error: Exception) -> str:
    what = (str(error).splitlines() or [type(error).__name__])[0][:100]
    return f"not readable as a packed file ({what}). It may be damaged, or cut off: fetch it anew."
