"""What is given is checked at the library's door: a wrong call ends in one message, and that names the right call."""

import datetime as dt
import importlib
import inspect
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from kamlib import churn, panel, segmentation
from kamlib.book import control_totals, line_totals, month_totals, open_book, repeated_lines
from kamlib.given import GivenError, as_day
from kamlib.panel import build_panel
from kamlib.report.make.plan import plan_report
from kamlib.report.make.report import check_days, make_report
from kamlib.run import Change, InputError, RunError, check_parameters, open_run
from kamlib.run.notebooks import NOTEBOOKS
from kamlib.segmentation.persistence import AHEAD
from kamlib.settings import Settings, SettingsError, checked, load_settings

END = dt.date(2024, 2, 29)
FRAME = pd.DataFrame(
    {"customer_id": ["a", "a"], "cents": [500, 700], "date": pd.to_datetime(["2024-01-05", "2024-02-04"])}
)
DAYS = ["01/12/2024", "1 December 2024", "2024-13-01", "2024-1-5", "20240105", "2024", "", 20240105, 1.7e9, None,
        pd.NaT, pd.Timestamp("2024-01-05 10:00"), pd.Timestamp("2024-01-05", tz="UTC"), np.datetime64("2024-01-05"),
        pd.Period("2024-01"), True, ["2024-01-05"]]  # fmt: skip


def says(call, *words, kind=(ValueError, RunError)):
    """The message of a call that is refused holds these words, and is one message: nothing stands behind it."""
    with pytest.raises(kind) as error:
        call()
    assert error.value.__cause__ is None and (error.value.__context__ is None or error.value.__suppress_context__)
    for word in words:
        assert word in str(error.value)
    return str(error.value)


