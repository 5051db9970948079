"""The front door of tips: one line for each thing one may do or see."""

from services.cases.tips.commands import classify_tip, receive_tip
from services.cases.tips.domain import Tip
from shared.http.routes import command, decision
from shared.http.state import state_route

AT = "/v1/tips"

ROUTES = (
    command(f"POST {AT}", receive_tip, creates=True),
    command(f"POST {AT}/{{tip_id}}/classifications", classify_tip),
    decision(f"POST {AT}/{{tip_id}}/transfers", Tip, Tip.transfer_tip),
    decision(f"POST {AT}/{{tip_id}}/handlers", Tip, Tip.assign_tip_handler),
    decision(f"POST {AT}/{{tip_id}}/notices", Tip, Tip.notify_tip_informant),
    decision(f"POST {AT}/{{tip_id}}/extensions", Tip, Tip.extend_tip_verification),
    decision(f"POST {AT}/{{tip_id}}/suspensions", Tip, Tip.suspend_tip_handling),
    decision(f"POST {AT}/{{tip_id}}/resumptions", Tip, Tip.resume_tip_handling),
    decision(f"POST {AT}/{{tip_id}}/non-institutions", Tip, Tip.decide_case_non_institution),
    state_route("cases", Tip),
)
