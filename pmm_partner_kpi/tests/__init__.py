from . import test_pmm_credit
from . import test_pmm_credit_ledger
from . import test_pmm_credit_scope
from . import test_engine_periods
from . import test_pmm_period
from . import test_pmm_enrollment
