-- The comparison log: append-only, one partition a day, and a default one so that no row is ever refused
-- for want of a partition. xid is what folding into rollups goes by: row ids of late commits come out of order.

CREATE TABLE migration_harness_comparison (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seam text NOT NULL,
    flag_epoch bigint NOT NULL,
    stage text NOT NULL,
    account_id text NOT NULL,
    account_plan text NOT NULL,
    execution_path text NOT NULL,
    group_by text[] NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('match', 'intended', 'mismatch', 'candidate_error', 'control_error', 'both_error', 'timeout', 'blocked')),
    signature text CHECK ((signature IS NULL) = (verdict = 'match')),
    control_measure numeric,
    candidate_measure numeric,
    control_ns bigint NOT NULL,
    candidate_ns bigint NOT NULL,
    operation_id text NOT NULL,
    request_id text NOT NULL,
    run text NOT NULL,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);

CREATE TABLE migration_harness_comparison_default PARTITION OF migration_harness_comparison DEFAULT;

CREATE INDEX comparison_by_signature ON migration_harness_comparison (signature, at) WHERE signature IS NOT NULL;
CREATE INDEX comparison_by_operation ON migration_harness_comparison (operation_id) WHERE operation_id <> '';

CREATE TRIGGER comparison_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_comparison
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
