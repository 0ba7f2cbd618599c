"""IKEv2 as tables (RFC 7296), in the states that the device's own state machine trace names.

Theory of operation. Two exchanges build a tunnel. IKE_SA_INIT (message id 0) agrees on algorithms and a Diffie-Hellman
secret; COOKIE and INVALID_KE_PAYLOAD answers only make the initiator send it again. IKE_AUTH (message id 1, more with
EAP) is encrypted: it proves both identities, and carries the first child SA. So a refusal after IKE_SA_INIT is about
the identity or about the child, and the IKE SA may be up although the child was refused. Later child SAs, and every
rekey, are CREATE_CHILD_SA exchanges under new message ids; INFORMATIONAL carries deletes, liveness checks and errors.

      initiator                                        responder
      IDLE ─ I_BLD_INIT ─ I_WAIT_INIT ──── 0 ────▶  IDLE ─ R_INIT ─ R_BLD_INIT
                          I_PROC_INIT ◀─── 0 ─────  R_WAIT_AUTH
      I_BLD_AUTH ─ I_WAIT_AUTH ─────────── 1 ────▶  R_VERIFY_AUTH ─ R_BLD_AUTH
                   I_PROC_AUTH ◀────────── 1 ─────
      AUTH_DONE ─ READY                             AUTH_DONE ─ READY
      CHILD_I_INIT ─ CHILD_I_WAIT ──────── n ────▶  CHILD_R_INIT ─ CHILD_R_BLD_MSG
      CHILD_I_PROC ─ CHILD_I_DONE ◀─────── n ─────  CHILD_R_DONE

States that no row names are observations: they are kept as where the negotiation stood, and change nothing else.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import Stage
from nornir_ikediag.model.sa import Role

Exchange = Literal["IKE_SA_INIT", "IKE_AUTH", "CREATE_CHILD_SA", "INFORMATIONAL", ""]


class StateRow(NamedTuple):
    """What a state's name (or the beginning of it) tells."""

    prefix: str
    exchange: Exchange
    stage: Stage
    role: Role


# The first row whose prefix fits decides.
STATES: tuple[StateRow, ...] = (
    StateRow("I_BLD_INIT", "IKE_SA_INIT", "phase1", "initiator"),
    StateRow("I_WAIT_INIT", "IKE_SA_INIT", "phase1", "initiator"),
    StateRow("I_PROC_INIT", "IKE_SA_INIT", "phase1", "initiator"),
    StateRow("I_BLD_EAP", "IKE_AUTH", "xauth", "initiator"),
    StateRow("I_WAIT_EAP", "IKE_AUTH", "xauth", "initiator"),
    StateRow("I_PROC_EAP", "IKE_AUTH", "xauth", "initiator"),
    StateRow("I_", "IKE_AUTH", "phase1", "initiator"),
    StateRow("R_INIT", "IKE_SA_INIT", "phase1", "responder"),
    StateRow("R_BLD_INIT", "IKE_SA_INIT", "phase1", "responder"),
    StateRow("R_PROC_EAP", "IKE_AUTH", "xauth", "responder"),
    StateRow("R_WAIT_EAP", "IKE_AUTH", "xauth", "responder"),
    StateRow("R_BLD_EAP", "IKE_AUTH", "xauth", "responder"),
    StateRow("R_", "IKE_AUTH", "phase1", "responder"),
    StateRow("AUTH_DONE", "IKE_AUTH", "phase2", "unknown"),
    StateRow("READY", "", "established", "unknown"),
    StateRow("CHILD_I_", "CREATE_CHILD_SA", "phase2", "initiator"),
    StateRow("CHILD_R_", "CREATE_CHILD_SA", "phase2", "responder"),
    StateRow("INFO_", "INFORMATIONAL", "unknown", "unknown"),
    StateRow("IDLE", "", "phase1", "unknown"),
    StateRow("DELETE", "", "unknown", "unknown"),
    StateRow("EXIT", "", "unknown", "unknown"),
)

CHILD_DONE = frozenset({"CHILD_I_DONE", "CHILD_R_DONE"})
ENDED = frozenset({"DELETE", "EXIT"})
# Events of the trace in AUTH_DONE that follow a child SA which both ends accepted.
CHILD_LOADED = frozenset({"EV_OK_RECD_LOAD_IPSEC", "EV_RECD_LOAD_IPSEC"})

