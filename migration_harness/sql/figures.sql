-- What a forecast says of each account: nobody changes it, and what a person signed stays.

CREATE FUNCTION migration_harness_figures_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM migration_harness_forecastsignoff s WHERE s.forecast_id IN (SELECT forecast_id FROM gone)) THEN
        RAISE EXCEPTION 'figures of a signed forecast are append-only: % is refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Make another forecast, and sign that.';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER figure_is_final BEFORE UPDATE OR TRUNCATE ON migration_harness_forecastfigure
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
CREATE TRIGGER figure_stays_where_signed AFTER DELETE ON migration_harness_forecastfigure
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_figures_stay();

-- Always: in a session that is set to replicate, ordinary triggers keep still.
ALTER TABLE migration_harness_forecastfigure ENABLE ALWAYS TRIGGER figure_is_final;
ALTER TABLE migration_harness_forecastfigure ENABLE ALWAYS TRIGGER figure_stays_where_signed;
