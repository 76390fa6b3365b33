"""A report is replaced whole or not at all, whoever dies, waits or refuses in between."""

import json
import os
import signal
import stat
import threading
from pathlib import Path

import pytest
from filelock import FileLock
from runs import FORKS, content, until

from kamlib.report.cache import turns
from kamlib.report.make import folder as module
from kamlib.report.make.folder import RUNS, building
from kamlib.run import InputError, RunError

PAGES = ("index.html", "manifest.json", "findings.json")


@pytest.fixture
def target(tmp_path):
    """Where a report stands already, made with links."""
    make(tmp_path / "book" / "2024-06-30", "old")
    return tmp_path / "book" / "2024-06-30"


def make(target, text):
    with building(target) as folder:
        write(folder, text)


def write(folder, text):
    for page in PAGES:
        (folder / page).write_text(text)


def is_whole(target, text):
    return content(target) == {page: text.encode() for page in PAGES}


def runs(target):
    return sorted(p.name for p in (target.parent / RUNS).iterdir() if p.is_dir())


def leftovers(target):
    """What is beside the published folder and the lock of the housekeeping."""
    return [
        p.name for p in (target.parent / RUNS).iterdir() if p.name not in ("lock", Path(os.path.realpath(target)).name)
    ]


def refuse_links(monkeypatch):
    def refused(*_, **__):
        raise OSError(1314, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)


def test_a_report_replaces_another(target):
    make(target, "new")
    assert is_whole(target, "new")
    assert leftovers(target) == []


def test_the_old_report_stands_until_the_new_one_is_whole(target):
    with building(target) as folder:
        write(folder, "new")
        assert is_whole(target, "old")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_goes_wrong_the_old_report_stands(target, error):
    with pytest.raises(error), building(target) as folder:
        write(folder, "new")
        raise error
    assert is_whole(target, "old")
    assert leftovers(target) == []


def test_a_full_disk_is_one_message(target):
    with pytest.raises(RunError, match=r"could not be written: .*No space left.* The previous one is untouched"):  # noqa: SIM117
        with building(target):
            raise OSError(28, "No space left on device")
    assert is_whole(target, "old")


def test_a_target_below_a_file(tmp_path):
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(RunError, match=r"cannot be written to .*2024-06-30: .* Choose another --out"):
        make(tmp_path / "reports" / "book" / "2024-06-30", "new")


