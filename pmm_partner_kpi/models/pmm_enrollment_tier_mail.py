import logging

from odoo import fields, models
from odoo.tools import format_date

_logger = logging.getLogger(__name__)


class PmmEnrollment(models.Model):
    """Who is told of a tier, and what: mails to the partner, notes for us."""

    _inherit = "pmm.enrollment"

    told_grade_id = fields.Many2one(
        "res.partner.grade",
        string="Tier that was told",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The tier that the partner was last told of.",
    )

    def _tell_tier_changes(self, had):
        """Tell of the tiers of today that nobody was told of: a note each, a mail each.

        ``had`` are the grants that these partners had until now.
        """
        changes = {}  # {enrollment: (tier that was told, row of today)}
        new = {}  # {tier of today: enrollments}
        for enrollment in self:
            tier = enrollment._tier_today()
            if tier.grade_id != enrollment.told_grade_id:
                changes[enrollment] = enrollment.told_grade_id, tier
                new[tier.grade_id] = new.get(tier.grade_id, self.browse()) | enrollment
        if not changes:
            return
        for grade, enrollments in new.items():
            enrollments.with_context(tracking_disable=True).told_grade_id = grade
        self.browse([e.id for e in changes])._message_log_batch(
            {e.id: e._tier_note(old, tier) for e, (old, tier) in changes.items()}
        )
        # what was true in another system before is no news
        mailed = self.browse(
            [e.id for e, (_o, tier) in changes.items() if tier.origin != "imported"]
        )
        has = mailed._grants_now().grouped("enrollment_id")
        had = had._in_own_company().grouped("enrollment_id")
        none = self.env["pmm.benefit.grant"]
        mailed._send_tier_mails(
            "pmm_partner_kpi.mail_template_tier_changed",
            lambda e: e._tier_change(*changes[e], had.get(e, none), has.get(e, none)),
        )

    def _warn_of_downgrade(self, infos):
        """Warn the partners of ``infos`` what they lack: {enrollment: (day, next tier)}.

        The next tier may be empty. What is missing is read from the standings.
        """
        infos = {enrollment.id: info for enrollment, info in infos.items()}
        # standings of all partners; a run may be started by whoever sees only some
        warned = self.sudo().browse(infos).filtered_domain(self._giving_domain())
        bodies = {}
        for enrollment in warned:
            lacks = enrollment._downgrade(*infos[enrollment.id])
            bodies[enrollment.id] = self.env._(
                "Warned of the tier on %(day)s: %(old)s → %(new)s. Missing: %(missing)s.",
                missing=", ".join(lacks["missing"]) or "–",
                **{name: lacks[name] for name in ("day", "old", "new")},
            )
        if bodies:
            warned._message_log_batch(bodies)
        warned._send_tier_mails(
            "pmm_partner_kpi.mail_template_tier_warning",
            lambda enrollment: enrollment._downgrade(*infos[enrollment.id]),
        )

    # === CONTENTS, in the language of the environment === #

    def _tier_note(self, old, tier):
        self.ensure_one()
        start = tier.date_start or self.program_id._today()
        return self.env._(
            "Tier: %(old)s → %(new)s, since %(day)s. %(cause)s",
            old=self._grade_name(old),
            new=self._grade_name(tier.grade_id),
            day=format_date(self.env, start),
            cause=tier.cause_text or "",
        ).strip()

    def _grants_now(self):
        """Return what these enrolments give in the company of their programme."""
        return (
            self.env["pmm.benefit.grant"]
            .search([("enrollment_id", "in", self.ids), ("ended_on", "=", False)])
            ._in_own_company()
        )

    def _tier_change(self, old, tier, had, has):
        """Return what a mail says of the change from the tier ``old`` to the row ``tier``.

        ``had`` and ``has`` are the grants of this enrolment before and after.
        """
        self.ensure_one()
        old, tier = old.with_env(self.env), tier.with_env(self.env)
        before = self._rung_of(old)._given_titles(had)
        after = self._rung_of(tier.grade_id)._given_titles(has)
        if tier:
            headline = self.env._("your tier is now %s", tier.grade_id.name)
        else:
            headline = self.env._("your tier %s has ended", old.name)
        return {
            "headline": headline,
            "old": self._grade_name(old),
            "new": self._grade_name(tier.grade_id),
            "day": format_date(self.env, tier.date_start or self.program_id._today()),
            "cause": tier._move_text() if tier else "",
            "gained": [title for key, title in after.items() if key not in before],
            "lost": [title for key, title in before.items() if key not in after],
            "kept": [title for key, title in after.items() if key in before],
        }

    def _downgrade(self, day, new):
        """Return what a warning says: the tier that ends on ``day``, and what would keep it."""
        self.ensure_one()
        new, tier = new.with_env(self.env), self._tier_today()
        rung = self._rung_of(tier.grade_id)
        standings = self.standing_ids.filtered(
            lambda s: s.requirement_id.program_tier_id == rung and not s.met
        )
        return {
            "old": self._grade_name(tier.grade_id),
            "new": self._grade_name(new),
            "day": format_date(self.env, day),
            "missing": [self._missing_text(standing) for standing in standings],
            "lost": self._titles_lost(rung, self._rung_of(new)),
        }

    def _missing_text(self, standing):
        """Return what ``standing`` lacks, as partners read it."""
        requirement = standing.requirement_id
        if requirement._kind()._is_yes_no(requirement):
            return requirement._title()
        if requirement._is_internal():
            return requirement.display_name
        if not standing.has_value:
            return self.env._("%s (no figures yet)", requirement.display_name)
        return self.env._(
            "%(what)s: %(value)s of %(required)s",
            what=requirement._title(),
            value=requirement._format_value(standing.value),
            required=requirement._format_value(standing.required),
        )

    def _titles_lost(self, before, after):
        kept = after._given_titles()
        given = before._given_titles(self._grants_now())
        return [title for key, title in given.items() if key not in kept]

    def _grade_name(self, grade):
        return grade.name or self.env._("no tier")

    # === SENDING === #

    def _send_tier_mails(self, xmlid, contents):
        """Queue one mail per enrolment and language; nothing that goes wrong stops the caller.

        ``contents`` is called with an enrolment in the language of the readers and returns
        what the template shows, a dict.
        """
        readers = {}  # {language: {enrollment: contacts}}
        unreachable = self.browse()
        for enrollment in self.filtered("program_id.tier_mails"):
            people = enrollment._tier_readers()
            if not people:
                unreachable |= enrollment
            by_language = people.grouped(lambda person: person.lang or self.env.lang)
            for language, contacts in by_language.items():
                readers.setdefault(language, {})[enrollment] = contacts
        if unreachable:
            text = self.env._(
                "Nobody was told of the tier by e-mail: enter an e-mail address for the partner,"
                " or for a person with the role Owner or Sales."
            )
            unreachable._message_log_batch(dict.fromkeys(unreachable.ids, text))
        for language, contacts in readers.items():
            self._queue_tier_mails(xmlid, language, contacts, contents)

    def _queue_tier_mails(self, xmlid, language, contacts, contents):
        enrollments = self.browse([enrollment.id for enrollment in contacts])
        try:
            with self.env.cr.savepoint():
                # the readers see names on which they have no rights
                translated = enrollments.sudo().with_context(lang=language)
                shown = {
                    e.id: contents(e) | {"to": ",".join(map(str, contacts[e].ids))}
                    for e in translated
                }
                # mails are written for people who may not edit templates
                template = self.env.ref(xmlid).sudo()
                template.with_context(
                    lang=language, template_preview_lang=language, pmm_tier=shown
                ).send_mail_batch(enrollments.ids)
        except Exception as error:  # pylint: disable=broad-except
            # a template that somebody broke must not keep partners from their tier
            _logger.exception("Mails of tier changes were not written")
            text = self.env._("The mail to the partner could not be written: %s", error)
            enrollments._message_log_batch(dict.fromkeys(enrollments.ids, text))

    def _tier_readers(self):
        """Return the contacts who read of tiers: owners and sales people, else the company."""
        self.ensure_one()
        roles = self.partner_id.pmm_role_ids.filtered(lambda r: r.role in ("owner", "sales"))
        return roles.contact_id.filtered("email") or self.partner_id.filtered("email")
