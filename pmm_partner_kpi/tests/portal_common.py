from lxml import html

from odoo.exceptions import AccessError, UserError

ROLES = ("owner", "finance", "sales", "learner")


class PortalCommon:
    """People of partner companies, and what they read by RPC or on the portal pages.

    Mix it in before PmmCommon, and HttpCase after that where pages are opened.
    """

    @classmethod
    def _person(cls, login, company, *roles):
        """Return a portal user who works for ``company`` with these ``roles`` there."""
        user = cls._user(login, "base.group_portal")
        user.partner_id.parent_id = company
        cls._grant(user, *roles)
        return user

    @classmethod
    def _grant(cls, user, *roles):
        vals = [{"contact_id": user.partner_id.id, "role": role} for role in roles]
        return cls.env["pmm.partner.role"].create(vals)

    @classmethod
    def _people(cls, company):
        """Return {role: a portal user of ``company`` who has it}; "none" has no role."""
        people = {role: cls._person(f"{company.id}_{role}", company, role) for role in ROLES}
        return people | {"none": cls._person(f"{company.id}_none", company)}

    @classmethod
    def _speaks(cls, user, code):
        """Let ``user`` read pages in the language ``code``, with a website as without."""
        language = cls.env["res.lang"]._activate_lang(code)
        user.lang = code
        if "website" in cls.env:
            cls.env["website"].sudo().search([("id", ">", 0)]).language_ids |= language

    # === RPC === #

    def assertReads(self, user, model, expected, number=None):
        """Assert that ``user`` reads exactly ``expected`` of ``model``, in every way there is.

        ``number`` names a field that is summed up.
        """
        Model = self.env[model].with_user(user)
        self.assertTrue(Model.has_access("read"))
        self.assertEqual(Model.search([]).ids, expected.ids)
        self.assertEqual(Model.search_count([]), len(expected))
        read = Model.search_read([], ["company_id"])
        self.assertEqual({row["id"] for row in read}, set(expected.ids))
        web = Model.web_search_read([], {"company_id": {}})
        self.assertEqual({row["id"] for row in web["records"]}, set(expected.ids))
        aggregates = ["__count", *([f"{number}:sum"] if number else [])]
        [row] = Model.formatted_read_group([], aggregates=aggregates)
        self.assertEqual(row["__count"], len(expected))
        [row] = Model._read_group([], aggregates=aggregates)
        self.assertEqual(row[0], len(expected))
        if number:
            self.assertEqual(row[1] or 0, sum(expected.sudo().mapped(number)))
        hidden = self.env[model].sudo().search([]) - expected.sudo()
        self.assertTrue(hidden, "nothing to hide")
        for record in hidden.with_user(user):
            for call in (
                lambda r=record: r.read(["id"]),
                lambda r=record: r.read(["company_id", "display_name"]),
                lambda r=record: r.web_read({"company_id": {}}),
            ):
                record.invalidate_recordset()
                with self.assertRaises(AccessError):
                    call()
        found = Model.search([("id", "in", hidden.ids)])
        self.assertFalse(found)

    def assertChangesNothing(self, user, record, vals):
        """Assert that ``user`` can neither change, copy, create nor delete such a record."""
        Model = self.env[record._name].with_user(user)
        for operation in ("write", "create", "unlink"):
            self.assertFalse(Model.has_access(operation), operation)
        mine = record.with_user(user)
        for call in (
            lambda: mine.write(vals),
            lambda: mine.web_save(vals, {}),
            mine.copy,
            lambda: Model.create(vals),
            mine.unlink,
        ):
            # a ledger or a period may say first that nobody does that
            with self.assertRaises(UserError):
                call()

    # === PAGES === #

    def _open(self, user, url, **kwargs):
        """Return the response to ``user`` who opens ``url``."""
        self.authenticate(user.login, user.login)
        # a website asks for its visitor's choice, not for the user's language
        self.opener.cookies["frontend_lang"] = user.lang
        return self.url_open(url, **kwargs)

    def _content(self, user, url):
        """Return what a programme page shows to ``user``, as an element."""
        response = self._open(user, url)
        self.assertEqual(response.status_code, 200, url)
        [content] = html.fromstring(response.text).xpath("//div[hasclass('o_pmm_portal')]")
        return content

    def _text(self, user, url):
        """Return the words of a programme page, one blank between them."""
        return self._words(self._content(user, url))

    @staticmethod
    def _words(element):
        # a blank after each piece: pieces of different elements are words of their own; marks
        # without width stand where a minus must not be torn off
        words = " ".join(element.itertext()).replace("\ufeff", "").replace("\u2060", "")
        return " ".join(words.split())

    def _results(self, user, url):
        """Return the words of each result on a programme page."""
        found = self._content(user, url).xpath(".//div[hasclass('o_pmm_result')]")
        return [self._words(result) for result in found]

    def _tabs(self, user, url="/my/programme"):
        """Return the titles of the tabs that ``user`` has."""
        links = self._content(user, url).xpath("./ul[1]//a")
        return [self._words(link) for link in links]

    def _counter(self, user, name="pmm_enrollment_count"):
        """Return what the tile's counter on /my says to ``user``."""
        response = self._open(
            user, "/my/counters", json=self.build_rpc_payload({"counters": [name]})
        )
        return response.json()["result"][name]

    def _queries_of(self, user, url):
        """Return how many queries the page takes, once templates and rules are in the caches."""
        self.authenticate(user.login, user.login)
        self.url_open(url)
        counts = []
        with self._counted(counts):
            self.assertEqual(self.url_open(url).status_code, 200)
        return counts[0]