def _build_as_nobody(target, answers):
    if os.geteuid() == 0:  # root may write anywhere
        os.setuid(65534)
    try:
        make(target, "new")
    except RunError as error:
        answers.put(str(error))
    else:
        answers.put("written")


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize("existing", [False, True])
def test_a_read_only_target(tmp_path_factory, existing):
    home = tmp_path_factory.mktemp("readonly")
    if existing:
        make(home / "2024-06-30", "old")
    above = [p for p in (home, *home.parents) if p.stat().st_uid == os.geteuid()]
    modes = {p: p.stat().st_mode for p in above}
    for path in above:  # nobody may look in, and not write
        path.chmod(path.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    for path in (home, home / RUNS):
        if path.exists():
            path.chmod(0o555)
    try:
        answers = FORKS.Queue()
        child = FORKS.Process(target=_build_as_nobody, args=(home / "2024-06-30", answers))
        child.start()
        answer = answers.get(timeout=30)
        child.join()
    finally:
        (home / RUNS).exists() and (home / RUNS).chmod(0o755)
        for path, mode in modes.items():
            path.chmod(mode)
    assert answer == f"The report cannot be written to {home / '2024-06-30'}: Permission denied. Choose another --out."
    assert not existing or is_whole(home / "2024-06-30", "old")


def test_a_folder_that_is_no_report_is_not_replaced(tmp_path):
    mine = tmp_path / "book" / "2024-06-30"
    mine.mkdir(parents=True)
    (mine / "thesis.doc").write_text("mine")
    with pytest.raises(InputError, match="is there and is not a report"):
        make(mine, "new")
    assert content(mine) == {"thesis.doc": b"mine"}


def test_another_book_of_the_same_name_is_refused(target):
    with building(target, origin={"source": "a", "content": "1"}) as folder:
        write(folder, "first")
    for same in ({"source": "a", "content": "2"}, {"source": "b", "content": "2"}):  # changed, then moved
        with building(target, origin=same) as folder:
            write(folder, "second")
    with pytest.raises(InputError, match=r"another source that is called book too.* --name"):  # noqa: SIM117
        with building(target, origin={"source": "c", "content": "3"}):
            raise AssertionError
    assert is_whole(target, "second")


def test_a_record_of_the_source_cut_short_is_forgotten(target):
    (target.parent / RUNS / "origin.json").write_text('{"sou')
    with building(target, origin={"source": "c"}) as folder:
        write(folder, "new")
    assert json.loads((target.parent / RUNS / "origin.json").read_text()) == {"source": "c"}


# Without links


def test_without_links_the_folder_is_moved_in(tmp_path, monkeypatch):
    refuse_links(monkeypatch)
    target = tmp_path / "book" / "2024-06-30"
    for text in ("first", "second"):
        make(target, text)
        assert is_whole(target, text)
        assert not target.is_symlink()
        assert leftovers(target) == []


def test_links_refused_from_now_on(target, monkeypatch):
    refuse_links(monkeypatch)
    make(target, "new")
    assert is_whole(target, "new")
    assert not target.is_symlink()
    assert leftovers(target) == []


def test_links_possible_from_now_on(tmp_path, monkeypatch):
    target = tmp_path / "book" / "2024-06-30"
    with monkeypatch.context() as without:
        refuse_links(without)
        make(target, "old")
    make(target, "new")
    assert is_whole(target, "new")
    assert target.is_symlink()
    assert leftovers(target) == []


@pytest.mark.parametrize("links", [True, False])
def test_a_last_step_that_fails_brings_the_old_report_back(tmp_path, monkeypatch, links):
    target = tmp_path / "book" / "2024-06-30"
    refuse_links(monkeypatch)
    make(target, "old")
    if links:
        monkeypatch.undo()

    def refused(*_):
        raise PermissionError(13, "The folder is open in another program")

    monkeypatch.setattr(module.os, "replace", refused)
    with pytest.raises(RunError, match="open in another program"):
        make(target, "new")
    assert is_whole(target, "old")
    assert leftovers(target) == []


# Killed


def _die_at(step, target):
    """A run that is killed: before anything is written, within, or in the moment of the swap."""

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    def refused(*_, **__):
        raise NotImplementedError

    if step in ("swap", "swap without links"):
        module.os.replace = die
    if step == "swap without links":
        Path.symlink_to = refused
    if step == "cleaning":
        module.shutil.rmtree = lambda path, **_: path.exists() and die()
    with building(target) as folder:
        if step == "beginning":
            die()
        (folder / "index.html").write_text("new")
        if step == "middle":
            die()
        write(folder, "new")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("step", ["beginning", "middle", "swap", "swap without links", "cleaning"])
@pytest.mark.parametrize("with_links", [True, False])
def test_a_killed_run(tmp_path, monkeypatch, step, with_links):
    target = tmp_path / "book" / "2024-06-30"
    with monkeypatch.context() as perhaps:
        if not with_links:
            refuse_links(perhaps)
        make(target, "old")
    child = FORKS.Process(target=_die_at, args=(step, target))
    child.start()
    child.join(30)
    assert child.exitcode == -signal.SIGKILL
    moved_away = step.startswith("swap") and (not with_links or "without" in step)
    if step == "cleaning":
        assert is_whole(target, "new")
    elif moved_away:  # there is no report in this moment, and nothing is lost
        assert not target.exists()
    else:
        assert is_whole(target, "old")
    with pytest.raises(ZeroDivisionError), building(target):
        raise ZeroDivisionError  # cleans, and does not publish
    assert is_whole(target, "new" if step == "cleaning" else "old")
    assert leftovers(target) == []


# At once


def test_a_run_that_lives_is_no_leftover(target):
    with building(target) as first:
        write(first, "first")
        make(target, "second")
        assert is_whole(first, "first")
        assert is_whole(target, "second")
    assert is_whole(target, "first")
    assert leftovers(target) == []


def test_runs_of_other_days_are_left_alone(target):
    other = target.with_name("2024-07-31")
    make(other, "other")
    make(target, "new")
    assert is_whole(target, "new")
    assert is_whole(other, "other")
    assert len(runs(target)) == 2


def test_what_is_not_ours_is_left_alone(target):
    for name in ("notes.txt", "mine-12345678x"):
        (target.parent / RUNS / name).write_text("mine")
    make(target, "new")
    assert {"notes.txt", "mine-12345678x"} <= set(os.listdir(target.parent / RUNS))


def test_a_run_waits_for_the_housekeeping_of_another(target, monkeypatch):
    lock = FileLock(target.parent / RUNS / "lock")
    monkeypatch.setattr(turns, "BUSY_SECONDS", 0.1)
    with lock, pytest.raises(RunError, match="cannot be written"):
        make(target, "new")
    monkeypatch.setattr(turns, "BUSY_SECONDS", 10)
    lock.acquire()
    thread = threading.Thread(target=make, args=(target, "new"))
    thread.start()
    thread.join(0.3)
    assert is_whole(target, "old")
    lock.release()
    thread.join()
    assert is_whole(target, "new")


def _build_often(target, who, times):
    for i in range(times):
        make(target, f"{who}.{i}" * 1000)


def test_many_runs_at_once_do_not_mix(target):
    """Processes and threads publish at one place; who reads there always finds one of them, whole."""
    work = [FORKS.Process(target=_build_often, args=(target, f"p{i}", 15)) for i in range(3)]
    work += [threading.Thread(target=_build_often, args=(target, f"t{i}", 15)) for i in range(3)]
    for worker in work:
        worker.start()
    seen = set()

    def look():
        where = Path(os.path.realpath(target))  # one of them, also if another replaces it meanwhile
        try:
            texts = {(where / page).read_text() for page in PAGES}
        except FileNotFoundError:
            assert where != Path(os.path.realpath(target)), "the published report lost a page"
            return False
        assert len(texts) == 1
        seen.update(texts)
        return not any(worker.is_alive() for worker in work)

    assert until(look)
    for worker in work:
        worker.join()
        assert getattr(worker, "exitcode", 0) == 0
    assert len(seen) > 3
    assert leftovers(target) == []
