"""The exceptions that a user of a book meets."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass


class BookError(Exception):
    """A source cannot be read as a book. The message says where, how many, examples, and what to do."""


class NotThere(BookError):
    """There is no file or folder of that name."""


class NoTable(BookError):
    """A file that holds no table at all. Beside others in a folder it is passed over."""


@dataclass(frozen=True)
class Question:
    """What a mapping file can settle, with the answers that are possible.

    Attributes
    ----------
    section, key : str
        Where the answer stands in a mapping file.
    asks : str
        The question, for who does not know the project.
    choices : sequence of (object, str)
        Answers and what speaks for each, the best first; none where nothing can be offered.
    sure : bool
        Whether the best is a guess worth to be written down before anybody has confirmed it.
    """

    section: str
    key: str
    asks: str
    choices: Sequence[tuple[object, str]] = ()
    sure: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines of the mapping file: the best answer, and the others after `# or`."""
        if not self.choices:
            return [f'{self.key} = "..."   # {self.asks}']
        said = [f"{self.key} = {toml(value)}" + (f"   # {why}" if why else "") for value, why in self.choices]
        return [said[0], *(f"# or {line}" for line in said[1:])]


class Unsettled(BookError):
    """A source that can be read once somebody has answered a question or two.

    Parameters
    ----------
    why : str
        Where and what, in a sentence or two.
    questions : sequence of Question
    shown : str
        The first rows, as lines.
    """

    source = ""  # what the user typed, for the command; set where the source is known

    def __init__(self, why: str, questions: Sequence[Question], shown: str = ""):
        super().__init__(why)
        self.found: dict[str, int] = {}  # our name -> position of the columns that were recognised
        self.why, self.questions, self.shown = why, tuple(questions), shown

    def __str__(self) -> str:
        lines, section = [], ""
        for question in self.questions:
            lines += [f"[{question.section}]"] if question.section != section else []
            lines += question.lines
            section = question.section
        how = "Settle it in a mapping file and pass it with --mapping:"
        if self.source:
            command = f"kam check {shlex.quote(self.source)}"
            how = (
                f"Settle it in a mapping file:  {command} --fix mapping.toml  writes it, --ask asks you; "
                "edit it and pass it with --mapping:"
            )
        return "\n".join(filter(None, [self.why, self.shown, how, *lines]))


def toml(value: object) -> str:
    """A value as TOML writes it.

    Examples
    --------
    >>> toml('a "b"'), toml(True), toml(["x", "y"]), toml(0.5)
    ('"a \\\\"b\\\\""', 'true', '["x", "y"]', '0.5')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # JSON's, but DEL must be written out, and no half of a pair of signs can stand alone.
        text = value.encode("utf-8", "replace").decode("utf-8")
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml, value))}]"
    return str(value)
