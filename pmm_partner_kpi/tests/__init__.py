from . import test_pmm_credit
