import {registry} from "@web/core/registry";

// a page that is wider than the window has to be dragged about on a phone
const fits = {
    content: "the page is as wide as the window",
    trigger: ".o_pmm_portal",
    run: () => {
        const page = document.documentElement;
        if (page.scrollWidth > page.clientWidth) {
            throw new Error(`${page.scrollWidth} px wide, the window ${page.clientWidth} px`);
        }
    },
};

const click = (trigger) => ({trigger, run: "click", expectUnloadPage: true});

const tab = (title) => click(`.o_pmm_portal ul a:contains("${title}")`);

const toOverview = [
    click('a[href="/my/programme"]:contains("Partner programme")'),
    {
        content: "the overview shows the running month",
        trigger: '.o_pmm_result:contains("Revenue"):contains("25 %")',
    },
    fits,
];

const toResults = [
    tab("Results"),
    {
        content: "March is the worked example of the guide",
        trigger: '.o_pmm_result:contains("9,500.00"):contains("Missed"):contains("95 %")',
    },
    fits,
];

// The owner goes from the portal's home to a statement, and reads why a reward is that much.
registry.category("web_tour.tours").add("pmm_partner_owner_tour", {
    url: "/my",
    steps: () => [
        ...toOverview,
        ...toResults,
        tab("Rewards"),
        {
            content: "the reward of January is the oldest",
            trigger: '.o_pmm_portal summary:contains("Why this much?"):last',
            run: "click",
        },
        {
            content: "the reason is unfolded",
            trigger: '.o_pmm_portal details[open] div:contains("5 % of $ 1,000.00 = $ 50.00")',
        },
        fits,
        tab("Statements"),
        fits,
        click('.o_pmm_portal a:contains("January 2026")'),
        {
            content: "the statement says what it is made of",
            trigger:
                '.o_pmm_portal:contains("Statement RS/2026-01"):contains("Issued"):contains("50.00")',
        },
        fits,
    ],
});

// A salesperson of the same company sees results, and no money.
registry.category("web_tour.tours").add("pmm_partner_sales_tour", {
    url: "/my",
    steps: () => [
        ...toOverview,
        {
            content: "there is no way to rewards and statements",
            trigger:
                '.o_pmm_portal:not(:contains("Rewards")):not(:contains("Statements")):contains("Results")',
        },
        ...toResults,
    ],
});
