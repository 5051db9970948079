"""An aiohttp server that does nothing: what the product's front door is measured against.

python -m benchmarks.empty        prints its port, serves until its standard input is closed
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from shared.system import KEEPALIVE_SECONDS


async def nothing(_: web.Request) -> web.Response:
    """Answer at once."""
    return web.Response()


async def serve() -> None:
    """Serve until nobody holds our standard input any more."""
    app = web.Application()
    app.router.add_post("/v1/nothing", nothing)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEPALIVE_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


@asynccontextmanager
async def elsewhere() -> AsyncIterator[tuple[int, int]]:
    """Its port and its process id, while it runs in another process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.empty"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield int(await process.stdout.readline()), process.pid
    finally:
        process.stdin.close()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(serve())
