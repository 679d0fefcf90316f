"""The shipped programme templates propose rewards, as they do after a new install."""

from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file


def migrate(cr, version):
    """Load the proposals once: they are not updated, so that users may change them."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    path = "data/pmm_program_template_data.xml"
    convert_file(env, "pmm_rewards", path, {}, mode="init", noupdate=True)
