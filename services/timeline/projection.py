"""One row per event, in the order of their coming, with its sentence in two languages."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from services.timeline.sentences import NAMED_BY, SENTENCES, called, say
from shared.actor import VIETNAM
from shared.envelope import Envelope
from shared.errors import Broken
from shared.follow import Projection
from shared.reference import RegisterError, load_register
from shared.sql import Tables

LATE_AFTER = timedelta(days=1)
"""Recorded later than this after it happened: the entry says so (it does not say breach)."""

TITLE_CHARACTERS_MAX = 160
ALL_ADDRESSEES = ("tất cả nơi nhận", "all addressees")


async def apply(envelope: Envelope, tables: Tables) -> None:
    """One event into the timeline."""
    subjects = list(envelope.metadata.subjects)
    if not subjects:
        raise Broken(
            f"{envelope.store} {envelope.position} ({envelope.topic}) names no subjects: it was "
            "not recorded by a command, and nobody can say what it is about"
        )
    if envelope.version == 1:
        await tables.run("insert_title", subjects[0], *title(envelope))
    titles = {
        row["subject"]: (row["vi"], row["en"]) for row in await tables.rows("titles", subjects)
    }
    actor_vi, actor_en = agency_names(envelope.metadata.actor.agency, envelope)
    entry_id = await tables.value(
        "insert_entry",
        envelope.store,
        envelope.position,
        envelope.event_id,
        envelope.topic,
        envelope.stream,
        envelope.version,
        envelope.occurred_at,
        envelope.recorded_at,
        envelope.metadata.actor.agency,
        actor_vi,
        actor_en,
        envelope.metadata.actor.user,
        subjects,
        *sentences_of(envelope, titles),
        envelope.recorded_at - envelope.occurred_at > LATE_AFTER,
        envelope.metadata.correlation_id,
        envelope.metadata.causation_id,
    )
    await tables.run("insert_subjects", subjects, entry_id)
    if envelope.topic == "directives.directive_revised.v1":
        await tables.run("rename", subjects[0], *title(envelope))


def sentences_of(envelope: Envelope, titles: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """What happened, Vietnamese and English. `titles` say what subjects are called.

    Raises `Broken` when there is no sentence for it.
    """
    templates = SENTENCES.get(envelope.topic)
    if templates is None:
        raise Broken(f"{envelope.topic} has no sentence in services/timeline/sentences/")
    vi, en = (
        _text(template, envelope, titles, english)
        for template, english in zip(templates, (False, True), strict=True)
    )
    return vi, en


def title(envelope: Envelope) -> tuple[str, str]:
    """What the subject of this event is called from then on: Vietnamese, English."""
    fields = envelope.fields
    if named := called(envelope.topic, fields, lambda each: agency_names(each, envelope)):
        return named
    if "reference" in fields and envelope.topic.startswith("directives.directive_"):
        number = fields["reference"]
        return f"văn bản {number or 'chưa rõ số'}", f"paper {number or 'without a known number'}"
    key = fields.get("key", "")
    vi = fields.get("title_vi") or ""
    en = fields.get("title_en") or vi
    return _titled(key, vi), _titled(key, en)


def agency_names(agency: str, envelope: Envelope) -> tuple[str, str]:
    """The agency's names on the day of the event; its id when the register does not know it."""
    if agency == "ALL_ADDRESSEES":
        return ALL_ADDRESSEES
    try:
        found = load_register().agency(agency, envelope.occurred_at.astimezone(VIETNAM).date())
    except RegisterError:
        return agency, agency
    return found.name_vi, found.name_en


def _titled(key: str, words: str) -> str:
    return f"{key} ({words[:TITLE_CHARACTERS_MAX]})" if words else key


def _text(
    template: str, envelope: Envelope, titles: Mapping[str, tuple[str, str]], english: bool
) -> str:
    actor = agency_names(envelope.metadata.actor.agency, envelope)[english]
    said = {**envelope.fields, "actor": actor}
    for subject in envelope.metadata.subjects:
        kind = NAMED_BY.get(subject.partition(":")[0])
        if kind and subject in titles:
            said[kind] = titles[subject][english]
    return say(template, said, english, lambda agency: agency_names(agency, envelope)[english])


TIMELINE = Projection(
    service="timeline",
    name="timeline",
    version=1,
    folder=Path(__file__).parent,
    sources=("directives", "cases"),
    apply=apply,
)
