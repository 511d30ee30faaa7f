-- What was run, and what was answered from outside, stays as it was written (see audit.sql for the function).

CREATE TRIGGER test_run_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_testrun
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
CREATE TRIGGER external_answer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_externalanswer
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
