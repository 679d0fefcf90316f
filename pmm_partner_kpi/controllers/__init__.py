from . import portal
from . import portal_tiers
from . import portal_entry
from . import portal_agreement
from . import portal_people
from . import portal_scores
from . import portal_leaderboards
from . import portal_visits
