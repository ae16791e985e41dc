"""Who gets which conversation and by when: groups, rules, presence, offers, deadlines in working hours."""
