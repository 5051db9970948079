"""The web console: what a duty officer keeps open.

Server-rendered pages over the public HTTP API of this very process, read as the person signed in.
It holds no store and no rules of its own; what it shows is what the API answered.
"""
