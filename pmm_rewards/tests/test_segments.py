from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from . import oracle
from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestSegments(RewardCommon):
    """A5, R9: rules for the partners of some segments, from day to day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._segment("Key accounts")
        cls.other = cls._segment("Others")

    @classmethod
    def _segment(cls, name):
        return cls.env["pmm.segment"].create({"name": name, "company_id": cls.company.id})

    @classmethod
    def _member(cls, partner, start, stop=False, segment=None):
        return cls.env["pmm.segment.member"].create(
            {
                "segment_id": (segment or cls.key).id,
                "partner_id": partner.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    def _for(self, *segments):
        return {"segment_ids": [Command.set([segment.id for segment in segments])]}

    def test_document_rule_looks_at_the_day_of_the_document(self):
        """A5, DESIGN 3.8: a day before, on the first, on the last day, and after it."""
        self._plan(self._rate(0.1, **self._for(self.key)))
        self._member(self.acme, "2026-02-10", "2026-02-20")
        for day, amount in (("09", 1), ("10", 20), ("19", 300), ("20", 4000)):
            self._invoice(self.acme, f"2026-02-{day}", amount)
        self._invoice(self.bolt, "2026-02-15", 50000)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 32)
        self.assertEqual(self._earned(self.bolt_in), 0)

    def test_period_rule_looks_at_the_start_of_the_period(self):
        """A5: bands take who is in on the first day, as they take the tier."""
        self._plan(self._bands((0, 0.1), **self._for(self.key)))
        self._member(self.acme, "2026-02-01", "2026-02-02")
        self._member(self.bolt, "2026-02-02")
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-02-15", 100)
            self._invoice(partner, "2026-03-15", 100)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in, "2026-02"), 10)
        self.assertEqual(self._earned(self.acme_in, "2026-03"), 0)
        self.assertEqual(self._earned(self.bolt_in, "2026-02"), 0)
        self.assertEqual(self._earned(self.bolt_in, "2026-03"), 10)

    def test_two_segments_pay_once(self):
        """A5: who is in both is rewarded once, and equal to the recomputation."""
        plan = self._plan(self._rate(0.1, **self._for(self.key, self.other)))
        self._member(self.acme, "2026-01-01")
        self._member(self.acme, "2026-01-01", segment=self.other)
        self._invoice(self.acme, "2026-02-15", 100)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 10)
        self.assertEqual([float(a) for a in oracle.earned(plan).values()], [10])

    def test_members_who_change_are_marked_and_corrected(self):
        """A5: entering and leaving leaves marks; the next run books the difference."""
        self._plan(self._rate(0.1, **self._for(self.key)))
        self._invoice(self.acme, "2026-04-15", 100)
        self._invoice(self.bolt, "2026-04-15", 100)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)
        Dirty = self.env["pmm.dirty"]
        self.key._set_members(self.acme)
        self.assertEqual(Dirty._peek("accrue"), self.acme_in.ids)
        self.env["pmm.reward.entry"]._accrue(self.acme_in)
        self.assertEqual(self._earned(self.acme_in), 10)
        Dirty._take("accrue", self.acme_in.ids)
        self.key._set_members(self.bolt)
        self.assertEqual(set(Dirty._peek("accrue")), {self.acme_in.id, self.bolt_in.id})
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)
        self.assertEqual(self._earned(self.bolt_in), 10)
        Dirty._take("accrue", (self.acme_in | self.bolt_in).ids)
        self.other._set_members(self.acme)  # nobody rewards these
        self.assertFalse(Dirty._peek("accrue"))

    def test_archived_segment_is_no_less_a_term(self):
        """A5: archiving a segment does not open the rule to all partners."""
        self._plan(self._rate(0.1, **self._for(self.key)))
        self._member(self.acme, "2026-01-01")
        self.key.active = False
        self._invoice(self.acme, "2026-02-15", 100)
        self._invoice(self.bolt, "2026-02-15", 100)
        self.env.invalidate_all()
        self.program._run()
        self.assertEqual((self._earned(self.acme_in), self._earned(self.bolt_in)), (10, 0))

    def test_terms_are_frozen_and_duplicates_refused(self):
        """A5: an active plan keeps its segments; the same rule for another segment is another."""
        plan = self._plan(self._rate(0.1, **self._for(self.key)))
        self.assertRefused(
            lambda: plan.rule_ids.write({"segment_ids": [Command.clear()]}), "terms stay"
        )
        self.assertRefused(lambda: self._plan(self._rate(0.2, **self._for(self.key))), "paid twice")
        self._plan(self._rate(0.2, **self._for(self.other)))
        self.assertRefused(self.key.unlink, "so it stays|archive it")
        abroad = self.env["res.company"].create({"name": "Abroad"})
        foreign = self.env["pmm.segment"].create({"name": "F", "company_id": abroad.id})
        self.assertRefused(
            lambda: self._plan(self._rate(0.3, **self._for(foreign)), activate=False),
            "another company",
        )
