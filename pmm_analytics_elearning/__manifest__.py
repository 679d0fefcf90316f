{
    "name": "Partner Analytics: eLearning",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Certifications passed beside revenue, targets and rewards of each partner",
    "author": "PMM contributors",
    "license": "LGPL-3",
    "auto_install": True,
    "depends": ["pmm_analytics", "pmm_elearning"],
    "data": ["views/pmm_partner_facts_views.xml"],
}
