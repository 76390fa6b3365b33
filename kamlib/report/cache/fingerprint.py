"""What a result was made from, as hashes: files, a book's source, the code that a notebook reaches, the libraries.

Content decides, never a file's date. Nothing here loads more than Python's own library: a run that finds nothing
changed is over in the time this takes.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from kamlib.datasets.places import PROJECT

SHORT = 16  # hexadecimal digits of a hash, where people may meet it


def digest(content) -> str:
    """SHA-256 of what JSON can hold.

    Examples
    --------
    >>> digest({"b": 1, "a": [2]}) == digest({"a": [2], "b": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(file: Path) -> str:
    """SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_digest(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path there; empty where there is no folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): file_digest(p) for p in files}


def source_digest(book: str, mapping: Path | None = None, name: str = "", formats: Path | None = None) -> str:
    """Hash of all that opening a book reads; empty where that cannot be told without opening it.

    Parameters
    ----------
    book : str
        A file, a folder or the name of a data set.
    mapping : path, optional
    name : str
        What the book shall be called.
    formats : path, optional
        A folder of formats.
    """
    from kamlib import datasets

    place = Path(book)
    try:
        if book in datasets.NAMES:
            files, label = datasets.files(book), book
        elif place.is_dir():
            files, label = sorted(p for p in place.iterdir() if p.is_file()), place.resolve().name
        else:  # a database may keep its last lines in a file beside it
            files = [place, *sorted(place.parent.glob(f"{place.name}-*"))] if place.is_file() else []
            label = place.resolve().stem
        read = [(f.name, file_digest(f)) for f in files]
        said = [file_digest(f) for f in [mapping, *sorted(formats.glob("*.toml") if formats else ())] if f]
        return digest([name or label, read, said]) if read else ""
    except (OSError, ValueError):  # the reader says what is wrong
        return ""


def environment() -> dict[str, str]:
    """The Python, the machine's kind, the lock, and the versions that are in fact installed."""
    lock = PROJECT / "requirements.lock"
    return {
        "python": sys.version,
        "machine": f"{sys.platform} {platform.machine()}",
        "lock": file_digest(lock) if lock.is_file() else "",
        "installed": digest(_installed()),
    }


def _installed() -> list[str]:
    folders = [p for p in sys.path if p.endswith("-packages") and os.path.isdir(p)]
    return sorted(n for folder in folders for n in os.listdir(folder) if n.endswith(".dist-info"))


def code_digest(notebooks: Path = PROJECT / "notebooks") -> str:
    """SHA-256 over the library and the notebooks, by path and content."""
    library = PROJECT / "kamlib"
    kept = [p for p in library.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    sink = hashlib.sha256()
    for path in [*sorted(kept), *sorted(notebooks.glob("*.ipynb"))]:
        name = path.relative_to(library).as_posix() if path.is_relative_to(library) else path.name
        sink.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sink.hexdigest()


def commit() -> str:
    """The commit that is checked out; `+` where files differ from it; empty outside a checkout."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=PROJECT, capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


# The code that Python code reaches


def code_digests(sources: Iterable[str]) -> dict[str, str]:
    """Hashes of all modules of this library that pieces of code import, directly or by way of others.

    Also what functions import when they run counts, and what stands in a package beside its modules.

    Parameters
    ----------
    sources : iterable of str
        Python code. Lines of IPython (`%`, `!`) are passed over.

    Returns
    -------
    dict of str to str
        Module -> hash.

    Examples
    --------
    >>> sorted(code_digests(["from kamlib.tables import PANEL"]))
    ['kamlib', 'kamlib.tables']
    """
    reached: dict[str, str] = {}
    waiting = [m for source in sources for m in _imported(source, "")]
    while waiting:
        module = waiting.pop()
        file = _file_of(module)
        if module in reached or file is None:
            continue
        reached[module], imported = _module(file, module)
        waiting += imported
    return dict(sorted(reached.items()))


def _module(file: Path, name: str) -> tuple[str, tuple[str, ...]]:
    text = file.read_text("utf-8")
    package = file.name == "__init__.py"
    beside = files_beside(file.parent) if package else {}
    parent = name if package else name.rpartition(".")[0]
    return digest([hashlib.sha256(text.encode()).hexdigest(), beside]), _imports_of(text, parent)


def files_beside(package: Path) -> dict[str, str]:
    """Files of a package that are no modules, such as data, also in folders that are no packages; by path."""
    found: dict[str, str] = {}
    for p in sorted(package.iterdir()):
        if p.is_file() and p.suffix not in (".py", ".pyc"):
            found[p.name] = file_digest(p)
        elif p.is_dir() and p.name != "__pycache__" and not (p / "__init__.py").exists():
            found |= {f"{p.name}/{name}": digest_ for name, digest_ in files_beside(p).items()}
    return found


@cache
def _imports_of(text: str, parent: str) -> tuple[str, ...]:
    return tuple(_imported(text, parent))


def _imported(source: str, parent: str) -> list[str]:
    """Names that may be modules of ours: each with the packages above it, and `from a import b` as a and a.b."""
    found: set[str] = set()
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(parent.split(".")[: len(parent.split(".")) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            found |= {base, *(f"{base}.{a.name}" for a in node.names)}
    ours = [n for n in sorted(found) if n.split(".")[0] == "kamlib"]
    return [".".join(n.split(".")[: i + 1]) for n in ours for i in range(len(n.split(".")))]


def _parsed(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError:
        lines = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines()]
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError:  # running it will say so
            return ast.parse("")


def _file_of(module: str) -> Path | None:
    place = PROJECT.joinpath(*module.split("."))
    for file in (place / "__init__.py", place.with_suffix(".py")):
        if file.is_file():
            return file
    return None
