"""Service finds the person: rules over events and dates, matched with what is known of somebody, told once."""
