"""What programs cause to be mailed waits as rows; here a look at the outbox sends them first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import pytest


def _send() -> None:
    from subscribers import mailing  # Only once Django is set up.

    mailing.sweep()


class _Outbox(Sequence[Any]):
    def __init__(self, sent: list[Any]) -> None:
        self._sent = sent

    def __len__(self) -> int:
        _send()
        return len(self._sent)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        _send()
        return self._sent[index]


@pytest.fixture
def mailoutbox(mailoutbox: list[Any]) -> Sequence[Any]:
    """The mails sent so far, those that wait included."""
    return _Outbox(mailoutbox)
