from . import pmm_partner_facts
