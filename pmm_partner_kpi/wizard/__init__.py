from . import pmm_enrollment_change
from . import pmm_application_decide
