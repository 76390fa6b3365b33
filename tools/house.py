"""The house as a picture, drawn from the import contracts in pyproject.toml: `python tools/house.py`.

A line of the picture is a floor: what stands on it imports only from the floors below, and rooms of one floor do not
import one another. CONTRIBUTING.md holds what this prints; a test compares them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 78


def floors(layers: list[str]) -> list[list[str]]:
    """The rooms of each floor that exist in the checkout, the topmost floor first."""
    named = [[room.strip(" ()") for room in layer.split("|")] for layer in layers]
    there = [[r for r in rooms if _stands(r)] for rooms in named]
    return [rooms for rooms in there if rooms]


def _stands(room: str) -> bool:
    return any((ROOT / "kamlib" / place).exists() for place in (f"{room}.py", room))


def contracts() -> dict[str, list[str]]:
    """The layers of every contract that has some, by the package they are in."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return {c["containers"][0]: c["layers"] for c in found if c["type"] == "layers"}


def picture() -> str:
    """Floors as lines of text, the parts of `report` from left to right beside its name."""
    layers = contracts()
    inner = {p.rpartition(".")[2]: " > ".join(parts) for p, parts in layers.items() if p != "kamlib"}
    lines = []
    for rooms in floors(layers["kamlib"]):
        text = "   ".join(f"{r} ({inner[r]})" if r in inner else r for r in rooms)
        lines += ["+" + "-" * WIDTH + "+", f"| {text:<{WIDTH - 2}} |"]
    return "\n".join([*lines, "+" + "-" * WIDTH + "+"])


if __name__ == "__main__":
    print(picture())
