"""What all tests share: where the shared cases lie, and which slow tests run."""

import os
from pathlib import Path

import pytest

_DEFAULT_SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_folder() -> Path:
    """The folder of shared cases beside the checkout. Skips the test when it is absent."""
    folder = Path(os.environ.get("IKEDIAG_SHARED", _DEFAULT_SHARED))
    if not folder.is_dir():
        pytest.skip("the folder of shared cases is not beside this checkout")
    return folder


@pytest.fixture
def shared() -> Path:
    """As :func:`shared_folder`."""
    return shared_folder()
