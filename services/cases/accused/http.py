"""The front door of persons in proceedings: one line for each thing one may do or see."""

from services.cases.accused import commands
from services.cases.accused.domain import Person
from services.cases.accused.readings import by_their_case
from shared.http.routes import command, decision
from shared.http.state import state_route

AT = "/v1/persons"
ONE = f"{AT}/{{person_id}}"

ROUTES = (
    command(f"POST {AT}", commands.apprehend_suspect, creates=True),
    command(f"POST {AT}/prosecutions", commands.institute_accused, creates=True),
    decision(f"POST {ONE}/apprehensions", Person, Person.apprehend_again),
    command(f"POST {ONE}/custody", commands.order_temporary_custody),
    decision(f"POST {ONE}/custody-extensions", Person, Person.extend_temporary_custody),
    command(f"POST {ONE}/prosecutions", commands.prosecute),
    command(f"POST {ONE}/reviews", commands.review_accused),
    command(f"POST {ONE}/reclassifications", commands.reclassify_offence),
    command(f"POST {ONE}/detentions", commands.order_temporary_detention),
    command(f"POST {ONE}/detention-extensions", commands.extend_temporary_detention),
    command(f"POST {ONE}/measures", commands.change_preventive_measure),
    command(f"POST {ONE}/wanted-notices", commands.issue_wanted_notice),
    state_route("cases", Person, by_their_case),
)
