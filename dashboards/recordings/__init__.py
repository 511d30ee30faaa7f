"""Operations that were recorded: the list, and one with its effects and laws."""
