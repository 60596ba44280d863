"""All SQL of the rules, by area: functions that take an open session first and commit nothing."""
