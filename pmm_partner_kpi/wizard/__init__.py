from . import pmm_program_wizard
from . import pmm_program_wizard_kpi
from . import pmm_program_wizard_tier
