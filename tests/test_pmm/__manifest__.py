{
    "name": "PMM Tests",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "summary": "Stories across the PMM addons; never shipped",
    "author": "PMM contributors",
    "license": "LGPL-3",
    "depends": ["pmm_analytics_elearning"],
    "assets": {"web.assets_tests": ["test_pmm/static/tests/tours/*.js"]},
}
