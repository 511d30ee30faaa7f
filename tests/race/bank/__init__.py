"""A bank under faults: tellers charge, a banker flips, everything around them fails, and an auditor counts.

The auditor reads tables and journals with SQL of its own, and knows the prices from the signed list: nothing of what it
judges helps it to judge.
"""
