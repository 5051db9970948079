"""One case, tip, raid or person as the API tells its state: stage, whose hands, what is known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from services.console import moments
from services.console.page import Page
from services.console.speech import Speech
from services.console.subjects import href_of, short_of

LINES_SHOWN = 12
"""Persons, charges or bodies of one fact that are shown; the others are told by their number."""
NUMBERED = {"case": "case_no", "tip": "receipt_no"}
"""Kinds whose file has a number, and the field that holds it."""
FILES = ("case", "tip", "person")
"""Kinds with a file that is handed from body to body; the others have a body that leads."""


@dataclass(frozen=True)
class Line:
    """One value of a fact."""

    words: str
    href: str = ""
    lane: str = ""


@dataclass(frozen=True)
class Fact:
    """What is known under one heading."""

    label: str
    lines: list[Line]


def called(kind: str, id: str, state: Mapping[str, Any], say: Speech) -> str:
    """What the page is about: its number, or the beginning of its id where it has none."""
    number = state.get(NUMBERED.get(kind, ""))
    words = say.code("kind", kind)
    return f"{words} {number}" if number else f"{words} {short_of(id)}"


def standing(kind: str, state: Mapping[str, Any], page: Page) -> list[Markup]:
    """The stage and the hands, in sentences."""
    say = page.say
    since, held = moments.read(state["since"]), moments.read(state["held_since"])
    assert since is not None and held is not None, "every stage and every holder has a beginning"
    stage = say.of(state, "stage")
    stage = stage[:1].upper() + stage[1:]
    said = [say.html("matter.stage", stage=stage, when=say.moment(since))]
    who = page.name_of(state["holder"], held.date())
    if kind in FILES:
        said.append(say.html("matter.held", who=who, when=say.moment(held)))
    else:
        said.append(say.html("matter.led", who=who))
    if state["offered_to"]:
        said.append(say.html("matter.offered", who=page.name_of(state["offered_to"])))
    return said


def facts(kind: str, state: Mapping[str, Any], page: Page) -> list[Fact]:
    """What else is known; what is empty is left out, what is sealed is said to be."""
    tell = TELLERS.get(kind)
    found = tell(state, page) if tell else ()
    return [Fact(page.say(f"fact.{key}"), list(lines)) for key, lines in found if lines]


Told = Iterable[tuple[str, Sequence[Line]]]


def _case(state: Mapping[str, Any], page: Page) -> Told:
    say = page.say
    yield "offences", _offences(state["offences"], say)
    yield "severity", _coded("severity", state["severity_class"], say)
    yield "accused", _linked("person", state["accused"], say)
    yield "tips", _linked("tip", state["from_tips"], say)
    yield "split_from", _linked("case", [state["split_from"]], say)
    yield "joined_into", _linked("case", [state["joined_into"]], say)
    numbers = {"indictment": state["indictment"], "docket": state["trial"]["docket_no"]}
    for key, number in numbers.items():
        yield key, [Line(number)] if number else []
    returns = {by: n for by, n in state["returns"].items() if n}
    said = [say("fact.times", who=say.code("by", by), n=n) for by, n in returns.items()]
    yield "returns", [Line(each) for each in said]
    marked = ("juvenile", "child_victim", "organised", "flagrante", "model_case")
    yield "marks", [Line(say(f"mark.{each}")) for each in marked if state[each]]


def _tip(state: Mapping[str, Any], page: Page) -> Told:
    say = page.say
    yield "tip_kind", _coded("tip", state["kind"], say)
    yield "channel", _coded("channel", state["channel"], say)
    yield "classified", _coded("class", state["classification"], say)
    yield "receiver", [_body(state["receiver"], state, page)]
    yield "case", _links([state["case"]], say)
    yield "duplicate_of", _linked("tip", [state["duplicate_of"]], say)
    yield "content", _sealed(state["content"], say)
    yield "informant", _sealed(state["informant"], say)
    yield "marks", [Line(say("mark.urgent"))] if state["urgent"] else []


def _raid(state: Mapping[str, Any], page: Page) -> Told:
    say = page.say
    yield "bodies", [_body(each, state, page) for each in state["agencies"][:LINES_SHOWN]]
    area = state["area"]
    yield "area", [Line(page.place_of(area) if area else say("fact.area_untold"))]
    yield "place", _sealed(state["place_detail"], say)
    yield "campaign", _links([state["campaign"]], say)
    results = state["results"] or {}
    yield "held", [Line(say.number(results["suspects_held"]))] if "suspects_held" in results else []


def _campaign(state: Mapping[str, Any], page: Page) -> Told:
    say, window = page.say, state["window"]
    yield "theme", [Line(state["theme"])]
    yield "kind", _coded("campaign.kind", state["campaign_kind"], say)
    first, last = say.day(window["from"]), say.day(window["to"])
    yield "window", [Line(say("fact.days", first=first, last=last))]
    yield "area", [Line(page.place_of(each)) for each in state["scope"][:LINES_SHOWN]]
    yield "launched_by", [_body(state["launched_by"], state, page)]
    yield "bodies", [_body(each, state, page) for each in state["participants"][:LINES_SHOWN]]


def _person(state: Mapping[str, Any], page: Page) -> Told:
    say = page.say
    yield "identity", _sealed(state["identity"], say)
    yield "measure", _coded("measure", state["measure"], say)
    yield "offences", _offences(state["charges"], say)
    yield "case", _links([state["case"]], say)
    yield "severity", _coded("severity", state["severity_class"], say)
    for key in ("custody_until", "detention_until"):
        yield key, _until(state[key], say)
    yield "marks", [Line(say("mark.under_18"))] if state["under_18"] else []


TELLERS: Mapping[str, Callable[[Mapping[str, Any], Page], Told]] = {
    "case": _case,
    "tip": _tip,
    "raid": _raid,
    "campaign": _campaign,
    "person": _person,
}


def _offences(offences: Sequence[Mapping[str, Any]], say: Speech) -> list[Line]:
    return [
        Line(say("fact.offence", article=each["article"], clause=each["clause"]))
        for each in offences[:LINES_SHOWN]
    ]


def _coded(list_: str, code: str | None, say: Speech) -> list[Line]:
    return [Line(say.code(list_, code))] if code else []


def _sealed(shown: str | None, say: Speech) -> list[Line]:
    """`sealed` or `erased`; nothing when there never was anything."""
    return [Line(say.code("seal", shown))] if shown else []


def _linked(kind: str, ids: Sequence[str | None], say: Speech) -> list[Line]:
    return _links([f"{kind}:{each}" if each else None for each in ids], say)


def _links(refs: Sequence[str | None], say: Speech) -> list[Line]:
    known = [each for each in refs if each]
    lines = [
        Line(f"{say.code('kind', kind)} {short_of(id)}", href_of(each))
        for each in known[:LINES_SHOWN]
        for kind, _, id in (each.partition(":"),)
    ]
    more = len(known) - LINES_SHOWN
    return [*lines, Line(say("fact.more", n=more))] if more > 0 else lines


def _body(agency: str, state: Mapping[str, Any], page: Page) -> Line:
    """A body by its name of the day on which the stage began."""
    since = moments.read(state["since"])
    name = page.name_of(agency, since.date()) if since else agency
    return Line(name, lane=page.lane_of(agency))


def _until(said: str | None, say: Speech) -> list[Line]:
    """A day, whose 24:00 it is, or a moment."""
    if not said:
        return []
    if len(said) == len("2026-01-01"):
        return [Line(say.day(date.fromisoformat(said)))]
    at = moments.read(said)
    return [Line(say.moment(at, end=True))] if at else []
