"""The pages for reading: the desk, one directive, one task, the timeline."""

from datetime import date, datetime
from typing import Any

from aiohttp import web

from services.console import campaign, desk, directive, feed, matrix, matter, task
from services.console.client import DIRECTIVES_MAX, Api, ApiProblem
from services.console.page import Page, nowhere
from services.console.subjects import MATTERS, page_of, subject_of
from shared.actor import VIETNAM
from shared.reference import RegisterError

DESK_ENTRIES = 14
SUBJECT_ENTRIES = 10
PAGE_ENTRIES = 60
CHART_PAGE_ENTRIES = 500
CHART_PAGES_MAX = 6
"""A directive with more entries than these pages hold is drawn without its events per day."""
EVERYTHING = {"due": "", "state": "", "open": ""}
"""What a filter of the desk takes out of the address before it puts itself in."""
VIEWS = ("matrix", "agencies", "due")


async def show_desk(page: Page) -> web.Response:
    """Who has not acted, what is late or next, what has just come in."""
    signed, say = page.signed, page.say
    area, agency, q = page.asked("area"), page.asked("agency"), page.asked("q")
    async with page.api() as api:
        found, more = await api.directives(area=area, agency=agency, q=q)
        newest = await api.newest("", DESK_ENTRIES)
        opened = await _opened(page, api, [each["id"] for each in found])
        pulse = await _status(api)
    rows = desk.ordered(desk.row(each, say) for each in found)
    chosen = desk.chosen_filter(page.asked("due"), page.asked("state"))
    shown = [each for each in rows if desk.matches(chosen, each)]
    running = [each.of for each in rows if each.clock.kind in ("run", "soon")]
    return page.show(
        "desk.html",
        nav="desk",
        mine=signed.actor.agency,
        headline=desk.headline(rows, say),
        horizon=desk.horizon(rows, say),
        chips=desk.chips(rows, chosen),
        chip_link=lambda chip: page.link(**(EVERYTHING | {chip.param: chip.value})),
        chosen=chosen,
        groups=desk.grouped(shown),
        shown=len(shown),
        total=len(rows),
        limit=DIRECTIVES_MAX if more else 0,
        next_up=desk.paper(running[0], say) if running else "",
        opened=opened,
        paper=desk.paper,
        whole=desk.whole,
        between=directive.between,
        entries=feed.entries(newest["entries"], page),
        last=newest["last"],
        pulse=pulse,
        live="",
        asked=[each for each in (q, area, agency) if each],
    )


