"""The page of settings is what the settings are, and the file to start with is one that can be read."""

import re
from pathlib import Path

import pytest

from kamlib.report.page.settings_page import settings_page, settings_toml, write_settings
from kamlib.run import RunError
from kamlib.settings import Settings, SettingsError, load_settings

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_is_made_from_the_settings():
    page = DOCS / "settings.md"
    assert page.read_text("utf-8") == settings_page(), "python -m kamlib.report.page.settings_page > docs/settings.md"


def test_the_file_to_start_with_changes_nothing(tmp_path):
    write_settings(tmp_path / "kam.toml")
    assert load_settings(tmp_path / "kam.toml") == Settings()
    text = (tmp_path / "kam.toml").read_text("utf-8")
    assert "--settings kam.toml" in text
    active = re.sub(r"(?m)^# (\w+ = )", r"\1", text)  # as if every # were taken away
    (tmp_path / "all.toml").write_text(active, "utf-8")
    assert load_settings(tmp_path / "all.toml") == Settings()
    assert active.count(" = ") >= len(Settings.model_fields)


def test_every_setting_is_in_it():
    assert [name for name in Settings.model_fields if f"\n# {name} = " not in settings_toml()] == []


def test_a_file_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / "kam.toml"
    path.write_text("mine")
    with pytest.raises(SettingsError, match="is there already"):
        write_settings(path)
    assert path.read_text() == "mine"


def test_a_place_that_is_not_there(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        write_settings(tmp_path / "nowhere" / "kam.toml")
