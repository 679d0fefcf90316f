"""Which statements make PostgreSQL refuse changes to a ledger table?"""

from odoo.tools import SQL


def refuse_changes(table):
    """Return the statements that make ``table`` append-only, also for plain SQL.

    Dropping the table (uninstalling the addon) stays possible: triggers do not see it.
    """
    trigger = SQL.identifier(f"{table}_append_only")
    return [
        SQL(
            """
            CREATE OR REPLACE FUNCTION pmm_refuse_change() RETURNS trigger AS $body$
            BEGIN
                RAISE EXCEPTION 'Rows of %% are never changed or deleted; add a difference.',
                    TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END
            $body$ LANGUAGE plpgsql
            """
        ),
        SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, SQL.identifier(table)),
        SQL(
            "CREATE TRIGGER %s BEFORE UPDATE OR DELETE OR TRUNCATE ON %s"
            " FOR EACH STATEMENT EXECUTE FUNCTION pmm_refuse_change()",
            trigger,
            SQL.identifier(table),
        ),
    ]


def forget_refusal():
    """Return the statement that drops the triggers and their function."""
    return SQL("DROP FUNCTION IF EXISTS pmm_refuse_change() CASCADE")
