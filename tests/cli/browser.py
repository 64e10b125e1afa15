"""A real web browser, driven through Chrome's DevTools protocol: https://chromedevtools.github.io/devtools-protocol/."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pyte

# the keys that are no characters: name, code of the key
KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "s": 83}
CONTROL = 2
# the kind of frame of a web socket (RFC 6455, section 5.2)
BINARY = 2


def installed_chromium() -> str:
    """A browser that is not there is installed, where that is possible."""
    names = ("chromium", "chromium-browser", "google-chrome")
    if not any(map(shutil.which, names)) and shutil.which("apt-get") and os.geteuid() == 0:
        for step in (["update"], ["install", "-y", "chromium"]):
            subprocess.run(["apt-get", "-qq", *step], check=False, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "this needs Chromium; on Debian: apt install chromium"
    return found


class Page:
    """A page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        # every address that the page has asked for
        self.asked: list[str] = []
        # what the visitor's program has drawn, from the same bytes as the page's own terminal has
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command, and its answer."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        told = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])
        elif message.get("method") == "Network.webSocketCreated":
            self.asked.append(told["url"])
            size = parse_qs(urlsplit(told["url"]).query)
            self._screen.resize(int(size["height"][0]), int(size["width"][0]))
        elif message.get("method") == "Network.webSocketFrameReceived" and told["response"]["opcode"] == BINARY:
            self._stream.feed(base64.b64decode(told["response"]["payloadData"]))

    @property
    def text(self) -> str:
        """What stands in the terminal of the page."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def see(self, *texts: str, seconds: float = 30) -> None:
        """Waits until all texts stand there."""
        try:
            async with asyncio.timeout(seconds):
                while not all(text in self.text for text in texts):
                    self._hear(await self._socket.receive_json())
        except TimeoutError:
            raise AssertionError(f"waited in vain for {texts}:\n{self.text}") from None

    async def type(self, text: str) -> None:
        """As a person types."""
        for character in text:
            if not character.isascii():
                # no key of a keyboard: an input method hands it on whole
                await self.call("Input.insertText", text=character)
                continue
            await self.call("Input.dispatchKeyEvent", type="keyDown", key=character, text=character)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    async def press(self, key: str, *, control: bool = False) -> None:
        """A key that is no character, or one with Ctrl."""
        held = {"modifiers": CONTROL} if control else {}
        parameters = {"key": key, "windowsVirtualKeyCode": KEYS[key], **held}
        await self.call("Input.dispatchKeyEvent", type="rawKeyDown", **parameters)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    async def screenshot(self, file: Path) -> None:
        """A picture of what a person sees."""
        shot = await self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))


@contextlib.asynccontextmanager
async def browser(folder: Path, address: str) -> AsyncIterator[Page]:
    """Opens an address in a headless Chromium with an empty profile."""
    program = await asyncio.create_subprocess_exec(
        installed_chromium(),
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        # of a proxy that a test has made itself
        "--ignore-certificate-errors",
        *("--window-size=1000,700", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = folder / "DevToolsActivePort"
        async with asyncio.timeout(120):
            while not (port.exists() and port.read_text().count("\n")):  # noqa: ASYNC110  another process sets no event
                await asyncio.sleep(0.05)
        host = f"http://127.0.0.1:{port.read_text().split()[0]}"
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{host}/json/list") as answer:
                (tab,) = [tab for tab in await answer.json() if tab["type"] == "page"]
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                await page.call("Network.enable")
                await page.call("Page.enable")
                # as a window in front of a person has it
                await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
                await page.call("Page.navigate", url=address)
                yield page
    finally:
        program.terminate()
        await program.wait()
