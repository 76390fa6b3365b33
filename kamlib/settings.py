"""Settings of a run: typed, bounded, documented, in one place. A misspelt, ill-typed or absurd one stops the run.

The one model of them, whoever gives them: the command and its file (`load_settings`), the parameters of a notebook
(`kamlib.run.check_parameters`), options of the library (`checked`). Defaults are those of the rooms, which know nothing
of settings and take options; tests hold the two equal.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo

from kamlib.given import GivenError, check_frequencies, check_kinds, check_shares, short
from kamlib.tables import NOT_TRADE

CLUSTERINGS = ("kmeans", "gaussian")  # those of kamlib.client_types, which takes a second to import


LEAST_SHARE = 0.0001  # one in ten thousand: below it a share, or a rate of false alarms, says nothing
TEN_YEARS = 3_660  # days
WORDS = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}


class SettingsError(GivenError):
    """A setting is misspelt, ill-typed or out of bounds. The message says which and suggests the right one."""


class Settings(BaseModel):
    """Everything that can be set for a run. Field descriptions are the documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    months: int = Field(12, ge=1, le=120, description="length of the window of totals, calendar months")
    leave_out: list[str] = Field(list(NOT_TRADE), description="kinds of line that are not a customer's trade")
    fiscal_year_start: int = Field(1, ge=1, le=12, description="month in which the fiscal year begins, 1 to 12")
    burn_in_days: int = Field(
        90,
        ge=0,
        le=TEN_YEARS,
        description="first line within so many days of the ledger's first: history truncated, days",
    )
    abc_shares: list[float] = Field([0.8, 0.95], description="where A ends and where B ends, shares of the value")
    xyz_shares: list[float] = Field(
        [0.75, 0.25], description="X from, Y from: share of an account's months with a purchase"
    )
    xyz_min_months: int = Field(6, ge=1, le=120, description="months of history needed for X, Y or Z")
    ahead: int = Field(3, ge=1, le=120, description="how far ahead it is asked whether classes last, months")
    key_share: float = Field(
        0.01, ge=LEAST_SHARE, lt=1, description="share of profit or sales that makes a key account"
    )
    breadwinner_share: float = Field(
        0.1, ge=LEAST_SHARE, le=1, description="share of profit or sales that makes a breadwinner"
    )
    prospect_headroom: float = Field(
        3.0,
        ge=0.01,
        le=1000,
        description="a prospect's budget for our category over what we sell to it, from which on, times",
    )
    image_rank: float = Field(3.0, ge=1, le=1000, description="worst rank in industry or region of an image-maker")
    image_reputation: float = Field(0.65, ge=0.01, lt=1, description="least reputation of an image-maker, 0 to 1")
    expert_checks: float = Field(
        1.0,
        ge=0.01,
        le=1000,
        description="audits and sample tests together that make an expert, from which on, per year",
    )
    clustering: str = Field("kmeans", description="clusters that stand beside the types: kmeans or gaussian")
    late_alarm_rate: float = Field(
        0.02, ge=LEAST_SHARE, le=0.5, description="living accounts called late wrongly, share per account and month"
    )
    lost_alarm_rate: float = Field(
        0.005, ge=LEAST_SHARE, le=0.5, description="living accounts called lost wrongly, share per account and month"
    )
    look_ahead_days: int = Field(90, ge=1, le=730, description="a loss back within so many days was none, days")
    churn_burn_in_months: int = Field(
        12, ge=0, le=120, description="first months of the ledger in which losses are not counted, months"
    )
    horizon_days: int = Field(180, ge=14, le=730, description="how far ahead silence is foreseen, days")
    repetitions: int = Field(1000, ge=100, le=100_000, description="resamples behind an interval")
    seed: int = Field(1, ge=0, le=2**32 - 1, description="seed of every resampling")

    @field_validator("abc_shares")
    @classmethod
    def _abc(cls, value):
        check_shares(value)
        return _not_tiny(value)

    @field_validator("xyz_shares")
    @classmethod
    def _xyz(cls, value):
        check_frequencies(value)
        return _not_tiny(value)

    @field_validator("clustering")
    @classmethod
    def _clustering(cls, value):
        if value not in CLUSTERINGS:
            raise ValueError(f"{value!r} is none of {', '.join(CLUSTERINGS)}")
        return value

    @field_validator("leave_out")
    @classmethod
    def _kinds(cls, value):
        return check_kinds(value)

    @model_validator(mode="after")
    def _rates(self):
        if self.lost_alarm_rate > self.late_alarm_rate:
            raise ValueError(f"it is above late_alarm_rate, {self.late_alarm_rate}, and who is lost was late before")
        return self


