"""The rollback that nobody asks for: of a flag whose money seam has found the candidate wrong while it answers."""
