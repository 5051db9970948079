"""The front door of trials: one line for each thing a court or procuracy may record of a case."""

from services.cases.proceedings.domain import Case
from services.cases.trials import commands
from shared.http.routes import command, decision

ONE = "/v1/cases/{case_id}"

ROUTES = (
    command(f"POST {ONE}/acceptances", commands.accept_case),
    command(f"POST {ONE}/trial-orders", commands.order_trial),
    decision(f"POST {ONE}/trial-formats", Case, Case.decide_trial_format),
    decision(f"POST {ONE}/trial-openings", Case, Case.open_trial),
    decision(f"POST {ONE}/trial-sessions", Case, Case.hold_trial),
    decision(f"POST {ONE}/trial-postponements", Case, Case.postpone_trial),
    command(f"POST {ONE}/judgments", commands.pronounce_judgment),
    decision(f"POST {ONE}/judgment-deliveries", Case, Case.deliver_judgment),
    command(f"POST {ONE}/appeals", commands.file_appeal),
    command(f"POST {ONE}/protests", commands.file_protest),
    command(f"POST {ONE}/appellate-judgments", commands.pronounce_appellate_judgment),
    command(f"POST {ONE}/effects", commands.confirm_effect),
    command(f"POST {ONE}/execution-orders", commands.order_execution),
)
