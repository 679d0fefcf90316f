from . import test_browser, test_browser_offers, test_dataset, test_dataset_months