# What ends an attempt that is not up yet.
FAILURES = frozenset(
    {
        EventKind.IKE_PROPOSALS_REFUSED, EventKind.IPSEC_PROPOSALS_REFUSED, EventKind.MODE_REFUSED,
        EventKind.TUNNEL_GROUP_MISSING, EventKind.PRE_SHARED_KEY_MISSING, EventKind.AUTH_METHOD_MISMATCH,
        EventKind.AUTH_FAILED, EventKind.CERTIFICATE_MISSING, EventKind.CERTIFICATE_INVALID, EventKind.ID_REFUSED,
        EventKind.SAME_IDENTITY, EventKind.XAUTH_REJECTED, EventKind.AAA_UNREACHABLE, EventKind.GROUP_LOCK,
        EventKind.LOGINS_EXCEEDED, EventKind.CLIENT_REFUSED, EventKind.ADDRESS_FAILED, EventKind.ADDRESS_POOL_MISSING,
        EventKind.CRYPTO_MAP_NOT_FOUND, EventKind.CRYPTO_MAP_NOT_BOUND, EventKind.CRYPTO_MAP_INCOMPLETE,
        EventKind.CRYPTO_MAP_PEER_MISMATCH, EventKind.CONNECTION_TYPE, EventKind.PROTOCOL_NOT_ALLOWED,
        EventKind.PFS_MISMATCH, EventKind.SELECTORS_REFUSED, EventKind.INITIATION_IMPOSSIBLE, EventKind.LIMIT_REACHED,
        EventKind.LICENCE_MISSING, EventKind.OUT_OF_MEMORY, EventKind.ADMISSION_REFUSED, EventKind.RETRIES_EXHAUSTED,
        EventKind.SESSION_TIMED_OUT, EventKind.NEGOTIATION_ABORTED, EventKind.REKEY_FAILED,
    }
)  # fmt: skip

# What ends an SA that is up; of an attempt that is not, it tells nothing new but that it is over.
ENDINGS = frozenset(
    {
        EventKind.TORN_DOWN, EventKind.IKE_TERMINATING, EventKind.DPD_TIMEOUT, EventKind.SAME_IDENTITY,
        EventKind.IDLE_TIMEOUT, EventKind.ADMINISTRATOR_CLEARED,
    }
)  # fmt: skip

# Refusals that only a child SA can meet (RFC 7296 section 2.9, 2.17).
ABOUT_CHILD = frozenset(
    {
        EventKind.IPSEC_PROPOSALS_REFUSED, EventKind.SELECTORS_REFUSED, EventKind.PFS_MISMATCH,
        EventKind.CRYPTO_MAP_NOT_FOUND, EventKind.CRYPTO_MAP_INCOMPLETE, EventKind.CRYPTO_MAP_PEER_MISMATCH,
        EventKind.CRYPTO_MAP_CHECK, EventKind.PROXY_RECEIVED, EventKind.PROXY_SENT, EventKind.CHILD_ESTABLISHED,
    }
)  # fmt: skip

# Notifies that refuse (RFC 7296 section 3.10.1), and whether it is the IKE SA (1) or the child (2) in IKE_AUTH.
REFUSING_NOTIFIES: dict[str, str] = {
    "NO_PROPOSAL_CHOSEN": "2",
    "TS_UNACCEPTABLE": "2",
    "SINGLE_PAIR_REQUIRED": "2",
    "NO_ADDITIONAL_SAS": "2",
    "INTERNAL_ADDRESS_FAILURE": "2",
    "FAILED_CP_REQUIRED": "2",
    "AUTHENTICATION_FAILED": "1",
    "INVALID_MAJOR_VERSION": "1",
    "INVALID_SYNTAX": "1",
    "UNSUPPORTED_CRITICAL_PAYLOAD": "1",
}


@lru_cache(maxsize=1024)
def state_row(state: str) -> StateRow | None:
    """What this state tells, or None where it is unknown."""
    return next((row for row in STATES if state.startswith(row.prefix)), None)
