"""One row per event, in the order of their coming, with its sentence in two languages."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.timeline.secrecy import SECRETS, Secrets
from services.timeline.sentences import NAMED_BY, SENTENCES, called, say
from services.timeline.sentences.saying import names_in
from shared.actor import VIETNAM
from shared.corrections import OCCURRED_AT
from shared.envelope import Envelope
from shared.errors import Broken, Waits
from shared.follow import Projection
from shared.reference import RegisterError, load_register
from shared.sql import Tables
from shared.standing import is_one_body

LATE_AFTER = timedelta(days=1)
"""Recorded later than this after it happened: the entry says so (it does not say breach)."""

TITLE_CHARACTERS_MAX = 160
CORRECTED = ".record_corrected.v1"
"""How the topics of corrections end, whichever service records them."""
ALL_ADDRESSEES = ("tất cả nơi nhận", "all addressees")
REVISED = "directives.directive_revised.v1"
NAMES_CACHED_MAX = 16_384
"""Agencies on a day whose names are kept."""

Titles = dict[str, tuple[str, str]]
"""Subject → what it is called, Vietnamese and English."""


async def apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
    """A batch into the timeline: the same rows as one event at a time.

    Entries are numbered without a gap: only who holds the projection's turn inserts.
    """
    for envelope in envelopes:
        _must_be_tellable(envelope)
    last = await tables.value("last_entry")
    subjects = {subject for each in envelopes for subject in each.metadata.subjects}
    titles: Titles = {
        row["subject"]: (row["vi"], row["en"])
        for row in await tables.rows("titles", list(subjects))
    }
    renamed: Titles = {}
    secrets = Secrets(
        {
            row["subject"]: tuple(row["readers"])
            for row in await tables.rows("secrets", list(subjects))
        }
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for entry_id, envelope in enumerate(envelopes, last + 1):
            subject = envelope.metadata.subjects[0]
            if envelope.version == 1 and subject not in titles:
                titles[subject] = renamed[subject] = title(envelope)
            _refuse_strangers(envelope, titles)
            yield entry_id, *_row(envelope, titles), secrets.readers(envelope)
            if envelope.topic == REVISED and subject in titles:
                titles[subject] = renamed[subject] = title(envelope)

    await tables.copy("copy_entries", rows())
    await tables.copy(
        "copy_subject_entries",
        (
            (subject, entry_id)
            for entry_id, envelope in enumerate(envelopes, last + 1)
            for subject in envelope.metadata.subjects
        ),
    )
    if renamed:
        await tables.run("call", list(renamed), *map(list, zip(*renamed.values(), strict=True)))
    await _keep(secrets, tables)
    if corrections := [
        _correction(entry_id, envelope)
        for entry_id, envelope in enumerate(envelopes, last + 1)
        if envelope.topic.endswith(CORRECTED)
    ]:
        await tables.copy("copy_corrections", corrections)
        await tables.run("mark_corrected", [target for _, _, target, *_ in corrections])


async def _keep(secrets: Secrets, tables: Tables) -> None:
    """What the batch began, and what it opened to all: of that every entry, old and new."""
    if secrets.begun:
        await tables.copy("copy_secrets", secrets.begun.items())
    if secrets.opened:
        await tables.run("open_entries", secrets.opened)
        await tables.run("open_secrets", secrets.opened)


def _correction(entry_id: int, envelope: Envelope) -> tuple[Any, ...]:
    """The values of `copy_corrections`: both versions stay, the later one is found by the first."""
    fields = envelope.fields
    moment = fields["field_path"] == OCCURRED_AT
    return (
        entry_id,
        envelope.event_id,
        UUID(fields["target_event"]),
        fields["field_path"],
        None if fields["change"] is None else orjson.dumps(fields["change"]).decode(),
        datetime.fromisoformat(fields["new"]) if moment else None,
        envelope.recorded_at,
    )


def _must_be_tellable(envelope: Envelope) -> None:
    if envelope.topic not in SENTENCES:
        raise Broken(f"{envelope.topic} has no sentence in services/timeline/sentences/")
    if not envelope.metadata.subjects:
        raise Broken(
            f"{envelope.store} {envelope.position} ({envelope.topic}) names no subjects: it was "
            "not recorded by a command, and nobody can say what it is about"
        )


def _refuse_strangers(envelope: Envelope, titles: Mapping[str, tuple[str, str]]) -> None:
    """What is about a parked thing waits with it: a sentence without its name would stay so.

    So does what is about a secret that has not been taken: nobody knows yet who may read it.
    """
    named = names_in(SENTENCES[envelope.topic][0])
    for subject in envelope.metadata.subjects:
        kind = subject.partition(":")[0]
        if (NAMED_BY.get(kind) in named or kind in SECRETS) and subject not in titles:
            raise Waits(
                f"{envelope.store} {envelope.position} ({envelope.topic}) is about {subject}, "
                "whose beginning has not been taken: it waits until that has"
            )


def _row(envelope: Envelope, titles: Mapping[str, tuple[str, str]]) -> tuple[Any, ...]:
    """The values of `copy_entries` after the entry's number, but for its readers."""
    metadata, occurred_at = envelope.metadata, envelope.occurred_at
    return (
        envelope.store,
        envelope.position,
        envelope.event_id,
        envelope.topic,
        envelope.stream,
        envelope.version,
        occurred_at,
        envelope.recorded_at,
        metadata.actor.agency,
        *agency_names(metadata.actor.agency, occurred_at),
        metadata.actor.user,
        metadata.subjects,
        *sentences_of(envelope, titles),
        envelope.recorded_at - occurred_at > LATE_AFTER,
        metadata.correlation_id,
        metadata.causation_id,
    )


