"""Tasks: one line of a directive that somebody leads, others help with, and that has a due day."""
