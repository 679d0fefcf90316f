from . import test_pmm_credit
from . import test_pmm_credit_ledger
from . import test_pmm_credit_scope