async def _opened(page: Page, api: Api, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Addressees of the row that the address opens."""
    id = page.asked("open")
    if id not in ids:
        return {}
    return {id: desk.opened(await api.directive(id), page.say)}


async def _status(api: Api) -> dict[str, Any]:
    """How many events are recorded and how far the timeline is; empty when nobody says so."""
    try:
        status = await api.get("v1/status")
        behind = [e["behind"] for e in status["followers"] if "timeline" in e["follower"]]
    except (ApiProblem, KeyError):
        return {}
    return {"events": sum(status["logs"].values()), "behind": max(behind, default=0)}


async def show_directive(page: Page) -> web.Response:
    """One directive: who has not acted, which tasks stand still, how much time is left."""
    say, subject = page.say, f"directive:{page.request.match_info['id']}"
    view = page.asked("view") if page.asked("view") in VIEWS else VIEWS[0]
    async with page.api() as api:
        found = await api.directive(page.request.match_info["id"])
        newest = await api.newest(subject, SUBJECT_ENTRIES)
        days = await _days(page, api, subject, newest["entries"])
    register = page.door.register
    on = date.fromisoformat(found["issue_date"] or found["issued_to"])
    drawn = matrix.matrix(found, register, say)
    campaigns = found["paper"]["campaigns"]
    leads = {
        str(each["lead"]): (page.lane_of(str(each["lead"])), page.name_of(str(each["lead"]), on))
        for each in campaigns
        if each["lead"]
    }
    idle = directive.idle(found, say)
    row = desk.row(found, say)
    return page.show(
        "directive.html",
        nav="directive",
        subject=subject,
        of=found,
        row=row,
        answer=directive.answer(found, row.waiting, say),
        unfinished=directive.unfinished(found, say),
        sent_back=directive.sent_back(found, say),
        title=desk.whole(
            say.of({**found, "title_vi": found["title"]}, "title"), found["reference"]
        ),
        between=directive.between(found, say),
        area=_area(page, found["issuer"]),
        chain=directive.chain(found, register, say),
        modes=directive.modes(found),
        overdue=directive.overdue(found),
        strip=campaign.strip(campaigns, leads, days, say),
        untold=campaign.untold(campaigns, leads, say),
        view=view,
        matrix=drawn,
        due_groups=directive.due_groups(found, say),
        behind=directive.behind(found, drawn.columns, say),
        idle=len(idle),
        idle_groups=directive.idle_groups(idle),
        body_of=_paper_body,
        target_words=directive.target_words,
        entries=feed.entries(newest["entries"], page),
        more_entries=newest["next"] is not None,
        last=newest["last"],
        live=subject,
    )


async def _days(page: Page, api: Api, subject: str, newest: list[dict[str, Any]]) -> list[date]:
    """The days on which everything about a directive happened, for the campaign strip."""
    if page.request.headers.get("X-Console-Refresh"):
        return []  # A refresh replaces figures and rows; the strip stays as it was drawn.
    if len(newest) < SUBJECT_ENTRIES:
        return directive.occurred_days(newest)
    days: list[date] = []
    after = 0
    for _ in range(CHART_PAGES_MAX):
        answer = await api.get(
            "v1/timeline", subject=subject, after=after or "", limit=CHART_PAGE_ENTRIES
        )
        days += directive.occurred_days(answer["entries"])
        if answer["next"] is None:
            return days
        after = answer["next"]
    return []


def _area(page: Page, agency: str) -> str:
    try:
        return page.door.register.area(agency.partition("-")[2]).full_vi
    except RegisterError:
        return ""


def _paper_body(body: dict[str, Any], say: Any) -> dict[str, str]:
    """When a body was sent, received and acknowledged the paper, in words."""
    return {
        name: say.moment(datetime.fromisoformat(body[f"{name}_at"])) if body[f"{name}_at"] else ""
        for name in ("dispatched", "received", "acknowledged", "returned")
    }


async def show_task(page: Page) -> web.Response:
    """One task: what is asked, by when, and how far everybody is; live."""
    say, id = page.say, page.request.match_info["id"]
    subject = f"task:{id}"
    async with page.api() as api:
        found, own = await task.find(api, id)
        newest = await api.newest(subject, SUBJECT_ENTRIES)
    parent = next((each for each in found["task_list"] if each["id"] == own["parent"]), None)
    return page.show(
        "task.html",
        nav="task",
        subject=subject,
        of=found,
        task=own,
        parent=parent,
        children=[each for each in found["task_list"] if each["parent"] == id],
        the_clock=directive.clock(own, desk.issued_at(found), say),
        reason=task.reason(own, say),
        answer=task.answer(own, say),
        kinds=task.kinds(own, page.door.register, say),
        whole=desk.whole,
        entries=feed.entries(newest["entries"], page),
        more_entries=newest["next"] is not None,
        last=newest["last"],
        live=subject,
    )


async def show_timeline(page: Page) -> web.Response:
    """Everything that was recorded, or all about one subject; as of any moment."""
    subject = page.asked("subject", 120)
    as_of, known_at = page.asked("as_of", 40), page.asked("known_at", 40)
    before = page.asked("before", 19)
    async with page.api() as api:
        found = await api.get(
            "v1/timeline",
            subject=subject,
            order="newest",
            limit=PAGE_ENTRIES,
            before=before if before.isdigit() else "",
            as_of=_zoned(as_of),
            known_at=_zoned(known_at),
        )
        called = await _called(page, api, subject)
    still = bool(before or as_of or known_at)
    return page.show(
        "timeline.html",
        nav="timeline",
        subject=subject,
        called=called,
        back=page_of(subject),
        before=before,
        entries=feed.entries(found["entries"], page),
        next=found["next"],
        last=found["last"],
        live=None if still else subject,
        as_of=as_of,
        known_at=known_at,
    )


async def _called(page: Page, api: Api, subject: str) -> str:
    """What a subject is called on its own page; its kind and the end of its id without one."""
    kind, _, id = subject.partition(":")
    try:
        if kind in MATTERS:
            state = (await api.get(f"v1/{kind}/{id}"))["state"]
            return matter.called(kind, id, state, page.say)
        if kind == "directive":
            found = await api.directive(id)
            return str(found["title_en" if page.say.english else "title"])
        if kind == "task":
            found, own = await task.find(api, id)
            return f"{own['key']} {page.say.of(own, 'title')}, {found['title']}"
    except ApiProblem as problem:
        if problem.status != 404:
            raise
    about = subject_of(subject, page.say)
    return f"{about.words} {about.short}" if id else subject


def _zoned(text: str) -> str:
    """Addresses hold local times of Viet Nam without a zone; the API wants one."""
    if not text:
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        nowhere()
    return (at if at.tzinfo else at.replace(tzinfo=VIETNAM)).isoformat()


async def show_nothing(page: Page) -> web.Response:
    """There is no such page."""
    nowhere()
