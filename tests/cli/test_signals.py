"""What a signal does at the different stages of a command."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from phresh_tui.cli.signals import NUMBERS, Interrupted, Signals


@pytest.fixture
def signals() -> Iterator[Signals]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    signals = Signals()
    signals.install()
    yield signals
    for number, handler in before.items():
        signal.signal(number, handler)


def test_before_the_event_loop_a_signal_raises_at_once(signals: Signals) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), signal.SIGHUP)
    assert signals.exit_code == 129


def test_the_first_signal_cancels_and_the_next_ones_leave_the_tidying_up_alone(signals: Signals) -> None:
    done = []

    async def command() -> int:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(os.getpid(), number)
                await asyncio.sleep(0)
                done.append(number)
        return 0

    with pytest.raises(asyncio.CancelledError):
        signals.run(command())
    assert len(done) == 3
    assert signals.exit_code == 143


def test_a_question_to_a_person_is_broken_off_at_once(signals: Signals) -> None:
    async def command() -> int:
        with signals.raising():
            os.kill(os.getpid(), signal.SIGINT)
        return 0

    with pytest.raises(Interrupted):
        signals.run(command())
    assert signals.exit_code == 130


def test_after_the_command_a_signal_changes_nothing_any_more(signals: Signals) -> None:
    async def command() -> int:
        return 7

    assert signals.run(command()) == 7
    os.kill(os.getpid(), signal.SIGTERM)
    assert signals.exit_code == 143
