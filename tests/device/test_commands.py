"""What may be sent is a closed list; what must never be sent is proved not to be on it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.device.commands import allowed, closed_list

EXAMPLES = {"NAME": "outside_cryptomap-10", "ADDRESS": "192.0.2.1", "LEVEL": "127"}


def filled(entry: str) -> str:
    return " ".join(EXAMPLES.get(word, word) for word in entry.split(" "))


@pytest.mark.parametrize("entry", closed_list())
def test_what_is_on_the_list_may_be_sent(entry: str) -> None:
    assert allowed(filled(entry))


@pytest.mark.parametrize(
    "command",
    [
        "",
        "configure terminal",
        "conf t",
        "terminal width 511",
        "write memory",
        "copy running-config startup-config",
        "reload",
        "clear crypto isakmp sa",
        "clear crypto ipsec sa",
        "clear crypto ipsec sa peer 192.0.2.1",
        "clear configure all",
        "more system:running-config",
        "show running-config",
        "show running-config all",
        "show running-config crypto all",
        "show running-config access-list",
        "show startup-config",
        "show tech-support",
        "show crypto key mypubkey rsa",
        "debug menu ike 1",
        "debug crypto isakmp 0",
        "debug crypto isakmp 254",
        "debug crypto isakmp 255",
        "debug crypto ikev1 255",
        "debug crypto ikev2 protocol 254",
        "debug crypto ikev2 platform 255",
        "debug crypto ikev1 1270",
        "debug crypto ikev1 ١٢٧",
        "debug crypto ikev1",
        "debug all",
        "undebug all",
        "no debug all",
        "debug crypto condition reset",
        "ssh disconnect 0",
        "logging debug-trace",
        "no logging debug-trace",
        "packet-tracer input inside icmp 10.0.0.1 8 0 10.1.0.1",
        "show version\nconfigure terminal",
        "show version\n",
        "show version ",
        " show version",
        "SHOW VERSION",
        "show route 192.0.2.999",
        "show route 192.0.2.1 | redirect flash:x",
        "show route fe80::1%eth0",
        "show route ::ffff:192.0.2.1\x03",
        "show crypto ipsec sa peer gateway",
        "show logging | include .*",
        "show logging | include a",
        "show logging | include a.*b",
        "show logging | include user|reload",
        "show running-config access-list a\rreload",
        "show running-config access-list a b",
        "show running-config access-list ?",
        "show running-config access-list a|b",
        "show running-config access-list " + "a" * 129,
        "changeto context admin\x00",
        "changeto system",
    ],
)
def test_what_is_not_on_the_list_may_not(command: str) -> None:
    assert not allowed(command)


def test_no_entry_configures_clears_or_prints_everything() -> None:
    forbidden_first = {"clear", "configure", "conf", "write", "copy", "more", "reload", "ssh", "logging", "delete"}
    for entry in closed_list():
        words = entry.split(" ")
        assert words[0] not in forbidden_first, entry
        assert words[:2] != ["show", "running-config"] or len(words) > 2, entry
        assert words[0] in {"show", "debug", "no", "enable", "login", "exit", "terminal", "changeto"}, entry
        assert words[0] != "no" or words[1] == "debug", entry


def test_every_debug_has_its_end_on_the_list() -> None:
    for entry in closed_list():
        if entry.startswith("debug "):
            assert f"no {entry}".removesuffix(" LEVEL") in closed_list()


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(closed_list()), st.text(max_size=12), st.integers(min_value=0, max_value=60))
def test_nothing_can_be_smuggled_into_a_command(entry: str, injected: str, position: int) -> None:
    command = filled(entry)
    changed = command[:position] + injected + command[position:]
    if allowed(changed):
        assert changed.isprintable()
        assert not set(changed) & set("\r\n\x00?;\"'`\\")
        assert changed.count("|") == entry.count("|")
