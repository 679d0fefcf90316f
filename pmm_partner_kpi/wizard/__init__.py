from . import base_partner_merge
from . import pmm_tier_simulation
from . import pmm_tier_simulation_line
from . import pmm_tier_simulation_move
