"""Periods and the state of a case, a tip, a raid and a person, as the reading API answers them."""

import base64
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.console.fake_papers import NOW, VIETNAM

CASE = "case:0f3c2a1b-0000-4000-8000-0000000ca5e1"
PERSON = "person:0f3c2a1b-0000-4000-8000-000000be11e2"
TIP = "tip:0f3c2a1b-0000-4000-8000-00000071b003"
CAMPAIGN = "campaign:0f3c2a1b-0000-4000-8000-0000000ca4a5"
RAID = "raid:0f3c2a1b-0000-4000-8000-0000007a1d04"
INVESTIGATORS = "CQCSDT_TINH-P34-40"
PROCURACY = "VKSND_TINH-P34-40"
COURT = "TAND_TINH-P34-40"
CODE = "Bộ luật Tố tụng hình sự 2015 (101/2015/QH13, am. 02/2021)"


def day_end(days: int) -> datetime:
    """24:00 of the day that is so many days from today."""
    day = NOW.date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), VIETNAM)


def iso(at: datetime) -> str:
    """A moment as the API writes it."""
    return at.astimezone(UTC).isoformat()


def period(
    rule: str,
    due: datetime,
    *,
    agencies: tuple[str, ...] = (INVESTIGATORS,),
    never: tuple[str, ...] = (),
    **changes: Any,
) -> dict[str, Any]:
    """One period; `never` are bodies that are asked and not ordered."""
    id = uuid.uuid5(uuid.NAMESPACE_URL, f"{rule} {due} {changes.get('subject', '')}")
    row: dict[str, Any] = {
        "id": str(id),
        "rule": rule,
        "part": "",
        "title_vi": f"Thời hạn {rule}",
        "title_en": f"Period {rule}",
        "state": "running",
        "law": CODE,
        "article": "Điều 172",
        "regime": "CURRENT",
        "confidence": "seen",
        "limit": "max",
        "subject": CASE,
        "around": [],
        "start_event": str(uuid.uuid5(id, "start")),
        "start_topic": "cases.case_prosecution_instituted.v1",
        "started_at": iso(NOW - timedelta(days=20)),
        "recorded_late": False,
        "length": {"n": 4, "unit": "month"},
        "why_vi": "4 tháng",
        "why_en": "4 months",
        "due": iso(due),
        "moved": False,
        "extensions": [],
        "recomputed": 0,
        "agencies": [body(each, never_critical=each in never) for each in agencies],
        "responsible": "Investigating body",
        "waits_for": None,
        "warned": None,
        "missed_at": None,
        "ended_at": None,
        "in_time": None,
        "closed": None,
    }
    return row | changes


def periods(task: str) -> list[dict[str, Any]]:
    """One of each kind. `task` is the id of a task with a term."""
    late, today, soon, later = day_end(-3), day_end(0), day_end(5), day_end(70)
    began = iso(NOW - timedelta(hours=3))
    return [
        period("LATE", late, missed_at=iso(late)),
        period("ASKED", late, agencies=(COURT,), never=(COURT,), subject=f"task:{task}"),
        period(
            "AT-ONCE", NOW - timedelta(hours=3), started_at=began, length={"n": 0, "unit": "day"}
        ),
        period("RIGHT", late, agencies=(), responsible="Person entitled"),
        period("TASK-DUE", today, subject=f"task:{task}", length=None, article="field DueDate"),
        period(
            "INV",
            soon,
            why_vi="4 tháng (tội phạm rất nghiêm trọng)",
            why_en="4 months (very serious offence)",
            moved=True,
            recomputed=1,
            confidence="memory",
            extensions=[extension(1, soon)],
        ),
        period("CUSTODY", later, subject=PERSON, around=[CASE], agencies=(PROCURACY,)),
        period("DONE", soon, state="met", ended_at=iso(NOW), in_time=True),
        period("DONE-LATE", late, state="missed", ended_at=iso(NOW), in_time=False),
        period("CLOSED", soon, state="closed", ended_at=iso(NOW), closed="matter_ended"),
    ]


def body(id: str, **changes: Any) -> dict[str, Any]:
    """A body that a period binds."""
    there = {"bound": True, "never_critical": False, "done_at": None, "in_time": None}
    return {"id": id} | there | changes


def extension(seq: int, due: datetime, **changes: Any) -> dict[str, Any]:
    """One time that a period was made longer."""
    return {
        "seq": seq,
        "length": {"n": 4, "unit": "month"},
        "due": due.isoformat(),
        "decided_by": PROCURACY,
        "decided_at": iso(NOW - timedelta(days=2)),
        "approver": "Procuracy",
        "article": "172(2),(5)",
        "asked_at": None,
        "flags": ["asked_late"],
    } | changes


