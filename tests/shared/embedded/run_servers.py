"""Runs embedded servers until it is killed; says where they are in one line of JSON."""

import asyncio
import json
import sys
from pathlib import Path

from shared.embedded.servers import EmbeddedServers


async def main(data: Path) -> None:
    async with EmbeddedServers(data) as servers:
        facts = {
            "database_url": servers.database_url,
            "nats_url": servers.nats_url,
            "pids": servers.pids,
        }
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
