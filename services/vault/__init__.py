"""The vault: one key per person; seals for all services, opens for those who may know, erases.

Keys lie in a schema of their own that only the vault's role reads; decisions lie in its log.
"""
