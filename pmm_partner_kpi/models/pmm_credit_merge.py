from odoo import api, models

from ..queries.credit_scope import of_partners_in
from ..queries.partner_merge import allow_rekeying, companies_of, rekey_credits


class PmmCredit(models.Model):
    """What becomes of credits when two partners are merged."""

    _inherit = "pmm.credit"

    @api.model
    def _rekeyed_columns(self):
        # whose it was is noted, and revisions of both partners stand one behind the other
        return [*super()._rekeyed_columns(), "former_ref", "origin_former_ref", "revision"]

    @api.model
    def _relation_of_everybody(self):
        """Return whether those are credited as well whom no programme knows."""
        # by a merge of partners only: a context alone could come from outside
        return self.env.su and self.env.context.get("pmm_credit_everybody", False)

    @api.model
    def _allow_rekeying(self, allowed):
        """Open or shut all ledgers for a change of partner, in this transaction."""
        self.env.flush_all()
        self.env.cr.execute(allow_rekeying(allowed))

    @api.model
    def _fill_before_merge(self, partners):
        """Credit ``partners`` with all that they were sold, where one of them is known."""
        self.env.flush_all()
        companies = [company for [company] in self.env.execute_query(companies_of(partners.ids))]
        if companies:
            everybody = self.with_context(pmm_credit_everybody=True)
            everybody._append(of_partners_in(partners.ids, companies))

    @api.model
    def _rekey(self, source, partner, day):
        """Give the credits of ``source`` to ``partner``; older ones remember whose they were."""
        self.env.flush_all()
        self.env.cr.execute(rekey_credits(source, partner, day))
        self.env.invalidate_all()
