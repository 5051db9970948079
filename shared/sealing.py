"""How open values become ciphertext just before they are recorded, and plain again for who may.

AES-256-GCM with the key of one person. The associated data bind a ciphertext to its store, stream,
version, field, person and key, so that it opens nowhere else; the commitment binds it to the key.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import Broken, Retry
from shared.sealed import Ciphertext, Sealed

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 bits at random: safe up to 2^32 values under one key (NIST SP 800-38D §8.3)."""
FORM = "liennganh sealed 1"
COMMIT = b"commit"


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one person (or thing), in the clear; held no longer than one command takes."""

    subject: UUID
    version: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; it opens nowhere else."""

    store: str
    stream: UUID
    version: int
    field: str


class Keys(Protocol):
    """Where the keys come from."""

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> Mapping[UUID, DataKey]:
        """The newest key of each subject, made when there is none; `agency` answers for new ones.

        Raises `Refused` for a subject that was erased, and `Retry` when the vault is away.
        """
        ...


class NoKeys:
    """Keys of a process that runs no vault."""

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> Mapping[UUID, DataKey]:
        """Raises `Retry`: nothing is recorded that would have to be sealed."""
        raise Retry("the vault is not running here; start this process with --services …,vault")


NO_KEYS = NoKeys()


async def seal_pending(store: str, events: Sequence[Any], keys: Keys, agency: str) -> None:
    """Close every open value of events that are about to be recorded.

    Raises `Broken` for a value that is sealed already (it was bound to another event) or names no
    subject, and what the keys raise. Then the events must not be recorded.
    """
    wanted = [
        (event, name, value, _subject_of(event, name, value))
        for event in events
        for name in event.SEALED
        if (value := getattr(event, name)) is not None
    ]
    if not wanted:
        return
    found = await keys.for_sealing({subject for *_, subject in wanted}, agency)
    for event, name, value, subject in wanted:
        place = Place(store, event.originator_id, event.originator_version, name)
        value.close(seal(value.plain_json(), found[subject], place))


def seal(plain: bytes, key: DataKey, place: Place) -> Ciphertext:
    """The ciphertext of a plain text at its place."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    bound = _bound(place, key.subject, key.version)
    return Ciphertext(
        subject=key.subject,
        key_version=key.version,
        nonce=nonce,
        ciphertext=AESGCM(key.key).encrypt(nonce, plain, bound),
        commitment=_commitment(key.key),
    )


def unseal(sealed: Ciphertext, key: DataKey, place: Place) -> bytes:
    """The plain text again. Raises `Broken` for another key, another place, or changed bytes."""
    if not hmac.compare_digest(sealed.commitment, _commitment(key.key)):
        raise Broken(f"{place}: sealed with another key than version {key.version} of its subject")
    bound = _bound(place, sealed.subject, sealed.key_version)
    try:
        return AESGCM(key.key).decrypt(sealed.nonce, sealed.ciphertext, bound)
    except (InvalidTag, ValueError):
        raise Broken(
            f"{place}: the ciphertext was changed or belongs elsewhere; compare it with the "
            "agencies' copies of the event"
        ) from None


def _subject_of(event: Any, name: str, value: Sealed[Any]) -> UUID:
    if not value.is_open:
        raise Broken(f"{event.TOPIC}, {name}: what was sealed for another event cannot be recorded")
    subject = getattr(event, event.SEALED[name])
    if not isinstance(subject, UUID):
        raise Broken(f"{event.TOPIC}, {name}: {event.SEALED[name]} names nobody to seal it for")
    return subject


def _commitment(key: bytes) -> bytes:
    return hmac.digest(key, COMMIT, hashlib.sha256)


def _bound(place: Place, subject: UUID, key_version: int) -> bytes:
    parts = (
        FORM,
        place.store,
        str(place.stream),
        str(place.version),
        place.field,
        str(subject),
        str(key_version),
    )
    return b"".join(len(part).to_bytes(4, "big") + part for part in map(str.encode, parts))
