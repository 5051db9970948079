"""Carries the vault's decisions into the key table: what the log says is erased is destroyed.

The decision is recorded first; whatever happens in between, this follows. The key table knows how
far it was carried, so an old copy of it is erased anew before anything is served. A ledger beside
the key-encryption key says the same once more, for when log and table are restored together.

What is not understood might be an erasure. When it stands in the stream of a custody or an opening,
it is about the pseudonyms of its subjects alone: their keys are not lent, and the checkpoint stays
before it, so that a process which understands it carries it. Of anything else nobody can say whom
it is about; then no key is lent at all.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from eventsourcing.utils import TopicError

from services.vault import refusals
from services.vault.domain import Custody, Opening
from services.vault.events import LegalHoldLifted, LegalHoldSet, PersonalDataErased
from services.vault.keyring import Keyring
from shared.domain import Event
from shared.embedded.files import PRIVATE_FILE, sync_folder
from shared.envelope import Envelope
from shared.errors import Broken
from shared.log import Log

BATCH_MAX = 500
POLL_SECONDS = 1.0
LEDGER_SUFFIX = ".erased"
KINDS = (Custody.KIND, Opening.KIND)
"""Of streams whose events are about the pseudonyms of their subjects alone."""

log = structlog.get_logger()


class Ledger:
    """Pseudonyms that were erased, one a line with the moment; only ever added to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, subject: UUID, at: datetime) -> None:
        """Note an erasure; on disk when this returns."""
        fresh = not self._path.exists()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, PRIVATE_FILE)
        try:
            os.write(descriptor, f"{subject} {at.isoformat()}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if fresh:
            sync_folder(self._path.parent)

    def all(self) -> Sequence[tuple[UUID, datetime]]:
        """Everything that was noted. A last line without its end was not finished: the log, which
        is carried on from before it, has it."""
        if not self._path.exists():
            return ()
        *lines, _ = self._path.read_text("utf-8").split("\n")
        try:
            return [
                (UUID(subject), datetime.fromisoformat(at)) for subject, at in map(str.split, lines)
            ]
        except ValueError:
            raise Broken(
                f"{self._path} is damaged; restore it, or delete the line that is not "
                "`<pseudonym> <moment>`"
            ) from None


class Eraser:
    """Follows the vault's log into the key table."""

    def __init__(self, decisions: Log, keys: Keyring, ledger: Ledger) -> None:
        self._decisions = decisions
        self._keys = keys
        self._ledger = ledger
        self._turn = asyncio.Lock()
        self._unread: dict[UUID, Envelope] = {}
        """Pseudonym → what was said of it first that is not understood here."""
        self._stands: int | None = None
        """Where the checkpoint was left, before the first that is not understood."""
        self._read = 0
        """How far the log was read beyond that."""

    async def begin(self) -> None:
        """Erase what the ledger and the log say, however old the key table is. Before serving."""
        for subject, at in await asyncio.to_thread(self._ledger.all):
            await self._keys.destroy(subject, at, "ledger", "replayed")
        await self.catch_up()

    async def run(self) -> None:
        """Follow until cancelled: also what another process decided is destroyed here."""
        while True:
            position = await self.catch_up()
            await self._decisions.changed(position, POLL_SECONDS)

    async def catch_up(self) -> int:
        """Carry everything that is decided; returns the position that was reached."""
        async with self._turn:
            position = reached = await self._reached()
            if self._stands is not None and reached >= self._stands:
                position = max(reached, self._read)
            while envelopes := await self._decisions.read(position, BATCH_MAX):
                for envelope in envelopes:
                    await self._take(envelope)
                position = self._read = envelopes[-1].position
                stands = position if self._stands is None else min(position, self._stands)
                if stands > reached:
                    await self._keys.carry(self._decisions.epoch, stands)
            return position

    def refuse_unread(self, subjects: Iterable[UUID]) -> None:
        """Raises `Retry` when something is said of one of them that is not understood here."""
        for subject in subjects:
            if envelope := self._unread.get(subject):
                raise refusals.not_understood(subject, envelope.topic, envelope.position)

    async def _reached(self) -> int:
        """From the beginning when the table was carried by another log, or past this one's end."""
        carried = await self._keys.carried()
        if carried is None or carried.epoch != self._decisions.epoch:
            return 0
        if carried.position > await self._decisions.head():
            log.warning("the vault's log is older than its keys; carried anew")
            return 0
        return carried.position

    async def _take(self, envelope: Envelope) -> None:
        try:
            event = envelope.event
        except (TopicError, ValueError) as error:
            self._set_aside(envelope, error)
            if self._stands is None:
                self._stands = envelope.position - 1
        else:
            await self._carry(envelope, event)

    def _set_aside(self, envelope: Envelope, error: Exception) -> None:
        """Raises `Broken` when it may be about anybody."""
        subjects = envelope.metadata.subjects
        books = [each.partition(":") for each in subjects if each.startswith(f"{Custody.KIND}:")]
        what = f"position {envelope.position} of the vault's log ({envelope.topic})"
        if not books or subjects[0] not in {f"{kind}:{envelope.stream}" for kind in KINDS}:
            raise Broken(
                f"{what} is not understood and may be the erasure of anybody: no key is lent. "
                "Update this process"
            ) from error
        for _, _, id in books:
            self._unread.setdefault(UUID(id), envelope)
        why = type(error).__name__  # What it says may quote the event.
        log.error("not understood; its pseudonyms are not opened", what=what, error=why)

    async def _carry(self, envelope: Envelope, event: Event) -> None:
        match event:
            case PersonalDataErased():
                by = f"{envelope.metadata.actor.agency}/{envelope.metadata.actor.user}"
                await asyncio.to_thread(self._ledger.add, event.subject_id, event.timestamp)
                await self._keys.destroy(event.subject_id, event.timestamp, by, event.reason)
            case LegalHoldSet():
                await self._keys.hold(event.subject_id, True)
            case LegalHoldLifted():
                await self._keys.hold(event.subject_id, event.still_held)
            case _:
                pass
