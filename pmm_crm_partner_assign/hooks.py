from .queries.lead_assignments import first_assignments, first_wins


def post_init_hook(env):
    """Note what is known of leads from before assignments were kept."""
    env.cr.execute(first_assignments())
    env.cr.execute(first_wins())


def uninstall_hook(env):
    """Give partners back the weight that they had before their tiers."""
    env["pmm.benefit.grant"]._end_all("lead_weight")
