from .queries.append_only import forget_refusal


def uninstall_hook(env):
    """Give partners back what tiers changed; take the trigger away with the last ledger."""
    env["pmm.benefit.grant"]._end_all()
    env.cr.execute(forget_refusal())
