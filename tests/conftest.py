"""What all tests share: where the shared cases lie, and which slow tests run."""

import os
from pathlib import Path
from uuid import uuid4

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


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of debug windows lie in a folder of the test's own, never in the developer's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / f"state-{uuid4().hex}"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked ``slow("needs …")`` with that reason, except in `make test-all`."""
    if os.environ.get("IKEDIAG_TEST_ALL"):
        return
    for item in items:
        marker = item.get_closest_marker("slow")
        if marker is not None:
            reason = marker.args[0] if marker.args else "takes minutes"
            item.add_marker(pytest.mark.skip(reason=f"{reason}; runs in `make test-all`"))
