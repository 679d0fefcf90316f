from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon

TODAY = "2026-04-15"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPmmSegment(PmmCommon):
    """A5: groups of partners, effective-dated, by hand, by a condition or by another addon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment = cls._segment("Key accounts")
        cls.big = cls._segment("Big", kind="domain", domain="[('ref', '=', 'BIG')]")

    @classmethod
    def _segment(cls, name, **vals):
        return cls.env["pmm.segment"].create({"name": name, "company_id": cls.company.id, **vals})

    def _member(self, partner, start, stop=False, segment=None):
        return self.env["pmm.segment.member"].create(
            {
                "segment_id": (segment or self.segment).id,
                "partner_id": partner.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    def _on(self, day, segment=None):
        rows = self.env.execute_query((segment or self.segment)._members_on(day))
        return self.env["res.partner"].browse(partner_id for [partner_id] in rows)

    def _rows(self, segment):
        members = segment.member_ids.sorted(lambda m: (m.partner_id.id, m.date_start))
        return [
            (m.partner_id, str(m.date_start), str(m.date_stop or ""), m.origin) for m in members
        ]

    def test_a_broken_condition_stops_no_other(self):
        """X13: the schedule goes on behind a segment whose condition cannot be read any more."""
        broken, sound = self.env["pmm.segment"].create(
            [
                {"name": name, "company_id": self.company.id, "kind": "domain", "sequence": number}
                for number, name in enumerate(("Broken", "Sound"))
            ]
        )
        self.env.cr.execute(
            'UPDATE pmm_segment SET domain = \'[("gone", "=", 1)]\' WHERE id = %s', [broken.id]
        )
        broken.invalidate_recordset()
        for _day in range(2):
            for segment in broken | sound:
                segment._refresh_or_tell()
        self.assertTrue(sound.member_ids)
        self.assertEqual(len(broken.message_ids.filtered(lambda m: "gone" in (m.body or ""))), 1)

    def test_first_day_belongs_and_last_day_does_not(self):
        """A5, DESIGN 3.8: the borders of a membership, on them and a day beside."""
        self._member(self.acme, "2026-02-01", "2026-03-01")
        found = {
            day: bool(self._on(day))
            for day in ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01")
        }
        self.assertEqual(list(found.values()), [False, True, True, False])

    def test_overlap_is_refused_by_the_orm_and_the_database(self):
        """A5: a partner is in a segment once at a time; the next day is no overlap."""
        self._member(self.acme, "2026-02-01", "2026-03-01")
        with self.assertRefused("already in “Key accounts”", ValidationError):
            self._member(self.acme, "2026-02-28")
        self._member(self.acme, "2026-03-01")
        with self.assertOverlapInDatabase():
            self.env.cr.execute(
                "INSERT INTO pmm_segment_member"
                " (segment_id, partner_id, former_ref, date_start, origin)"
                " VALUES (%s, %s, 0, '2026-02-10', 'manual')",
                [self.segment.id, self.acme.id],
            )

    def test_contacts_are_refused(self):
        """A5: segments are of companies."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        with self.assertRefused("Choose the company", ValidationError):
            self._member(person, TODAY)
        with self.assertRefused("Segments are of companies", ValidationError):
            self.segment._set_members(person)

    def test_refresh_twice_changes_once(self):
        """A5: who meets the condition enters today; a second time nothing happens."""
        (self.acme | self.bolt).ref = "BIG"
        self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id, "ref": "BIG"})
        self.assertEqual(self.big._refresh(), 2)
        expected = [(self.acme, TODAY, "", "condition"), (self.bolt, TODAY, "", "condition")]
        self.assertEqual(self._rows(self.big), expected)
        self.assertEqual(self.big._refresh(), 0)
        self.assertEqual(self.big.member_count, 2)
        self.assertEqual(self.acme.pmm_segment_ids, self.big)
        self.assertEqual(self.acme_in.segment_ids, self.big)

    def test_leaving_ends_today_and_the_past_stays(self):
        """A5: entered and left on one day leaves no row; days before are never rewritten."""
        self.acme.ref = "BIG"
        with freeze_time("2026-04-01"):
            self.big._refresh()
        self.acme.ref, self.bolt.ref = False, "BIG"
        self.big._refresh()
        self.bolt.ref = False
        self.big._refresh()
        self.assertEqual(self._rows(self.big), [(self.acme, "2026-04-01", TODAY, "condition")])
        self.assertEqual(self._on("2026-04-14", self.big), self.acme)
        self.assertFalse(self._on(TODAY, self.big))
        self.acme.ref = "BIG"
        self.big._refresh()
        self.assertEqual(
            self._rows(self.big),
            [(self.acme, "2026-04-01", TODAY, "condition"), (self.acme, TODAY, "", "condition")],
        )

    def test_nobody_meets_the_condition(self):
        """A5: a condition that holds for nobody empties the segment, it does not fill it."""
        self.acme.ref = "BIG"
        with freeze_time("2026-04-01"):
            self.big._refresh()
        self.big.domain = "[('id', 'in', [])]"
        self.big._refresh()
        self.assertFalse(self._on(TODAY, self.big))

    def test_other_addons_set_members(self):
        """A5: _set_members makes exactly these the members from a day on, not before today."""
        self._member(self.acme, "2026-01-01")
        self.segment._set_members(self.bolt | self.stranger)
        self.assertEqual(self._on(TODAY), self.bolt | self.stranger)
        self.assertEqual(self._on("2026-04-14"), self.acme)
        self.segment._set_members(self.acme, self.segment._today().replace(day=20))
        self.assertEqual(self._on("2026-04-19"), self.bolt | self.stranger)
        self.assertEqual(self._on("2026-04-20"), self.acme)
        with self.assertRefused("stays as it was"):
            self.segment._set_members(self.acme, self.segment._today().replace(day=14))

    def test_condition_is_checked_and_members_follow_from_it(self):
        """A5: an unreadable condition is refused; nobody enters its segment by hand."""
        for condition in ("[('nothing', '=', 1)]", "[(", "__import__('os')"):
            with self.subTest(condition), self.assertRefused("cannot be read", ValidationError):
                self.big.domain = condition
        with self.assertRefused("follow from its condition"):
            self._member(self.acme, TODAY, segment=self.big)

    def test_deleting(self):
        """A5: a segment that has had members stays; one of today may go."""
        self._member(self.acme, TODAY)
        self.segment.copy({"name": "Copy"}).unlink()
        self._member(self.bolt, "2026-04-14")
        with self.assertRefused("archive it"):
            self.segment.unlink()

    def test_cron_renews_segments(self):
        """A5: the schedule renews what has a condition."""
        self.acme.ref = "BIG"
        self._run_cron("ir_cron_refresh_segments")
        self.assertEqual(self._on(TODAY, self.big), self.acme)

    def test_condition_of_all_partners(self):
        """A5: a new segment by a condition is saved without one: all companies are in it."""
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        with Form(self.env["pmm.segment"].with_user(manager)) as form:
            form.name = "All"
            form.kind = "domain"
        segment = form.record
        self.assertEqual(segment.domain, "[]")
        segment._refresh()
        self.assertIn(self.stranger, self._on(TODAY, segment))

    def test_days_of_closed_periods_stay(self):
        """A5, DESIGN 3.8: a manager changes members from the first open day on, not before."""
        ended = self._member(self.acme, "2026-01-01", "2026-02-10")
        lasting = self._member(self.bolt, "2026-01-01")
        self._close("2026-01", "2026-02")
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        ended, lasting = ended.with_user(manager), lasting.with_user(manager)
        vals = {"segment_id": self.segment.id, "partner_id": self.stranger.id}
        for call in (
            ended.unlink,
            lambda: ended.write({"date_stop": "2026-03-15"}),
            lambda: ended.write({"date_start": "2026-01-02"}),
            lambda: lasting.write({"date_stop": "2026-02-28"}),
            lambda: lasting.write({"partner_id": self.stranger.id}),
            lambda: ended.create({**vals, "date_start": "2026-02-28"}),
        ):
            with self.assertRefused("are closed"), self.cr.savepoint():
                call()
        lasting.date_stop = "2026-03-01"
        lasting.date_stop = False
        ended.create({**vals, "date_start": "2026-03-01"}).unlink()
        self.assertFalse(lasting.date_stop)

    def test_salesperson_sees_own_partners_only(self):
        """X10: members of segments follow the account manager."""
        user = self._user("seller", "pmm_partner_kpi.group_pmm_user")
        self.acme_in.user_id = user
        own = self._member(self.acme, TODAY)
        self._member(self.bolt, TODAY)
        members = self.env["pmm.segment.member"].with_user(user).search([])
        self.assertEqual(members.ids, own.ids)
        with self.assertRaises(UserError):
            self.segment.with_user(user).action_refresh()

    def test_merged_partners_are_members_once(self):
        """X9: merging two partners of one segment keeps one membership."""
        self._member(self.stranger, "2026-01-01")
        other = self.env["res.partner"].create({"name": "Stranger 2", "is_company": True})
        self._member(other, "2026-02-01")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.stranger | other).ids, self.stranger)
        self.assertEqual(self.segment.member_ids.partner_id, self.stranger)
        running = self.segment.member_ids.filtered(lambda member: not member.date_stop)
        self.assertEqual(len(running), 1)
        past = self.segment.member_ids - running
        self.assertEqual((str(past.date_start), str(past.date_stop)), ("2026-02-01", str(TODAY)))

    def test_members_are_renewed_in_one_statement(self):
        """X13: as many queries for 200 partners as for one."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{number}", "is_company": True} for number in range(200)]
        )
        counts = []
        self.segment._set_members(partners[:2])
        for number in (1, 200):
            with self._counted(counts):
                self.segment._set_members(partners[:number])
        self.assertEqual(counts[0], counts[1])

    def test_manager_uses_the_form(self):
        """A5: a manager makes a segment and its members by own rights."""
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        segment = (
            self.env["pmm.segment"]
            .with_user(manager)
            .create(
                {
                    "name": "By hand",
                    "company_id": self.company.id,
                    "member_ids": [Command.create({"partner_id": self.acme.id})],
                }
            )
        )
        self.assertEqual(segment.member_count, 1)
        self.acme.ref = "BIG"
        message = self.big.with_user(manager).action_refresh()["params"]["message"]
        self.assertIn("1", message)