def sentences_of(envelope: Envelope, titles: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """What happened, Vietnamese and English. `titles` say what subjects are called.

    Of two subjects of one kind (a part and what it was split off from) the first one is meant.
    """
    day = _day(envelope.occurred_at)
    names = [("actor", _names_on(envelope.metadata.actor.agency, day))]
    for subject in reversed(envelope.metadata.subjects):  # The last one that is said counts.
        kind = NAMED_BY.get(subject.partition(":")[0])
        if kind and subject in titles:
            names.append((kind, titles[subject]))
    said = dict(envelope.fields)

    def sentence(template: str, english: bool) -> str:
        said.update((name, each[english]) for name, each in names)
        return say(template, said, english, lambda agency: _names_on(agency, day)[english])

    vi, en = SENTENCES[envelope.topic]
    return sentence(vi, False), sentence(en, True)


def title(envelope: Envelope) -> tuple[str, str]:
    """What the subject of this event is called from then on: Vietnamese, English."""
    fields = envelope.fields
    when = envelope.occurred_at
    if named := called(envelope.topic, fields, lambda each: agency_names(each, when)):
        return named
    if "reference" in fields and envelope.topic.startswith("directives.directive_"):
        number = fields["reference"]
        return f"văn bản {number or 'chưa rõ số'}", f"paper {number or 'without a known number'}"
    key = fields.get("key", "")
    vi = fields.get("title_vi") or ""
    en = fields.get("title_en") or vi
    return _titled(key, vi), _titled(key, en)


def agency_names(agency: str, occurred_at: datetime) -> tuple[str, str]:
    """The agency's names on the day of an event; its id when the register does not know it."""
    return _names_on(agency, _day(occurred_at))


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


@functools.lru_cache(NAMES_CACHED_MAX)
def _names_on(agency: str, day: date) -> tuple[str, str]:
    if agency == "ALL_ADDRESSEES":
        return ALL_ADDRESSEES
    register = load_register()
    try:
        found = register.agency(agency, day)
    except RegisterError:
        return agency, agency
    area, kind = register.area(found.area, day), register.kind(found.code)
    if found.is_collective and kind and is_one_body(register, found):
        # Bodies without a list act by this name: what one of them does, not all of them do.
        return f"{kind.name_vi} thuộc {area.full_vi}", f"{kind.name_en}, {area.name_vi}"
    return found.name_vi, found.name_en


def _titled(key: str, words: str) -> str:
    return f"{key} ({words[:TITLE_CHARACTERS_MAX]})" if words else key


TIMELINE = Projection(
    service="timeline",
    name="timeline",
    version=2,
    folder=Path(__file__).parent,
    sources=("directives", "cases", "deadlines", "vault"),
    apply=apply,
    numbering=("entry_id",),
)
