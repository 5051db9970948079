"""The agencies' door: each agency's own feed of what concerns it, over NATS and HTTP.

It passes on what others recorded and decides nothing about it.
"""
