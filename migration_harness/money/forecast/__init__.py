"""Money before any account is moved: recorded calls, priced on both sides.

``source`` is what the host provides, ``money`` adds it up, ``report`` makes the answer. ``stored`` keeps it, and
``figures`` what it says of each account's calls of each kind. ``sign_off`` lets a person sign it and says whether the
signature still holds.
"""
