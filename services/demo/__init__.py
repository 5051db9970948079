"""The demonstration: five real directives, played through the public doors as agencies would.

A client only: it speaks HTTP and NATS like any agency's system and imports no other service. The
papers are real; who answers when, returns a task or reports progress is sample data.
"""
