{
    "name": "Partner Analytics",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "summary": "Revenue, targets, rewards and offers per partner and period: pivot and dashboard",
    "author": "PMM contributors",
    "license": "LGPL-3",
    "depends": ["pmm_offers", "spreadsheet_dashboard"],
    "data": [
        "security/ir.model.access.csv",
        "security/pmm_analytics_rules.xml",
        "views/pmm_partner_facts_views.xml",
        "views/pmm_analytics_menus.xml",
        "data/spreadsheet_dashboard.xml",
    ],
    "assets": {"web.assets_backend": ["pmm_analytics/static/src/**/*"]},
}
