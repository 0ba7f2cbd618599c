"""When a refused authentication means different pre-shared keys, and what both ends do about it."""

import re

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import notify_name, phase_of
from nornir_ikediag.causes._silence import uses_certificates
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Step

AUTHENTICATION_NOTIFIES = frozenset(
    {"PAYLOAD_MALFORMED", "INVALID_HASH_INFORMATION", "INVALID_HASH_INFO", "INVALID_HASH", "AUTHENTICATION_FAILED"}
)
_KEY_WORDS = re.compile(
    r"hash|pre-?shared|\bpsk|authenticate the IKE SA|IKE SA could not be authenticated|authentication data",
    re.IGNORECASE,
)


def blames_key(attempt: Negotiation, event: Event) -> bool:
    """Whether this reason of a failed attempt speaks of the pre-shared key rather than of something else."""
    if uses_certificates(attempt) or phase_of(attempt, event) == 2:
        return False
    if event.kind == EventKind.DECRYPT_FAILED:
        return attempt.ike_version == 1  # IKEv2 encrypts with Diffie-Hellman alone (RFC 7296 section 2.14)
    if event.kind == EventKind.NOTIFY_RECEIVED:
        return notify_name(event) in AUTHENTICATION_NOTIFIES
    return event.kind == EventKind.AUTH_FAILED and bool(_KEY_WORDS.search(event.get("reason") or event.origin.text))


def key_steps(tunnel: Tunnel, group: str = "") -> tuple[Step, ...]:
    """Look first; then the same key on both ends; then this tunnel alone afresh. ``group`` is one that a line names."""
    group = group or _steps.group_name(tunnel)
    see = "see which tunnel-group serves the peer and that it has a key (masked)"
    lines: tuple[tuple[str, str], ...]
    mode = f"tunnel-group {group} ipsec-attributes"
    if _steps.version_of(tunnel) == 2:
        lines = (
            ("ikev2 local-authentication pre-shared-key <key>", "our local key; it must equal the peer's remote key"),
            ("ikev2 remote-authentication pre-shared-key <key>", "the peer's key; it must equal the peer's local key"),
        )
    else:
        prefix = _steps.attribute_prefix(tunnel)
        lines = ((f"{prefix}pre-shared-key <key>", "the peer must enter the very same key, or the tunnel stays down"),)
    return (
        _steps.show_group(tunnel, see, group),
        _steps.show_ike_sa(tunnel),
        _steps.change(mode, "the tunnel-group whose key is entered again; agree on the key with the peer first"),
        *(_steps.change(command, why) for command, why in lines),
        _steps.reset(tunnel),
    )


def key_questions(tunnel: Tunnel) -> tuple[str, ...]:
    """What to mail to the peer's engineer."""
    crossed = ""
    if _steps.version_of(tunnel) == 2:
        crossed = " With IKEv2 your local key is our remote key and the other way round."
    return (
        f"Please enter the pre-shared key for our address again, exactly as agreed on a separate channel.{crossed}",
        "Does your log show that our first encrypted message cannot be decrypted, or that the hash is wrong?",
    )
