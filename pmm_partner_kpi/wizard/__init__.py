from . import base_partner_merge
from . import pmm_pilot_wizard
from . import pmm_target_wizard
