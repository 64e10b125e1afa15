"""A TCP proxy in front of PostgreSQL that loses what it is told to lose, as a cut cable or a sleeping laptop does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self


class Proxy:
    """Passes bytes on, until it `swallow`s them or `cut`s the connections.

    Attributes:
        port: where it listens, on 127.0.0.1.
        connections: how many were accepted.
        delay: seconds that an answer takes longer than without it.

    """

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.connections = 0
        self.delay = 0.0
        self._server_port = server_port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._swallows_questions = False
        self._swallows_answers = False
        self._cut_at_answer_after: bytes | None = None
        self._hold_from: bytes | None = None
        self._flows = asyncio.Event()
        self._flows.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self, *, questions: bool = True, answers: bool = True) -> None:
        """From now on nothing comes through, and nobody is told; connections are still accepted."""
        self._swallows_questions = questions
        self._swallows_answers = answers

    def pass_on(self) -> None:
        """Everything comes through again; what was swallowed stays lost."""
        self._swallows_questions = self._swallows_answers = False

    def hold(self, words: bytes | None = None) -> None:
        """Holds the answers back until `let_go`, from now on or from the next question that has these words."""
        self._hold_from = words
        if words is None:
            self._flows.clear()

    @property
    def holds(self) -> bool:
        """Whether answers are held back now."""
        return not self._flows.is_set()

    def let_go(self) -> None:
        """Passes on the answers that were held back, and all others."""
        self._hold_from = None
        self._flows.set()

    def cut(self) -> None:
        """Resets every connection there is."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def lose_the_answer_to(self, words: bytes) -> None:
        """Passes on the next question that holds these words, and cuts the connection instead of its answer."""
        self._cut_at_answer_after = words

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        with suppress(OSError, asyncio.CancelledError):
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
            self._writers.add(to_server)
            asked = asyncio.Event()
            await asyncio.gather(
                self._questions(reader, to_server, asked), self._answers(from_server, writer, to_server, asked)
            )
        writer.transport.abort()

    async def _questions(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: asyncio.Event
    ) -> None:
        while block := await reader.read(65536):
            if self._swallows_questions:
                continue
            if self._cut_at_answer_after is not None and self._cut_at_answer_after in block:
                self._cut_at_answer_after = None
                asked.set()
            if self._hold_from is not None and self._hold_from in block:
                self.hold()
            writer.write(block)
        writer.transport.abort()

    async def _answers(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        to_server: asyncio.StreamWriter,
        asked: asyncio.Event,
    ) -> None:
        while block := await reader.read(65536):
            await self._flows.wait()
            if self.delay:
                await asyncio.sleep(self.delay)
            if asked.is_set():
                break
            if not self._swallows_answers:
                writer.write(block)
        writer.transport.abort()
        to_server.transport.abort()
