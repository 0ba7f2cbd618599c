"""The page in a real browser: what the device said is text there, and nothing of it runs."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nornir_ikediag.intake import intake
from nornir_ikediag.pipeline import judge, report
from nornir_ikediag.report import render

pytestmark = pytest.mark.slow("needs a browser (chromium)")

_HOSTILE = (
    "Nov 24 03:14:00 [IKEv1]Group = <img src=x onerror=document.title='run'>, IP = 192.0.2.9, "
    "ERROR, had problems decrypting packet, probably due to mismatched pre-shared key.  Aborting\n"
    "Nov 24 03:14:00 [IKEv1]Group = 192.0.2.9, IP = 192.0.2.9, <script>document.title='run'</script>\n"
)


def _rendered(page: Path, profile: Path) -> str:
    """The document as the browser has it after it ran whatever it would run."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "chromium is not installed: `make test-all` needs it"
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        f"--user-data-dir={profile}",
        "--virtual-time-budget=2000",
        "--dump-dom",
        page.as_uri(),
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=100).stdout


@pytest.mark.parametrize("name", ["failed", "fleet", "hostile", "established"])
def test_a_telephone_shows_the_page_without_scrolling_sideways(tmp_path: Path, name: str) -> None:
    page = (Path(__file__).parent / f"{name}.html").read_text(encoding="utf-8")
    telephone = tmp_path / "telephone.html"
    beyond = "contentDocument.documentElement.scrollWidth - contentDocument.documentElement.clientWidth"
    telephone.write_text(
        f'<meta charset="utf-8"><title></title><iframe width="420" height="900" style="border: 0" '
        f'srcdoc="{html.escape(page)}" onload="document.title = {beyond}"></iframe>',
        encoding="utf-8",
    )
    assert re.findall(r"<title>(.*?)</title>", _rendered(telephone, tmp_path / "profile"))[0] == "0"


def test_the_finding_is_on_the_page_and_device_text_stays_text(tmp_path: Path) -> None:
    log = tmp_path / "debug.log"
    log.write_text(_HOSTILE)
    judged = report([judge(one) for one in intake([str(log)]).captures])
    page = tmp_path / "report.html"
    page.write_text(render(judged, "html"), encoding="utf-8")

    document = _rendered(page, tmp_path / "profile")

    title = re.search(r"<title>(.*?)</title>", document, re.DOTALL)
    assert title is not None
    assert title[1] != "run"
    assert "<img" not in document
    visible = html.unescape(re.sub(r"<[^>]+>", "", document))
    assert "pre-shared-key-mismatch" in visible
    assert "had problems decrypting packet, probably due to mismatched pre-shared key" in visible
