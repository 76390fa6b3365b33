"""What is kept is what was put there, or it is not there at all, whoever writes, reads, dies or damages meanwhile."""

import json
import os
import threading

import pytest
from runs import FORKS, content

from kamlib.report.cache.entries import ENTRY, GONE, NEW, Cache

KEY = "k" * 64


@pytest.fixture
def files(tmp_path):
    """Two files to keep, by name."""
    (tmp_path / "a").write_bytes(b"one" * 1000)
    (tmp_path / "b").write_bytes(b"")
    return {"frames/a.parquet": tmp_path / "a", "b": tmp_path / "b"}


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def kept(files):
    return {name: path.read_bytes() for name, path in files.items()}


@pytest.mark.parametrize("link", [False, True])
def test_what_is_kept_comes_back(cache, files, tmp_path, link):
    assert cache.fetch("notebook", KEY, tmp_path / "to") is None
    assert cache.store("notebook", KEY, files, {"n": 3})
    assert cache.fetch("notebook", KEY, tmp_path / "to", link=link) == {"n": 3}
    assert content(tmp_path / "to") == kept(files)
    assert cache.facts("notebook", KEY) == {"n": 3}
    assert cache.facts("panel", KEY) is None


def test_no_cache_and_no_key(files, tmp_path):
    for cache, key in ((Cache(None), KEY), (Cache(tmp_path / "cache"), "")):
        assert not cache.store("notebook", key, files)
        assert cache.fetch("notebook", key, tmp_path / "to") is None
        assert cache.facts("notebook", key) is None
    cache = Cache(None)
    cache.prune()
    with cache.space() as space:
        assert space is None


def _cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path):
    path.write_bytes(path.read_bytes().replace(b"o", b"O", 1))


def _other_file(path):
    entry = json.loads(path.read_text())
    path.write_text(json.dumps(entry | {"files": {"../evil": "0" * 64}}))


DAMAGE = {
    "a file cut short": ("frames/a.parquet", _cut),
    "a byte changed": ("frames/a.parquet", _flip),
    "a file gone": ("b", os.unlink),
    "its list cut short": (ENTRY, _cut),
    "its list changed": (ENTRY, _flip),
    "its list leads elsewhere": (ENTRY, _other_file),
    "its list gone": (ENTRY, os.unlink),
    "its list empty": (ENTRY, lambda path: path.write_text("")),
    "its list of another form": (ENTRY, lambda path: path.write_text("[]")),
}


@pytest.mark.parametrize(("name", "damage"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_no_entry(cache, files, tmp_path, name, damage):
    cache.store("notebook", KEY, files)
    damage(cache.folder / f"notebook-{KEY}" / name)
    assert cache.fetch("notebook", KEY, tmp_path / "to") is None
    assert content(tmp_path / "to") == {}
    assert cache.store("notebook", KEY, files)
    assert cache.fetch("notebook", KEY, tmp_path / "to") == {}
    assert content(tmp_path / "to") == kept(files)


def test_an_entry_under_another_key_is_not_trusted(cache, files, tmp_path):
    cache.store("notebook", KEY, files)
    other = KEY.replace("k", "x")
    (cache.folder / f"notebook-{KEY}").rename(cache.folder / f"notebook-{other}")
    assert cache.fetch("notebook", other, tmp_path / "to") is None


def test_what_is_used_longest_ago_goes_first(cache, files, tmp_path, monkeypatch):
    for i, key in enumerate("abc"):
        cache.store("notebook", key * 64, files)
        os.utime(cache.folder / f"notebook-{key * 64}" / ENTRY, (i, i))
    cache.fetch("notebook", "a" * 64, tmp_path / "to")
    monkeypatch.setenv("KAMLIB_CACHE_GB", str(8e3 / 1e9))
    cache.prune()
    assert [cache.facts("notebook", k * 64) is not None for k in "abc"] == [True, False, True]


def test_what_does_not_fit_is_not_kept(cache, files, monkeypatch):
    monkeypatch.setenv("KAMLIB_CACHE_GB", str(1e3 / 1e9))
    assert not cache.store("notebook", KEY, files)
    assert content(cache.folder) == {}


def test_leftovers_are_removed(cache, files):
    cache.store("notebook", KEY, files)
    for name, old in ((f"{NEW}1", True), (f"{NEW}2", False), (f"{GONE}3", False)):
        (cache.folder / name).mkdir()
        if old:
            os.utime(cache.folder / name, (0, 0))
    cache.prune()
    assert sorted(os.listdir(cache.folder)) == [f"{NEW}2", f"notebook-{KEY}"]


def test_a_place_that_cannot_be_written(tmp_path, files):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    assert not cache.store("notebook", KEY, files)
    assert cache.fetch("notebook", KEY, tmp_path / "to") is None
    cache.prune()


def _store_often(folder, who, times):
    cache = Cache(folder / "cache")
    for i in range(times):
        file = folder / f"{who}"
        file.write_text(f"{who}.{i} " * 500)
        cache.store("notebook", KEY, {"a": file, "b": file}, {"says": f"{who}.{i} "})
        cache.prune()


def test_runs_at_once_share_it(tmp_path):
    """Processes and threads put and drop one entry; who takes it has one of them, whole, or none."""
    (tmp_path / "cache").mkdir()
    work = [FORKS.Process(target=_store_often, args=(tmp_path, f"p{i}", 30)) for i in range(2)]
    work += [threading.Thread(target=_store_often, args=(tmp_path, f"t{i}", 30)) for i in range(2)]
    for worker in work:
        worker.start()
    taken = 0
    cache = Cache(tmp_path / "cache")
    while any(worker.is_alive() for worker in work):
        facts = cache.fetch("notebook", KEY, tmp_path / f"to{taken}")
        if facts:
            assert content(tmp_path / f"to{taken}") == {n: (facts["says"] * 500).encode() for n in "ab"}
            taken += 1
    for worker in work:
        worker.join()
        assert getattr(worker, "exitcode", 0) == 0
    assert taken > 3
