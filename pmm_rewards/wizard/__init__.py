from . import pmm_gl_proof_wizard
from . import pmm_program_wizard
from . import pmm_program_wizard_tier
