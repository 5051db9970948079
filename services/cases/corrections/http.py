"""The front door of corrections: one line for each thing one may do."""

from services.cases.corrections.events import RecordCorrected
from shared.correcting import correcting
from shared.http.routes import command

ROUTES = (command("POST /v1/cases/corrections", correcting(RecordCorrected)),)
