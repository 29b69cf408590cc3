REVOKE DELETE ON code_analyses FROM premium_worker;
DROP INDEX code_analyses_age;
