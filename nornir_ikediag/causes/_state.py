"""What the state of a tunnel shows by itself, for the causes that are symptoms: where no cause explains them, they are
what there is to say."""

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import IkeSa
from nornir_ikediag.model.tunnel import Tunnel

ANY_SA = "the output of `show crypto isakmp sa` (`ikev1 sa`, `ikev2 sa`) and `show crypto ipsec sa`, read to its end"
CHILD_SA = "the output of `show crypto ipsec sa`, read to its end"
_PASSING_SECONDS = 30  # an exchange with three resends is over after 32 s


def is_expected_up(tunnel: Tunnel) -> bool:
    """Whether somebody said that this tunnel is to be up."""
    return tunnel.expectation == "up"


def is_expected_absent(tunnel: Tunnel) -> bool:
    """Whether somebody keeps a list of expected tunnels, and this is not among them."""
    return tunnel.expectation in ("absent", "unexpected", "down")


def age_seconds(sa: IkeSa) -> int | None:
    """How long the IKE SA has been there, or None where the output does not tell."""
    if sa.active_seconds is not None:
        return sa.active_seconds
    if sa.lifetime_seconds is None or sa.remaining_seconds is None:
        return None
    return max(0, sa.lifetime_seconds - sa.remaining_seconds)


def has_lasted(tunnel: Tunnel) -> bool:
    """Whether two reads of the same session show the same state, or the IKE SA is older than a passing moment."""
    if tunnel.before is not None and tunnel.before.state == tunnel.state:
        return True
    ages = [age for sa in tunnel.ike_sas if (age := age_seconds(sa)) is not None]
    return any(age > _PASSING_SECONDS for age in ages)


def sa_lines(tunnel: Tunnel) -> tuple[Evidence, ...]:
    """The lines of the tunnel's SAs, three at most."""
    return (*(sa.origin for sa in tunnel.ike_sas), *(child.origin for child in tunnel.child_sas))[:3]


def last_words(tunnel: Tunnel) -> tuple[Evidence, ...]:
    """What there is to show for a tunnel without SAs: its last attempt, its loose lines, or its configuration."""
    for negotiation in reversed(tunnel.negotiations):
        last = negotiation.events[-1] if negotiation.events else negotiation.origin
        return (last.origin,)
    if tunnel.events:
        return (tunnel.events[-1].origin,)
    entries = tunnel.configuration.crypto_maps if tunnel.configuration else ()
    return tuple(line for entry in entries for line in (_peer_line(entry.lines) or (entry.origin,)))[:2]


def absence(tunnel: Tunnel) -> tuple[Evidence, ...]:
    """The last lines of the outputs in which the peer is not to be found, those first that say so themselves."""
    read = [one for one in tunnel.device.sources if one.kind == "show" and one.complete and not one.refused]
    asked = [one for one in read if "sa" in (one.command or one.name).replace("-", " ").split()]
    lines = [one.last_line for one in asked if one.last_line]
    return tuple(sorted(lines, key=lambda line: not line.text.strip().startswith("There are no")))[:2]


def _peer_line(lines: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(line for line in lines if "set peer" in line.text or "tunnel destination" in line.text)
