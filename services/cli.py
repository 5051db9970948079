"""`liennganh …`: one entry, no second logic. Every verb has `--help` and `--json`."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from shared.errors import LiennganhError
from shared.reference import RegisterError

BY_HAND = "yêu cầu từ dòng lệnh / asked for on the command line"
"""The reason where none is given."""

app = typer.Typer(
    name="liennganh",
    help="Liên ngành 138: điều phối liên ngành phòng, chống mua bán người "
    "(inter-agency coordination backbone).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder of the embedded servers.")]
Http = Annotated[str, typer.Option("--http", help="HOST:PORT of the front door; port 0 is free.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON line for machines.")]
Token = Annotated[
    str,
    typer.Option(
        "--token",
        envvar="LIENNGANH_TOKEN",
        help="Bearer token; without it a development token of the --data folder.",
    ),
]
Projection = Annotated[str, typer.Argument(help="<service>.<name>, as in `parked`.")]
Stream = Annotated[str, typer.Argument(help="Id of the parked stream.")]
Source = Annotated[str, typer.Option("--source", help="Whose stream, when there are several.")]
Reason = Annotated[str, typer.Option("--reason", help="Kept with the decision.")]
Services = Annotated[str, typer.Option("--services", help="Only these, separated by commas.")]


@app.command()
def up(data: Data = None, http: Http = "", services: Services = "", as_json: Json = False) -> None:
    """Start what is needed, migrate, serve; print one `ready` line. Ctrl-C drains."""
    from services.operate import serve

    _run(serve(_config(data, http), services, as_json=as_json))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the summary.")] = False,
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """Start everything and play the five real directives through the public doors."""
    from services.demo.play import play

    _run(play(_config(data, http), once=once, as_json=as_json))


@app.command()
def token(
    agency: Annotated[str, typer.Option("--agency", help="Agency type code, e.g. CA_TINH.")],
    area: Annotated[str, typer.Option("--area", help="Area key, e.g. P34-40 or VN.")],
    role: Annotated[list[str] | None, typer.Option("--role", help="May be repeated.")] = None,
    user: Annotated[str, typer.Option("--user", help="The officer's account.")] = "officer",
    purpose: Annotated[str, typer.Option("--purpose", help="Why the data is used.")] = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A development token for that actor (12 hours)."""
    from services.operate import make_token

    made = make_token(_config(data, ""), f"{agency}-{area}", user, tuple(role or ()), purpose)
    _say(json.dumps({"token": made}) if as_json else made)


@app.command()
def migrate(data: Data = None, as_json: Json = False) -> None:
    """Make or update the tables of all services; nothing is served."""
    from services.operate import migrate_all

    _run(migrate_all(_config(data, ""), as_json=as_json))


@app.command()
def status(http: Http = "", as_json: Json = False) -> None:
    """How far everything is in a running system, and what is down or parked.

    Exit code 1 when something is down or a parked stream needs an operator's decision.
    """
    from services.remote import show_status

    _run(show_status(_config(None, http), as_json=as_json))


