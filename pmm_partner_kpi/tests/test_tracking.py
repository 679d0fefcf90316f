from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestTracking(PmmCommon):
    """K18: where results are heading."""

    def test_pace(self):
        """K18: 10.5 of 22 working days are over."""
        self._target(self.acme_in, "2026-04", 1000)
        self._invoice(self.acme, "2026-04-02", 420)
        self._sale(self.acme, "2026-04-02", 500, confirm=False)
        self.program._run()
        result = self._measurement(self.acme_in, "2026-04")
        print(result.read([]))
        self.acme_in.user_id = self.env.user; self.program._warn(10)
        print(self.acme_in.activity_ids.read(["summary", "note", "user_id"]))
        for day in ("2025-04-02", "2025-04-08", "2025-04-12", "2025-04-20", "2025-04-29"):
            self._invoice(self.acme, day, 100)
        self.program.season_day = False
        self.program._run()
        result = self._measurement(self.acme_in, "2026-04")
        print(result.read([]), self._period("2026-04").season)
