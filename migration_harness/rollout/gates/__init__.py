"""Gates: the conditions for entering and leaving a phase. One class a file, all with one method."""
