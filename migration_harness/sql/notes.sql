-- What a person wrote about a discrepancy stays as it was written (see audit.sql for the function).

CREATE TRIGGER note_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_discrepancynote
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
