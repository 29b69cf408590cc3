-- Which addresses were confirmed is forgotten: the code before this sends to all.

DROP FUNCTION confirmations_asked(TEXT, TEXT);
DROP TABLE notification_confirmations;
