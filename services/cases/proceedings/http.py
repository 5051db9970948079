"""The front door of cases: one line for each thing one may do or see."""

from services.cases.proceedings.commands import (
    discontinue_proceedings,
    institute_case,
    regroup_cases,
    request_supplementary_investigation,
    resume_proceedings,
)
from services.cases.proceedings.domain import Case
from shared.http.routes import command, decision
from shared.http.state import state_route

AT = "/v1/cases"
ONE = f"{AT}/{{case_id}}"

ROUTES = (
    command(f"POST {AT}", institute_case, creates=True),
    decision(f"POST {ONE}/institution-changes", Case, Case.change_institution),
    decision(f"POST {ONE}/transfers", Case, Case.transfer_case),
    command(f"POST {ONE}/regroupings", regroup_cases),
    decision(f"POST {ONE}/extensions", Case, Case.extend_period),
    decision(f"POST {ONE}/conclusions", Case, Case.conclude_investigation),
    command(f"POST {ONE}/returns", request_supplementary_investigation),
    decision(f"POST {ONE}/indictments", Case, Case.issue_indictment),
    decision(f"POST {ONE}/suspensions", Case, Case.suspend_proceedings),
    command(f"POST {ONE}/resumptions", resume_proceedings),
    command(f"POST {ONE}/discontinuations", discontinue_proceedings),
    decision(f"POST {ONE}/file-transmissions", Case, Case.transmit_case_file),
    decision(f"POST {ONE}/model-designations", Case, Case.designate_model_case),
    state_route("cases", Case),
)
