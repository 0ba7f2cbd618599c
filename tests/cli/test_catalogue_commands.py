"""`causes`, `schema` and `lab ends` print what the catalogues hold."""

import json
import re
import subprocess
from collections.abc import Callable

import jsonschema

from nornir_ikediag.causes import catalogue
from nornir_ikediag.lab import scenarios

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_lists_every_cause_on_a_line(ikediag: Run) -> None:
    done = ikediag("causes")
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines()[1:-2]]
    assert listed == list(catalogue())


def test_prints_the_documentation_of_a_cause(ikediag: Run) -> None:
    done = ikediag("causes", "pre-shared-key-mismatch")
    assert done.returncode == 0
    for title, text in catalogue()["pre-shared-key-mismatch"].documentation.items():
        whole = re.sub(r"\n(?!-|\n)", " ", text)  # a paragraph is a line, and so is an item of a list
        assert f"\n{title}\n{whole}\n" in done.stdout


def test_offers_the_nearest_cause(ikediag: Run) -> None:
    done = ikediag("causes", "pre-shared-key-mismatsch")
    assert done.returncode == 3
    assert "Did you mean pre-shared-key-mismatch" in done.stderr


def test_prints_a_schema_that_is_one(ikediag: Run) -> None:
    done = ikediag("schema")
    assert (done.returncode, done.stderr) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))


def test_lists_every_end_of_the_lab(ikediag: Run) -> None:
    done = ikediag("lab", "ends")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == list(scenarios())
