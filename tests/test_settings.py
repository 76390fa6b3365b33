"""A setting that is misspelt, ill-typed or out of range stops the run with one message that helps."""

import pytest

from kamlib.settings import Settings, SettingsError, load_settings

WRONG = {
    "abc_share=0.7": "no setting 'abc_share'. Did you mean abc_shares?",
    "Months=12": "Did you mean months?",
    "zzz=1": "The settings are: months,",
    "=3": "no setting ''",
    "months": "--set takes name=value, not 'months'",
    "months=": "months cannot be ''",
    "months=twelve": "months cannot be 'twelve': it should be a valid integer",
    "months=12.0": "months cannot be 12.0",
    "months=true": "months cannot be True",
    "months=0": "greater than or equal to 1",
    "months=121": "less than or equal to 120",
    "fiscal_year_start=0": "greater than or equal to 1",
    "fiscal_year_start=13": "less than or equal to 12",
    "fiscal_year_start=april": "fiscal_year_start cannot be 'april': it should be a valid integer",
    "months=2024-01-01": "months cannot be datetime.date(2024, 1, 1)",
    "key_share=0,01": "key_share cannot be '0,01': it should be a valid number",
    "key_share=1": "less than 1",
    "key_share=nan": "key_share cannot be nan",
    "key_share=-inf": "key_share cannot be -inf",
    "burn_in_days=1000000000000": "burn_in_days cannot be",
    "seed=-1": "seed cannot be -1",
    "seed=99999999999999999999": "seed cannot be",
    "seed=1\nmonths=3": "seed cannot be '1\\nmonths=3'",
    "abc_shares=0.8": "it should be a valid list",
    "abc_shares=[0.95, 0.8]": "two shares in order",
    "abc_shares=[0.8]": "two shares in order",
    "abc_shares=[nan, 0.9]": "two shares in order",
    "abc_shares=['a', 'b']": "it should be a valid number",
    "xyz_shares=[0.25, 0.75]": "the larger first",
    "leave_out=fee": "it should be a valid list",
    "leave_out=['fees']": "'fees' is no kind of line; the kinds are goods,",
}


@pytest.mark.parametrize(("assignment", "says"), WRONG.items())
def test_a_wrong_assignment_says_what_is_wrong(assignment, says):
    with pytest.raises(SettingsError) as error:
        load_settings(assignments=[assignment])
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("abc_share = 0.7", "Did you mean abc_shares?"),
        ("months = 'x'", "months cannot be 'x'"),
        ("[months]\nx = 1", "months cannot be {'x': 1}"),
        ("months = ", "cannot be read as TOML"),
        ("months = 3\nmonths = 4", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path, toml, says):
    path = tmp_path / "kam.toml"
    path.write_text(toml, "utf-8")
    with pytest.raises(SettingsError) as error:
        load_settings(path)
    assert says in str(error.value)


@pytest.mark.parametrize("made", ["missing", "folder", "bytes"])
def test_a_file_that_cannot_be_read(tmp_path, made):
    path = tmp_path / "kam.toml"
    if made == "folder":
        path.mkdir()
    elif made == "bytes":
        path.write_bytes(b"\xff\xfe\x00months")
    with pytest.raises(SettingsError, match=r"kam\.toml"):
        load_settings(path)


def test_values_of_the_right_type(tmp_path):
    path = tmp_path / "kam.toml"
    path.write_bytes(b"\xef\xbb\xbfmonths = 6\nkey_share = 0.02\n")  # as Windows editors begin a file
    loaded = load_settings(path, ["months = 24", "abc_shares=[0.7, 0.9]", "leave_out=[]"])
    assert (loaded.months, loaded.key_share, loaded.abc_shares, loaded.leave_out) == (24, 0.02, [0.7, 0.9], [])


def test_the_defaults_hold_their_own_rules():
    assert load_settings() == Settings(**Settings().model_dump())


def test_every_setting_says_what_it_means():
    assert all(field.description for field in Settings.model_fields.values())
