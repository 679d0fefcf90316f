from . import pmm_offer_trigger
from . import pmm_offer_trigger_band_near_miss
from . import pmm_offer_campaign
from . import pmm_offer
from . import pmm_enrollment
from . import pmm_program
from . import pmm_segment
from . import sale_order
