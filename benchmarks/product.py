"""The product as it is shipped: `liennganh up` in a process of its own, on a folder of its own."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from shared.auth import DevelopmentIssuer
from shared.embedded.folder import erase
from shared.embedded.postgres import SUPERUSER

READY_SECONDS = 120.0
STOP_SECONDS = 60.0
CATCH_UP_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.1
ISSUER = "UBND_TINH-P34-40"
LEAD = "CA_TINH-P34-40"
TASKS_PER_DIRECTIVE = 64


@dataclass
class Product:
    """A running one."""

    url: str
    pid: int
    ready_seconds: float
    """From starting the process to its `ready` line."""
    data: Path

    @property
    def port(self) -> int:
        """Of the front door."""
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def token(self, agency: str) -> str:
        """A bearer token of an agency."""
        return DevelopmentIssuer.open(self.data / "secrets").sign(agency, "clerk")

    async def tasks(self, number: int, count: int = TASKS_PER_DIRECTIVE) -> list[str]:
        """Issue a directive with so many tasks for one agency; the paths of their progress."""
        async with aiohttp.ClientSession() as http:
            answer = await self._post(http, ISSUER, "/v1/directives", _directive(number, count))
            id = answer["stream"].removeprefix("directive:")
            sent = {"channel": "truc_lien_thong"}
            await self._post(http, ISSUER, f"/v1/directives/{id}/dispatches", sent)
            ids = answer["tasks"].values()
            at = "/v1/directives/tasks"
            accepted = {"outcome": "accepted"}
            await asyncio.gather(
                *(self._post(http, LEAD, f"{at}/{each}/acknowledgements", accepted) for each in ids)
            )
        return [f"{at}/{each}/progress" for each in ids]

    async def caught_up(self) -> None:
        """Return when every follower has reached its log's head."""
        async with aiohttp.ClientSession() as http, asyncio.timeout(CATCH_UP_SECONDS):
            while True:
                async with http.get(f"{self.url}/v1/status") as response:
                    status = await response.json()
                if status["down"]:
                    raise RuntimeError(f"not everything runs: {status['down']}")
                if all(each["behind"] == 0 for each in status["followers"]):
                    return
                await asyncio.sleep(ASK_AGAIN_SECONDS)

    def database_url(self) -> str:
        """The embedded server's, read from where the product keeps its port and password."""
        port = json.loads((self.data / "servers.json").read_text("utf-8"))["ports"]["postgres"]
        password = (self.data / "secrets" / "postgres.password").read_text("utf-8").strip()
        return f"postgresql://{SUPERUSER}:{quote(password, safe='')}@127.0.0.1:{port}/postgres"

    def servers(self) -> dict[str, str]:
        """Settings with which a further process works on this one's servers."""
        secrets = self.data / "secrets"
        port = json.loads((self.data / "servers.json").read_text("utf-8"))["ports"]["nats"]
        kept = {
            "SERVICES_PASSWORD": "nats-services.password",
            "AUTH_PASSWORD": "nats-auth.password",
            "ISSUER_SEED": "nats-issuer.seed",
        }
        return {
            "LIENNGANH_DATABASE_URL": self.database_url(),
            "LIENNGANH_NATS_URL": f"nats://127.0.0.1:{port}",
            **{
                f"LIENNGANH_NATS_{name}": (secrets / file).read_text("utf-8").strip()
                for name, file in kept.items()
            },
        }

    async def _post(
        self, http: aiohttp.ClientSession, agency: str, path: str, body: dict[str, Any]
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token(agency)}"}
        async with http.post(self.url + path, json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
        if response.status >= 400:
            raise RuntimeError(f"POST {path}: {response.status} {answer}")
        return answer


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """An empty data folder, erased afterwards."""
    data = Path(tempfile.mkdtemp(prefix="liennganh-bench-"))
    try:
        yield data
    finally:
        await asyncio.to_thread(erase, data)


@asynccontextmanager
async def up(
    data: Path, *arguments: str, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Product]:
    """Started and ready when entered, stopped in order when left."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("liennganh")),
        *("up", "--data", str(data), "--http", "127.0.0.1:0", "--json", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **(settings or {})},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_SECONDS):
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError("the product did not start; try `liennganh up`")
        yield Product(json.loads(line)["http"], process.pid, time.monotonic() - begun, data)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()


def _directive(number: int, tasks: int) -> dict[str, Any]:
    return {
        "doc_type": "cong_van",
        "number": number,
        "notation": "UBND-NC",
        "issuer": ISSUER,
        "issue_date": "2025-07-01",
        "subject_vi": "Tăng cường phòng ngừa, đấu tranh với tội phạm mua bán người",
        "addressees": [{"agency": LEAD}],
        "tasks": [
            {
                "key": f"T{each + 1:02d}",
                "title_vi": "Rà soát địa bàn trọng điểm, lập danh sách tổ chức, cá nhân liên quan",
                "work_line": "prevention",
                "mode": "order",
                "lead": LEAD,
                "due": {"type": "date", "on": "2025-07-30"},
            }
            for each in range(tasks)
        ],
        "targets": [],
        "reports": [],
        "occurred_at": "2025-07-01T08:00:00+07:00",
    }
