"""Headline figures: the figure, words beside it, a line; all escaped."""

from kamlib.look import spark
from kamlib.look.cards import Card, cards


def test_cards():
    line = spark([1, 2], of="whole")
    shown = cards(Card("Key <accounts>", "12", "was 11", line), Card("Share", "41.0 %"))
    assert repr(shown) == "Key <accounts>: 12 (was 11) ▅█\nShare: 41.0 %"
    html = shown._repr_html_()
    assert '<dt>Key &lt;accounts&gt;</dt><dd class="value">12</dd>' in html and html.count("<svg") == 1
