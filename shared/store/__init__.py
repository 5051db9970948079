"""The event log on PostgreSQL: wire-compatible with `eventsourcing`'s recorder, group-committed."""
