from . import pmm_tier_benefit
from . import pmm_tier_benefit_kind_lead_weight
from . import res_partner
