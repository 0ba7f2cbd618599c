"""The bar for long input counts what goes by: text, also of a file that is packed."""

import gzip
from pathlib import Path

import pytest

from nornir_ikediag.capture import Source
from nornir_ikediag.cli._reading import _size


@pytest.mark.parametrize(
    ("data", "size"),
    [
        pytest.param(b"a line\n" * 1000, 7000, id="plain"),
        pytest.param(gzip.compress(b"a line\n" * 1000), 7000, id="gzip"),
        pytest.param(b"", 0, id="empty"),
    ],
)
def test_the_size_is_that_of_the_text(tmp_path: Path, data: bytes, size: int) -> None:
    path = tmp_path / "asa.log"
    path.write_bytes(data)
    assert _size(Source(name="asa.log", path=path)) == size
    assert _size(Source(name="gone", path=tmp_path / "gone")) == 0
