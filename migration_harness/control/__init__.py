"""What changes a flag: flips, rollback and its proof; one store filled from the other."""
