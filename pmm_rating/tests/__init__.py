from . import test_customer_rating
