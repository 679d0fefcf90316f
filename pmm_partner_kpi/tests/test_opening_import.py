import io
from base64 import b64decode, b64encode
from datetime import date, datetime

from lxml import etree
from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import html2plaintext

from .opening_common import TITLES, OpeningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestOpeningImport(OpeningCommon):
    """X4: one file of tiers, points and actuals: dry run, errors by row, all or nothing, undo."""

    def _sentences(self, *rows, **vals):
        """Return {(row, column): sentence} of the problems of a file."""
        batch = self._batch(*rows, **vals)
        titles = self.env["pmm.opening.file"]._titles()
        return {
            (problem.row, titles[problem.column]): batch._problem_sentence(problem)
            for problem in batch._plan()[1]
        }

    def _good(self):
        return (
            ("A-1", "Tier", "Silver", date(2025, 6, 1), None),
            ("Acme Trading", "tier", "GOLD", datetime(2026, 1, 1), date(2026, 12, 31)),
            ("office@acme.example", "Points", 250, "2025-12-31", None),
            (" bolt  supplies ", "Revenue", "1,234.5", "02/01/2026", None),
            (None, None, None, None, None),
        )

    def test_dry_run_shows_and_writes_nothing(self):
        """X4: the check lists every row, and makes no balance, tier or mark."""
        batch = self._batch(*self._good())
        self.program._run()
        batch.action_check()
        text = html2plaintext(batch.log)
        for words in ("Rows: 4, no problems", "Silver", "Bolt Supplies", "1,234.50", "250"):
            self.assertIn(words, text)
        self.assertFalse(self.env["pmm.opening.balance"].search([]))
        self.assertFalse(self.acme_in.tier_ids)
        self.assertFalse(self.env["pmm.dirty"].search([]))
        self.assertEqual(batch.state, "draft")

    def test_import(self):
        """X4: tiers follow one another, balances count, and the batch tells who and when."""
        batch = self._batch(*self._good())
        batch.action_import()
        tiers = [
            (t.grade_id, str(t.date_start), str(t.date_stop or ""), str(t.valid_until or ""))
            for t in self.acme_in.tier_ids.sorted("date_start")
        ]
        self.assertEqual(
            tiers,
            [
                (self.silver, "2025-06-01", "2026-01-01", ""),
                (self.gold, "2026-01-01", "", "2026-12-31"),
            ],
        )
        self.assertEqual(set(self.acme_in.tier_ids.mapped("origin")), {"imported"})
        self.assertEqual(self.acme_in.tier_ids[0].cause, "From Excel")
        self.program._run()
        self.assertResult(self.bolt_in, "2026-02", 1234.5)
        self.assertEqual((batch.state, batch.imported_by_id), ("imported", self.env.user))
        self.assertEqual((batch.balance_count, batch.tier_count), (2, 2))
        self.assertIn("Rows imported: 4", html2plaintext(batch.log))
        with self.assertRefused("has been imported"):
            batch.action_import()

    def test_errors_by_row_and_column(self):
        """X4: each row that cannot be imported is named with its column and what to do."""
        (self.bolt | self.stranger).email = "same@office.example"
        self._enroll(self.stranger, "2026-01-01", "2026-03-01")
        found = self._sentences(
            ("Nobody", "Points", 1, date(2026, 1, 1), None),
            ("same@office.example", "Points", 1, date(2026, 1, 1), None),
            ("A-1", "Profit", 1, date(2026, 1, 1), None),
            ("A-1", "Tier", "Bronze", date(2026, 1, 1), None),
            ("A-1", "Points", "1,5", date(2026, 1, 1), None),
            ("A-1", "Points", 0.12345, date(2026, 1, 1), None),
            ("A-1", "Points", 1, "31.01.2026", None),
            ("A-1", "Points", 1, date(2026, 1, 2), date(2026, 2, 1)),
            ("A-1", "Tier", "Gold", date(2026, 1, 2), date(2026, 1, 1)),
            ("Stranger Ltd", "Points", 1, date(2026, 3, 1), None),
            ("A-1", "Points", 1, date(2026, 1, 5), None),
            ("Acme Trading", "points", 2, date(2026, 1, 5), None),
        )
        self.assertEqual(
            list(found),
            [
                (2, "Partner"),
                (3, "Partner"),
                (4, "Type"),
                (5, "Value"),
                (6, "Value"),
                (7, "Value"),
                (8, "Date"),
                (9, "Valid until"),
                (10, "Valid until"),
                (11, "Date"),
                (13, "Partner"),
            ],
        )
        self.assertIn("“Nobody”", found[2, "Partner"])
        self.assertIn("fits several", found[3, "Partner"])
        self.assertIn("row 12", found[13, "Partner"])

    def test_all_problems_of_a_row(self):
        """X4: a row tells all that is wrong with it at once, also about days and values."""
        self._close("2026-01")
        self._enroll(self.stranger, "2026-01-01", "2026-03-01")
        found = self._sentences(
            ("Nobody", "Profit", "x", "31.01.2026", "soon"),
            ("A-1", "Points", "x", date(2026, 1, 31), date(2026, 2, 1)),
            ("A-1", "Tier", "Bronze", date(2026, 2, 2), date(2026, 2, 1)),
            ("Stranger Ltd", "Points", "x", date(2026, 3, 1), None),
            ("A-1", "Points", 1, date(2026, 2, 1), None),
        )
        self.assertEqual(
            list(found),
            [
                (2, "Partner"),
                (2, "Type"),
                (2, "Date"),
                (2, "Valid until"),
                (3, "Value"),
                (3, "Valid until"),
                (3, "Date"),
                (4, "Value"),
                (4, "Valid until"),
                (5, "Value"),
                (5, "Date"),
            ],
        )
        batch = self._batch(("Nobody", "Profit", 1, date(2026, 2, 1), None))
        batch.action_check()
        self.assertEqual(batch.problem_count, 2)

    def test_new_lines_open(self):
        """X4, K5: a new opening and a new target without KPI open in the lists."""
        for model in ("pmm.opening.balance", "pmm.kpi.target"):
            with self.subTest(model):
                self.assertFalse(self.env[model].new({}).currency_id)

    def test_last_day_of_an_enrolment(self):
        """X4, DESIGN 3.8: the day before the end belongs to it, the end does not."""
        gone = self._enroll(self.stranger, "2026-01-01", "2026-03-01")
        batch = self._batch(("Stranger Ltd", "Points", 1, date(2026, 2, 28), None))
        batch.action_import()
        self.assertEqual(batch.balance_ids.enrollment_id, gone)

    def test_one_bad_row_imports_nothing(self):
        """X4: all or nothing; the log stays to be read."""
        batch = self._batch(*self._good(), ("Nobody", "Points", 1, date(2026, 1, 1), None))
        action = batch.action_import()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertEqual(batch.state, "draft")
        self.assertIn("Problems: 1.", html2plaintext(batch.log))
        self.assertEqual(batch.problem_count, 1)
        self.assertFalse(self.acme_in.tier_ids | self.bolt_in.tier_ids)
        self.assertFalse(self.env["pmm.opening.balance"].search([]))

    def test_what_is_there_already(self):
        """X4: a second import of the same file is refused row by row."""
        self._batch(*self._good()).action_import()
        found = self._sentences(*self._good())
        self.assertEqual(len(found), 4)
        self.assertIn("has a tier on this day", found[3, "Date"])
        self.assertIn("already has this opening balance", found[4, "Date"])

    def test_closed_periods(self):
        """X4: the closed month, and tiers that would reach into it, are refused."""
        self._close("2026-01")
        found = self._sentences(
            ("A-1", "Points", 1, date(2026, 1, 31), None),
            ("A-1", "Points", 1, date(2025, 12, 31), None),
            ("A-1", "Tier", "Gold", date(2025, 12, 31), None),
            ("Bolt Supplies", "Tier", "Gold", date(2026, 2, 1), None),
        )
        self.assertEqual(list(found), [(2, "Date"), (4, "Date")])

    def test_csv_in_the_readers_separators(self):
        """X4: text files: semicolons, a decimal comma, day.month.year as the user writes."""
        lang = self.env["res.lang"]._lang_get(self.env.user.lang or "en_US")
        lang.write({"decimal_point": ",", "thousands_sep": ".", "date_format": "%d.%m.%Y"})
        text = "Partner;Type;Value;Date\nA-1;Revenue;1.234,50;01.02.2026\nA-1;Points;1.5;01.02.2026"
        file = b64encode(text.encode("utf-8-sig"))
        found = self._sentences(file=file, filename="openings.CSV")
        self.assertEqual(list(found), [(3, "Value")])
        batch = self._batch(file=b64encode(text.rpartition("\n")[0].encode()), filename="a.csv")
        batch.action_import()
        self.assertEqual(batch.balance_ids.value, 1234.5)
        self.assertEqual(batch.balance_ids.date, date(2026, 2, 1))

    def test_files_that_cannot_be_read(self):
        """X4: the sentence says what to do, whatever is uploaded."""
        for content, filename, words in (
            (b"no zip", "a.xlsx", "no readable Excel file"),
            (b"\xff\xfe\x00", "a.csv", "UTF-8"),
            (b"x", "a.pdf", "Choose an Excel file"),
            (b"Partner;Value\nA;1", "a.csv", "Type, Date"),
            (b"", "a.csv", "Partner, Type"),
        ):
            with self.subTest(filename + words), self.assertRefused(words):
                self._batch(file=b64encode(content or b"\n"), filename=filename).action_check()

    def test_undo(self):
        """X4: a batch goes as a whole and leaves marks; figures are as before."""
        batch = self._batch(*self._good())
        batch.action_import()
        self.program._run()
        batch.action_undo()
        self.assertEqual(batch.state, "undone")
        view = etree.fromstring(batch.get_view(view_type="form")["arch"])
        # nothing green tells of rows that are gone
        [log] = view.xpath("//field[@name='log']")
        self.assertEqual(log.get("invisible"), "state == 'undone'")
        self.assertFalse(self.acme_in.tier_ids)
        self.assertFalse(self.env["pmm.opening.balance"].search([]))
        self.program._run()
        self.assertResult(self.bolt_in, "2026-02", 0)
        with self.assertRefused("is not imported"):
            batch.action_undo()

    def test_undo_stops_where_something_hangs_on_it(self):
        """X4: a closed period or a later tier keeps the import; rows are not changed by hand."""
        batch = self._batch(*self._good())
        batch.action_import()
        with self.assertRefused("Undo that import"):
            batch.balance_ids[0].value = 1
        with self.assertRefused("has got another tier"), self.cr.savepoint():
            self.acme_in.tier_ids.sorted("date_start")[-1].date_stop = "2026-05-01"
            later = self.env["pmm.enrollment.tier"].create(
                {
                    "enrollment_id": self.acme_in.id,
                    "grade_id": self.silver.id,
                    "date_start": "2026-05-01",
                }
            )
            self.env.cr.execute(
                "UPDATE pmm_enrollment_tier SET create_date = '2026-04-16' WHERE id = %s",
                later.ids,
            )
            later.invalidate_recordset()
            batch.action_undo()
        self._close("2026-01")
        with self.assertRefused("so the import stays"):
            batch.action_undo()

    def test_template_can_be_imported(self):
        """X4: the example of the template reads, and its second sheet names tiers and KPIs."""
        batch = self._batch(file=False)
        book = load_workbook(io.BytesIO(b64decode(batch.template)))
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        self.assertEqual(rows[0], TITLES)
        self.assertTrue(all(cell.comment for cell in book.worksheets[0][1]), "a hint per column")
        names = [row[0] for row in book.worksheets[1].iter_rows(values_only=True)]
        self.assertIn("Revenue", names)
        batch.write({"file": batch.template, "filename": "template.xlsx"})
        items, problems = batch._plan()
        self.assertEqual((len(items), problems), (3, []))

    def test_only_managers_import(self):
        """DESIGN 6: neither users nor accountants check, import, undo or read batches."""
        batch = self._batch(*self._good())
        for group in ("pmm_partner_kpi.group_pmm_user", "account.group_account_user"):
            user = self._user(group[-6:], group)
            for name in ("action_check", "action_import", "action_undo", "action_template"):
                with self.subTest(f"{group} {name}"), self.assertRaises(AccessError):
                    getattr(batch.with_user(user), name)()
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        batch.with_user(manager).action_check()
        batch.with_user(manager).action_import()
        batch.with_user(manager).action_undo()
        for vals in ({"state": "draft"}, {"imported_by_id": manager.id}):
            with self.assertRefused("with the buttons"):
                batch.with_user(manager).write(vals)

    def test_manager_chooses_the_programme(self):
        """X4: a new import takes any programme: its company is known only when it is chosen."""
        self.program.copy({"name": "Another"})
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        batches = self.env["pmm.opening.batch"].with_user(manager)
        self.assertNotIn("company_id", str(batches.fields_get(["program_id"])["program_id"]))
        view = etree.fromstring(batches.get_view(view_type="form")["arch"])
        [node] = view.xpath("//field[@name='program_id'][not(ancestor::field)]")
        self.assertFalse(node.get("domain"))
        with Form(batches) as form:
            form.program_id = self.program
        self.assertEqual(form.record.company_id, self.company)

    def test_many_rows_ask_as_often(self):
        """X13: judging asks as often for 200 partners as for one; making adds INSERTs only."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{number}", "is_company": True} for number in range(200)]
        )
        self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        batches = [
            self._batch(
                *[(p.name, "Points", 5, date(2026, 1, 1), None) for p in some],
                *[(p.name, "Tier", "Gold", date(2026, 1, 1), None) for p in some],
            )
            for some in (partners[:1], partners[1:2], partners[2:])
        ]
        batches[0]._plan()
        planned, made = [], []
        for batch in batches[1:]:
            with self._counted(planned):
                items, problems = batch._plan()
            self.assertFalse(problems)
            with self._counted(made):
                batch._import(items)
        self.assertLessEqual(planned[1], planned[0], "queries to judge 396 and 2 rows")
        self.assertLess(made[1] - made[0], 12, "queries to make 2 and 396 rows")
