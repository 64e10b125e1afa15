"""``phresh serve``: the same program in web browsers, one process for each visitor.

textual-serve runs the program and passes bytes between it and the page. The page and the routes are ours: the address
holds a key that nobody can guess, for whoever reaches the port is let in by nothing else, and nothing is loaded from
elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import ipaddress
import logging
import secrets
import shlex
import sys
from pathlib import Path
from string import Template

from aiohttp import web
from textual_serve.server import Server

from phresh_tui.cli.context import Context
from phresh_tui.cli.output import finish, note, write
from phresh_tui.market.errors import ConfigurationError

PAGE = Path(__file__).with_name("page.html")
FONT_SIZE = 16
# seconds in which the visitors' programs may end
SHUTDOWN_SECONDS = 5


async def serve(arguments: argparse.Namespace, context: Context) -> int:
    """Serves until it is stopped."""
    if not is_loopback(arguments.host) and not arguments.public:
        raise ConfigurationError(
            f"{arguments.host} can be reached by others, and whoever has the address comes in",
            "they act as whoever your configuration lets in; on the embedded PostgreSQL as any member they like",
            "Say --public if you mean it, and put TLS in front of it; or leave --host away",
        )
    handle = context.handle
    # held while it serves: no visitor waits for PostgreSQL to start, and what is wrong is told here
    async with context.prepared() as prepared:
        key = secrets.token_urlsafe(18)
        runner = web.AppRunner(application(command(handle), key), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, arguments.host, arguments.port)
            try:
                await site.start()
            except OSError as error:
                why = "the port is taken" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
                raise ConfigurationError(
                    f"{arguments.host} port {arguments.port} cannot be served", why, "Choose another --port or --host"
                ) from None
            if arguments.public:
                embedded = prepared.server is not None
                note("Warning: whoever has this address comes in" + (" as any member they like." if embedded else "."))
                note("Names, words and passwords go over the network as they are, unless TLS is in front of it.")
            write(f"http://{_bracketed(arguments.host)}:{runner.addresses[0][1]}/{key}/")
            finish()
            note("Open this address in a browser. Ctrl+C ends it.")
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
    return 0


def is_loopback(host: str) -> bool:
    """Whether nobody but this computer can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def command(handle: str | None) -> str:
    """What is run for each visitor, for a shell; in its own place, so that what ends the shell ends the program."""
    words = [sys.executable, "-m", "phresh_tui", *(["--as", handle] if handle else [])]
    return f"exec {shlex.join(words)}"


def application(run: str, key: str) -> web.Application:
    """The routes: a page and a socket below the key, and the page's own files.

    Args:
        run: the command of each visitor, for a shell.
        key: the first part of the path; everything else is not found.

    """
    server = Server(run)
    # what goes wrong with a visitor goes into the log, not over the terminal
    logging.getLogger("textual-serve").parent = logging.getLogger("phresh")

    async def page(_: web.Request) -> web.Response:
        text = Template(PAGE.read_text(encoding="utf-8")).substitute(font_size=FONT_SIZE)
        return web.Response(text=text, content_type="text/html", headers={"Referrer-Policy": "no-referrer"})

    routes = web.Application()
    routes.add_routes([
        web.get(f"/{key}/", page),
        web.get(f"/{key}/ws", server.handle_websocket),
        web.get("/download/{key}", server.handle_download),
        web.static("/static", Path(server.statics_path).resolve()),
    ])  # fmt: skip
    return routes


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
