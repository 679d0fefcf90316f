"""What has to be done to shares of documents before partners are merged?"""

from odoo.tools import SQL


def add_up_shares(source, partner):
    """Return the UPDATE that adds ``source``'s shares to those of ``partner``, per document.

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
            RETURNING kept.id, gone.share
        )
        UPDATE pmm_attribution kept SET share = kept.share + gone.share
        FROM gone WHERE kept.id = gone.id
        RETURNING kept.order_id, kept.move_id
        """,
        source=source.id,
        partner=partner.id,
    )


def repoint_shares(source, partner):
    """Return the UPDATE that gives ``source``'s other shares to ``partner``."""
    return SQL(
        "UPDATE pmm_attribution SET partner_id = %s WHERE partner_id = %s", partner.id, source.id
    )
