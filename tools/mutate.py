"""Do the tests notice a small error? `make mutants`, or `python tools/mutate.py [kamlib/churn/homework.py ...]`.

One small change at a time is made to a module in a copy of the checkout, and its tests are run. A change that no test
notices has survived, and is listed. Which tests: those of the module by name (tests/test_<room>_<module>*.py, where a
package within the room counts as a module, and tests/test_<module>.py), those that import something of the module,
those of its room (tests/test_<room>*.py), and the examples in its docstrings. Of these the quickest, one
after the other, `BUDGET` seconds of them, chosen among four times as many; no acceptance tests, and none that takes
more than `SLOW` seconds. Where they take three times as long and ten seconds more, the change counts as noticed.

A place is an operator, a number, a return, a default or a min or max; one change is tried at each, drawn with a fixed
seed. Names, texts, type hints, what is raised and `__repr__` are left alone, and so is a line with the comment
`# mutant: same`, on which a change would change nothing; it says why.

A survivor is no failure: exit 1 means that a module could not be tried (its tests fail without a change), or that
nothing was tried.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEED, SLOW, BUDGET = 1, 4.0, 12.0
STOPPED = ("too slow to be run", "Query interrupted")  # the second is what DuckDB makes of the same signal
MOST_MODULES = 20
COMMITS = 20  # how far back a module counts as changed, where nothing is said
MODULES = """churn/homework.py churn/half_lost.py churn/events.py client_types/told.py client_types/worth.py money.py
    panel/build.py run/findings.py run/reconcile.py segmentation/abc.py segmentation/moved.py segmentation/rfm.py
    segmentation/windows.py segmentation/xyz.py stats/bridge.py stats/family.py stats/tail.py summary/sales.py
    summary/windows.py summary/years.py""".split()  # of kamlib, where git does not know what has changed
WARM = """babel.dates charset_normalizer duckdb filelock hypothesis jinja2 matplotlib.pyplot narwhals pandas
    pyarrow.parquet pydantic scipy.optimize scipy.stats seaborn sklearn.mixture statsmodels.api tomllib""".split()

COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
COMPUTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
CALLED = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}
LEFT_ALONE = {"annotation", "returns", "exc", "decorator_list"}  # fields of the syntax tree


@dataclass(frozen=True)
class Mutant:
    module: str
    line: int
    change: str
    source: str


def places(tree: ast.AST, same: set[int]):
    """Nodes that could be changed: where each stands (node above, field, index), and what could stand there."""
    for name, value in ast.iter_fields(tree):
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or name in LEFT_ALONE or getattr(node, "name", "") == "__repr__":
                continue
            if getattr(node, "lineno", 0) not in same and (changed := list(changes(node))):
                yield (tree, name, index), node, changed
            yield from places(node, same)


def changes(node: ast.AST):
    """Each small change of one node, as a node."""

    def but(**fields):
        other = copy.copy(node)
        other.__dict__.update(fields)
        return other

    match node:
        case ast.Compare(ops=[op, *rest]) if type(op) in COMPARED:
            yield but(ops=[COMPARED[type(op)](), *rest])
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            yield from (but(value=new) for new in {number + 1, number * 2, 0} - {number})
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op) if type(op) in COMPUTED:
            yield but(op=COMPUTED[type(op)]())
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield operand
        case ast.Return(value=ast.AST() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield but(value=ast.Constant(None))
        case ast.arguments(defaults=[_, *rest]):
            yield but(defaults=rest)
        case ast.arguments(kw_defaults=[*defaults]):
            yield from (but(kw_defaults=[*defaults[:i], None, *defaults[i + 1 :]]) for i, d in enumerate(defaults) if d)
        case ast.Call(func=ast.Name(id=name) as called) if name in CALLED:
            yield but(func=ast.Name(CALLED[name], called.ctx))
        case ast.Call(func=ast.Attribute(attr=name) as called) if name in CALLED:
            yield but(func=ast.Attribute(called.value, CALLED[name], called.ctx))


def put(place: tuple[ast.AST, str, int], node: ast.AST) -> None:
    above, name, index = place
    if isinstance(getattr(above, name), list):
        getattr(above, name)[index] = node
    else:
        setattr(above, name, node)


def mutants(module: str, number: int, draw: random.Random) -> list[Mutant]:
    """A change at each of at most `number` places of a module, in the order of lines."""
    text = (ROOT / module).read_text("utf-8")
    tree = ast.parse(text)
    same = {at for at, line in enumerate(text.splitlines(), 1) if "# mutant: same" in line}
    found = list(places(tree, same))
    made = []
    for place, node, changed in draw.sample(found, min(number, len(found))):
        other = draw.choice(changed)
        line = next(n.lineno for n in [node, *ast.walk(node), place[0]] if hasattr(n, "lineno"))
        put(place, ast.fix_missing_locations(ast.copy_location(other, node)))
        made.append(Mutant(module, line, f"{ast.unparse(node)} -> {ast.unparse(other)}", ast.unparse(tree)))
        put(place, node)
    return sorted(made, key=lambda m: m.line)


def tests_of(module: str) -> list[str]:
    """Files of tests that belong to a module, its own first, and those of its room."""
    room, *parts = Path(module).with_suffix("").parts[1:]
    tests = ROOT / "tests"
    own = {f for part in parts for f in tests.glob(f"test_{room}_{part}*.py")}
    own |= set(tests.glob(f"test_{Path(module).stem}.py"))
    own |= {f for f in tests.glob("test_*.py") if imports(f, module)}
    of_room = set(tests.glob(f"test_{room}*.py"))
    files = sorted(own | of_room, key=lambda f: (f not in own, f not in of_room, f))
    return [str(f.relative_to(ROOT)) for f in files]


def imports(test: Path, module: str) -> bool:
    """Whether a file of tests imports a module, or by its package something that the module defines."""
    dotted = ".".join(Path(module).with_suffix("").parts)
    names = {dotted.rpartition(".")[2], *defined(module)}
    for node in ast.walk(ast.parse(test.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not f"{dotted}.".startswith(f"{node.module}."):
            continue
        if node.module == dotted or names & {alias.name for alias in node.names}:
            return True
    return False


def defined(module: str) -> set[str]:
    body = ast.parse((ROOT / module).read_text("utf-8")).body
    return {n.name for n in body if hasattr(n, "name")} | {
        t.id for n in body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)
    }


class Watch:
    """Goes with pytest: chooses and orders tests, or times them all and stops those that take too long."""

    def __init__(self, chosen: list[str]):
        self.chosen, self.seconds, self.failed, self.slow = chosen, Counter(), set(), set()

    def pytest_collection_modifyitems(self, items):
        if self.chosen:
            by_name = {item.nodeid: item for item in items}
            items[:] = [by_name[name] for name in self.chosen if name in by_name]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        if not self.chosen and sum(self.seconds.values()) > 4 * BUDGET:
            item.session.shouldstop = "enough tests to choose from"
        signal.signal(signal.SIGALRM, lambda *_: pytest.fail(f"{STOPPED[0]} for each change"))
        signal.setitimer(signal.ITIMER_REAL, 0 if self.chosen else SLOW)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            stopped = any(words in str(report.longrepr) for words in STOPPED)
            (self.slow if stopped else self.failed).add(report.nodeid)


def run(place: Path, module: str, tests: list[str], chosen=(), limit: float = 600.0) -> tuple[int | None, dict]:
    """Exit code of pytest in a process of its own, None where it came to no end, and what was watched."""
    told = place / "watched.json"
    pid = os.fork()
    if not pid:
        os.setsid()
        _test(place, [module, *tests], Watch(list(chosen)), told)
    until, done, status = time.monotonic() + limit, 0, 0
    while not done and time.monotonic() < until:
        time.sleep(0.02)
        done, status = os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # also what the tests have started
    if not done:
        os.waitpid(pid, 0)
        return None, {}
    code = os.waitstatus_to_exitcode(status)
    return code, json.loads(told.read_text()) if told.exists() else {}


def _test(place: Path, paths: list[str], watch: Watch, told: Path) -> None:
    """In the child: nothing comes back from here."""
    code = 1
    try:
        told.unlink(missing_ok=True)
        os.chdir(place)
        os.environ |= {"PYTHONPATH": str(place), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        if watch.chosen:  # compiled modules are kept by the run before any change, and read again by those after it
            sys.dont_write_bytecode, os.environ["PYTHONDONTWRITEBYTECODE"] = True, "1"
        sys.path.insert(0, str(place))
        with (place / "pytest.log").open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        options = ["-q", "-p", "no:cacheprovider", "-m", "not acceptance", "-o", "addopts=", "--doctest-modules"]
        code = int(pytest.main([*options, *(["-x"] if watch.chosen else []), *paths], plugins=[watch]))
        told.write_text(json.dumps({"seconds": watch.seconds, "failed": [*watch.failed], "slow": [*watch.slow]}))
    finally:
        os._exit(code)


def try_module(module: str, number: int, until: float) -> dict:
    """Every drawn change of one module, in a copy of the checkout, a line of the table each; how many died."""
    drawn = mutants(module, number, random.Random(f"{SEED} {module}"))
    result = {"module": module, "drawn": len(drawn), "tried": 0, "killed": 0, "problem": ""}
    if time.monotonic() > until:
        return result
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        place, tests = Path(folder), tests_of(module)
        copy_checkout(place)
        (place / module).write_text(ast.unparse(ast.parse((ROOT / module).read_text("utf-8"))), "utf-8")
        _, watched = run(place, module, tests)
        if watched.get("failed", True) or not watched["seconds"]:
            log = (place / "pytest.log").read_text("utf-8", "replace")
            return result | {"problem": f"its tests fail without a change, or there are none:\n{log[-2000:]}"}
        chosen, seconds = [], 0.0
        for name, took in sorted(watched["seconds"].items(), key=lambda test: test[1]):
            if name not in watched["slow"] and seconds + took <= BUDGET:
                chosen, seconds = [*chosen, name], seconds + took
        for cached in (place / module).parent.glob(f"__pycache__/{Path(module).stem}.*"):
            cached.unlink()  # known by size and second only: it could be taken for a changed one
        for mutant in drawn:
            if time.monotonic() > until:
                break
            (place / module).write_text(mutant.source, "utf-8")
            code, _ = run(place, module, tests, chosen, limit=3 * seconds + 10)
            result["tried"] += 1
            result["killed"] += code != 0
            verdict = "killed  " if code else "SURVIVED" if code == 0 else "no end  "
            print(f"{module:<44} {mutant.line:>4}  {verdict}  {mutant.change}", flush=True)
    return result


def copy_checkout(place: Path) -> None:
    """The files that tests read: not the history, the environment, what was made or downloaded."""
    for path in ROOT.iterdir():
        if path.is_dir() and path.name != "reports" and not path.name.startswith("."):
            shutil.copytree(path, place / path.name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        elif path.is_file():
            shutil.copy(path, place / path.name)


def changed_modules(since: str | None) -> list[str]:
    """Modules of kamlib that differ from those of a commit; the fixed list where git does not know any."""
    command = ["git", "diff", "--name-only", "--diff-filter=d", since or f"HEAD~{COMMITS}", "--", "kamlib"]
    git = (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False) if shutil.which("git") else None
    )
    if since and (not git or git.returncode):
        sys.exit(f"git does not know what has changed since {since}")
    names = [name for name in git.stdout.split() if name.endswith(".py")] if git else []
    return names if names or since else [f"kamlib/{name}" for name in MODULES]


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("modules", nargs="*", help="kamlib/room/module.py; default: those changed since")
    parse.add_argument("--since", metavar="COMMIT", help=f"modules changed since (default: {COMMITS} commits ago)")
    parse.add_argument("--number", type=int, default=100, help="how many changes to try")
    parse.add_argument("--minutes", type=float, default=60, help="stop then, and say how many were tried")
    parse.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="modules at once")
    given = parse.parse_args()
    until = time.monotonic() + 60 * given.minutes
    shares = drawn_from(given.modules or changed_modules(given.since), given.number)
    for name in WARM:  # once, for all processes to come
        importlib.import_module(name)
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with ProcessPoolExecutor(given.jobs, mp_context=multiprocessing.get_context("fork")) as pool:
        results = list(pool.map(try_module, shares, shares.values(), [until] * len(shares)))
    sys.exit(summed(results))


def drawn_from(modules: list[str], number: int) -> dict[str, int]:
    """How many changes to try in which modules: in twenty at most, so that each is tried in earnest."""
    draw = random.Random(SEED)
    counts = {m: sum(1 for _ in places(ast.parse((ROOT / m).read_text("utf-8")), set())) for m in sorted(modules)}
    counts = {m: count for m, count in counts.items() if count}
    if len(counts) > MOST_MODULES:
        counts = {m: counts[m] for m in sorted(draw.sample(sorted(counts), MOST_MODULES))}
    every = [m for m, count in counts.items() for _ in range(count)]
    return Counter(draw.sample(every, min(number, len(every))))


def summed(results: list[dict]) -> int:
    """Prints the sums by module, and says what could not be tried."""
    print(f"\n| {'module':<44} | tried | killed | survived |\n|{'-' * 46}|------:|-------:|---------:|")
    rows = [(r["module"], r["tried"], r["killed"]) for r in results if r["tried"]]
    for name, tried, killed in [*rows, ("all", sum(r[1] for r in rows), sum(r[2] for r in rows))]:
        print(f"| {name:<44} | {tried:>5} | {killed:>6} | {tried - killed:>8} |")
    if left := sum(r["drawn"] - r["tried"] for r in results if not r["problem"]):
        print(f"\nTime was up: {left} further changes that were drawn have not been tried.")
    problems = [f"\n{r['module']} was not tried: {r['problem']}" for r in results if r["problem"]]
    print(*problems, sep="\n", end="")
    return int(bool(problems) or not rows)


if __name__ == "__main__":
    main()
