from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

# what coupons in partners' hands were made with
TERMS = {"program_id", "trigger", "rule_id", "discount"}


class PmmOfferCampaign(models.Model):
    """Who gets which offer in a programme: a trigger and what it grants, from a day until a day."""

    _name = "pmm.offer.campaign"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Offer Campaign"
    _order = "program_id, sequence, name, id"
    _check_company_auto = True

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)", "A campaign must end after it starts."
    )
    _discount_range = models.Constraint(
        "CHECK(discount > 0 AND discount <= 100)", "A discount lies above 0 and up to 100 %."
    )
    _near_range = models.Constraint(
        "CHECK(near > 0 AND near < 1)", "“Close” lies between 0 % and 100 % of the band's floor."
    )

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("closed", "Closed")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    date_start = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_stop = fields.Date(
        string="Ends before",
        tracking=True,
        help="The first day on which no offer is made any more; offers made before stay valid.",
    )
    trigger = fields.Selection(
        [("band_near_miss", "Close to the next band")],
        string="Who gets it",
        required=True,
        default="band_near_miss",
        tracking=True,
    )
    rule_id = fields.Many2one(
        "pmm.reward.rule",
        string="Bands of",
        ondelete="restrict",
        check_company=True,
        domain="[('program_id', '=', program_id), ('kind', '=', 'period_bands')]",
        tracking=True,
    )
    segment_ids = fields.Many2many(
        "pmm.segment",
        string="Only for segments",
        ondelete="restrict",
        check_company=True,
        help="Partners who are in one of these on the day; empty for all partners.",
    )
    near = fields.Float(
        string="Close means",
        digits=(5, 4),
        required=True,
        default=0.25,
        tracking=True,
        help="An offer is made when at most this share of the next band's floor is missing.",
    )
    discount = fields.Float(
        string="Discount in %",
        digits=(5, 2),
        required=True,
        default=2.0,
        tracking=True,
        help="What the partner gets off the order that reaches the band.",
    )
    loyalty_program_id = fields.Many2one(
        "loyalty.program",
        string="Coupon programme",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    offer_ids = fields.One2many("pmm.offer", "campaign_id", string="Offers")
    offer_count = fields.Integer(compute="_compute_offer_count")

    def _compute_offer_count(self):
        counts = dict(
            self.env["pmm.offer"]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            campaign.offer_count = counts.get(campaign, 0)

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = super().create(vals_list)
        # looked at afterwards: values may come from the caller's context, too
        if not self.env.su and any(c.state != "draft" or c.loyalty_program_id for c in campaigns):
            raise UserError(self._by_button_sentence())
        return campaigns

    def write(self, vals):
        if {"state", "loyalty_program_id"} & vals.keys() and not self.env.su:
            raise UserError(self._by_button_sentence())
        if TERMS & vals.keys():
            self._check_draft()
        return super().write(vals)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for campaign, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", campaign.name)
        return vals_list

    def _by_button_sentence(self):
        return self.env._("Campaigns are activated and closed with their buttons.")

    def _check_draft(self):
        if fixed := self.filtered(lambda campaign: campaign.state != "draft"):
            raise UserError(
                self.env._(
                    "“%s” is active or closed: partners hold coupons on its terms. Copy it to a"
                    " new campaign with other terms.",
                    fixed[0].name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_offered(self):
        if offered := self.offer_ids.campaign_id:
            raise UserError(
                self.env._(
                    "“%s” has made offers and cannot be deleted; close it instead.",
                    offered[0].name,
                )
            )

    # === ACTIONS === #

    def action_activate(self):
        """Check these campaigns, give them their coupons, and let the next run make offers."""
        self.check_access("write")
        for campaign in self:
            campaign._strategy()._check(campaign)
            if not campaign.loyalty_program_id:
                # who runs campaigns need not be allowed to edit or choose coupon programmes
                full = campaign.sudo().with_company(campaign.company_id)
                full.loyalty_program_id = full.env["loyalty.program"].create(
                    campaign._prepare_loyalty_program_vals()
                )
        # write() lets nobody set the state by hand
        self.sudo().state = "active"
        return True

    def action_close(self):
        """Make no more offers; those that partners have stay valid until their own end."""
        self.check_access("write")
        # write() lets nobody set the state by hand
        self.sudo().state = "closed"
        return True

    def action_generate(self):
        """Make the offers that are due now; tell how many."""
        self.check_access("write")
        if inactive := self.filtered(lambda campaign: campaign.state != "active"):
            raise UserError(self.env._("“%s” is not active. Activate it first.", inactive[0].name))
        self.program_id._lock_for_run()
        offers = self.program_id._make_offers(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if offers else "info",
                "message": self.env._("New offers: %s.", len(offers))
                if offers
                else self.env._("Nobody else is close enough, or all have their offer."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_offers(self):
        """Return the action that lists the offers of these campaigns."""
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_offers.pmm_offer_action")
        return action | {"domain": [("campaign_id", "in", self.ids)], "context": {}}

    # === FORMING OFFERS === #

    def _strategy(self):
        """Return the strategy of this campaign's trigger."""
        self.ensure_one()
        return self.env[f"pmm.offer.trigger.{self.trigger}"]

    def _runs_on(self, day):
        """Return whether offers are made on ``day``, and lead to something that is granted."""
        self.ensure_one()
        plan = self.rule_id.plan_id
        return (
            self.date_start <= day
            and (not self.date_stop or day < self.date_stop)
            and (not plan or plan.state == "active")
            and (not plan.date_stop or day < plan.date_stop)
        )

    def _audience_domain(self, day):
        """Return the domain of the enrolments that this campaign is for on ``day``."""
        # an archived segment is no less an audience
        segments = self.with_context(active_test=False).segment_ids
        if not segments:
            return []
        # a run makes offers to the partners of all account managers
        Member = self.env["pmm.segment.member"].sudo()
        members = Member._search(Domain("segment_id", "in", segments.ids) & Member._on(day))
        return [("partner_id", "in", members.subselect("partner_id"))]

    @api.constrains("rule_id", "trigger", "program_id")
    def _check_rule(self):
        for campaign in self.filtered("rule_id"):
            if campaign.rule_id.program_id != campaign.program_id:
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” is no rule of “%(program)s”.",
                        rule=campaign.rule_id.name,
                        program=campaign.program_id.name,
                    )
                )

    def _prepare_loyalty_program_vals(self):
        """Return the values of the coupon programme: each offer is one of its coupons."""
        self.ensure_one()
        return {
            "name": self.name,
            "program_type": "coupons",
            "applies_on": "current",
            "trigger": "with_code",
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "portal_visible": False,
            "rule_ids": [Command.clear()],
            "communication_plan_ids": [Command.clear()],
            "reward_ids": [
                Command.clear(),
                Command.create(
                    {
                        "reward_type": "discount",
                        "discount_mode": "percent",
                        "discount": self.discount,
                        "discount_applicability": "order",
                        "required_points": 1,
                        "description": self.name,
                    }
                ),
            ],
        }
