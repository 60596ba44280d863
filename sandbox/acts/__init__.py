"""Changes to the world and the events they cause; whoever calls has checked that it is allowed."""
