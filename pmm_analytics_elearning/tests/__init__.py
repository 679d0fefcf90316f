from . import test_pmm_partner_facts
