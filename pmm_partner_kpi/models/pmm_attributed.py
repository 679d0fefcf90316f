from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import float_compare
from odoo.tools.misc import formatLang

# Values of the context key "pmm_credits". They are objects, which nobody can send by RPC.
CORRECTION = object()  # closed documents may be changed too; the sum is checked afterwards
DOCUMENT = object()  # shares are changed by way of their document, which checks the sum


class PmmAttributed(models.AbstractModel):
    """A document with which partners are credited besides its buyer.

    While it is a draft, whoever edits the document says who referred it and who shares it. From
    then on only programme managers change it, with a reason (``pmm.attribution.wizard``).
    """

    _name = "pmm.attributed"
    _description = "Document with Credited Partners"
    _pmm_closed_state = None  # in which a document counts; territories are looked up for it then

    pmm_territory_id = fields.Many2one(
        "pmm.territory", string="Territory", compute="_compute_pmm_territory"
    )
    pmm_territory_partner_id = fields.Many2one(
        "res.partner", string="In the territory of", compute="_compute_pmm_territory"
    )
    pmm_territory_fixed = fields.Boolean(
        string="Territory corrected by hand",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="The delivery address says nothing about the territory any more.",
    )
    pmm_has_programs = fields.Boolean(
        string="Has partner programmes",
        compute="_compute_pmm_has_programs",
        groups="base.group_user",
    )

    def _compute_pmm_territory(self):
        for document in self:
            # the territory partner of a document is no secret to who may read the document
            row = document.sudo().pmm_attribution_ids.filtered(lambda r: r.role == "territory")[:1]
            document.pmm_territory_id = row.territory_id
            document.pmm_territory_partner_id = row.partner_id

    @api.depends("company_id")
    def _compute_pmm_has_programs(self):
        # whether there are any is all that others learn of programmes
        programs = self.env["pmm.program"].sudo()
        companies = programs.search([("company_id", "in", self.company_id.ids)]).company_id
        for document in self:
            document.pmm_has_programs = document.company_id in companies

    # === WHO MAY CHANGE === #

    def _pmm_is_open(self):
        """Return whether whoever edits the document may say who is credited with it."""
        raise NotImplementedError

    def _pmm_check_open(self):
        """Raise UserError if one of the documents is no draft, except within a correction."""
        if self.env.context.get("pmm_credits") is CORRECTION:
            return
        for document in self:
            if not document._pmm_is_open():
                raise UserError(
                    self.env._(
                        "%s is no draft any more. Who is credited with it is changed by programme"
                        " managers, with a reason: “Partners ▸ Change credits”.",
                        document.display_name,
                    )
                )

    def _pmm_check_write(self, vals):
        """Raise UserError if writing ``vals`` would change credits that are fixed."""
        if "pmm_referrer_id" in vals:
            referrer = vals["pmm_referrer_id"] or False
            self.filtered(lambda d: d.pmm_referrer_id.id != referrer)._pmm_check_open()
        if "pmm_territory_fixed" in vals:
            self._pmm_refuse_flag()

    def _pmm_check_created(self):
        """Raise UserError if one of these new documents says who has no territory."""
        # by values or by the caller's context
        if any(self.mapped("pmm_territory_fixed")):
            self._pmm_refuse_flag()

    def _pmm_refuse_flag(self):
        if self.env.context.get("pmm_credits") is not CORRECTION:
            raise UserError(
                self.env._("The territory is corrected with “Partners ▸ Change credits” only.")
            )

    def _pmm_write(self, vals, write):
        """Write ``vals`` by ``write(documents)``, with all that it means for who is credited."""
        self._pmm_check_write(vals)
        documents = self
        if "pmm_split_ids" in vals:
            documents = self.with_context(pmm_credits=self.env.context.get("pmm_credits", DOCUMENT))
        closed = self._pmm_closed_state
        closing = vals.get("state") == closed and self.filtered(lambda d: d.state != closed)
        before = self._pmm_shares_before(vals)
        result = write(documents)
        self._pmm_log_shares(before)
        if closing:
            closing._pmm_find_territories()
        return result

    def _pmm_shares_before(self, vals):
        """Return {document: its shares in words}, if ``vals`` may change them."""
        if "pmm_split_ids" not in vals or self.env.context.get("pmm_credits") is CORRECTION:
            return {}
        return {document: document._pmm_shares_text("split") for document in self}

    def _pmm_log_shares(self, before):
        """Note in the chatter of these documents what has become of their shares."""
        for document, was in before.items():
            if (now := document._pmm_shares_text("split")) != was:
                document._message_log(
                    body=self.env._("Shares: %(old)s → %(new)s", old=was, new=now)
                )

    def _check_pmm_shares(self):
        """Raise ValidationError where shares add up to more than a programme allows."""
        # shares are checked whoever writes them, and whatever they may read
        documents = self.sudo()
        rows = documents.pmm_attribution_ids.filtered(lambda row: row.role == "split")
        totals = {}
        for row in rows:
            document = row.order_id or row.move_id
            totals[document] = totals.get(document, 0) + row.share
        over = [d for d, total in totals.items() if float_compare(total, 100, 2) > 0]
        if not over:
            return
        companies = self.env["res.company"].union(*(document.company_id for document in over))
        allowed = (
            documents.env["pmm.program"]
            .search([("allow_over_split", "=", True), ("company_id", "in", companies.ids)])
            .company_id
        )
        for document in over:
            if document.company_id not in allowed:
                raise ValidationError(
                    self.env._(
                        "The shares of %(document)s add up to %(total)s %%. Lower them to 100 %%"
                        " together, or let a programme allow more (“Credits ▸ Shares over"
                        " 100 %%”).",
                        document=document.display_name,
                        total=formatLang(self.env, totals[document]),
                    )
                )

    # === COPIES === #

    def _pmm_split_commands(self, *, reverse=False):
        """Return the commands that give another document the same shares.

        What merged partners had apart stays so on a credit note only.
        """
        self.ensure_one()
        # who invoices or copies a document copies its shares, too
        rows = self.sudo().pmm_split_ids
        if reverse:
            return [
                Command.create(
                    {
                        "partner_id": row.partner_id.id,
                        "share": row.share,
                        "former_refs": row.former_refs,
                    }
                )
                for row in rows
            ]
        return [
            Command.create({"partner_id": partner.id, "share": sum(own.mapped("share"))})
            for partner, own in rows.grouped("partner_id").items()
        ]

    def _pmm_copy_splits(self, vals):
        """Add the shares to the values that :meth:`copy_data` returned for this document."""
        if not vals or "pmm_split_ids" in vals:
            return
        if commands := self._pmm_split_commands(reverse=bool(vals.get("reversed_entry_id"))):
            vals["pmm_split_ids"] = commands

    # === CORRECTION === #

    def action_pmm_change_credits(self):
        """Return the dialogue in which a programme manager changes who is credited."""
        self.ensure_one()
        self.check_access("read")
        self._pmm_check_manager()
        wizard = self.env["pmm.attribution.wizard"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change credits"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _pmm_check_manager(self):
        if not self.env.user.has_group("pmm_partner_kpi.group_pmm_manager"):
            raise AccessError(
                self.env._(
                    "Only programme managers change who is credited with a document that is no"
                    " draft any more."
                )
            )

    def _pmm_correct(self, referrer, shares, territory):
        """Credit others than until now; say so, with old and new, in the returned lines.

        ``shares`` and ``territory`` are {partner: share}.
        """
        self.ensure_one()
        document = self.with_context(pmm_credits=CORRECTION, mail_notrack=True)
        before = document._pmm_credits_text()
        was = {row.partner_id: row.share for row in document._pmm_rows("territory")}
        if document.pmm_referrer_id != referrer:
            document.pmm_referrer_id = referrer
        document._pmm_set_rows("split", shares)
        if was != territory:
            document._pmm_set_rows("territory", territory)
            document.pmm_territory_fixed = True
        document._check_pmm_shares()
        after = document._pmm_credits_text()
        return [(what, before[what], who) for what, who in after.items() if before[what] != who]

    def _pmm_rows(self, role):
        return self.pmm_attribution_ids.filtered(lambda row: row.role == role)

    def _pmm_set_rows(self, role, shares):
        """Make ``shares``, {partner: share}, what this document says in ``role``."""
        rows = self._pmm_rows(role)
        rows.filtered(lambda row: row.partner_id not in shares).unlink()
        known = rows.exists().grouped("partner_id")
        missing = []
        for partner, share in shares.items():
            if partner not in known:
                missing.append({"partner_id": partner.id, "role": role, "share": share})
            elif float_compare(sum(known[partner].mapped("share")), share, 2):
                known[partner][1:].unlink()
                known[partner][0].share = share
        self.env["pmm.attribution"].create(
            [vals | {self._pmm_attribution_field(): self.id} for vals in missing]
        )

    def _pmm_attribution_field(self):
        """Return the field by which an attribution names a document of this model."""
        return self._fields["pmm_attribution_ids"].inverse_name

    def _pmm_credits_text(self):
        """Return {what: who, in words} of all who are credited besides the buyer."""
        return {
            self.env._("Referred by"): self.pmm_referrer_id.name or self.env._("nobody"),
            self.env._("Shares"): self._pmm_shares_text("split"),
            self.env._("In the territory of"): self._pmm_shares_text("territory"),
        }

    def _pmm_shares_text(self, role):
        # who may edit the document reads in its chatter who shares it
        rows = self.sudo()._pmm_rows(role).sorted(lambda row: (-row.share, row.partner_id.name))
        names = [f"{row.partner_id.name} {formatLang(self.env, row.share)} %" for row in rows]
        return ", ".join(names) or self.env._("nobody")
