"""A pytest plugin: what Odoo logs as WARNING or worse during a test fails that test.

Also: a test skipped because the browser is missing fails, and a run in which nothing passed is
no success.
"""

from __future__ import annotations

import logging

import pytest

from pmm_setup import logcheck


class _Keeper(logging.Handler):
    """Keeps the faulty records until somebody takes them."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.harmless = logcheck.ignored()
        self.kept: list[str] = []

    def emit(self, record):
        text = self.format(record)
        if not any(pattern.search(text) for pattern in self.harmless):
            self.kept.append(text)

    def take(self) -> str:
        taken, self.kept = self.kept, []
        return "\n".join(taken)


_keeper = _Keeper()
_passed = 0


def pytest_configure(config):
    """Our own code calls nothing that is deprecated."""
    config.addinivalue_line(
        "filterwarnings", r"error::DeprecationWarning:odoo\.addons\.(pmm_|test_pmm)"
    )


def pytest_sessionstart():
    """Listen once Odoo has set its logging up (it does so before the session)."""
    logging.getLogger().addHandler(_keeper)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """Fail a passed phase that logged a fault; show the faults with a failed one."""
    global _passed  # noqa: PLW0603
    outcome = yield
    report = outcome.get_result()
    logged = _keeper.take()
    if report.skipped and _is_missing_browser(str(report.longrepr)):
        report.outcome, report.longrepr = "failed", f"skipped: {report.longrepr}"
    elif logged and report.passed:
        report.outcome, report.longrepr = "failed", f"Odoo's log has faults:\n{logged}"
    elif logged and report.failed:
        report.sections.append(("Odoo's log", logged))
    _passed += report.when == "call" and report.passed


def _is_missing_browser(reason: str) -> bool:
    return "hrome" in reason or "--odoo-http" in reason


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Fail a session without a passed test, or with faults logged outside of any test."""
    logged = _keeper.take()
    if logged:
        print(f"\nOdoo's log has faults outside of the tests:\n{logged}")
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
    if (
        not _passed
        and session.exitstatus == pytest.ExitCode.OK
        and not session.config.option.collectonly
    ):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
