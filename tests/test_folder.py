"""A report is replaced whole or not at all, whoever dies, waits or refuses in between."""

import json
import os
import shutil
import signal
import stat
import sys
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
    """Where a report stands already."""
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
    """What is beside the lock of the housekeeping."""
    return [p.name for p in (target.parent / RUNS).iterdir() if p.name != "lock"]


def refuse_exchange(monkeypatch):
    """As on a system that cannot let two folders change places."""
    monkeypatch.setattr(module, "exchange", lambda one, other: False)


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


def test_pages_of_somebody_else_are_not_replaced(tmp_path):
    site = tmp_path / "book" / "2024-06-30"
    site.mkdir(parents=True)
    (site / "index.html").write_text("my site")
    with pytest.raises(InputError, match="is there and is not a report"):
        make(site, "new")
    assert content(site) == {"index.html": b"my site"}


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


# A plain folder


def test_a_report_is_a_plain_folder(target):
    assert target.is_dir() and not target.is_symlink()
    assert (target.parent / RUNS).is_dir() and runs(target) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a call of Linux")
def test_two_folders_change_places_in_one_step(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert module.exchange(tmp_path / "one", tmp_path / "other")
    assert [p.name for p in tmp_path.glob("*/*")] == ["other", "one"] or (tmp_path / "one" / "other").exists()
    assert not module.exchange(tmp_path / "one", tmp_path / "nowhere")


def test_where_folders_cannot_change_places_one_is_moved_away(tmp_path, monkeypatch):
    refuse_exchange(monkeypatch)
    target = tmp_path / "book" / "2024-06-30"
    for text in ("first", "second"):
        make(target, text)
        assert is_whole(target, text)
        assert leftovers(target) == []


@pytest.mark.parametrize("can_exchange", [True, False])
def test_nothing_that_no_run_has_made_is_ever_deleted(target, monkeypatch, can_exchange):
    if not can_exchange:
        refuse_exchange(monkeypatch)
    mine = {"notes.txt": b"mine", "my/own/plan.xlsx": b"plan", "05_new.html": b"my page", ".hidden": b"h"}
    for name, text in mine.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(text)
    (target / "manifest.json").write_text(json.dumps({"files": dict.fromkeys(PAGES, "")}))
    with building(target) as folder:
        write(folder, "new")
        (folder / "05_new.html").write_text("a page of the new version")
    found = content(target)
    assert found.pop("05_new.html") == b"a page of the new version"
    mine["05_new.kept.html"] = mine.pop("05_new.html")
    assert {n: found.pop(n) for n in mine} == mine
    assert found == {page: b"new" for page in PAGES}
    assert leftovers(target) == []


def test_a_link_in_a_report_goes_over_and_what_it_leads_to_stays(target, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.doc").write_text("mine")
    (target / "mine").symlink_to(tmp_path / "thesis")
    make(target, "new")
    assert (target / "mine").is_symlink() and (target / "mine" / "thesis.doc").read_text() == "mine"


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_last_step_that_fails_brings_the_old_report_back(target, monkeypatch, can_exchange):
    if not can_exchange:
        refuse_exchange(monkeypatch)
    moved = Path.rename

    def refused(self, to):
        if self.parent.name == RUNS and to == target and not self.name.endswith(module.OLD):
            raise PermissionError(13, "The folder is open in another program")
        return moved(self, to)

    monkeypatch.setattr(Path, "rename", refused)
    if can_exchange:
        make(target, "new")  # nothing is moved there
        return
    with pytest.raises(RunError, match="open in another program"):
        make(target, "new")
    assert is_whole(target, "old")
    assert leftovers(target) == []


# Reports of the version before, which were links


@pytest.fixture
def linked(tmp_path):
    """Two reports as the version before published them: links to folders out of sight. Returns the second."""
    home = tmp_path / "book"
    for day in ("2024-05-31", "2024-06-30"):
        hidden = home / RUNS / f"{day}-0123abcd"
        hidden.mkdir(parents=True)
        write(hidden, day)
        (home / day).symlink_to(Path(RUNS) / hidden.name)
    return home / day


@pytest.mark.parametrize("can_exchange", [True, False])
def test_links_become_folders(linked, monkeypatch, can_exchange):
    if not can_exchange:
        refuse_exchange(monkeypatch)
    make(linked, "new")
    assert is_whole(linked, "new") and not linked.is_symlink()
    other = linked.with_name("2024-05-31")
    assert is_whole(other, other.name) and not other.is_symlink()
    assert leftovers(linked) == []


def test_a_link_that_was_moved_away_loses_nothing(linked, tmp_path):
    """Who moved a report of the version before has moved the link: its folder takes its place again."""
    linked.with_name("2024-05-31").rename(tmp_path / "archive")
    make(linked, "new")
    assert is_whole(linked.with_name("2024-05-31"), "2024-05-31")


# Moved, copied, packed


def test_a_report_that_was_moved_is_left_where_it_is(target, tmp_path):
    moved = target.rename(tmp_path / "archive")
    make(target, "new")
    assert is_whole(moved, "old") and is_whole(target, "new")


def test_copied_and_packed_reports_are_whole_without_the_rest(target, tmp_path):
    shutil.copytree(target, tmp_path / "copy", symlinks=True)
    shutil.unpack_archive(shutil.make_archive(f"{tmp_path / 'packed'}", "zip", target), tmp_path / "unpacked")
    make(target, "new")
    shutil.rmtree(target.parent)
    assert is_whole(tmp_path / "copy", "old") and is_whole(tmp_path / "unpacked", "old")


# Killed


def _die_at(step, target):
    """A run that is killed: before anything is written, within, or in the moment of the swap."""

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "swap":
        module.exchange = die
    if step.startswith("no exchange"):
        module.exchange = lambda one, other: False
        moved, until_death = Path.rename, 1 if step.endswith("moved") else 0
        moves = []

        def rename(self, to):
            if RUNS in (self.parent.name, to.parent.name):
                if len(moves) == until_death:
                    die()
                moves.append(to)
            return moved(self, to)

        Path.rename = rename
    if step == "retiring":
        module.shutil.rmtree = lambda path, **_: path.exists() and die()
    if step == "handing over":
        module._hand_over = die
    with building(target) as folder:
        if step == "beginning":
            die()
        (folder / "work").mkdir()
        (folder / "index.html").write_text("new")
        if step == "middle":
            die()
        write(folder, "new")
        (folder / "work").rmdir()
        if step == "whole":
            die()


STEPS = ("beginning", "middle", "whole", "swap", "no exchange", "no exchange, moved", "retiring", "handing over")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_run(target, step):
    (target / "notes.txt").write_text("mine")
    child = FORKS.Process(target=_die_at, args=(step, target))
    child.start()
    child.join(30)
    assert child.exitcode == -signal.SIGKILL
    published = step in ("retiring", "handing over")
    if step == "no exchange, moved":  # there is no report in this moment, and nothing is lost
        assert not target.exists()
    else:
        assert (target / "manifest.json").read_text() == ("new" if published else "old")
    with pytest.raises(ZeroDivisionError), building(target):
        raise ZeroDivisionError  # cleans, and does not publish
    assert (target / "notes.txt").read_text() == "mine"
    (target / "notes.txt").unlink()
    assert is_whole(target, "new" if published else "old")
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
    assert runs(target) == []


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


def _read(page, folder):
    with open(page, opener=lambda name, flags: os.open(name, flags, dir_fd=folder)) as file:
        return file.read()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a moment without a report")
def test_many_runs_at_once_do_not_mix(target):
    """Processes and threads publish at one place; who reads there always finds one of them, whole."""
    work = [FORKS.Process(target=_build_often, args=(target, f"p{i}", 15)) for i in range(3)]
    work += [threading.Thread(target=_build_often, args=(target, f"t{i}", 15)) for i in range(3)]
    for worker in work:
        worker.start()
    seen = set()

    def look():
        where = os.open(target, os.O_RDONLY)  # one of them, also if another replaces it meanwhile
        try:
            texts = {_read(page, where) for page in PAGES}
        except FileNotFoundError:
            assert os.fstat(where).st_ino != os.stat(target).st_ino, "the published report lost a page"
            return False
        finally:
            os.close(where)
        assert len(texts) == 1
        seen.update(texts)
        return not any(worker.is_alive() for worker in work)

    assert until(look)
    for worker in work:
        worker.join()
        assert getattr(worker, "exitcode", 0) == 0
    assert len(seen) > 3
    assert leftovers(target) == []
