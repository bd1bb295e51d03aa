"""A stored pack is the pack that its files make, or it is not used; nothing that stands in its place does harm."""

import hashlib
import os
import pickle
import shutil
from pathlib import Path

import pytest

from psoas_rules import Recommender, check_pack, load_pack, storing, yaml_reader
from psoas_rules.errors import PackError

SMALL = Path(__file__).parent / "small_pack"
posix = pytest.mark.skipif(os.name == "nt", reason="these rights are those of POSIX")


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty store."""
    where = tmp_path / "store"
    monkeypatch.setenv(storing.VARIABLE, str(where))
    return where


@pytest.fixture
def folder(tmp_path):
    """A pack that a test may change."""
    return Path(shutil.copytree(SMALL, tmp_path / "pack"))


@pytest.fixture
def no_reading(monkeypatch):
    """From here on, reading YAML fails."""

    def start():
        monkeypatch.setattr(yaml_reader, "read_yaml", None)

    return start


def only_file(store):
    (file,) = store.iterdir()
    return file


def with_payload(payload):
    """A file as the store writes it, with this inside."""
    return storing._HEAD + hashlib.sha256(payload).digest() + payload


def test_a_stored_pack_is_the_pack_and_needs_no_reading(store, folder, no_reading):
    first = load_pack(folder)
    no_reading()
    again = load_pack(folder)

    assert again == first
    assert again is not first
    assert Recommender(again)._presenter._stamp == Recommender(first)._presenter._stamp
    assert check_pack(folder) == ()


@pytest.mark.usefixtures("store")
def test_the_whole_pack_with_its_programmes_is_read_back(no_reading):
    first = load_pack()
    no_reading()

    assert load_pack() == first
    assert first.programme is not None
    assert first.progress


def test_a_changed_file_is_never_answered_from_the_store(store, folder):
    load_pack(folder)
    file = folder / "pack.yaml"
    file.write_text(file.read_text().replace("version: ", "version: 9"))

    assert load_pack(folder).info.version.startswith("9")
    assert len(list(store.iterdir())) == 2


def test_another_release_reads_the_files_itself(store, folder, no_reading, monkeypatch):
    load_pack(folder)
    monkeypatch.setattr(storing, "_code", "another")
    no_reading()

    with pytest.raises(TypeError):
        load_pack(folder)


ABOVE = (
    *("casebook", "checking", "cli", "cohort", "comparing", "contrasting", "counterfactuals", "covering", "drawing"),
    *("graphing", "handout", "interviewing", "justifying", "mutating", "outcomes", "posing", "possibilities"),
    *("programme", "proving", "reasons"),
)
"""Packages that nothing which makes a pack imports, by contract: they read packs, and never make one."""


def test_the_code_that_counts_is_all_that_makes_a_pack():
    """A change of any module makes another key, but for the tools that stand above the recommender."""
    names = {name for name, _ in storing._sources(storing.files("psoas_rules"), "")}
    package = Path(storing.__file__).parent
    files = [file.relative_to(package) for file in package.rglob("*.py")]

    assert names == {str(file) for file in files if file.parts[0] not in ABOVE}


def test_a_pack_with_problems_is_not_stored(store, folder):
    (folder / "signs.yaml").write_text("signs: 5\n")

    for _ in range(2):
        with pytest.raises(PackError):
            load_pack(folder)
    assert not store.exists()


class Harm:
    """Pickles as a call."""

    def __reduce__(self):
        return (os.mkdir, ("harmed",))


def odd(file):
    content = file.read_bytes()
    yield b""
    yield content[:50]
    yield content[: len(content) // 2]
    yield content[:-1] + bytes([content[-1] ^ 1])
    yield b"x" + content[1:]
    yield with_payload(b"no pickle")
    yield with_payload(pickle.dumps(5))
    yield with_payload(pickle.dumps(Harm()))
    yield content.replace(b"small", b"smelt")


def test_whatever_stands_in_its_place_is_replaced_and_never_run(store, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expected = load_pack(folder)
    whole = only_file(store).read_bytes()
    (tmp_path / "elsewhere").write_bytes(whole)

    for content in odd(tmp_path / "elsewhere"):
        file = only_file(store)
        file.write_bytes(content)
        assert storing.stored(expected.digest) in (None, expected)
        assert load_pack(folder) == expected
    assert not (tmp_path / "harmed").exists()


def test_the_pack_of_other_files_in_its_place_is_not_used(store, folder):
    expected = load_pack(folder)
    file = only_file(store)
    other = load_pack()
    file.write_bytes(with_payload(pickle.dumps(other)))

    assert storing.stored(expected.digest) is None
    assert load_pack(folder) == expected


@posix
@pytest.mark.parametrize("rights", [0o666, 0o620])
def test_what_others_could_have_written_is_not_used(store, folder, rights, no_reading):
    load_pack(folder)
    only_file(store).chmod(rights)
    no_reading()

    with pytest.raises(TypeError):
        load_pack(folder)


@posix
def test_a_folder_that_others_can_write_to_is_not_used(store, folder):
    store.mkdir()
    store.chmod(0o777)
    load_pack(folder)

    assert not list(store.iterdir())


@posix
def test_what_is_stored_is_for_the_user_alone(store, folder):
    load_pack(folder)

    assert store.stat().st_mode & 0o077 == 0
    assert only_file(store).stat().st_mode & 0o077 == 0


def test_a_store_that_cannot_be_made_does_no_harm(tmp_path, folder, monkeypatch):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("\0")):
        monkeypatch.setattr(storing, "folder", lambda place=place: place)

        assert load_pack(folder) == load_pack(folder)


def test_a_disk_that_is_full_does_no_harm(store, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(storing.Path, "replace", full)

    load_pack(folder)
    assert not list(store.iterdir())


def test_it_can_be_switched_off(store, folder, monkeypatch):
    monkeypatch.setenv(storing.VARIABLE, "off")
    load_pack(folder)

    assert storing.folder() is None
    assert not store.exists()


def test_without_a_home_nothing_is_stored(monkeypatch):
    for name in (storing.VARIABLE, "XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)

    def homeless(_):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(storing.Path, "expanduser", homeless)

    assert storing.folder() is None


def test_only_the_newest_packs_stay(store, folder):
    file = folder / "pack.yaml"
    text = file.read_text()
    for number in range(12):
        file.write_text(f"{text}# {number}\n")
        load_pack(folder)

    assert len(list(store.iterdir())) == storing._MOST_STORED


def test_files_of_other_programs_are_left_alone(store, folder):
    store.mkdir(mode=0o700)
    others = [store / f"{number:040x}.pack" for number in range(20)]
    for other in others:
        other.write_bytes(b"not ours")
    load_pack(folder)

    assert all(other.exists() for other in others)


def test_what_a_killed_process_left_half_written_goes(store, folder):
    store.mkdir(mode=0o700)
    half = store / "new-abc"
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    load_pack(folder)

    assert not half.exists()


def test_an_interrupt_while_storing_goes_through(store, folder, monkeypatch):
    real = Path.replace

    def interrupted(path, target):
        real(path, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)

    with pytest.raises(KeyboardInterrupt):
        load_pack(folder)
