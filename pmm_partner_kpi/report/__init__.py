from . import pmm_coverage
from . import pmm_leaderboard_rank
