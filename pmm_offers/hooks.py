def uninstall_hook(env):
    """Archive the coupon programmes of our campaigns: their codes would work for anybody now."""
    env["pmm.offer.campaign"].with_context(active_test=False).search(
        []
    ).loyalty_program_id.active = False
