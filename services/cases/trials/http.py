"""The front door of trials: one line for each thing a court or procuracy may record of a case."""

from services.cases.proceedings.domain import Case
from shared.http.routes import decision

ONE = "/v1/cases/{case_id}"

ROUTES = (
    decision(f"POST {ONE}/acceptances", Case, Case.accept_case),
    decision(f"POST {ONE}/trial-orders", Case, Case.order_trial),
    decision(f"POST {ONE}/trial-formats", Case, Case.decide_trial_format),
    decision(f"POST {ONE}/trial-openings", Case, Case.open_trial),
    decision(f"POST {ONE}/trial-sessions", Case, Case.hold_trial),
    decision(f"POST {ONE}/trial-postponements", Case, Case.postpone_trial),
    decision(f"POST {ONE}/judgments", Case, Case.pronounce_judgment),
    decision(f"POST {ONE}/judgment-deliveries", Case, Case.deliver_judgment),
    decision(f"POST {ONE}/appeals", Case, Case.file_appeal),
    decision(f"POST {ONE}/protests", Case, Case.file_protest),
    decision(f"POST {ONE}/appellate-judgments", Case, Case.pronounce_appellate_judgment),
    decision(f"POST {ONE}/effects", Case, Case.confirm_effect),
    decision(f"POST {ONE}/execution-orders", Case, Case.order_execution),
)
