"""The vault's part of the front door."""

from services.vault.commands import (
    erase_personal_data,
    lift_hold,
    open_field,
    refuse_erasure,
    set_hold,
)
from shared.http.routes import Route, command

ROUTES: tuple[Route, ...] = (
    command("POST /v1/vault/openings", open_field, creates=True),
    command("POST /v1/vault/erasures", erase_personal_data, creates=True),
    command("POST /v1/vault/erasure-refusals", refuse_erasure, creates=True),
    command("POST /v1/vault/holds", set_hold, creates=True),
    command("POST /v1/vault/hold-ends", lift_hold, creates=True),
)