WRONG_CALLS = {
    "leave_out as a text": (lambda book: open_run(leave_out="carriage"), 'leave_out=["fee"]'),
    "a kind that is none": (lambda book: open_run(leave_out=["carrige"]), "the kinds are goods, carriage"),
    "no months": (lambda book: open_run(months=0), "from 1 to 120"),
    "months as a text": (lambda book: open_run(months="12"), "open_run(book="),
    "days before the first": (lambda book: open_run(burn_in_days=-1), "burn_in_days=90"),
    "a misspelt option": (lambda book: open_run(month=6), "Did you mean months?"),
    "a setting of a room": (lambda book: open_run(key_share=0.02), "The settings are: months, leave_out, burn_in_days"),
    "a book for a run folder": (lambda book: open_run("sample"), 'open_run(book="sample"'),
    "a day of no order": (lambda book: open_run(as_of="01/12/2024"), "as_of is a day such as 2011-11-30"),
    "a panel's kinds as a text": (lambda book: build_panel(book, as_of=END, leave_out="fee"), "build_panel(open_book("),
    "a panel of no months": (lambda book: build_panel(book, as_of=END, months=0), "months=12)"),
    "a panel of half a month": (lambda book: build_panel(book, as_of=END, months=1.5), "from 1 to 120"),
    "a panel of a file": (lambda book: build_panel("sales.csv", as_of=END), 'build_panel(open_book("sales.csv")'),
    "a panel of other names": (
        lambda book: build_panel(FRAME.rename(columns={"cents": "amount"}), as_of=END),
        "has no column cents; it has customer_id, amount, date",
    ),
    "a panel of a panel": (lambda book: build_panel(build_panel(book, as_of=END), as_of=END), "not a Panel"),
    "xyz of a frame": (lambda book: segmentation.xyz(FRAME), "xyz(panel), where panel is job.panel or build_panel("),
    "abc of a panel": (lambda book: segmentation.abc(build_panel(book, as_of=END)), "abc(window_values(panel))"),
    "abc of a frame": (lambda book: segmentation.abc(FRAME), "abc(window_values(panel))"),
    "abc of row numbers": (lambda book: segmentation.abc(FRAME["cents"]), "window_values(panel)"),
    "a room that is given the run": (lambda book: segmentation.key_accounts(open_run()), "job.panel"),
    "arguments in another order": (
        lambda book: churn.account_states(build_panel(book, as_of=END), "judged"),
        "account_states(judged, panel)",
    ),
    "a report of a file": (lambda book: make_report("sales.csv"), 'make_report(open_book("sales.csv"))'),
    "a report with a dict": (lambda book: make_report(book, settings={"months": 6}), "settings=Settings(months=6)"),
    "a change of a number": (
        lambda book: Change("churn.lost", "Lost", "lost", "word", account=17),
        "account of churn.lost is a customer_id, which is text, or empty, not 17",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "right"), WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_a_wrong_call_names_the_right_one(tiny_book, call, right):
    message = says(lambda: call(tiny_book), right)
    assert "\n" not in message and len(message) < 500


ABSURD = [
    "look_ahead_days=9999999999", "key_share=1e-300", "breadwinner_share=1e-9", "late_alarm_rate=0.9",
    "lost_alarm_rate=1e-12", "lost_alarm_rate=0.1", "horizon_days=100000", "months=100000", "ahead=1000",
    "burn_in_days=30000", "churn_burn_in_months=99999", "xyz_min_months=5000", "repetitions=1000000000",
    "prospect_headroom=inf", "prospect_headroom=1e308", "image_rank=1e9", "image_reputation=1e-12",
    "expert_checks=1e-300", "abc_shares=[1e-300, 0.5]", "xyz_shares=[0.5, 1e-300]", "fiscal_year_start=100",
]  # fmt: skip


@pytest.mark.parametrize("assignment", ABSURD)
def test_an_absurd_setting_is_refused_with_its_bounds(assignment):
    name, _, value = assignment.partition("=")
    message = says(lambda: load_settings(assignments=[assignment]), f"Setting {name} cannot be", kind=SettingsError)
    assert "It means: " in message and "the default is" in message
    if name not in ("abc_shares", "xyz_shares"):
        assert "Allowed: from" in message
        says(lambda: check_parameters({name: float(value) if "." in value or "e" in value else value}), name)


def test_numbers_of_numpy_and_tuples_are_settings_too():
    given = {"months": np.int64(6), "leave_out": ("fee",), "key_share": np.float64(0.02), "seed": np.uint32(7)}
    assert (
        checked(given).model_dump().items() >= {"months": 6, "leave_out": ["fee"], "key_share": 0.02, "seed": 7}.items()
    )


def test_defaults_are_those_of_the_rooms():
    settings = Settings()
    assert settings.burn_in_days == panel.BURN_IN_DAYS
    assert tuple(settings.abc_shares) == segmentation.ABC_SHARES
    assert tuple(settings.xyz_shares) == segmentation.XYZ_SHARES
    assert (settings.xyz_min_months, settings.ahead) == (segmentation.XYZ_MIN_MONTHS, AHEAD)
    assert (settings.key_share, settings.breadwinner_share) == (segmentation.KEY_SHARE, segmentation.BREADWINNER_SHARE)
    assert settings.horizon_days == churn.HORIZON_DAYS


# Days


@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_what_is_no_day(day):
    says(lambda: as_day(day), "as_of is a day such as 2011-11-30, not", kind=GivenError)
    says(lambda: build_panel(FRAME, as_of=day), "as_of is a day such as 2011-11-30, not")


@pytest.mark.parametrize("day", ["2024-02-29", " 2024-02-29\n", END, dt.datetime(2024, 2, 29), pd.Timestamp(END)])
def test_what_is_a_day(day):
    assert as_day(day) == END and type(as_day(day)) is dt.date
    assert build_panel(FRAME, as_of=day).as_of == END


BOUGHT = panel.purchase_days(FRAME, as_of=END)
TAKE_A_DAY = {
    "build_panel": lambda book, day: build_panel(book, as_of=day),
    "purchase_days": lambda book, day: panel.purchase_days(book, as_of=day),
    "day_totals": lambda book, day: panel.day_totals(book, as_of=day),
    "line_facts": lambda book, day: panel.line_facts(book, as_of=END, start=day),
    "control_totals": lambda book, day: control_totals(book, as_of=day),
    "line_totals": lambda book, day: line_totals(book, as_of=day),
    "month_totals": lambda book, day: month_totals(book, as_of=day),
    "repeated_lines": lambda book, day: repeated_lines(book, as_of=day),
    "names": lambda book, day: book.names(day),
    "silences": lambda book, day: churn.silences(BOUGHT, as_of=day),
    "make_case": lambda book, day: churn.make_case(BOUGHT, as_of=day),
    "watch_list": lambda book, day: churn.risk.watch_list(BOUGHT, as_of=day),
    "outlook": lambda book, day: churn.outlook(BOUGHT, as_of=day),
    "histories": lambda book, day: churn.histories(BOUGHT, as_of=day),
    "homework": lambda book, day: churn.homework(BOUGHT, as_of=day),
    "past_origins": lambda book, day: churn.past_origins(BOUGHT, as_of=day),
    "open_run": lambda book, day: open_run(as_of=day),
    "make_report": lambda book, day: make_report(book, as_of=day),
    "plan_report": lambda book, day: plan_report(book, as_of=day, cache=None),
}


@pytest.mark.parametrize("call", TAKE_A_DAY.values(), ids=TAKE_A_DAY)
def test_all_that_take_a_day_read_it_the_same_way(tiny_book, call):
    says(lambda: call(tiny_book, "01/12/2024"), " is a day such as 2011-11-30, not '01/12/2024'")


THERE = 'Its lines run from 2024-01-10 to 2024-03-02: choose as_of accordingly, such as as_of="2024-03-02".'


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2023-12-31", f"no line of a known customer on or before 2023-12-31. {THERE}"),
        ("0001-01-01", "is no day of a ledger"),
        ("2204-02-29", f"more than five years after the ledger's last line. {THERE}"),
        ("9999-12-31", "is no day of a ledger"),
    ],
)
def test_a_day_lies_within_the_ledger(tiny_book, monkeypatch, day, words):
    says(lambda: build_panel(tiny_book, as_of=day), words)
    monkeypatch.setattr("kamlib.run.run.open_source", lambda source: tiny_book)
    says(lambda: open_run(book="tiny", as_of=day).panel, words)
    with pytest.raises(InputError, match="Nothing to report"):
        check_days(tiny_book, as_day(day), Settings(months=120))


