DROP TABLE risk_scores;
DROP TABLE security_scans;
