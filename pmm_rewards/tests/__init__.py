from . import test_engine_bands
from . import test_pmm_reward_rule
from . import test_pmm_reward_entry
from . import test_pmm_reward_posting
from . import test_pmm_statement
from . import test_settlement
