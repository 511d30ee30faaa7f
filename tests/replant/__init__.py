# @legacy package
"""The failures that followed the first migration, planted again: each is found before anybody is switched."""
