"""Every recording, read in full, equals what a person has looked at and kept beside it."""

import pytest

from tests.shows._recordings import UPDATE, Case, cases, plain


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_read_in_full(case: Case) -> None:
    reading = case.read()
    if UPDATE:
        case.update(reading)
    assert plain(reading) == Case(case.raw).expected
