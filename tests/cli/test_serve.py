"""`phresh serve`: the same program in a browser."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import os
import re
import shlex
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psutil
import pytest

from phresh_tui.cli.serve import PAGE, command, is_loopback
from tests.cli.browser import browser
from tests.cli.support import COMMAND, called, phresh


class Served:
    """A server that runs: its address, and its process."""

    def __init__(self, address: str, process: asyncio.subprocess.Process) -> None:
        self.address = address
        self.process = process
        self.place = address.rsplit("/", 2)[0]

    @property
    def visitors(self) -> list[psutil.Process]:
        """The programs of those who are there."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            # one that is just ending has no command line any more
            with contextlib.suppress(psutil.NoSuchProcess):
                if "phresh_tui" in child.cmdline():
                    found.append(child)
        return found

    async def until_visitors(self, number: int) -> None:
        async with asyncio.timeout(30):
            while len(self.visitors) != number:  # noqa: ASYNC110  other processes set no event
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[Served]:
    """Serves, on a port that is free, until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "serve", "--port", "0", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        address = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield Served(address, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 60)


async def test_what_others_can_reach_is_served_only_when_it_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.org"):
        assert not is_loopback(host)
        assert await called("serve", "--host", host) == 3
        shown = capsys.readouterr()
        assert "can be reached by others" in shown.err
        assert "--public" in shown.err
        assert not shown.out
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert await called("serve", "--port", "70000") == 2


def test_the_page_asks_nobody_else_and_the_command_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not re.search(r"https?://", PAGE.read_text(encoding="utf-8"))
    monkeypatch.setattr(sys, "executable", "/a folder/it's $HOME/python")
    assert shlex.split(command("ada")) == ["exec", sys.executable, "-m", "phresh_tui", "--as", "ada"]
    assert shlex.split(command(None))[-1] == "phresh_tui"


async def test_each_visitor_has_a_program_of_their_own_and_nobody_without_the_key_has_one(embedded: Path) -> None:
    (await phresh("member", "add", "vera")).ok()
    async with serving("--as", "vera") as served, aiohttp.ClientSession() as session:
        async with session.get(served.address) as page:
            assert page.status == 200
        socket = served.address.replace("http:", "ws:") + "ws"
        for wrong in (f"{served.place}/", f"{served.place}/ws", f"{served.address[:-2]}/ws"):
            async with session.get(wrong) as page:
                assert page.status == 404
        port = served.place.rsplit(":", 1)[1]
        assert await called("serve", "--port", port) == 3
        async with session.ws_connect(f"{socket}?width=80&height=24") as first:
            async with session.ws_connect(f"{socket}?width=80&height=24"):
                await served.until_visitors(2)
                drawn = b""
                async with asyncio.timeout(60):
                    while b"@vera" not in drawn:
                        drawn += await first.receive_bytes()
            await served.until_visitors(1)
        await served.until_visitors(0)
        served.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(served.process.wait(), 30) == 143


async def test_what_a_visitor_exports_goes_to_the_browser_and_not_to_this_disk(embedded: Path) -> None:
    (await phresh("member", "add", "wim")).ok()
    (await phresh("post", "--as", "wim", "--name", "Wash the windows – 窓", "--price", "20.50")).ok()
    before = sorted(Path.cwd().iterdir())
    async with serving("--as", "wim") as served, aiohttp.ClientSession() as session:
        socket = served.address.replace("http:", "ws:") + "ws"
        async with session.ws_connect(f"{socket}?width=80&height=24") as visitor, asyncio.timeout(60):
            drawn = b""

            async def see(text: bytes) -> None:
                nonlocal drawn
                while text not in drawn:
                    drawn += await visitor.receive_bytes()
                drawn = b""

            await see("Wash the windows – 窓".encode())
            await visitor.send_json(["stdin", "x"])
            await see(b"which your browser downloads")
            await visitor.send_json(["stdin", "\r"])
            message = await visitor.receive()
            while message.type is not aiohttp.WSMsgType.TEXT:
                message = await visitor.receive()
            kind, key = message.json()
            assert kind == "deliver_file_start"
            async with session.get(f"{served.place}/download/{key}") as file:
                assert "phresh-jobs.csv" in file.headers["Content-Disposition"]
                rows = list(csv.DictReader(io.StringIO(await file.text())))
    assert [(row["name"], row["price"]) for row in rows] == [("Wash the windows – 窓", "20.50")]
    assert sorted(Path.cwd().iterdir()) == before


@contextlib.asynccontextmanager
async def behind_tls(port: int, folder: Path) -> AsyncIterator[int]:
    """A proxy that ends TLS in front of a port, as nginx or Caddy would; gives its own port."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
    made = await asyncio.create_subprocess_exec(*command.split(), cwd=folder, stderr=subprocess.DEVNULL)
    assert await made.wait() == 0
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    async def pipe(source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                drain.write(chunk)
                await drain.drain()
        drain.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))

    server = await asyncio.start_server(connect, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.soak
@pytest.mark.xdist_group("apt")
async def test_a_proxy_with_tls_in_front_of_it_changes_nothing(embedded: Path, tmp_path: Path) -> None:
    (await phresh("member", "add", "tia")).ok()
    async with serving("--as", "tia") as served:
        port = served.place.rsplit(":", 1)[1]
        async with behind_tls(int(port), tmp_path) as outer:
            address = served.address.replace("http:", "https:").replace(port, str(outer))
            async with browser(tmp_path / "profile", address) as page:
                await page.see("@tia", "open jobs")
                assert f"wss://127.0.0.1:{outer}/" in " ".join(page.asked)


@pytest.mark.soak
@pytest.mark.xdist_group("apt")
async def test_a_person_signs_in_posts_and_claims_in_a_real_browser(embedded: Path, tmp_path: Path) -> None:
    (await phresh("member", "add", "ben")).ok()
    (await phresh("post", "--as", "ben", "--name", "Beat the carpets", "--price", "17.50")).ok()
    async with serving() as served, browser(tmp_path / "profile", served.address) as page:
        await page.see("Who are you?")
        await page.type("ada")
        await page.press("Enter")
        await page.see("@ada", "Beat the carpets")
        await page.type("n")
        await page.see("Price per hour")
        await page.type("Wash the windows – 窓 🪟")
        for _ in range(3):
            await page.press("Tab")
        await page.type("20,50")
        await page.see("= $20.50 per hour")
        await page.press("s", control=True)
        await page.see("is posted", "open jobs")
        await page.type("/")
        await page.type("carpets")
        await page.press("Enter")
        await page.see("1 open job")
        await page.type("c")
        await page.see("Claim “Beat the carpets”", "$17.50")
        picture = Path(os.environ.get("PICTURES", str(tmp_path))) / "browser.png"
        await page.screenshot(picture)
        await page.type("y")
        await page.see("claimed by you", "Undo claim")
        assert picture.stat().st_size > 10_000
        # nothing but the server itself was asked: no fonts, no scripts from elsewhere
        port = served.place.rsplit(":", 1)[1]
        assert {
            re.sub(r"^\w+://", "", address).split("/")[0]
            for address in page.asked
            if address.startswith(("http", "ws"))
        } == {f"127.0.0.1:{port}"}
    jobs = {job["name"]: job for job in (await phresh("mine", "--as", "ada", "--json")).ok().json["posted"]}
    assert jobs["Wash the windows – 窓 🪟"]["price"] == "20.50"
    (claimed,) = (await phresh("mine", "--as", "ada", "--json")).ok().json["claimed"]
    assert (claimed["name"], claimed["status"]) == ("Beat the carpets", "claimed")