def test_a_pause_of_a_ledger_is_within_it():
    lines = pd.concat([FRAME.assign(date=FRAME["date"] - pd.Timedelta(days=4000)), FRAME])
    assert build_panel(lines, as_of="2023-12-31").accounts["sales_cents"].tolist() == [0]


# Panels


def taking_panels():
    """Public functions of the rooms that take a panel, and the names by which they take it."""
    for room in ("ledger", "segmentation", "client_types", "churn", "summary"):
        module = importlib.import_module(f"kamlib.{room}")
        for name in module.__all__:
            function = getattr(module, name)
            if inspect.isfunction(function):
                given = inspect.signature(function).parameters
                wanted = [p for p, v in given.items() if p == "panel" or v.annotation == "Panel"]
                if wanted:
                    yield pytest.param(function, wanted, id=f"{room}.{name}")


@pytest.mark.parametrize(("function", "wanted"), list(taking_panels()))
@pytest.mark.parametrize("wrong", [FRAME, None, "sample", {"as_of": END}], ids=["frame", "none", "text", "dict"])
def test_a_room_refuses_what_is_no_panel(function, wanted, wrong):
    needed = [p for p, v in inspect.signature(function).parameters.items() if v.default is inspect.Parameter.empty]
    given = dict.fromkeys(needed) | dict.fromkeys(wanted, wrong)
    says(lambda: function(**given), "A panel is wanted, not", f"{function.__name__}(", "build_panel(book, as_of=")


# Parameters of notebooks

DECLARED = 'run: str = ""  # run folder\nmonths: int = 12  # window, months\nkey_share: float = 0.01  # share'


@pytest.mark.parametrize(
    ("injected", "values", "words"),
    [
        ("monhts = 6", {}, "no parameter 'monhts'. Did you mean months? Its parameters are: run, months, key_share"),
        ("key_shar = 0.02\n", {}, "Did you mean key_share?"),
        ("zzz = [1,\n 2]", {}, "no parameter 'zzz'. Its parameters are"),
        ("seed = 7", {"seed": 7}, "no parameter 'seed'"),  # a setting, of other notebooks
        ("months = 0", {"months": 0}, "Setting months cannot be 0"),
        ("key_share = 1e-300", {"key_share": 1e-300}, "Allowed: from 0.0001"),
        ("run = 5", {"run": 5}, "run is a text"),
    ],
)
def test_a_notebook_stops_at_a_wrong_parameter(injected, values, words):
    names = {
        "run": "",
        "months": 12,
        "key_share": 0.01,
        "period": "2024",
        "In": ["", DECLARED, f"# Parameters\n{injected}"],
    }
    says(lambda: check_parameters(names | values), words, kind=InputError)


def test_a_parameter_that_is_declared_and_is_no_setting():
    says(
        lambda: check_parameters({"mouths": 3, "In": ["mouths: int = 3  # of what"]}),
        "no setting. Did you mean months?",
    )


def test_a_notebook_that_was_mended_goes_on():
    """Cells that ran before stay in the history: the last of each sort counts, and other variables are none of them."""
    cells = ["mouths: int = 3  # of what", "# Parameters\nmonhts = 6", DECLARED, "# Parameters\nmonths = 6",
             "%time x = 1", "period: str = 'x'\nunit = 3"]  # fmt: skip
    check_parameters({"run": "", "months": 6, "key_share": 0.01, "period": 5, "monhts": 6, "In": cells})
    check_parameters({"months": 6, "as_of": "2024-02-29", "anything": 1})  # not in a notebook


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_notebook_checks_its_parameters_before_it_opens_the_run(path):
    cells = ["".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    (opening,) = [c for c in cells if "open_run(" in c]
    assert opening.startswith("check_parameters(globals())\njob = open_run(run, ")
    others = [c for c in cells[1 : cells.index(opening)] if "import " not in c]
    assert not others, "nothing but imports stands between the parameters and their check"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("monhts", "6"), "InputError: This notebook has no parameter 'monhts'. Did you mean months?"),
        (("months", "0"), "InputError: Setting months cannot be 0"),
    ],
)
def test_papermill_is_stopped(tmp_path, given, words):
    command = [sys.executable, "-m", "papermill", NOTEBOOKS / "template.ipynb", tmp_path / "out.ipynb", "-p", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and words in done.stderr


def test_a_book_opened_from_a_frame_goes_through_the_same_door():
    book = open_book({"ledger": FRAME.assign(amount=[5, 7])[["customer_id", "date", "amount"]]})
    assert build_panel(book, as_of="2024-02-29").accounts["sales_cents"].tolist() == [1200]
