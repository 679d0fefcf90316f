import {registry} from "@web/core/registry";

// The most clicks and filled fields that it may take to the first measured partner.
const MOST = 25;

let actions = 0;

/** Count what a person does, as the browser sees it: clicks and fields that are filled in. */
function count(event) {
    if (event.type === "click") {
        actions++;
    } else if (event.type === "input" && event.target.dataset.counted !== "1") {
        event.target.dataset.counted = "1"; // a field counts once, however long its text
        actions++;
    }
}

/** Choose a partner by typing the start of its name. */
function choose(name) {
    return [
        {trigger: '.modal .o_field_widget[name="partner_ids"] input', run: `edit ${name}`},
        {trigger: `.o-autocomplete--dropdown-item a:contains("${name}")`, run: "click"},
        {trigger: `.modal .o_field_widget[name="partner_ids"] .o_tag:contains("${name}")`},
    ];
}

// From the applications of a new database to the first result of a partner.
registry.category("web_tour.tours").add("pmm_first_run_tour", {
    steps: () => [
        {
            content: "from here on, everything is counted",
            trigger: "body",
            run: () => {
                for (const type of ["click", "input"]) {
                    document.addEventListener(type, count, {capture: true});
                }
            },
        },
        {trigger: ".o_navbar_apps_menu button", run: "click"},
        {trigger: '.o_app[data-menu-xmlid="pmm_partner_kpi.menu_pmm_root"]', run: "click"},
        {
            content: "an empty database says how to start",
            trigger: '.o_view_nocontent a:contains("Start from a template")',
            run: "click",
        },
        {trigger: '.modal .o_field_widget[name="name"] input:value("Resellers")'},
        {trigger: '.modal .o_data_row:contains("Gold"):contains("150,000")'},
        ...choose("Acme Trading"),
        ...choose("Bolt Supplies"),
        {
            content: "a threshold is changed on the way",
            trigger: '.modal .o_data_row:contains("Silver") .o_data_cell[name="threshold"]',
            run: "click",
        },
        {
            trigger: '.modal .o_selected_row .o_field_widget[name="threshold"] input',
            run: "edit 40000",
        },
        {
            content: "and so is the target",
            trigger: '.modal .o_data_row:contains("Invoiced") .o_data_cell[name="target"]',
            run: "click",
        },
        {
            trigger: '.modal .o_selected_row .o_field_widget[name="target"] input',
            run: "edit 8000",
        },
        {trigger: 'button[name="action_create_program"]', run: "click"},
        {trigger: '.o_notification:contains("“Resellers” is ready")'},
        {
            content: "the first partner is measured: 2,000 of 8,000",
            trigger:
                '.o_kanban_record:contains("Acme Trading"):contains("2,000.00"):contains("8,000.00"):contains("25 %")',
            run: "click",
        },
        {
            content: "and here is how many clicks and fields it took",
            trigger: '.o_form_view .o_field_widget[name="actual"]:contains("2,000.00")',
            run: () => {
                console.log(`First run: ${actions} clicks and filled fields`);
                if (actions < 8 || actions > MOST) {
                    throw new Error(`${actions} clicks and filled fields, not 8 to ${MOST}`);
                }
            },
        },
    ],
});
