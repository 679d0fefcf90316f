import csv
import io
from base64 import b64encode
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from odoo import api, models
from odoo.exceptions import UserError

from ..engine.opening_cells import key

# a file of 10,000 partners with a tier, points and a few KPIs each
MAX_ROWS = 200000
TITLE = Font(bold=True)
SHADE = PatternFill("solid", fgColor="E7E6E6")
EXAMPLE = Font(italic=True, color="7F7F7F")


class PmmOpeningFile(models.AbstractModel):
    """Reads the table of opening balances from a spreadsheet or text file, and writes one."""

    _name = "pmm.opening.file"
    _description = "File of Opening Balances"

    @api.model
    def _titles(self):
        """Return {column: its title in the reader's language}."""
        return {
            "partner": self.env._("Partner"),
            "type": self.env._("Type"),
            "value": self.env._("Value"),
            "date": self.env._("Date"),
            "valid_until": self.env._("Valid until"),
        }

    @api.model
    def _rows(self, content, filename):
        """Return [(row number, (cell per column))] below the titles; UserError where unreadable."""
        table = self._read_table(content, (filename or "").lower())
        number, titles = next(
            ((number, row) for number, row in enumerate(table, 1) if any(map(key, row))), (0, ())
        )
        places = self._places(titles)
        return [
            (row_number, tuple(row[place] if place < len(row) else None for place in places))
            for row_number, row in enumerate(table[number:], number + 1)
        ]

    @api.model
    def _places(self, titles):
        """Return where each column stands, by its title in English or in the reader's language."""
        found = {key(title): place for place, title in enumerate(titles) if key(title)}
        places, missing = [], []
        for column, title in self._titles().items():
            place = found.get(key(title), found.get(column.replace("_", " ")))
            if place is not None:
                places.append(place)
            elif column == "valid_until":
                places.append(len(titles))  # may be left out: past the end of every row
            else:
                missing.append(title)
        if missing:
            raise UserError(
                self.env._(
                    "The first row lacks these column titles: %s. Download the template to see"
                    " how the file looks.",
                    ", ".join(missing),
                )
            )
        return places

    @api.model
    def _read_table(self, content, filename):
        if filename.endswith(".xlsx"):
            table = self._read_xlsx(content)
        elif filename.endswith((".csv", ".txt")):
            table = self._read_csv(content)
        else:
            raise UserError(self.env._("Choose an Excel file (.xlsx) or a text file (.csv)."))
        if len(table) > MAX_ROWS:
            raise UserError(self.env._("The file has more than %s rows. Split it.", MAX_ROWS))
        return table

    @api.model
    def _read_xlsx(self, content):
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        except (BadZipFile, KeyError, ValueError, OSError) as error:
            raise UserError(
                self.env._("The file is no readable Excel file. Save it as .xlsx again.")
            ) from error
        sheet = book.worksheets[0]
        return list(sheet.iter_rows(max_row=MAX_ROWS + 2, values_only=True))

    @api.model
    def _read_csv(self, content):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UserError(
                self.env._("The text file is not in UTF-8. Save it as “CSV UTF-8”, or as .xlsx.")
            ) from error
        first = text.partition("\n")[0]
        delimiter = max(";\t,", key=first.count)
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))

    @api.model
    def _template(self, program):
        """Return an Excel file (base64) with the titles and an example for ``program``."""
        book = Workbook()
        sheet = book.active
        sheet.title = self.env._("Opening balances")
        sheet.append(list(self._titles().values()))
        for row in self._examples(program):
            sheet.append(row)
            for cell in sheet[sheet.max_row]:
                cell.font = EXAMPLE
        for cell, hint in zip(sheet[1], self._hints().values(), strict=True):
            cell.comment = Comment(hint, "PMM", width=320, height=110)
        self._dress(sheet, (32, 24, 16, 14, 14))
        names = book.create_sheet(self.env._("Names to use"))
        names.append([self.env._("Type"), self.env._("Value")])
        for grade in self._grades(program):
            names.append([self.env._("Tier"), grade.name])
        names.append([self.env._("Points"), self.env._("a number")])
        for kpi in program.kpi_ids.filtered(lambda kpi: kpi._takes_openings()):
            currency = kpi._currency(program).name
            unit = self.env._("a number, in %s", currency) if currency else self.env._("a number")
            names.append([kpi.name, unit])
        self._dress(names, (32, 32))
        target = io.BytesIO()
        book.save(target)
        return b64encode(target.getvalue())

    @api.model
    def _dress(self, sheet, widths):
        """Set off the titles of ``sheet``, and keep them in sight."""
        for cell, width in zip(sheet[1], widths, strict=True):
            cell.font = TITLE
            cell.fill = SHADE
            sheet.column_dimensions[cell.column_letter].width = width
        sheet.freeze_panes = "A2"

    @api.model
    def _hints(self):
        """Return {column: what may stand in it}, shown when the mouse is over its title."""
        return {
            "partner": self.env._(
                "Name, reference, VAT number or e-mail of a partner of the programme. The rows"
                " in grey are examples: replace them."
            ),
            "type": self.env._(
                "Tier, Points, or the name of a KPI. The sheet “Names to use” lists them."
            ),
            "value": self.env._("The name of the tier, or a number without currency."),
            "date": self.env._(
                "A tier starts on this day. Points and results count for the time that it lies in."
            ),
            "valid_until": self.env._(
                "For tiers only: the day on which the tier is reviewed. May stay empty."
            ),
        }

    @api.model
    def _examples(self, program):
        partner = program.enrollment_ids.partner_id[:1].name or self.env._("Example Partner")
        start = program.date_start
        rows = []
        if grade := self._grades(program)[:1]:
            until = start.replace(month=12, day=31)
            rows.append([partner, self.env._("Tier"), grade.name, start, until])
        rows.append([partner, self.env._("Points"), 250, start, None])
        kpis = program.kpi_ids.filtered(lambda kpi: kpi._takes_openings())
        return rows + [[partner, kpi.name, 1000, start, None] for kpi in kpis[:1]]

    @api.model
    def _grades(self, program):
        """Return the tiers that enrolments of ``program`` may have."""
        return program.grade_ids or self.env["res.partner.grade"].search(
            [("company_id", "in", [False, program.company_id.id])]
        )
