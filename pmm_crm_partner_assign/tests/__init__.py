from . import test_lead_assignment
from . import test_lead_sources
from . import test_lead_weight
from . import test_quotation_odds
