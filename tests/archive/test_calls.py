"""How often a network may call."""

from __future__ import annotations

from newsletter.archive.calls import Calls


def test_a_burst_then_one_at_a_time() -> None:
    now = [0.0]
    calls = Calls(interval=10, burst=3, most=2, clock=lambda: now[0])
    assert [calls.take("a") for _ in range(5)] == [True, True, True, False, False]
    assert calls.take("b")
    now[0] = 10
    assert [calls.take("a") for _ in range(2)] == [True, False]
    now[0] = 100
    assert [calls.take("a") for _ in range(4)] == [True, True, True, False]
    # No more networks are remembered than there is room for.
    calls.take("b")
    calls.take("c")
    assert [calls.take("a") for _ in range(3)] == [True, True, True]
