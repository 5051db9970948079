"""Real PostgreSQL and nats-server on one machine, run and watched as our own child processes.

The public door is `servers.EmbeddedServers`; every error is an `errors.EmbeddedServerError`.
Nothing here runs at import time, and nothing outside the data folder has its mode changed.
"""
