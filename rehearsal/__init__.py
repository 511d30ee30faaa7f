"""The whole plan on a copy of this tree, with the service at work: each phase forward, back, and forward again.

Then legacy code is removed there, and the way back from that is walked. ``make rehearse`` runs it. Whatever it changes
is below ``.run/rehearsal``: the copy, its servers, the report.
"""

# @legacy package
