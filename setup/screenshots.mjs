// Takes the README's pictures from the running product: setup/screenshots [URL] [FOLDER].
// Each picture is what a person sees after logging in; an error dialog or console error fails.
import {mkdir} from "node:fs/promises";
import {chromium} from "playwright-core";

const [url, folder] = process.argv.slice(2);
const only = process.argv[4];
const manager = ["pmm_manager", "pmm_manager"];
const accountant = ["pmm_accountant", "pmm_accountant"];

const kpi = "/odoo/action-pmm_partner_kpi.";
const rewards = "/odoo/action-pmm_rewards.";
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
    ["roles", manager, `${kpi}pmm_partner_role_action`, ".o_data_row"],
    ["plan", manager, `${rewards}pmm_reward_plan_action`, ".o_data_row", openFirst],
    ["ledger", manager, `${kpi}pmm_enrollment_action`, ".o_data_row", openLedger],
    ["entry", manager, `${rewards}pmm_reward_entry_action`, ".o_data_row", openFirst],
    ["statements", accountant, `${rewards}pmm_statement_action`, ".o_data_row"],
    ["statement", accountant, `${rewards}pmm_statement_action`, ".o_data_row", openFirst],
    ["proof", accountant, `${rewards}pmm_gl_proof_action`, ".o_list_view"],
    ["bill", accountant, `${rewards}pmm_statement_action`, ".o_data_row", openBill],
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

const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
await mkdir(folder, {recursive: true});
const sessions = new Map();
let failed = 0;
for (const [name, [login, password], path, selector, then] of pictures) {
    if (only && name !== only) {
        continue;
    }
    if (!sessions.has(login)) {
        const context = await browser.newContext({viewport: {width: 1380, height: 860}});
        const page = await context.newPage();
        await page.goto(`${url}/web/login`);
        await page.fill("input[name=login]", login);
        await page.fill("input[name=password]", password);
        await page.click("button[type=submit]");
        await page.waitForURL(/odoo/);
        sessions.set(login, page);
    }
    const page = sessions.get(login);
    try {
        await page.goto(`${url}${path}`);
        await page.waitForSelector(selector, {timeout: 20000});
        if (then) {
            await then(page);
        }
        await page.waitForTimeout(400);
    } catch (error) {
        failed += 1;
        console.error(`${name}: ${error.message.split("\n")[0]}`);
    }
    if (await page.$(".o_error_dialog")) {
        failed += 1;
        console.error(`${name}: Odoo shows an error`);
    }
    await page.screenshot({path: `${folder}/${name}.png`});
    console.log(`${name}.png`);
}
await browser.close();
process.exit(failed ? 1 : 0);
