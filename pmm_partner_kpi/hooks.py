from .queries.append_only import forget_refusal


def uninstall_hook(env):
    """Take the trigger function away with the last ledger."""
    env.cr.execute(forget_refusal())
