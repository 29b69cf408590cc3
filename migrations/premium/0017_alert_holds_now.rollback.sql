DROP INDEX alert_levels_about;
