from . import test_access
from . import test_dashboard
from . import test_geography
from . import test_guide
from . import test_oracle
from . import test_pmm_partner_facts
from . import test_query_count
