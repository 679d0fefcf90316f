{
    "name": "Partner Programmes: Lead Weight",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Tiers decide how many leads a partner gets",
    "author": "PMM contributors",
    "license": "LGPL-3",
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
    "depends": ["pmm_partner_kpi", "website_crm_partner_assign"],
    "data": ["views/pmm_program_tier_views.xml"],
}
