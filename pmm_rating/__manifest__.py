{
    "name": "Partner Programmes: Customer Ratings",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "What customers say about the partner's deals, as KPIs",
    "author": "PMM contributors",
    "license": "LGPL-3",
    "auto_install": True,
    "depends": ["pmm_partner_kpi", "rating"],
    "data": ["views/rating_rating_views.xml"],
}
