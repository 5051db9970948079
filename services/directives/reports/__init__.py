"""Report lines: who owes which report to whom, through whom, by when, and what was sent."""
