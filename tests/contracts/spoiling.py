"""What may be wrong with a request, one kind at a time, and whether it is wrong for certain."""

import copy
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from services.vault.domain import ROLE
from tests.contracts.saying import AGENCIES, CANARY, TOKEN, Place, Site

RAW = "\u2063raw:"
"""Begins text that stands for JSON that no library writes; INVISIBLE SEPARATOR is nowhere else."""
AGAIN = "\u2063again"
"""Ends the name of a member that stands for the same name once more."""
LONG = 1_000_000
ABOLISHED = ("UBND_HUYEN-P63-01-276", "CA_HUYEN-P63-22-193", "TAND_HUYEN-P63-40-412")
"""Bodies of districts."""
LATER = "2025-07-02"
"""When there were no districts any more."""
STRANGERS = ("TAND_TC-VN", "SO_YTE-P34-01", "CA_TINH-P34-22", "HOTLINE_111-VN", "MTTQ_TINH-P34-40")
UNKNOWN = ("XYZ-P34-40", "CA_TINH-P99-99", "CA_TINH-VN", "CA_TINH-P34-40-16681")


@dataclass(frozen=True)
class Request:
    """A POST as it goes over the wire."""

    path: str
    agency: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    roles: tuple[str, ...] = (ROLE, "admin")
    wrong: tuple[str, ...] = ()
    """What was done to it."""
    sure: bool = False
    """Whether one of that is wrong whatever the state of things."""
    whole: bytes | None = None
    stands: bool = False
    """Whether it is about a thing that says where it stands, to which the path leads."""

    def raw(self) -> bytes:
        """The body's bytes."""
        if self.whole is not None:
            return self.whole
        text = orjson.dumps(self.body).decode()
        text = text.replace(AGAIN, "")
        for name, raw in RAWS.items():
            text = text.replace(f'"{RAW}{name}"', raw)
        return text.encode()

    def spoiled(self, name: str, *, sure: bool, **changes: Any) -> "Request":
        """One more thing wrong with it."""
        return replace(self, wrong=(*self.wrong, name), sure=self.sure or sure, **changes)


RAWS = {
    "NaN": "NaN",
    "infinity": "-Infinity",
    "huge": "9" * 400,
    "1e999": "1e999",
    "surrogate": '"\\ud800"',
    "NUL": '"a\\u0000b"',
    "deep": "[" * 900 + "]" * 900,
    "deeper": '{"a":' * 40 + "1" + "}" * 40,
    "unclosed": '"',
}
VALUES: dict[str, Any] = {
    "null": None,
    "a number": 7,
    "a number beyond 64 bits": 2**63 - 1,
    "a fraction": 0.5,
    "true": True,
    "empty text": "",
    "blank text": " \t\n",
    "a list": [],
    "a list of itself": [[[[]]]],
    "an object": {},
    "an object that is marked": {"$sealed": {"s": str(uuid.UUID(int=1))}},
    "erased": {"$erased": {"s": str(uuid.UUID(int=1))}},
    "a code of no list": "khong_co_trong_danh_muc",
    "text too long": "x" * 20_001,
    "a million characters": "x" * LONG,
    "a control character": "a\u0007b",
    "a bidirectional override": "a\u202eb",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "30 February": "2025-02-30",
    "a naive moment": "2025-08-04T08:00:00",
    "a moment in year 1": "0001-01-01T00:00:00Z",
    "a moment in year 9999": "9999-12-31T23:59:59Z",
    "a moment of a leap second": "2025-08-04T08:00:60+07:00",
    "no id": "not-an-id",
    "an id of nothing": str(uuid.UUID(int=0xDEAD)),
    "the id of another kind of thing": str(uuid.UUID(int=0xD0)),
    "a negative number": -1,
    "a large number": 2**53 - 1,
    "an agency of no type": "XYZ-P34-40",
    "an agency that has ended": "UBND_HUYEN-P63-01-276",
    "an agency of no area": "CA_TINH-P99-99",
    "a name for several agencies": "UBND_XA-P34-40",
    "an area of nowhere": "P99-99",
    "an area that has ended": "P63-01-276",
    **{f"raw {name}": RAW + name for name in RAWS},
}
DAYS = (
    *("1945-09-02", "2199-12-31", "2025-02-29", "2024-02-29", "2025-06-30", "2025-07-01"),
    *("0001-01-01", "9999-12-31", "2025-13-01", "2026-01-01", "2025-02-28", "2024-12-31"),
)
MOMENTS = (
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-14:00", "1945-09-02T00:00:00+07:00", "2199-12-31T00:00:00+07:00"),
    *("2025-08-04T08:00:00+07:00", "2025-08-04T08:00:00.123456789Z", "2025-08-04T08:00:00"),
)
IDS = ("", *(str(uuid.UUID(int=each)) for each in (0, 1, 0xD0, 0xD4, 0xDEAD, 2**128 - 1)))
COLLECTIVES = ("UBND_XA-P34-40", "DEPARTMENTS-P34-40", "DON_BP-P34-40", "BCA-VN", "A-VN")
ALWAYS = frozenset(
    {
        *(f"raw {name}" for name in RAWS),
        *("text too long", "a million characters", "a control character"),
        *("a bidirectional override", "a number beyond 64 bits"),
    }
)
"""Wrong wherever it stands."""
UNKNOWN_AGENCY = frozenset({"an agency of no type", "an agency of no area"})
Spoiler = Callable[[Request, Sequence[Site], random.Random], Request]


