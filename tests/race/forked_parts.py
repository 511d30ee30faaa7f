"""What a forking process and the test beside it both say; importing the process would change the suite's recorder."""

CHILD, PARENT = "of the child", "of the parent"
"""The accounts of what each of them compares."""
COMPARED = 5
"""How often."""
