"""What is painted goes to the terminal at once, whole and in order, however slow that is."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TextIO

import pytest

from phresh_tui.tui.terminal import MOST_BEHIND, Output

# more than a terminal takes before somebody reads
LONG = "".join(f"\x1b[{line};1Hline {line} – 窓\r\n" for line in range(20_000))


class Ends:
    """A terminal, and who reads it."""

    def __init__(self) -> None:
        self.reader, its = pty.openpty()
        # nothing that is written is changed on its way
        tty.setraw(its)
        self.file: TextIO = os.fdopen(its, "w", encoding="utf-8")

    def read(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            read += os.read(self.reader, 65536)
        return read


@pytest.fixture
def ends() -> Iterator[Ends]:
    ends = Ends()
    yield ends
    ends.file.close()
    os.close(ends.reader)


async def test_it_is_there_before_anything_else_runs(ends: Ends) -> None:
    output = Output(ends.file, asyncio.get_running_loop())
    output.write("three ")
    output.write("窓")
    assert ends.read(9).decode() == "three 窓"
    output.stop()


async def test_a_slow_terminal_gets_all_of_it_in_order_and_nobody_waits(ends: Ends) -> None:
    output = Output(ends.file, asyncio.get_running_loop())
    whole = LONG.encode()
    assert len(whole) < MOST_BEHIND
    output.write(LONG)
    output.write("the end")
    read = await asyncio.to_thread(ends.read, len(whole) + 7)
    assert read == whole + b"the end"
    output.write("and on")
    assert ends.read(6) == b"and on"
    output.stop()


async def test_where_a_terminal_cannot_be_watched_it_is_waited_for(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    def refuse(*_: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(loop, "add_writer", refuse)
    output = Output(ends.file, loop)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(ends.read, len(LONG.encode()))
        output.write(LONG)
        assert read.result() == LONG.encode()
    output.stop()


async def test_one_that_is_far_behind_is_waited_for(ends: Ends) -> None:
    output = Output(ends.file, asyncio.get_running_loop())
    times = 3 * MOST_BEHIND // len(LONG.encode())
    with ThreadPoolExecutor() as pool:
        read = pool.submit(ends.read, times * len(LONG.encode()))
        for _ in range(times):
            output.write(LONG)
        output.stop()
        assert read.result() == LONG.encode() * times


async def test_the_rest_is_written_before_it_ends(ends: Ends) -> None:
    output = Output(ends.file, asyncio.get_running_loop())
    output.write(LONG)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(ends.read, len(LONG.encode()))
        output.stop()
        assert read.result() == LONG.encode()
    output.write("nobody")
    output.stop()


async def test_whoever_has_the_terminal_besides_writes_as_ever(ends: Ends) -> None:
    output = Output(ends.file, asyncio.get_running_loop())
    assert os.get_blocking(ends.file.fileno())
    output.stop()
    print("as ever", file=ends.file, end="", flush=True)
    assert ends.read(7) == b"as ever"


async def test_a_terminal_that_is_gone_takes_nothing(ends: Ends) -> None:
    output = Output(ends.file, asyncio.get_running_loop())
    os.close(ends.reader)
    output.write(LONG)
    output.write("nobody")
    output.stop()
    ends.reader = os.open(os.devnull, os.O_RDONLY)


async def test_a_file_is_no_terminal() -> None:
    loop = asyncio.get_running_loop()
    reader, writer = os.pipe()
    with os.fdopen(reader), os.fdopen(writer, "w") as pipe, pytest.raises(OSError, match="ioctl"):
        Output(pipe, loop)
    with pytest.raises(io.UnsupportedOperation):
        Output(io.StringIO(), loop)