def load_settings(path: str | Path | None = None, assignments: Sequence[str] = ()) -> Settings:
    """Settings from a TOML file and `name=value` assignments; the latter win.

    Parameters
    ----------
    path : path, optional
        A TOML file of top-level `name = value` lines.
    assignments : sequence of str
        Such as `key_share=0.02` or `abc_shares=[0.7, 0.9]`; values are TOML, a bare word is text.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        File missing or not TOML, a name that does not exist, a value of the wrong type or out of range.

    Examples
    --------
    >>> load_settings(assignments=["key_share=0.02"]).key_share
    0.02
    """
    given = _from_file(Path(path)) if path else {}
    for assignment in assignments:
        name, sign, value = assignment.partition("=")
        if not sign:
            raise SettingsError(f"--set takes name=value, not {assignment!r}.")
        given[name.strip()] = _toml_value(value.strip())
    return checked(given)


def _from_file(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"There is no settings file {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}.") from None


def _toml_value(text: str):
    try:
        read = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return read["value"] if len(read) == 1 else text


def checked(given: Mapping, *, names: Sequence[str] = (), call: str = "") -> Settings:
    """Settings of what was given by name; the others have their defaults.

    Parameters
    ----------
    given : mapping
    names : sequence of str
        Which settings are taken here; all where empty.
    call : str
        A right call, with which the message ends.

    Raises
    ------
    SettingsError
        A name that is not taken, a value of the wrong type or out of bounds.

    Examples
    --------
    >>> checked({"months": 6}).months
    6
    >>> checked({"months": 0})
    Traceback (most recent call last):
    kamlib.settings.SettingsError: Setting months cannot be 0: it should be greater than or equal to 1. Allowed: from 1
    to 120. It means: length of the window of totals, calendar months; the default is 12.
    """
    fields, names, call = Settings.model_fields, list(names or Settings.model_fields), f" {call}" if call else ""
    for name in given:
        if name not in names:
            raise SettingsError(f"There is no setting {name!r}.{nearest(name, names)} The settings are: "
                                f"{', '.join(names)}.{call}")  # fmt: skip
    try:
        return Settings(**{name: _plain(value) for name, value in given.items()})
    except ValidationError as error:
        first = error.errors()[0]
        name = first["loc"][0] if first["loc"] else "lost_alarm_rate"  # of two that do not go together
        why = first["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
        allowed = f" Allowed: {limits(fields[name])}." if limits(fields[name]) else ""
        value = given.get(name, fields[name].default)
        raise SettingsError(
            f"Setting {name} cannot be {_shown(value)}: {why}.{allowed} "
            f"It means: {fields[name].description}; the default is {json.dumps(fields[name].default)}.{call}"
        ) from None


def _not_tiny(shares: list[float]) -> list[float]:
    if min(shares) < 0.01:
        raise ValueError("a share below 0.01 divides nothing")
    return shares


def nearest(name: str, names: Iterable[str]) -> str:
    """A question after the name that was meant; empty where none is near."""
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""


def limits(field: FieldInfo) -> str:
    """Such as `from 1 to 120`; empty where there are none."""
    found = {k: getattr(m, k) for m in field.metadata for k in WORDS if getattr(m, k, None) is not None}
    return " ".join(words.format(f"{found[k]:,}") for k, words in WORDS.items() if k in found)


def _plain(value):
    """A numpy integer as one of Python, and a tuple as a list: what the model takes."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, (list, dict, tuple)) and len(repr(value)) <= 80 else short(value)
