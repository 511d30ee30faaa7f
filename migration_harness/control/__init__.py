"""What changes a flag: flips, rollback and its proof, the audit trail; one store filled from the other."""