def put(body: Any, place: Place, value: Any) -> Any:
    """A copy of a body with another value at a place."""
    if not place:
        return value
    twin = copy.deepcopy(body)
    at = twin
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    return twin


def value(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """Something else stands where the contract wants something."""
    site, name = chance.choice(sites), chance.choice([*VALUES])
    known = name in UNKNOWN_AGENCY and bool(TOKEN.match(site.schema.get("pattern", "")))
    body = put(asked.body, site.place, VALUES[name])
    return asked.spoiled(f"{name} at {site.place}", sure=name in ALWAYS or known, body=body)


def missing(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """Something is not there."""
    named = [site for site in sites if site.place and isinstance(site.place[-1], str)]
    if not named:
        return asked
    site = chance.choice([site for site in named if site.required] or named)
    body = copy.deepcopy(asked.body)
    at = body
    for step in site.place[:-1]:
        at = at[step]
    del at[site.place[-1]]
    return asked.spoiled(f"missing {site.place}", sure=False, body=body)


def more(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """A member that nobody knows, or one that stands twice."""
    objects = [(site.place, at) for site in sites if isinstance(at := _at(asked, site), dict)]
    if not objects:
        return asked
    place, inside = chance.choice(objects)
    name = chance.choice([f"{each}{AGAIN}" for each in inside] or ["khac"])
    if chance.random() < 0.5:
        name = chance.choice(
            ("khac", "__class__", "model_config", "originator_id", "topic", "$ref")
        )
    body = put(asked.body, place, {**inside, name: chance.choice((1, None, "x", {}, "2025-08-04"))})
    twice = name.endswith(AGAIN)
    return asked.spoiled(f"{'twice' if twice else 'more'} {(*place, name)}", sure=True, body=body)


def fitting(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """A value of the right form that means something else, nothing, or the end of the world."""
    site = chance.choice(sites)
    forms = [site.schema, *site.schema.get("anyOf", ()), *site.schema.get("oneOf", ())]
    schema = chance.choice([each for each in forms if "$ref" not in each] or [{}])
    pattern, at = schema.get("pattern", ""), _at(asked, site)
    match schema:
        case {"enum": codes}:
            said = chance.choice([*codes, "khong_co_trong_danh_muc"])
        case {"format": "date"}:
            said = chance.choice(DAYS)
        case {"format": "date-time"}:
            said = chance.choice(MOMENTS)
        case {"format": "uuid"}:
            said = chance.choice(
                (*IDS, *(part for part in asked.path.split("/") if part.count("-") == 4))
            )
        case {"type": "integer"}:
            said = chance.choice((0, 1, 2, 3, schema.get("maximum", 2**53 - 1), 2**31, 2**53 - 1))
        case {"type": "boolean"}:
            said = not at
        case {"type": "array"}:
            said = chance.choice(([], at * 2 if isinstance(at, list) else [], [at] * 300))
        case {"type": "string"} if TOKEN.match(pattern):
            said = chance.choice((*UNKNOWN, *ABOLISHED, *STRANGERS, *AGENCIES, *COLLECTIVES))
        case {"type": "string"}:
            said = chance.choice(("P99-99", "P63-01-276", "XX", "1", "\u200b", "Z" * 60, "a\u0301"))
        case _:
            return asked
    return asked.spoiled(
        f"{said!r:.60} at {site.place}", sure=False, body=put(asked.body, site.place, said)
    )


def secret(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """What is to be sealed stands where it does not belong, inside what is sealed."""
    inside = [site for site in sites if site.sealed]
    if not inside:
        return value(asked, sites, chance)
    site = chance.choice(inside)
    said = chance.choice(
        (
            *(CANARY, [CANARY], {"x": CANARY}, *[{CANARY: 1}] * 3, CANARY * 900, f"{CANARY}\u0007"),
            *([[CANARY]] * 3, {"$sealed": CANARY}, {"name": {"name": CANARY}}, CANARY * 20_000),
        )
    )
    body = put(asked.body, site.place, said)
    return asked.spoiled(f"the secret as {said!r:.20} at {site.place}", sure=False, body=body)


def _at(asked: Request, site: Site) -> Any:
    at = asked.body
    for step in site.place:
        at = at[step]
    return at


def moment(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """It happened when it cannot have."""
    del sites
    said = chance.choice(
        (
            *("2099-01-01T00:00:00+07:00", "9999-12-31T23:59:59Z", "2025-02-30T08:00:00+07:00"),
            *("2025-08-04T08:00:00", "2025-08-04", "hôm qua", 1_754_269_200, True, [], {}),
            *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-08-04T24:00:00Z"),
            *("1945-09-01T00:00:00+07:00", "0001-01-01T00:00:00Z", "2025-08-04T08:00:00+25:00"),
            None,
        )
    )
    body = {**asked.body, "occurred_at": said}
    return asked.spoiled(f"at {said}", sure=True, body=body)


def header(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """Something is wrong with the request itself. Not what the HTTP library cannot parse (a broken
    line, an encoding that it does not have): it answers that itself, with 400 and plain text."""
    del sites
    name, said, sure = chance.choice(
        (
            ("Content-Type", "text/plain", True),
            ("Content-Type", "application/json; charset=utf-16", True),
            ("Content-Type", "multipart/form-data; boundary=x", True),
            ("Content-Type", "application/json; charset=\u00ff", True),
            ("Content-Encoding", "gzip", True),
            ("Idempotency-Key", "k" * 129, True),
            ("Idempotency-Key", "một\u202ehai", True),
            ("Idempotency-Key", "k" * 15_000, True),
            ("If-Match", '"x"', True),
            ("If-Match", "9" * 30, True),
            ("If-Match", '"-1"', True),
            ("Authorization", "Bearer x.y.z", True),
            ("Authorization", "Basic x", True),
            ("X-Correlation-Id", "not-an-id", False),
            ("traceparent", "00-x", False),
            ("Accept-Language", "en;q=\u00ff", False),
        )
    )
    headers = {**asked.headers, name: said}
    return asked.spoiled(f"{name}: {said[:40]}", sure=sure, headers=headers)


def address(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """The path names nothing."""
    del sites
    parts = asked.path.split("/")
    ids = [index for index, part in enumerate(parts) if part.count("-") == 4]
    if not ids:
        return asked
    parts[chance.choice(ids)] = chance.choice(
        ("x", "%00", "%ff", "1", "..%2f..", str(uuid.UUID(int=0xDEAD)), "{id}", "a" * 3_000)
    )
    return asked.spoiled(f"path {'/'.join(parts)[:90]}", sure=True, path="/".join(parts))


def whole(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """The body is no object, or not JSON at all."""
    del sites
    said = chance.choice(
        (
            *(b"", b"{", b"[]", b"null", b'"x"', b"7", b"NaN", b"\xff\xfe{}", b"{}{}", b"a=b"),
            *(b"\xef\xbb\xbf{}", b'{"a":1,}', b"[" * 100_000, b'{"a":"' + b"x" * LONG + b'"}'),
        )
    )
    return asked.spoiled(f"body {said[:12]!r}", sure=True, whole=said)


def somebody(asked: Request, sites: Sequence[Site], chance: random.Random) -> Request:
    """Somebody says it whom the register does not know, does not know any more, or elsewhere."""
    del sites
    who = chance.choice((*UNKNOWN, *ABOLISHED, *STRANGERS, *AGENCIES, "", "CA_TINH", "x" * 200))
    later = str(asked.body.get("occurred_at", "")) > LATER
    sure = who in (*UNKNOWN, "") or (later and who in ABOLISHED)
    return asked.spoiled(f"by {who[:40]}", sure=sure, agency=who)


SPOILERS: tuple[Spoiler, ...] = (
    *(value, *[secret] * 4, *[fitting] * 8, missing, missing, more, more),
    *(moment, moment, header, address, whole, somebody),
)
