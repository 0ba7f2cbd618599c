"""Three differences to the readers that people use today: both pairs of a rekey, unread lines, truncation."""

from ntc_templates.parse import parse_output

from tests.shows._recordings import Case, cases


def _case(name: str) -> Case:
    return next(case for case in cases("crypto_ipsec_sa") if case.raw.stem == name)


def _theirs(text: str) -> list[dict[str, str]]:
    return list(parse_output(platform="cisco_asa", command="show crypto ipsec sa", data=text))


def test_both_pairs_of_a_rekey() -> None:
    case = _case("rekey-two-pairs")
    (child,) = case.read().child_sas
    assert [(sa.direction, sa.spi, sa.rekeyed, sa.remaining_seconds) for sa in child.sas] == [
        ("inbound", "0x1e8246fc", True, 118),
        ("inbound", "0xea2b6b15", False, 28790),
        ("outbound", "0xdc15bf68", True, 118),
        ("outbound", "0xc4b9a77c", False, 28790),
    ]
    assert (child.spi_in, child.spi_out) == ("0xea2b6b15", "0xc4b9a77c")
    assert "EA2B6B15" not in "".join(row["inbound_spi_hex"] for row in _theirs(case.text))


def test_lines_that_nobody_reads() -> None:
    case = _case("unknown-line")
    facts = case.read().facts
    assert facts.unread == 1
    assert [(quoted.line, quoted.text.strip()) for quoted in facts.quoted] == [(35, "quantum keys: 3 of 7")]
    assert len(_theirs(case.text)) == 2  # and not a word of the line


def test_truncation() -> None:
    case = _case("cut-inside-an-sa")
    reading = case.read()
    assert not reading.facts.complete
    assert reading.facts.problem == "the output stops inside its last SA"
    assert [child.peer for child in reading.child_sas] == ["198.51.100.7", "203.0.113.9"]
    assert [row["current_peer"] for row in _theirs(case.text)] == [
        "198.51.100.7"
    ]  # the second tunnel is simply not there


def test_counters_that_only_detail_prints_are_kept_by_their_own_name() -> None:
    (child,) = _case("detail-counters").read().child_sas
    assert child.counters["pkts replay failed (rcv)"] == 7
    assert child.counters["pkts quantum misaligned (rcv)"] == 5
    assert child.counter_origins["pkts quantum misaligned (rcv)"].text == "      #pkts quantum misaligned (rcv): 5"
