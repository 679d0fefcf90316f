{
    "name": "Partner Programmes: Leads",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "summary": "Leads given to partners as KPIs; tiers decide how many leads a partner gets",
    "author": "PMM contributors",
    "license": "LGPL-3",
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "depends": ["pmm_partner_kpi", "website_crm_partner_assign"],
    "data": [
        "security/ir.model.access.csv",
        "security/pmm_crm_partner_assign_rules.xml",
        "views/pmm_lead_assignment_views.xml",
        "views/pmm_kpi_definition_views.xml",
        "views/pmm_program_tier_views.xml",
    ],
}
