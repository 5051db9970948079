"""Opening and erasing: what needs the keys besides the book of the pseudonym."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import orjson

from services.vault import refusals
from services.vault.domain import Custody, Opening, refuse_unless_now
from services.vault.erasing import Eraser
from services.vault.events import (
    ErasePersonalData,
    Ground,
    LiftLegalHold,
    OpenField,
    RefuseErasure,
    SetLegalHold,
)
from services.vault.files import file_of
from services.vault.grants import Grants, Seal, is_recorder
from services.vault.keyring import Keyring
from shared.actor import Act
from shared.context import Context, Receipt
from shared.envelope import Envelope
from shared.errors import Retry
from shared.log import Log
from shared.sealed import Ciphertext
from shared.sealing import DataKey, Place, unseal


@dataclass(frozen=True, slots=True)
class Opened:
    """The keys, once everything that was erased is destroyed."""

    keys: Keyring
    eraser: Eraser


@dataclass
class Vault:
    """What the vault's commands work with; to all others it is where keys for sealing come from."""

    grants: Grants
    logs: Callable[[], Mapping[str, Log]]
    """The logs of this process, by service."""
    opened: Opened | None = None
    """None while its database is away."""

    @property
    def eraser(self) -> Eraser:
        """Raises `Retry` while the vault is closed."""
        return self._open().eraser

    @property
    def keys(self) -> Keyring:
        """Raises `Retry` while the vault is closed."""
        return self._open().keys

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> Mapping[UUID, DataKey]:
        """See `shared.sealing.Keys`. Raises `Retry` for whom the vault's log says what is not
        understood here."""
        self.eraser.refuse_unread(subjects)
        return await self.keys.for_sealing(subjects, agency)

    def _open(self) -> Opened:
        if self.opened is None:
            raise Retry("the vault is closed: its database is away (see the task vault.keys)")
        return self.opened


async def open_field(said: OpenField, ctx: Context) -> Receipt:
    """Show one sealed field to an agency that may know; that it was shown is recorded first.

    The plain value is in this answer only and kept nowhere: a repetition gets the receipt alone.
    """
    refuse_unless_now(ctx.act)  # Before anything is looked up for a day that is not today.
    vault = _vault(ctx)
    envelope = await _found(vault, said.event_id)
    sealed = _sealed(envelope, said.field)
    ground, file = await _ground(vault, said, ctx.act, envelope)
    vault.eraser.refuse_unread([sealed.subject])
    custody = await ctx.find(Custody, sealed.subject)
    if custody is not None and custody.erased_at is not None:
        raise refusals.erased(sealed.subject, custody.erased_at)
    key = await vault.keys.key(sealed.subject, sealed.key_version)
    place = Place(envelope.store, envelope.stream, envelope.version, said.field)
    plain = orjson.loads(unseal(sealed, key, place))
    opening = Opening.open_field(
        said,
        ctx.act,
        topic=envelope.topic,
        subject_id=sealed.subject,
        key_version=sealed.key_version,
        ground=ground,
        file=file,
        recorder=envelope.metadata.actor.agency or None,
        around=envelope.metadata.subjects,
    )
    receipt = await ctx.save(opening)
    if receipt.stream != opening.subjects[0]:
        return receipt  # Of a repetition: this showing was not recorded, so nothing is shown.
    return replace(receipt, extra={**receipt.extra, "value": plain})


async def erase_personal_data(said: ErasePersonalData, ctx: Context) -> Receipt:
    """Destroy the keys of a person for ever. Decided and recorded first, then destroyed."""
    vault = _vault(ctx)
    custody = await _custody(ctx, vault, said.subject_id)
    versions = tuple(row["key_version"] for row in await vault.keys.keys_of(said.subject_id))
    custody.erase(said, ctx.act, versions)
    receipt = await ctx.save(custody)
    await vault.eraser.catch_up()
    return receipt


async def refuse_erasure(said: RefuseErasure, ctx: Context) -> Receipt:
    """Note that a request to erase was declined, with the reason that the law wants told."""
    custody = await _custody(ctx, _vault(ctx), said.subject_id)
    custody.refuse_erasure(said, ctx.act)
    return await ctx.save(custody)


async def set_hold(said: SetLegalHold, ctx: Context) -> Receipt:
    """Keep the data of a person from being erased."""
    custody = await _custody(ctx, _vault(ctx), said.subject_id)
    custody.set_hold(said, ctx.act)
    return await ctx.save(custody)


async def lift_hold(said: LiftLegalHold, ctx: Context) -> Receipt:
    """End a hold on the data of a person."""
    _vault(ctx).eraser.refuse_unread([said.subject_id])
    custody = await ctx.load(Custody, said.subject_id)
    custody.lift_hold(said, ctx.act)
    return await ctx.save(custody)


def _vault(ctx: Context) -> Vault:
    """Where the keys come from is, in the vault's own process, the vault."""
    keys = ctx.fold.keys
    if not isinstance(keys, Vault):
        raise Retry("the vault is not open; see the log of this process")
    return keys


async def _custody(ctx: Context, vault: Vault, subject: UUID) -> Custody:
    """The book of a pseudonym, begun when there are keys and no book yet."""
    vault.eraser.refuse_unread([subject])
    found = await ctx.find(Custody, subject)
    if found is not None:
        return found
    rows = await vault.keys.keys_of(subject)
    if not rows:
        raise refusals.unknown_subject(subject)
    return Custody.begin_custody(subject, rows[0]["controller"], ctx.act)


async def _found(vault: Vault, event_id: UUID) -> Envelope:
    for log in vault.logs().values():
        envelope = await log.find(event_id)
        if envelope is not None:
            return envelope
    raise refusals.no_such_event(event_id)


async def _ground(
    vault: Vault, said: OpenField, act: Act, envelope: Envelope
) -> tuple[Ground, str | None]:
    """Why the actor may know, and whose file they have when that is why. Raises `NotAllowed`.

    Who recorded it may know whatever has become of the file, so that is not looked up then.
    """
    grants, topic, recorder = vault.grants, envelope.topic, envelope.metadata.actor.agency
    file = None
    if grants.asks_for_file(topic, said.field) and not is_recorder(act, recorder):
        file = await file_of(vault.logs()[envelope.store], envelope.stream, grants.files)
    seal = Seal(topic, said.field, recorder, envelope.fields, file)
    ground = grants.ground(act, said.purpose, seal)
    if ground is None:
        raise grants.refusal(act, seal)
    return ground, file.subject if file is not None and ground == "holder" else None


def _sealed(envelope: Envelope, field: str) -> Ciphertext:
    event = envelope.event
    value = getattr(event, field) if field in event.SEALED else None
    if value is None:
        raise refusals.not_sealed(envelope.topic, field, tuple(event.SEALED))
    if value.is_erased:
        raise refusals.erased(value.subject, None)
    ciphertext: Ciphertext = value.ciphertext
    return ciphertext
