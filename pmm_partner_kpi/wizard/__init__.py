from . import pmm_tier_simulation
from . import pmm_tier_simulation_line
from . import pmm_tier_simulation_move
from . import pmm_program_wizard
from . import pmm_program_wizard_kpi
from . import pmm_program_wizard_tier
