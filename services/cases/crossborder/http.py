"""The front door of acts across borders: one line for each thing one may do or see."""

from services.cases.crossborder.commands import (
    agree_joint_action,
    begin_suspect_handover,
    begin_victim_handover,
    exchange_information,
    hand_over_suspect,
    request_information,
)
from services.cases.crossborder.domain import BorderRequest, Exchange, JointAction
from services.cases.crossborder.handover import SuspectHandover, VictimHandover
from shared.http.routes import command, decision
from shared.http.state import state_route

SUSPECT = "/v1/suspect-handovers"
VICTIM = "/v1/victim-handovers"

ROUTES = (
    command("POST /v1/border-requests", request_information, creates=True),
    command("POST /v1/exchanges", exchange_information, creates=True),
    command("POST /v1/joint-actions", agree_joint_action, creates=True),
    command(f"POST {SUSPECT}", begin_suspect_handover, creates=True),
    command(f"POST {SUSPECT}/{{handover_id}}/answers", hand_over_suspect),
    command(f"POST {VICTIM}", begin_victim_handover, creates=True),
    decision(
        f"POST {VICTIM}/{{handover_id}}/answers", VictimHandover, VictimHandover.hand_over_victim
    ),
    state_route("cases", BorderRequest),
    state_route("cases", Exchange),
    state_route("cases", JointAction),
    state_route("cases", SuspectHandover),
    state_route("cases", VictimHandover),
)
