// Takes the README's pictures from the running product: setup/screenshots [URL] [FOLDER].
// Each picture is what a person sees after logging in; an error dialog or console error fails.
import {mkdir} from "node:fs/promises";
import {chromium} from "playwright-core";

const [url, folder] = process.argv.slice(2);
const only = process.argv[4];
// log-in (its password is the same) and width of the window
const manager = ["pmm_manager", 1380];
const accountant = ["pmm_accountant", 1380];
const partner = ["pmm_partner", 1380];
const partnerMobile = ["pmm_partner", 390];

const kpi = "/odoo/action-pmm_partner_kpi.";
const rewards = "/odoo/action-pmm_rewards.";
const offers = "/odoo/action-pmm_offers.";
const elearning = "/odoo/action-pmm_elearning.";
const analytics = "/odoo/action-pmm_analytics.";
// [file, who, path, selector to wait for, what to do then]
const pictures = [
    ["programs", manager, `${kpi}pmm_program_action`, ".o_list_view .o_data_row"],
    ["program", manager, `${kpi}pmm_program_action`, ".o_list_view .o_data_row", openFirst],
    [
        "program_accounting",
        manager,
        `${kpi}pmm_program_action`,
        ".o_data_row",
        openPage("Accounting"),
    ],
    ["enrollments", manager, `${kpi}pmm_enrollment_action`, ".o_data_row"],
    ["enrollment", manager, `${kpi}pmm_enrollment_action`, ".o_data_row", openFirst],
    ["results", manager, `${kpi}pmm_kpi_measurement_action`, ".o_kanban_record"],
    ["results_list", manager, `${kpi}pmm_kpi_measurement_action`, ".o_kanban_record", view("list")],
    [
        "results_graph",
        manager,
        `${kpi}pmm_kpi_measurement_action`,
        ".o_kanban_record",
        view("graph"),
    ],
    ["targets", manager, `${kpi}pmm_kpi_target_action`, ".o_data_row"],
    ["credits", manager, `${kpi}pmm_credit_action`, ".o_data_row"],
    ["credits_pivot", manager, `${kpi}pmm_credit_action`, ".o_data_row", view("pivot")],
    ["kpi", manager, `${kpi}pmm_kpi_definition_action`, ".o_data_row", openFirst],
    ["periods", manager, `${kpi}pmm_period_action`, ".o_list_view"],
    ["tier_progress", manager, `${kpi}pmm_tier_standing_action`, ".o_data_row"],
    ["tier_changes", manager, `${kpi}pmm_tier_proposal_action`, ".o_data_row"],
    ["applications", manager, `${kpi}pmm_application_action`, ".o_data_row"],
    ["segments", manager, `${kpi}pmm_segment_action`, ".o_data_row"],
    ["groups", manager, `${kpi}pmm_partner_group_action`, ".o_data_row"],
    ["templates", manager, `${kpi}pmm_program_template_action`, ".o_data_row"],
    ["roles", manager, `${kpi}pmm_partner_role_action`, ".o_data_row"],
    ["plan", manager, `${rewards}pmm_reward_plan_action`, ".o_data_row", openFirst],
    ["ledger", manager, `${kpi}pmm_enrollment_action`, ".o_data_row", openLedger],
    ["entry", manager, `${rewards}pmm_reward_entry_action`, ".o_data_row", openFirst],
    ["statements", accountant, `${rewards}pmm_statement_action`, ".o_data_row"],
    ["statement", accountant, `${rewards}pmm_statement_action`, ".o_data_row", openFirst],
    ["proof", accountant, `${rewards}pmm_gl_proof_action`, ".o_list_view"],
    ["bill", accountant, `${rewards}pmm_statement_action`, ".o_data_row", openBill],
    ["campaign", manager, `${offers}pmm_offer_campaign_action`, ".o_data_row", openFirst],
    ["offers", manager, `${offers}pmm_offer_action`, ".o_data_row"],
    ["courses", manager, `${elearning}pmm_course_progress_action`, ".o_list_view"],
    ["facts", manager, `${analytics}pmm_partner_facts_action`, ".o_pivot"],
    [
        "dashboard",
        manager,
        "/odoo/action-spreadsheet_dashboard.ir_actions_dashboard_action",
        ".o-spreadsheet, .o-grid",
        openDashboard,
    ],
    ["portal_home", partner, "/my", ".o_portal_docs"],
    ...[
        "",
        "/results",
        "/tiers",
        "/rewards",
        "/statements",
        "/offers",
        "/courses",
        "/people",
        "/agreement",
    ].flatMap((page) =>
        [partner, partnerMobile].map((who) => [
            `portal${page.replace("/", "_") || "_overview"}${who === partner ? "" : "_390"}`,
            who,
            `/my/programme${page}`,
            ".o_pmm_portal",
            page === "/rewards" ? openWhy : null,
        ])
    ),
    ["portal_statement", partner, "/my/programme/statements", ".o_pmm_portal", openStatement],
    [
        "portal_statement_390",
        partnerMobile,
        "/my/programme/statements",
        ".o_pmm_portal",
        openStatement,
    ],
];

