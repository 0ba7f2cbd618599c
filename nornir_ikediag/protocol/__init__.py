"""IKE exchanges as literal tables under a theory of operation, and the replay of a log's events against them."""

from nornir_ikediag.protocol.replay import Replay

__all__ = ["Replay"]
