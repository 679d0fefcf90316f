"""Which statements make PostgreSQL refuse changes to a ledger table?"""

from odoo.tools import SQL


def refuse_changes(table, rekeyed):
    """Return the statements that make ``table`` append-only, also for plain SQL.

    While two partners are merged (see :mod:`partner_merge`) a row may change in the columns
    ``rekeyed``, and in no other. Dropping the table (uninstalling the addon) stays possible:
    triggers do not see it.
    """
    statement, row = (SQL.identifier(f"{table}_append_only{suffix}") for suffix in ("", "_row"))
    name = SQL.identifier(table)
    columns = SQL(", ").join(SQL("%s", column) for column in rekeyed)
    return [
        SQL(
            """
            CREATE OR REPLACE FUNCTION pmm_refuse_change() RETURNS trigger AS $body$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    -- a user who leaves is forgotten, and nothing else of the row
                    IF to_jsonb(NEW) - '{create_uid,write_uid}'::text[]
                        = to_jsonb(OLD) - '{create_uid,write_uid}'::text[]
                    THEN
                        RETURN NEW;
                    ELSIF TG_NARGS > 0 AND current_setting('pmm.partner_merge', TRUE) = 'on'
                        AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV
                    THEN
                        RETURN NEW;
                    END IF;
                END IF;
                RAISE EXCEPTION 'Rows of %% are never changed or deleted; add a difference.',
                    TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END
            $body$ LANGUAGE plpgsql
            """
        ),
        SQL("DROP TRIGGER IF EXISTS %s ON %s", statement, name),
        SQL(
            "CREATE TRIGGER %s BEFORE TRUNCATE ON %s"
            " FOR EACH STATEMENT EXECUTE FUNCTION pmm_refuse_change()",
            statement,
            name,
        ),
        SQL("DROP TRIGGER IF EXISTS %s ON %s", row, name),
        SQL(
            # for each row: a statement that finds none, as deleting a user makes, changes nothing
            "CREATE TRIGGER %s BEFORE UPDATE OR DELETE ON %s"
            " FOR EACH ROW EXECUTE FUNCTION pmm_refuse_change(%s)",
            row,
            name,
            columns,
        ),
    ]


def forget_refusal():
    """Return the statement that drops the triggers and their function."""
    return SQL("DROP FUNCTION IF EXISTS pmm_refuse_change() CASCADE")
