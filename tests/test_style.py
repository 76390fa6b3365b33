"""Figures: fixed colours that stay apart, caption and alt text, one closed figure, the same bytes."""

import itertools
import re
import warnings
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kamlib.look import style
from kamlib.look.tables import LABEL_CLASSES
from kamlib.tables import ABC, CLIENT_TYPES, XYZ, XYZ_UNKNOWN

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, sight: np.ndarray) -> np.ndarray:
    """CIELAB of an sRGB colour as seen."""
    rgb = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(TO_XYZ @ np.clip(sight @ linear, 0, 1) / TO_XYZ.sum(axis=1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.fixture
def drawn():
    ax = style.axes(height=2)
    ax.bar(["A", "B"], [3, 1], color=[style.COLOURS["A"], style.COLOURS["B"]])
    yield ax
    plt.close("all")


@pytest.mark.parametrize("labels", [ABC, (*XYZ, XYZ_UNKNOWN), CLIENT_TYPES, ("good", "warning", "bad", "muted")])
@pytest.mark.parametrize("sight", SIGHT)
def test_labels_shown_together_stay_apart(labels, sight):
    for a, b in itertools.combinations(labels, 2):
        distance = np.linalg.norm(lab(style.COLOURS[a], SIGHT[sight]) - lab(style.COLOURS[b], SIGHT[sight]))
        assert distance > 20, f"{a} and {b} look alike with {sight}: {distance:.0f}"


def test_badges_have_the_colours_of_figures():
    css = (Path(style.__file__).parent / "../report/page/template/page.css").read_text("utf-8")
    dots = dict(re.findall(r"\.(label-[\w-]+) \{ --dot: (#\w{6}); \}", css))
    assert dots == {name: style.COLOURS[label] for label, name in LABEL_CLASSES.items()}


def test_caption_and_alt_go_with_the_picture(drawn):
    shown = style.figure(drawn, caption="By <class>, n = 4.", alt='Two "bars".')
    data, meta = shown._repr_mimebundle_()
    assert meta["image/png"] == {"alt": 'Two "bars".', "caption": "By <class>, n = 4.", "width": 691, "height": 192}
    assert data["text/plain"] == repr(shown) == "By <class>, n = 4."
    assert 'alt="Two &quot;bars&quot;."' in data["text/html"]
    assert "<figcaption>By &lt;class&gt;, n = 4.</figcaption>" in data["text/html"]


def test_a_figure_is_closed_so_that_it_is_shown_once(drawn):
    style.figure(drawn, caption="c", alt="a")
    assert plt.get_fignums() == []


def test_same_drawing_same_bytes_without_dates():
    def png():
        ax = style.axes()
        ax.plot([1, 2], [3, 4])
        return style.figure(ax, caption="c", alt="a").png

    first = png()
    assert first == png()
    assert not re.search(rb"tEXt|tIME|iTXt", first)


@pytest.mark.parametrize("words", [{"caption": "", "alt": "a"}, {"caption": "c", "alt": " "}])
def test_a_figure_without_words_is_refused(drawn, words):
    with pytest.raises(ValueError, match="caption and alt text"):
        style.figure(drawn, **words)


def test_arrays_of_axes_and_figures_are_taken():
    pair = style.axes(1, 2)
    assert style.figure(pair, caption="c", alt="a").png.startswith(b"\x89PNG")
    assert style.figure(style.axes().figure, caption="c", alt="a").png.startswith(b"\x89PNG")


def test_a_name_with_dollars_is_no_formula():
    ax = style.axes()
    ax.set_title(r"A$AP \frac{$ Ltd")
    assert style.figure(ax, caption="c", alt="a").png


def test_a_script_without_a_font_is_said_below_the_figure(monkeypatch):
    ax = style.axes()
    ax.set_title("株式会社", fontfamily=style.FONT)  # alone, whatever fonts this machine has
    assert style.figure(ax, caption="Sales.", alt="a").caption == f"Sales. {style.NO_FONT}"
    ax = style.axes()
    ax.set_title("Łódź, Αθήνα, Москва, שלום, النور")
    assert style.figure(ax, caption="Sales.", alt="a").caption == "Sales."


def test_fallback_fonts_are_those_that_are_there(monkeypatch):
    there = ["Unifont", "DejaVu Sans", "Noto Sans CJK SC", "Comic"]
    monkeypatch.setattr(style.font_manager, "get_font_names", lambda: there)
    style.fonts.cache_clear()
    assert style.fonts() == ["DejaVu Sans", "Noto Sans CJK SC", "Unifont"]
    style.fonts.cache_clear()


def test_other_warnings_of_drawing_are_passed_on():
    ax = style.axes()
    ax.figure.savefig = lambda *_, **options: warnings.warn("mind", stacklevel=1)
    with pytest.warns(UserWarning, match="mind"):
        style.figure(ax, caption="c", alt="a")


def test_small_multiples_share_their_scales_and_label_the_outer_axes():
    panels = style.multiples(["a", "b", "c", "d"], columns=3)
    for ax in panels:
        ax.plot([0, 1], [0, len(panels)])
    panels[0].set_ylim(0, 9)
    assert {ax.get_ylim() for ax in panels} == {(0, 9)}
    assert len(panels) == 4 and len(panels[0].figure.axes) == 4
    panels[0].figure.draw_without_rendering()
    lowest = [bool(ax.xaxis.get_tick_params()["labelbottom"]) for ax in panels]
    assert lowest == [False, True, True, True]
    assert [ax.get_title(loc="left") for ax in style.multiples([f"Name {'x' * 40}"])] == [f"Name {'x' * 22}…"]
    with pytest.raises(ValueError, match="at least one name"):
        style.multiples([])


def test_log_axes_show_plain_numbers():
    ax = style.axes()
    ax.plot([1, 10_000], [1, 2])
    ax.set_xscale("log")
    style.figure(ax, caption="c", alt="a")
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert "1,000" in labels and not any("$" in label for label in labels)


def test_ticks():
    ax = style.axes()
    style.ticks(ax.yaxis, "share")
    shown = ax.yaxis.get_major_formatter()
    assert [shown(x) for x in (0, 0.07, 0.125, 1)] == ["0 %", "7 %", "12.5 %", "100 %"]
    with pytest.raises(ValueError, match="money, share, number"):
        style.ticks(ax.yaxis, "cents")
    plt.close("all")


def test_short_names_are_cleaned_and_cut():
    assert style.short("a\u202eb") == "a\ufffdb"
    assert style.short("x" * 40, 10) == "x" * 9 + "…"
