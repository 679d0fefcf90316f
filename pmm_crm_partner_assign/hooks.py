def uninstall_hook(env):
    """Give partners back the weight that they had before their tiers."""
    env["pmm.benefit.grant"]._end_all("lead_weight")
