"""What has to be done to shares of documents before partners are merged?

Shares of drafts add up. Those of other documents stay apart and remember whose they were, as
their credits do (:mod:`partner_merge`): closed periods count what they counted.
"""

from odoo.tools import SQL


def add_up_shares(source, partner):
    """Return the UPDATE that adds ``source``'s shares of drafts to those of ``partner``.

    It returns (order_id, move_id) of the documents in which both had one.
    """
    return SQL(
        """
        WITH gone AS (
            DELETE FROM pmm_attribution gone USING pmm_attribution kept
            WHERE gone.partner_id = %(source)s AND kept.partner_id = %(partner)s
                AND kept.role = gone.role
                AND COALESCE(kept.order_id, 0) = COALESCE(gone.order_id, 0)
                AND COALESCE(kept.move_id, 0) = COALESCE(gone.move_id, 0)
                AND COALESCE(kept.former_refs, '[]') = COALESCE(gone.former_refs, '[]')
                AND (gone.role <> 'split' OR NOT %(fixed)s)
            RETURNING kept.id, gone.share
        )
        UPDATE pmm_attribution kept SET share = kept.share + gone.share
        FROM gone WHERE kept.id = gone.id
        RETURNING kept.order_id, kept.move_id
        """,
        source=source.id,
        partner=partner.id,
        fixed=_is_fixed("gone"),
    )


def repoint_shares(source, partner, day):
    """Return the UPDATE that gives ``source``'s other shares to ``partner`` from ``day`` on."""
    return SQL(
        """
        UPDATE pmm_attribution moved SET partner_id = %(partner)s,
            former_refs = CASE
                WHEN moved.role = 'split' AND %(fixed)s
                THEN COALESCE(moved.former_refs, '[]')
                    || jsonb_build_array(jsonb_build_array(%(source)s::int, %(day)s::date))
                ELSE moved.former_refs
            END
        WHERE moved.partner_id = %(source)s
        """,
        source=source.id,
        partner=partner.id,
        day=day,
        fixed=_is_fixed("moved"),
    )


def former_on(day):
    """Return whose a row with ``former_refs`` was on ``day``; 0 from the last merge on."""
    return SQL(
        """
        COALESCE((
            SELECT (former.entry ->> 0)::int
            FROM jsonb_array_elements(former_refs) WITH ORDINALITY former (entry, number)
            WHERE %s < (former.entry ->> 1)::date
            ORDER BY former.number LIMIT 1
        ), 0)
        """,
        day,
    )


def _is_fixed(share):
    """Return the condition that the document of ``share`` (an alias) is posted or confirmed."""
    return SQL(
        """(
            EXISTS (
                SELECT 1 FROM account_move
                WHERE account_move.id = %(move)s AND account_move.state = 'posted'
            ) OR EXISTS (
                SELECT 1 FROM sale_order
                WHERE sale_order.id = %(order)s AND sale_order.state = 'sale'
            )
        )""",
        move=SQL.identifier(share, "move_id"),
        order=SQL.identifier(share, "order_id"),
    )
