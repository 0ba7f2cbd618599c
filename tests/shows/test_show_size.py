"""A hub's output: memory within six times the text, and no more for each tunnel when there are more of them."""

from benchmarks._contest import peak_bytes
from benchmarks.show_crypto_ipsec_sa import TARGET_MEMORY, text
from nornir_ikediag import shows
from nornir_ikediag.capture import Source


def _times_the_text(tunnels: int) -> float:
    source = Source(name="hub", command="show crypto ipsec sa", text=text(tunnels))
    reading = shows.read(source)
    assert (len(reading.child_sas), reading.facts.unread, reading.facts.problem) == (tunnels, 0, None)
    del reading
    return 1 + peak_bytes(lambda: shows.read(source)) / len(source.text)


def test_memory_stays_within_six_times_the_text() -> None:
    few, many = _times_the_text(100), _times_the_text(1_000)
    assert many <= TARGET_MEMORY
    assert many <= few * 1.1
