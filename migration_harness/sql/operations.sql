-- What an operation that is recorded does to rows. PostgreSQL is the only one that sees every way to change one: the ORM,
-- bulk statements, raw SQL, other triggers. A trigger of each declared table asks first, in its WHEN, whether this session
-- is recording, which costs a statement that nobody records less than a microsecond for each row.
--
-- The images are written in the transaction that changes the rows, so what is rolled back did not happen. The table is
-- unlogged: rows stay in it for as long as an operation runs, and a crash takes the operation along.

ALTER TABLE migration_harness_capturedrow SET UNLOGGED;

CREATE FUNCTION migration_harness_capture_row() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    most CONSTANT integer := 1000;
    seen CONSTANT integer := coalesce(nullif(current_setting('harness.captured', true), ''), '0')::integer;
    old_row jsonb;
    new_row jsonb;
    hidden text;
BEGIN
    -- Also counted when it is not kept: so the recording says that something is missing.
    PERFORM set_config('harness.captured', (seen + 1)::text, false);
    IF seen >= most THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        old_row := to_jsonb(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_row := to_jsonb(NEW);
    END IF;
    FOREACH hidden IN ARRAY coalesce(TG_ARGV, ARRAY[]::text[]) LOOP
        IF old_row IS NOT NULL AND new_row IS NOT NULL AND (old_row -> hidden) IS DISTINCT FROM (new_row -> hidden) THEN
            new_row := jsonb_set(new_row, ARRAY[hidden], '"(another secret)"');
        ELSIF new_row IS NOT NULL THEN
            new_row := jsonb_set(new_row, ARRAY[hidden], '"(secret)"');
        END IF;
        IF old_row IS NOT NULL THEN
            old_row := jsonb_set(old_row, ARRAY[hidden], '"(secret)"');
        END IF;
    END LOOP;
    INSERT INTO migration_harness_capturedrow (recording, relation, change, before, after)
    VALUES (
        current_setting('harness.recording')::uuid,
        TG_TABLE_NAME,
        CASE TG_OP WHEN 'INSERT' THEN 'inserted' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END,
        old_row,
        new_row
    );
    RETURN NULL;
END $$;
