"""Text of a book, fit to be shown: what languages need stays, what steers a page or a terminal is made visible."""

import pytest

from kamlib.look.clean import clean_text, visible


def test_clean_text_keeps_what_languages_need():
    for text in ("شركة النور", "می\u200cخواهم", "日本", "👩\u200d🔧", "a\u200eb"):
        assert clean_text(text) == text
    assert clean_text(" a\n\tb\u2028c ") == "a b c"
    assert clean_text("a\x9bb\x7f") == "a\ufffdb\ufffd"


@pytest.mark.parametrize("harm", ["\x1b[2J", "\x00", "\x07", "\x9b31m", "\u202e", "\u2066", "\ud800", "\r"])
def test_what_could_steer_is_visible(harm):
    for cleaned in (visible(f"a{harm}b"), clean_text(f"a{harm}.b")):
        assert not set(cleaned) & {"\x1b", "\x00", "\x07", "\x9b", "\u202e", "\u2066", "\ud800", "\r"}
        cleaned.encode()


def test_lines_and_columns_of_a_message_stay():
    assert visible("kam: no\n  such\tfile") == "kam: no\n  such\tfile"