def state_of(due: datetime, said: str) -> str:
    """`overdue`, `due` or `running` for what is open; what has ended stays as it is."""
    if said not in ("running", "due", "overdue"):
        return said
    if due <= NOW:
        return "overdue"
    return "due" if due <= day_end(0) else "running"


def listed(all_: list[dict[str, Any]], asked: Mapping[str, str]) -> dict[str, Any]:
    """The answer of `GET /v1/deadlines`."""
    rows = []
    for each in sorted(all_, key=lambda row: (datetime.fromisoformat(row["due"]), row["id"])):
        due = datetime.fromisoformat(each["due"])
        row = each | {"state": state_of(due, each["state"])}
        if _wanted(row, due, asked):
            rows.append(row)
    skip = int(base64.urlsafe_b64decode(asked["after"])) if asked.get("after") else 0
    end = skip + int(asked.get("limit", 50))
    more = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(rows) else None
    return {"deadlines": rows[skip:end], "next": more, "now": iso(NOW)}


def _wanted(row: dict[str, Any], due: datetime, asked: Mapping[str, str]) -> bool:
    if (agency := asked.get("agency")) and all(each["id"] != agency for each in row["agencies"]):
        return False
    if subject := asked.get("subject"):
        return subject in (row["subject"], *row["around"])
    states = {"running": ("running", "due")}.get(asked["state"], (asked["state"],))
    if asked["state"] == "missed":
        if not row["missed_at"] and row["state"] != "missed":
            return False
    elif row["state"] not in states:
        return False
    if (since := asked.get("since")) and due < datetime.fromisoformat(since):
        return False
    return not (before := asked.get("before")) or due < datetime.fromisoformat(before)


def standing(kind: str, ref: str, stage: tuple[str, str], holder: str) -> dict[str, Any]:
    """What every staged thing shows."""
    since = iso(NOW - timedelta(days=20))
    return {
        "id": ref.partition(":")[2],
        "kind": kind,
        "version": 3,
        "stage": stage[0].upper(),
        "stage_vi": stage[0],
        "stage_en": stage[1],
        "since": since,
        "holder": holder,
        "held_since": since,
        "offered_to": None,
    }


def states() -> dict[str, dict[str, Any]]:
    """By subject: the state that `GET /v1/<kind>/<id>` answers with."""
    return {
        CASE: standing("case", CASE, ("điều tra", "investigation"), INVESTIGATORS)
        | {
            "offered_to": PROCURACY,
            "case_no": "138/QĐ-BP",
            "offences": [{"article": "150", "clause": 2}],
            "severity_class": "RNT",
            "accused": [PERSON.partition(":")[2]],
            "from_tips": [TIP.partition(":")[2]],
            "indictment": "21/CT-VKS",
            "trial": {"docket_no": None},
            "split_from": None,
            "joined_into": None,
            "returns": {"VKS": 2, "JUDGE": 0},
            **dict.fromkeys(("juvenile", "child_victim", "organised", "flagrante"), False),
            "model_case": True,
        },
        PERSON: standing("person", PERSON, ("bị tạm giữ", "in custody"), INVESTIGATORS)
        | {
            "identity": "sealed",
            "measure": "custody",
            "charges": [{"article": "150", "clause": 3}],
            "case": CASE,
            "severity_class": "RNT",
            "under_18": True,
            "custody_until": NOW.date().isoformat(),
            "detention_until": None,
        },
        TIP: standing("tip", TIP, ("đang kiểm tra, xác minh", "being verified"), INVESTIGATORS)
        | {
            "receipt_no": "27/2025",
            "kind": "tin_bao",
            "channel": "hotline_111",
            "classification": "crime",
            "receiver": INVESTIGATORS,
            "case": CASE,
            "duplicate_of": None,
            "content": "erased",
            "informant": None,
            "urgent": True,
        },
        CAMPAIGN: standing("campaign", CAMPAIGN, ("đã mở", "launched"), "CA_TINH-P34-40")
        | {
            "theme": "Cao điểm tuyến biên giới",
            "campaign_kind": "combined",
            "window": {"from": "2025-07-15", "to": "2025-09-30"},
            "scope": ["P34-40"],
            "launched_by": "BCD138_TINH-P34-40",
            "participants": ["BCH_BDBP_KV-P34-40"],
        },
        RAID: standing("raid", RAID, ("đang tiến hành", "under way"), "CA_TINH-P34-40")
        | {
            "agencies": ["CA_TINH-P34-40"],
            **dict.fromkeys(("area", "campaign", "results")),
            "place_detail": "sealed",
        },
    }
