from . import pmm_tier_simulation
from . import pmm_tier_simulation_line
from . import pmm_tier_simulation_move
