import {registry} from "@web/core/registry";

// The manager runs a programme, sees the results, closes the month and makes its statements.
registry.category("web_tour.tours").add("pmm_manager_tour", {
    steps: () => [
        {trigger: '.o_data_row:contains("Resellers") .o_data_cell[name="name"]', run: "click"},
        {trigger: 'button[name="action_run"]', run: "click"},
        {trigger: '.o_notification:contains("New reward entries")'},
        {trigger: 'button[name="action_view_measurements"]', run: "click"},
        {
            content: "the result of March is shown with its progress",
            trigger:
                '.o_kanban_record:contains("Acme Trading"):contains("2026-03"):contains("Missed"):contains("95 %")',
            run: "click",
        },
        {trigger: '.o_form_view button[name="action_view_credits"]', run: "click"},
        {
            content: "the drill-down lists the three documents of March",
            trigger: ".o_list_view:has(.o_data_row:nth-child(3)) tfoot:contains('9,500.00')",
        },
        {trigger: '.o_breadcrumb a:contains("Resellers"), .o_back_button', run: "click"},
    ],
});

// The approver closes the first month, makes its statements and opens one.
registry.category("web_tour.tours").add("pmm_approver_tour", {
    steps: () => [
        {trigger: '.o_data_row:contains("Resellers") .o_data_cell[name="name"]', run: "click"},
        {trigger: '.o_notebook .nav-link[name="periods"]', run: "click"},
        {
            trigger: '.o_data_row:contains("2026-01") button[name="action_close"]',
            run: "click",
        },
        {trigger: ".modal-footer .btn-primary", run: "click"},
        {trigger: '.o_data_row:contains("2026-01"):contains("Closed")'},
        {trigger: 'button[data-menu-xmlid="pmm_partner_kpi.menu_pmm_programs"]', run: "click"},
        {trigger: 'a[data-menu-xmlid="pmm_partner_kpi.menu_pmm_period"]', run: "click"},
        {trigger: '.o_data_row:contains("2026-01") .o_data_cell[name="name"]', run: "click"},
        {trigger: 'button[name="action_make_statements"]', run: "click"},
        {trigger: '.o_data_row:contains("RS/2026-01") .o_data_cell[name="name"]', run: "click"},
        {
            content: "the statement explains its amount",
            trigger: '.o_field_x2many .o_data_row:contains("5 % of"):contains("50.00")',
        },
    ],
});
