from . import pmm_coverage
