from . import pmm_kpi_definition
from . import pmm_kpi_source_customer_rating
from . import pmm_kpi_source_customer_satisfaction
from . import rating_rating
