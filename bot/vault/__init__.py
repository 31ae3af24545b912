"""Where people's own words are kept. `private` opens what its writer wrote, `shared` what they gave away."""
