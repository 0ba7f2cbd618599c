"""The generated pages say what the program says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

_DOCS = Path(__file__).resolve().parents[1] / "docs"


def _generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate", _DOCS / "generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["causes.md", "commands.md", "sent-to-devices.md", "exchanges.md"])
def test_page_is_current(name: str) -> None:
    written = (_DOCS / name).read_text(encoding="utf-8")
    assert written == _generator().PAGES[name](), f"docs/{name} has drifted: run `make docs`"


def test_the_list_of_generated_pages_is_whole() -> None:
    assert set(_generator().PAGES) == {"causes.md", "commands.md", "sent-to-devices.md", "exchanges.md"}
