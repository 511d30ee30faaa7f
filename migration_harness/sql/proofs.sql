-- Who obeyed a rollback stays as it was written (see audit.sql for the function).

CREATE TRIGGER rollback_proof_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_rollbackproof
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();

-- Always: in a session that is set to replicate, ordinary triggers keep still.
ALTER TABLE migration_harness_rollbackproof ENABLE ALWAYS TRIGGER rollback_proof_append_only;
