"""Web Push: operators hear of what concerns them while no page of the desk is open."""
