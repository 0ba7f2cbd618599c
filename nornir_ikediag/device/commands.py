"""The closed list of what may be sent to a firewall, and the one gate that everything passes.

Nothing on the list changes the configuration, clears an SA, or prints a full configuration or anything with clear
keys. Debug levels end at 253: 254 decodes packets and 255 dumps them, credentials included. To extend the list is to
edit ``_LIST``; the documentation of command authorization (TACACS+) is made from it.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

DEBUG_LEVEL: Final = 127
HIGHEST_DEBUG_LEVEL: Final = 253
_LONGEST_COMMAND: Final = 200

# NAME takes a word of the user's or the device's, ADDRESS an IPv4 or IPv6 address, LEVEL a debug level. WORD is a name
# of three letters or more in which nothing repeats or branches as in a regular expression: it picks lines of the log.
_LIST: Final = (
    "enable",
    "login",
    "exit",
    "terminal pager 0",
    "changeto context NAME",
    "show curpriv",
    "show version",
    "show clock",
    "show context",
    "show failover",
    "show cluster info",
    "show cpu usage",
    "show debug",
    "show crypto debug-condition",
    "show ssh sessions",
    "show running-config logging",
    "show crypto isakmp sa detail",
    "show crypto ikev1 sa detail",
    "show crypto ikev2 sa detail",
    "show crypto ipsec sa",
    "show crypto ipsec sa peer ADDRESS",
    "show vpn-sessiondb detail l2l",
    "show running-config crypto",
    "show running-config tunnel-group",
    "show running-config group-policy",
    "show running-config ip local pool",
    "show running-config access-list NAME",
    "show running-config interface | include interface|nameif|shutdown|tunnel",  # without the keys of routing protocols
    "show route ADDRESS",
    "show interface ip brief",
    "show logging | include ADDRESS",
    "show logging | include WORD",
    "show crypto isakmp stats",
    "show crypto ikev1 stats",
    "show crypto ikev2 stats",
    "show crypto ipsec stats",
    "debug crypto condition peer ADDRESS",
    "no debug crypto condition peer ADDRESS",
    "debug crypto isakmp LEVEL",
    "debug crypto ikev1 LEVEL",
    "debug crypto ikev2 protocol LEVEL",
    "debug crypto ikev2 platform LEVEL",
    "no debug crypto isakmp",
    "no debug crypto ikev1",
    "no debug crypto ikev2 protocol",
    "no debug crypto ikev2 platform",
)


def allowed(command: str) -> bool:
    """Whether this very text, and nothing but it, may be sent."""
    return len(command) <= _LONGEST_COMMAND and any(_fits(pattern, command) for pattern in _PATTERNS)


def closed_list() -> tuple[str, ...]:
    """The list as a person reads it: NAME, WORD, ADDRESS and LEVEL stand for arguments."""
    return _LIST


def is_address(text: str) -> bool:
    """Whether this is an IPv4 or IPv6 address, without a zone."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_name(text: str) -> bool:
    """Whether this can stand as one word: no blank, no control character, nothing that the CLI takes for itself."""
    return bool(re.fullmatch(_NAME, text)) and text.isprintable()


def is_word(text: str) -> bool:
    """Whether this can pick lines of the log: a user, a tunnel-group."""
    return bool(re.fullmatch(_WORD, text))


def _level(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 1 <= int(text) <= HIGHEST_DEBUG_LEVEL


_NAME: Final = r"[^\s?|\"'`;\\]{1,128}"
_WORD: Final = r"[A-Za-z0-9][A-Za-z0-9_.@-]{2,63}"
_ARGUMENTS: Final[dict[str, tuple[str, Callable[[str], bool]]]] = {
    "NAME": (f"(?P<name>{_NAME})", is_name),
    "WORD": (f"(?P<word>{_WORD})", is_word),
    "ADDRESS": (r"(?P<address>[0-9A-Fa-f.:]{2,45})", is_address),
    "LEVEL": (r"(?P<level>[0-9]{1,3})", _level),
}


def _pattern(entry: str) -> re.Pattern[str]:
    words = (_ARGUMENTS[word][0] if word in _ARGUMENTS else re.escape(word) for word in entry.split(" "))
    return re.compile(" ".join(words))


_PATTERNS: Final = tuple(_pattern(entry) for entry in _LIST)


def _fits(pattern: re.Pattern[str], command: str) -> bool:
    match = pattern.fullmatch(command)
    return match is not None and all(_ARGUMENTS[kind.upper()][1](value) for kind, value in match.groupdict().items())
