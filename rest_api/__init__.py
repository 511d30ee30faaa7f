"""What the service's REST API and the operators' have in common: how a request is read, and what an answer looks like.

It knows no endpoint. Who may call one, and which error has which status, is said by each API for itself.
"""