@app.command()
def replay(
    subject: Annotated[str, typer.Argument(help="<kind>:<id>, e.g. directive:0f3c…")],
    as_of: Annotated[str, typer.Option("--as-of", help="What had happened by then.")] = "",
    known_at: Annotated[str, typer.Option("--known-at", help="What was known by then.")] = "",
    token: Token = "",
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """Print the timeline of one thing and its state at a moment, from a running system."""
    from services.remote import show_replay

    _run(
        show_replay(
            _config(data, http),
            subject,
            {"as_of": as_of, "known_at": known_at},
            token,
            as_json=as_json,
        )
    )


@app.command()
def parked(
    projection: Annotated[str, typer.Argument(help="Only of this read model.")] = "",
    token: Token = "",
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """List streams that cannot go on in a read model, why, and what to do."""
    from services.remote import show_parked

    _run(show_parked(_config(data, http), projection, token, as_json=as_json))


@app.command()
def retry(
    projection: Annotated[str, typer.Argument(help="<service>.<name>; empty with --cause.")] = "",
    stream: Annotated[str, typer.Argument(help="One stream; else all of them.")] = "",
    source: Source = "",
    cause: Annotated[str, typer.Option("--cause", help="All that is parked for this.")] = "",
    reason: Reason = "",
    token: Token = "",
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """Try parked streams at once. A quarantine is lifted only where its stream is named."""
    asked = {"projection": projection, "stream": stream, "source": source, "cause": cause}
    _decide("retry", {**asked, "reason": reason}, token, data, http, as_json)


@app.command()
def skip(
    projection: Projection,
    stream: Stream,
    position: Annotated[int, typer.Option("--position", help="Of the event that is parked.")],
    reason: Reason,
    source: Source = "",
    token: Token = "",
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """Never take one event into one read model, so that the rest of its stream goes on."""
    asked = {"projection": projection, "stream": stream, "source": source, "reason": reason}
    _decide("skip", {**asked, "position": position}, token, data, http, as_json)


@app.command()
def quarantine(
    projection: Projection,
    stream: Stream,
    reason: Reason,
    source: Source = "",
    token: Token = "",
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """Do not try a parked stream any more until somebody asks; its events keep waiting."""
    asked = {"projection": projection, "stream": stream, "source": source, "reason": reason}
    _decide("quarantine", asked, token, data, http, as_json)


@app.command()
def rebuild(
    projection: Projection,
    accept: Annotated[bool, typer.Option("--accept", help="Also if it differs.")] = False,
    token: Token = "",
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """Make a read model anew beside the live one, compare, and switch when they are equal.

    Exit code 1 when they differ, and then nothing is changed.
    """
    from services.remote import rebuild as ask_for_rebuild

    config = _config(data, http)
    _run(ask_for_rebuild(config, projection, token, accept=accept, as_json=as_json))


@app.command(name="rebuild-stream")
def rebuild_stream(
    service: Annotated[str, typer.Argument(help="A service with a log, or `feeds`.")],
    reason: Reason = BY_HAND,
    token: Token = "",
    data: Data = None,
    http: Http = "",
    as_json: Json = False,
) -> None:
    """Delete a stream of NATS and copy it anew from its log. Readers drop what they have."""
    from services.remote import rebuild_stream as ask_for_stream

    _run(ask_for_stream(_config(data, http), service, reason, token, as_json=as_json))


@app.command()
def contracts(
    folder: Annotated[Path, typer.Option("--to", help="Folder to write to.")] = Path(
        "docs/contracts"
    ),
    as_json: Json = False,
) -> None:
    """Write OpenAPI, AsyncAPI, the JSON Schema of every event, and the coverage page."""
    from services.coverage import write_coverage
    from services.registry import SERVICES
    from shared.contracts import write_contracts

    made = [*write_contracts(SERVICES, folder), write_coverage(SERVICES, folder)]
    written = [str(path) for path in made]
    _say(json.dumps({"written": written}) if as_json else "\n".join(written))


def main() -> None:
    """The console script. Errors of ours end in one line with the remedy and exit code 1."""
    try:
        app()
    except (LiennganhError, RegisterError) as error:
        _say(f"liennganh: {error}", file=sys.stderr)
        sys.exit(1)


def _decide(
    verb: str, asked: dict[str, Any], token: str, data: Path | None, http: str, as_json: bool
) -> None:
    from services.remote import decide

    _run(decide(_config(data, http), verb, asked, token, as_json=as_json))


def _config(data: Path | None, http: str) -> Any:
    from shared.config import read_config

    overrides: dict[str, object] = {}
    if data is not None:
        overrides["data"] = data
    if http:
        host, _, port = http.rpartition(":")
        overrides |= {"http_host": host or "127.0.0.1", "http_port": port}
    return read_config(**overrides)


def _run(work: Coroutine[Any, Any, int]) -> None:
    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = 0
    if code:
        sys.exit(code)


def _say(text: str, file: Any = None) -> None:
    print(text, file=file or sys.stdout, flush=True)
