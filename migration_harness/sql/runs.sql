-- What a run found stays as it was found; another run is another name.

CREATE TRIGGER run_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_run
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
CREATE TRIGGER run_evidence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_runevidence
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
CREATE TRIGGER run_sample_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_runsample
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
