"""The laws of the catalogue of causes. Each failure names the offending file."""

import csv
import inspect
from pathlib import Path

import pytest

from nornir_ikediag import causes
from nornir_ikediag.causes import SECTIONS, CauseModule, catalogue, sections_of

HERE = Path(__file__).parent
FOLDER = Path(inspect.getfile(causes)).parent
STEMS = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
MEMBERS = list(catalogue().values())

with (HERE / "causes.tsv").open(encoding="utf-8", newline="") as _stream:
    PUBLISHED = {row["cause"]: row for row in csv.DictReader(_stream, delimiter="\t", quoting=csv.QUOTE_NONE)}


def _file(member: CauseModule) -> str:
    return f"{member.id.replace('-', '_')}.py"


def test_the_catalogue_is_the_folder() -> None:
    assert sorted(catalogue()) == sorted(stem.replace("_", "-") for stem in STEMS)


def test_no_published_id_is_missing() -> None:
    assert sorted(set(PUBLISHED) - set(catalogue())) == []


@pytest.mark.parametrize("member", MEMBERS, ids=_file)
def test_family_and_severity_are_the_published_ones(member: CauseModule) -> None:
    if member.id in PUBLISHED:  # ids may be added, never renamed
        row = PUBLISHED[member.id]
        assert (member.cause.family, member.cause.severity) == (row["family"], row["severity"])


@pytest.mark.parametrize("member", MEMBERS, ids=_file)
def test_what_it_explains_exists_and_is_not_itself(member: CauseModule) -> None:
    assert sorted(set(member.cause.explains) - set(PUBLISHED) - set(catalogue())) == []
    assert member.id not in member.cause.explains


@pytest.mark.parametrize("member", MEMBERS, ids=_file)
def test_its_documentation_has_every_section(member: CauseModule) -> None:
    assert tuple(member.documentation) == SECTIONS
    assert all(member.documentation.values())
    assert member.references


@pytest.mark.parametrize("stem", STEMS)
def test_it_is_small(stem: str) -> None:
    assert len((FOLDER / f"{stem}.py").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("stem", STEMS)
def test_it_has_recordings_that_fire_and_a_near_miss(stem: str) -> None:
    cases = [case.name for case in (HERE / stem).glob("*") if case.is_dir()]
    assert any(name.startswith("fires-") for name in cases)
    assert any(name.startswith("silent-") for name in cases)


def test_every_folder_of_recordings_belongs_to_a_cause() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert sorted(folders - set(STEMS)) == []


def test_sections_are_split_at_their_titles() -> None:
    text = "A line.\n\nWhat you see\nsee\n\nWhat it means\nmeans\nmore\n\nReferences\n- one\n"
    assert sections_of(text) == {"What you see": "see", "What it means": "means\nmore", "References": "- one"}
