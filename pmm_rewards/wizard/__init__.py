from . import pmm_gl_proof_wizard
