"""Our own sentences are folded between words on a terminal, and left alone in a pipe."""

import io

import pytest

from nornir_ikediag.cli._terminal import fitted

_SENTENCE = "ikediag: The inventory has no host fw11. It has healthy-main-mode-initiator, ikev2-accepted-and-long."


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_whole_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert fitted(f"{_SENTENCE}\n\n  ikediag health\n", _Terminal()) == (
        "ikediag: The inventory has no host fw11. It has\n"
        "  healthy-main-mode-initiator, ikev2-accepted-and-long.\n"
        "\n"
        "  ikediag health\n"
    )


def test_what_one_would_copy_is_never_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    path = "/home/netops/ikediag-demo-abcdefgh/environment.sh-and-more"
    assert path in fitted(f"  source {path}", _Terminal())


def test_a_pipe_gets_whole_lines() -> None:
    assert fitted(_SENTENCE, io.StringIO()) == _SENTENCE
