"""Settings of a run: typed, documented, in one place. A misspelt or ill-typed one stops the run."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kamlib.panel import BURN_IN_DAYS
from kamlib.segmentation.abc import ABC_SHARES, check_shares
from kamlib.segmentation.key_accounts import BREADWINNER_SHARE, KEY_SHARE
from kamlib.segmentation.persistence import AHEAD
from kamlib.segmentation.xyz import XYZ_MIN_MONTHS, XYZ_SHARES, check_frequencies
from kamlib.tables import LINE_KINDS, NOT_TRADE

CLUSTERINGS = ("kmeans", "gaussian")  # those of kamlib.client_types, which takes a second to import


class SettingsError(Exception):
    """A setting is misspelt or ill-typed. The message says which and suggests the right one."""


class Settings(BaseModel):
    """Everything that can be set for a run. Field descriptions are the documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    months: int = Field(12, ge=1, le=120, description="length of the window of totals, calendar months")
    leave_out: list[str] = Field(list(NOT_TRADE), description="kinds of line that are not a customer's trade")
    fiscal_year_start: int = Field(1, ge=1, le=12, description="month in which the fiscal year begins, 1 to 12")
    burn_in_days: int = Field(
        BURN_IN_DAYS,
        ge=0,
        le=36_500,
        description="first line within so many days of the ledger's first: history truncated, days",
    )
    abc_shares: list[float] = Field(list(ABC_SHARES), description="where A ends and where B ends, shares of the value")
    xyz_shares: list[float] = Field(
        list(XYZ_SHARES), description="X from, Y from: share of an account's months with a purchase"
    )
    xyz_min_months: int = Field(XYZ_MIN_MONTHS, ge=1, description="months of history needed for X, Y or Z")
    ahead: int = Field(AHEAD, ge=1, le=120, description="how far ahead it is asked whether classes last, months")
    key_share: float = Field(KEY_SHARE, gt=0, lt=1, description="share of profit or sales that makes a key account")
    breadwinner_share: float = Field(
        BREADWINNER_SHARE, gt=0, le=1, description="share of profit or sales that makes a breadwinner"
    )
    # Of the room client_types, which takes a second to import; a test holds them equal to its own.
    prospect_headroom: float = Field(
        3.0, gt=0, description="a prospect's budget for our category over what we sell to it, from which on, times"
    )
    image_rank: float = Field(3.0, ge=1, description="worst rank in industry or region of an image-maker")
    image_reputation: float = Field(0.65, gt=0, lt=1, description="least reputation of an image-maker, 0 to 1")
    expert_checks: float = Field(
        1.0, gt=0, description="audits and sample tests together that make an expert, from which on, per year"
    )
    clustering: str = Field("kmeans", description="clusters that stand beside the types: kmeans or gaussian")
    # Of the room churn, whose models take seconds to import; a test holds them equal to its own.
    late_alarm_rate: float = Field(
        0.02, gt=0, lt=1, description="living accounts called late wrongly, share per account and month"
    )
    lost_alarm_rate: float = Field(
        0.005, gt=0, lt=1, description="living accounts called lost wrongly, share per account and month"
    )
    look_ahead_days: int = Field(90, ge=1, description="a loss back within so many days was none, days")
    churn_burn_in_months: int = Field(
        12, ge=0, description="first months of the ledger in which losses are not counted, months"
    )
    horizon_days: int = Field(180, ge=14, le=730, description="how far ahead silence is foreseen, days")
    repetitions: int = Field(1000, ge=100, le=100_000, description="resamples behind an interval")
    seed: int = Field(1, ge=0, le=2**32 - 1, description="seed of every resampling")

    @field_validator("abc_shares")
    @classmethod
    def _abc(cls, value):
        check_shares(value)
        return value

    @field_validator("xyz_shares")
    @classmethod
    def _xyz(cls, value):
        check_frequencies(value)
        return value

    @field_validator("clustering")
    @classmethod
    def _clustering(cls, value):
        if value not in CLUSTERINGS:
            raise ValueError(f"{value!r} is none of {', '.join(CLUSTERINGS)}")
        return value

    @field_validator("leave_out")
    @classmethod
    def _kinds(cls, value):
        for kind in value:
            if kind not in LINE_KINDS:
                raise ValueError(f"{kind!r} is no kind of line; the kinds are {', '.join(LINE_KINDS)}")
        return value


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
    return _validated(given)


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


def _validated(given: Mapping) -> Settings:
    fields = Settings.model_fields
    for name in given:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise SettingsError(f"There is no setting {name!r}.{hint} The settings are: {', '.join(fields)}.")
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name, value = first["loc"][0], given[first["loc"][0]]
        why = first["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
        default = json.dumps(fields[name].default)
        raise SettingsError(
            f"Setting {name} cannot be {value!r}: {why}. "
            f"It means: {fields[name].description}; the default is {default}."
        ) from None
