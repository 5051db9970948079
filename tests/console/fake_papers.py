"""Directives as the reading API answers them, made of the demonstration's published facts."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.demo.letters import letter, read_seeds
from shared.reference import Register

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2025, 7, 30, 9, 42, tzinfo=VIETNAM)
"""The moment at which the fake world stands still."""
STATES = ("open", "accepted", "returned", "in_progress", "done_unconfirmed", "confirmed")
TITLES = {"cong_van": ("Công văn", "Official letter"), "ke_hoach": ("Kế hoạch", "Plan")}
ALL = "ALL_ADDRESSEES"


def papers(register: Register) -> list[dict[str, Any]]:
    """Five directives; the one of Nghệ An is in full swing, the others are over."""
    return [paper(letter(seed, register).body, register) for seed in read_seeds()]


def stable(text: str) -> int:
    """A number that looks like chance and is always the same."""
    return uuid.uuid5(uuid.NAMESPACE_URL, text).int % 1000


def names(agency: str, on: date, register: Register) -> dict[str, Any]:
    """Names and lane, as every agency comes in an answer."""
    if agency == ALL:
        vi, en = "Tất cả nơi nhận", "All addressees"
        return {"agency": ALL, "name_vi": vi, "name_en": en, "short_vi": vi, "lane": "other"}
    found = register.agency(agency, on)
    return {
        "agency": agency,
        "name_vi": found.name_vi,
        "name_en": found.name_en,
        "short_vi": found.short_vi,
        "lane": found.lane,
    }


def paper(body: Mapping[str, Any], register: Register) -> dict[str, Any]:
    """The answer of `GET /v1/directives/{id}` for one paper."""
    last = body["issue_date"] or body["issued_between"]["to"]
    on = date.fromisoformat(last)
    over = on.year < 2025
    number, notation = body["number"], body["notation"]
    reference = "/".join(str(each) for each in (number, notation) if each) or None
    addressees = [_addressee(each["agency"], on, register, over) for each in body["addressees"]]
    bodies = [each["agency"] for a in addressees for each in a["bodies"]]
    tasks = [_task(each, bodies, on, register, over) for each in body["tasks"]]
    title = f"{TITLES[body['doc_type']][0]} {reference or f'chưa rõ số, năm {on.year}'}"
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, title)),
        "reference": reference,
        "title": title,
        "title_en": title.replace(*TITLES[body["doc_type"]]),
        "doc_type": body["doc_type"],
        "doc_type_vi": TITLES[body["doc_type"]][0],
        "doc_type_en": TITLES[body["doc_type"]][1],
        "subject_vi": body["subject_vi"],
        "subject_en": body["subject_en"],
        "issuer": body["issuer"],
        "issuer_vi": register.agency(body["issuer"], on).name_vi,
        "issuer_en": register.agency(body["issuer"], on).name_en,
        "lane": register.agency(body["issuer"], on).lane,
        "issue_date": body["issue_date"],
        "issued_from": None if body["issue_date"] else body["issued_between"]["from"],
        "issued_to": None if body["issue_date"] else body["issued_between"]["to"],
        "completeness": body["completeness"],
        "missing": body["missing"],
        "revised": None,
        "last_event_at": "2025-07-30T02:40:00+00:00",
        "version": 7,
        "paper": {name: body[name] for name in ("legal_basis", "implements", "theme", "campaigns")},
        "addressee_list": addressees,
        "task_list": tasks,
        "target_list": [
            {"id": str(uuid.uuid4()), **each, "title_en": None} for each in body["targets"]
        ],
        "report_list": [_report(each, bodies, on, register) for each in body["reports"]],
    }


def _members(agency: str, on: date, register: Register) -> Sequence[str]:
    return register.members(agency, on) or (agency,)


def _addressee(agency: str, on: date, register: Register, over: bool) -> dict[str, Any]:
    bodies = [_body(each, on, register, over) for each in _members(agency, on, register)]
    return {
        **names(agency, on, register),
        "role": "implement",
        "members_known": bool(register.members(agency, on)),
        "counts": {
            "bodies": len(bodies),
            **{
                state: sum(1 for body in bodies if body[f"{state}_at"])
                for state in ("dispatched", "received", "acknowledged", "returned")
            },
        },
        "bodies": bodies,
    }


def _body(agency: str, on: date, register: Register, over: bool) -> dict[str, Any]:
    chance = 500 if over or not agency.startswith("UBND_XA") else stable(agency)
    sent = datetime.combine(on, datetime.min.time(), VIETNAM) + timedelta(hours=16)
    got = sent + timedelta(minutes=1 + chance)
    status = (
        "returned"
        if chance < 8
        else "dispatched"
        if chance < 30
        else "received"
        if chance < 60
        else "acknowledged"
    )
    return {
        **names(agency, on, register),
        "status": status,
        "dispatched_at": sent.isoformat(),
        "received_at": got.isoformat() if status in ("received", "acknowledged") else None,
        "acknowledged_at": (got + timedelta(hours=2)).isoformat()
        if status == "acknowledged"
        else None,
        "incoming_number": chance + 1 if status == "acknowledged" else None,
        "returned_at": "2025-07-30T00:48:00+00:00" if status == "returned" else None,
        "return_reason": "wrong_addressee" if status == "returned" else None,
    }


def _task(
    task: Mapping[str, Any], bodies: Sequence[str], on: date, register: Register, over: bool
) -> dict[str, Any]:
    leads = bodies if task["lead"] == ALL else _members(task["lead"], on, register)
    assignees = [_assignee(each, task, on, register, over) for each in dict.fromkeys(leads)]
    counts = counted(Counter(each["status"] for each in assignees))
    due_at = deadline(task["due"])
    state = next(s for s in (*STATES, "cancelled") if counts[s])
    vi, en = due_words(task["due"])
    late = due_at is not None and due_at <= NOW and state in ("open", "accepted", "in_progress")
    lead = names(task["lead"], on, register)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{on}{task['key']}{task['lead']}")),
        **{name: task[name] for name in ("key", "title_vi", "title_en", "work_line", "mode")},
        "parent": None,
        "lead": task["lead"],
        "lead_vi": lead["name_vi"],
        "lead_en": lead["name_en"],
        "lane": lead["lane"],
        "coordinators": [names(each, on, register) for each in task["coordinators"]],
        "due": task["due"],
        "due_at": due_at.isoformat() if due_at else None,
        "due_vi": vi,
        "due_en": en,
        "overdue": late and task["mode"] == "order",
        "state": state,
        "counts": counts,
        "assignees": assignees,
        "note": task["note"],
    }


def _assignee(
    agency: str, task: Mapping[str, Any], on: date, register: Register, over: bool
) -> dict[str, Any]:
    chance = stable(agency + task["key"])
    status = "in_progress"
    if over:
        status = "accepted" if chance < 90 else "done_unconfirmed" if chance < 300 else "confirmed"
    elif chance < 120:
        status = "open"
    elif chance < 128:
        status = "returned"
    elif chance < 420:
        status = "accepted"
    elif chance > 960:
        status = "done_unconfirmed"
    return {
        **names(agency, on, register),
        "status": status,
        "percent": chance // 10 if status == "in_progress" else None,
        "changed_at": f"{on.isoformat()}T0{1 + chance % 8}:{chance % 60:02d}:00+00:00",
        "on_time": True if status in ("done_unconfirmed", "confirmed") else None,
        "never_critical": agency.startswith(("VKSND", "TAND", "MTTQ")),
    }


def _report(
    report: Mapping[str, Any], bodies: Sequence[str], on: date, register: Register
) -> dict[str, Any]:
    reporters = [each for r in report["reporters"] for each in (bodies if r == ALL else [r])]
    due_at = deadline(report["due"])
    vi, en = due_words(report["due"])
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{on}{report['key']}")),
        "key": report["key"],
        "recipients": [names(each, on, register) for each in report["reporters"]],
        "via": report["via"],
        "via_vi": names(report["via"], on, register)["name_vi"] if report["via"] else None,
        "to": [names(each, on, register) for each in report["to"]],
        "due_vi": vi,
        "due_en": en,
        "due_at": due_at.isoformat() if due_at else None,
        "overdue": False,
        "counts": {
            "bodies": len(reporters),
            "submitted": max(1, len(reporters) - 3),
            "accepted": max(0, len(reporters) - 5),
            "returned": 0,
        },
        "missing": [names(each, on, register) for each in reporters[1:4]],
        "consolidated": False,
    }


def counted(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of states with their total."""
    every = {state: counts.get(state, 0) for state in (*STATES, "cancelled")}
    return {"total": sum(every.values()), **every}


def deadline(due: Mapping[str, Any]) -> datetime | None:
    """The first moment that is too late."""
    last = {"date": "on", "window": "to", "period": "to"}.get(due["type"])
    if due["type"] == "before":
        return datetime.combine(date.fromisoformat(due["on"]), datetime.min.time(), VIETNAM)
    if last is None:
        return None
    day = date.fromisoformat(due[last]) + timedelta(days=1)
    return datetime.combine(day, datetime.min.time(), VIETNAM)


def due_words(due: Mapping[str, Any]) -> tuple[str, str]:
    """By when, in words."""
    match due["type"]:
        case "date":
            return f"đến hết {day(due['on'])}", f"by the end of {due['on']}"
        case "before":
            return f"trước ngày {day(due['on'])}", f"before {due['on']}"
        case "window" | "period":
            said = f"từ {day(due['from'])} đến hết {day(due['to'])}"
            return said, f"from {due['from']} to {due['to']}"
        case "continuous":
            return "thường xuyên", "continuously"
        case "as_they_occur":
            return "khi phát sinh", "as they occur"
    return "không nêu hạn", "no term given"


def day(text: str) -> str:
    """`30/07/2025`."""
    return f"{date.fromisoformat(text):%d/%m/%Y}"
