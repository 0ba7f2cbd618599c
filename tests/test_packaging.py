"""The templates are found from a checkout, from an editable install and from a wheel built out of the sdist."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[1]
_ASK = "from nornir_ikediag._paths import templates; print(templates())"
_ASK_RUNS = "from nornir_ikediag.shows import layout_for; print(layout_for('show crypto ipsec sa').stem)"


def _python(code: str, *, path: Path | None = None, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def _templates(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.textfsm")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(_CHECKOUT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_found_in_a_checkout(tmp_path: Path) -> None:
    found = Path(_python(_ASK, path=_CHECKOUT, cwd=tmp_path))
    assert found == _CHECKOUT / "templates"
    assert "cisco_asa_crypto_ipsec_sa.textfsm" in _templates(found)


def test_found_in_an_editable_install(tmp_path: Path) -> None:
    assert Path(_python(_ASK, cwd=tmp_path)) == _CHECKOUT / "templates"


def test_found_in_a_wheel(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    found = Path(_python(_ASK, path=tmp_path, cwd=tmp_path))
    assert found == tmp_path / "nornir_ikediag" / "templates"
    assert _templates(found) == _templates(_CHECKOUT / "templates")
    assert _python(_ASK_RUNS, path=tmp_path, cwd=tmp_path) == "crypto_ipsec_sa"


def test_a_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    top_level = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert top_level == {"nornir_ikediag", "nornir_ikediag-0.1.0.dist-info"}
