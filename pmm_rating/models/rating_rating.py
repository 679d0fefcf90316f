from odoo import api, fields, models

from odoo.addons.rating.models.rating_data import RATING_LIMIT_MIN

from ..queries.customer_ratings import partners_of_ratings

# what decides whether, when and for whom a rating counts
DECIDES = {"consumed", "partner_id", "rated_on", "rated_partner_id", "rating", "res_id"}


class RatingRating(models.Model):
    """Which partner company and which of our companies a rating concerns."""

    _inherit = "rating.rating"

    pmm_partner_id = fields.Many2one(
        "res.partner",
        string="Rated partner company",
        compute="_compute_pmm_partner_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        help="The company of the rated person when the rating was given; it counts for that one.",
    )
    pmm_company_id = fields.Many2one(
        "res.company",
        string="Company",
        compute="_compute_pmm_company_id",
        store=True,
        ondelete="set null",
        help="The company of the rated document when the rating was given.",
    )

    # not on the person's company: who changes it takes no ratings along
    @api.depends("rated_partner_id", "rated_on")
    def _compute_pmm_partner_id(self):
        for rating in self:
            rating.pmm_partner_id = rating.rated_partner_id.commercial_partner_id

    @api.depends("res_model", "res_id", "rated_on")
    def _compute_pmm_company_id(self):
        for name, ratings in self.grouped("res_model").items():
            model = self.env.get(name or "")
            if model is None or "company_id" not in model._fields:
                ratings.pmm_company_id = False
                continue
            # customers rate documents that they may not read
            documents = model.sudo().browse(set(ratings.mapped("res_id"))).exists()
            companies = {document.id: document.company_id for document in documents}
            for rating in ratings:
                rating.pmm_company_id = companies.get(rating.res_id)

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._pmm_mark_measured()
        return ratings

    def write(self, vals):
        decides = DECIDES & vals.keys()
        if decides:
            self._pmm_mark_measured()
        result = super().write(vals)
        if decides:
            self._pmm_mark_measured()
        return result

    def unlink(self):
        self._pmm_mark_measured()
        return super().unlink()

    def _pmm_mark_measured(self):
        """Note that the results of the partners of those that are given may differ now."""
        # customers rate without any right
        given = self.sudo().filtered(lambda r: r.consumed and r.rating >= RATING_LIMIT_MIN)
        if given:
            given.flush_recordset()
            rows = self.env.execute_query(
                partners_of_ratings(given.ids, self._rated_partner_sources())
            )
            companies = self.env["res.partner"].browse(id_ for [id_] in rows)
            self.env["pmm.enrollment"]._mark_companies_to_measure(companies)

    # === WHOM A RATING IS ABOUT === #

    @api.model
    def _rated_partner_paths(self):
        """Return how documents lead to the partners that their ratings are about.

        Rows (model of the document, model that names the partner, its field with the document,
        its field with the partner); both fields are stored. Addons add theirs.
        """
        paths = [
            ("res.partner", "res.partner", "id", "id"),
            ("sale.order", "sale.order", "id", "pmm_referrer_id"),
            # who shares the sale, and whose territory it is
            ("sale.order", "pmm.attribution", "order_id", "partner_id"),
        ]
        if "partner_assigned_id" in self.env.get("crm.lead", self)._fields:
            paths.append(("crm.lead", "crm.lead", "id", "partner_assigned_id"))
        return paths

    @api.model
    def _rated_partner_sources(self):
        """Return the same with tables and columns for the statement, after a flush."""
        sources = []
        for document, model, *names in self._rated_partner_paths():
            self.env[model].flush_model(names)
            sources.append((document, self.env[model]._table, *names))
        return sources
