"""The settings as people meet them: a page of all, and a commented file to start with.

`docs/settings.md` is made from `kamlib.settings`: `python -m kamlib.report.page.settings_page > docs/settings.md`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic.fields import FieldInfo

from kamlib.run import RunError
from kamlib.settings import Settings, SettingsError, limits

HEAD = """\
# Settings of a report:  kam report BOOK --settings {name}
# Each stands here with its default, commented out. Take the # away from those that you change; one that is given on
# the command line, --set name=value, wins. A name that is misspelt stops the run. All of them: docs/settings.md
"""


def settings_toml(name: str = "kam.toml") -> str:
    """A file of all settings, commented out, with what they mean.

    Examples
    --------
    >>> print(settings_toml().splitlines()[-1])
    # seed = 1
    """
    parts = [HEAD.format(name=name)]
    for setting, field in Settings.model_fields.items():
        bounds = f" ({limits(field)})" if limits(field) else ""
        parts.append(f"# {_meaning(field)}{bounds}\n# {setting} = {_value(field)}\n")
    return "\n".join(parts)


PAGE = """\
# Settings

What can be set for a report: in a file, `kam report BOOK --settings kam.toml` (`kam init` writes one to start with), or
one by one, `--set key_share=0.02`, which wins. Values are those of TOML: `12`, `0.8`, `[0.7, 0.9]`, `"text"`. One that
is misspelt, of another type or out of range stops the run, and the message says which. A setting that changes makes
those notebooks run again that take it, and what comes after them; `months`, `leave_out` and `burn_in_days` decide what
all of them see. Who takes which, and where a default comes from, stands in the notebooks' parameters cells and in the
docstrings of the functions.

Made by `python -m kamlib.report.page.settings_page > docs/settings.md`.

| setting | meaning | default | value |
|---|---|---|---|
"""


def settings_page() -> str:
    """The page of all settings, in Markdown.

    Examples
    --------
    >>> "| `months` | length of the window of totals, calendar months | `12` |" in settings_page()
    True
    """
    rows = (f"| `{n}` | {_meaning(f)} | `{_value(f)}` | {_kind(f)} |\n" for n, f in Settings.model_fields.items())
    return PAGE + "".join(rows)


def write_settings(path: Path) -> None:
    """Write the commented file.

    Raises
    ------
    SettingsError
        It is there: what it says may be someone's work.
    RunError
        It cannot be written.
    """
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(settings_toml(os.path.basename(path)))
    except FileExistsError:
        raise SettingsError(
            f"{path} is there already, and is left as it is: choose another name with --to, or move it away."
        ) from None
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}.") from None


def _meaning(field: FieldInfo) -> str:
    return field.description.replace("|", "\\|")


def _value(field: FieldInfo) -> str:
    return json.dumps(field.default, ensure_ascii=False)


def _kind(field: FieldInfo) -> str:
    names = {int: "whole number", float: "number", str: "text", bool: "true or false"}
    inner = getattr(field.annotation, "__args__", ())
    kind = f"list of {names.get(inner[0], 'values')}s" if inner else names.get(field.annotation, "value")
    return f"{kind}, {limits(field)}" if limits(field) else kind


if __name__ == "__main__":
    print(settings_page(), end="")  # noqa: T201
