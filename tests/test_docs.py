"""The generated pages say what the program says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from nornir_ikediag.intake import intake
from nornir_ikediag.pipeline import judge, report
from nornir_ikediag.report import Paper, render

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


def test_the_example_of_the_readme_is_what_the_program_prints() -> None:
    readme = (_DOCS.parent / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```text\n(.*?)```", readme, re.DOTALL)
    assert example is not None
    pasted = _DOCS.parent / "tests" / "causes" / "pre_shared_key_mismatch" / "fires-responder-cannot-decrypt"
    files = [str(pasted / name) for name in ("debug.log", "running-config.txt")]
    printed = render(report([judge(one) for one in intake(files).captures]), "text", Paper(width=100))
    block = printed.partition("\n\n")[0]
    assert example[1].splitlines() == [line.removeprefix(" ") for line in block.splitlines()]
