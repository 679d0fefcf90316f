from . import test_lead_weight