function view(type) {
    return async (page) => {
        await page.click(`.o_switch_view.o_${type}`);
        await page.waitForSelector(`.o_${type}_view, .o_${type}_renderer`);
        await page.waitForTimeout(600);
    };
}

async function openFirst(page) {
    await page.click(".o_data_row .o_data_cell >> nth=1");
    await page.waitForSelector(".o_form_view");
    await page.waitForTimeout(600);
}

function openPage(title) {
    return async (page) => {
        await openFirst(page);
        await page.click(`.o_notebook .nav-link:has-text("${title}")`);
        await page.waitForTimeout(300);
    };
}

async function openLedger(page) {
    await page.click('.o_data_row:has-text("Alpine") .o_data_cell >> nth=0');
    await page.waitForSelector(".o_form_view");
    await page.click('button[name="action_view_entries"]');
    await page.waitForSelector(".o_list_view .o_data_row");
}

async function openBill(page) {
    await openFirst(page);
    await page.click('button[name="action_view_bill"]');
    await page.waitForSelector('.o_form_view [name="invoice_line_ids"]');
    await page.waitForTimeout(800);
}

async function openDashboard(page) {
    await page.click('.o_search_panel_category_value:has-text("Partner Programmes")');
    await page.waitForTimeout(4000);
}

async function openWhy(page) {
    await page.click(".o_pmm_portal details summary");
}

async function openStatement(page) {
    await page.click('.o_pmm_portal a[href^="/my/programme/statements/"]');
    await page.waitForLoadState();
}

const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
await mkdir(folder, {recursive: true});
const sessions = new Map();
let failed = 0;
for (const [name, [login, width], path, selector, then] of pictures) {
    if (only && name !== only) {
        continue;
    }
    const mobile = width < 500;
    const session = `${login} ${width}`;
    if (!sessions.has(session)) {
        const viewport = {width, height: mobile ? 844 : 860};
        const context = await browser.newContext({viewport, deviceScaleFactor: mobile ? 2 : 1});
        // a product that has just been started builds its pages first
        context.setDefaultTimeout(120000);
        const page = await context.newPage();
        await page.goto(`${url}/web/login`);
        await page.fill("input[name=login]", login);
        await page.fill("input[name=password]", login);
        await page.click(".oe_login_form button[type=submit]");
        await page.waitForURL(/odoo|\/my/);
        context.setDefaultTimeout(30000);
        sessions.set(session, page);
    }
    const page = sessions.get(session);
    try {
        await page.goto(`${url}${path}`);
        await page.waitForSelector(selector, {timeout: 20000});
        if (then) {
            await then(page);
        }
        // lists that are still being read look empty; what the mouse rests on shows its hint
        await page.waitForSelector(".o_loading_indicator", {state: "detached"});
        await page.mouse.move(0, 0);
        await page.waitForTimeout(400);
    } catch (error) {
        failed += 1;
        console.error(`${name}: ${error.message.split("\n")[0]}`);
    }
    if (await page.$(".o_error_dialog")) {
        failed += 1;
        console.error(`${name}: Odoo shows an error`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (mobile && wide > width) {
        failed += 1;
        console.error(`${name}: ${wide} pixels wide on a window of ${width}`);
    }
    // of the portal the page itself without the website's footer; on a phone what one sees first
    const shown = login === partner[0] && !mobile ? page.locator("main") : page;
    await shown.screenshot({path: `${folder}/${name}.png`});
    console.log(`${name}.png`);
}
await browser.close();
process.exit(failed ? 1 : 0);
