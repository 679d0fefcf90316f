import {registry} from "@web/core/registry";

const click = (trigger) => ({trigger, run: "click", expectUnloadPage: true});

// The partner's owner finds the offer with its code, and the course.
registry.category("web_tour.tours").add("pmm_partner_offer_tour", {
    url: "/my/programme",
    steps: () => [
        {
            content: "the overview shows the offer",
            trigger: '.o_pmm_portal .card:contains("Step up"):contains("Order for $ 50.00 more")',
        },
        click('.o_pmm_portal ul a:contains("Offers")'),
        {
            content: "the offer has its code and says when it works",
            trigger:
                '.o_pmm_portal .card:contains("Open"):contains("at least $ 50.00 before taxes") code',
        },
        click('.o_pmm_portal ul a:contains("Courses")'),
        {
            content: "the course of the programme can be gone on with",
            trigger: '.o_pmm_portal .card:contains("Selling pumps") a',
        },
    ],
});

// The manager makes the offer, and goes on to the analysis of the partners.
registry.category("web_tour.tours").add("pmm_manager_offer_tour", {
    steps: () => [
        {trigger: '.o_data_row:contains("Step up") .o_data_cell[name="name"]', run: "click"},
        {trigger: 'button[name="action_activate"]', run: "click"},
        {trigger: 'button[name="action_generate"]', run: "click"},
        {trigger: '.o_notification:contains("New offers: 1.")'},
        {trigger: 'button[name="action_view_offers"]', run: "click"},
        {
            content: "the offer says what is missing to which band",
            trigger:
                '.o_data_row:contains("Acme Trading"):contains("200.00"):contains("50.00"):contains("250.00")',
        },
        {trigger: 'button[data-menu-xmlid="pmm_analytics.menu_pmm_analysis"]', run: "click"},
        {trigger: 'a[data-menu-xmlid="pmm_analytics.menu_pmm_partner_facts"]', run: "click"},
        {content: "the pivot shows the partner", trigger: '.o_pivot:contains("Acme Trading")'},
    ],
});
