import io
from base64 import b64encode

from openpyxl import Workbook

from .common import PmmCommon

TITLES = ("Partner", "Type", "Value", "Date", "Valid until")


class OpeningCommon(PmmCommon):
    """Files of opening balances for the programme of PmmCommon, which has two tiers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.grade_ids = cls.silver | cls.gold
        cls.acme.write({"ref": "A-1", "vat": False})
        cls._period("2026-04")

    @classmethod
    def _file(cls, *rows, titles=TITLES):
        """Return an Excel file of ``rows`` below the titles, base64."""
        book = Workbook()
        for row in (titles, *rows):
            book.active.append(row)
        target = io.BytesIO()
        book.save(target)
        return b64encode(target.getvalue())

    @classmethod
    def _batch(cls, *rows, file=None, filename="openings.xlsx", **vals):
        return cls.env["pmm.opening.batch"].create(
            {
                "name": "From Excel",
                "program_id": cls.program.id,
                "file": file or cls._file(*rows),
                "filename": filename,
                **vals,
            }
        )

    @classmethod
    def _opening(cls, enrollment, day, value, kpi=None, kind="actual"):
        return cls.env["pmm.opening.balance"].create(
            {
                "enrollment_id": enrollment.id,
                "kind": kind,
                "kpi_id": (kpi or cls.kpi).id if kind == "actual" else False,
                "date": day,
                "value": value,
            }
        )
